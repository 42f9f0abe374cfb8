/* From bytes to rows: what a column means, and rows that cannot be read. */
#include <stdlib.h>

#include "base/buf.h"
#include "ingest/reader.h"
#include "tests/support/test.h"
#include "tests/support/theme.h"

/* Everything that a body gives, as text: "row@end item=value …|", "row!rule(hint)|", "END",
 * "REFUSED". */
static void read_all(enum reader_format format, enum encoding encoding, const char *theme,
                     struct slice body, size_t step, struct buf *ret)
{
    AUTO(reader_destroy) struct reader *r = reader_create(format, encoding, theme_named(theme));
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
            if (v->reserved)
                continue;
            struct slice name = v->item ? v->item->code : v->column;
            buf_printf(ret, " %s%.*s=", v->item ? "" : "?", FMT_SLICE(name));
            buf_add_slice(ret, v->value.p ? v->value : SLICE("null"));
        }
        buf_printf(ret, "|");
    }
    theme_catalogue_drop();
}

static void expect_encoded(enum reader_format format, enum encoding encoding, struct slice body,
                           const char *wanted)
{
    const size_t steps[] = {body.n + 1, 1, 7};
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        AUTO_BUF(got, 1 << 20);
        read_all(format, encoding, "memo", body, steps[i], &got);
        EXPECT_SAME(buf_slice(&got), slice_of(wanted));
    }
}

static void expect_body(enum reader_format format, struct slice body, const char *wanted)
{
    expect_encoded(format, ENCODING_AUTO, body, wanted);
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
    AUTO(reader_destroy)
    struct reader *r = reader_create(READER_CSV, ENCODING_AUTO, theme_named("memo"));
    AUTO(arena_destroy) struct arena *a = arena_create(65536);
    struct raw_row row;
    EXPECT_STR(reader_refusal(r), "");
    reader_feed(r, SLICE("M_NAME,单位名称\n"));
    EXPECT_EQ(reader_next(r, a, &row), READER_REFUSED);
    EXPECT(slice_find(slice_of(reader_refusal(r)), SLICE("单位名称"), 0) >= 0);
    EXPECT_EQ(reader_next(r, a, &row), READER_REFUSED);
    theme_catalogue_drop();
}

TEST(a_row_of_another_length_is_that_rows_verdict)
{
    expect_csv("M_NAME,M_TEXT\na,b\nc\nd,e,f\ng,h\n",
               "1@18 M_NAME=a M_TEXT=b|2@20!csv.fields(1 ≠ 2) M_NAME=c "
               "M_TEXT=null|3@26!csv.fields(3 ≠ 2) M_NAME=d "
               "M_TEXT=e ?#3=f|4@30 M_NAME=g M_TEXT=h|END");
}

TEST(rows_are_counted_over_records_not_lines)
{
    expect_csv("M_NAME,M_TEXT\na,\"b\nc\"\n\nd,e\n",
               "1@22 M_NAME=a M_TEXT=b\nc|2@27 M_NAME=d M_TEXT=e|END");
}

TEST(a_quote_that_never_closes_is_told_of_the_last_row)
{
    expect_csv("M_NAME\na\n\"b\nc",
               "1@9 M_NAME=a|2@13!csv.fields(引号未闭合 unclosed quote) M_NAME=b\nc|END");
}

TEST(a_row_that_is_too_long_is_that_rows_verdict)
{
    size_t n = READER_ROW_BYTES_MAX + 10;
    AUTO_BUF(body, 2 * n);
    buf_add_slice(&body, SLICE("M_NAME\n"));
    memset(buf_grow(&body, n), 'x', n);
    buf_add_slice(&body, SLICE("\nok\n"));
    AUTO_BUF(got, 4096);
    read_all(READER_CSV, ENCODING_AUTO, "memo", buf_slice(&body), 65536, &got);
    EXPECT(slice_starts(buf_slice(&got), SLICE("1@1048594!row.size(1048576)|2@")));
    EXPECT(slice_ends(buf_slice(&got), SLICE(" M_NAME=ok|END")));
    AUTO_BUF(lines, 4096);
    read_all(READER_NDJSON, ENCODING_AUTO, "memo", slice_from(buf_slice(&body), 7), 65536, &lines);
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
    read_all(READER_NDJSON, ENCODING_AUTO, "memo",
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
    AUTO(reader_destroy)
    struct reader *r = reader_create(READER_CSV, ENCODING_AUTO, theme_named("memo"));
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
    AUTO(reader_destroy) struct reader *r = reader_create(READER_CSV, ENCODING_AUTO, t);
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

/* In GB18030. */
#define DANWEI "\xB5\xA5\xCE\xBB\xC3\xFB\xB3\xC6" /* 单位名称 */
#define GUANGZHOU "\xB9\xE3\xD6\xDD"
#define SHENZHEN "\xC9\xEE\xDB\xDA"

static void expect_declared(enum encoding encoding, const char *body, const char *wanted)
{
    expect_encoded(READER_CSV, encoding, slice_of(body), wanted);
}

TEST(a_header_in_gb18030_makes_the_file_that)
{
    expect_csv(DANWEI ",M_TEXT\n" GUANGZHOU ",x\n" SHENZHEN ",\n",
               "1@23 M_NAME=广州 M_TEXT=x|2@29 M_NAME=深圳 M_TEXT=|END");
    expect_csv("M_NAME," DANWEI "1\n" GUANGZHOU ",x\n", "1@24 M_NAME=广州 ?单位名称1=x|END");
    expect_declared(ENCODING_GB18030, DANWEI "\n" GUANGZHOU "\n", "1@14 M_NAME=广州|END");
}

TEST(a_header_that_is_neither_or_not_what_was_declared_is_refused)
{
    expect_csv("M_NAME,\xFF\xFF\nx,y\n", "REFUSED");
    expect_csv("\xB5\xA5\xCE\xBB\nx\n", "REFUSED");
    expect_declared(ENCODING_UTF8, DANWEI "\nx\n", "REFUSED");
    expect_declared(ENCODING_GB18030, "单位名称\nx\n", "REFUSED");
    expect_declared(ENCODING_GB18030, "\xEF\xBB\xBFM_NAME\nx\n", "REFUSED");
    expect_encoded(READER_NDJSON, ENCODING_GB18030, SLICE("\xEF\xBB\xBF{\"M_NAME\":\"x\"}\n"),
                   "REFUSED");
}

TEST(behind_a_header_in_ascii_the_first_row_that_tells_decides)
{
    expect_csv("M_NAME\nascii\n" GUANGZHOU "\nok\n" SHENZHEN "\n",
               "1@13 M_NAME=ascii|2@18 M_NAME=广州|3@21 M_NAME=ok|4@26 M_NAME=深圳|END");
    expect_csv("M_NAME\nascii\n广州\n" GUANGZHOU "\n",
               "1@13 M_NAME=ascii|2@20 M_NAME=广州|3@25!text.encoding(UTF-8) M_NAME=广州|END");
    /* What is neither decides nothing. */
    expect_csv("M_NAME\n\xFF\n" GUANGZHOU "\n",
               "1@9!text.encoding(UTF-8, GB18030) M_NAME=\xEF\xBF\xBD|2@14 M_NAME=广州|END");
    /* One broken character does not make UTF-8 look like the other. */
    expect_csv("M_NAME\n广州商\xE8\xA1\n广州\n",
               "1@19!text.encoding(UTF-8) "
               "M_NAME=广州商\xEF\xBF\xBD\xEF\xBF\xBD|2@26 M_NAME=广州|END");
}

TEST(a_mark_settles_that_it_is_utf8)
{
    expect_csv("\xEF\xBB\xBFM_NAME\n" GUANGZHOU "\n广州\n",
               "1@15!text.encoding(UTF-8) M_NAME=广州|2@22 M_NAME=广州|END");
}

TEST(a_row_of_the_other_encoding_is_that_rows_verdict)
{
    expect_csv("单位名称\n" GUANGZHOU "\nok\n深圳\n",
               "1@18!text.encoding(UTF-8) M_NAME=广州|2@21 M_NAME=ok|3@28 M_NAME=深圳|END");
    expect_csv(DANWEI "\n" GUANGZHOU "\n广州商户\nok\n",
               "1@14 M_NAME=广州|2@27!text.encoding(GB18030) M_NAME=广州商户|3@30 M_NAME=ok|END");
    expect_declared(ENCODING_GB18030, "M_NAME\n广州商户\n" GUANGZHOU "\n\xFF\n",
                    "1@20!text.encoding(GB18030) M_NAME=广州商户|2@25 M_NAME=广州|3@27!text."
                    "encoding(GB18030) M_NAME=\xEF\xBF\xBD|END");
    expect_ndjson("{\"M_NAME\":\"广州\"}\n{\"M_NAME\":\"" GUANGZHOU "\"}\n{\"M_NAME\":\"ok\"}\n",
                  "1@20 M_NAME=广州|2@38!text.encoding(UTF-8) M_NAME=广州|3@54 M_NAME=ok|END");
}

TEST(lines_of_json_may_be_gb18030_too)
{
    const char *wanted = "1@20 M_NAME=广州|2@38 M_NAME=深圳|END";
    expect_ndjson("{\"" DANWEI "\":\"" GUANGZHOU "\"}\n{\"M_NAME\":\"" SHENZHEN "\"}\n", wanted);
    expect_encoded(READER_NDJSON, ENCODING_GB18030,
                   SLICE("{\"" DANWEI "\":\"" GUANGZHOU "\"}\n{\"M_NAME\":\"" SHENZHEN "\"}\n"),
                   wanted);
    /* A bar, a backslash and a brace as second bytes. */
    expect_ndjson("{\"M_NAME\":\"\x81\x7C\x81\x5C\x81\x7B\xB9\xE3\"}\n",
                  "1@22 M_NAME=亅乗亄广|END");
    expect_ndjson("\x84\x31\x95\x33{\"M_NAME\":\"" GUANGZHOU "\"}\n", "1@22 M_NAME=广州|END");
}

TEST(utf16_is_refused)
{
    expect_body(READER_CSV, SLICE("\xFF\xFEM\0_\0N\0A\0M\0E\0\n\0x\0\n\0"), "REFUSED");
    expect_body(READER_CSV, SLICE("\xFE\xFF\0M\0_\0N\0A\0M\0E\0\n\0x\0\n"), "REFUSED");
    expect_body(READER_CSV, SLICE("M\0_\0N\0A\0M\0E\0\n\0x\0\n\0"), "REFUSED");
    expect_body(READER_NDJSON,
                SLICE("{\0\"\0M\0\"\0:\0"
                      "1\0}\0\n\0"),
                "REFUSED");
    expect_body(READER_NDJSON,
                SLICE("\xFF\xFE{\0\"\0M\0\"\0:\0"
                      "1\0}\0\n\0"),
                "REFUSED");
}

TEST(what_a_reject_file_adds_is_read_past)
{
    expect_csv("M_NAME,_row,退回规则,_remedy\nx,1,text.damaged,…\n", "1@54 M_NAME=x|END");
    expect_ndjson("{\"M_NAME\":\"x\",\"原行号\":1,\"_rule\":\"a\",\"处理办法\":\"b\"}\n",
                  "1@60 M_NAME=x|END");
}
