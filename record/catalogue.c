/* Look-ups in a loaded catalogue. Those by code and number are made once for a file or a page,
 * those in a theme once for a column, those in a code set once for a value: all are binary searches
 * over tables that the reader sorted. */
#include "record/catalogue.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/text.h"
#include "record/catalogue_read.h"

static int version_order(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

static int common_order(const void *x, const void *y)
{
    return version_order((*(struct common *const *)x)->version,
                         (*(struct common *const *)y)->version);
}

static int code_order(const void *x, const void *y)
{
    const struct theme *a = *(struct theme *const *)x, *b = *(struct theme *const *)y;
    int c = slice_cmp(a->code, b->code);
    c = c ? c : version_order(a->version, b->version);
    return c ? c : slice_cmp(a->json, b->json);
}

static int number_order(const void *x, const void *y)
{
    const struct theme *a = *(struct theme *const *)x, *b = *(struct theme *const *)y;
    int c = (a->number > b->number) - (a->number < b->number);
    c = c ? c : version_order(a->version, b->version);
    return c ? c : slice_cmp(a->code, b->code);
}

void catalogue_index(struct arena *a, struct catalogue *c)
{
    qsort(c->commons, c->common_count, sizeof(struct common *), common_order);
    if (c->theme_count)
        qsort(c->themes, c->theme_count, sizeof(struct theme *), code_order);
    c->by_number = ARENA_ARRAY(a, struct theme *, c->theme_count + 1);
    for (size_t i = 0; i < c->theme_count; i++)
        c->by_number[i] = c->themes[i];
    if (c->theme_count)
        qsort(c->by_number, c->theme_count, sizeof(struct theme *), number_order);
}

static bool same_identity(const struct theme *a, const struct theme *b)
{
    if (a->identity != b->identity || a->identity_count != b->identity_count)
        return false;
    for (size_t i = 0; i < a->identity_count; i++)
        if (!slice_eq(a->items[a->identity_items[i]].code, b->items[b->identity_items[i]].code))
            return false;
    return true;
}

/* The key in which the newer one is wrong, or NULL. */
static const char *versions_differ(const struct theme *older, const struct theme *newer,
                                   struct reason *why)
{
    const char *key = "version", *what = NULL;
    if (older->version == newer->version) {
        what = "stands twice; give the later one the next version";
    } else if (older->number != newer->number) {
        key = "number";
        what = "has another number than the version before it; a theme keeps its number for ever";
    } else if (newer->valid_from.v <= older->valid_from.v) {
        key = "valid_from";
        what = "does not begin after the version before it; write a later valid_from";
    } else if (older->category != newer->category) {
        key = "category";
        what = "changes the category, by which its records are found; open a new theme with a "
               "number of its own";
    } else if (!same_identity(older, newer)) {
        key = "identity";
        what = "changes the identity, by which its records are known; open a new theme with a "
               "number of its own";
    }
    if (!what)
        return NULL;
    reason_set(why, CE_CONFLICT, "version %u of theme \"%.*s\" %s", newer->version,
               FMT_SLICE(newer->code), what);
    return key;
}

bool catalogue_agrees(const struct catalogue *c, const struct theme **reterr_theme,
                      const char **reterr_key, struct reason *reterr_why)
{
    for (size_t i = 1; i < c->theme_count; i++) {
        const struct theme *a = c->themes[i - 1], *b = c->themes[i];
        *reterr_theme = b;
        *reterr_key = slice_eq(a->code, b->code) ? versions_differ(a, b, reterr_why) : NULL;
        if (*reterr_key)
            return false;
    }
    for (size_t i = 1; i < c->theme_count; i++) {
        const struct theme *a = c->by_number[i - 1], *b = c->by_number[i];
        if (a->number != b->number || slice_eq(a->code, b->code))
            continue;
        *reterr_theme = b;
        *reterr_key = "number";
        reason_set(
            reterr_why, CE_CONFLICT,
            "the number %u is that of two themes, \"%.*s\" and \"%.*s\"; give one an unused number",
            a->number, FMT_SLICE(a->code), FMT_SLICE(b->code));
        return false;
    }
    for (size_t i = 1; i < c->common_count; i++) {
        const struct common *older = c->commons[i - 1], *newer = c->commons[i];
        if (newer->valid_from.v > older->valid_from.v)
            continue;
        *reterr_theme = NULL;
        *reterr_key = "valid_from";
        reason_set(reterr_why, CE_CONFLICT,
                   "version %u of departments and tables (common.yaml) does not begin after the "
                   "version before it; "
                   "write a later valid_from",
                   newer->version);
        return false;
    }
    return true;
}

/* The last of a run of versions, which ends before `end`, that is in force at t. */
static const struct theme *in_force(struct theme *const *list, size_t first, size_t end,
                                    struct utc_ms t)
{
    while (end > first)
        if (list[--end]->valid_from.v <= t.v)
            return list[end];
    return NULL;
}

const struct theme *catalogue_theme_at(const struct catalogue *c, struct slice code,
                                       struct utc_ms t)
{
    size_t low = 0, high = c->theme_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (slice_cmp(c->themes[mid]->code, code) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    for (high = low; high < c->theme_count && slice_eq(c->themes[high]->code, code);)
        high++;
    return in_force(c->themes, low, high, t);
}

/* The first place in by_number with at least that number and version. */
static size_t number_place(const struct catalogue *c, uint16_t number, uint32_t version)
{
    size_t low = 0, high = c->theme_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const struct theme *t = c->by_number[mid];
        if (t->number < number || (t->number == number && t->version < version))
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

const struct theme *catalogue_number_at(const struct catalogue *c, uint16_t number, struct utc_ms t)
{
    size_t first = number_place(c, number, 0), end = first;
    while (end < c->theme_count && c->by_number[end]->number == number)
        end++;
    return in_force(c->by_number, first, end, t);
}

const struct theme *catalogue_version(const struct catalogue *c, uint16_t number, uint32_t version)
{
    size_t at = number_place(c, number, version);
    if (at == c->theme_count || c->by_number[at]->number != number ||
        c->by_number[at]->version != version)
        return NULL;
    return c->by_number[at];
}

static const struct department *department_of(const struct common *c, struct slice id)
{
    for (size_t i = 0; i < c->department_count; i++)
        if (slice_eq(c->departments[i].id, id))
            return &c->departments[i];
    return NULL;
}

const struct department *catalogue_department(const struct catalogue *c, struct slice id)
{
    const struct department *found = NULL;
    for (size_t v = c->common_count; v-- > 0 && !found;)
        found = department_of(c->commons[v], id);
    return found;
}

const struct common *catalogue_newest_common(const struct catalogue *c)
{
    CHECK(c->common_count > 0);
    return c->commons[c->common_count - 1];
}

/* The one in force at that instant; the oldest one when none was yet. */
static const struct common *common_at(const struct catalogue *c, struct utc_ms t)
{
    CHECK(c->common_count > 0);
    for (size_t v = c->common_count; v-- > 1;)
        if (c->commons[v]->valid_from.v <= t.v)
            return c->commons[v];
    return c->commons[0];
}

const struct tables *catalogue_tables_at(const struct catalogue *c, struct utc_ms t)
{
    return &common_at(c, t)->tables;
}

const struct department *catalogue_department_at(const struct catalogue *c, struct slice id,
                                                 struct utc_ms t)
{
    const struct department *found = department_of(common_at(c, t), id);
    return found ? found : catalogue_department(c, id);
}

const struct item *theme_item(const struct theme *t, struct slice code)
{
    size_t low = 0, high = t->item_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int c = slice_cmp(t->items[t->by_code[mid]].code, code);
        if (c == 0)
            return &t->items[t->by_code[mid]];
        if (c < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

const struct item *theme_item_by_name(const struct theme *t, struct arena *scratch,
                                      struct slice name)
{
    struct slice form = text_code(scratch, name);
    size_t low = 0, high = t->name_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int c = slice_cmp(t->names[mid].text, form);
        if (c == 0)
            return &t->items[t->names[mid].item];
        if (c < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

static const struct code_value *word_find(const struct code_set *set, const struct code_word *words,
                                          size_t count, struct slice text)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int c = slice_cmp(words[mid].text, text);
        if (c == 0)
            return &set->values[words[mid].value];
        if (c < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

const struct code_value *code_set_find(const struct code_set *set, struct arena *scratch,
                                       struct slice text)
{
    const struct code_value *v = word_find(set, set->words, set->word_count, text);
    return v ? v : word_find(set, set->folded, set->folded_count, text_code(scratch, text));
}

enum reserved reserved_column(struct arena *scratch, struct slice name)
{
    static const struct {
        struct slice code, zh;
        enum reserved value;
    } LIST[] = {
#define RESERVED(id, c, z) {SLICE(c), SLICE(z), RESERVED_##id},
#include "record/reserved.def"
#undef RESERVED
    };
    struct slice form = text_code(scratch, name);
    for (size_t i = 0; i < ARRAY_LEN(LIST); i++)
        if (slice_eq_nocase(form, LIST[i].code) || slice_eq(form, LIST[i].zh))
            return LIST[i].value;
    return RESERVED_NONE;
}
