/* What a column of a row means: by the row's format first, then reserved columns, then the theme's
 * own names. Asked once for each column of a file's header, and in NDJSON for each member whose
 * place is new. */
#include "base/text.h"
#include "record/catalogue.h"

static const struct format_name *find(const struct format *f, struct slice form)
{
    size_t low = 0, high = f->name_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int c = slice_cmp(f->names[mid].text, form);
        if (c == 0)
            return &f->names[mid];
        if (c < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

struct column_means theme_column(const struct theme *t, const struct format *f,
                                 struct arena *scratch, struct slice name)
{
    const struct format_name *own = f ? find(f, text_code(scratch, name)) : NULL;
    if (own) {
        const struct item *item = own->meaning == COLUMN_ITEM ? &t->items[own->item] : NULL;
        bool joins = item && item->type == ITEM_CODES;
        return (struct column_means){
            .meaning = own->meaning,
            .item = item,
            .joins = joins ? (int)(own - f->names) : -1,
        };
    }
    enum reserved reserved = reserved_column(scratch, name);
    if (reserved != RESERVED_NONE)
        return (struct column_means){.meaning = COLUMN_RESERVED, .reserved = reserved, .joins = -1};
    const struct item *item = theme_item_by_name(t, scratch, name);
    return (struct column_means){
        .meaning = item ? COLUMN_ITEM : COLUMN_UNKNOWN, .item = item, .joins = -1};
}

const struct format *theme_format_marked(const struct theme *t, struct arena *scratch,
                                         struct slice name)
{
    if (t->format_count == 0)
        return NULL;
    struct slice form = text_code(scratch, name);
    for (size_t i = 0; i < t->format_count; i++)
        for (size_t k = 0; k < t->formats[i].mark_count; k++)
            if (slice_eq(t->formats[i].mark_forms[k], form))
                return &t->formats[i];
    return NULL;
}
