#pragma once
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/crypt.h"
#include "broker/message.h"
#include "ingest/judge.h"
#include "record/catalogue.h"
#include "store/state.h"

/* One message of Apache Kafka as a judged row (docs/formats/message.md). Whatever is wrong with a
 * message is a verdict on it and never a failure, so that none holds its partition up; what is
 * right is judged as the same row of an NDJSON file would be at that time and place.
 *
 * The department is known by the topic. Headers: `theme` (else the member `_theme`), `op` (else
 * `_op`), `batch` and `row` of a row that belongs to a batch, `rows` when its number of rows is
 * known, `unread` with the rule by which its uploader could not read it, and `hint` to it. `upload`
 * marks what belongs to an upload that was published (ingest/published.h): the attempt; then `body`
 * says how far the body goes up to this row, and `step` makes the message the beginning or the end
 * of it and no row. */

/* The department that a topic of that name belongs to; empty when it belongs to none. */
struct slice message_department(struct slice topic);

/* A message of an upload is a row of its batch, or one of these and no row. */
enum upload_step { UPLOAD_ROW, UPLOAD_BEGIN, UPLOAD_END };

/* What a row of a partition needs that a batch knows once. */
struct delivered {
    uint16_t theme; /* 0: the message names none that exists */
    struct utc_ms received;
    const struct tables *tables;
    struct slice batch; /* its Batch-Id; empty: of no batch */
    uint64_t batch_row;
    bool ends_batch;
    size_t bytes;         /* of the value */
    struct slice columns; /* of a batch's row that is kept with its receipt, sealed */
    /* Of an upload that was published. */
    bool is_upload;
    enum upload_step step;
    uint8_t upload[UPLOAD_BYTES];
    char format, encoding; /* UPLOAD_BEGIN: of the body, as in struct batch_state */
    uint64_t bytes_done;   /* of the body, up to the end of the row, or of all of it */
    uint8_t hash[32];      /* SHA-256 of these bytes */
};

struct message_judge;
struct message_judge_options {
    const struct keys *keys;
    struct day born_min;
};
struct message_judge *message_judge_create(const struct message_judge_options *o);
/* Accepts NULL. */
void message_judge_destroy(struct message_judge *mj);
DEFINE_AUTO(struct message_judge, message_judge_destroy)
/* By which catalogue messages are judged from now on. It must outlive the judge, or the next call.
 */
void message_judge_by(struct message_judge *mj, const struct catalogue *c);
/* 0 however bad the message; CE_... only when it could not be judged. Both live in the arena. The
 * message needs the broker's time. */
int message_judge_row(struct message_judge *mj, struct arena *a, struct slice department,
                      const struct message *m, struct judged *ret, struct delivered *ret_delivered);

/* By which a message is known again: keyed, of time, key and value. */
enum { MESSAGE_KNOWN_BYTES = 16 };
void message_known_by(const struct keys *k, const struct message *m,
                      uint8_t out[MESSAGE_KNOWN_BYTES]);
