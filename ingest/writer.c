/* The writing thread: takes parcels and errands from a queue, gathers one batch, commits, and tells
 * the producers; which rows a parcel makes is in writer_rows.c. What it keeps in memory beside the
 * batch (counters, ledger lines, the progress of open batches) is taken from the store again
 * whenever a commit failed, so that memory never runs ahead of what is durable. */
#include "ingest/writer.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/check.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/thread.h"
#include "ingest/sweep.h"
#include "ingest/writer_parts.h"
#include "store/compaction.h"
#include "store/run.h"

enum {
    ROWS_WANTED = 1000, /* a commit worth its fsync */
    ROWS_MOST = 20000,  /* while more wait */
    COMMIT_BYTES = 64 << 20,
    QUEUE_BYTES = 64 << 20,
    QUEUE_LENGTH = 1024, /* its bytes end it first */
    KEPT_MOST = 8 << 20, /* of details and rejected rows, in values of receipts */
    KEPT_PART = 8,       /* of the commit's bytes, at most */
    STORES_COPY = 2,     /* what is gathered is written from a copy */
    GATHER_MS = 100,
    SWEEP_EVERY_MS = 60 * 60 * 1000,
    ARENA_LIMIT = 1 << 30,

    /* The second gear. */
    SHIFT_ROWS = 30000, /* worth files; a third of them, pressed, lets more be expected */
    SHIFT_PART = 3,
    RUN_ROWS_MOST = 300000,
    RUN_BYTES = 256 << 20,
    RUN_MS = 5000,          /* nobody's rows wait longer for being gathered */
    RUN_RECEIPT_MS = 1000,  /* nor does a batch that has ended */
    RUN_PAUSE_MS = 250,     /* it waited so long in all for more: the backlog is gone */
    SENDERS_PAUSE_MS = 500, /* nothing came for so long, all receipts told */
    RUN_LITTLE_PART = 4,    /* of the rows, at most, are to be written: most were there already, */
    RUN_LITTLE_MS = 50,     /* and a commit costs little more than its fsync */
    FILE_ROWS = 256,        /* in a family, worth a file */
};

int writer_load_counters(struct writer *w)
{
    struct view *v;
    int r = view_open(w->o.store, &v);
    if (r < 0)
        return r;
    struct partition_state *partitions;
    size_t count = 0;
    r = counters_get(v, w->arena, &w->counters);
    if (r == 0)
        r = partition_state_list(v, w->arena, &partitions, &count);
    view_close(v);
    w->apply.has_kafka = w->apply.has_kafka || count;
    atomic_store(&w->newest_received, w->counters.newest_received.v);
    return r;
}

/* Now and then old receipts' details go. A run takes no ranges along: then by themselves. */
static int sweep_now_and_then(struct writer *w)
{
    struct utc_ms now = clock_now(w->o.clock);
    if (!w->o.receipt_days || now.v - w->swept.v < SWEEP_EVERY_MS)
        return 0;
    w->swept = now;
    struct batch *b = w->is_run ? w->aside : w->batch;
    int r = sweep_receipts(b, w->o.store, w->arena, now, w->o.receipt_days);
    return r == 0 && w->is_run ? batch_commit(b, NULL) : r;
}

/* Everything that was in the failed commit is forgotten; its producers are told. */
static void forget(struct writer *w)
{
    batch_clear(w->batch);
    batch_clear(w->aside);
    ledger_cache_forget(w->ledger);
    for (unsigned i = 0; i < w->in_commit_count; i++) {
        receipt_pack_fini(&w->in_commit[i]->pack);
        receipt_pack_init(&w->in_commit[i]->pack);
    }
    writer_forget_fed(w);
}

/* The rows are not needed any more. Before its producer can take it back. */
static void release(struct writer *w, struct parcel *p)
{
    arena_reset(p->arena);
    pthread_mutex_lock(&w->lock);
    w->given_bytes -= p->bytes;
    pthread_cond_broadcast(&w->room);
    pthread_mutex_unlock(&w->lock);
}

/* The parcel goes back to its producer. With the lock held. */
static void hand_back(struct parcel *p, int result)
{
    struct pending *pend = p->pending;
    p->next = NULL;
    p->result = result;
    if (pend->done_last)
        pend->done_last->next = p;
    else
        pend->done_first = p;
    pend->done_last = p;
    pthread_cond_signal(&pend->done);
}

static void hand_back_alone(struct writer *w, struct parcel *p, int result)
{
    release(w, p);
    pthread_mutex_lock(&w->lock);
    hand_back(p, result);
    pthread_mutex_unlock(&w->lock);
}

static void tell(struct writer *w, int result, const struct reason *why)
{
    for (struct parcel *p = w->parcels; p; p = p->next)
        release(w, p);
    pthread_mutex_lock(&w->lock);
    for (unsigned i = 0; i < w->in_commit_count; i++) {
        struct pending *pend = w->in_commit[i];
        pend->is_in_commit = false;
        pthread_cond_signal(&pend->done);
        if (result < 0)
            pend->broken = result;
        else if (pend->batch)
            pend->batch->state = pend->next;
        else
            pend->partition->state = pend->ahead;
    }
    /* The list is newest first: each producer gets its parcels in the order given. */
    struct parcel *in_order = NULL;
    while (w->parcels) {
        struct parcel *p = w->parcels;
        w->parcels = p->next;
        p->next = in_order;
        in_order = p;
    }
    while (in_order) {
        struct parcel *p = in_order;
        in_order = p->next;
        hand_back(p, result);
    }
    for (unsigned i = 0; i < w->errand_count; i++) {
        struct errand *e = w->errands[i];
        if (e->result == 0 && result < 0) {
            e->result = result;
            e->why = *why;
        }
        e->is_done = true;
        pthread_cond_signal(&e->done);
    }
    w->in_commit_count = 0;
    w->errand_count = 0;
    w->commits++;
    pthread_cond_broadcast(&w->committed);
    pthread_mutex_unlock(&w->lock);
}

void writer_end_settling(struct writer *w, struct pending *pend)
{
    if (pend->is_in_commit)
        writer_batch_ended(w);
    pthread_mutex_lock(&w->lock);
    pend->is_settling = false;
    pthread_cond_signal(&pend->done);
    pthread_mutex_unlock(&w->lock);
}

/* Or an earlier one of it was lost: rows behind the gap wait for the repetition. */
void writer_refuse_parcel(struct writer *w, struct parcel *p, int err)
{
    p->pending->broken = err;
    hand_back_alone(w, p, err);
}

/* Nothing of it was tried, for the disk is full; otherwise the store is to be opened again. */
static bool was_refused(const struct writer *w, int result)
{
    return result == CE_NO_ROOM && store_is_writable(w->o.store);
}

/* Before anybody is told: rows that it judges are not visible before it is. */
static void publish_coming(struct writer *w)
{
    if (w->coming)
        atomic_store(w->o.catalogue, w->coming);
    w->coming = NULL;
    atomic_store(&w->newest_received, w->counters.newest_received.v);
}

/* A batch that was opened is told to nobody before its rows are committed, with an fsync that
 * covers what was written before. A power cut that takes the opening leaves no trace of it: number
 * and received time are given out again, to whoever comes first. */
static bool is_silent(const struct writer *w)
{
    for (unsigned i = 0; i < w->errand_count; i++)
        if (!w->errands[i]->is_silent)
            return false;
    return w->in_commit_count == 0;
}

static int commit_silently(struct batch *b, struct reason *why)
{
    int r = batch_commit_unsynced(b, why);
    metric_add(METRIC_COMMITS_UNSYNCED, r == 0);
    return r;
}

/* Few rows are no run, even if many were expected or many were there already, unless they are long:
 * RocksDB's form of a batch takes its memory once more. */
static int go_down(struct writer *w, struct reason *why)
{
    size_t shift = w->o.shift_rows;
    bool is_much = (w->rows >= shift && batch_rows_all(w->batch) >= shift) ||
                   batch_bytes(w->batch) >= w->o.run_bytes / 2;
    if (is_silent(w))
        return commit_silently(w->batch, why);
    if (!w->is_run || !is_much) {
        int r = batch_commit(w->batch, why);
        metric_add(METRIC_ROWS_BY_BATCH, r == 0 ? (int64_t)w->rows : 0);
        return r;
    }
    struct run_report run;
    int r = run_commit(w->batch, shift < FILE_ROWS ? shift : FILE_ROWS, &run, why);
    if (r < 0)
        return r;
    metric_add(METRIC_ROWS_BY_RUN, (int64_t)w->rows);
    metric_add(METRIC_RUNS, 1);
    metric_add(METRIC_RUN_FILES, run.files);
    metric_add(METRIC_RUN_BYTES, (int64_t)run.bytes);
    metric_add(METRIC_RUN_IN_US, run.in_us);
    return 0;
}

/* Who hands in is not told where our files lie. */
static void say_outside(int err, struct reason *why)
{
    if (err == CE_NO_ROOM)
        reason_set(why, err, "%s", writer_waits_for_room);
}

/* `result` is 0 unless it has failed already. */
static void commit(struct writer *w, int result, struct reason *why)
{
    bool reopens = false;
    int64_t start = clock_mono_us();
    struct totals before = {0}, after = {0};
    for (unsigned i = 0; i < w->in_commit_count; i++) {
        const struct pending *pend = w->in_commit[i];
        totals_add(&before,
                   pend->batch ? &pend->batch->state.totals : &pend->partition->state.totals);
        totals_add(&after, pend->batch ? &pend->next.totals : &pend->ahead.totals);
    }
    if (result == 0)
        result = apply_finish(&w->apply);
    if (result == 0)
        result = sweep_now_and_then(w);
    if (result == 0) {
        writer_gather_rest(w);
        result = go_down(w, why);
    }
    if (result == 0) {
        metric_add(METRIC_COMMITS, 1);
        metric_add(METRIC_COMMIT_US, clock_mono_us() - start);
        metric_add(METRIC_ROWS_STORED, (int64_t)(after.stored - before.stored));
        metric_add(METRIC_ROWS_CHANGED, (int64_t)(after.changed - before.changed));
        metric_add(METRIC_ROWS_DUPLICATE, (int64_t)(after.duplicate - before.duplicate));
        metric_add(METRIC_ROWS_STALE, (int64_t)(after.stale - before.stale));
        metric_add(METRIC_ROWS_REJECTED, (int64_t)(after.rejected - before.rejected));
        publish_coming(w);
        if (w->o.changed && w->apply.touched_count)
            w->o.changed(w->o.changed_ctx, w->apply.touched, w->apply.touched_count);
    } else {
        metric_add(METRIC_COMMIT_FAILED, 1);
        reopens = !was_refused(w, result);
        if (reopens)
            log_event(LOG_BROKEN, "store.commit-failed", LOG_C("error", err_text(result)),
                      LOG_C("why", why->text));
        say_outside(result, why);
        forget(w);
        atomic_store(&w->trouble, result); /* before anybody is told, and asks */
    }
    w->coming = NULL;
    tell(w, result, why);
    apply_reset(&w->apply);
    arena_reset(w->arena);
    w->rows = 0;
    w->kept_bytes = 0;
    w->pressed_ms += (clock_mono_us() - start) / 1000; /* nobody has paused meanwhile */
    atomic_store(&w->commit_bytes, 0);
    compaction_look(w->o.store);
    if (result < 0)
        writer_wait_until_well(w, reopens);
}

static int commit_aside(struct writer *w, bool silently, struct reason *why)
{
    if (batch_rows_all(w->aside) == 0)
        return 0;
    int r = silently ? commit_silently(w->aside, why) : batch_commit(w->aside, why);
    metric_add(METRIC_COMMITS, r == 0);
    return r;
}

/* A run is gathered for seconds, and an errand is waited for: it is committed by itself. What
 * errands write is in no run: keys, catalogue entries, batches that nobody holds yet, and counters,
 * which only rise. When the commit fails, the run is lost with it. */
static int do_errand_aside(struct writer *w, struct errand *e, struct reason *why)
{
    e->result = e->fill(e->ctx, w->aside, &w->counters);
    int r = commit_aside(w, e->is_silent, why);
    if (r == 0)
        publish_coming(w);
    else
        atomic_store(&w->trouble, r); /* before anybody is told, and asks */
    w->coming = NULL;
    pthread_mutex_lock(&w->lock);
    if (e->result == 0)
        e->result = r;
    e->why = *why;
    say_outside(r, &e->why);
    e->is_done = true;
    pthread_cond_signal(&e->done);
    pthread_mutex_unlock(&w->lock);
    return r;
}

/* What a run has of a parcel is in the batch by now, so its memory goes back for the next rows; the
 * receipt waits for the commit (writer_settle). */
static void let_parcel_go(struct writer *w, struct parcel *p)
{
    CHECK(w->parcels == p);
    w->parcels = p->next;
    hand_back_alone(w, p, 0);
    arena_reset(w->arena);
    if (w->kept_bytes >= w->kept_most)
        writer_put_receipts(w);
    if (w->events.n + EVENT_BYTES * PARCEL_ROWS > EVENT_BYTES_MAX)
        writer_put_events(w);
}

/* It waits no more. Whether it may be taken. */
static int take_from_queue(struct writer *w, const struct parcel *p)
{
    atomic_fetch_sub(&w->waiting_rows, writer_backlog_of(p));
    return writer_may_take(w, p);
}

static int do_work(struct writer *w, struct work *work, struct reason *why)
{
    int r = 0;
    if (work->settles) {
        writer_end_settling(w, work->settles);
    } else if (work->errand && w->is_run) {
        r = do_errand_aside(w, work->errand, why);
    } else if (work->errand) {
        struct errand *e = work->errand;
        e->result = e->fill(e->ctx, w->batch, &w->counters);
        w->errands[w->errand_count++] = e;
    } else if ((r = take_from_queue(w, work->parcel)) < 0) {
        writer_refuse_parcel(w, work->parcel, r);
        r = 0;
    } else {
        struct parcel *p = work->parcel;
        p->next = w->parcels;
        w->parcels = p;
        r = writer_take_parcel(w, p);
        if (r == 0 && w->is_run)
            let_parcel_go(w, p);
    }
    free(work);
    return r;
}

/* Which gear this commit is gathered in. Behind a backlog an errand does not begin a small commit
 * that the rows behind it would join. */
static void choose_gear(struct writer *w, const struct work *first)
{
    w->began_ms = clock_mono_ms();
    w->ended_ms = 0;
    w->paused_ms = 0;
    w->ended_count = 0;
    size_t waiting = atomic_load(&w->waiting_rows); /* with those of `first` */
    size_t pressed = w->began_ms - w->pressed_ms > PRESSED_MS ? 0 : w->pressed_rows;
    if (!pressed)
        compaction_begin(w->o.store);
    size_t expected = pressed + waiting + (first->parcel && first->parcel->is_last);
    w->is_run = w->o.gears != 1 && expected >= w->o.shift_rows / SHIFT_PART;
    metric_set(METRIC_GEAR, w->is_run ? 2 : 1);
}

/* Whose rows were there already does not wait for a run to become long. */
static bool ends_soon(const struct writer *w)
{
    return w->ended_ms && batch_rows_all(w->batch) <= w->rows / RUN_LITTLE_PART;
}

static bool is_full(struct writer *w)
{
    int64_t now = clock_mono_ms();
    size_t bytes = arena_used(w->arena) + batch_bytes(w->batch);
    atomic_store(&w->commit_bytes, w->is_run ? bytes / 3 * 4 : bytes * STORES_COPY);
    if (w->in_commit_count == ARRAY_LEN(w->in_commit))
        return true;
    if (w->is_run)
        return w->rows >= RUN_ROWS_MOST || bytes >= w->o.run_bytes || now - w->began_ms >= RUN_MS ||
               (w->ended_ms &&
                now - w->ended_ms >= (ends_soon(w) ? RUN_LITTLE_MS : RUN_RECEIPT_MS));
    return w->rows >= ROWS_MOST || bytes >= w->o.commit_bytes || w->kept_bytes >= w->kept_most ||
           w->errand_count == ARRAY_LEN(w->errands) ||
           (w->rows >= ROWS_WANTED && now - w->began_ms >= GATHER_MS);
}

/* What belongs into the same commit. A run waits a moment for more, unless all who sent have ended.
 * It is the sum of such moments that ends it, or one sender with a row now and then would have all
 * others wait for their receipts. */
static bool next_work(struct writer *w, void **ret)
{
    metric_set(METRIC_QUEUE_PARCELS, (int64_t)queue_length(w->queue));
    if (is_full(w))
        return false;
    if (queue_pop(w->queue, 0, ret) == 0)
        return true;
    int64_t pause = ends_soon(w) ? RUN_LITTLE_MS : RUN_PAUSE_MS;
    if (!w->is_run || w->ended_count == w->in_commit_count || w->paused_ms >= pause)
        return false;
    int64_t before = clock_mono_ms();
    int r = queue_pop(w->queue, (int)(pause - w->paused_ms), ret);
    w->paused_ms += clock_mono_ms() - before;
    return r == 0;
}

/* Of a commit. When nothing comes there is time for what runs have put off. */
static bool first_work(struct writer *w, void **ret)
{
    while (compaction_is_owed(w->o.store)) {
        int r = queue_pop(w->queue, SENDERS_PAUSE_MS, ret);
        if (r != CE_TIMEOUT)
            return r == 0;
        compaction_rest(w->o.store);
    }
    return queue_pop(w->queue, -1, ret) == 0;
}

static void *run(void *ctx)
{
    struct writer *w = ctx;
    void *item;
    while (first_work(w, &item)) {
        struct reason why = {{0}};
        choose_gear(w, item);
        int r = do_work(w, item, &why);
        while (r == 0 && next_work(w, &item))
            r = do_work(w, item, &why);
        if (w->in_commit_count || w->errand_count || r < 0)
            commit(w, r, &why);
    }
    return NULL;
}

int writer_start(const struct writer_options *o, struct writer **ret, struct reason *reterr_why)
{
    struct writer *w = calloc(1, sizeof *w);
    CHECK(w);
    w->o = *o;
    w->o.queue_bytes = o->queue_bytes ? o->queue_bytes : QUEUE_BYTES;
    w->o.commit_bytes = o->commit_bytes ? o->commit_bytes : COMMIT_BYTES;
    w->kept_most = w->o.commit_bytes / KEPT_PART;
    if (w->kept_most > KEPT_MOST)
        w->kept_most = KEPT_MOST;
    w->queue = queue_create(QUEUE_LENGTH);
    w->o.gears = o->gears ? o->gears : 2;
    w->o.shift_rows = o->shift_rows ? o->shift_rows : SHIFT_ROWS;
    w->o.run_bytes = o->run_bytes ? o->run_bytes : RUN_BYTES;
    w->batch = batch_create(o->store);
    w->aside = batch_create(o->store);
    w->arena = arena_create(ARENA_LIMIT);
    w->ledger = ledger_cache_create();
    buf_init(&w->events, EVENT_BYTES_MAX);
    apply_init(&w->apply, w->batch, o->keys, &w->counters, &w->events);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->free, NULL);
    pthread_cond_init(&w->room, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&w->committed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    int r = writer_load_counters(w);
    if (r == 0)
        w->thread = thread_start("writer", run, w);
    if (r < 0) {
        reason_set(reterr_why, r, "the store's counters cannot be read");
        w->thread = 0;
        writer_stop(w);
        return r;
    }
    *ret = w;
    return 0;
}

void writer_stop(struct writer *w)
{
    if (!w)
        return;
    atomic_store(&w->is_stopping, true);
    queue_close(w->queue);
    if (w->thread)
        pthread_join(w->thread, NULL);
    CHECK(!w->held);
    queue_destroy(w->queue);
    batch_destroy(w->batch);
    batch_destroy(w->aside);
    arena_destroy(w->arena);
    ledger_cache_destroy(w->ledger);
    buf_fini(&w->events);
    apply_fini(&w->apply);
    pthread_cond_destroy(&w->room);
    pthread_cond_destroy(&w->committed);
    pthread_cond_destroy(&w->free);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

bool writer_is_well(struct writer *w)
{
    return atomic_load(&w->trouble) == 0;
}

int writer_trouble(struct writer *w)
{
    return atomic_load(&w->trouble);
}

size_t writer_queue_bytes(struct writer *w)
{
    pthread_mutex_lock(&w->lock);
    size_t bytes = w->given_bytes;
    pthread_mutex_unlock(&w->lock);
    return bytes;
}

size_t writer_commit_bytes(struct writer *w)
{
    return atomic_load(&w->commit_bytes);
}

struct utc_ms writer_newest_received(struct writer *w)
{
    return (struct utc_ms){atomic_load(&w->newest_received)};
}

static int run_errand(struct writer *w, struct errand *e, struct reason *reterr_why)
{
    struct work *work = calloc(1, sizeof *work);
    CHECK(work);
    work->errand = e;
    int r = queue_push(w->queue, work, -1);
    if (r < 0) {
        free(work);
        return reason_set(reterr_why, r, "the writer has stopped");
    }
    pthread_mutex_lock(&w->lock);
    while (!e->is_done)
        pthread_cond_wait(&e->done, &w->lock);
    pthread_mutex_unlock(&w->lock);
    if (e->result < 0 && reterr_why)
        *reterr_why = e->why;
    return e->result;
}

int writer_run(struct writer *w, int (*fill)(void *ctx, struct batch *b, struct counters *counters),
               void *ctx, struct reason *reterr_why)
{
    struct errand e = {.fill = fill, .ctx = ctx, .done = PTHREAD_COND_INITIALIZER};
    return run_errand(w, &e, reterr_why);
}

int writer_run_silently(struct writer *w,
                        int (*fill)(void *ctx, struct batch *b, struct counters *counters),
                        void *ctx, struct reason *reterr_why)
{
    struct errand e = {
        .fill = fill, .ctx = ctx, .is_silent = true, .done = PTHREAD_COND_INITIALIZER};
    return run_errand(w, &e, reterr_why);
}

void writer_put_catalogue(struct writer *w, const struct catalogue *c)
{
    CHECK(w->o.catalogue);
    w->coming = c;
}
