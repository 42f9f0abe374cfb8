/* Divisions from their file or from the stored entry. Of one that is no more, name and last year
 * are kept too: a registration that still names it is told so. But names come back. 鼓楼区 ended in
 * one city and stands in others, and 浦东新区 ends in 新区, which ended elsewhere: such a name says
 * nothing, and only the code counts. */
#include <stdlib.h>

#include "base/check.h"
#include "record/catalogue_read.h"

enum { CODE_BYTES = 6, LINE_BYTES_MIN = 7, YEAR_MIN = 1949, YEAR_MAX = 2100, SUFFIXES_MAX = 24 };

struct division {
    unsigned code;
    struct slice name;
};

static int number_order(const void *x, const void *y)
{
    unsigned a = ((const struct division *)x)->code, b = ((const struct division *)y)->code;
    return (a > b) - (a < b);
}

static int text_order(const void *x, const void *y)
{
    return slice_cmp(*(const struct slice *)x, *(const struct slice *)y);
}

static int code_order(const void *x, const void *y)
{
    const struct former_division *a = x, *b = y;
    return (a->code > b->code) - (a->code < b->code);
}

static int name_order(const void *x, const void *y)
{
    const struct former_division *a = x, *b = y;
    int c = slice_cmp(a->name, b->name);
    return c ? c : code_order(x, y);
}

static void divisions_set(struct reading *r, struct tables *t, struct division *list, size_t count)
{
    qsort(list, count, sizeof *list, number_order);
    unsigned *codes = ARENA_ARRAY(r->a, unsigned, count + 1);
    struct slice *names = ARENA_ARRAY(r->a, struct slice, count + 1);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (n && codes[n - 1] == list[i].code)
            continue;
        codes[n] = list[i].code;
        names[n++] = list[i].name;
    }
    t->divisions = codes;
    t->division_names = names;
    t->division_count = n;
}

static void former_set(struct reading *r, struct tables *t, struct former_division *list,
                       size_t count)
{
    struct former_division *names = ARENA_ARRAY(r->a, struct former_division, count + 1);
    size_t n = 0;
    qsort(list, count, sizeof *list, code_order);
    for (size_t i = 0; i < count; i++)
        if (!list[i].is_named_so_yet)
            names[n++] = list[i];
    qsort(names, n, sizeof *names, name_order);
    t->former = (struct former_divisions){list, count};
    t->by_name = (struct former_divisions){names, n};
}

static bool division_of(struct slice s, unsigned *ret)
{
    uint64_t v = 0;
    if (s.n != CODE_BYTES || !slice_all_digits(s) || !slice_u64(s, &v) || v < 100000)
        return false;
    *ret = (unsigned)v;
    return true;
}

static bool year_of(struct slice s, unsigned *ret)
{
    uint64_t v = 0;
    if (!slice_u64(s, &v) || v < YEAR_MIN || v > YEAR_MAX)
        return false;
    *ret = (unsigned)v;
    return true;
}

/* All that names in force end in, each at least once. */
struct endings {
    struct slice *list;
    size_t count, room;
};

static void endings_add(struct reading *r, struct endings *e, struct slice name)
{
    if (e->count + SUFFIXES_MAX > e->room) {
        size_t room = e->room ? 2 * e->room : 1024;
        struct slice *more = ARENA_ARRAY(r->a, struct slice, room);
        if (e->count)
            memcpy(more, e->list, e->count * sizeof *more);
        e->list = more;
        e->room = room;
    }
    size_t i = 0;
    for (int n = 0; n < SUFFIXES_MAX && i < name.n; n++) {
        e->list[e->count++] = slice_from(name, i);
        utf8_next(name, &i);
    }
}

static bool endings_has(const struct endings *e, struct slice name)
{
    return e->count && bsearch(&name, e->list, e->count, sizeof *e->list, text_order);
}

/* code,name,since,until,source */
static bool former_of(struct reading *r, struct where at, unsigned code, struct slice rest,
                      struct slice *ret_name, struct former_division *ret)
{
    *ret_name = slice_trim(slice_cut(&rest, ','));
    if (slice_find(*ret_name, SLICE(" "), 0) >= 0)
        refuse(r, at, "a division's name has no blanks; write \"%.*s\" without them",
               FMT_SLICE(*ret_name));
    slice_cut(&rest, ',');
    struct slice until = slice_trim(slice_cut(&rest, ','));
    if (until.n == 0)
        return false;
    *ret = (struct former_division){.code = code, .name = *ret_name};
    if (!year_of(until, &ret->until))
        refuse(r, at, "\"%.*s\" is no year; write the last year of the division, or nothing",
               FMT_SLICE(until));
    return true;
}

void divisions_read_csv(struct reading *r, struct slice text, const char *file, struct tables *ret)
{
    size_t room = text.n / LINE_BYTES_MIN + 2, count = 0, gone = 0;
    struct division *list = ARENA_ARRAY(r->a, struct division, room);
    struct former_division *former = ARENA_ARRAY(r->a, struct former_division, room);
    struct endings endings = {0};
    bool has_header = false;
    for (int line = 1; text.p && !r->err; line++) {
        struct where at = {file, line};
        struct slice rest = slice_cut(&text, '\n');
        struct slice first = slice_trim(slice_cut(&rest, ','));
        struct division *d = &list[count];
        if (first.n == 0 || first.p[0] == '#')
            continue;
        if (has_header && !division_of(first, &d->code))
            refuse(r, at, "\"%.*s\" is no division code; write six digits first in the line",
                   FMT_SLICE(first));
        else if (has_header && former_of(r, at, d->code, rest, &d->name, &former[gone]))
            gone++;
        else if (has_header)
            endings_add(r, &endings, d->name);
        count += has_header;
        has_header = true;
    }
    if (!r->err && count == 0)
        refuse(r, (struct where){file, 1},
               "the table is empty; write a header line and one line for each division");
    if (r->err)
        return;
    divisions_set(r, ret, list, count);
    if (endings.count)
        qsort(endings.list, endings.count, sizeof *endings.list, text_order);
    for (size_t i = 0; i < gone; i++)
        former[i].is_named_so_yet = endings_has(&endings, former[i].name);
    former_set(r, ret, former, gone);
}

static void read_all(struct reading *r, const struct fields *f, struct tables *t)
{
    struct slice text = want_text(r, f, "divisions");
    struct division *list = ARENA_ARRAY(r->a, struct division, text.n / LINE_BYTES_MIN + 2);
    size_t count = 0;
    while (text.p && !r->err) {
        struct slice one = slice_cut(&text, ' ');
        struct slice code = slice_make(one.p, one.n < CODE_BYTES ? one.n : CODE_BYTES);
        struct division *d = &list[count++];
        d->name = slice_from(one, code.n);
        if (!division_of(code, &d->code))
            refuse(r, fields_where(f, "divisions"),
                   "\"%.*s\" is no division code; write six digits", FMT_SLICE(one));
    }
    divisions_set(r, t, list, count);
}

static void read_former(struct reading *r, const struct fields *f, struct tables *t)
{
    struct slice text = take_text(r, f, "former");
    struct former_division *list =
        ARENA_ARRAY(r->a, struct former_division, text.n / LINE_BYTES_MIN + 2);
    size_t count = 0;
    while (text.n && !r->err) {
        struct slice one = slice_cut(&text, ';'), rest = one;
        struct former_division *d = &list[count++];
        struct slice code = slice_cut(&rest, ' ');
        d->name = slice_cut(&rest, ' ');
        d->is_named_so_yet = slice_ends(rest, SLICE("="));
        rest.n -= d->is_named_so_yet;
        if (!division_of(code, &d->code) || !year_of(rest, &d->until))
            refuse(r, fields_where(f, "former"),
                   "\"%.*s\" is no former division; write it like "
                   "440102 东山区 2004",
                   FMT_SLICE(one));
    }
    former_set(r, t, list, count);
}

void divisions_read(struct reading *r, const struct fields *f, struct tables *t)
{
    if (!fields_get(f, "divisions"))
        return;
    read_all(r, f, t);
    read_former(r, f, t);
}

void divisions_write(const struct tables *t, struct buf *b)
{
    for (size_t i = 0; i < t->division_count; i++)
        buf_printf(b, "%s%06u%.*s", i ? " " : "", t->divisions[i],
                   FMT_SLICE(t->division_names ? t->division_names[i] : SLICE("")));
}

void former_write(const struct tables *t, struct buf *b)
{
    for (size_t i = 0; i < t->former.count; i++) {
        const struct former_division *d = &t->former.list[i];
        buf_printf(b, "%s%06u %.*s %u%s", i ? ";" : "", d->code, FMT_SLICE(d->name), d->until,
                   d->is_named_so_yet ? "=" : "");
    }
}
