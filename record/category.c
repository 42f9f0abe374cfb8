/* Look-ups in the table of the eight categories. */
#include "record/category.h"

static const struct {
    const char *code, *zh, *en;
} rows[CATEGORY_LAST + 1] = {
#define CATEGORY(id, number, code, zh, en) [number] = {code, zh, en},
#include "record/category.def"
#undef CATEGORY
};

static bool is_known(enum category c)
{
    return (int)c >= CATEGORY_FIRST && (int)c <= CATEGORY_LAST;
}

const char *category_code(enum category c)
{
    return is_known(c) ? rows[c].code : "";
}

const char *category_zh(enum category c)
{
    return is_known(c) ? rows[c].zh : "";
}

const char *category_en(enum category c)
{
    return is_known(c) ? rows[c].en : "";
}

enum category category_of(struct slice code)
{
    for (int i = CATEGORY_FIRST; i <= CATEGORY_LAST; i++)
        if (slice_eq(code, slice_of(rows[i].code)))
            return (enum category)i;
    return (enum category)0;
}
