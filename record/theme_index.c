/* How items of a theme are found: by code, and by whatever a department writes over a column. Names
 * are compared after text_code, so that width, case and blanks do not count; two items that could
 * be taken for each other are refused. */
#include <stdlib.h>

#include "base/text.h"
#include "record/catalogue_read.h"

static int by_code_order(const void *x, const void *y, void *theme)
{
    const struct theme *t = theme;
    return slice_cmp(t->items[*(const unsigned *)x].code, t->items[*(const unsigned *)y].code);
}

static int name_order(const void *x, const void *y)
{
    const struct item_name *a = x, *b = y;
    int c = slice_cmp(a->text, b->text);
    return c ? c : (a->item > b->item) - (a->item < b->item);
}

static void name_add(struct reading *r, struct theme *t, struct item_name *names, struct slice text,
                     unsigned item, struct where at)
{
    if (text.n == 0)
        return;
    if (!r->is_stored && reserved_column(r->a, text) != RESERVED_NONE)
        refuse(r, at, "\"%.*s\" is a reserved column; use another name for the item",
               FMT_SLICE(text));
    names[t->name_count++] = (struct item_name){text_code(r->a, text), item};
}

void theme_index(struct reading *r, struct theme *t, const struct fields *items)
{
    unsigned *by_code = ARENA_ARRAY(r->a, unsigned, t->item_count + 1);
    size_t count = 0;
    for (unsigned i = 0; i < t->item_count; i++) {
        by_code[i] = i;
        count += 2 + t->items[i].alias_count;
    }
    qsort_r(by_code, t->item_count, sizeof *by_code, by_code_order, t);
    t->by_code = by_code;

    struct item_name *names = ARENA_ARRAY(r->a, struct item_name, count + 1);
    for (unsigned i = 0; i < t->item_count; i++) {
        const struct item *it = &t->items[i];
        name_add(r, t, names, it->code, i, fields_where(&items[i], "code"));
        name_add(r, t, names, it->zh, i, fields_where(&items[i], "zh"));
        for (size_t k = 0; k < it->alias_count; k++)
            name_add(r, t, names, it->aliases[k], i, fields_where(&items[i], "aliases"));
    }
    qsort(names, t->name_count, sizeof *names, name_order);
    size_t n = 0;
    for (size_t i = 0; i < t->name_count; i++) {
        if (n && slice_eq(names[n - 1].text, names[i].text)) {
            if (names[n - 1].item != names[i].item)
                refuse(r, items[names[i].item].at,
                       "the name \"%.*s\" is borne by two items, \"%.*s\" and \"%.*s\"; leave it "
                       "with one",
                       FMT_SLICE(names[i].text), FMT_SLICE(t->items[names[n - 1].item].code),
                       FMT_SLICE(t->items[names[i].item].code));
            continue;
        }
        names[n++] = names[i];
    }
    t->name_count = n;
    t->names = names;
}
