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
#include "record/mask.h"
#include "record/visibility.h"

enum { ITEMS_BYTES_MAX = 4 << 20, HELD_MAX = THEME_ITEMS_MAX + 1 };

/* An item of the record, and what the two entry versions say of it. */
struct held {
    struct slice code;
    struct slice value;
    const struct item *now, *judged; /* NULL: the version has no such item */
    size_t order;
};
struct holding {
    struct held list[HELD_MAX]; /* the items of one entry, and _reason */
    size_t count;
};

/* Why the row was handed in: an item that every theme has. */
static const struct item reason_item = {
    .code = {"_reason", 7}, .zh = {"原因", 6}, .en = {"Reason", 6}, .type = ITEM_TEXT};

static struct held *held_of(struct holding *h, struct slice code)
{
    for (size_t i = 0; i < h->count; i++)
        if (slice_eq(h->list[i].code, code))
            return &h->list[i];
    return NULL;
}

/* Items in the order of the version in force, then those that only the other one has. */
static void order(const struct record_answer *r, struct held *one)
{
    one->now = theme_item(r->theme, one->code);
    one->judged = r->judged ? theme_item(r->judged, one->code) : NULL;
    one->order = one->now      ? one->now->index
                 : one->judged ? THEME_ITEMS_MAX + one->judged->index
                               : 2 * THEME_ITEMS_MAX;
    if (!one->now && !one->judged && slice_eq(one->code, reason_item.code))
        one->judged = &reason_item;
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
            order(r, one);
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

static void show(struct query *q, struct holding *h, struct record_answer *ret)
{
    const struct tables *t = catalogue_tables_at(q->source->catalogue, q->now);
    qsort(h->list, h->count, sizeof *h->list, by_order);
    ret->shown = ARENA_ARRAY(q->arena, struct shown, h->count + 1);
    for (size_t i = 0; i < h->count; i++) {
        const struct held *one = &h->list[i];
        const struct item *named = one->now ? one->now : one->judged;
        if (!named)
            continue;
        ret->shown[ret->shown_count++] = (struct shown){
            .code = one->code,
            .zh = named->zh,
            .en = named->en,
            .value = shown_value(q->arena, t, one->judged, one->now, one->value),
            .role = named->role,
        };
    }
}

int items_answer(struct query *q, const struct record *r, struct record_answer *ret)
{
    const struct slice groups[] = {r->pub, r->aut, r->gov};
    bool is_copy = q->viewer == VIEWER_PUBLIC && record_group_is_current(&r->head, ret->theme);
    struct holding h;
    int e = 0;
    h.count = 0;
    for (size_t i = 0; e == 0 && i < (q->viewer == VIEWER_PUBLIC ? 1 : ARRAY_LEN(groups)); i++)
        e = gather(q, ret, groups[i], &h);
    if (e < 0)
        return e;
    ret->document = arena_dup(q->arena, r->document);
    if (is_copy) {
        ret->items = arena_dup(q->arena, r->pub);
        ret->amounts = arena_dup(q->arena, r->amounts);
    } else {
        sift(q, &h);
        ret->document = document_of(q, ret->theme, ret->document);
        e = write_items(q, &h, &ret->items);
        if (e == 0)
            e = write_amounts(q, &h, r->amounts, &ret->amounts);
    }
    show(q, &h, ret);
    return e;
}
