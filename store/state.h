#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/civil.h"
#include "base/err.h"
#include "base/slice.h"
#include "record/catalogue.h"
#include "record/verdict.h"
#include "store/batch.h"
#include "store/view.h"

/* Everything small and rare, in the family `state`. Keys are text:
 *   "schema"                      the schema version
 *   "counters"                    next numbers
 *   "run"                         a run that goes in (store/run.c)
 *   "entry/" number 2 version 4   catalogue entries that were ever in force: format, JSON
 *   "key/" SHA-256 of the key 32  a department's key: format, department, created ms, name
 *   "batch/" batch id hash 10     a batch (struct batch_state)
 *   "batch-number/" ~number 8     batch id hash 10: to list batches, newest first
 *   "batch-of/" department 0 ~number 8   the same for one department
 *   "store-name"                  store/offsets.h
 *   "swept"                       before when receipts' details may be gone
 *   "offset/" topic 0 partition 4 a partition of Apache Kafka (store/offsets.h)
 */

struct counters {
    uint64_t next_record;          /* from 1 */
    uint64_t next_search;          /* from 1 */
    uint64_t next_batch;           /* from 1 */
    uint64_t next_event;           /* from 1 */
    struct utc_ms newest_received; /* newest received time that was applied or given to a batch */
};
void counters_put(struct batch *b, const struct counters *c);
/* A new store has none: then all start at 1. */
int counters_get(struct view *v, struct arena *a, struct counters *ret);

/* A batch (design §8): what one submission is, how far it is, its counts. */
enum { BATCH_ID_BYTES = 10, UPLOAD_BYTES = 10 };
struct batch_id {
    uint8_t b[BATCH_ID_BYTES];
};
struct batch_state {
    uint64_t number; /* sequential, given at the first arrival */
    struct slice department;
    struct slice name; /* the Batch-Id that the department gave */
    uint16_t theme;
    char format;            /* 'c' CSV, 'n' NDJSON, 'k' messages of Apache Kafka */
    char encoding;          /* as declared: 'u' UTF-8, 'g' GB18030, 'a' to be found */
    struct utc_ms received; /* first arrival; of messages the first one's time */
    struct utc_ms finished; /* 0: not finished */
    uint64_t rows_done;
    uint64_t bytes_done; /* of the body, up to the end of the last row done; of messages the sum of
                            their values */
    uint8_t hash[32]; /* SHA-256 of these bytes; of the whole body once finished; 0 of messages */
    struct totals totals;
    /* An upload that was published (docs/adr/0033): its rows come by a partition. */
    bool is_published;
    uint32_t partition;
    uint8_t
        upload[UPLOAD_BYTES]; /* the attempt that goes on with it; messages of others are none */
};
enum { BATCH_OF_MESSAGES = 'k' };
/* Its rows are counted in the ledger with the partition that they came by. */
static inline bool batch_is_fed(const struct batch_state *s)
{
    return s->is_published || s->format == BATCH_OF_MESSAGES;
}
/* From department and Batch-Id, by keyed hash: the same in every store with these keys. Printed in
 * base32: 16 characters. */
struct batch_id batch_id_make(const struct keys *k, struct slice department, struct slice name);
void batch_state_put(struct batch *b, const struct batch_id *id, const struct batch_state *s);
int batch_state_get(struct view *v, struct arena *a, const struct batch_id *id,
                    struct batch_state *ret);
int batch_state_decode(struct slice bytes, struct batch_state *ret);
/* The newest batches first, of one department (empty: all): id and state, from below `before` (0:
 * from the newest). */
int batch_state_list(struct view *v, struct arena *a, struct slice department, uint64_t before,
                     unsigned limit, struct batch_id *ret_ids, struct batch_state *ret,
                     unsigned *ret_count);

/* Receipts of what came before that instant may have no details any more. 0 when none were ever
 * taken away. */
void swept_put(struct batch *b, struct utc_ms before);
int swept_get(struct view *v, struct arena *a, struct utc_ms *ret);

/* Keys of departments. `secret` is what the department holds; only its hash is kept. */
struct department_key {
    struct slice department;
    struct slice name; /* what it is for, may be empty */
    struct utc_ms created;
    uint8_t hash[32];
};
void department_key_put(struct batch *b, const struct department_key *k);
void department_key_delete(struct batch *b, const uint8_t hash[32]);
/* CE_NOT_FOUND for an unknown key. */
int department_key_get(struct view *v, struct arena *a, const uint8_t hash[32],
                       struct department_key *ret);
int department_key_list(struct view *v, struct arena *a, struct department_key **ret,
                        size_t *ret_count);

void catalogue_entry_put(struct batch *b, const struct catalogue_entry *e);
int catalogue_entry_list(struct view *v, struct arena *a, struct catalogue_entry **ret,
                         size_t *ret_count);
