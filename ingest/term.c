/* Until when a row is public, by its theme's set of terms (record/term.c). Severity is found by
 * words of a table, not by code; a record whose severity nobody recognises is of the theme's usual
 * class. Whether somebody may see it at all is left to record/visibility. */
#include "ingest/term.h"

#include "base/check.h"
#include "record/retention.h"
#include "record/term.h"

struct day term_day(const struct judging *j)
{
    int i = j->theme->day_item;
    return i >= 0 && j->cells[i].state == CELL_GOOD ? j->cells[i].day : DAY_NONE;
}

static bool value_holds(const struct code_value *v, struct slice word)
{
    return slice_eq(v->code, word) || slice_find(v->zh, word, 0) >= 0;
}

/* What the codes of a cell stand for. */
struct said {
    const struct code_value **values;
    size_t count;
};

static struct said said_by(struct arena *a, const struct code_set *set, struct slice codes)
{
    struct said said = {ARENA_ARRAY(a, const struct code_value *, set->count), 0};
    while (codes.p) {
        struct slice code = slice_cut(&codes, ';');
        for (size_t i = 0; i < set->count; i++)
            if (slice_eq(set->values[i].code, code))
                said.values[said.count++] = &set->values[i];
    }
    return said;
}

static bool said_holds(const struct said *said, struct slice word)
{
    for (size_t i = 0; i < said->count; i++)
        if (value_holds(said->values[i], word))
            return true;
    return false;
}

static struct slice severity_class(const struct judging *j)
{
    const struct cell *cell = judging_role(j, ROLE_SEVERITY);
    if (!cell)
        return j->theme->severity_default;
    const struct item *item = &j->theme->items[j->theme->role_item[ROLE_SEVERITY]];
    struct said said = {0};
    if (item->code_set)
        said = said_by(j->scratch, item->code_set, cell->value);
    for (size_t i = 0; i < j->tables->severity_word_count; i++) {
        const struct severity_word *w = &j->tables->severity_words[i];
        bool holds =
            item->code_set ? said_holds(&said, w->word) : slice_find(cell->value, w->word, 0) >= 0;
        if (holds && terms_have_class(j->tables, j->theme->terms, w->class_code))
            return w->class_code;
    }
    return j->theme->severity_default;
}

struct day term_ended(const struct judging *j)
{
    const struct cell *ended = judging_role(j, ROLE_ENDED);
    return ended ? ended->day : DAY_NONE;
}

struct day term_retain_until(const struct judging *j)
{
    return retention_end(j->theme, term_day(j), term_ended(j));
}

static struct day public_until(const struct judging *j)
{
    const struct cell *until = judging_role(j, ROLE_UNTIL);
    struct day provider = until ? until->day : DAY_FOREVER;
    switch (j->theme->publication) {
    case PUBLISH_NEVER:
        return DAY_NONE;
    case PUBLISH_ALWAYS:
        return provider;
    case PUBLISH_TERM: {
        struct day decision = term_day(j);
        if (day_is_none(decision))
            return DAY_NONE;
        struct day law =
            term_publication_end(j->tables, j->theme->terms, severity_class(j), decision);
        return law.v < provider.v ? law : provider; /* DAY_NONE is the least */
    }
    }
    UNREACHABLE();
}

/* What is in no answer any more is not public either: so what follows from the end of publication,
 * names among it, ends with the retention by itself. */
struct day term_public_until(const struct judging *j)
{
    struct day until = public_until(j), retained = term_retain_until(j);
    return until.v < retained.v ? until : retained;
}
