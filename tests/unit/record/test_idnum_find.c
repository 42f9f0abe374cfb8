/* Identity numbers are found inside text, whatever stands around them. */
#include "record/identifier.h"
#include "tests/support/test.h"

static void expect_masked(const char *text, const char *wanted)
{
    AUTO(arena_destroy) struct arena *a = arena_create(65536);
    EXPECT_SAME(idnum_mask_text(a, slice_of(text)), slice_of(wanted));
    size_t at, bytes;
    EXPECT_EQ(idnum_in_text(slice_of(text), 0, &at, &bytes), strcmp(text, wanted) != 0);
}

TEST(a_number_is_found_among_other_numbers)
{
    expect_masked("电话 13800000000 440106185001010016", "电话 13800000000 4****************6");
    expect_masked("440106185001010016 13800000000", "4****************6 13800000000");
    expect_masked("1 44010618500101018X 2", "1 4****************X 2");
    expect_masked("440106185001010016-1", "4****************6-1");
    expect_masked("case-440106185001010016-1", "case-4****************6-1");
    expect_masked("440106185001010016 44010618500101018x", "4****************6 4****************X");
    expect_masked("020-440106500101001", "020-4*************1");
}

TEST(gaps_and_width_do_not_hide_a_number)
{
    expect_masked("440106 18500101 0016", "4****************6");
    expect_masked("440106-18500101-0016 020", "4****************6 020");
    expect_masked("４４０１０６１８５００１０１００１６", "4****************6");
    expect_masked("440106\xE2\x80\x8B"
                  "18500101\xEF\xBB\xBF"
                  "0016",
                  "4****************6");
    expect_masked("某440106185001010016某", "某4****************6某");
    expect_masked("ID440106185001010016", "ID4****************6");
}

TEST(other_long_numbers_are_left_alone)
{
    expect_masked("91440106YY00000288", "91440106YY00000288");
    expect_masked("440301103097413", "440301103097413");
    expect_masked("44010620240101000001", "44010620240101000001"); /* twenty digits in one group */
    expect_masked("X440106500101001", "X440106500101001");
    expect_masked("440106 1850", "440106 1850");
    expect_masked("2024-06-01 10:00:00", "2024-06-01 10:00:00");
    expect_masked("", "");
}
