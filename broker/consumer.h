#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/slice.h"
#include "broker/message.h"
#include "broker/settings.h"

/* Reads partitions that are named one by one, each from an offset on: no group decides what is read
 * or where it begins, and nothing is committed but what consumer_commit is told. Aborted messages
 * are never seen (read_committed); they and the marks of transactions make offsets jump, which is
 * no gap: messages that are gone from the broker are told as CONSUMED_OUT_OF_RANGE.
 *
 * One thread polls; everything else may be called from any thread. */
struct consumer;

struct consumer_options {
    const char *group; /* the name under which consumer_commit shows the lag; not empty */
    /* How much may be fetched ahead: 4 MiB to 128 MiB; 0: 64 MiB. An answer of the broker counts by
     * what it unfolds to, and the last one may go beyond. librdkafka looks only once a second
     * whether a queue that was full has room again, so it should hold what the reader takes in
     * more than a second; else the reader waits. */
    int64_t queue_bytes;
};

/* Does not wait for a broker. CE_INVALID as of broker_settings_check. */
int consumer_create(const struct broker_settings *s, const struct consumer_options *o,
                    struct consumer **ret, struct reason *reterr_why);
/* Whatever consumer_poll gave must have been given back. Waits up to 20 s for what the library has
 * under way; what does not end then is left behind, and so is a consumer whose topic was deleted
 * while it was assigned. Accepts NULL. */
void consumer_destroy(struct consumer *c);
DEFINE_AUTO(struct consumer, consumer_destroy)

/* How it gets on with the brokers, as far as anything was heard: 0, CE_UNAVAILABLE (none can be
 * reached), CE_DENIED (they do not let us in, or we do not trust them), CE_CLOSED (destroy it and
 * make another). It goes on trying by itself in the first two cases. That all is well again is
 * noticed by what comes of consumer_poll, consumer_topics and consumer_watermarks. */
int consumer_health(struct consumer *c, struct reason *reterr_why);

struct topic_found {
    struct slice name; /* a NUL stands behind it */
    int32_t partition_count;
    const int32_t *leaders; /* the broker that speaks for each partition; -1: none at the moment */
};
/* The topics whose names begin with `prefix`, ascending, in the arena. Topics that we may not see
 * are not among them. CE_UNAVAILABLE, CE_TIMEOUT, CE_DENIED. */
int consumer_topics(struct consumer *c, struct arena *a, struct slice prefix, int timeout_ms,
                    struct topic_found **ret, size_t *ret_count, struct reason *reterr_why);

struct watermarks {
    int64_t low;  /* the first offset that is kept */
    int64_t high; /* behind the last message that can be read: open transactions end it */
};
/* Asks the broker. CE_NOT_FOUND without such a topic or partition; CE_UNAVAILABLE, CE_TIMEOUT,
 * CE_DENIED. */
int consumer_watermarks(struct consumer *c, const char *topic, int32_t partition, int timeout_ms,
                        struct watermarks *ret, struct reason *reterr_why);
struct first_kept {
    const char *topic;
    int32_t partition;
    int64_t first; /* the first offset that is kept, where err is 0 */
    int err;       /* of this one, as of consumer_watermarks */
};
/* Asks for the beginnings of many partitions at once, which costs no more than one: a broker that
 * is waiting for messages to send answers only then, up to 100 ms later. Of one leader each time,
 * so that a broker that does not answer keeps those of others from nobody. The first error, or 0.
 */
int consumer_first_kept(struct consumer *c, struct first_kept *list, size_t count, int timeout_ms,
                        struct reason *reterr_why);
/* The same as last heard while fetching, at no cost; false when nothing was heard yet. */
bool consumer_watermarks_known(struct consumer *c, const char *topic, int32_t partition,
                               struct watermarks *ret);

/* Reads that partition from `offset` on, 0 or more; whether they exist is told by consumer_poll.
 * CE_EXISTS when it is assigned already, CE_INVALID, CE_CLOSED. */
int consumer_assign(struct consumer *c, const char *topic, int32_t partition, int64_t offset,
                    struct reason *reterr_why);
/* Nothing comes of it any more. From the thread that polls. CE_NOT_FOUND when it was not assigned.
 */
int consumer_unassign(struct consumer *c, const char *topic, int32_t partition,
                      struct reason *reterr_why);
/* Holds a partition up and lets it go on behind what was given. A portion or two of what had been
 * taken from the queue already may come after the call. What is fetched ahead is thrown away, so
 * this is for long pauses of one partition; to slow all of them down, poll less. Of partitions that
 * are assigned. */
int consumer_pause(struct consumer *c, const char *topic, int32_t partition);
int consumer_resume(struct consumer *c, const char *topic, int32_t partition);

enum consumed_kind {
    CONSUMED_MESSAGES, /* at least one */
    /* Everything in front of `next` was given and nothing stands there yet. Comes again whenever
     * the end has been reached anew. Markers may lie between the last message and `next`. */
    CONSUMED_END,
    /* From here on the partition is silent until it is unassigned and assigned again: */
    CONSUMED_OUT_OF_RANGE, /* `next` is in front of what is kept, or behind the end */
    /* From here on nothing comes either, unless it mends by itself: */
    CONSUMED_GONE, /* there is no such topic or partition (any more) */
    /* We may see the topic and not read it. Told once; one that we may not even see is silent, and
     * consumer_topics does not name it. */
    CONSUMED_DENIED,
    /* The broker's bytes at or behind `next` cannot be made out: damaged, an unknown compression,
     * or more than the limit. What can be read behind them comes. */
    CONSUMED_UNREADABLE,
};

/* What came of one partition. All of it is borrowed from this and lives until it is given back. */
struct consumed {
    enum consumed_kind kind;
    struct slice topic; /* a NUL stands behind it */
    int32_t partition;
    int64_t next; /* the offset at which it goes on; -1 of CONSUMED_GONE */
    const struct message *messages;
    size_t count;
    size_t bytes;    /* of keys, values and headers */
    const char *why; /* in English; NULL of messages */
};

/* The next portion: up to `max` messages of one partition in their order, or something about it.
 * Waits up to timeout_ms for the first, and for no more than that. 1 with *ret, which the caller
 * gives back (on any thread); 0 when nothing came. Partitions take turns as the brokers send. */
int consumer_poll(struct consumer *c, size_t max, int timeout_ms, struct consumed **ret);
void consumed_destroy(struct consumed *p);
DEFINE_AUTO(struct consumed, consumed_destroy)

/* Reads the one message at `offset` with a consumer that has nothing assigned and that nobody
 * polls; *ret lives in the arena. CE_NOT_FOUND when there is a later message and none at that
 * offset, or no such topic or partition; CE_OUT_OF_RANGE when it is no longer kept or the end is in
 * front of it; CE_TIMEOUT, CE_UNAVAILABLE, CE_DENIED, CE_IO for what cannot be made out. (To
 * compare the last message of many partitions, assign each at that message and look at the first
 * that comes.) */
int consumer_read_at(struct consumer *c, const char *topic, int32_t partition, int64_t offset,
                     int timeout_ms, struct arena *a, struct message *ret,
                     struct reason *reterr_why);

struct consumer_position {
    const char *topic;
    int32_t partition;
    int64_t next; /* the offset behind the last message that was used */
};
/* Shows the positions under the group's name, so that operators' tools see the lag. Nobody reads
 * them back; it does not wait, and a failure is nobody's. */
void consumer_commit(struct consumer *c, const struct consumer_position *positions, size_t count);
