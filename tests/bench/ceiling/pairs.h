#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A file of what a store holds of its records, in the order in which they came: what the ceilings
 * write and look up, so that they handle the same bytes as creditd. Each record is the length of
 * its value (4 bytes, the machine's order), the key in `record`, the key in `by_source`, the value.
 */
enum { PAIR_KEY = 32, PAIR_ID = 18, PAIR_HEAD = 4 + PAIR_KEY + PAIR_ID };

/* Where they stand in a value (docs/formats/stored.md). */
enum { VALUE_HEADER = 77, VALUE_THEME = 2, VALUE_HASH = 36, VALUE_DAY = 60 };

struct pair {
    const uint8_t *key, *id, *value;
    size_t value_n;
};

struct pairs {
    const uint8_t *bytes;
    size_t n, at;
};

/* Maps the file; ends the program when it cannot. */
struct pairs pairs_open(const char *path);
/* The next one, borrowed from the file; false behind the last. */
bool pairs_next(struct pairs *p, struct pair *ret);

/* Seconds of a clock that only goes forward. */
double now_s(void);
/* Says what failed and ends the program with status 1. Accepts NULL for `why`. */
__attribute__((noreturn)) void give_up(const char *what, const char *why);
