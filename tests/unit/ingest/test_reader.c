/* From bytes to rows: what a column means, and rows that cannot be read. */
#include <stdlib.h>

#include "base/buf.h"
#include "ingest/reader.h"
#include "tests/support/test.h"
#include "tests/support/theme.h"

/* Everything that a body gives, as text: "row@end item=value …|", "row!rule(hint)|", "END",
 * "REFUSED". */
static void read_all(enum reader_format format, const char *theme, struct slice body, size_t step,
                     struct buf *ret)
{
    AUTO(reader_destroy) struct reader *r = reader_create(format, theme_named(theme));
    AUTO(arena_destroy) struct arena *a = arena_create(64 * 1024 * 1024);
    struct raw_row row;
    for (;;) {
        enum reader_step s = reader_next(r, a, &row);
        if (s == READER_END || s == READER_REFUSED) {
            buf_printf(ret, "%s", s == READER_END ? "END" : "REFUSED");
            if (s == READER_REFUSED)
                EXPECT(reader_refusal(r)[0] != '\0');
            break;
        }
        if (s == READER_MORE) {
            struct slice piece = {body.p, body.n < step ? body.n : step};
            body = slice_from(body, piece.n);
            if (piece.n)
                reader_feed(r, piece);
            else
                reader_finish(r);
            continue;
        }
        buf_printf(ret, "%d@%d", (int)row.row, (int)row.end_bytes);
        if (row.unreadable)
            buf_printf(ret, "!%s(%.*s)", rule_id(row.unreadable), FMT_SLICE(row.hint));
        struct slice reserved[] = {row.id, row.version, row.time, row.op, row.reason};
        for (size_t i = 0; i < ARRAY_LEN(reserved); i++)
            if (reserved[i].p)
                buf_printf(ret, " _%zu=%.*s", i, FMT_SLICE(reserved[i]));
        for (size_t i = 0; i < row.count; i++) {
            const struct raw_value *v = &row.values[i];
            struct slice name = v->item ? v->item->code : v->column;
            buf_printf(ret, " %s%.*s=", v->item ? "" : "?", FMT_SLICE(name));
            buf_add_slice(ret, v->value.p ? v->value : SLICE("null"));
        }
        buf_printf(ret, "|");
    }
    theme_catalogue_drop();
}

static void expect_body(enum reader_format format, struct slice body, const char *wanted)
{
    const size_t steps[] = {body.n + 1, 1, 7};
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        AUTO_BUF(got, 1 << 20);
        read_all(format, "memo", body, steps[i], &got);
        EXPECT_SAME(buf_slice(&got), slice_of(wanted));
    }
}

static void expect_csv(const char *body, const char *wanted)
{
    expect_body(READER_CSV, slice_of(body), wanted);
}

static void expect_ndjson(const char *body, const char *wanted)
{
    expect_body(READER_NDJSON, slice_of(body), wanted);
}

TEST(a_column_is_known_by_code_and_by_chinese_name_however_typed)
{
    expect_csv("M_NAME,单位代码\nx,y\n", "1@24 M_NAME=x M_CODE=y|END");
    expect_csv("m_name, 单位 代码 \r\nx,y\r\n", "1@29 M_NAME=x M_CODE=y|END");
    expect_csv("\xEF\xBB\xBFＭ_ＮＡＭＥ\nx", "1@21 M_NAME=x|END");
}

TEST(reserved_columns_are_known_in_both_languages)
{
    expect_csv("_id,_version,_time,_op,_reason\n1,2,3,4,5\n", "1@41 _0=1 _1=2 _2=3 _3=4 _4=5|END");
    expect_csv("记录编号,版本,更新时间,操作,原因\n1,2,3,4,5\n",
               "1@57 _0=1 _1=2 _2=3 _3=4 _4=5|END");
    expect_ndjson("{\"_id\":7,\"操作\":\"add\",\"M_TEXT\":\"x\"}", "1@37 _0=7 _3=add M_TEXT=x|END");
}

TEST(an_unknown_column_is_kept_without_an_item)
{
    expect_csv("M_NAME,何物,\nx,y,z\n", "1@21 M_NAME=x ?何物=y ?#3=z|END");
    expect_ndjson("{\"何物\":\"y\"}", "1@14 ?何物=y|END");
}

TEST(a_header_of_which_nothing_belongs_to_the_theme_is_refused)
{
    expect_csv("何物,另一\n1,2\n", "REFUSED");
    expect_csv("_op,何物\n1,2\n", "REFUSED");
    expect_csv("_id,_op\n1,revoke\n", "1@17 _0=1 _3=revoke|END");
}

TEST(two_columns_for_one_item_are_refused)
{
    expect_csv("M_NAME,单位名称\nx,y\n", "REFUSED");
    expect_csv("M_NAME,_id,记录编号\nx,y,z\n", "REFUSED");
    expect_csv("M_NAME,何物,何物\nx,y,z\n", "1@27 M_NAME=x ?何物=y ?何物=z|END");
}

TEST(a_refusal_names_the_columns_but_no_number_in_them)
{
    AUTO(reader_destroy) struct reader *r = reader_create(READER_CSV, theme_named("memo"));
    AUTO(arena_destroy) struct arena *a = arena_create(65536);
    struct raw_row row;
    EXPECT_STR(reader_refusal(r), "");
    reader_feed(r, SLICE("M_NAME,单位名称\n"));
    EXPECT_EQ(reader_next(r, a, &row), READER_REFUSED);
    EXPECT(slice_find(slice_of(reader_refusal(r)), SLICE("单位名称"), 0) >= 0);
    EXPECT_EQ(reader_next(r, a, &row), READER_REFUSED);
    theme_catalogue_drop();
}

TEST(a_header_that_is_not_utf8_is_refused)
{
    expect_csv("M_NAME,\xB5\xA5\xCE\xBB\nx,y\n", "REFUSED");
}

TEST(a_row_of_another_length_is_that_rows_verdict)
{
    expect_csv("M_NAME,M_TEXT\na,b\nc\nd,e,f\ng,h\n",
               "1@18 M_NAME=a M_TEXT=b|2@20!csv.fields(1 ≠ 2)|3@26!csv.fields(3 ≠ 2)|4@30 M_NAME=g "
               "M_TEXT=h|END");
}

TEST(rows_are_counted_over_records_not_lines)
{
    expect_csv("M_NAME,M_TEXT\na,\"b\nc\"\n\nd,e\n",
               "1@22 M_NAME=a M_TEXT=b\nc|2@27 M_NAME=d M_TEXT=e|END");
}

TEST(a_row_that_is_not_utf8_is_that_rows_verdict)
{
    expect_csv("M_NAME\n\xB9\xE3\nok\n", "1@10!text.encoding()|2@13 M_NAME=ok|END");
    expect_ndjson("{\"M_NAME\":\"\xB9\xE3\"}\n{\"M_NAME\":\"ok\"}\n",
                  "1@16!text.encoding()|2@32 M_NAME=ok|END");
}

TEST(a_quote_that_never_closes_is_told_of_the_last_row)
{
    expect_csv("M_NAME\na\n\"b\nc", "1@9 M_NAME=a|2@13!csv.fields(引号未闭合 unclosed quote)|END");
}

TEST(a_row_that_is_too_long_is_that_rows_verdict)
{
    size_t n = READER_ROW_BYTES_MAX + 10;
    AUTO_BUF(body, 2 * n);
    buf_add_slice(&body, SLICE("M_NAME\n"));
    memset(buf_grow(&body, n), 'x', n);
    buf_add_slice(&body, SLICE("\nok\n"));
    AUTO_BUF(got, 4096);
    read_all(READER_CSV, "memo", buf_slice(&body), 65536, &got);
    EXPECT(slice_starts(buf_slice(&got), SLICE("1@1048594!row.size(1048576)|2@")));
    EXPECT(slice_ends(buf_slice(&got), SLICE(" M_NAME=ok|END")));
    AUTO_BUF(lines, 4096);
    read_all(READER_NDJSON, "memo", slice_from(buf_slice(&body), 7), 65536, &lines);
    EXPECT(slice_starts(buf_slice(&lines), SLICE("1@1048587!row.size(1048576)|2@")));
}

TEST(json_gives_texts_numbers_booleans_and_null)
{
    expect_ndjson("{\"M_NAME\":\"a\\u0041\",\"M_CODE\":1.50,\"M_TEXT\":true,\"M_DAY\":null}\r\n",
                  "1@62 M_NAME=aA M_CODE=1.50 M_TEXT=true M_DAY=null|END");
}

TEST(what_is_no_flat_object_is_that_rows_verdict)
{
    AUTO_BUF(got, 65536);
    read_all(READER_NDJSON, "memo",
             SLICE("[1]\n{\"M_NAME\":{}}\n{\"M_NAME\":\"a\",\"单位名称\":\"b\"}\n{\"_id\":1,"
                   "\"记录编号\":2}\n{\n{}\n"),
             999, &got);
    struct slice rest = buf_slice(&got);
    for (int i = 0; i < 5; i++)
        EXPECT(slice_find(slice_cut(&rest, '|'), SLICE("!json.invalid("), 0) > 0);
    EXPECT_SLICE(slice_cut(&rest, '|'), "6@84");
}

TEST(members_may_stand_in_another_order_in_each_row)
{
    expect_ndjson("{\"M_NAME\":1,\"M_TEXT\":2}\n{\"M_TEXT\":3,\"M_NAME\":4}\n{\"M_TEXT\":5}\n",
                  "1@24 M_NAME=1 M_TEXT=2|2@48 M_TEXT=3 M_NAME=4|3@61 M_TEXT=5|END");
}

TEST(a_body_that_was_cut_off_gives_no_half_row)
{
    AUTO(reader_destroy) struct reader *r = reader_create(READER_CSV, theme_named("memo"));
    AUTO(arena_destroy) struct arena *a = arena_create(65536);
    struct raw_row row;
    reader_feed(r, SLICE("M_NAME\nwhole\nhal"));
    EXPECT_EQ(reader_next(r, a, &row), READER_ROW);
    EXPECT_EQ(reader_next(r, a, &row), READER_MORE);
    theme_catalogue_drop();
}

TEST(an_empty_body_has_no_rows)
{
    expect_csv("", "END");
    expect_ndjson("\n\n", "END");
}

TEST(no_column_of_a_plain_register_file_is_lost)
{
    AUTO(arena_destroy) struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    struct catalogue *c;
    struct reason why;
    struct utc_ms now;
    EXPECT_OK(catalogue_load(a, CREDENCE_CATALOGUE_DIR, &c, &why));
    EXPECT(utc_parse(SLICE("2026-01-01"), &now));
    const struct theme *t = catalogue_theme_at(c, SLICE("amr-enterprise-registration"), now);
    EXPECT(t != NULL);
    AUTO(reader_destroy) struct reader *r = reader_create(READER_CSV, t);
    reader_feed(r, SLICE("企业名称,统一社会信用代码,注册日期,企业类型,注册资金,经营范围,所在省份,"
                         "地区,注册地址\r\n"
                         "1,2,3,4,5,6,7,8,9\r\n"));
    reader_finish(r);
    struct raw_row row;
    EXPECT_EQ(reader_next(r, a, &row), READER_ROW);
    EXPECT_EQ(row.count, 9);
    for (size_t i = 0; i < row.count; i++)
        EXPECT(row.values[i].item != NULL);
}
