#pragma once
#include "record/catalogue.h"

struct arena;

enum { CATALOGUE_NEAR_MAX = 3, CATALOGUE_NEAR_CHARS_MAX = 64 };
/* Themes in force at `now` that may have been meant by a text which is no theme's code: those whose
 * code or name holds it, or shares most pairs of characters with it; likely ones first. A text of
 * one character, or longer than CATALOGUE_NEAR_CHARS_MAX, is near to none. The arena is for work.
 * Returns how many. */
unsigned catalogue_near(struct arena *a, const struct catalogue *c, struct slice text,
                        struct utc_ms now, const struct theme *ret[CATALOGUE_NEAR_MAX]);
