#pragma once
#include "ingest/message.h"
#include "ingest/writer.h"
#include "store/offsets.h"

/* A partition of Apache Kafka on the producer's side of the writer: parcels of judged messages, in
 * the order of their offsets, each of which goes down in one commit with the partition's next
 * offset, with its account, and with the batches that rows of it belong to. What was not committed
 * comes again from the broker: a replay begins at the next offset that the store has. */
struct open_partition {
    struct partition_state state; /* as last committed; see partition_now */
    struct arena *arena;          /* of topic and department */
    struct pending *pending;      /* the writer's own */
};

/* Takes the partition up where it was left; one that was never begun begins at `first`, under a
 * number of its own, committed before this returns. Only one may hold it at a time. CE_FORMAT,
 * CE_UNAVAILABLE. `department` has 1 to 64 bytes, `topic` up to TOPIC_BYTES_MAX. */
int partition_open(struct writer *w, struct slice topic, uint32_t partition,
                   struct slice department, uint64_t first, struct open_partition **ret,
                   struct reason *reterr_why);
/* Waits for what is under way. */
void partition_close(struct writer *w, struct open_partition *op);

/* What a parcel of a partition holds beside its rows; in the parcel's arena. */
struct delivery {
    const struct catalogue *judged_by; /* another in force: the parcel comes back unapplied */
    uint64_t from;                     /* where it begins: the next offset of the one before it */
    uint64_t next;                     /* the next offset behind it */
    struct utc_ms last_time;           /* of its last message, whose row is the last one */
    uint8_t last_hash[MESSAGE_HASH_BYTES];
    struct delivered rows[PARCEL_ROWS];
};
/* An empty one. */
struct delivery *delivery_begin(struct parcel *p, const struct catalogue *judged_by, uint64_t from);

/* Hands a parcel over that has at least one row; waits while the writer's queue is full. As
 * writer_give. */
int partition_give(struct writer *w, struct open_partition *op, struct parcel *p);
/* As writer_take_back; its result is CE_CONFLICT when another catalogue came into force. */
struct parcel *partition_take_back(struct writer *w, struct open_partition *op, bool wait);
unsigned partition_parcels_out(struct writer *w, struct open_partition *op);
/* When all parcels are back: waits until what they brought is committed; 0, or why it was not. */
int partition_settle(struct writer *w, struct open_partition *op);
/* How it stands; or why a parcel of it was lost, which then goes for all that were given behind it:
 * close it and open it again. Slices of *ret live as long as `op`. */
int partition_now(struct writer *w, struct open_partition *op, struct partition_state *ret);
/* Writes down that it stopped, and how many messages are missing (STOP_NONE: that it goes on). All
 * parcels must be back and settled. */
int partition_stop(struct writer *w, struct open_partition *op, enum stop why, uint64_t gap,
                   struct reason *reterr_why);
