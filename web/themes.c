/* The texts of themes. Each is made once for each catalogue, put into a table that only ever grows,
 * and copied in pieces from then on: reading needs no lock. A catalogue that is no longer in force
 * stays, as all of them do, and so do its texts. */
#include "web/themes.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/check.h"
#include "query/shown.h"
#include "web/put.h"

enum { SLOTS = 1024, TEXT_BYTES_MAX = 4 << 20, OTHERS_MAX = 2 * THEME_ITEMS_MAX };

struct text {
    struct text *next;
    const struct catalogue *catalogue;
    const struct theme *theme;
    struct buf bytes;
    size_t head_n; /* "code":{… "items":[ */
    size_t ends[]; /* where the text of each item ends; a comma stands between it and the next */
};

struct themes {
    struct text *_Atomic slots[SLOTS];
};

struct themes *themes_create(void)
{
    struct themes *t = calloc(1, sizeof *t);
    CHECK(t);
    return t;
}

void themes_destroy(struct themes *t)
{
    if (!t)
        return;
    for (int i = 0; i < SLOTS; i++) {
        for (struct text *x = atomic_load(&t->slots[i]); x;) {
            struct text *dead = x;
            x = dead->next;
            buf_fini(&dead->bytes);
            free(dead);
        }
    }
    free(t);
}

static void put_item(struct json_out *o, const struct item *item)
{
    json_object_begin(o);
    json_put_string(o, "code", item->code);
    json_put_string(o, "zh", item->zh);
    json_put_string(o, "en", item->en);
    json_object_end(o);
}

static struct text *text_make(const struct catalogue *c, const struct theme *theme)
{
    struct text *x = calloc(1, sizeof *x + theme->item_count * sizeof x->ends[0]);
    CHECK(x);
    x->catalogue = c;
    x->theme = theme;
    buf_init(&x->bytes, TEXT_BYTES_MAX);
    struct json_out o = json_out_of(&x->bytes);
    json_key_slice(&o, theme->code);
    json_object_begin(&o);
    put_names(&o, "name", theme->zh, theme->en);
    json_put_cstr(&o, "category", category_code(theme->category));
    put_names(&o, "category_name", slice_of(category_zh(theme->category)),
              slice_of(category_en(theme->category)));
    json_put_cstr(&o, "polarity", polarity_naming(theme->polarity)->code);
    json_put_string(&o, "department", theme->department);
    put_department_name(&o, c, theme->department);
    put_text_or_nil(&o, "basis", theme->basis);
    json_key(&o, "items");
    json_array_begin(&o);
    x->head_n = x->bytes.n;
    for (size_t i = 0; i < theme->item_count; i++) {
        put_item(&o, &theme->items[i]);
        x->ends[i] = x->bytes.n;
    }
    CHECK(!x->bytes.err);
    return x;
}

static struct text *find(struct text *first, const struct catalogue *c, const struct theme *theme)
{
    while (first && (first->theme != theme || first->catalogue != c))
        first = first->next;
    return first;
}

/* Two threads may make the same text; both are right, and the second one's is found first. */
static const struct text *text_of(struct themes *t, const struct catalogue *c,
                                  const struct theme *theme)
{
    struct text *_Atomic *slot = &t->slots[theme->number % SLOTS];
    struct text *first = atomic_load(slot);
    struct text *x = find(first, c, theme);
    if (x)
        return x;
    x = text_make(c, theme);
    x->next = first;
    while (!atomic_compare_exchange_weak(slot, &x->next, x))
        ;
    return x;
}

/* A theme of the answer, and which items its records have. */
struct told {
    const struct theme *theme;
    bool has[THEME_ITEMS_MAX];
    const struct item **others; /* that the version in force does not have */
    unsigned other_count;
};

static void tell(struct arena *a, struct told *t, const struct record_answer *r)
{
    for (unsigned i = 0; i < r->said_count; i++) {
        const struct item *item = r->said[i];
        if (!item)
            continue;
        size_t at = shown_order(t->theme, item);
        if (at < THEME_ITEMS_MAX) {
            t->has[at] = true;
            continue;
        }
        unsigned k = 0;
        while (k < t->other_count && !slice_eq(t->others[k]->code, item->code))
            k++;
        if (!t->others)
            t->others = ARENA_ARRAY(a, const struct item *, OTHERS_MAX);
        if (k == t->other_count && k < OTHERS_MAX)
            t->others[t->other_count++] = item;
    }
}

/* What follows each other in the text of the theme is copied in one piece: most often all of it. */
static void put_told(struct json_out *o, const struct text *x, const struct told *t)
{
    size_t from = 0, to = x->head_n, count = t->theme->item_count;
    bool is_first = true;
    for (size_t i = 0; i < count; i++) {
        size_t begins = i ? x->ends[i - 1] + 1 : x->head_n;
        if (!t->has[i])
            continue;
        if (begins != to + !is_first) {
            buf_add(o->b, x->bytes.p + from, to - from);
            if (!is_first)
                buf_add_char(o->b, ',');
            from = begins;
        }
        is_first = false;
        to = x->ends[i];
    }
    buf_add(o->b, x->bytes.p + from, to - from);
    for (unsigned i = 0; i < t->other_count; i++) {
        struct json_out item = json_out_of(o->b);
        if (!is_first)
            buf_add_char(o->b, ',');
        is_first = false;
        put_item(&item, t->others[i]);
    }
    buf_add_slice(o->b, SLICE("]}"));
}

void themes_put(struct json_out *o, struct arena *a, struct themes *t, const struct catalogue *c,
                const struct record_answer *records, unsigned count)
{
    struct told **list = ARENA_ARRAY(a, struct told *, count + 1);
    unsigned n = 0;
    for (unsigned i = 0; i < count; i++) {
        unsigned k = 0;
        while (k < n && list[k]->theme != records[i].theme)
            k++;
        if (k == n) {
            list[n] = ARENA_NEW(a, struct told);
            list[n++]->theme = records[i].theme;
        }
        tell(a, list[k], &records[i]);
    }
    json_key(o, "themes");
    json_object_begin(o);
    for (unsigned i = 0; i < n; i++) {
        if (i)
            buf_add_char(o->b, ',');
        put_told(o, text_of(t, c, list[i]->theme), list[i]);
    }
    json_object_end(o);
}
