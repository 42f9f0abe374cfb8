#pragma once
#include "base/arena.h"
#include "base/slice.h"
#include "record/catalogue.h"

/* The value of an item in words: of codes their Chinese names, joined with "；"; of a district the
 * division's name; an end that is open as 长期; an amount with its unit. Anything else as it is.
 * Codes are those of `judged`, the item by which the value was cleaned, and of `now` where that one
 * no longer knows them; either may be NULL, not both. */
struct slice shown_value(struct arena *a, const struct tables *t, const struct item *judged,
                         const struct item *now, struct slice value);
/* Whether an item may have values that people read otherwise. */
bool shown_differs(const struct item *item);

/* An item of a record as people read it. */
struct shown {
    struct slice code, zh, en;
    struct slice value;
    enum item_role role;
};
struct record_answer;
/* All of them, in the order of the catalogue; those that the version in force no longer has come
 * last. */
unsigned shown_list(struct arena *a, const struct record_answer *r, struct shown **ret);
/* Where an item stands among those of a record of the theme; its index, if the theme has it. */
size_t shown_order(const struct theme *now, const struct item *item);
