/* A string, a colon, a string, a comma. */
#include "web/members.h"

static bool take(struct slice *s, char c)
{
    if (!s->n || s->p[0] != c)
        return false;
    *s = slice_from(*s, 1);
    return true;
}

static bool take_string(struct slice *s, struct slice *ret)
{
    struct slice in = *s;
    if (!take(&in, '"'))
        return false;
    size_t i = 0;
    while (i < in.n && in.p[i] != '"')
        i += in.p[i] == '\\' ? 2 : 1;
    if (i >= in.n)
        return false;
    *ret = slice_make(in.p, i);
    *s = slice_from(in, i + 1);
    return true;
}

bool members_next(struct slice *rest, struct slice *ret_key, struct slice *ret_value)
{
    if (!take_string(rest, ret_key) || !take(rest, ':') || !take_string(rest, ret_value))
        return false;
    return take(rest, ',') || rest->n == 0;
}
