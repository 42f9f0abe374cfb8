/* Lines of a stream that comes in pieces. A line that lies within one piece is handed out where it
 * is; only one that crosses a border is copied together. What a line says is left to the reader.
 *
 * A CR ends a line by itself, and the LF behind it is then a line of nothing, which is left out. So
 * the offsets are the same wherever the pieces are cut, between CR and LF too. */
#include "ingest/lines.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/check.h"

struct lines {
    struct slice piece; /* what is left of it */
    uint64_t taken;     /* bytes of the stream up to `piece` */
    uint64_t number;
    struct buf held; /* the beginning of a line whose end has not come */
    size_t max;
    bool is_given; /* `held` was handed out and is to be forgotten */
    bool too_long;
    bool has_mark;
    bool finished;
};

struct lines *lines_create(size_t line_bytes_max)
{
    struct lines *l = calloc(1, sizeof *l);
    CHECK(l);
    l->max = line_bytes_max;
    buf_init(&l->held, line_bytes_max);
    return l;
}

void lines_destroy(struct lines *l)
{
    if (!l)
        return;
    buf_fini(&l->held);
    free(l);
}

void lines_feed(struct lines *l, struct slice piece)
{
    CHECK(l->piece.n == 0 && !l->finished);
    l->piece = piece;
}

void lines_finish(struct lines *l)
{
    l->finished = true;
}

/* Where the first CR or LF is, or s.n. */
static size_t line_end(struct slice s)
{
    const char *lf = memchr(s.p, '\n', s.n);
    size_t n = lf ? (size_t)(lf - s.p) : s.n;
    const char *cr = memchr(s.p, '\r', n);
    return cr ? (size_t)(cr - s.p) : n;
}

/* Takes n bytes off the piece, and one more when they end a line. */
static struct slice take(struct lines *l, size_t n, bool has_end)
{
    struct slice part = {l->piece.p, n};
    size_t all = n + has_end;
    l->piece = slice_from(l->piece, all);
    l->taken += all;
    return part;
}

static void hold(struct lines *l, struct slice part)
{
    if (part.n > l->max - l->held.n)
        l->too_long = true;
    if (l->too_long)
        buf_clear(&l->held);
    else
        buf_add_slice(&l->held, part);
}

/* False for a line that does not count. */
static bool line_make(struct lines *l, struct slice text, bool too_long, struct line *ret)
{
    if (l->number == 0 && slice_starts(text, SLICE("\xEF\xBB\xBF")) && l->taken <= text.n + 1) {
        text = slice_from(text, 3);
        l->has_mark = true;
    }
    if (!too_long && slice_trim(text).n == 0)
        return false;
    l->number++;
    *ret = (struct line){.text = too_long ? SLICE("") : text,
                         .number = l->number,
                         .end_bytes = l->taken,
                         .too_long = too_long};
    return true;
}

/* A line whose last part has come. */
static bool line_whole(struct lines *l, struct slice part, struct line *ret)
{
    bool too_long = l->too_long || part.n > l->max;
    struct slice text = part;
    if (l->held.n || l->too_long) {
        hold(l, part);
        too_long = l->too_long;
        text = buf_slice(&l->held);
        l->is_given = true;
    }
    l->too_long = false;
    return line_make(l, text, too_long, ret);
}

enum lines_step lines_next(struct lines *l, struct line *ret)
{
    for (;;) {
        if (l->is_given) {
            buf_clear(&l->held);
            l->is_given = false;
        }
        if (l->piece.n) {
            size_t n = line_end(l->piece);
            bool has_end = n < l->piece.n;
            struct slice part = take(l, n, has_end);
            if (!has_end)
                hold(l, part);
            else if (line_whole(l, part, ret))
                return LINES_LINE;
            continue;
        }
        if (!l->finished)
            return LINES_MORE;
        if (l->held.n == 0 && !l->too_long)
            return LINES_END;
        if (line_whole(l, SLICE(""), ret))
            return LINES_LINE;
    }
}

bool lines_has_mark(const struct lines *l)
{
    return l->has_mark;
}
