/* What changes in a code set. Themes hold their sets written out, so a set is compared within each
 * theme that uses it, once, whichever of its items name it. */
#include "record/catalogue_diff_parts.h"

static struct slice code_of(const struct json *value)
{
    return json_get_string(value, "code");
}

/* The value of the set that a word is read as; NULL for none. */
static const struct json *reads(const struct json *values, struct slice word)
{
    for (size_t i = 0; values && i < values->count; i++) {
        const struct json *v = &values->items[i];
        if (slice_eq(code_of(v), word) || slice_eq(json_get_string(v, "zh"), word) ||
            list_holds(json_get(v, "aliases"), word))
            return v;
    }
    return NULL;
}

static void says_unread(struct diffing *d, struct catalogue_change *c, struct slice word)
{
    change_says(d, c, CHANGE_REJECTS, arena_printf(d->a, "填“%.*s”的行将被退回", FMT_SLICE(word)),
                arena_printf(d->a, "rows that say “%.*s” will be rejected", FMT_SLICE(word)));
}

static void value_gone(struct diffing *d, struct slice set, const struct json *v,
                       const struct json *now)
{
    struct catalogue_change *c =
        change_add(d, (struct catalogue_change){.kind = CHANGE_VALUE_GONE,
                                                .item = code_of(v),
                                                .item_zh = json_get_string(v, "zh"),
                                                .of = set,
                                                .before = json_get_string(v, "zh")});
    const struct json *other = reads(now, code_of(v));
    if (other)
        change_says(d, c, 0, arena_printf(d->a, "此后读作“%.*s”", FMT_SLICE(code_of(other))),
                    arena_printf(d->a, "from then on read as “%.*s”", FMT_SLICE(code_of(other))));
    else
        says_unread(d, c, code_of(v));
}

static void diff_value(struct diffing *d, struct slice set, const struct json *old,
                       const struct json *now, const struct json *all_now)
{
    size_t count = 0;
    struct pair *pairs = pairs_changed(d->a, old, now, &count);
    for (size_t i = 0; i < count; i++) {
        const struct pair *p = &pairs[i];
        struct catalogue_change *c =
            change_key(d, p,
                       (struct catalogue_change){.kind = CHANGE_VALUE_KEY,
                                                 .item = code_of(now),
                                                 .item_zh = json_get_string(now, "zh"),
                                                 .of = set});
        if (slice_eq(p->key, SLICE("zh")) && !reads(all_now, p->old->string))
            says_unread(d, c, p->old->string);
        for (size_t k = 0; slice_eq(p->key, SLICE("aliases")) && p->old && k < p->old->count; k++)
            if (!reads(all_now, p->old->items[k].string))
                says_unread(d, c, p->old->items[k].string);
        if (slice_eq(p->key, SLICE("kind")))
            change_says(d, c, 0, SLICE("此类相对人归入另一主体库"),
                        SLICE("counterparts of this class go to another store"));
    }
}

void diff_code_set(struct diffing *d, const struct json *old, const struct json *now)
{
    struct slice set = json_get_string(now, "name");
    for (size_t i = 0; i < d->set_count; i++)
        if (slice_eq(d->sets[i], set))
            return;
    d->sets[d->set_count++] = set;
    size_t told = d->count;
    const struct json *was = json_get(old, "values"), *is = json_get(now, "values");
    for (size_t i = 0; was && i < was->count; i++) {
        const struct json *v = &was->items[i], *other = member_with(is, "code", code_of(v));
        if (other)
            diff_value(d, set, v, other, is);
        else
            value_gone(d, set, v, is);
    }
    for (size_t i = 0; is && i < is->count; i++) {
        const struct json *v = &is->items[i];
        if (!member_with(was, "code", code_of(v)))
            change_add(d, (struct catalogue_change){.kind = CHANGE_VALUE_ADDED,
                                                    .item = code_of(v),
                                                    .item_zh = json_get_string(v, "zh"),
                                                    .of = set,
                                                    .after = json_get_string(v, "zh")});
    }
    struct slice before = json_get_string(old, "source"), after = json_get_string(now, "source");
    if (!slice_eq(before, after))
        change_add(d, (struct catalogue_change){.kind = CHANGE_VALUE_KEY,
                                                .of = set,
                                                .key = SLICE("source"),
                                                .before = before,
                                                .after = after});
    if (d->count == told && !json_same(was, is))
        change_add(d, (struct catalogue_change){.kind = CHANGE_VALUE_ORDER, .of = set});
}
