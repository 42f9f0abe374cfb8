/* Look-ups in the tables of facts. */
#include "record/tables.h"

bool tables_division_known(const struct tables *t, unsigned division)
{
    size_t low = 0, high = t->division_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->divisions[middle] < division)
            low = middle + 1;
        else
            high = middle;
    }
    return low < t->division_count && t->divisions[low] == division;
}

enum { MISSING_MAX = 48 }; /* words that mean "missing" are short */

/* NFKC and capital letters, of what stands in such words: full-width characters and blanks. */
static char narrow(uint32_t c)
{
    if (c >= 0xFF01 && c <= 0xFF5E)
        c -= 0xFEE0;
    if (c == 0x3000 || c == 0xA0)
        c = ' ';
    if (c >= 'a' && c <= 'z')
        c -= 'a' - 'A';
    return c < 0x80 ? (char)c : 0;
}

bool tables_is_missing(const struct tables *t, struct slice text)
{
    if (text.n == 0)
        return true;
    size_t longest = 0;
    for (size_t i = 0; i < t->missing_count; i++)
        longest = t->missing[i].n > longest ? t->missing[i].n : longest;
    /* Every value is asked; a full-width character has three bytes where the word has one. */
    if (text.n > MISSING_MAX || text.n > 3 * longest)
        return false;
    char form[MISSING_MAX];
    size_t n = 0;
    for (size_t i = 0, from = 0; i < text.n; from = i) {
        char c = narrow(utf8_next(text, &i));
        if (c)
            form[n++] = c;
        else
            for (; from < i; from++)
                form[n++] = text.p[from];
    }
    for (size_t i = 0; i < t->missing_count; i++)
        if (slice_eq(t->missing[i], (struct slice){form, n}))
            return true;
    return false;
}

const struct mask *tables_mask(const struct tables *t, struct slice name)
{
    for (size_t i = 0; i < t->mask_count; i++)
        if (slice_eq(t->masks[i].name, name))
            return &t->masks[i];
    return NULL;
}
