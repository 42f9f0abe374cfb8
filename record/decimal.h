#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"

/* A decimal number in the one form in which it is stored: no separators, no zeros that say nothing.
 */
enum { DECIMAL_CHARS_MAX = 64 };
struct decimal {
    char text[DECIMAL_CHARS_MAX]; /* "-1234.5"; not NUL-terminated */
    size_t n;
    bool is_whole; /* nothing behind the point */
};

/* Reads digits with a sign, separators of thousands ("4,281.50"), a point, or an exponent as
 * programs write it
 * ("1.0E7"). ASCII only. False for anything else, and for more digits than fit. */
bool decimal_read(struct slice text, struct decimal *ret);
static inline struct slice decimal_slice(const struct decimal *d)
{
    return (struct slice){d->text, d->n};
}
