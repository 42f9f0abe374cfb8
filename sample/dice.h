#pragma once
#include <stdbool.h>
#include <stdint.h>

/* Numbers that look thrown and are reckoned: everything in a sample city follows from its seed and
 * from where it stands, so that nothing need be remembered and the same call writes the same bytes.
 * Whole numbers only, alike on every machine. */
struct dice {
    uint64_t state;
};

/* What follows from two numbers; mix(a, b) and mix(b, a) have nothing in common. */
uint64_t dice_mix(uint64_t a, uint64_t b);
struct dice dice_of(uint64_t seed, uint64_t place);
uint64_t dice_next(struct dice *d);
/* One of 0 to n-1; n is at least 1. */
uint64_t dice_below(struct dice *d, uint64_t n);
/* The same, low numbers much more often: a half of all throws fall into the first eighth. */
uint64_t dice_skewed(struct dice *d, uint64_t n);
/* The same, with no number that stands out from its neighbours: those whom the most is said of are
 * some dozens, not one. */
uint64_t dice_uneven(struct dice *d, uint64_t n);
/* True so many times in a hundred. */
bool dice_chance(struct dice *d, unsigned per_cent);

/* The numbers 0 to size-1 in another order, without a list: x → (x · step + shift) mod size. */
struct shuffle {
    uint64_t size, step, shift;
};
/* `size` is at least 2 and below 2^62. */
struct shuffle shuffle_of(uint64_t seed, uint64_t size);
uint64_t shuffle_at(const struct shuffle *s, uint64_t x);
