/* Which line of the table holds. For publication the day of the decision says so; for repair the
 * day of the application may, so that one decision falls under two orders:
 *
 *   ordinary  months_min 6  months_max 36  from 1949-10-01
 *   ordinary  months_min 3  months_max 12  from 2026-04-01  applied_from 2026-04-01
 *
 * A decision of 2026-01-10 is public until 2029-01-10, by the first line; its repair may be applied
 * for from 2026-07-10 by whoever does so in March, from 2026-04-10 by whoever does so in May. */
#include "record/term.h"

bool terms_have_set(const struct tables *t, struct slice set)
{
    for (size_t i = 0; i < t->term_count; i++)
        if (slice_eq(t->terms[i].set, set))
            return true;
    return false;
}

static bool is_of(const struct term *t, struct slice set, struct slice class_code)
{
    return slice_eq(t->class_code, class_code) && slice_eq(t->set, set);
}

bool terms_have_class(const struct tables *t, struct slice set, struct slice class_code)
{
    for (size_t i = 0; i < t->term_count; i++)
        if (is_of(&t->terms[i], set, class_code))
            return true;
    return false;
}

struct day term_publication_end(const struct tables *t, struct slice set, struct slice class_code,
                                struct day decision)
{
    const struct term *holds = NULL;
    for (size_t i = 0; i < t->term_count; i++) {
        const struct term *line = &t->terms[i]; /* of one set and class they rise in time */
        if (is_of(line, set, class_code) && (!holds || line->from.v <= decision.v))
            holds = line;
    }
    return holds && holds->months_max > 0 ? day_add_months(decision, holds->months_max) : DAY_NONE;
}

struct day term_repair_from(const struct tables *t, struct slice set, struct slice class_code,
                            struct day decision, struct day applied)
{
    const struct term *holds = NULL;
    for (size_t i = 0; i < t->term_count; i++) {
        const struct term *line = &t->terms[i];
        bool by_decision = day_is_none(line->applied_from);
        bool has_begun =
            by_decision ? line->from.v <= decision.v : line->applied_from.v <= applied.v;
        if (is_of(line, set, class_code) && (!holds || has_begun))
            holds = line;
    }
    return holds ? day_add_months(decision, holds->months_min) : DAY_NONE;
}
