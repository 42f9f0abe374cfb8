/* Cursors that hold a place in a list. */
#include "web/paging.h"

#include "base/err.h"
#include "base/wire.h"
#include "query/cursor.h"
#include "web/params.h"
#include "web/problem.h"

void refuse_cursor(struct call *c)
{
    REFUSE(c, CURSOR, .field = "cursor",
           .detail = SLICE("请从第一页重新开始 Begin again at the first page"));
}

bool list_read(struct call *c, int r)
{
    if (r == CE_INVALID)
        refuse_cursor(c);
    else if (r < 0)
        call_fail(c, r);
    return r >= 0;
}

bool window_read(struct call *c, struct slice about, struct window *ret)
{
    struct paging page;
    struct slice position;
    if (!param_paging(c, &page))
        return false;
    *ret = (struct window){0, page.limit};
    if (!page.cursor.n)
        return true;
    if (cursor_read(c->req->arena, c->source.keys, about, page.cursor, &position) < 0 ||
        position.n != 8) {
        refuse_cursor(c);
        return false;
    }
    ret->from = (size_t)be64_get(position.p);
    return true;
}

struct slice window_next(struct call *c, struct slice about, const struct window *w, size_t count)
{
    uint8_t position[8];
    if (w->from + w->limit >= count)
        return (struct slice){0};
    be64_put(position, w->from + w->limit);
    return cursor_make(c->req->arena, c->source.keys, about, slice_make(position, sizeof position));
}
