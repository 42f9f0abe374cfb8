/* A string, a colon, a string, a comma. Escapes are rare, and left to the JSON reader. */
#include "query/members.h"

#include <string.h>

#include "base/json.h"

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
    const char *quote = in.n ? memchr(in.p, '"', in.n) : NULL;
    if (!quote)
        return false;
    size_t i = (size_t)(quote - in.p);
    if (memchr(in.p, '\\', i)) { /* then this quote may be part of the text */
        for (i = 0; i < in.n && in.p[i] != '"';)
            i += in.p[i] == '\\' ? 2 : 1;
        if (i >= in.n)
            return false;
    }
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

struct slice members_text(struct arena *a, struct slice value)
{
    struct json *text;
    if (!value.n || !memchr(value.p, '\\', value.n))
        return value;
    AUTO_BUF(b, value.n + 4);
    buf_add_slice(&b, SLICE("[\""));
    buf_add_slice(&b, value);
    buf_add_slice(&b, SLICE("\"]"));
    if (b.err || json_parse(a, buf_slice(&b), b.n, &text, NULL) < 0)
        return value;
    return text->items[0].string;
}
