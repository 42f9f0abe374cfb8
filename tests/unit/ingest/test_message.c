/* Messages: whatever a sender does is a verdict, what headers say beside the row, and the same row
 * ends as it would in a file. */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "ingest/message.h"
#include "ingest/reader.h"
#include "tests/support/test.h"

enum { ARENA_BYTES = 512 << 20, HEADERS_MAX = 8 };
static const char *const theme = "amr-enterprise-registration";
static const char good_row[] = "{\"企业名称\":\"广州某某贸易有限公司\","
                               "\"统一社会信用代码\":\"91440106YY00000288\","
                               "\"注册日期\":\"2003-05-06\",\"登记状态\":\"存续\"}";

struct fixture {
    struct arena *a;
    struct catalogue *catalogue;
    struct keys *keys;
    struct message_judge *judge;
    struct message m;
    struct message_header headers[HEADERS_MAX];
    struct judged row;
    struct delivered d;
};

static struct fixture *begin(void)
{
    static const uint8_t master[32] = {7};
    static struct fixture f;
    struct reason why;
    struct day born_min;
    f = (struct fixture){.a = arena_create(ARENA_BYTES), .keys = keys_fixed(master)};
    EXPECT_OK(catalogue_load(f.a, CREDENCE_CATALOGUE_DIR, &f.catalogue, &why));
    CHECK(day_from_civil(1800, 1, 1, &born_min));
    f.judge = message_judge_create(&(struct message_judge_options){f.keys, born_min});
    message_judge_by(f.judge, f.catalogue);
    f.m = (struct message){.topic = SLICE("credit.submissions.amr"),
                           .partition = 3,
                           .offset = 41,
                           .time_kind = MESSAGE_TIME_APPENDED,
                           .value = slice_of(good_row),
                           .headers = f.headers};
    CHECK(utc_parse(SLICE("2026-06-01T10:00:00+08:00"), &f.m.time));
    return &f;
}

static void end(struct fixture *f)
{
    message_judge_destroy(f->judge);
    keys_destroy(f->keys);
    arena_destroy(f->a);
}

static void set(struct fixture *f, const char *name, const char *value)
{
    f->headers[f->m.header_count++] = (struct message_header){slice_of(name), slice_of(value)};
}

static void judge(struct fixture *f)
{
    EXPECT_OK(
        message_judge_row(f->judge, f->a, message_department(f->m.topic), &f->m, &f->row, &f->d));
    EXPECT_EQ(f->row.row, 41);
    f->m.header_count = 0;
}

/* The only finding, or "". */
static const char *verdict(struct fixture *f)
{
    judge(f);
    if (!f->row.rejected)
        return "";
    EXPECT_EQ(f->row.findings->count, 1);
    return rule_id(f->row.findings->list[0].rule);
}

TEST(the_topic_alone_says_who_speaks)
{
    EXPECT_SLICE(message_department(SLICE("credit.submissions.amr")), "amr");
    EXPECT_SLICE(message_department(SLICE("credit.submissions.")), "");
    EXPECT_SLICE(message_department(SLICE("credit.receipts.amr")), "");
    struct fixture *f = begin();
    set(f, "theme", theme);
    EXPECT_STR(verdict(f), "");
    f->m.topic = SLICE("credit.submissions.tax");
    set(f, "theme", theme);
    EXPECT_STR(verdict(f), "department.theme");
    EXPECT(f->row.findings->list[0].hint.n > 0);
    EXPECT_EQ(f->d.theme, 101); /* counted as what it is */
    end(f);
}

TEST(the_theme_stands_in_a_header_or_in_the_row)
{
    struct fixture *f = begin();
    EXPECT_STR(verdict(f), "message.theme-missing");
    EXPECT_EQ(f->d.theme, 0);
    set(f, "theme", "amr-no-such-theme");
    EXPECT_STR(verdict(f), "message.theme-unknown");
    EXPECT_SLICE(f->row.findings->list[0].hint, "amr-no-such-theme");
    set(f, "theme", theme);
    judge(f);
    struct judged by_header = f->row;
    f->m.value = SLICE("{\"_theme\":\"amr-enterprise-registration\","
                       "\"企业名称\":\"广州某某贸易有限公司\","
                       "\"统一社会信用代码\":\"91440106YY00000288\","
                       "\"注册日期\":\"2003-05-06\",\"登记状态\":\"存续\"}");
    EXPECT_STR(verdict(f), "");
    EXPECT(f->row.findings == NULL || f->row.findings->count == by_header.findings->count);
    EXPECT_SAME(f->row.bytes, by_header.bytes);
    set(f, "theme", theme);
    EXPECT_STR(verdict(f), "");
    set(f, "theme", "amr-penalty");
    EXPECT_STR(verdict(f), "message.header");
    end(f);
}

TEST(a_header_holds_where_the_row_says_nothing_and_must_not_contradict_it)
{
    struct fixture *f = begin();
    set(f, "theme", theme);
    set(f, "op", "revoke");
    EXPECT_STR(verdict(f), "");
    EXPECT_EQ(f->row.operation, OPERATION_REVOKE);
    f->m.value = SLICE("{\"统一社会信用代码\":\"91440106YY00000288\",\"_op\":\"revoke\"}");
    set(f, "theme", theme);
    set(f, "op", "revoke");
    EXPECT_STR(verdict(f), "");
    set(f, "theme", theme);
    set(f, "op", "add");
    EXPECT_STR(verdict(f), "message.header");
    set(f, "theme", theme);
    set(f, "op", "destroy");
    f->m.value = slice_of(good_row);
    EXPECT_STR(verdict(f), "op.unknown");
    end(f);
}

/* A value and the rule that it breaks. */
TEST(what_cannot_be_read_is_a_verdict)
{
    struct fixture *f = begin();
    static const struct {
        const char *value, *rule;
    } cases[] = {
        {"", "message.empty"},
        {"x", "json.invalid"},
        {"[1]", "json.invalid"},
        {"{\"企业名称\":{}}", "json.invalid"},
        {"{\"企业名称\":\"\xFF\"}", "json.invalid"},
        {"{}", "row.empty"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        f->m.value = slice_of(cases[i].value);
        set(f, "theme", theme);
        const char *rule = verdict(f);
        if (strcmp(rule, cases[i].rule) != 0 && strcmp(rule, "text.encoding") != 0)
            FAIL("%s: %s and not %s", cases[i].value, rule, cases[i].rule);
    }
    f->m.value = (struct slice){NULL, 0};
    EXPECT_STR(verdict(f), "message.empty");
    f->m.value = SLICE("{");
    EXPECT_STR(verdict(f), "json.invalid"); /* and not that no theme is in it */
    AUTO_BUF(large, 2 << 20);
    while (large.n <= READER_ROW_BYTES_MAX)
        buf_add_char(&large, ' ');
    f->m.value = buf_slice(&large);
    EXPECT_STR(verdict(f), "row.size");
    end(f);
}

TEST(a_row_may_stand_in_several_lines_and_behind_a_mark)
{
    struct fixture *f = begin();
    f->m.value = SLICE("\xEF\xBB\xBF{\n \"_theme\": \"amr-enterprise-registration\",\n"
                       " \"企业名称\": \"广州某某贸易有限公司\",\r\n"
                       " \"统一社会信用代码\": \"91440106YY00000288\",\n"
                       " \"注册日期\": \"2003-05-06\"\n}\n");
    EXPECT_STR(verdict(f), "");
    end(f);
}

TEST(rows_of_a_batch_say_which_row_they_are)
{
    struct fixture *f = begin();
    set(f, "theme", theme);
    set(f, "batch", "b-1");
    set(f, "row", "7");
    EXPECT_STR(verdict(f), "");
    EXPECT_SLICE(f->d.batch, "b-1");
    EXPECT_EQ(f->d.batch_row, 7);
    EXPECT(!f->d.ends_batch);
    set(f, "theme", theme);
    set(f, "batch", "b-1");
    set(f, "row", "8");
    set(f, "rows", "8");
    EXPECT_STR(verdict(f), "");
    EXPECT(f->d.ends_batch);
    static const struct {
        const char *batch, *row, *rows;
    } bad[] = {{"b", "0", ""}, {"b", "", ""},   {"b", "x", ""},
               {"", "1", ""},  {"b", "3", "2"}, {"b", "1", "many"}};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        set(f, "theme", theme);
        set(f, "batch", bad[i].batch);
        set(f, "row", bad[i].row);
        set(f, "rows", bad[i].rows);
        EXPECT_STR(verdict(f), "message.batch");
        EXPECT_EQ(f->d.batch.n, 0);
    }
    end(f);
}

static const char ten_bytes[] =
    "10:0000000000000000000000000000000000000000000000000000000000000000";

static void set_upload(struct fixture *f, const char *of, const char *row)
{
    set(f, "theme", of);
    set(f, "batch", "b");
    set(f, "row", row);
    set(f, "upload", "abcdefghijklmnop");
}

TEST(what_belongs_to_an_upload_says_its_attempt_and_how_far_the_body_goes)
{
    struct fixture *f = begin();
    set_upload(f, theme, "0");
    set(f, "step", "begin");
    set(f, "kind", "cg");
    judge(f);
    EXPECT(f->d.is_upload && f->d.step == UPLOAD_BEGIN);
    EXPECT(f->d.theme && f->d.format == 'c' && f->d.encoding == 'g');
    set_upload(f, theme, "3");
    set(f, "body", ten_bytes);
    EXPECT_STR(verdict(f), "");
    EXPECT(f->d.is_upload && f->d.step == UPLOAD_ROW);
    EXPECT_EQ(f->d.batch_row, 3);
    EXPECT_EQ(f->d.bytes_done, 10);
    end(f);
}

/* Or it would stay open for ever. */
TEST(an_upload_ends_when_its_theme_is_in_force_no_more)
{
    struct fixture *f = begin();
    set_upload(f, "no-such-theme", "3");
    set(f, "step", "end");
    set(f, "body", ten_bytes);
    judge(f);
    EXPECT(f->d.is_upload && f->d.step == UPLOAD_END && !f->row.findings);
    set_upload(f, "no-such-theme", "3");
    set(f, "body", ten_bytes);
    EXPECT_STR(verdict(f), "message.theme-unknown");
    EXPECT(f->d.is_upload && f->d.batch.n);
    end(f);
}

TEST(headers_of_an_upload_that_cannot_be_understood_are_a_verdict)
{
    static const char *const wrong[][2] = {
        {"step", "middle"}, {"step", "begin"}, {"body", "10:00"}, {"body", "ten"}};
    struct fixture *f = begin();
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        set_upload(f, theme, "3");
        set(f, wrong[i][0], wrong[i][1]);
        EXPECT_STR(verdict(f), "message.batch");
        EXPECT(!f->d.is_upload && !f->d.batch.n);
    }
    end(f);
}

TEST(a_row_that_its_uploader_could_not_read_has_the_verdict_of_that_rule)
{
    struct fixture *f = begin();
    f->m.value = SLICE("广州某某贸易有限公司,914401");
    set(f, "theme", theme);
    set(f, "unread", "csv.fields");
    EXPECT_STR(verdict(f), "csv.fields");
    EXPECT_EQ(f->d.theme, 101);
    set(f, "theme", theme);
    set(f, "unread", "uscc.check");
    EXPECT_STR(verdict(f), "message.unread");
    set(f, "theme", theme);
    set(f, "unread", "row.size");
    f->m.value = (struct slice){NULL, 0};
    EXPECT_STR(verdict(f), "row.size");
    end(f);
}

TEST(a_header_that_is_no_text_is_told_up_to_where_it_is)
{
    struct fixture *f = begin();
    set(f, "theme", "amr\xff-penalty");
    EXPECT_STR(verdict(f), "message.theme-unknown");
    EXPECT_SLICE(f->row.findings->list[0].hint, "amr\uFFFD");
    set(f, "theme", "amr-enterprise-registration\xe4\xb8");
    EXPECT_STR(verdict(f), "message.theme-unknown");
    set(f, "theme", theme);
    set(f, "unread", "\xff");
    EXPECT_STR(verdict(f), "message.unread");
    EXPECT_SLICE(f->row.findings->list[0].hint, "\uFFFD");
    set(f, "theme", theme);
    set(f, "op", "change\xff");
    EXPECT(*verdict(f));
    struct slice value = f->row.findings->list[0].value;
    EXPECT_EQ(utf8_valid_prefix(value), value.n);
    end(f);
}

TEST(only_what_is_judged_takes_room_beside_other_messages)
{
    struct fixture *f = begin();
    set(f, "theme", theme);
    EXPECT_STR(verdict(f), "");
    size_t before = arena_used(f->a);
    set(f, "theme", theme);
    EXPECT_STR(verdict(f), "");
    size_t took = arena_used(f->a) - before;
    EXPECT(took >= f->row.bytes.n && took < f->row.bytes.n + 200);
    /* Also where the theme has to be looked for. */
    f->m.value = SLICE("{\"_theme\":\"amr-no-such-theme\"}");
    before = arena_used(f->a);
    EXPECT_STR(verdict(f), "message.theme-unknown");
    EXPECT(arena_used(f->a) - before <= sizeof *f->row.findings + 200);
    end(f);
}

TEST(each_message_is_judged_at_its_own_time_and_place)
{
    struct fixture *f = begin();
    set(f, "theme", theme);
    judge(f);
    EXPECT_HEX(slice_make(f->row.version.b, 28),
               "0000019E80E8C900 0000019E80E8C900 00000003 0000000000000029");
    f->m.time.v += 1;
    f->m.partition = 0;
    set(f, "theme", theme);
    judge(f);
    EXPECT_HEX(slice_make(f->row.version.b, 28),
               "0000019E80E8C901 0000019E80E8C901 00000000 0000000000000029");
    /* Before there was any version of it. */
    f->m.time.v = 0;
    set(f, "theme", theme);
    EXPECT_STR(verdict(f), "message.theme-unknown");
    /* Tomorrow's registration is one only from tomorrow on. */
    f->m.value = SLICE("{\"企业名称\":\"广州某某贸易有限公司\",\"统一社会信用代码\":"
                       "\"91440106YY00000288\",\"注册日期\":\"2026-06-02\"}");
    CHECK(utc_parse(SLICE("2026-06-01T23:59:59+08:00"), &f->m.time));
    set(f, "theme", theme);
    EXPECT_STR(verdict(f), "date.future");
    f->m.time.v += 1000;
    set(f, "theme", theme);
    EXPECT_STR(verdict(f), "");
    end(f);
}

/* The rows of a file by the reader of files, against the same lines as messages. */
TEST(a_row_ends_as_it_would_in_a_file)
{
    static const char *const lines[] = {
        good_row,
        "{\"企业名称\":\"某某\",\"统一社会信用代码\":\"91440106YY00000289\"}",
        "{\"企业名称\":\"某某\",\"不存在\":\"1\",\"统一社会信用代码\":\"91440106YY00000288\","
        "\"注册日期\":\"2003/5/6\",\"_version\":5}",
        "{\"统一社会信用代码\":\"91440106YY00000288\",\"_op\":\"撤销\",\"_reason\":\"错\"}",
        "{\"企业名称\":\"a\",\"企业名称\":\"b\"}",
        "[]",
    };
    struct fixture *f = begin();
    const struct theme *t = catalogue_theme_at(f->catalogue, slice_of(theme), f->m.time);
    AUTO(reader_destroy)
    struct reader *reader = reader_create(READER_NDJSON, ENCODING_UTF8, t);
    struct day born_min;
    CHECK(day_from_civil(1800, 1, 1, &born_min));
    AUTO(judge_destroy)
    struct judge *of_file = judge_create(&(struct judge_options){.keys = f->keys,
                                                                 .catalogue = f->catalogue,
                                                                 .theme = t,
                                                                 .received = f->m.time,
                                                                 .partition = 3,
                                                                 .born_min = born_min});
    AUTO_BUF(body, 1 << 20);
    for (size_t i = 0; i < ARRAY_LEN(lines); i++)
        buf_printf(&body, "%s\n", lines[i]);
    reader_feed(reader, buf_slice(&body));
    reader_finish(reader);
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct raw_row raw;
        struct judged wanted;
        EXPECT_EQ(reader_next(reader, f->a, &raw), READER_ROW);
        EXPECT_OK(judge_row(of_file, f->a, &raw, &wanted));
        f->m.offset = (int64_t)raw.row;
        f->m.value = slice_of(lines[i]);
        set(f, "theme", theme);
        EXPECT_OK(message_judge_row(f->judge, f->a, SLICE("amr"), &f->m, &f->row, &f->d));
        f->m.header_count = 0;
        EXPECT_EQ(f->row.rejected, wanted.rejected);
        EXPECT_EQ(f->row.row, wanted.row);
        EXPECT_EQ(f->row.findings ? f->row.findings->count : 0,
                  wanted.findings ? wanted.findings->count : 0);
        for (unsigned k = 0; f->row.findings && k < f->row.findings->count; k++) {
            const struct finding *x = &f->row.findings->list[k], *y = &wanted.findings->list[k];
            EXPECT(x->rule == y->rule && slice_eq(x->item, y->item) &&
                   slice_eq(x->value, y->value) && slice_eq(x->hint, y->hint));
        }
        if (wanted.rejected)
            continue;
        EXPECT_SAME(f->row.bytes, wanted.bytes);
        EXPECT_EQ(memcmp(f->row.content, wanted.content, 16), 0);
        EXPECT_EQ(memcmp(f->row.id.b, wanted.id.b, sizeof wanted.id.b), 0);
        EXPECT_EQ(memcmp(f->row.version.b, wanted.version.b, 28), 0);
    }
    end(f);
}

TEST(a_message_is_known_again_by_time_key_and_value)
{
    struct fixture *f = begin();
    uint8_t first[16], other[16];
    message_known_by(f->keys, &f->m, first);
    f->m.offset++;
    message_known_by(f->keys, &f->m, other);
    EXPECT_EQ(memcmp(first, other, 16), 0);
    f->m.key = SLICE("k");
    message_known_by(f->keys, &f->m, other);
    EXPECT(memcmp(first, other, 16) != 0);
    f->m.key = (struct slice){0};
    f->m.time.v++;
    message_known_by(f->keys, &f->m, other);
    EXPECT(memcmp(first, other, 16) != 0);
    end(f);
}
