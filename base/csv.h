#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/slice.h"

/* A streaming CSV splitter (RFC 4180; any line ends: LF, CRLF, CR; quotes only where needed; a
 * quoted field may hold line breaks and doubled quotes; a quote inside an unquoted field is text,
 * and so is what stands between a closing quote and the comma). It keeps one row in memory. Lines
 * that are empty or hold only blanks and tabs are skipped and not counted. Rows are the same
 * however the input is cut. */
struct csv;

struct csv_row {
    const struct slice *fields; /* unquoted; borrowed until the next call */
    size_t count;
    struct slice text;  /* all fields lie in it; what stands between them means nothing */
    uint64_t number;    /* records after the header: 1, 2, …; the header is 0 */
    uint64_t end_bytes; /* offset in the whole input just behind this row and its line end */
    bool too_long;      /* over one of the limits: what was beyond it is cut off */
    bool open_quote;    /* the input ended inside a quoted field */
};

enum csv_step { CSV_ROW, CSV_MORE, CSV_END };

/* The limits: bytes of a row without its line end (at least 4), and fields of a row. What is longer
 * is cut there and skipped up to the next line end, be it between quotes or not. */
struct csv *csv_create(size_t row_bytes_max, size_t fields_max);
/* Accepts NULL. */
void csv_destroy(struct csv *c);
DEFINE_AUTO(struct csv, csv_destroy)
/* Hands over the next piece of input, borrowed until csv_next says CSV_MORE. A UTF-8 BOM at the
 * very beginning is skipped (and counted in offsets). */
void csv_feed(struct csv *c, struct slice piece);
/* Says that no more input comes: a last row without line end is then a row. */
void csv_finish(struct csv *c);
/* CSV_ROW with *ret filled, CSV_MORE when it needs csv_feed or csv_finish, CSV_END after the last.
 * A row whose line end is not yet there is not given out before csv_finish. A quoted field whose
 * quote never closes would swallow the rest of the file: the row ends at row_bytes_max with
 * too_long. */
enum csv_step csv_next(struct csv *c, struct csv_row *ret);
/* Whether a BOM was skipped; known with the first row. */
bool csv_has_mark(const struct csv *c);

/* Appends one field to a CSV line being built, quoted when needed; the caller ends the line.
 * Formulas are defused: a value that begins with = + - @ gets a leading apostrophe unless it is a
 * number. */
struct buf;
void csv_put(struct buf *b, struct slice field, bool is_first);
/* As csv_put, for a file that comes back: what a spreadsheet would take for a formula, a number or
 * a date gets a leading tab, which makes it text there and is a blank to us; nothing else is
 * altered. */
void csv_put_as_text(struct buf *b, struct slice field, bool is_first);
