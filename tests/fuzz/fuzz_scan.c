/* Rows as JSON: two readers that know nothing of one another, scan (simdjson) and json_parse
 * (jansson), must find the same members in the same text, and what was found must come back when
 * written again. */
#include "base/check.h"
#include "base/json.h"
#include "base/scan.h"
#include "tests/fuzz/fuzz.h"

enum { PAIRS_MAX = 100, ARENA_BYTES = 16 * 1024 * 1024 };

struct found {
    struct scan_pair *pairs;
    size_t count;
    const char *why;
};

static int scan(struct scan *s, struct arena *a, struct slice text, struct found *ret)
{
    int r = scan_object(s, a, text, PAIRS_MAX, &ret->pairs, &ret->count, &ret->why);
    CHECK(r == 0 || (ret->why && (r == CE_INVALID || r == CE_TOO_LARGE)));
    return r;
}

static void compare_member(const struct scan_pair *pair, const struct json *v)
{
    switch (pair->kind) {
    case SCAN_STRING:
        CHECK(v->kind == JSON_STRING && slice_eq(pair->value, v->string));
        return;
    case SCAN_NUMBER:
        CHECK(v->kind == JSON_INT || v->kind == JSON_REAL);
        return;
    case SCAN_BOOL:
        CHECK(v->kind == JSON_BOOL);
        CHECK(slice_eq(pair->value, v->boolean ? SLICE("true") : SLICE("false")));
        return;
    case SCAN_NULL:
        CHECK(v->kind == JSON_NULL && !pair->value.p);
        return;
    case SCAN_NESTED:
        CHECK(v->kind == (pair->value.p[0] == '[' ? JSON_ARRAY : JSON_OBJECT));
        return;
    }
}

static void compare(struct arena *a, struct slice text, const struct found *f)
{
    struct json *tree;
    if (json_parse(a, text, text.n, &tree, NULL) < 0)
        return; /* jansson refuses integers beyond int64_t, \u0000 and repetitions further down */
    CHECK(tree->kind == JSON_OBJECT && tree->count == f->count);
    for (size_t i = 0; i < f->count; i++) {
        CHECK(slice_eq(tree->keys[i], f->pairs[i].key));
        compare_member(&f->pairs[i], &tree->items[i]);
    }
}

/* What jansson reads and scan refuses must have a reason that jansson does not know. */
static void compare_refused(struct arena *a, struct slice text, const struct found *f)
{
    struct json *tree;
    if (json_parse(a, text, text.n, &tree, NULL) < 0 || tree->kind != JSON_OBJECT)
        return;
    struct slice why = slice_of(f->why);
    CHECK(slice_eq(why, SLICE("lies more than 8 deep in itself")) ||
          slice_eq(why, SLICE("has too many members")) || slice_eq(why, SLICE("is not UTF-8")));
}

static void write_again(struct buf *b, const struct found *f)
{
    struct json_out o = json_out_of(b);
    json_object_begin(&o);
    for (size_t i = 0; i < f->count; i++) {
        const struct scan_pair *p = &f->pairs[i];
        json_key_slice(&o, p->key);
        if (p->kind == SCAN_STRING)
            json_slice(&o, p->value);
        else if (p->kind == SCAN_NULL)
            json_nil(&o);
        else
            json_raw(&o, p->value);
    }
    json_object_end(&o);
}

static void round_trip(struct scan *s, struct arena *a, const struct found *f)
{
    AUTO_BUF(b, 1 << 20);
    write_again(&b, f);
    struct found again = {0};
    CHECK(scan(s, a, buf_slice(&b), &again) == 0 && again.count == f->count);
    for (size_t i = 0; i < f->count; i++) {
        CHECK(again.pairs[i].kind == f->pairs[i].kind);
        CHECK(slice_eq(again.pairs[i].key, f->pairs[i].key));
        CHECK(slice_eq(again.pairs[i].value, f->pairs[i].value));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n > 4096)
        return 0;
    static struct scan *s;
    if (!s)
        s = scan_create();
    AUTO(arena_destroy) struct arena *a = arena_create(ARENA_BYTES);
    struct slice text = slice_make(data, n);
    struct found f = {0};
    if (scan(s, a, text, &f) < 0) {
        compare_refused(a, text, &f);
        return 0;
    }
    compare(a, text, &f);
    round_trip(s, a, &f);
    return 0;
}
