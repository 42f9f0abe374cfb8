/* Values of entries side by side, and as people read them. */
#include "base/buf.h"
#include "record/catalogue_diff_parts.h"
#include "record/wording.h"

enum { VALUE_BYTES_MAX = 1 << 20 };

bool json_same(const struct json *x, const struct json *y)
{
    if (!x || !y || x->kind != y->kind || x->count != y->count)
        return x == y;
    switch (x->kind) {
    case JSON_NULL:
        return true;
    case JSON_BOOL:
        return x->boolean == y->boolean;
    case JSON_INT:
        return x->integer == y->integer;
    case JSON_REAL:
        return !(x->real < y->real) && !(x->real > y->real);
    case JSON_STRING:
        return slice_eq(x->string, y->string);
    case JSON_ARRAY:
    case JSON_OBJECT:
        break;
    }
    for (size_t i = 0; i < x->count; i++) {
        if (x->kind == JSON_OBJECT && !slice_eq(x->keys[i], y->keys[i]))
            return false;
        if (!json_same(&x->items[i], &y->items[i]))
            return false;
    }
    return true;
}

static const struct json *member(const struct json *object, struct slice key)
{
    for (size_t i = 0; object && object->kind == JSON_OBJECT && i < object->count; i++)
        if (slice_eq(object->keys[i], key))
            return &object->items[i];
    return NULL;
}

struct pair *pairs_changed(struct arena *a, const struct json *old, const struct json *now,
                           size_t *ret_count)
{
    size_t most = (old ? old->count : 0) + (now ? now->count : 0), n = 0;
    struct pair *list = ARENA_ARRAY(a, struct pair, most + 1);
    for (size_t i = 0; old && i < old->count; i++) {
        const struct json *other = member(now, old->keys[i]);
        if (!json_same(&old->items[i], other))
            list[n++] = (struct pair){old->keys[i], &old->items[i], other};
    }
    for (size_t i = 0; now && i < now->count; i++)
        if (!member(old, now->keys[i]))
            list[n++] = (struct pair){now->keys[i], NULL, &now->items[i]};
    *ret_count = n;
    return list;
}

const struct json *member_with(const struct json *list, const char *key, struct slice text)
{
    for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->count; i++)
        if (slice_eq(json_get_string(&list->items[i], key), text))
            return &list->items[i];
    return NULL;
}

bool list_holds(const struct json *list, struct slice text)
{
    for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->count; i++)
        if (list->items[i].kind == JSON_STRING && slice_eq(list->items[i].string, text))
            return true;
    return false;
}

/* Keys whose words are those of another key. */
static struct slice words_key(struct slice key)
{
    if (slice_eq(key, SLICE("kinds")) || slice_eq(key, SLICE("counterpart")))
        return SLICE("kind");
    if (slice_eq(key, SLICE("severity_default")) || slice_eq(key, SLICE("class")))
        return SLICE("severity");
    return key;
}

static void put_value(struct buf *b, struct slice key, const struct json *v)
{
    switch (v->kind) {
    case JSON_NULL:
        return;
    case JSON_BOOL:
        buf_printf(b, "%s", v->boolean ? "是 yes" : "否 no");
        return;
    case JSON_INT:
        buf_printf(b, "%lld", (long long)v->integer);
        return;
    case JSON_REAL:
        buf_printf(b, "%g", v->real);
        return;
    case JSON_STRING: {
        struct wording w = wording_word(words_key(key), v->string);
        if (slice_eq(w.zh, v->string))
            buf_add_slice(b, v->string);
        else
            buf_printf(b, "%.*s %.*s", FMT_SLICE(w.zh), FMT_SLICE(w.en));
        return;
    }
    case JSON_ARRAY:
        for (size_t i = 0; i < v->count; i++) {
            buf_printf(b, "%s", i ? "、" : "");
            put_value(b, key, &v->items[i]);
        }
        return;
    case JSON_OBJECT:
        for (size_t i = 0; i < v->count; i++) {
            struct wording k = wording_key(v->keys[i]);
            buf_printf(b, "%s%.*s=", i ? "，" : "", FMT_SLICE(k.zh));
            put_value(b, v->keys[i], &v->items[i]);
        }
        return;
    }
}

struct slice value_text(struct arena *a, struct slice key, const struct json *v)
{
    if (!v)
        return (struct slice){0};
    /* A mask and a code set written out are known by their names. */
    if (v->kind == JSON_OBJECT &&
        (slice_eq(key, SLICE("mask")) || slice_eq(key, SLICE("code_set"))))
        return json_get_string(v, "name");
    AUTO_BUF(b, VALUE_BYTES_MAX);
    put_value(&b, key, v);
    return arena_dup(a, buf_slice(&b));
}

struct slice quoted_name(struct arena *a, const struct json *item)
{
    struct slice zh = json_get_string(item, "zh");
    if (!zh.n)
        zh = json_get_string(item, "code");
    return arena_printf(a, "“%.*s”", FMT_SLICE(zh));
}
