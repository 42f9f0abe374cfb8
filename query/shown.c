/* From stored values to what they stand for. */
#include "query/shown.h"

enum { CODES_BYTES_MAX = 64 * 1024 };

static const struct code_value *value_of(const struct item *item, struct slice code)
{
    const struct code_set *set = item ? item->code_set : NULL;
    for (size_t i = 0; set && i < set->count; i++)
        if (slice_eq(set->values[i].code, code))
            return &set->values[i];
    return NULL;
}

static struct slice code_name(const struct item *judged, const struct item *now, struct slice code)
{
    const struct code_value *v = value_of(judged, code);
    if (!v)
        v = value_of(now, code);
    return v && v->zh.n ? v->zh : code;
}

static struct slice codes_names(struct arena *a, const struct item *judged, const struct item *now,
                                struct slice codes)
{
    AUTO_BUF(b, CODES_BYTES_MAX);
    for (struct slice rest = codes; rest.p;) {
        if (b.n)
            buf_add_slice(&b, SLICE("；"));
        buf_add_slice(&b, code_name(judged, now, slice_cut(&rest, ';')));
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
        return code_name(judged, now, value);
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
