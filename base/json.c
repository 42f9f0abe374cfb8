/* JSON for answers, receipts and configuration. Writing is by hand, because an answer is copied
 * together from stored pieces and never becomes a tree. Reading goes through jansson into a tree of
 * ours in the arena, so that no other file has to know jansson or to count its references. Records
 * come in by base/scan. */
#include "base/json.h"

#include <stdio.h>

/* Its names for kinds are ours as well. */
#define JSON_OBJECT JANSSON_OBJECT
#define JSON_ARRAY JANSSON_ARRAY
#define JSON_STRING JANSSON_STRING
#define JSON_REAL JANSSON_REAL
#define JSON_NULL JANSSON_NULL
#include <jansson.h>
#undef JSON_OBJECT
#undef JSON_ARRAY
#undef JSON_STRING
#undef JSON_REAL
#undef JSON_NULL

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/check.h"

enum { DEPTH_MAX = 64 };

struct json_out json_out_of(struct buf *b)
{
    return (struct json_out){.b = b};
}

/* A comma when something stands there already. A key leaves its level as if nothing did, so that
 * its value comes without one. */
static void separate(struct json_out *o)
{
    uint64_t bit = UINT64_C(1) << o->depth;
    if (o->has_member & bit)
        buf_add_char(o->b, ',');
    o->has_member |= bit;
}

static void open_level(struct json_out *o, char bracket)
{
    separate(o);
    buf_add_char(o->b, bracket);
    o->depth++;
    CHECK(o->depth < DEPTH_MAX);
    o->has_member &= ~(UINT64_C(1) << o->depth);
}

static void close_level(struct json_out *o, char bracket)
{
    CHECK(o->depth > 0);
    o->depth--;
    buf_add_char(o->b, bracket);
}

void json_object_begin(struct json_out *o)
{
    open_level(o, '{');
}

void json_object_end(struct json_out *o)
{
    close_level(o, '}');
}

void json_array_begin(struct json_out *o)
{
    open_level(o, '[');
}

void json_array_end(struct json_out *o)
{
    close_level(o, ']');
}

void json_key_slice(struct json_out *o, struct slice key)
{
    separate(o);
    json_quote(o->b, key);
    buf_add_char(o->b, ':');
    o->has_member &= ~(UINT64_C(1) << o->depth);
}

void json_key(struct json_out *o, const char *key)
{
    json_key_slice(o, slice_of(key));
}

void json_slice(struct json_out *o, struct slice s)
{
    separate(o);
    json_quote(o->b, s);
}

void json_cstr(struct json_out *o, const char *s)
{
    json_slice(o, slice_of(s));
}

void json_u64(struct json_out *o, uint64_t v)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + v % 10);
        v /= 10;
    } while (v);
    separate(o);
    buf_add(o->b, digits + at, sizeof digits - at);
}

void json_i64(struct json_out *o, int64_t v)
{
    separate(o);
    buf_printf(o->b, "%lld", (long long)v);
}

void json_bool(struct json_out *o, bool v)
{
    json_raw(o, v ? SLICE("true") : SLICE("false"));
}

void json_nil(struct json_out *o)
{
    json_raw(o, SLICE("null"));
}

void json_members(struct json_out *o, struct slice fragment)
{
    if (fragment.n)
        json_raw(o, fragment);
}

void json_raw(struct json_out *o, struct slice value)
{
    separate(o);
    buf_add_slice(o->b, value);
}

void json_put_string(struct json_out *o, const char *key, struct slice s)
{
    json_key(o, key);
    json_slice(o, s);
}

void json_put_cstr(struct json_out *o, const char *key, const char *s)
{
    json_key(o, key);
    json_cstr(o, s);
}

void json_put_u64(struct json_out *o, const char *key, uint64_t v)
{
    json_key(o, key);
    json_u64(o, v);
}

void json_put_bool(struct json_out *o, const char *key, bool v)
{
    json_key(o, key);
    json_bool(o, v);
}

static bool is_escaped(char c)
{
    return (unsigned char)c < 0x20 || c == '"' || c == '\\';
}

static void escape(struct buf *b, char c)
{
    /* The letter that stands for a control character, from NUL on; '.' where there is none. */
    static const char letters[] = "........btn.fr..................";
    buf_add_char(b, '\\');
    if (c == '"' || c == '\\')
        buf_add_char(b, c);
    else if (letters[(unsigned char)c] != '.')
        buf_add_char(b, letters[(unsigned char)c]);
    else
        buf_printf(b, "u%04x", (unsigned)(unsigned char)c);
}

/* Whether one of eight bytes has to be escaped: below 0x20, a quote or a backslash. A byte may be
 * taken for one that has not. */
static bool any_escaped(const char *p)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
    uint64_t v;
    memcpy(&v, p, 8);
    uint64_t quote = v ^ ones * '"', back = v ^ ones * '\\';
    return (((v - ones * 0x20) & ~v) | ((quote - ones) & ~quote) | ((back - ones) & ~back)) & high;
}

#ifdef __SSE2__
/* The same of sixteen, exactly: one bit for each. */
static unsigned escaped_of_16(const char *p)
{
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
    __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1F)), v);
    __m128i mark =
        _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(control, mark));
}
#endif

/* How many bytes at the beginning stand for themselves. What is left behind whole eights is looked
 * at together with what lies before it. */
static size_t plain_prefix(struct slice s)
{
    size_t i = 0;
#ifdef __SSE2__
    for (; s.n - i >= 16; i += 16) {
        unsigned escaped = escaped_of_16(s.p + i);
        if (escaped)
            return i + (size_t)__builtin_ctz(escaped);
    }
#endif
    while (s.n - i >= 8 && !any_escaped(s.p + i))
        i += 8;
    if (s.n >= 8 && s.n - i < 8 && !any_escaped(s.p + s.n - 8))
        return s.n;
    while (i < s.n && !is_escaped(s.p[i]))
        i++;
    return i;
}

void json_quote(struct buf *b, struct slice s)
{
    size_t plain = plain_prefix(s);
    if (plain == s.n) { /* nearly always, and then in one piece */
        char *at = buf_grow(b, s.n + 2);
        if (!at)
            return;
        *at = at[s.n + 1] = '"';
        if (s.n)
            memcpy(at + 1, s.p, s.n);
        return;
    }
    buf_add_char(b, '"');
    for (; plain < s.n; plain = plain_prefix(s)) {
        buf_add(b, s.p, plain);
        escape(b, s.p[plain]);
        s = slice_from(s, plain + 1);
    }
    buf_add_slice(b, s);
    buf_add_char(b, '"');
}

static bool convert(struct arena *a, json_t *from, int depth, struct json *ret);

static bool convert_array(struct arena *a, json_t *from, int depth, struct json *ret)
{
    ret->kind = JSON_ARRAY;
    ret->count = json_array_size(from);
    ret->items = ARENA_ARRAY(a, struct json, ret->count);
    for (size_t i = 0; i < ret->count; i++)
        if (!convert(a, json_array_get(from, i), depth + 1, &ret->items[i]))
            return false;
    return true;
}

static bool convert_object(struct arena *a, json_t *from, int depth, struct json *ret)
{
    ret->kind = JSON_OBJECT;
    ret->count = json_object_size(from);
    ret->items = ARENA_ARRAY(a, struct json, ret->count);
    ret->keys = ARENA_ARRAY(a, struct slice, ret->count);
    void *at = json_object_iter(from);
    for (size_t i = 0; i < ret->count; i++, at = json_object_iter_next(from, at)) {
        ret->keys[i] = arena_dup(a, slice_of(json_object_iter_key(at)));
        if (!convert(a, json_object_iter_value(at), depth + 1, &ret->items[i]))
            return false;
    }
    return true;
}

/* False when it lies too deep. */
static bool convert(struct arena *a, json_t *from, int depth, struct json *ret)
{
    switch (json_typeof(from)) {
    case JANSSON_NULL:
        ret->kind = JSON_NULL;
        return true;
    case JSON_TRUE:
    case JSON_FALSE:
        ret->kind = JSON_BOOL;
        ret->boolean = json_is_true(from);
        return true;
    case JSON_INTEGER:
        ret->kind = JSON_INT;
        ret->integer = json_integer_value(from);
        return true;
    case JANSSON_REAL:
        ret->kind = JSON_REAL;
        ret->real = json_real_value(from);
        return true;
    case JANSSON_STRING:
        ret->kind = JSON_STRING;
        ret->string = arena_dup(a, slice_make(json_string_value(from), json_string_length(from)));
        return true;
    case JANSSON_ARRAY:
        return depth < DEPTH_MAX && convert_array(a, from, depth, ret);
    case JANSSON_OBJECT:
        return depth < DEPTH_MAX && convert_object(a, from, depth, ret);
    }
    UNREACHABLE();
}

/* jansson quotes the text near the mistake, which may be somebody's data, and names its own flags.
 */
static int refused(const json_error_t *e, struct reason *reterr_why)
{
    static const struct slice tails[] = {SLICE(" near "), SLICE(" without JSON_")};
    struct slice text = slice_of(e->text);
    for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
        ptrdiff_t tail = slice_find(text, tails[i], 0);
        if (tail >= 0)
            text.n = (size_t)tail;
    }
    return reason_set(reterr_why, CE_INVALID, "line %d, column %d: %.*s", e->line, e->column,
                      FMT_SLICE(text));
}

int json_parse(struct arena *a, struct slice text, size_t bytes_max, struct json **ret,
               struct reason *reterr_why)
{
    if (text.n > bytes_max)
        return reason_set(reterr_why, CE_INVALID, "longer than %zu bytes", bytes_max);
    /* jansson loses a NUL that stands behind a number. */
    if (text.n && memchr(text.p, 0, text.n))
        return reason_set(reterr_why, CE_INVALID, "holds a NUL");
    json_error_t e;
    /* \u0000 is text like any other: json_quote writes it. */
    const size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL;
    json_t *root = json_loadb(text.p ? text.p : "", text.n, flags, &e);
    if (!root)
        return refused(&e, reterr_why);
    struct json *tree = ARENA_NEW(a, struct json);
    bool ok = convert(a, root, 0, tree);
    json_decref(root);
    if (!ok)
        return reason_set(reterr_why, CE_INVALID, "more than %d levels deep", DEPTH_MAX);
    *ret = tree;
    return 0;
}

const struct json *json_get(const struct json *object, const char *key)
{
    if (!object || object->kind != JSON_OBJECT)
        return NULL;
    struct slice wanted = slice_of(key);
    for (size_t i = 0; i < object->count; i++)
        if (slice_eq(object->keys[i], wanted))
            return &object->items[i];
    return NULL;
}

struct slice json_get_string(const struct json *object, const char *key)
{
    const struct json *v = json_get(object, key);
    return v && v->kind == JSON_STRING ? v->string : (struct slice){NULL, 0};
}

int64_t json_get_int(const struct json *object, const char *key)
{
    const struct json *v = json_get(object, key);
    return v && v->kind == JSON_INT ? v->integer : 0;
}
