/* Masks: how much of a value is left to see. Finding numbers inside a text is left to
 * record/identifier. */
#include "record/mask.h"

const struct mask MASK_PERSON = {{"person", 6}, 1, 1};

struct slice mask_text(struct arena *a, const struct mask *m, struct slice text)
{
    size_t chars = utf8_count(text), first = (size_t)m->keep_first, last = (size_t)m->keep_last;
    if (chars <= first + last)
        first = last = 0;
    char *out = arena_alloc(a, text.n + 1);
    size_t n = 0, i = 0;
    for (size_t at = 0; i < text.n; at++) {
        size_t from = i;
        utf8_next(text, &i);
        if (at >= first && at < chars - last)
            out[n++] = '*';
        else
            for (; from < i; from++)
                out[n++] = text.p[from];
    }
    return slice_make(out, n);
}
