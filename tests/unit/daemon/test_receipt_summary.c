/* A receipt for people, also when only its beginning is at hand. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "daemon/receipt_summary.h"
#include "record/verdict.h"
#include "tests/support/test.h"

#define HEAD                                                                                       \
    "{\"id\":\"abc\",\"theme\":\"t\",\"department\":\"d\",\"batch\":\"b\",\"state\":\"finished\"," \
    "\"received\":17196,\"stored\":17195,\"changed\":0,\"duplicate\":0,\"stale\":0,"               \
    "\"rejected\":1,\"warned\":10,\"rows\":["
#define ROW                                                                                        \
    "{\"row\":7,\"verdict\":\"rejected\",\"rule\":\"uscc.check\",\"item\":\"USCC\","               \
    "\"value\":\"91\\\"}]\\u001b[2J\",\"remedy\":\"核对 check\"}"

static struct slice printed(struct arena *a, const struct receipt_summary *s)
{
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    EXPECT(f);
    receipt_summary_print(a, s, 10, f);
    EXPECT_EQ(fclose(f), 0);
    struct slice copy = arena_dup(a, slice_make(text, n));
    free(text);
    return copy;
}

TEST(theme_and_department_are_shown_with_their_names)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct receipt_summary s;
    EXPECT_OK(receipt_summary_read(
        a,
        SLICE("{\"id\":\"abc\",\"theme\":\"t\",\"theme_name\":{\"zh\":\"主题甲\",\"en\":\"T\"},"
              "\"department\":\"d\",\"department_name\":{\"zh\":\"某局\",\"en\":\"D\"},"
              "\"batch\":\"b\",\"state\":\"finished\"}"),
        &s));
    struct slice text = printed(a, &s);
    EXPECT(slice_find(text, SLICE("主题 theme  t 主题甲    部门 department  d 某局    批次"), 0) >
           0);
}

TEST(a_whole_receipt_is_shown_with_counts_and_remedies)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct receipt_summary s;
    EXPECT_OK(receipt_summary_read(a, SLICE(HEAD ROW "]}"), &s));
    EXPECT_SLICE(s.id, "abc");
    EXPECT(s.is_finished && !s.is_cut);
    EXPECT_EQ(s.counts.received, 17196);
    EXPECT_EQ(s.counts.rejected, 1);
    struct slice text = printed(a, &s);
    EXPECT(slice_find(text, SLICE("17,195"), 0) >= 0);
    EXPECT(slice_find(text, SLICE("核对 check"), 0) >= 0);
    EXPECT(slice_find(text, SLICE("creditctl receipt abc --csv"), 0) >= 0);
}

TEST(a_verdict_is_called_what_it_is_called_everywhere)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct receipt_summary s;
    EXPECT_OK(receipt_summary_read(a, SLICE(HEAD ROW "]}"), &s));
    struct slice text = printed(a, &s);
    for (int v = VERDICT_STORED; v <= VERDICT_LAST; v++) {
        EXPECT(slice_find(text, slice_of(verdict_zh((enum verdict)v)), 0) >= 0);
        EXPECT(slice_find(text, slice_of(verdict_code((enum verdict)v)), 0) >= 0);
    }
    EXPECT(slice_find(text, SLICE("  已入库 stored           17,195\n"), 0) >= 0);
    EXPECT(slice_find(text, SLICE("  退回   rejected              1\n"), 0) >= 0);
}

TEST(a_value_cannot_steer_the_terminal)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct receipt_summary s;
    EXPECT_OK(receipt_summary_read(a, SLICE(HEAD ROW "]}"), &s));
    EXPECT_EQ(slice_find(printed(a, &s), SLICE("\x1b"), 0), -1);
}

TEST(the_beginning_of_a_receipt_is_enough_wherever_it_was_cut)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct slice whole = SLICE(HEAD ROW "," ROW "," ROW "]}");
    for (size_t n = sizeof HEAD - 1; n < whole.n; n++) {
        struct receipt_summary s;
        EXPECT_OK(receipt_summary_read(a, slice_make(whole.p, n), &s));
        EXPECT(s.is_cut);
        size_t rows = n < sizeof HEAD ROW - 1           ? 0
                      : n < sizeof HEAD ROW "," ROW - 1 ? 1
                      : n < whole.n - 2                 ? 2
                                                        : 3;
        EXPECT_EQ(s.rows->count, rows);
    }
}

TEST(what_is_no_receipt_is_told)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct receipt_summary s;
    EXPECT_ERR(receipt_summary_read(a, SLICE(""), &s), CE_FORMAT);
    EXPECT_ERR(receipt_summary_read(a, SLICE("{\"title\":\"x\"}"), &s), CE_FORMAT);
    EXPECT_ERR(receipt_summary_read(a, SLICE("<html>"), &s), CE_FORMAT);
}
