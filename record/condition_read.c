/* Conditions on the values of a row: when an item is required, and which rows may not be collected
 * at all. A word for a code set is brought to its code here, so that judging compares codes. */
#include "base/check.h"
#include "record/catalogue_read.h"

static const char *const WHEN_KEYS[] = {"item", "any", NULL};
static const char *const NOT_COLLECTED_KEYS[] = {"item", "any", "subject", "law", NULL};

enum { NOT_COLLECTED_MAX = 32 };

static bool is_in(const struct slice *list, size_t count, struct slice one)
{
    for (size_t i = 0; i < count; i++)
        if (slice_eq(list[i], one))
            return true;
    return false;
}

static void to_codes(struct reading *r, struct where at, const struct item *item,
                     const struct slice *words, struct condition *ret)
{
    struct slice *codes = ARENA_ARRAY(r->a, struct slice, ret->any_count + 1);
    size_t n = 0;
    for (size_t i = 0; i < ret->any_count; i++) {
        const struct code_value *v = code_set_find(item->code_set, r->a, words[i]);
        if (!v)
            refuse(r, at, "\"%.*s\" is no value of \"%.*s\"; write one of its code set %.*s",
                   FMT_SLICE(words[i]), FMT_SLICE(item->code), FMT_SLICE(item->code_set->name));
        else if (!is_in(codes, n, v->code))
            codes[n++] = v->code;
    }
    ret->any = codes;
    ret->any_count = n;
}

static void read_condition(struct reading *r, const struct fields *f, const struct theme *t,
                           struct condition *ret)
{
    struct slice code = want_text(r, f, "item");
    size_t any_count = 0;
    struct slice *any = take_texts(r, f, "any", &any_count);
    if (r->err)
        return;
    if (any_count == 0)
        refuse(r, fields_where(f, "any"),
               "\"any\" lists no value; write any: [VALUE], a list of those that count");
    int at = item_named(r, t, f, "item", code);
    if (at < 0 || r->err)
        return;
    const struct item *item = &t->items[at];
    ret->item = item->index;
    ret->any = any;
    ret->any_count = any_count;
    if (r->is_partial)
        return;
    if (item->code_set)
        to_codes(r, fields_where(f, "any"), item, any, ret);
    else if (item->type != ITEM_TEXT)
        refuse(r, fields_where(f, "item"),
               "\"%.*s\" is of type %s; name an item of type code, codes or text", FMT_SLICE(code),
               item_type_code(item->type));
}

static void read_required_when(struct reading *r, const struct fields *f, const struct theme *t,
                               struct item *item)
{
    const struct field *one = fields_get(f, "required_when");
    if (!one)
        return;
    struct fields when = fields_of(r, one->value, one->at.file);
    struct condition *c = ARENA_NEW(r->a, struct condition);
    fields_known(r, &when, WHEN_KEYS);
    if (!r->err)
        read_condition(r, &when, t, c);
    if (r->err)
        return;
    if (r->is_partial) {
        /* As written, for the page; whether it can hold is seen in each theme. */
        item->required_when = c->any_count ? c : NULL;
        return;
    }
    if (item->required == REQUIRED_YES)
        refuse(r, one->at,
               "\"%.*s\" is always required, so no condition is needed; take one of the two keys "
               "out",
               FMT_SLICE(item->code));
    if (c->item == item->index)
        refuse(r, one->at, "\"%.*s\" cannot depend on itself; name another item",
               FMT_SLICE(item->code));
    item->required_when = c;
}

static void read_not_collected(struct reading *r, const struct fields *f, struct theme *t)
{
    size_t count = 0;
    struct fields *list = take_maps(r, f, "not_collected", &count);
    if (count > NOT_COLLECTED_MAX)
        refuse(r, fields_where(f, "not_collected"), "%zu conditions are too many; at most %d",
               count, NOT_COLLECTED_MAX);
    struct not_collected *rules = ARENA_ARRAY(r->a, struct not_collected, count + 1);
    for (size_t i = 0; i < count && !r->err; i++) {
        fields_known(r, &list[i], NOT_COLLECTED_KEYS);
        read_condition(r, &list[i], t, &rules[i].when);
        rules[i].subject = (enum whom)take_word(r, &list[i], "subject", &WORDS_WHOM, WHOM_ALL);
        rules[i].law = want_text(r, &list[i], "law");
    }
    t->not_collected = rules;
    t->not_collected_count = count;
}

void conditions_read(struct reading *r, const struct fields *f, const struct fields *items,
                     struct theme *t)
{
    for (size_t i = 0; i < t->item_count && !r->err; i++)
        read_required_when(r, &items[i], t, &t->items[i]);
    if (!r->err)
        read_not_collected(r, f, t);
}
