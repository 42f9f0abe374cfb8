/* Lists of codes. A value may hold a separator itself (没收违法所得、没收非法财物), so each part is
 * looked up whole before it is taken apart. */
#include "ingest/codes.h"

#include <string.h>

#include "base/text.h"

enum { HINT_BYTES_MAX = 240 };

static const struct slice separators[] = {{";", 1}, {"；", 3}, {"|", 1}, {"、", 3}};
/* How many of the separators take a text apart first; the last one is tried on what they leave. */
enum { OUTER = 3, DEPTHS = 2 };

/* The next part of a list: up to one of `count` separators. */
static struct slice part_cut(struct slice *rest, const struct slice *between, size_t count)
{
    size_t end = rest->n, skip = 0;
    for (size_t i = 0; i < count; i++) {
        ptrdiff_t at = slice_find(*rest, between[i], 0);
        if (at >= 0 && (size_t)at < end) {
            end = (size_t)at;
            skip = between[i].n;
        }
    }
    struct slice part = {rest->p, end};
    *rest = skip ? slice_from(*rest, end + skip) : (struct slice){NULL, 0};
    return part;
}

static bool mark(struct arena *a, const struct code_set *set, struct slice text, bool *has,
                 int depth)
{
    text = text_clean(a, text).text;
    if (text.n == 0)
        return true;
    const struct code_value *found = code_set_find(set, a, text);
    if (found) {
        has[found - set->values] = true;
        return true;
    }
    if (depth == DEPTHS)
        return false;
    const struct slice *between = depth == 0 ? separators : separators + OUTER;
    struct slice rest = text;
    while (rest.p)
        if (!mark(a, set, part_cut(&rest, between, depth == 0 ? OUTER : 1), has, depth + 1))
            return false;
    return true;
}

bool codes_read(struct arena *a, const struct code_set *set, struct slice text, struct slice *ret)
{
    bool *has = ARENA_ARRAY(a, bool, set->count + 1);
    if (!mark(a, set, text, has, 0))
        return false;
    size_t bytes = 0, n = 0;
    for (size_t i = 0; i < set->count; i++)
        bytes += has[i] ? set->values[i].code.n + 1 : 0;
    char *out = arena_alloc(a, bytes + 1);
    for (size_t i = 0; i < set->count; i++) {
        if (!has[i])
            continue;
        if (n)
            out[n++] = ';';
        memcpy(out + n, set->values[i].code.p, set->values[i].code.n);
        n += set->values[i].code.n;
    }
    *ret = slice_make(out, n);
    return true;
}

struct slice codes_hint(struct arena *a, const struct code_set *set)
{
    struct slice hint = SLICE("");
    for (size_t i = 0; set && i < set->count; i++) {
        struct slice more = arena_printf(a, "%.*s%s%.*s", FMT_SLICE(hint), i ? "、" : "",
                                         FMT_SLICE(set->values[i].zh));
        if (more.n > HINT_BYTES_MAX)
            return arena_printf(a, "%.*s…", FMT_SLICE(hint));
        hint = more;
    }
    return hint;
}
