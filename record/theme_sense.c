/* What a theme may say by its form and still cannot mean: refusals of files alone. What was in
 * force once is read as it is, so rules may be added here. */
#include "record/catalogue_read.h"

static void check_shown(struct reading *r, const struct theme *t, const struct fields *f)
{
    bool found = t->visibility != VIS_PUBLIC;
    for (size_t i = 0; i < t->item_count && !found; i++)
        found = t->items[i].visibility == VIS_PUBLIC;
    if (!found)
        refuse(r, fields_where(f, "visibility"),
               "the theme is public but none of its items is; write visibility A or G with "
               "publication never, or take the visibility of an item out");
}

static void check_day_ends(struct reading *r, const struct theme *t, const struct fields *items)
{
    if (t->items[t->day_item].open_ended)
        refuse(r, fields_where(&items[t->day_item], "open_ended"),
               "\"%.*s\" is the record's day and cannot be without end; take open_ended out",
               FMT_SLICE(t->items[t->day_item].code));
}

/* Nobody is shown a record whose retention is over, so it must not end before publication may. */
static void check_retention(struct reading *r, const struct theme *t, const struct fields *f)
{
    const struct tables *tables = &r->common->tables;
    bool counts_alike = slice_eq(t->retention_start, SLICE("decision"));
    for (size_t i = 0; i < tables->term_count && t->publication == PUBLISH_TERM && counts_alike;
         i++)
        if (slice_eq(tables->terms[i].set, t->terms) &&
            tables->terms[i].months_max > 12 * t->retention_years)
            refuse(r, fields_where(f, "retention_years"),
                   "retention of %d years ends before publication, which may last %d months (class "
                   "\"%.*s\" of tables/terms.yaml); write more years",
                   t->retention_years, tables->terms[i].months_max,
                   FMT_SLICE(tables->terms[i].class_code));
}

/* Dates of which each must not be before the other can only be the same one. */
static void check_order_of_days(struct reading *r, const struct theme *t,
                                const struct fields *items)
{
    for (size_t i = 0; i < t->item_count; i++) {
        int at = t->items[i].not_before;
        for (size_t steps = 0; at >= 0 && at != (int)i && steps < t->item_count; steps++)
            at = t->items[at].not_before;
        if (at == (int)i)
            refuse(r, fields_where(&items[i], "not_before"),
                   "\"not_before\" leads from \"%.*s\" back to itself; take one of them out",
                   FMT_SLICE(t->items[i].code));
    }
}

/* What a record is known by stays the same for as long as it is kept. */
static void check_identity_stays(struct reading *r, const struct theme *t, const struct fields *f)
{
    for (size_t i = 0; i < t->identity_count; i++) {
        const struct item *it = &t->items[t->identity_items[i]];
        if (it->type == ITEM_CONTACT || it->type == ITEM_CAPITAL)
            refuse(r, fields_where(f, "identity"),
                   "\"%.*s\" is of type %s, which changes while the record stays the same; leave "
                   "it out of the identity",
                   FMT_SLICE(it->code), item_type_code(it->type));
    }
}

void theme_sense(struct reading *r, const struct theme *t, const struct fields *f,
                 const struct fields *items)
{
    check_shown(r, t, f);
    check_day_ends(r, t, items);
    check_retention(r, t, f);
    check_order_of_days(r, t, items);
    check_identity_stays(r, t, f);
}
