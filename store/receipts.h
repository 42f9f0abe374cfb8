#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/civil.h"
#include "record/rule.h"
#include "record/verdict.h"
#include "store/batch.h"
#include "store/view.h"

/* What became of each row, packed for each commit (family `log`, key batch number and first row):
 * run lengths of verdicts, and details of every row that was not stored or carries a warning; with
 * those of a rejected row the row itself, sealed (store/kept.h). The same for a partition of Apache
 * Kafka under its own number; then a row is an offset. */

/* A builder for the rows of one commit of one batch. Rows come in ascending order; where there are
 * gaps the caller says so. */
struct receipt_pack {
    uint64_t first_row;
    uint64_t next_row;
    struct utc_ms newest; /* of a partition: the newest time of its messages, by which the pack is
                             found too old one day; 0 of a batch */
    struct buf runs;      /* verdict 1, count LEB128 */
    struct buf columns;   /* of the kept rows of the batch up to here, sealed */
    struct buf details; /* row − first LEB128, verdict, number of findings, of a rejected row the
                           kept row, each finding: rule 2, item, value, hint */
    enum verdict run_verdict;
    uint64_t run_count;
};
void receipt_pack_init(struct receipt_pack *p);
void receipt_pack_fini(struct receipt_pack *p);
bool receipt_pack_is_empty(const struct receipt_pack *p);
/* `findings` may be NULL; notes (and the findings of a duplicate row, unless warnings) are not
 * kept. `kept`: of a rejected row, the row sealed, or empty. */
void receipt_pack_row(struct receipt_pack *p, uint64_t row, enum verdict v,
                      const struct findings *findings, struct slice kept);
/* The rows from the last one (in an empty pack: from `from`) to before `row` are none: offsets
 * without a message, or rows of a batch that never came. */
void receipt_pack_skip(struct receipt_pack *p, uint64_t from, uint64_t row);
/* The columns of the batch's kept rows so far, sealed; the last ones told hold. */
void receipt_pack_columns(struct receipt_pack *p, struct slice sealed);
/* Puts it under its key and starts anew. CE_TOO_LARGE sticks in the buffers. */
int receipt_pack_put(struct receipt_pack *p, struct batch *b, uint64_t batch_number);

/* One line of a receipt's `rows`: a run of duplicates (row to `to`), or one finding of one row;
 * rows that are stale or rejected without a finding come with rule 0. Stored and changed rows
 * without a warning do not come. */
struct receipt_line {
    uint64_t row, to;
    enum verdict verdict;
    enum rule rule;
    struct slice item, value, hint;
    struct slice kept; /* of a rejected row, with each of its lines: the row sealed, or empty */
};
/* Walks the lines of a batch in row order, from `from_row` on. `each` returns false to stop. Runs
 * of duplicates that cross commits are joined. */
int receipts_walk(struct view *v, uint64_t batch_number, uint64_t from_row,
                  bool (*each)(void *ctx, const struct receipt_line *line), void *ctx);
/* The columns of the batch's kept rows, sealed, in the arena; empty when it has none. */
int receipts_columns(struct view *v, struct arena *a, uint64_t batch_number, struct slice *ret);
/* Sums the verdicts of all rows of a batch, for check. */
int receipts_totals(struct view *v, uint64_t batch_number, struct totals *ret);
/* From where to before where its packs tell of every row, for check; both 0 when there is none.
 * CE_FORMAT when one of them does not begin where the one before it ended. */
int receipts_extent(struct view *v, uint64_t batch_number, uint64_t *ret_from, uint64_t *ret_end);
/* The end of the packs at the beginning of a partition whose newest message is older than `limit`:
 * what may be swept, some at a time. 0 when there is none. */
int receipts_old(struct view *v, uint64_t number, struct utc_ms limit, uint64_t *ret_end);

/* One pack taken apart, in the arena: what a commit said of its rows. */
struct receipt_run {
    uint64_t row, to;
    enum verdict verdict; /* 0: there are no such rows */
};
struct receipt_read {
    uint64_t first, end;  /* rows from `first` to before `end` */
    struct utc_ms newest; /* time of its newest message; 0 of a batch */
    struct receipt_run *runs;
    size_t run_count;
    struct receipt_line *lines; /* of rows that have details: one for each finding, or one with rule
                                   0; in row order; without the kept rows */
    size_t line_count;
};
/* The pack that holds the row, or else the first one behind it. CE_NOT_FOUND. */
int receipts_read(struct view *v, struct arena *a, uint64_t batch_number, uint64_t row,
                  struct receipt_read *ret);
