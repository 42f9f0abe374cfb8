/* From the groups in which a record keeps its items to what one viewer sees of them. The public
 * group is copied as long as the entry version by which it was rendered is the one in force.
 * Otherwise the stricter of both versions holds, item by item: an item that the version in force
 * still has is shown only when that one lets the viewer see it; one that it has no longer is shown
 * as the version of judging said, and under its name. */
#include "query/items.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/json.h"
#include "query/members.h"
#include "query/shown.h"
#include "record/mask.h"
#include "record/visibility.h"

enum { ITEMS_BYTES_MAX = 4 << 20, HELD_MAX = THEME_ITEMS_MAX + 1 };
/* Why a row was handed in stands behind all items. */
enum { REASON_INDEX = THEME_ITEMS_MAX };

/* An item of the record, and what the two entry versions say of it. */
struct held {
    struct slice code;
    struct slice value;
    const struct item *now, *judged; /* NULL: the version has no such item */
    size_t order;                    /* in the catalogue */
};
struct holding {
    struct held list[HELD_MAX]; /* the items of one entry, and _reason */
    size_t count;
};

/* Why the row was handed in: an item that every theme has. */
static const struct item reason_item = {.code = {"_reason", 7},
                                        .zh = {"原因", 6},
                                        .en = {"Reason", 6},
                                        .type = ITEM_TEXT,
                                        .index = REASON_INDEX};

static struct held *held_of(struct holding *h, struct slice code)
{
    for (size_t i = 0; i < h->count; i++)
        if (slice_eq(h->list[i].code, code))
            return &h->list[i];
    return NULL;
}

/* What the two versions say of an item. */
static void know(const struct record_answer *r, struct held *one)
{
    one->now = theme_item(r->theme, one->code);
    one->judged = r->judged ? theme_item(r->judged, one->code) : NULL;
    if (!one->now && !one->judged && slice_eq(one->code, reason_item.code))
        one->judged = &reason_item;
    one->order = one->now      ? one->now->index
                 : one->judged ? shown_order(r->theme, one->judged)
                               : 2 * THEME_ITEMS_MAX + 1;
}

/* A group that is for fewer holds an item in clear where one for more holds it masked. */
static int gather(struct query *q, const struct record_answer *r, struct slice group,
                  struct holding *h)
{
    struct slice code, value;
    while (members_next(&group, &code, &value)) {
        struct held *one = held_of(h, code);
        if (!one && h->count == HELD_MAX)
            return CE_FORMAT;
        if (!one) {
            one = &h->list[h->count++];
            one->code = arena_dup(q->arena, code);
            know(r, one);
        }
        one->value = arena_dup(q->arena, members_text(q->arena, value));
    }
    return group.n ? CE_FORMAT : 0;
}

static bool is_for_viewer(const struct query *q, const struct held *one)
{
    if (one->now)
        return viewer_may_see(q->viewer, one->now->visibility);
    return one->judged && q->viewer == VIEWER_OWN;
}

/* Drops what the version in force hides from the viewer, and masks what it masks for the public. */
static void sift(struct query *q, struct holding *h)
{
    size_t n = 0;
    for (size_t i = 0; i < h->count; i++) {
        struct held one = h->list[i];
        if (!is_for_viewer(q, &one))
            continue;
        if (q->viewer == VIEWER_PUBLIC && one.now && one.now->mask)
            one.value = mask_text(q->arena, one.now->mask, one.value);
        h->list[n++] = one;
    }
    h->count = n;
}

/* Members without their braces. */
static int members_out(struct query *q, struct json_out *out, struct slice *ret)
{
    json_object_end(out);
    if (out->b->err)
        return out->b->err;
    *ret = arena_dup(q->arena, slice_make(out->b->p + 1, out->b->n - 2));
    return 0;
}

static int write_items(struct query *q, const struct holding *h, struct slice *ret)
{
    AUTO_BUF(b, ITEMS_BYTES_MAX);
    struct json_out out = json_out_of(&b);
    json_object_begin(&out);
    for (size_t i = 0; i < h->count; i++) {
        json_key_slice(&out, h->list[i].code);
        json_slice(&out, h->list[i].value);
    }
    return members_out(q, &out, ret);
}

/* What is an amount of what is shown; a mask leaves nothing of it. */
static int write_amounts(struct query *q, const struct holding *h, struct slice amounts,
                         struct slice *ret)
{
    AUTO_BUF(text, ITEMS_BYTES_MAX);
    AUTO_BUF(b, ITEMS_BYTES_MAX);
    struct json *group;
    buf_printf(&text, "{%.*s}", FMT_SLICE(amounts));
    if (json_parse(q->arena, buf_slice(&text), ITEMS_BYTES_MAX, &group, NULL) < 0)
        return CE_FORMAT;
    struct json_out out = json_out_of(&b);
    json_object_begin(&out);
    for (size_t i = 0; i < group->count; i++) {
        const struct held *one = NULL;
        for (size_t k = 0; k < h->count && !one; k++)
            if (slice_eq(h->list[k].code, group->keys[i]))
                one = &h->list[k];
        if (!one || (q->viewer == VIEWER_PUBLIC && one->now && one->now->mask))
            continue;
        const struct json *amount = &group->items[i];
        json_key_slice(&out, one->code);
        json_object_begin(&out);
        for (size_t k = 0; k < amount->count; k++) {
            json_key_slice(&out, amount->keys[k]);
            json_slice(&out, amount->items[k].string);
        }
        json_object_end(&out);
    }
    return members_out(q, &out, ret);
}

/* The document number stands in the record as the entry of judging showed it. */
static struct slice document_of(struct query *q, const struct theme *now, struct slice document)
{
    int i = now->role_item[ROLE_DOCUMENT];
    if (i < 0 || !viewer_may_see(q->viewer, now->items[i].visibility))
        return (struct slice){0};
    const struct mask *mask = q->viewer == VIEWER_PUBLIC ? now->items[i].mask : NULL;
    return mask ? mask_text(q->arena, mask, document) : document;
}

static int by_order(const void *x, const void *y)
{
    size_t a = ((const struct held *)x)->order, b = ((const struct held *)y)->order;
    return (a > b) - (a < b);
}

static const struct tables *tables_of(const struct query *q)
{
    return catalogue_tables_at(q->source->catalogue, q->now);
}

/* Adds what people read, where that is something else. */
static void add_word(struct query *q, const struct item *judged, const struct item *now,
                     struct slice code, struct slice value, struct json_out *words)
{
    struct slice word = shown_value(q->arena, tables_of(q), judged, now, value);
    if (slice_eq(word, value))
        return;
    json_key_slice(words, code);
    json_slice(words, word);
}

static int words_out(struct query *q, const struct buf *b, struct slice *ret)
{
    *ret = arena_dup(q->arena, buf_slice(b));
    return b->err;
}

static int say(struct query *q, const struct holding *h, struct record_answer *ret)
{
    AUTO_BUF(b, ITEMS_BYTES_MAX);
    struct json_out words = json_out_of(&b);
    ret->said = ARENA_ARRAY(q->arena, const struct item *, h->count + 1);
    for (size_t i = 0; i < h->count; i++) {
        const struct held *one = &h->list[i];
        const struct item *item = one->now ? one->now : one->judged;
        ret->said[ret->said_count++] = item;
        if (item)
            add_word(q, one->judged, one->now, one->code, one->value, &words);
    }
    return words_out(q, &b, &ret->words);
}

/* The item of a code. Records keep theirs in the order of the theme, so that it is one of the next.
 */
static const struct item *item_from(const struct theme *t, size_t *at, struct slice code)
{
    for (size_t i = *at; i < t->item_count; i++) {
        if (!slice_eq(t->items[i].code, code))
            continue;
        *at = i + 1;
        return &t->items[i];
    }
    const struct item *item = theme_item(t, code);
    return item || !slice_eq(code, reason_item.code) ? item : &reason_item;
}

/* The group that everybody sees, as it stands. */
static int copy(struct query *q, const struct record *r, struct record_answer *ret)
{
    AUTO_BUF(b, ITEMS_BYTES_MAX);
    struct json_out words = json_out_of(&b);
    struct slice rest = r->pub, code, value;
    size_t at = 0;
    ret->items = r->pub;
    ret->amounts = r->amounts;
    ret->document = r->document;
    ret->said = ARENA_ARRAY(q->arena, const struct item *, ret->theme->item_count + 1);
    while (members_next(&rest, &code, &value)) {
        if (ret->said_count > ret->theme->item_count)
            return CE_FORMAT;
        const struct item *item = item_from(ret->theme, &at, code);
        ret->said[ret->said_count++] = item;
        if (item && shown_differs(item))
            add_word(q, item, item, code, members_text(q->arena, value), &words);
    }
    return rest.n ? CE_FORMAT : words_out(q, &b, &ret->words);
}

int items_answer(struct query *q, const struct record *r, struct record_answer *ret)
{
    const struct slice groups[] = {r->pub, r->aut, r->gov};
    if (q->viewer == VIEWER_PUBLIC && record_group_is_current(&r->head, ret->theme))
        return copy(q, r, ret);
    struct holding h;
    int e = 0;
    h.count = 0;
    for (size_t i = 0; e == 0 && i < (q->viewer == VIEWER_PUBLIC ? 1 : ARRAY_LEN(groups)); i++)
        e = gather(q, ret, groups[i], &h);
    if (e < 0)
        return e;
    sift(q, &h);
    qsort(h.list, h.count, sizeof *h.list, by_order);
    ret->document = document_of(q, ret->theme, r->document);
    if ((e = write_items(q, &h, &ret->items)) == 0)
        e = write_amounts(q, &h, r->amounts, &ret->amounts);
    return e < 0 ? e : say(q, &h, ret);
}
