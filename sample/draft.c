/* Rows under construction. Their text lies in one piece of memory that is taken back with the row.
 */
#include "sample/draft.h"

#include <stdarg.h>
#include <string.h>

#include "base/check.h"

void draft_clear(struct draft *d, size_t item_count)
{
    memset(d->values, 0, item_count * sizeof d->values[0]);
    for (size_t i = 0; i < item_count; i++)
        d->days[i] = DAY_NONE;
    d->id = d->version = d->time = d->op = d->reason = d->foreign = d->forbidden =
        (struct slice){NULL, 0};
    d->shape = DRAFT_WHOLE;
    d->is_empty = d->is_former = false;
    d->used = 0;
}

char *draft_room(struct draft *d, size_t n)
{
    CHECK(n <= sizeof d->memory - d->used);
    char *p = d->memory + d->used;
    d->used += n;
    return p;
}

struct slice draft_text(struct draft *d, struct slice s)
{
    char *p = draft_room(d, s.n);
    if (s.n)
        memcpy(p, s.p, s.n);
    return slice_make(p, s.n);
}

struct slice draft_join(struct draft *d, const char *first, ...)
{
    size_t from = d->used;
    va_list args;
    va_start(args, first);
    for (const char *s = first; s; s = va_arg(args, const char *))
        draft_text(d, slice_of(s));
    va_end(args);
    return slice_make(d->memory + from, d->used - from);
}

struct slice draft_digits(struct draft *d, uint64_t v, unsigned digits)
{
    char *p = draft_room(d, digits);
    for (unsigned i = digits; i; v /= 10)
        p[--i] = (char)('0' + v % 10);
    return slice_make(p, digits);
}

struct slice draft_number(struct draft *d, uint64_t v)
{
    unsigned digits = 1;
    for (uint64_t rest = v / 10; rest; rest /= 10)
        digits++;
    return draft_digits(d, v, digits);
}

struct slice draft_day(struct draft *d, struct day day)
{
    char text[11];
    day_print(day, text);
    return draft_text(d, slice_make(text, 10));
}

struct slice draft_cut(struct slice s, int chars_max)
{
    size_t i = 0;
    if (s.n <= (size_t)chars_max)
        return s;
    for (int chars = 0; chars < chars_max && i < s.n; chars++)
        utf8_next(s, &i);
    return slice_make(s.p, i);
}
