/* Rejected rows come back to the department as they were sent, with what is wrong in each, and when
 * they are corrected the file goes in clean (domain §9.2). */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/csv.h"
#include "store/receipts.h"
#include "tests/support/world.h"

static const char *const theme = "amr-enterprise-registration";

static struct batch_id submit(struct world *w, const char *batch, struct slice body)
{
    struct batch_id id;
    EXPECT_EQ(world_try(w, NULL, theme, batch, body, SIZE_MAX, &id), SUBMISSION_DONE);
    return id;
}

static struct slice replace(struct world *w, struct slice s, const char *what, const char *by)
{
    ptrdiff_t at = slice_find(s, slice_of(what), 0);
    EXPECT(at >= 0);
    return arena_printf(w->arena, "%.*s%s%.*s", (int)at, s.p, by,
                        FMT_SLICE(slice_from(s, (size_t)at + strlen(what))));
}

/* The file field by field: "a|b|c/" a row, remedies as far as their first blank. */
static const char *fields(struct world *w, struct slice file)
{
    AUTO_BUF(text, 16 << 20);
    AUTO(csv_destroy) struct csv *c = csv_create(1 << 20, 600);
    struct csv_row row;
    csv_feed(c, file);
    csv_finish(c);
    while (csv_next(c, &row) == CSV_ROW) {
        for (size_t i = 0; i < row.count; i++) {
            struct slice f = row.fields[i];
            bool is_last = i + 1 == row.count;
            buf_add_slice(&text, is_last ? slice_cut(&f, ' ') : f);
            buf_add_char(&text, is_last ? '/' : '|');
        }
    }
    return arena_dup(w->arena, buf_slice(&text)).p;
}

TEST(what_was_rejected_is_corrected_and_handed_in_again)
{
    struct world *w = world_open();
    char good[19], bad[19];
    world_uscc(1, "91", good);
    memcpy(bad, good, sizeof bad);
    bad[17] = bad[17] == '1' ? '2' : '1';
    struct batch_id id =
        submit(w, "first",
               arena_printf(w->arena,
                            "企业名称,统一社会信用代码,注册日期,备用,_version,_op\n"
                            "好商店,%s,2001-02-03,,7,add\n"
                            "\"坏\"\"商店\n二行\",%s,2001/2/30,=1+1,08,\n",
                            good, bad));
    struct slice file = world_rejects(w, &id);
    EXPECT(
        slice_starts(file, SLICE("\xEF\xBB\xBF企业名称,统一社会信用代码,注册日期,备用,_version,_op,"
                                 "_row,_rule,_remedy\r\n\"坏\"\"商店\n二行\",\"\t")));
    EXPECT(slice_find(file,
                      SLICE(",\"\t2001/2/30\",\"\t=1+1\",\"\t08\",,\"\t2\",uscc.check; "
                            "date.invalid; item.unknown,"),
                      0) > 0);
    EXPECT(slice_find(file, SLICE("［统一社会信用代码］校验码不符"), 0) > 0);
    EXPECT(slice_find(file, SLICE("好商店"), 0) < 0);
    file = replace(w, file, bad, good);
    file = replace(w, file, "2001/2/30", "2001/2/28");
    file = replace(w, file, "\t=1+1", "");
    id = submit(w, "second", file);
    struct totals t = world_totals(w, &id);
    EXPECT_EQ(t.received, 1);
    EXPECT_EQ(t.changed, 1);
    EXPECT_EQ(t.warned, 0);
    EXPECT_STR(fields(w, world_rejects(w, &id)), "_row|_rule|_remedy/");
    world_check(w);
    world_close(w);
}

TEST(rows_that_could_not_be_split_are_kept_as_far_as_they_can_be)
{
    struct world *w = world_open();
    struct batch_id id = submit(w, "b",
                                SLICE("企业名称,注册日期\n"
                                      "短\n"
                                      "甲,2001-02-03,多,\n"
                                      "\xB9\xE3\xD6\xDD,2001-02-03\n"
                                      "广\xFF州,2001-02-03\n"
                                      "\"开,1\n2\n"));
    EXPECT_STR(
        fields(w, world_rejects(w, &id)),
        "企业名称|注册日期|#3|#4|_row|_rule|_remedy/"
        "短||||\t1|csv.fields|本行的字段数与表头不同（1/"
        "甲|\t2001-02-03|多||\t2|csv.fields|本行的字段数与表头不同（4/"
        "广州|\t2001-02-03|||\t3|text.encoding|本行含有不是本文件编码（UTF-8）的字节，退回文件中以/"
        "广\xEF\xBF\xBD州|\t2001-02-03|||\t4|text.encoding|本行含有不是本文件编码（UTF-8）的字节，"
        "退回文件中以/"
        "开,1\n2\n||||\t5|csv.fields|本行的字段数与表头不同（引号未闭合/");
    world_check(w);
    world_close(w);
}

TEST(lines_of_json_come_back_under_all_the_names_they_had)
{
    struct world *w = world_open();
    struct batch_id id = submit(w, "b",
                                SLICE("{\"企业名称\":\"甲\",\"注册日期\":\"x\"}\n"
                                      "{\"USCC\":\"1\",\"企业名称\":\"乙\",\"_id\":12,\"_row\":9}\n"
                                      "[1,2]\n"
                                      "{\"注册日期\":null,\"企业名称\":true}\n"));
    EXPECT_STR(
        fields(w, world_rejects(w, &id)),
        "企业名称|注册日期|USCC|_id|#1|_row|_rule|_remedy/"
        "甲|x||||\t1|date.invalid; uscc.missing|［注册日期］不是有效的日期；请写成/"
        "乙||\t1|\t12||\t2|uscc.length; item.missing|［统一社会信用代码］统一社会信用代码应为/"
        "||||\t[1,2]|\t3|json.invalid|本行不是一个平面的/"
        "true|||||\t4|uscc.missing; "
        "item.missing|［统一社会信用代码］缺少统一社会信用代码；请填写/");
    world_check(w);
    world_close(w);
}

TEST(what_may_not_be_collected_is_not_kept_either)
{
    struct world *w = world_open();
    struct batch_id id = submit(w, "b",
                                SLICE("企业名称,注册日期,法定代表人宗教信仰\n"
                                      "甲,x,\n"
                                      "乙,2001-02-03,某教\n"));
    EXPECT_EQ(world_totals(w, &id).rejected, 2);
    struct slice file = world_rejects(w, &id);
    EXPECT(slice_find(file, SLICE("甲"), 0) > 0);
    EXPECT(slice_find(file, SLICE("item.forbidden"), 0) > 0);
    EXPECT(slice_find(file, SLICE("乙"), 0) < 0);
    EXPECT(slice_find(file, SLICE("某教"), 0) < 0);
    world_check(w);
    world_close(w);
}

/* The reject file of a submission about persons in which every row is rejected and none kept. */
static void expect_none_kept(struct world *w, const char *of_theme, const char *what,
                             struct slice body)
{
    struct batch_id id;
    EXPECT_EQ(world_try(w, NULL, of_theme, NULL, body, SIZE_MAX, &id), SUBMISSION_DONE);
    struct totals t = world_totals(w, &id);
    EXPECT_EQ(t.rejected, t.received);
    EXPECT(t.received > 0);
    struct slice file = world_rejects(w, &id);
    EXPECT(slice_find(file, SLICE("from the file that was sent"), 0) > 0);
    if (slice_find(file, slice_of(what), 0) >= 0)
        FAIL("kept: %.*s", FMT_SLICE(file));
}

TEST(what_may_not_be_collected_is_not_kept_in_a_row_that_is_rejected_for_another_reason)
{
    struct world *w = world_open();
    /* of another number of fields, of another encoding, no flat object */
    expect_none_kept(w, "police-household", "某教",
                     SLICE("姓名,证件号码,登记日期,宗教信仰\n李阿福,440106186001050012,某教\n"));
    expect_none_kept(
        w, "police-household", "某教",
        SLICE("姓名,证件号码,登记日期,宗教信仰\n李\xFF福,440106186001050012,2026-01-05,某教\n"));
    expect_none_kept(w, "police-household", "某教",
                     SLICE("{\"姓名\":\"李阿福\",\"宗教信仰\":\"某教\",\"证件号码\":[1]}\n"));
    /* a revoke, which needs nothing but its identity */
    expect_none_kept(w, "police-household", "某教",
                     SLICE("姓名,登记日期,宗教信仰,_op\n李阿福,2026-01-05,某教,revoke\n"));
    world_check(w);
    world_close(w);
}

TEST(a_minor_is_not_kept_in_a_row_that_is_rejected_for_another_reason)
{
    struct world *w = world_open();
    expect_none_kept(
        w, "police-household", "李阿福",
        SLICE(
            "姓名,证件号码,登记日期,出生日期\n李阿福,440106201801050015,2026-01-05,2018-01-05\n"));
    expect_none_kept(w, "police-household", "李阿福",
                     SLICE("姓名,登记日期,出生日期,DISTRICT\n李阿福,2026-01-05,2018-01-05,\xFF\n"));
    world_check(w);
    world_close(w);
}

TEST(a_row_over_64_kib_is_not_kept_and_the_file_says_so)
{
    struct world *w = world_open();
    AUTO_BUF(body, 4 << 20);
    buf_add_slice(&body, SLICE("企业名称,经营范围\n甲,"));
    memset(buf_grow(&body, 70000), 'x', 70000);
    buf_add_slice(&body, SLICE("\n乙,x\n丙,"));
    memset(buf_grow(&body, 1100000), 'x', 1100000);
    struct batch_id id = submit(w, "b", buf_slice(&body));
    struct slice file = world_rejects(w, &id);
    EXPECT(file.n < 4096);
    EXPECT(slice_find(file, SLICE("take row 1 from the file that was sent"), 0) > 0);
    EXPECT(slice_find(file, SLICE("take row 2 from"), 0) < 0);
    EXPECT(slice_find(file, SLICE("take row 3 from the file that was sent"), 0) > 0);
    world_check(w);
    world_close(w);
}

/* Every third row is rejected; columns of their own in JSON lines. */
static struct slice file_of(struct world *w, unsigned rows, bool is_json)
{
    AUTO_BUF(b, 16 << 20);
    if (!is_json)
        buf_add_slice(&b, SLICE("企业名称,统一社会信用代码,注册日期\n"));
    for (unsigned i = 0; i < rows; i++) {
        char code[19];
        world_uscc(i, "91", code);
        if (i % 3 == 2)
            code[17] = code[17] == '1' ? '2' : '1';
        if (is_json)
            buf_printf(
                &b,
                "{\"企业名称\":\"广州第%u商店\",\"USCC\":\"%s\",\"注册日期\":\"2001-02-%02u\","
                "\"列%u\":\"%u\"}\n",
                i, code, i % 28 + 1, i / 100, i);
        else
            buf_printf(&b, "广州第%u商店,%s,2001-02-%02u\n", i, code, i % 28 + 1);
    }
    return arena_dup(w->arena, buf_slice(&b));
}

static void cut_and_resume(bool is_json)
{
    struct world *w = world_open();
    struct slice body = file_of(w, 3000, is_json);
    struct batch_id whole = submit(w, "whole", body), id;
    const size_t cuts[] = {1, 500, body.n / 3, body.n / 2, body.n - 1};
    for (size_t i = 0; i < ARRAY_LEN(cuts); i++) {
        EXPECT_EQ(world_try(w, NULL, theme, "cut", body, cuts[i], &id), SUBMISSION_CUT);
        world_restart(w);
    }
    id = submit(w, "cut", body);
    struct slice file = world_rejects(w, &id);
    EXPECT_SAME(file, world_rejects(w, &whole));
    EXPECT(file.n > 64 * 1024);
    unsigned lines = 0;
    for (struct slice rest = file; rest.p; lines++)
        slice_cut(&rest, '\n');
    EXPECT_EQ(lines, is_json ? 1002 + 1000 : 1002);
    world_check(w);
    world_close(w);
}

TEST(a_batch_that_was_resumed_has_the_reject_file_of_an_uninterrupted_one)
{
    cut_and_resume(false);
}

TEST(so_has_one_whose_columns_came_one_by_one)
{
    cut_and_resume(true);
}

TEST(rejected_rows_go_with_the_details_of_old_receipts)
{
    struct world *w = world_open();
    w->receipt_days = 30;
    world_restart(w);
    struct batch_id id = submit(w, "old", file_of(w, 9, false));
    EXPECT(slice_find(world_rejects(w, &id), SLICE("第5商店"), 0) > 0);
    clock_set(&w->clock, (struct utc_ms){clock_now(&w->clock).v + 31 * INT64_C(86400000)});
    submit(w, "young", file_of(w, 3, false));
    EXPECT_STR(fields(w, world_rejects(w, &id)), "_row|_rule|_remedy/||另有/");
    world_check(w);
    world_close(w);
}

TEST(one_value_of_the_store_holds_no_more_rejected_rows_than_can_be_read_at_once)
{
    struct world *w = world_open();
    AUTO_BUF(body, 64 << 20);
    buf_add_slice(&body, SLICE("企业名称,经营范围\n"));
    for (int i = 0; i < 500; i++) {
        buf_add_slice(&body, SLICE("甲,"));
        memset(buf_grow(&body, 60000), 'x', 60000);
        buf_add_char(&body, '\n');
    }
    struct batch_id id = submit(w, "b", buf_slice(&body));
    EXPECT_EQ(world_totals(w, &id).rejected, 500);
    struct view *v;
    size_t most = 0, all = 0;
    EXPECT_OK(view_open(w->store, &v));
    struct walk *walk = walk_open(v, CF_LOG, (struct slice){0}, (struct slice){0});
    for (; walk_valid(walk); walk_next(walk)) {
        size_t n = walk_value(walk).n;
        all += n;
        most = n > most ? n : most;
    }
    EXPECT_OK(walk_close(walk));
    view_close(v);
    EXPECT(all > 500 * 60000);
    EXPECT(most < 16 << 20);
    EXPECT(world_rejects(w, &id).n > 500 * 60000);
    world_close(w);
}

TEST(keeping_rows_costs_no_row_of_the_store_more)
{
    struct world *w = world_open();
    struct batch_id id = submit(w, "b", file_of(w, 300, false));
    EXPECT_EQ(world_totals(w, &id).rejected, 100);
    struct view *v;
    unsigned rows = 0;
    EXPECT_OK(view_open(w->store, &v));
    struct walk *walk = walk_open(v, CF_LOG, (struct slice){0}, (struct slice){0});
    for (; walk_valid(walk); walk_next(walk))
        rows++;
    EXPECT_OK(walk_close(walk));
    view_close(v);
    EXPECT(rows <= 2);
    world_close(w);
}
