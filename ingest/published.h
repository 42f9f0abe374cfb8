#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "ingest/outbox.h"
#include "ingest/reader.h"
#include "ingest/writer.h"
#include "store/state.h"

/* A batch whose rows go through the department's topic and come in with everything else
 * (docs/adr/0033). An attempt begins with a message of its own: when that was applied, nothing that
 * an earlier attempt sent counts any more, and the state says where to go on. Then come the rows,
 * and at last the end of the body with its hash. */
struct published;

struct published_options {
    struct writer *writer;
    struct store *store;
    const struct keys *keys;
    struct outbox *outbox;
    const struct catalogue *catalogue;     /* in force now */
    struct slice department, theme, batch; /* must outlive it */
    struct body_kind kind;
    int busy_wait_ms;
    int patience_ms; /* without any message of the partition being applied; 0: 30 s */
};
/* Holds the batch and begins an attempt; nothing of it when the batch is finished. CE_EXISTS: it
 * was begun without a broker and goes on so; nothing is held. CE_BUSY, CE_CONFLICT, CE_INVALID,
 * CE_NOT_FOUND as writer_open_batch; else brokers are away, the topic is not there, or the
 * partition stands still. */
int published_open(const struct published_options *o, struct published **ret,
                   struct reason *reterr_why);
/* As it stood when this attempt began, or when it was finished. Texts live as long as `p`. */
const struct batch_state *published_state(const struct published *p);
/* By which its body is read. */
const struct theme *published_theme(const struct published *p);
/* The next row, with the hash of the body up to its end. CE_BUSY: published_wait, then
 * published_again. */
int published_row(struct published *p, struct arena *a, const struct raw_row *row,
                  const uint8_t hash[32], struct reason *reterr_why);
int published_again(struct published *p, struct reason *reterr_why);
void published_wait(struct published *p);
/* The body is whole: waits until all of it was applied, and the batch is finished. `rows` of it in
 * all. CE_BUSY: another attempt took over; CE_CONFLICT: and finished it with another body. */
int published_finish(struct published *p, uint64_t rows, uint64_t bytes, const uint8_t hash[32],
                     struct reason *reterr_why);
/* What was sent is acknowledged, or lost. */
int published_settle(struct published *p, struct reason *reterr_why);
/* Accepts NULL. */
void published_close(struct published *p);
