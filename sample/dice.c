/* The dice: SplitMix64 as generator and as mixing function, and permutations of a range by one
 * multiplication. */
#include "sample/dice.h"

static const uint64_t GOLDEN = 0x9E3779B97F4A7C15;
enum { NEIGHBOURS = 64 };

static uint64_t scramble(uint64_t x)
{
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
    x = (x ^ x >> 27) * 0x94D049BB133111EB;
    return x ^ x >> 31;
}

uint64_t dice_mix(uint64_t a, uint64_t b)
{
    return scramble(scramble(a + GOLDEN) ^ (b * GOLDEN + 1));
}

struct dice dice_of(uint64_t seed, uint64_t place)
{
    return (struct dice){dice_mix(seed, place)};
}

uint64_t dice_next(struct dice *d)
{
    d->state += GOLDEN;
    return scramble(d->state);
}

/* The part x/2^64 of n. */
static uint64_t part_of(uint64_t x, uint64_t n)
{
    return (uint64_t)(((unsigned __int128)x * n) >> 64);
}

uint64_t dice_below(struct dice *d, uint64_t n)
{
    return part_of(dice_next(d), n);
}

uint64_t dice_skewed(struct dice *d, uint64_t n)
{
    uint64_t x = dice_next(d);
    return part_of(part_of(x, part_of(x, x)), n);
}

uint64_t dice_uneven(struct dice *d, uint64_t n)
{
    uint64_t first = dice_skewed(d, n);
    return (first + dice_below(d, n < NEIGHBOURS ? n : NEIGHBOURS)) % n;
}

bool dice_chance(struct dice *d, unsigned per_cent)
{
    return dice_below(d, 100) < per_cent;
}

static uint64_t greatest_divisor(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

struct shuffle shuffle_of(uint64_t seed, uint64_t size)
{
    struct dice d = dice_of(seed, size);
    struct shuffle s = {.size = size, .shift = dice_below(&d, size)};
    do
        s.step = 1 + dice_below(&d, size - 1);
    while (greatest_divisor(s.step, size) != 1);
    return s;
}

uint64_t shuffle_at(const struct shuffle *s, uint64_t x)
{
    return (uint64_t)(((unsigned __int128)x * s->step + s->shift) % s->size);
}
