/* The dice: what is thrown again is the same, and what is shuffled is whole. */
#include <string.h>

#include "sample/dice.h"
#include "tests/support/test.h"

TEST(the_same_place_throws_the_same_and_another_one_something_else)
{
    struct dice a = dice_of(1, 2), b = dice_of(1, 2), c = dice_of(1, 3), d = dice_of(2, 1);
    uint64_t first = dice_next(&a);
    EXPECT_EQ(dice_next(&b), first);
    EXPECT(dice_next(&c) != first && dice_next(&d) != first);
    EXPECT(dice_mix(1, 2) != dice_mix(2, 1));
}

TEST(throws_are_those_of_every_machine)
{
    struct dice d = dice_of(20261125, 7);
    EXPECT_EQ(dice_below(&d, 1000), 283);
    EXPECT_EQ(dice_skewed(&d, 1000), 716);
}

TEST(a_throw_stays_below_its_bound_and_reaches_all_of_it)
{
    bool seen[6] = {false};
    struct dice d = dice_of(1, 1);
    for (int i = 0; i < 1000; i++) {
        uint64_t x = dice_below(&d, 6);
        EXPECT(x < 6);
        seen[x] = true;
    }
    for (int i = 0; i < 6; i++)
        EXPECT(seen[i]);
    EXPECT_EQ(dice_below(&d, 1), 0);
    EXPECT_EQ(dice_skewed(&d, 1), 0);
}

TEST(a_half_of_skewed_throws_falls_into_the_first_eighth)
{
    int low = 0;
    struct dice d = dice_of(3, 3);
    for (int i = 0; i < 10000; i++)
        low += dice_skewed(&d, 8000) < 1000;
    EXPECT(low > 4700 && low < 5300);
}

TEST(of_uneven_throws_no_number_stands_out_from_its_neighbours)
{
    int first = 0, early = 0;
    struct dice d = dice_of(3, 3);
    for (int i = 0; i < 20000; i++) {
        uint64_t x = dice_uneven(&d, 8000);
        EXPECT(x < 8000);
        first += x == 0;
        early += x < 1000;
    }
    EXPECT(early > 9000);
    EXPECT(first < 100);
    EXPECT_EQ(dice_uneven(&d, 1), 0);
}

TEST(a_shuffle_names_every_number_once)
{
    static const uint64_t sizes[] = {2, 3, 31, 100, 961, 1024};
    for (size_t k = 0; k < ARRAY_LEN(sizes); k++)
        for (uint64_t seed = 0; seed < 5; seed++) {
            bool seen[1024] = {false};
            struct shuffle s = shuffle_of(seed, sizes[k]);
            for (uint64_t x = 0; x < sizes[k]; x++) {
                uint64_t y = shuffle_at(&s, x);
                EXPECT(y < sizes[k] && !seen[y]);
                seen[y] = true;
            }
        }
}
