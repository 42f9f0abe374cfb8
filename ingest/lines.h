#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/slice.h"

/* Cuts a stream into lines that end in LF, CR LF or CR. Keeps one line in memory at most; lines of
 * blanks only are left out and not counted, and so is a BOM at the very beginning. */
struct lines;

struct line {
    struct slice text;  /* without its end; borrowed until the next call */
    uint64_t number;    /* 1, 2, … */
    uint64_t end_bytes; /* offset in the whole stream just behind the line and the first byte of its
                           end */
    bool too_long;      /* longer than the limit: the text is empty, the line was skipped */
};
enum lines_step { LINES_LINE, LINES_MORE, LINES_END };

struct lines *lines_create(size_t line_bytes_max);
/* Accepts NULL. */
void lines_destroy(struct lines *l);
DEFINE_AUTO(struct lines, lines_destroy)
/* The next piece, borrowed until lines_next says LINES_MORE. */
void lines_feed(struct lines *l, struct slice piece);
/* No more comes: a last line without an end is a line. */
void lines_finish(struct lines *l);
enum lines_step lines_next(struct lines *l, struct line *ret);
/* Whether a BOM was left out; known with the first line. */
bool lines_has_mark(const struct lines *l);
