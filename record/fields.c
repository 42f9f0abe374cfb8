/* Reading keys and values of data files so that every mistake is told with its file and line. A
 * refusal says what is wrong and what to do, for a person who writes a theme and not for one who
 * knows this program. */
#include <stdio.h>

#include "base/civil.h"
#include "base/text.h"
#include "record/catalogue_read.h"

void refuse(struct reading *r, struct where at, const char *fmt, ...)
{
    if (r->err)
        return;
    char what[sizeof r->why->text];
    va_list args;
    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    r->err = reason_set(r->why, CE_INVALID, "%s:%d: %s", at.file, at.line, what);
}

struct fields fields_of(struct reading *r, const struct yaml *map, const char *file)
{
    struct fields f = {.at = {file, map->line}};
    if (map->kind != YAML_MAP) {
        refuse(r, f.at, "keys with values are expected here; write \"key: value\" lines");
        return f;
    }
    f.count = map->count;
    f.list = ARENA_ARRAY(r->a, struct field, f.count + 1);
    for (size_t i = 0; i < f.count; i++)
        f.list[i] = (struct field){map->keys[i]->scalar, map->list[i], {file, map->keys[i]->line}};
    return f;
}

static struct field *find(const struct fields *f, struct slice key)
{
    for (size_t i = 0; i < f->count; i++)
        if (slice_eq(f->list[i].key, key))
            return &f->list[i];
    return NULL;
}

struct fields fields_over(struct reading *r, const struct fields *base, const struct fields *over)
{
    struct fields f = {.at = over->at};
    f.list = ARENA_ARRAY(r->a, struct field, base->count + over->count + 1);
    for (size_t i = 0; i < base->count; i++) {
        const struct field *winner = find(over, base->list[i].key);
        f.list[f.count++] = winner ? *winner : base->list[i];
    }
    for (size_t i = 0; i < over->count; i++)
        if (!find(base, over->list[i].key))
            f.list[f.count++] = over->list[i];
    return f;
}

const struct field *fields_get(const struct fields *f, const char *key)
{
    return find(f, slice_of(key));
}

struct where fields_where(const struct fields *f, const char *key)
{
    const struct field *one = fields_get(f, key);
    return one ? one->at : f->at;
}

void fields_known(struct reading *r, const struct fields *f, const char *const *keys)
{
    for (size_t i = 0; i < f->count; i++) {
        bool known = false;
        for (size_t k = 0; keys[k]; k++)
            known = known || slice_eq(f->list[i].key, slice_of(keys[k]));
        if (known)
            continue;
        char list[320] = "";
        size_t n = 0;
        for (size_t k = 0; keys[k] && n < sizeof list; k++)
            n += (size_t)snprintf(list + n, sizeof list - n, "%s%s", k ? ", " : "", keys[k]);
        refuse(r, f->list[i].at, "unknown key \"%.*s\"; the keys here are: %s",
               FMT_SLICE(f->list[i].key), list);
        return;
    }
}

/* The scalar under a key; absent when there is none. */
static struct slice scalar(struct reading *r, const struct fields *f, const char *key, bool must)
{
    const struct field *one = fields_get(f, key);
    if (!one) {
        if (must && !r->is_partial)
            refuse(r, f->at, "the key \"%s\" is missing; add it", key);
        return (struct slice){0};
    }
    if (one->value->kind != YAML_SCALAR) {
        refuse(r, one->at, "\"%s\" must be one value; write it without list or keys", key);
        return (struct slice){0};
    }
    if (one->value->scalar.n == 0) {
        refuse(r, one->at, "\"%s\" has no value; give one or take the key out", key);
        return (struct slice){0};
    }
    return one->value->scalar;
}

static struct slice checked(struct reading *r, struct where at, struct slice s)
{
    struct text_cleaned c = text_clean(r->a, s);
    if (c.altered || c.damaged)
        refuse(r, at,
               "\"%.*s\" holds control characters, damaged text or blanks at its ends; "
               "type it again",
               FMT_SLICE(c.text));
    return c.text;
}

struct slice want_text(struct reading *r, const struct fields *f, const char *key)
{
    struct slice s = scalar(r, f, key, true);
    return s.n ? checked(r, fields_where(f, key), s) : s;
}

struct slice take_text(struct reading *r, const struct fields *f, const char *key)
{
    struct slice s = scalar(r, f, key, false);
    return s.n ? checked(r, fields_where(f, key), s) : s;
}

static int64_t whole_number(struct reading *r, const struct fields *f, const char *key, int64_t min,
                            int64_t max, int64_t fallback, bool must)
{
    struct slice s = scalar(r, f, key, must);
    int64_t v = fallback;
    if (s.n && (!slice_i64(s, &v) || v < min || v > max)) {
        refuse(r, fields_where(f, key),
               "\"%s\" is \"%.*s\"; write a whole number from %lld to %lld", key, FMT_SLICE(s),
               (long long)min, (long long)max);
        v = fallback;
    }
    return v;
}

int64_t want_int(struct reading *r, const struct fields *f, const char *key, int64_t min,
                 int64_t max)
{
    return whole_number(r, f, key, min, max, min, true);
}

int64_t take_int(struct reading *r, const struct fields *f, const char *key, int64_t min,
                 int64_t max, int64_t fallback)
{
    return whole_number(r, f, key, min, max, fallback, false);
}

struct utc_ms want_instant(struct reading *r, const struct fields *f, const char *key)
{
    struct slice s = scalar(r, f, key, true);
    struct utc_ms t = {0};
    if (s.n && (slice_all_digits(s) || !utc_parse(s, &t)))
        refuse(r, fields_where(f, key),
               "\"%s\" is \"%.*s\"; write an instant like 2026-04-01T00:00:00+08:00", key,
               FMT_SLICE(s));
    return t;
}

struct day want_day(struct reading *r, const struct fields *f, const char *key)
{
    struct slice s = scalar(r, f, key, true);
    struct day d = DAY_NONE;
    if (s.n && !day_parse_iso(s, &d))
        refuse(r, fields_where(f, key),
               "\"%s\" is \"%.*s\"; write a day that exists, like 2026-04-01", key, FMT_SLICE(s));
    return d;
}

bool take_bool(struct reading *r, const struct fields *f, const char *key)
{
    struct slice s = scalar(r, f, key, false);
    if (s.n == 0 || slice_eq(s, SLICE("no")) || slice_eq(s, SLICE("false")))
        return false;
    if (!slice_eq(s, SLICE("yes")) && !slice_eq(s, SLICE("true")))
        refuse(r, fields_where(f, key), "\"%s\" is \"%.*s\"; write yes or no", key, FMT_SLICE(s));
    return true;
}

static const struct field *list_of(struct reading *r, const struct fields *f, const char *key,
                                   size_t *ret_count)
{
    const struct field *one = fields_get(f, key);
    *ret_count = 0;
    if (!one)
        return NULL;
    if (one->value->kind != YAML_LIST) {
        refuse(r, one->at,
               "\"%s\" must be a list; write [one, two] or lines that begin with \"- \"", key);
        return NULL;
    }
    *ret_count = one->value->count;
    return one;
}

struct slice *take_texts(struct reading *r, const struct fields *f, const char *key,
                         size_t *ret_count)
{
    const struct field *one = list_of(r, f, key, ret_count);
    struct slice *out = ARENA_ARRAY(r->a, struct slice, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        const struct yaml *y = one->value->list[i];
        struct where at = {one->at.file, y->line};
        if (y->kind != YAML_SCALAR || y->scalar.n == 0)
            refuse(r, at, "\"%s\" is a list of words; write one word each", key);
        else
            out[i] = checked(r, at, y->scalar);
        for (size_t k = 0; k < i; k++)
            if (slice_eq(out[k], out[i]))
                refuse(r, at, "\"%.*s\" stands twice in \"%s\"; take one out", FMT_SLICE(out[i]),
                       key);
    }
    return out;
}

struct fields *take_maps(struct reading *r, const struct fields *f, const char *key,
                         size_t *ret_count)
{
    const struct field *one = list_of(r, f, key, ret_count);
    struct fields *out = ARENA_ARRAY(r->a, struct fields, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++)
        out[i] = fields_of(r, one->value->list[i], one->at.file);
    return out;
}

void code_shape(struct reading *r, struct where at, struct slice code, bool is_upper)
{
    bool fine = code.n <= 64;
    for (size_t i = 0; i < code.n && fine; i++) {
        char c = code.p[i];
        bool letter = is_upper ? c >= 'A' && c <= 'Z' : c >= 'a' && c <= 'z';
        bool other = (c >= '0' && c <= '9') || c == (is_upper ? '_' : '-');
        fine = letter || (i > 0 && other);
    }
    if (code.n && !fine)
        refuse(r, at, "\"%.*s\" is not a code; use at most 64 %s, a letter first", FMT_SLICE(code),
               is_upper ? "capital letters, digits and _" : "small letters, digits and -");
}
