/* The eight categories: numbers are stored, codes are written in the catalogue. */
#include "record/category.h"
#include "tests/support/test.h"

TEST(numbers_of_categories_are_what_is_stored)
{
    static const char *const wanted[] = {
        "",        "registration", "supervision",    "qualification",
        "default", "enforcement",  "administration", "public-benefit",
        "judgment"};
    EXPECT_EQ(CATEGORY_LAST, 8);
    for (int i = CATEGORY_FIRST; i <= CATEGORY_LAST; i++) {
        EXPECT_STR(category_code((enum category)i), wanted[i]);
        EXPECT_EQ(category_of(slice_of(wanted[i])), i);
        EXPECT(category_zh((enum category)i)[0] && category_en((enum category)i)[0]);
    }
}

TEST(what_is_no_category_has_no_name)
{
    EXPECT_EQ(category_of(SLICE("")), 0);
    EXPECT_EQ(category_of(SLICE("Default")), 0);
    EXPECT_STR(category_code((enum category)0), "");
    EXPECT_STR(category_zh((enum category)9), "");
    EXPECT_STR(category_en((enum category) - 1), "");
}
