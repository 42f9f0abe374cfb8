/* The producers' side of the writer for messages: taking a partition up where the store has it, and
 * writing down that it stopped. */
#include "ingest/partition.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "ingest/writer_parts.h"

enum { ARENA_BYTES = 1 << 20 };

struct opening {
    struct writer *w;
    struct open_partition *op;
    struct slice topic, department;
    uint32_t partition;
    uint64_t first;
};

static int open_fill(void *ctx, struct batch *b, struct counters *counters)
{
    struct opening *o = ctx;
    struct open_partition *op = o->op;
    /* From here on received times may come out of order. */
    o->w->apply.has_kafka = true;
    struct slice key = partition_state_key(op->arena, o->topic, o->partition), bytes;
    int r = batch_get(b, op->arena, CF_STATE, key, &bytes);
    if (r == 0)
        return partition_state_decode(key, arena_dup(op->arena, bytes), &op->state);
    if (r != CE_NOT_FOUND)
        return r;
    op->state = (struct partition_state){.topic = arena_dup(op->arena, o->topic),
                                         .partition = o->partition,
                                         .number = counters->next_batch++,
                                         .department = arena_dup(op->arena, o->department),
                                         .first = o->first,
                                         .next = o->first};
    partition_state_put(b, &op->state);
    counters_put(b, counters);
    return 0;
}

int partition_open(struct writer *w, struct slice topic, uint32_t partition,
                   struct slice department, uint64_t first, struct open_partition **ret,
                   struct reason *reterr_why)
{
    struct open_partition *op = calloc(1, sizeof *op);
    CHECK(op);
    op->arena = arena_create(ARENA_BYTES);
    op->pending = pending_create();
    op->pending->partition = op;
    struct opening o = {w, op, topic, department, partition, first};
    int r = writer_run(w, open_fill, &o, reterr_why);
    if (r < 0) {
        partition_close(w, op);
        return r;
    }
    *ret = op;
    return 0;
}

void partition_close(struct writer *w, struct open_partition *op)
{
    struct parcel *p;
    while ((p = partition_take_back(w, op, true)))
        parcel_destroy(p);
    partition_settle(w, op);
    pending_destroy(op->pending);
    arena_destroy(op->arena);
    free(op);
}

struct delivery *delivery_begin(struct parcel *p, const struct catalogue *judged_by, uint64_t from)
{
    struct delivery *d = ARENA_NEW(p->arena, struct delivery);
    d->judged_by = judged_by;
    d->from = d->next = from;
    p->delivery = d;
    p->count = 0;
    return d;
}

int partition_give(struct writer *w, struct open_partition *op, struct parcel *p)
{
    CHECK(p->delivery && p->delivery->next > p->delivery->from);
    return pending_give(w, op->pending, p);
}

struct parcel *partition_take_back(struct writer *w, struct open_partition *op, bool wait)
{
    return pending_take_back(w, op->pending, wait);
}

unsigned partition_parcels_out(struct writer *w, struct open_partition *op)
{
    return pending_out(w, op->pending);
}

int partition_settle(struct writer *w, struct open_partition *op)
{
    return pending_settle(w, op->pending);
}

int partition_now(struct writer *w, struct open_partition *op, struct partition_state *ret)
{
    pthread_mutex_lock(&w->lock);
    int r = op->pending->broken;
    if (r == 0)
        *ret = op->state;
    pthread_mutex_unlock(&w->lock);
    return r;
}

static int stop_fill(void *ctx, struct batch *b, struct counters *counters)
{
    (void)counters;
    partition_state_put(b, ctx);
    return 0;
}

int partition_stop(struct writer *w, struct open_partition *op, enum stop why, uint64_t gap,
                   struct reason *reterr_why)
{
    CHECK(!op->pending->is_in_commit && op->pending->out == 0);
    struct partition_state s = op->state;
    s.stop = why;
    s.gap = gap;
    s.stopped = why ? clock_now(w->o.clock) : (struct utc_ms){0};
    int r = writer_run(w, stop_fill, &s, reterr_why);
    if (r == 0) {
        pthread_mutex_lock(&w->lock);
        op->state = s;
        pthread_mutex_unlock(&w->lock);
    }
    return r;
}
