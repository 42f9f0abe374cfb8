#pragma once
#include "base/buf.h"
#include "base/json.h"
#include "query/query.h"
#include "record/rule.h"
#include "store/ledger.h"
#include "store/receipts.h"
#include "store/state.h"

/* What the departments may ask about their own deliveries, and the public statistics. */

/* Today's public figures: subjects and records by kind and category that are public today. Counted
 * by one walk over the headers. The figures are kept, and counted again when the store has changed:
 * at once while that is quick, else no more often than twenty times the time it took, so that a
 * large register is not counted for every visitor. */
struct statistics {
    uint64_t subjects[SUBJECT_KIND_LAST + 1];
    uint64_t records[CATEGORY_LAST + 1];
    uint64_t departments; /* with at least one public record */
    uint64_t themes;
    struct utc_ms as_of;
};
struct statistics_cache;
struct statistics_cache *statistics_cache_create(void);
void statistics_cache_destroy(struct statistics_cache *c);
int query_statistics(struct query *q, struct statistics_cache *cache, struct statistics *ret);

/* A receipt's head by id (base32 text) or NULL department: CE_NOT_FOUND for an unknown one and for
 * that of another department (empty department: the operator, who may see all). */
int query_submission(struct query *q, struct slice id, struct slice department,
                     struct batch_id *ret_id, struct batch_state *ret);
/* The department whose key this is (the secret as given by the client). CE_NOT_FOUND. */
int query_department_of_key(struct query *q, struct slice secret, struct slice *ret_department);
/* The same by the SHA-256 of the secret, for whoever does not keep secrets. */
int query_department_of_hash(struct query *q, const uint8_t hash[32], struct slice *ret_department);

/* The receipt as JSON (the object of `creditctl submit --json`) piece by piece, or as CSV with a
 * header in Chinese and English; any size. next returns false at the end. The receipt holds a view
 * of its own. */
struct receipt_text;
int receipt_text_open(const struct query_source *s, const struct batch_id *id, bool as_csv,
                      struct receipt_text **ret);
/* Appends the next piece (some KiB) to b. False at the end, or with b->err set when it could not be
 * read. */
bool receipt_text_next(struct receipt_text *t, struct buf *b);
void receipt_text_close(struct receipt_text *t);
/* The rejected rows of a batch as they came, as CSV with the columns _row, _rule and _remedy behind
 * the received ones: to be corrected and handed in again. Of an open batch those that were done
 * when it was asked for. */
struct reject_text;
int reject_text_open(const struct query_source *s, const struct batch_id *id,
                     struct reject_text **ret);
/* As receipt_text_next. */
bool reject_text_next(struct reject_text *t, struct buf *b);
void reject_text_close(struct reject_text *t);
/* One line of a receipt as a JSON object. */
void receipt_line_json(const struct receipt_line *line, struct buf *b);
/* Counts as members of the open object: received, its five parts, warned and noted. */
void totals_json(struct json_out *o, const struct totals *t);
/* The head of a receipt as members of the open object: id, theme, department, batch, state,
 * received_at, finished_at, and counts. Names of theme and department go with their codes, as far
 * as the catalogue has them. */
void receipt_head_json(struct json_out *o, const struct catalogue *c, const struct batch_id *id,
                       const struct batch_state *s);
