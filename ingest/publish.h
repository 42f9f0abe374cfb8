#pragma once
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"
#include "ingest/writer.h"
#include "store/store.h"

/* Tells departments on Apache Kafka what became of their messages (design §9), by a thread of its
 * own: it reads the family `log` behind the commits, hands over what is new, and keeps through the
 * writer how far that was delivered. Whatever happens in between, what was committed is told at
 * least once: it never waits for a broker in the way of a commit, and never goes on behind a
 * receipt that was not delivered. */
struct publish;

/* One receipt. */
struct publish_message {
    struct slice topic; /* "credit.receipts.amr", a NUL behind it */
    uint32_t partition; /* of the submissions; all receipts of one go to one */
    struct slice id;    /* of the receipt: key and header */
    struct slice value;
};

struct publish_options {
    struct store *store;
    struct writer *writer;
    /* Sends them, those of one topic and partition in this order, and waits until each is delivered
     * or has failed: sets ret_done[i] where it was. The first failure, or 0. Called on the thread
     * of publish alone; may take long, but must come back soon once `stop` was called. */
    int (*deliver)(void *ctx, const struct publish_message *list, size_t count, bool *ret_done,
                   struct reason *reterr_why);
    /* Ends a call of deliver that waits. May be NULL. */
    void (*stop)(void *ctx);
    void *ctx;
    int idle_ms;           /* between looks for what is new; 0: 200 */
    size_t message_bytes;  /* beyond which a receipt is divided; 0: 800 KiB */
    size_t round_messages; /* at most, before it is kept how far they came; 0: 4096 */
};
/* Begins behind what was delivered before. */
struct publish *publish_start(const struct publish_options *o);
/* Ends between two rounds; what is not told then is told by the next one. Accepts NULL. The writer
 * must still run. */
void publish_stop(struct publish *p);

/* Looks once, on the caller's thread: tells what is new and keeps how far; for tests, and for
 * whoever wants all told before it ends. *ret_delivered receipts were delivered, also when others
 * failed: then the first failure is returned. `turn`, 0 at first, is for the partitions to take
 * turns when there is more than a round takes. */
int publish_round(const struct publish_options *o, size_t *turn, int *ret_delivered,
                  struct reason *reterr_why);
