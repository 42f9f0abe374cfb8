#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"
#include "ingest/encoding.h"
#include "record/catalogue.h"
#include "record/rule.h"

/* From the bytes of a submission to rows: CSV with a header, or NDJSON. Streams; a row that cannot
 * be read is that row's finding, never the file's. Knows the theme's items by every name they have.
 */
struct reader;
enum reader_format { READER_CSV = 'c', READER_NDJSON = 'n' };

/* A value as it came, in UTF-8. */
struct raw_value {
    const struct item *item; /* NULL: the catalogue has no such item */
    struct slice column;     /* its name in the file */
    struct slice value;      /* {NULL, 0}: JSON null */
    enum reserved reserved;  /* of a reserved column: it stands below too */
    bool is_ignored;         /* no item, and none is meant: the row's format says so */
};
/* Reserved columns (design §8): _id 记录编号, _version 版本, _time 更新时间, _op 操作, _reason
 * 原因. Absent: {NULL, 0}. */
struct raw_row {
    uint64_t row;             /* 1, 2, … counted over records, not lines */
    uint64_t end_bytes;       /* offset in the body just behind the row */
    struct raw_value *values; /* in the order of the columns, save what reject files add */
    size_t count;
    struct slice id, version, time, op, reason;
    const struct format *format; /* of the theme; NULL: its own columns */
    struct slice format_time;    /* what the format says instead of _time */
    enum rule unreadable; /* RULE_CSV_FIELDS, TEXT_ENCODING, ROW_SIZE, JSON_INVALID; the values are
                             then what could be made out, to be shown and not judged */
    struct slice hint;
};
enum reader_step { READER_ROW, READER_MORE, READER_END, READER_REFUSED };
enum { READER_ROW_BYTES_MAX = 1024 * 1024, READER_FIELDS_MAX = 512 };

struct reader *reader_create(enum reader_format format, enum encoding declared,
                             const struct theme *theme);
void reader_destroy(struct reader *r);
DEFINE_AUTO(struct reader, reader_destroy)
/* The next piece of the body; borrowed until reader_next says READER_MORE. */
void reader_feed(struct reader *r, struct slice piece);
/* The body is whole. A body that was cut off is never finished: its last, unended row does not
 * count. */
void reader_finish(struct reader *r);
/* READER_ROW: *ret lives in the arena, names of columns in the reader. READER_REFUSED: the CSV
 * header cannot be used (no column of the theme and no record id, or two for one item), or the body
 * is in no encoding of ours; reader_refusal says why. In NDJSON two members for one item make the
 * row unreadable. */
enum reader_step reader_next(struct reader *r, struct arena *a, struct raw_row *ret);
const char *reader_refusal(const struct reader *r);
/* One row that came by itself, by a reader of NDJSON that is fed with nothing: the text of a JSON
 * object, in one line or several. *ret lives in the arena, names of columns in the reader. */
void reader_object(struct reader *r, struct arena *a, struct slice text, uint64_t row,
                   struct raw_row *ret);
