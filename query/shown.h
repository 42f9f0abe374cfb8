#pragma once
#include "base/arena.h"
#include "base/slice.h"
#include "record/catalogue.h"

/* How people read an item. */
struct shown {
    struct slice code, zh, en;
    struct slice value;
    enum item_role role;
};
/* The value of an item in words: of codes their Chinese names, joined with "；"; of a district the
 * division's name; an end that is open as 长期; an amount with its unit. Anything else as it is.
 * Codes are those of `judged`, the item by which the value was cleaned, and of `now` where that one
 * no longer knows them; either may be NULL, not both. */
struct slice shown_value(struct arena *a, const struct tables *t, const struct item *judged,
                         const struct item *now, struct slice value);
