/* Conditions of the catalogue (required_when, not_collected). Codes are compared as codes: words
 * for them were brought to codes when the catalogue was read. */
#include "ingest/condition.h"

#include "base/check.h"
#include "ingest/resolve.h"

static bool is_any(const struct condition *c, struct slice code)
{
    for (size_t i = 0; i < c->any_count; i++)
        if (slice_eq(c->any[i], code))
            return true;
    return false;
}

/* The value by which it holds; empty when it does not. */
static struct slice holding(const struct judging *j, const struct condition *c)
{
    const struct cell *cell = &j->cells[c->item];
    if (cell->state != CELL_GOOD)
        return SLICE("");
    if (j->theme->items[c->item].code_set) {
        struct slice rest = cell->value;
        while (rest.p) {
            struct slice code = slice_cut(&rest, ';');
            if (is_any(c, code))
                return code;
        }
        return SLICE("");
    }
    for (size_t i = 0; i < c->any_count; i++)
        if (slice_find(cell->value, c->any[i], 0) >= 0)
            return c->any[i];
    return SLICE("");
}

/* A code as people read it. */
static struct slice in_words(const struct item *item, struct slice value)
{
    for (size_t i = 0; item->code_set && i < item->code_set->count; i++)
        if (slice_eq(item->code_set->values[i].code, value))
            return item->code_set->values[i].zh;
    return value;
}

void condition_check_required(struct judging *j, const bool *is_told)
{
    for (size_t i = 0; i < j->theme->item_count; i++) {
        const struct item *item = &j->theme->items[i];
        if (!item->required_when || j->cells[i].state != CELL_ABSENT || is_told[i] ||
            judging_goes_without(j, item))
            continue;
        struct slice value = holding(j, item->required_when);
        const struct item *other = &j->theme->items[item->required_when->item];
        if (value.n)
            sink_item(&j->sink, RULE_ITEM_MISSING_WHEN, item, SLICE(""),
                      arena_printf(j->scratch, "%.*s：%.*s", FMT_SLICE(other->zh),
                                   FMT_SLICE(in_words(other, value))));
    }
}

static bool is_meant(const struct judging *j, enum whom whom)
{
    switch (whom) {
    case WHOM_ALL:
        return true;
    case WHOM_PERSON:
        return resolve_is_person(j);
    case WHOM_ORGANISATION:
        return !resolve_is_person(j);
    }
    UNREACHABLE();
}

void condition_check_collected(struct judging *j)
{
    for (size_t i = 0; i < j->theme->not_collected_count; i++) {
        const struct not_collected *n = &j->theme->not_collected[i];
        struct slice value = is_meant(j, n->subject) ? holding(j, &n->when) : SLICE("");
        if (value.n)
            sink_item(&j->sink, RULE_ROW_NOT_COLLECTED, &j->theme->items[n->when.item], value,
                      n->law);
    }
}
