/* Rows under construction. */
#include "sample/draft.h"
#include "tests/support/test.h"

static struct draft d;

TEST(texts_are_put_together_and_live_as_long_as_the_row)
{
    draft_clear(&d, 2);
    struct slice joined = draft_join(&d, "样市监", "罚", NULL);
    struct slice number = draft_number(&d, 1024);
    EXPECT_SLICE(joined, "样市监罚");
    EXPECT_SLICE(number, "1024");
    EXPECT_SLICE(draft_number(&d, 0), "0");
    EXPECT_SLICE(draft_digits(&d, 7, 3), "007");
    EXPECT_SLICE(draft_day(&d, (struct day){0}), "1970-01-01");
    EXPECT_SLICE(joined, "样市监罚");
}

TEST(a_text_is_cut_between_characters)
{
    EXPECT_SLICE(draft_cut(SLICE("样例市"), 2), "样例");
    EXPECT_SLICE(draft_cut(SLICE("样例市"), 3), "样例市");
    EXPECT_SLICE(draft_cut(SLICE("abc"), 9), "abc");
    EXPECT_SLICE(draft_cut(SLICE("abc"), 0), "");
}

TEST(a_cleared_row_holds_nothing)
{
    d.values[1] = SLICE("x");
    d.id = SLICE("x");
    d.shape = DRAFT_CUT;
    d.is_empty = true;
    draft_clear(&d, 2);
    EXPECT_EQ(d.values[1].n + d.id.n + d.used, 0);
    EXPECT_EQ(d.shape, DRAFT_WHOLE);
    EXPECT(!d.is_empty && day_is_none(d.days[0]));
}
