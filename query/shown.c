/* From stored values to what they stand for. */
#include "query/shown.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "query/members.h"
#include "query/records.h"

enum { CODES_BYTES_MAX = 64 * 1024 };

/* By the words of the set, in order: some sets have hundreds of codes. A word may also be another
 * value's name. */
static const struct code_value *value_of(struct arena *a, const struct item *item,
                                         struct slice code)
{
    const struct code_set *set = item ? item->code_set : NULL;
    const struct code_value *v = set && set->word_count ? code_set_find(set, a, code) : NULL;
    if (v && slice_eq(v->code, code))
        return v;
    for (size_t i = 0; set && i < set->count; i++)
        if (slice_eq(set->values[i].code, code))
            return &set->values[i];
    return NULL;
}

static struct slice code_name(struct arena *a, const struct item *judged, const struct item *now,
                              struct slice code)
{
    const struct code_value *v = value_of(a, judged, code);
    if (!v && now != judged)
        v = value_of(a, now, code);
    return v && v->zh.n ? v->zh : code;
}

static struct slice codes_names(struct arena *a, const struct item *judged, const struct item *now,
                                struct slice codes)
{
    if (!codes.n || !memchr(codes.p, ';', codes.n))
        return code_name(a, judged, now, codes);
    AUTO_BUF(b, CODES_BYTES_MAX);
    for (struct slice rest = codes; rest.p;) {
        if (b.n)
            buf_add_slice(&b, SLICE("；"));
        buf_add_slice(&b, code_name(a, judged, now, slice_cut(&rest, ';')));
    }
    return b.err ? codes : arena_dup(a, buf_slice(&b));
}

/* An open end is stored as the last day of the first year that means one. */
static bool is_open_end(const struct tables *t, struct slice day)
{
    uint64_t year = 0;
    return day.n > 4 && slice_u64(slice_make(day.p, 4), &year) &&
           year >= (uint64_t)t->open_end_year_min;
}

/* What the number counts, as the version of judging said: its number was taken for that. */
static struct slice with_unit(struct arena *a, const struct item *judged, const struct item *now,
                              struct slice number)
{
    struct slice unit = judged ? judged->unit : now->unit;
    return unit.n ? arena_printf(a, "%.*s%.*s", FMT_SLICE(number), FMT_SLICE(unit)) : number;
}

struct slice shown_value(struct arena *a, const struct tables *t, const struct item *judged,
                         const struct item *now, struct slice value)
{
    const struct item *item = judged ? judged : now;
    if (item->type == ITEM_CODE)
        return code_name(a, judged, now, value);
    if (item->type == ITEM_CODES)
        return codes_names(a, judged, now, value);
    if (item->type == ITEM_DATE && item->open_ended && is_open_end(t, value))
        return SLICE("长期");
    if (item->type == ITEM_AMOUNT)
        return with_unit(a, judged, now, value);
    if (item->role == ROLE_DISTRICT) {
        struct slice name = tables_division_name(t, a, value);
        return name.n ? name : value;
    }
    return value;
}

bool shown_differs(const struct item *item)
{
    return item->type == ITEM_CODE || item->type == ITEM_CODES || item->open_ended ||
           (item->type == ITEM_AMOUNT && item->unit.n) || item->role == ROLE_DISTRICT;
}

size_t shown_order(const struct theme *now, const struct item *item)
{
    bool is_now = item >= now->items && item < now->items + now->item_count;
    /* Where it lies tells which it is, without a look at it. */
    return is_now ? (size_t)(item - now->items) : THEME_ITEMS_MAX + item->index;
}

struct placed {
    struct shown shown;
    size_t order;
};

static int by_order(const void *x, const void *y)
{
    size_t a = ((const struct placed *)x)->order, b = ((const struct placed *)y)->order;
    return (a > b) - (a < b);
}

unsigned shown_list(struct arena *a, const struct record_answer *r, struct shown **ret)
{
    struct placed *list = ARENA_ARRAY(a, struct placed, r->said_count + 1);
    struct slice items = r->items, words = r->words;
    struct slice code, value, word_code = {0}, word;
    unsigned count = 0;
    members_next(&words, &word_code, &word);
    for (unsigned i = 0; members_next(&items, &code, &value); i++) {
        CHECK(i < r->said_count);
        const struct item *item = r->said[i];
        if (slice_eq(code, word_code)) {
            value = word;
            members_next(&words, &word_code, &word);
        }
        if (item)
            list[count++] =
                (struct placed){{code, item->zh, item->en, members_text(a, value), item->role},
                                shown_order(r->theme, item)};
    }
    qsort(list, count, sizeof *list, by_order);
    *ret = ARENA_ARRAY(a, struct shown, count + 1);
    for (unsigned i = 0; i < count; i++)
        (*ret)[i] = list[i].shown;
    return count;
}
