#pragma once
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/crypt.h"
#include "broker/message.h"
#include "ingest/judge.h"
#include "record/catalogue.h"

/* One message of Apache Kafka as a judged row (docs/formats/message.md). Whatever is wrong with a
 * message is a verdict on it and never a failure, so that none holds its partition up; what is
 * right is judged as the same row of an NDJSON file would be at that time and place.
 *
 * The department is known by the topic. Headers: `theme` (else the member `_theme`), `op` (else
 * `_op`), `batch` and `row` of a row that belongs to a batch, `rows` when its number of rows is
 * known, `unread` with the rule by which its uploader could not read it. */

/* The department that a topic of that name belongs to; empty when it belongs to none. */
struct slice message_department(struct slice topic);

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
