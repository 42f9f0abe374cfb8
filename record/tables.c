/* Look-ups in the tables of facts. */
#include "record/tables.h"

bool tables_division_known(const struct tables *t, unsigned division)
{
    size_t low = 0, high = t->division_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->divisions[middle] < division)
            low = middle + 1;
        else
            high = middle;
    }
    return low < t->division_count && t->divisions[low] == division;
}

bool tables_is_missing(const struct tables *t, struct slice text)
{
    if (text.n == 0)
        return true;
    if (text.n > 16) /* no word that means "missing" is longer */
        return false;
    for (size_t i = 0; i < t->missing_count; i++)
        if (slice_eq_nocase(t->missing[i], text))
            return true;
    return false;
}

const struct mask *tables_mask(const struct tables *t, struct slice name)
{
    for (size_t i = 0; i < t->mask_count; i++)
        if (slice_eq(t->masks[i].name, name))
            return &t->masks[i];
    return NULL;
}
