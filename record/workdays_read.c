/* Working days: tables/workdays.yaml, and the same keys of the stored entry. */
#include "base/check.h"
#include "base/json.h"
#include "record/catalogue_read.h"

static const char *const YEAR_KEYS[] = {"year", "source", "off", "work", NULL};
static const char *const DEADLINE_KEYS[] = {"archetype", "workdays", "law", NULL};
enum { YEAR_MIN = 1980, YEAR_MAX = 2200, DEADLINE_MAX = 250, SPAN_DAYS_MAX = 31 };

static struct day first_of(int year)
{
    struct day d = DAY_NONE;
    CHECK(day_from_civil(year, 1, 1, &d));
    return d;
}

/* "2026-01-01", or "2026-01-01..2026-01-03". */
static bool span_parse(struct slice text, struct workdays_span *ret)
{
    ptrdiff_t dots = slice_find(text, SLICE(".."), 0);
    if (dots < 0) {
        if (!day_parse_iso(text, &ret->first))
            return false;
        ret->last = ret->first;
        return true;
    }
    return day_parse_iso(slice_make(text.p, (size_t)dots), &ret->first) &&
           day_parse_iso(slice_from(text, (size_t)dots + 2), &ret->last) &&
           ret->first.v < ret->last.v && ret->last.v - ret->first.v < SPAN_DAYS_MAX;
}

/* Days or spans of a year behind one another; `key` is off or work. */
static struct workdays_span *read_spans(struct reading *r, const struct fields *f, const char *key,
                                        int year, size_t *ret_count)
{
    struct slice *texts = take_texts(r, f, key, ret_count);
    struct workdays_span *spans = ARENA_ARRAY(r->a, struct workdays_span, *ret_count + 1);
    struct day from = first_of(year), to = first_of(year + 1);
    for (size_t i = 0; i < *ret_count && !r->err; i++) {
        if (!span_parse(texts[i], &spans[i]))
            refuse(r, fields_where(f, key),
                   "\"%.*s\" is no day; write it like 2026-01-01, or a span like "
                   "2026-01-01..2026-01-03",
                   FMT_SLICE(texts[i]));
        else if (spans[i].first.v < from.v || spans[i].last.v >= to.v)
            refuse(r, fields_where(f, key), "\"%.*s\" is not in %d; write it under its own year",
                   FMT_SLICE(texts[i]), year);
        else if (i && spans[i].first.v <= spans[i - 1].last.v)
            refuse(r, fields_where(f, key),
                   "\"%.*s\" is not behind the day before it; write them in the order of time",
                   FMT_SLICE(texts[i]));
    }
    return spans;
}

/* Only Saturdays and Sundays are worked instead, and none of them is off at the same time. */
static void check_work(struct reading *r, const struct fields *f, const struct workdays_year *y)
{
    static const struct workdays week;
    for (size_t i = 0; i < y->work_count && !r->err; i++) {
        char text[11];
        day_print(y->work[i], text);
        if (workdays_has(&week, y->work[i]))
            refuse(r, fields_where(f, "work"),
                   "%s is no Saturday or Sunday, and worked anyway; take it out", text);
        for (size_t k = 0; k < y->off_count; k++)
            if (y->work[i].v >= y->off[k].first.v && y->work[i].v <= y->off[k].last.v)
                refuse(r, fields_where(f, "work"),
                       "%s is worked and off; take it out of one of the lists", text);
    }
}

static void read_year(struct reading *r, const struct fields *f, struct workdays_year *ret)
{
    fields_known(r, f, YEAR_KEYS);
    ret->year = (int)want_int(r, f, "year", YEAR_MIN, YEAR_MAX);
    ret->source = want_text(r, f, "source");
    if (r->err)
        return;
    ret->off = read_spans(r, f, "off", ret->year, &ret->off_count);
    struct workdays_span *work = read_spans(r, f, "work", ret->year, &ret->work_count);
    struct day *days = ARENA_ARRAY(r->a, struct day, ret->work_count + 1);
    for (size_t i = 0; i < ret->work_count; i++) {
        days[i] = work[i].first;
        if (work[i].first.v != work[i].last.v)
            refuse(r, fields_where(f, "work"),
                   "days that are worked stand one by one; take the "
                   "span apart");
    }
    ret->work = days;
    check_work(r, f, ret);
}

/* The lists by which is counted. */
static void index_years(struct reading *r, struct workdays *w)
{
    static const struct workdays week;
    size_t most = 0, off = 0, work = 0;
    for (size_t i = 0; i < w->year_count; i++)
        most += w->years[i].off_count * SPAN_DAYS_MAX + w->years[i].work_count;
    struct day *off_days = ARENA_ARRAY(r->a, struct day, most + 1);
    struct day *work_days = ARENA_ARRAY(r->a, struct day, most + 1);
    for (size_t i = 0; i < w->year_count; i++) {
        const struct workdays_year *y = &w->years[i];
        for (size_t k = 0; k < y->off_count; k++)
            for (struct day d = y->off[k].first; d.v <= y->off[k].last.v; d.v++)
                if (workdays_has(&week, d))
                    off_days[off++] = d;
        for (size_t k = 0; k < y->work_count; k++)
            work_days[work++] = y->work[k];
    }
    w->off = off_days;
    w->off_count = off;
    w->work = work_days;
    w->work_count = work;
    if (w->year_count == 0)
        return;
    w->known_from = first_of(w->years[0].year);
    w->known_to = (struct day){first_of(w->years[w->year_count - 1].year + 1).v - 1};
}

static void read_deadlines(struct reading *r, const struct fields *f, struct tables *t)
{
    struct fields *list = take_maps(r, f, "deadlines", &t->deadline_count);
    struct deadline *deadlines = ARENA_ARRAY(r->a, struct deadline, t->deadline_count + 1);
    for (size_t i = 0; i < t->deadline_count && !r->err; i++) {
        fields_known(r, &list[i], DEADLINE_KEYS);
        deadlines[i].archetype = want_text(r, &list[i], "archetype");
        deadlines[i].workdays = (int)want_int(r, &list[i], "workdays", 1, DEADLINE_MAX);
        deadlines[i].law = want_text(r, &list[i], "law");
        for (size_t k = 0; k < i; k++)
            if (slice_eq(deadlines[k].archetype, deadlines[i].archetype))
                refuse(r, fields_where(&list[i], "archetype"),
                       "the archetype \"%.*s\" has a deadline already; take one out",
                       FMT_SLICE(deadlines[i].archetype));
    }
    t->deadlines = deadlines;
}

void workdays_read(struct reading *r, const struct fields *f, struct tables *ret)
{
    struct workdays *w = &ret->workdays;
    struct fields *list = take_maps(r, f, "workdays", &w->year_count);
    struct workdays_year *years = ARENA_ARRAY(r->a, struct workdays_year, w->year_count + 1);
    for (size_t i = 0; i < w->year_count && !r->err; i++) {
        read_year(r, &list[i], &years[i]);
        if (i && years[i].year != years[i - 1].year + 1)
            refuse(r, fields_where(&list[i], "year"),
                   "%d does not follow %d; write every year once, the first one first",
                   years[i].year, years[i - 1].year);
    }
    w->years = years;
    if (!r->err)
        index_years(r, w);
    read_deadlines(r, f, ret);
}

static void put_span(struct json_out *o, const struct workdays_span *s)
{
    char text[24];
    day_print(s->first, text);
    if (s->last.v != s->first.v) {
        text[10] = text[11] = '.';
        day_print(s->last, text + 12);
    }
    json_cstr(o, text);
}

void workdays_write(const struct tables *t, struct json_out *o)
{
    json_key(o, "workdays");
    json_array_begin(o);
    for (size_t i = 0; i < t->workdays.year_count; i++) {
        const struct workdays_year *y = &t->workdays.years[i];
        json_object_begin(o);
        json_put_u64(o, "year", (uint64_t)y->year);
        json_put_string(o, "source", y->source);
        json_key(o, "off");
        json_array_begin(o);
        for (size_t k = 0; k < y->off_count; k++)
            put_span(o, &y->off[k]);
        json_array_end(o);
        json_key(o, "work");
        json_array_begin(o);
        for (size_t k = 0; k < y->work_count; k++)
            put_span(o, &(struct workdays_span){y->work[k], y->work[k]});
        json_array_end(o);
        json_object_end(o);
    }
    json_array_end(o);
    json_key(o, "deadlines");
    json_array_begin(o);
    for (size_t i = 0; i < t->deadline_count; i++) {
        json_object_begin(o);
        json_put_string(o, "archetype", t->deadlines[i].archetype);
        json_put_u64(o, "workdays", (uint64_t)t->deadlines[i].workdays);
        json_put_string(o, "law", t->deadlines[i].law);
        json_object_end(o);
    }
    json_array_end(o);
}
