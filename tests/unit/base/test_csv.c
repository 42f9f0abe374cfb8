/* Rows of CSV, above all that they are the same wherever the input is cut. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/csv.h"
#include "tests/support/test.h"

static void show(struct buf *b, const struct csv_row *row)
{
    buf_printf(b, "%llu@%llu%s%s:", (unsigned long long)row->number,
               (unsigned long long)row->end_bytes, row->too_long ? " too long" : "",
               row->open_quote ? " open" : "");
    for (size_t i = 0; i < row->count; i++) {
        EXPECT(row->fields[i].p >= row->text.p &&
               row->fields[i].p + row->fields[i].n <= row->text.p + row->text.n);
        buf_add_char(b, '[');
        buf_add_slice(b, row->fields[i]);
        buf_add_char(b, ']');
    }
    buf_add_char(b, '\n');
}

static void show_all(struct csv *c, struct buf *b, enum csv_step until)
{
    struct csv_row row;
    enum csv_step step;
    while ((step = csv_next(c, &row)) == CSV_ROW)
        show(b, &row);
    EXPECT_EQ(step, until);
}

/* Each piece lies in memory of its own that is gone before the next one comes. */
static void feed(struct csv *c, struct slice piece, struct buf *b)
{
    char *own = malloc(piece.n + 1);
    if (piece.n)
        memcpy(own, piece.p, piece.n);
    csv_feed(c, slice_make(own, piece.n));
    show_all(c, b, CSV_MORE);
    free(own);
}

static void rows_of(struct slice text, size_t step, size_t cut, size_t row_max, size_t fields_max,
                    struct buf *b)
{
    AUTO(csv_destroy) struct csv *c = csv_create(row_max, fields_max);
    if (cut) {
        feed(c, slice_make(text.p, cut), b);
        feed(c, slice_from(text, cut), b);
    } else {
        for (size_t i = 0; i < text.n; i += step)
            feed(c, slice_make(text.p + i, text.n - i < step ? text.n - i : step), b);
    }
    csv_finish(c);
    show_all(c, b, CSV_END);
    struct csv_row row;
    EXPECT_EQ(csv_next(c, &row), CSV_END);
}

/* In one piece, in every two pieces, and in pieces of 1 to 7 bytes. */
static void expect_rows_limited(struct slice text, size_t row_max, size_t fields_max,
                                const char *wanted)
{
    AUTO_BUF(b, 1 << 20);
    rows_of(text, text.n + 1, 0, row_max, fields_max, &b);
    EXPECT_SAME(buf_slice(&b), slice_of(wanted));
    for (size_t cut = 1; cut < text.n; cut++) {
        buf_clear(&b);
        rows_of(text, 0, cut, row_max, fields_max, &b);
        EXPECT_SAME(buf_slice(&b), slice_of(wanted));
    }
    for (size_t step = 1; step <= 7; step++) {
        buf_clear(&b);
        rows_of(text, step, 0, row_max, fields_max, &b);
        EXPECT_SAME(buf_slice(&b), slice_of(wanted));
    }
}

static void expect_rows(struct slice text, const char *wanted)
{
    expect_rows_limited(text, 1 << 16, 100, wanted);
}

TEST(a_header_is_row_0_and_records_count_from_1)
{
    expect_rows(SLICE("代码,名称\n9144,某某\n9145,某某某\n"),
                "0@14:[代码][名称]\n1@26:[9144][某某]\n2@41:[9145][某某某]\n");
}

TEST(lines_may_end_in_lf_crlf_or_cr_and_mix_them)
{
    expect_rows(SLICE("a,b\nc,d\n"), "0@4:[a][b]\n1@8:[c][d]\n");
    expect_rows(SLICE("a,b\r\nc,d\r\n"), "0@5:[a][b]\n1@10:[c][d]\n");
    expect_rows(SLICE("a,b\rc,d\r"), "0@4:[a][b]\n1@8:[c][d]\n");
    expect_rows(SLICE("a,b\r\nc,d\ne,f\rg,h"),
                "0@5:[a][b]\n1@9:[c][d]\n2@13:[e][f]\n3@16:[g][h]\n");
    expect_rows(SLICE("\"a\"\r\n\"b\"\r\"c\"\n"), "0@5:[a]\n1@9:[b]\n2@13:[c]\n");
}

TEST(a_last_line_without_an_end_is_a_row)
{
    expect_rows(SLICE("a,b\n1,2"), "0@4:[a][b]\n1@7:[1][2]\n");
    expect_rows(SLICE("a,b\n1,"), "0@4:[a][b]\n1@6:[1][]\n");
    expect_rows(SLICE("a\n\"b\""), "0@2:[a]\n1@5:[b]\n");
    expect_rows(SLICE("x"), "0@1:[x]\n");
}

TEST(empty_fields_are_fields)
{
    expect_rows(SLICE(",\n,,\n\"\"\na,,b\n"), "0@2:[][]\n1@5:[][][]\n2@8:[]\n3@13:[a][][b]\n");
}

TEST(blank_lines_are_skipped_and_not_counted)
{
    expect_rows(SLICE("\n\r\n  \na\n\n\r\r\n \t \nb\n\n"), "0@8:[a]\n1@18:[b]\n");
    expect_rows(SLICE(""), "");
    expect_rows(SLICE("\n"), "");
    expect_rows(SLICE("   "), "");
    expect_rows(SLICE("\r"), "");
    expect_rows(SLICE(" a \n"), "0@4:[ a ]\n");
}

TEST(quotes_hold_commas_line_breaks_and_doubled_quotes)
{
    expect_rows(SLICE("\"a,b\",c\n"), "0@8:[a,b][c]\n");
    expect_rows(SLICE("x,\"1\r\n2\n3\r4\"\ny,z\n"), "0@13:[x][1\r\n2\n3\r4]\n1@17:[y][z]\n");
    expect_rows(SLICE("\"a\"\"b\",\"\"\"\",\"\"\"c\"\"\"\nd\n"),
                "0@20:[a\"b][\"][\"c\"]\n1@22:[d]\n");
}

TEST(a_quote_inside_an_unquoted_field_is_text)
{
    expect_rows(SLICE("a\"b\",c\"\n \"d\",e\n"), "0@8:[a\"b\"][c\"]\n1@15:[ \"d\"][e]\n");
}

TEST(text_behind_a_closing_quote_is_kept)
{
    expect_rows(SLICE("\"a\"b,\"c\" \"d\",\"e\"\"\"f\"\n"), "0@21:[ab][c \"d\"][e\"f\"]\n");
}

TEST(a_byte_order_mark_is_skipped_and_counts_in_offsets)
{
    expect_rows(SLICE("\xEF\xBB\xBF"
                      "a,b\n1,2\n"),
                "0@7:[a][b]\n1@11:[1][2]\n");
    expect_rows(SLICE("\xEF\xBB\xBF\"a\"\n"), "0@7:[a]\n");
    expect_rows(SLICE("\xEF\xBB\xBF"), "");
}

TEST(what_only_begins_like_a_mark_or_comes_later_is_text)
{
    expect_rows(SLICE("\xEF\xBB"
                      "a\n"),
                "0@4:[\xEF\xBB"
                "a]\n");
    expect_rows(SLICE("\xEF"), "0@1:[\xEF]\n");
    expect_rows(SLICE("\xEF\xBB,\"x\"\n"), "0@7:[\xEF\xBB][x]\n");
    expect_rows(SLICE("a\n\xEF\xBB\xBF"
                      "b\n"),
                "0@2:[a]\n1@7:[\xEF\xBB\xBF"
                "b]\n");
    expect_rows(SLICE("\xEF\n\xBB\n"), "0@2:[\xEF]\n1@4:[\xBB]\n");
}

TEST(a_row_of_exactly_the_limit_is_whole_and_a_longer_one_is_cut)
{
    expect_rows_limited(SLICE("ab,cd678\nnext\n"), 8, 9, "0@9:[ab][cd678]\n1@14:[next]\n");
    expect_rows_limited(SLICE("ab,cd678\r\nnext\r\n"), 8, 9, "0@10:[ab][cd678]\n1@16:[next]\n");
    expect_rows_limited(SLICE("ab,cd678"), 8, 9, "0@8:[ab][cd678]\n");
    expect_rows_limited(SLICE("ab,cd6789,ef\r\nnext\n"), 8, 9,
                        "0@14 too long:[ab][cd678]\n1@19:[next]\n");
    expect_rows_limited(SLICE("ab,cd6789"), 8, 9, "0@9 too long:[ab][cd678]\n");
    expect_rows_limited(
        SLICE("\"b,cd67\"\n\"b,cd678\"\n\"a\"\"b4567\"\nx\n"), 8, 9,
        "0@9:[b,cd67]\n1@19 too long:[b,cd678]\n2@30 too long:[a\"b456]\n3@32:[x]\n");
    expect_rows_limited(SLICE("abcdefgh,\nx\n"), 8, 9, "0@10 too long:[abcdefgh]\n1@12:[x]\n");
}

TEST(a_quote_that_never_closes_ends_at_the_limit_and_the_next_line_is_read_again)
{
    expect_rows_limited(SLICE("a\n\"b1\n2\n3\n4\n5\nc\nd\n"), 8, 9,
                        "0@2:[a]\n1@12 too long:[b1\n2\n3\n]\n2@14:[5]\n3@16:[c]\n4@18:[d]\n");
}

TEST(an_input_that_ends_between_quotes_says_so)
{
    expect_rows(SLICE("a,b\n1,\"2\n3,4\n"), "0@4:[a][b]\n1@13 open:[1][2\n3,4\n]\n");
    expect_rows(SLICE("a,b\n1,\""), "0@4:[a][b]\n1@7 open:[1][]\n");
    expect_rows(SLICE("a\n\"b\"\""), "0@2:[a]\n1@6 open:[b\"]\n");
}

TEST(a_row_with_too_many_fields_is_cut_and_the_next_one_whole)
{
    expect_rows_limited(SLICE("a,b,c\na,b,c,d\n1,2,\"3\n\",\"4\n\",5\nx,y,z\n"), 99, 3,
                        "0@6:[a][b][c]\n1@14 too long:[a][b][c]\n"
                        "2@30 too long:[1][2][3\n]\n3@36:[x][y][z]\n");
}

TEST(nuls_and_bytes_that_are_no_utf8_pass_through)
{
    AUTO_BUF(b, 4096);
    rows_of(slice_make("a\0b,\xff\xfe\n", 7), 3, 0, 99, 9, &b);
    EXPECT_SAME(buf_slice(&b), slice_make("0@7:[a\0b][\xff\xfe]\n", 14));
}

TEST(a_row_that_lies_in_its_piece_is_borrowed_from_it)
{
    AUTO(csv_destroy) struct csv *c = csv_create(1 << 16, 10);
    struct slice piece = SLICE("ab,\"c d\",e\n\"x\"\"y\",z\n");
    csv_feed(c, piece);
    struct csv_row row;
    EXPECT_EQ(csv_next(c, &row), CSV_ROW);
    EXPECT(row.fields[0].p == piece.p);
    EXPECT(row.fields[1].p == piece.p + 4);
    EXPECT_SLICE(row.fields[1], "c d");
    EXPECT_EQ(csv_next(c, &row), CSV_ROW);
    EXPECT_SLICE(row.fields[0], "x\"y");
    EXPECT(row.fields[1].p < piece.p || row.fields[1].p > piece.p + piece.n);
}

TEST(a_row_is_not_given_out_before_its_end_is_certain)
{
    AUTO(csv_destroy) struct csv *c = csv_create(1 << 16, 10);
    struct csv_row row;
    EXPECT_EQ(csv_next(c, &row), CSV_MORE);
    csv_feed(c, SLICE("a,b"));
    EXPECT_EQ(csv_next(c, &row), CSV_MORE);
    csv_feed(c, SLICE("\r"));
    EXPECT_EQ(csv_next(c, &row), CSV_MORE);
    csv_feed(c, (struct slice){NULL, 0});
    EXPECT_EQ(csv_next(c, &row), CSV_MORE);
    csv_feed(c, SLICE("\nc"));
    EXPECT_EQ(csv_next(c, &row), CSV_ROW);
    EXPECT_EQ(row.end_bytes, 5);
    csv_finish(c);
    EXPECT_EQ(csv_next(c, &row), CSV_ROW);
    EXPECT_SLICE(row.fields[0], "c");
    EXPECT_EQ(csv_next(c, &row), CSV_END);
}

static struct slice put(struct buf *b, struct slice field)
{
    buf_clear(b);
    csv_put(b, field, true);
    return buf_slice(b);
}

TEST(a_written_field_is_quoted_only_when_it_must)
{
    AUTO_BUF(b, 4096);
    EXPECT_SLICE(put(&b, SLICE("某某 公司")), "某某 公司");
    EXPECT_SLICE(put(&b, SLICE("a,b")), "\"a,b\"");
    EXPECT_SLICE(put(&b, SLICE("a\"b\"")), "\"a\"\"b\"\"\"");
    EXPECT_SLICE(put(&b, SLICE("a\nb")), "\"a\nb\"");
    EXPECT_SLICE(put(&b, SLICE("a\r")), "\"a\r\"");
    EXPECT_SLICE(put(&b, SLICE(" a")), "\" a\"");
    buf_clear(&b);
    csv_put(&b, SLICE(""), true);
    csv_put(&b, SLICE(""), false);
    csv_put(&b, SLICE("x"), false);
    EXPECT_SLICE(buf_slice(&b), "\"\",,x");
}

TEST(formulas_are_defused_and_numbers_are_not)
{
    AUTO_BUF(b, 4096);
    EXPECT_SLICE(put(&b, SLICE("=1+1")), "'=1+1");
    EXPECT_SLICE(put(&b, SLICE("@SUM(A1,A2)")), "\"'@SUM(A1,A2)\"");
    EXPECT_SLICE(put(&b, SLICE("+86 20 8888")), "'+86 20 8888");
    EXPECT_SLICE(put(&b, SLICE("-")), "'-");
    EXPECT_SLICE(put(&b, SLICE("-1e")), "'-1e");
    EXPECT_SLICE(put(&b, SLICE("-1-2")), "'-1-2");
    EXPECT_SLICE(put(&b, SLICE("-1.50")), "-1.50");
    EXPECT_SLICE(put(&b, SLICE("+3")), "+3");
    EXPECT_SLICE(put(&b, SLICE("-.5e-3")), "-.5e-3");
    EXPECT_SLICE(put(&b, SLICE("a=b")), "a=b");
}

TEST(written_fields_are_read_back_as_they_were)
{
    static const char *const values[] = {"",    " ", "a", "\"", "\"\"", "\r\n", ",", "\xEF\xBB\xBF",
                                         "a\tb"};
    AUTO_BUF(b, 4096);
    AUTO(csv_destroy) struct csv *c = csv_create(1 << 10, 3);
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        csv_put(&b, slice_of(values[i]), true);
        if (i % 2)
            csv_put(&b, slice_of(values[i]), false);
        buf_add_char(&b, '\n');
    }
    csv_feed(c, buf_slice(&b));
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        struct csv_row row;
        EXPECT_EQ(csv_next(c, &row), CSV_ROW);
        EXPECT_EQ(row.count, 1 + i % 2);
        EXPECT_SAME(row.fields[0], slice_of(values[i]));
        EXPECT_SAME(row.fields[row.count - 1], slice_of(values[i]));
    }
}

static void expect_as_text(const char *field, const char *wanted)
{
    AUTO_BUF(b, 1024);
    csv_put_as_text(&b, slice_of(field), false);
    EXPECT_SAME(buf_slice(&b), slice_of(wanted));
}

TEST(what_a_spreadsheet_would_read_otherwise_is_guarded_by_a_tab)
{
    static const char *const guarded[] = {
        "914403001922038216",
        "2020-01-05",
        "20200105",
        "0.20",
        "4,281",
        "1/2",
        "12:30",
        "2023年1月5日",
        "9144E12",
        "=1+1",
        "+甲",
        "-",
        "@x",
        "50%",
        "５０",
        "＝Ａ１",
        "￥100",
        "Jan 5",
        "1-2",
        "1e5",
        "(3)",
    };
    for (size_t i = 0; i < ARRAY_LEN(guarded); i++) {
        char wanted[64];
        snprintf(wanted, sizeof wanted, ",\"\t%s\"", guarded[i]);
        expect_as_text(guarded[i], wanted);
    }
    static const char *const left[] = {
        "广州商店", "穗处〔2026〕1号", "第3商店", "存续", "TRUE", "/", "—"};
    for (size_t i = 0; i < ARRAY_LEN(left); i++) {
        char wanted[64];
        snprintf(wanted, sizeof wanted, ",%s", left[i]);
        expect_as_text(left[i], wanted);
    }
    expect_as_text("", ",");
    expect_as_text("\"1\"", ",\"\t\"\"1\"\"\"");
}
