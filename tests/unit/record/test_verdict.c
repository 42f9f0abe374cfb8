/* Verdicts and their counts: what was received is always the sum of what became of it. */
#include "record/verdict.h"
#include "tests/support/test.h"

TEST(every_verdict_has_a_stored_number_and_two_names)
{
    static const char *const wanted[] = {"", "stored", "changed", "duplicate", "stale", "rejected"};
    EXPECT_EQ(VERDICT_LAST, 5);
    for (int v = VERDICT_STORED; v <= VERDICT_LAST; v++) {
        EXPECT_STR(verdict_code((enum verdict)v), wanted[v]);
        EXPECT(verdict_zh((enum verdict)v)[0]);
    }
    EXPECT_STR(verdict_code((enum verdict)0), "");
    EXPECT_STR(verdict_zh((enum verdict)6), "");
}

static void expect_whole(const struct totals *t, unsigned long long rows)
{
    EXPECT_EQ(t->received, rows);
    EXPECT_EQ(t->stored + t->changed + t->duplicate + t->stale + t->rejected, rows);
}

TEST(received_is_the_sum_of_the_five)
{
    struct totals t = {0}, sum = {0};
    for (int v = VERDICT_STORED; v <= VERDICT_LAST; v++)
        for (int i = 0; i < v; i++)
            totals_add_row(&t, (enum verdict)v, i == 0, 0);
    expect_whole(&t, 15);
    EXPECT_EQ(t.stored, 1);
    EXPECT_EQ(t.changed, 2);
    EXPECT_EQ(t.duplicate, 3);
    EXPECT_EQ(t.stale, 4);
    EXPECT_EQ(t.rejected, 5);
    EXPECT_EQ(t.warned, 5);
    EXPECT_EQ(t.noted, 0);
    totals_add(&sum, &t);
    totals_add(&sum, &t);
    expect_whole(&sum, 30);
    EXPECT_EQ(sum.warned, 10);
    EXPECT_EQ(sum.rejected, 10);
}

TEST(a_row_counts_once_however_much_it_is_told)
{
    struct totals t = {0};
    totals_add_row(&t, VERDICT_REJECTED, 7, 3);
    EXPECT_EQ(t.warned, 1);
    EXPECT_EQ(t.noted, 1);
}
