/* Rows of older and foreign formats: before the judge, and through the reader. */
#include "ingest/reader.h"
#include "tests/support/trial.h"
#include "tests/unit/ingest/decision.h"

/* A good row of the older format. */
static struct trial *old_open(void)
{
    static const char *const row[][2] = {
        {"OLD_NAME", "某某贸易有限公司"},
        {"OLD_CODE", "91440106YY00000288"},
        {"CASE", "某罚〔2016〕1号"},
        {"OLD_FACTS", "未按规定公示"},
        {"FACTS", "罚款人民币2000元"},
        {"KIND", "1"},
        {"STATUS", "0"},
        {"DAY", "2016-03-05"},
        {"DFBM", "440106"},
        {"SJC", "2016-03-06 10:11:12"},
    };
    struct trial *t = trial_open_text(DECISION_COMMON, DECISION);
    for (size_t i = 0; i < ARRAY_LEN(row); i++)
        trial_set(t, row[i][0], row[i][1]);
    return t;
}

#define OLD(name) AUTO(trial_close) struct trial *name = old_open()

TEST(a_row_of_the_older_format_is_read_by_its_own_columns)
{
    OLD(t);
    expect_clean(t);
    EXPECT_SLICE(trial_item(t, "NAME"), "某某贸易有限公司");
    EXPECT_SLICE(trial_item(t, "CONTENT"), "罚款人民币2000元");
    EXPECT_SLICE(trial_item(t, "FACTS"), "未按规定公示");
}

TEST(without_a_mark_the_same_columns_are_those_of_the_theme)
{
    OLD(t);
    trial_set(t, "OLD_NAME", NULL);
    trial_set(t, "SJC", NULL);
    EXPECT(trial_finding(t, RULE_ITEM_MISSING));
    EXPECT(trial_finding(t, RULE_ITEM_UNKNOWN));
    EXPECT(trial_finding(t, RULE_CODE_UNKNOWN));
}

TEST(what_a_format_has_no_column_for_is_filled_in)
{
    OLD(t);
    EXPECT_SLICE(trial_item(t, "OFFICE"), "11440106YY000001XG");
    EXPECT_SLICE(trial_item(t, "BUREAU"), "某市市场监督管理局");
    EXPECT_SLICE(trial_item(t, "CLASS"), "法人");
    /* But what the row says holds. */
    trial_set(t, "BUREAU", "某区市场监督管理局");
    EXPECT_SLICE(trial_item(t, "BUREAU"), "某区市场监督管理局");
    trial_set(t, "BUREAU", "/");
    EXPECT_SLICE(trial_item(t, "BUREAU"), "某市市场监督管理局");
    /* And what is wrong is not replaced. */
    trial_set(t, "OFFICE", "11440106YY0000011G");
    expect_told(t, RULE_USCC_CHECK, "OFFICE");
}

TEST(required_items_that_the_format_does_not_have_are_not_missed)
{
    OLD(t);
    EXPECT(!trial_finding(t, RULE_ITEM_MISSING_WHEN)); /* FINE with 罚款 */
    trial_set(t, "FACTS", NULL);
    expect_told(t, RULE_ITEM_MISSING, "CONTENT");
}

TEST(words_of_the_format_are_read_as_the_codes_they_stood_for)
{
    OLD(t);
    EXPECT_SLICE(trial_item(t, "KIND"), "罚款");
    EXPECT_SLICE(trial_item(t, "STATUS"), "1");
    trial_set(t, "KIND", "0；1、吊销");
    trial_set(t, "FINE", "0.2");
    EXPECT_SLICE(trial_item(t, "KIND"), "警告;罚款;吊销");
    trial_set(t, "STATUS", "正常");
    EXPECT_SLICE(trial_item(t, "STATUS"), "1");
    trial_set(t, "STATUS", "3");
    expect_told(t, RULE_CODE_UNKNOWN, "STATUS");
    DECIDE(now);
    trial_set(now, "STATUS", "0");
    expect_told(now, RULE_CODE_UNKNOWN, "STATUS");
}

TEST(several_columns_of_a_format_bring_the_codes_of_one_item)
{
    static const struct {
        const char *first, *second, *stored;
    } cases[] = {
        {"1", "0", "警告;罚款"}, {"吊销", "罚款、警告", "警告;罚款;吊销"},
        {"/", "1", "罚款"},      {"1", "", "罚款"},
        {"1", "1", "罚款"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        OLD(t);
        trial_set(t, "KIND", NULL);
        trial_set(t, "OLD_KIND1", cases[i].first);
        trial_set(t, "OLD_KIND2", cases[i].second);
        EXPECT_SAME(trial_item(t, "KIND"), slice_of(cases[i].stored));
    }
    OLD(t);
    trial_set(t, "KIND", NULL);
    trial_set(t, "OLD_KIND1", "1");
    trial_set(t, "OLD_KIND2", "死刑");
    expect_told(t, RULE_CODE_UNKNOWN, "KIND");
}

TEST(the_time_of_the_format_is_the_version_unless_the_row_has_one)
{
    OLD(t);
    EXPECT(trial_judge(t)->has_provider);
    EXPECT_EQ(version_provider(&trial_judge(t)->version), 1457230272000);
    trial_set(t, "_time", "2016-03-07 10:11:12");
    EXPECT_EQ(version_provider(&trial_judge(t)->version), 1457316672000);
    trial_set(t, "_version", "7");
    EXPECT_EQ(version_provider(&trial_judge(t)->version), 7);
    trial_set(t, "_version", NULL);
    trial_set(t, "_time", NULL);
    trial_set(t, "SJC", "2016-03-45");
    expect_told(t, RULE_VERSION_INVALID, "SJC");
    trial_set(t, "SJC", "/");
    EXPECT(!trial_judge(t)->has_provider && !trial_judge(t)->rejected);
}

TEST(the_same_row_is_the_same_record_in_either_format)
{
    OLD(old);
    DECIDE(now);
    trial_set(old, "CASE", "某罚[2024]1号");
    trial_set(old, "DAY", "2024-03-05");
    trial_set(old, "FINE", "0.2");
    trial_set(now, "STATUS", "有效");
    EXPECT_SAME(slice_make(trial_judge(old)->id.b, sizeof trial_judge(old)->id.b),
                slice_make(trial_judge(now)->id.b, sizeof trial_judge(now)->id.b));
    trial_set(now, "CASE", "某罚[2024]1号");
    EXPECT_SAME(slice_make((const char *)trial_judge(old)->content, 16),
                slice_make((const char *)trial_judge(now)->content, 16));
}

TEST(a_revoke_of_the_older_format_finds_its_record)
{
    OLD(t);
    AUTO_BUF(id, 64);
    buf_add(&id, trial_judge(t)->id.b, sizeof trial_judge(t)->id.b);
    trial_set(t, "_op", "撤销");
    trial_set(t, "FACTS", NULL);
    EXPECT(!trial_judge(t)->rejected);
    EXPECT_SAME(slice_make(trial_judge(t)->id.b, sizeof trial_judge(t)->id.b), buf_slice(&id));
}

/* Through the reader. */
static struct raw_row read_one(struct reader *r, struct arena *a)
{
    struct raw_row row;
    if (reader_next(r, a, &row) != READER_ROW)
        FAIL("no row: %s", reader_refusal(r));
    return row;
}

static struct slice value_of(const struct raw_row *row, const char *code)
{
    for (size_t i = 0; i < row->count; i++)
        if (row->values[i].item && slice_eq(row->values[i].item->code, slice_of(code)))
            return row->values[i].value;
    return SLICE("");
}

static const char *format_name(const struct raw_row *row)
{
    return row->format ? row->format->name.p : "";
}

TEST(a_csv_header_says_the_format_of_all_its_rows)
{
    DECIDE(t);
    AUTO(reader_destroy)
    struct reader *r = reader_create(READER_CSV, ENCODING_AUTO, trial_theme(t));
    reader_feed(
        r, SLICE("case,old_name,facts,DFBM, sjc ,何物\n1,甲,乙,440106,2016-03-06,x\n2,,,,,\n"));
    reader_finish(r);
    struct raw_row row = read_one(r, trial_arena(t));
    EXPECT(strncmp(format_name(&row), "2016", 4) == 0);
    EXPECT_SLICE(value_of(&row, "NAME"), "甲");
    EXPECT_SLICE(value_of(&row, "CONTENT"), "乙");
    EXPECT_SLICE(row.format_time, "2016-03-06");
    EXPECT(row.values[3].is_ignored && row.values[4].is_ignored && !row.values[5].is_ignored);
    row = read_one(r, trial_arena(t));
    EXPECT(row.format != NULL);
}

TEST(each_ndjson_row_says_its_own_format)
{
    DECIDE(t);
    AUTO(reader_destroy)
    struct reader *r = reader_create(READER_NDJSON, ENCODING_AUTO, trial_theme(t));
    reader_feed(r, SLICE("{\"CASE\":\"1\",\"FACTS\":\"now\"}\n"
                         "{\"CASE\":\"2\",\"FACTS\":\"then\",\"OLD_NAME\":\"甲\"}\n"
                         "{\"CASE\":\"3\",\"FACTS\":\"now\"}\n"
                         "{\"SYS_NO\":\"4\",\"FACTS\":\"now\"}\n"
                         "{\"SYS_NO\":\"5\",\"OLD_NAME\":\"甲\",\"SJC\":null,\"FACTS\":\"then\"}\n"
                         "{\"CASE\":\"6\",\"FACTS\":\"then\",\"OLD_NAME\":\"甲\"}\n"));
    reader_finish(r);
    static const char *const formats[] = {"", "2016", "", "system", "2016", "2016"};
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        struct raw_row row = read_one(r, trial_arena(t));
        if (strncmp(format_name(&row), formats[i], strlen(formats[i])) != 0 ||
            !row.format != !*formats[i])
            FAIL("row %zu is of format %s", i + 1, format_name(&row));
        bool is_old = strcmp(formats[i], "2016") == 0;
        EXPECT_SAME(value_of(&row, is_old ? "CONTENT" : "FACTS"),
                    slice_of(is_old ? "then" : "now"));
    }
}

TEST(two_columns_for_one_item_of_a_format_are_refused)
{
    static const char *const headers[] = {
        "OLD_NAME,NAME\n",   "CASE,SYS_NO\n",        "CASE,FACTS,CONTENT,SJC\n",
        "CASE,SJC,ｓｊｃ\n", "SJC,OLD_KIND1,KIND\n", "SJC,OLD_KIND1,OLD_KIND2,old_kind1\n",
    };
    DECIDE(t);
    for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
        AUTO(reader_destroy)
        struct reader *r = reader_create(READER_CSV, ENCODING_AUTO, trial_theme(t));
        struct raw_row row;
        reader_feed(r, slice_of(headers[i]));
        reader_finish(r);
        if (reader_next(r, trial_arena(t), &row) != READER_REFUSED)
            FAIL("%s is taken", headers[i]);
    }
    AUTO(reader_destroy)
    struct reader *r = reader_create(READER_CSV, ENCODING_AUTO, trial_theme(t));
    reader_feed(r, SLICE("CASE,FACTS,CONTENT\n1,2,3\n"));
    reader_finish(r);
    read_one(r, trial_arena(t));

    AUTO(reader_destroy)
    struct reader *lines = reader_create(READER_NDJSON, ENCODING_AUTO, trial_theme(t));
    reader_feed(
        lines,
        SLICE(
            "{\"SJC\":\"1\",\"ｓｊｃ\":\"2\"}\n{\"FACTS\":\"1\",\"CONTENT\":\"2\",\"SJC\":\"3\"}\n"
            "{\"FACTS\":\"1\",\"CONTENT\":\"2\"}\n"));
    reader_finish(lines);
    EXPECT_EQ(read_one(lines, trial_arena(t)).unreadable, RULE_JSON_INVALID);
    EXPECT_EQ(read_one(lines, trial_arena(t)).unreadable, RULE_JSON_INVALID);
    EXPECT_EQ(read_one(lines, trial_arena(t)).unreadable, RULE_NONE);
}

TEST(columns_that_join_are_no_repetition_but_the_same_one_twice_is)
{
    static const struct {
        const char *line;
        enum rule rule;
    } lines[] = {
        {"{\"SJC\":\"1\",\"OLD_KIND1\":\"1\",\"OLD_KIND2\":\"0\"}\n", RULE_NONE},
        {"{\"SJC\":\"1\",\"OLD_KIND1\":\"1\",\"old_kind1\":\"0\"}\n", RULE_JSON_INVALID},
        {"{\"SJC\":\"1\",\"KIND\":\"1\",\"OLD_KIND2\":\"0\"}\n", RULE_JSON_INVALID},
        {"{\"SJC\":\"1\",\"OLD_KIND2\":\"1\",\"KIND\":\"0\"}\n", RULE_JSON_INVALID},
    };
    DECIDE(t);
    AUTO(reader_destroy)
    struct reader *r = reader_create(READER_NDJSON, ENCODING_AUTO, trial_theme(t));
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        reader_feed(r, slice_of(lines[i].line));
        if (read_one(r, trial_arena(t)).unreadable != lines[i].rule)
            FAIL("%s", lines[i].line);
    }
    AUTO(reader_destroy)
    struct reader *csv = reader_create(READER_CSV, ENCODING_AUTO, trial_theme(t));
    reader_feed(csv, SLICE("SJC,OLD_KIND1,OLD_KIND2\n1,1,0\n"));
    reader_finish(csv);
    read_one(csv, trial_arena(t));
}
