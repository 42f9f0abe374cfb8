/* Masks keep what they say and never everything. */
#include "record/mask.h"
#include "tests/support/test.h"

TEST(a_mask_keeps_the_first_and_last_characters)
{
    AUTO(arena_destroy) struct arena *a = arena_create(4096);
    struct mask number = {SLICE("number"), 3, 4}, name = {SLICE("name"), 1, 0};
    EXPECT_SLICE(mask_text(a, &number, SLICE("440106185001010016")), "440***********0016");
    EXPECT_SLICE(mask_text(a, &MASK_PERSON, SLICE("440106185001010016")), "4****************6");
    EXPECT_SLICE(mask_text(a, &name, SLICE("欧阳某")), "欧**");
}

TEST(a_short_text_is_masked_whole)
{
    AUTO(arena_destroy) struct arena *a = arena_create(4096);
    struct mask number = {SLICE("number"), 3, 4};
    EXPECT_SLICE(mask_text(a, &number, SLICE("1234567")), "*******");
    EXPECT_SLICE(mask_text(a, &MASK_PERSON, SLICE("某")), "*");
    EXPECT_SLICE(mask_text(a, &MASK_PERSON, SLICE("")), "");
}
