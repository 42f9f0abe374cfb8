/* Splits CSV as it arrives. A row that lies wholly in the fed piece and needs no unquoting is given
 * out as slices into that piece (direct); any other row is first gathered up to its end in a buffer
 * of ours, by a state that survives the seam between two pieces, and split there in place. Both see
 * every byte a fixed number of times, and both must draw the same rows from the same input however
 * it is cut. What columns mean, and how many a row should have, is left to the reader of the rows.
 *
 * Worked example: `a,"b ""1"""<LF>` is gathered, for it holds doubled quotes; its fields are `a`
 * and `b "1"`, its end is 14 bytes into the input. */
#include "base/csv.h"

#include <stdlib.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/buf.h"
#include "base/check.h"

enum at {
    AT_ROW,         /* before the first byte of a row */
    AT_FIELD,       /* before the first byte of a later field */
    AT_BARE,        /* in text without quotes, or behind a closing quote */
    AT_QUOTED,      /* between quotes */
    AT_QUOTE_AGAIN, /* behind a quote that closes, or is the first of two */
    AT_SKIP,        /* in a row that is too long */
    AT_CR,          /* behind a CR that ends a row; an LF may belong to it */
};

struct csv {
    size_t row_max, fields_max;
    struct slice *fields;
    const char *pos, *end; /* what is left of the fed piece */
    uint64_t offset;       /* of pos in the whole input */
    uint64_t number;       /* of the next row */
    unsigned bom_seen;     /* bytes of a mark at the very beginning; 3: that is over */
    enum at at;
    bool has_mark;
    bool is_finished;
    bool is_given; /* the gathered row was given out and may go */
    bool too_long;
    char *row; /* gathered, without its line end */
    size_t row_n, row_cap;
};

struct csv *csv_create(size_t row_bytes_max, size_t fields_max)
{
    CHECK(row_bytes_max >= 4 && fields_max >= 1);
    struct csv *c = calloc(1, sizeof *c);
    CHECK(c);
    c->row_max = row_bytes_max;
    c->fields_max = fields_max;
    c->fields = calloc(fields_max, sizeof *c->fields);
    CHECK(c->fields);
    return c;
}

void csv_destroy(struct csv *c)
{
    if (!c)
        return;
    free(c->fields);
    free(c->row);
    free(c);
}

void csv_feed(struct csv *c, struct slice piece)
{
    CHECK(c->pos == c->end && !c->is_finished);
    c->pos = piece.p;
    c->end = piece.n ? piece.p + piece.n : piece.p;
}

void csv_finish(struct csv *c)
{
    c->is_finished = true;
}

static void advance(struct csv *c, size_t n)
{
    c->pos += n;
    c->offset += n;
}

static void row_add(struct csv *c, const char *p, size_t n)
{
    if (c->row_n + n > c->row_cap) {
        size_t cap = c->row_cap ? c->row_cap : 4096;
        while (cap < c->row_n + n)
            cap *= 2;
        c->row = realloc(c->row, cap);
        CHECK(c->row);
        c->row_cap = cap;
    }
    if (n)
        memcpy(c->row + c->row_n, p, n);
    c->row_n += n;
}

/* The first of `,` LF CR at or behind p, or end. */
static const char *find_end_of_field(const char *p, const char *end)
{
#ifdef __SSE2__
    const __m128i comma = _mm_set1_epi8(','), lf = _mm_set1_epi8('\n'), cr = _mm_set1_epi8('\r');
    for (; end - p >= 16; p += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, comma),
                                   _mm_or_si128(_mm_cmpeq_epi8(v, lf), _mm_cmpeq_epi8(v, cr)));
        int mask = _mm_movemask_epi8(hit);
        if (mask)
            return p + __builtin_ctz((unsigned)mask);
    }
#endif
    while (p < end && *p != ',' && *p != '\n' && *p != '\r')
        p++;
    return p;
}

static bool is_blank_line(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] != ' ' && p[i] != '\t')
            return false;
    return true;
}

/* Where a search in the current row may stop: one byte behind what it may hold. */
static const char *search_end(const struct csv *c)
{
    size_t room = c->row_max - c->row_n;
    return (size_t)(c->end - c->pos) > room ? c->pos + room + 1 : c->end;
}

/* Splits the row at pos where it lies. False, and nothing has moved, when it has to be gathered. */
static bool direct(struct csv *c, size_t *ret_count, struct slice *ret_text)
{
    const char *p = c->pos, *end = search_end(c);
    size_t count = 0;
    do {
        const char *from = p, *to;
        if (p < end && *p == '"') {
            from++;
            to = memchr(from, '"', (size_t)(end - from));
            if (!to || to + 1 == end || (to[1] != ',' && to[1] != '\n' && to[1] != '\r'))
                return false;
            p = to + 1;
        } else {
            p = to = find_end_of_field(p, end);
        }
        if (p == end || count == c->fields_max)
            return false;
        c->fields[count++] = slice_make(from, (size_t)(to - from));
    } while (*p++ == ',');
    *ret_text = slice_make(c->pos, (size_t)(p - 1 - c->pos));
    if (p[-1] == '\r') {
        if (p == c->end)
            return false; /* an LF may come with the next piece */
        p += *p == '\n';
    }
    if (count == 1 && *c->pos != '"' && is_blank_line(c->fields[0].p, c->fields[0].n))
        count = 0;
    advance(c, (size_t)(p - c->pos));
    *ret_count = count;
    return true;
}

/* Takes the next n bytes into the gathered row and goes on as `then`, or, when they do not fit,
 * takes what fits and skips the rest. */
static void take(struct csv *c, size_t n, enum at then)
{
    size_t room = c->row_max - c->row_n;
    c->too_long = n > room;
    if (c->too_long) {
        n = room;
        then = AT_SKIP;
    }
    row_add(c, c->pos, n);
    advance(c, n);
    c->at = then;
}

static void gather_bare(struct csv *c)
{
    take(c, (size_t)(find_end_of_field(c->pos, search_end(c)) - c->pos), AT_BARE);
    if (c->at == AT_BARE && c->pos < c->end && *c->pos == ',')
        take(c, 1, AT_FIELD);
}

static void gather_quoted(struct csv *c)
{
    size_t n = (size_t)(search_end(c) - c->pos);
    const char *quote = memchr(c->pos, '"', n);
    if (quote)
        take(c, (size_t)(quote + 1 - c->pos), AT_QUOTE_AGAIN);
    else
        take(c, n, AT_QUOTED);
}

/* The rest of a row that is too long ends at the next line end, be it between quotes or not: a
 * quote that never closes must not swallow the file. */
static void gather_skip(struct csv *c)
{
    const char *p = c->pos;
    while (p < c->end && *p != '\n' && *p != '\r')
        p++;
    advance(c, (size_t)(p - c->pos));
}

/* Goes on through the row; true when its end was reached. */
static bool gather(struct csv *c)
{
    while (c->pos < c->end) {
        switch (c->at) {
        case AT_ROW:
        case AT_FIELD:
            if (*c->pos == '"')
                take(c, 1, AT_QUOTED);
            else
                c->at = AT_BARE;
            continue;
        case AT_BARE:
            gather_bare(c);
            break;
        case AT_QUOTED:
            gather_quoted(c);
            continue;
        case AT_QUOTE_AGAIN:
            if (*c->pos == '"')
                take(c, 1, AT_QUOTED);
            else
                c->at = AT_BARE;
            continue;
        case AT_SKIP:
            gather_skip(c);
            break;
        case AT_CR:
            advance(c, *c->pos == '\n');
            return true;
        }
        bool may_end = (c->at == AT_BARE || c->at == AT_SKIP) && c->pos < c->end;
        if (may_end && *c->pos == '\n') {
            advance(c, 1);
            return true;
        }
        if (may_end && *c->pos == '\r') {
            advance(c, 1);
            c->at = AT_CR;
        }
    }
    return false;
}

/* The first `what` at or behind p, or end. */
static char *find(char *p, char *end, char what)
{
    char *hit = p < end ? memchr(p, what, (size_t)(end - p)) : NULL;
    return hit ? hit : end;
}

/* Takes the quotes off the field that begins with one at *from, in place; *from moves to the comma
 * behind it or to the end. */
static struct slice unquote(char **from, char *end)
{
    char *first = *from + 1, *r = first, *w = first;
    bool is_open = true;
    while (is_open) {
        char *quote = find(r, end, '"');
        size_t n = (size_t)(quote - r);
        memmove(w, r, n);
        w += n;
        is_open = end - quote >= 2 && quote[1] == '"';
        if (is_open)
            *w++ = '"';
        r = quote == end ? end : quote + 1 + is_open;
    }
    char *comma = find(r, end, ',');
    memmove(w, r, (size_t)(comma - r));
    w += comma - r;
    *from = comma;
    return slice_make(first, (size_t)(w - first));
}

/* Splits the gathered row in place. */
static size_t split(struct csv *c)
{
    char *p = c->row, *end = c->row + c->row_n;
    size_t count = 0;
    for (;;) {
        struct slice field;
        if (p < end && *p == '"') {
            field = unquote(&p, end);
        } else {
            char *comma = find(p, end, ',');
            field = slice_make(p, (size_t)(comma - p));
            p = comma;
        }
        if (count == c->fields_max) {
            c->too_long = true;
            return count;
        }
        c->fields[count++] = field;
        if (p == end)
            return count;
        p++;
    }
}

static void row_forget(struct csv *c)
{
    c->row_n = 0;
    c->too_long = false;
    c->is_given = false;
    c->at = AT_ROW;
}

/* Gives the gathered row out; false when it is a blank line. */
static bool give(struct csv *c, struct csv_row *ret)
{
    bool open_quote = c->at == AT_QUOTED;
    if (!c->too_long && is_blank_line(c->row, c->row_n)) {
        row_forget(c);
        return false;
    }
    size_t count = split(c);
    *ret = (struct csv_row){.fields = c->fields,
                            .count = count,
                            .text = slice_make(c->row, c->row_n),
                            .number = c->number++,
                            .end_bytes = c->offset,
                            .too_long = c->too_long,
                            .open_quote = open_quote};
    c->is_given = true;
    return true;
}

/* Bytes that begin like a mark and go on otherwise are text. */
static void skip_bom(struct csv *c)
{
    static const char bom[3] = "\xEF\xBB\xBF";
    while (c->bom_seen < 3 && c->pos < c->end && *c->pos == bom[c->bom_seen]) {
        c->bom_seen++;
        advance(c, 1);
    }
    c->has_mark = c->bom_seen == 3;
    if (c->has_mark || (c->pos == c->end && !c->is_finished))
        return;
    if (c->bom_seen) {
        row_add(c, bom, c->bom_seen);
        c->at = AT_BARE;
    }
    c->bom_seen = 3;
}

enum csv_step csv_next(struct csv *c, struct csv_row *ret)
{
    if (c->is_given)
        row_forget(c);
    if (c->bom_seen < 3)
        skip_bom(c);
    while (c->pos < c->end) {
        size_t count;
        struct slice text;
        if (c->at == AT_ROW && direct(c, &count, &text)) {
            if (count == 0)
                continue;
            *ret = (struct csv_row){.fields = c->fields,
                                    .count = count,
                                    .text = text,
                                    .number = c->number++,
                                    .end_bytes = c->offset};
            return CSV_ROW;
        }
        if (gather(c) && give(c, ret))
            return CSV_ROW;
    }
    if (!c->is_finished)
        return CSV_MORE;
    return c->at != AT_ROW && give(c, ret) ? CSV_ROW : CSV_END;
}

bool csv_has_mark(const struct csv *c)
{
    return c->has_mark;
}
