#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/slice.h"
#include "broker/message.h"
#include "broker/settings.h"

/* Sends messages, each to be acknowledged by all replicas in sync, none twice and in order within
 * its partition (an idempotent producer). All functions may be called from any thread; `delivered`
 * runs within producer_poll, producer_flush and a producer_partitions that fails, on theirs. */
struct producer;

struct producer_options {
    /* What became of a message that producer_send took, once for each: 0 with its partition and
     * offset; else CE_... as of producer_health, CE_TIMEOUT (whether it arrived is not known),
     * CE_NOT_FOUND (no such topic or partition), CE_DENIED, CE_TOO_LARGE, with the text. */
    void (*delivered)(void *ctx, uint64_t tag, int err, int32_t partition, int64_t offset,
                      const char *why);
    void *ctx;
    int64_t queue_bytes; /* of messages that wait; 0: 64 MiB */
    int linger_ms;       /* how long a message may wait for others to go with */
    int give_up_ms; /* until an unacknowledged message fails with CE_TIMEOUT; 0: five minutes */
    /* Nothing is delivered behind a message of its partition that failed: the first failure ends
     * the producer (CE_CLOSED), and in place of give_up_ms it waits without end. */
    bool is_gapless;
};

/* Does not wait for a broker. CE_INVALID as of broker_settings_check. */
int producer_create(const struct broker_settings *s, const struct producer_options *o,
                    struct producer **ret, struct reason *reterr_why);
/* What was not delivered is dropped without a word: producer_flush first. Accepts NULL. */
void producer_destroy(struct producer *p);
DEFINE_AUTO(struct producer, producer_destroy)

/* 0, CE_UNAVAILABLE, CE_DENIED, CE_CLOSED as of consumer_health. Noticed while somebody polls. */
int producer_health(struct producer *p, struct reason *reterr_why);

enum { PRODUCER_BY_KEY = -1, PRODUCER_MESSAGE_BYTES_MAX = 2 * 1024 * 1024 };

/* Takes a copy of the message and queues it; of `m` topic (with a NUL behind it), key, value and
 * headers count. `partition` is a partition or PRODUCER_BY_KEY. `tag` comes back with its delivery.
 * CE_BUSY: the queue is full; poll and send again. CE_TOO_LARGE over PRODUCER_MESSAGE_BYTES_MAX;
 * CE_NOT_FOUND, CE_CLOSED. */
int producer_send(struct producer *p, const struct message *m, int32_t partition, uint64_t tag,
                  struct reason *reterr_why);
/* Waits for deliveries up to timeout_ms and tells them; how many there were. */
int producer_poll(struct producer *p, int timeout_ms);
/* Until everything was delivered or has failed. CE_TIMEOUT when something still waits. */
int producer_flush(struct producer *p, int timeout_ms);
/* Messages that were sent and neither delivered nor given up yet; and what else waits to be told by
 * the next poll, so it may be a few more. */
size_t producer_waiting(struct producer *p);

/* How many partitions the topic has: CE_NOT_FOUND, CE_TIMEOUT, CE_UNAVAILABLE, CE_DENIED. */
int producer_partitions(struct producer *p, const char *topic, int timeout_ms, int32_t *ret,
                        struct reason *reterr_why);
