/* The end of retention. For an unlawful act of 2020-05-02 that ended on 2021-03-01, kept for five
 * years: "decision" ends on 2025-05-02, "behaviour-end" on 2026-03-01. */
#include "record/retention.h"

static struct day start_of(const struct theme *t, struct day day, struct day ended)
{
    if (slice_eq(t->retention_start, SLICE("permanent")))
        return DAY_NONE;
    return slice_eq(t->retention_start, SLICE("decision")) ? day : ended;
}

struct day retention_end(const struct theme *t, struct day day, struct day ended)
{
    struct day start = start_of(t, day, ended);
    if (t->retention_years == 0 || day_is_none(start))
        return DAY_FOREVER;
    return day_add_months(start, 12 * t->retention_years);
}
