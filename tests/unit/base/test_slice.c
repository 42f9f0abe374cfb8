/* Borrowed bytes: comparing, cutting, numbers and UTF-8. */
#include "tests/support/test.h"

TEST(a_shorter_slice_comes_first_when_it_is_the_others_beginning)
{
    EXPECT(slice_cmp(SLICE("ab"), SLICE("abc")) < 0);
    EXPECT(slice_cmp(SLICE("abc"), SLICE("ab")) > 0);
    EXPECT_EQ(slice_cmp(SLICE("ab"), SLICE("ab")), 0);
}
