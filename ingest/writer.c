/* The writing thread: takes parcels and errands from a queue, gathers one batch, commits, and tells
 * the producers. What it keeps in memory beside the batch (counters, ledger lines, the progress of
 * open batches) is taken from the store again whenever a commit failed, so that memory never runs
 * ahead of what is durable. */
#include "ingest/writer.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/check.h"
#include "base/log.h"
#include "base/metric.h"
#include "ingest/account.h"
#include "ingest/sweep.h"
#include "ingest/writer_parts.h"

enum {
    ROWS_WANTED = 1000, /* a commit worth its fsync */
    ROWS_MOST = 5000,   /* while more wait */
    COMMIT_BYTES = 64 << 20,
    QUEUE_BYTES = 64 << 20,
    QUEUE_LENGTH = 1024, /* its bytes end it first */
    KEPT_MOST = 8 << 20, /* of details and rejected rows, in values of receipts */
    KEPT_PART = 8,       /* of the commit's bytes, at most */
    STORES_COPY = 2,     /* what is gathered is written from a copy */
    GATHER_MS = 20,
    REOPEN_PAUSE_MS = 1000,
    SWEEP_EVERY_MS = 60 * 60 * 1000,
    ARENA_LIMIT = 1 << 30,
    EVENT_BYTES_MAX = 1 << 20,
};

static int counters_load(struct writer *w)
{
    struct view *v;
    int r = view_open(w->o.store, &v);
    if (r < 0)
        return r;
    r = counters_get(v, w->arena, &w->counters);
    view_close(v);
    atomic_store(&w->newest_received, w->counters.newest_received.v);
    return r;
}

static int by_id(const void *a, const void *b)
{
    const struct slice *x = *(const struct slice *const *)a, *y = *(const struct slice *const *)b;
    return slice_cmp(*x, *y);
}

/* by_source of all rows of a parcel, looked up in key order. */
static int look_up(struct writer *w, const struct parcel *p, struct slice *ret_known)
{
    struct slice *ids = ARENA_ARRAY(w->arena, struct slice, p->count + 1);
    struct slice **order = ARENA_ARRAY(w->arena, struct slice *, p->count + 1);
    size_t n = 0;
    for (unsigned i = 0; i < p->count; i++) {
        if (p->rows[i].rejected)
            continue;
        ids[i] = KEY_SLICE(p->rows[i].id);
        order[n++] = &ids[i];
    }
    qsort(order, n, sizeof(struct slice *), by_id);
    struct slice *sorted = ARENA_ARRAY(w->arena, struct slice, n + 1);
    struct slice *values = ARENA_ARRAY(w->arena, struct slice, n + 1);
    for (size_t i = 0; i < n; i++)
        sorted[i] = *order[i];
    struct view *v;
    int r = view_open(w->o.store, &v);
    if (r < 0)
        return r;
    r = view_get_many(v, w->arena, CF_BY_SOURCE, n, sorted, values);
    view_close(v);
    for (size_t i = 0; i < n; i++)
        ret_known[order[i] - ids] = values[i];
    return r;
}

static void join_commit(struct writer *w, struct open_batch *ob)
{
    struct pending *pend = ob->pending;
    if (pend->is_in_commit)
        return;
    CHECK(w->in_commit_count < ARRAY_LEN(w->in_commit));
    w->in_commit[w->in_commit_count++] = ob;
    pend->is_in_commit = true;
    pend->next = ob->state;
}

static int count_row(struct writer *w, struct open_batch *ob, const struct judged *row,
                     enum verdict verdict)
{
    size_t before = ob->pending->pack.details.n;
    struct totals *line = ledger_cache_touch(w->ledger, w->batch, w->arena, ob->state.department,
                                             ob->state.theme, day_of(ob->state.received));
    if (!line)
        return CE_IO;
    account_row(&(struct account){&ob->pending->next.totals, line, &ob->pending->pack}, row->row,
                verdict, row->findings, row->kept);
    w->kept_bytes += ob->pending->pack.details.n - before;
    return 0;
}

static int take_parcel(struct writer *w, struct parcel *p)
{
    struct open_batch *ob = p->batch;
    join_commit(w, ob);
    w->apply.tables = ob->tables;
    struct slice *known = ARENA_ARRAY(w->arena, struct slice, p->count + 1);
    int r = look_up(w, p, known);
    for (unsigned i = 0; r == 0 && i < p->count; i++) {
        struct judged *row = &p->rows[i];
        struct gate_result gate = {.verdict = VERDICT_REJECTED};
        if (!row->rejected) {
            r = apply_row(&w->apply, row, known[i], &gate);
            if (gate.version_reused)
                account_reused(p->arena, &row->findings);
        }
        if (r == 0)
            r = count_row(w, ob, row, gate.verdict);
    }
    if (p->columns.n)
        receipt_pack_columns(&ob->pending->pack, p->columns);
    struct batch_state *next = &ob->pending->next;
    if (p->count)
        next->rows_done = p->rows[p->count - 1].row;
    next->bytes_done = p->bytes_done;
    memcpy(next->hash, p->hash, sizeof next->hash);
    if (p->is_last)
        next->finished = clock_now(w->o.clock);
    w->rows += p->count;
    return r;
}

static void gather_rest(struct writer *w)
{
    for (unsigned i = 0; i < w->in_commit_count; i++) {
        struct open_batch *ob = w->in_commit[i];
        batch_state_put(w->batch, &ob->id, &ob->pending->next);
        if (!receipt_pack_is_empty(&ob->pending->pack)) {
            int r = receipt_pack_put(&ob->pending->pack, w->batch, ob->state.number);
            CHECK(r == 0);
        }
    }
    ledger_cache_put(w->ledger, w->batch);
    if (w->events.n) {
        uint8_t key[8];
        be64_put(key, w->counters.next_event++);
        AUTO_BUF(value, EVENT_BYTES_MAX + 16);
        wire_put_u8(&value, 1);
        wire_put_var(&value, w->events.n / 19);
        buf_add_slice(&value, buf_slice(&w->events));
        batch_put(w->batch, CF_EVENT, slice_make(key, sizeof key), buf_slice(&value));
    }
    counters_put(w->batch, &w->counters);
}

/* Now and then a commit takes old receipts' details along. */
static int sweep_now_and_then(struct writer *w)
{
    struct utc_ms now = clock_now(w->o.clock);
    if (!w->o.receipt_days || now.v - w->swept.v < SWEEP_EVERY_MS)
        return 0;
    w->swept = now;
    return sweep_receipts(w->batch, w->o.store, w->arena, now, w->o.receipt_days);
}

/* Everything that was in the failed commit is forgotten; its producers are told. */
static void forget(struct writer *w)
{
    batch_clear(w->batch);
    ledger_cache_forget(w->ledger);
    for (unsigned i = 0; i < w->in_commit_count; i++) {
        receipt_pack_fini(&w->in_commit[i]->pending->pack);
        receipt_pack_init(&w->in_commit[i]->pending->pack);
    }
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

static void tell(struct writer *w, int result, const struct reason *why)
{
    for (struct parcel *p = w->parcels; p; p = p->next)
        release(w, p);
    pthread_mutex_lock(&w->lock);
    for (unsigned i = 0; i < w->in_commit_count; i++) {
        struct open_batch *ob = w->in_commit[i];
        ob->pending->is_in_commit = false;
        if (result == 0)
            ob->state = ob->pending->next;
        else
            ob->pending->broken = result;
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
        p->next = NULL;
        p->result = result;
        struct pending *pend = p->batch->pending;
        if (pend->done_last)
            pend->done_last->next = p;
        else
            pend->done_first = p;
        pend->done_last = p;
    }
    for (unsigned i = 0; i < w->errand_count; i++) {
        struct errand *e = w->errands[i];
        if (e->result == 0 && result < 0) {
            e->result = result;
            e->why = *why;
        }
        e->is_done = true;
    }
    w->in_commit_count = 0;
    w->errand_count = 0;
    pthread_cond_broadcast(&w->done);
    pthread_mutex_unlock(&w->lock);
}

/* Tries until it can, or until the writer is stopped: then what still waits is told that it failed.
 */
static void reopen(struct writer *w)
{
    for (;;) {
        struct reason why = {{0}};
        int r = store_reopen(w->o.store, &why);
        if (r == 0)
            r = counters_load(w);
        if (r == 0)
            break;
        log_event(LOG_BROKEN, "store.reopen-failed", LOG_C("error", err_text(r)),
                  LOG_C("why", why.text));
        if (atomic_load(&w->is_stopping))
            return;
        nanosleep(&(struct timespec){.tv_sec = REOPEN_PAUSE_MS / 1000}, NULL);
    }
    /* The commit that failed may be there all the same. */
    if (w->o.changed)
        w->o.changed(w->o.changed_ctx, NULL, 0);
    log_event(LOG_UNUSUAL, "store.reopened", LOG_I("records", w->counters.next_record - 1));
    atomic_store(&w->is_well, true);
}

static void commit(struct writer *w, int result)
{
    struct reason why = {{0}};
    int64_t start = clock_mono_us();
    struct totals before = {0}, after = {0};
    for (unsigned i = 0; i < w->in_commit_count; i++) {
        totals_add(&before, &w->in_commit[i]->state.totals);
        totals_add(&after, &w->in_commit[i]->pending->next.totals);
    }
    if (result == 0)
        result = apply_finish(&w->apply);
    if (result == 0)
        result = sweep_now_and_then(w);
    if (result == 0) {
        gather_rest(w);
        result = batch_commit(w->batch, &why);
    }
    if (result == 0) {
        metric_add(METRIC_COMMITS, 1);
        metric_add(METRIC_COMMIT_US, clock_mono_us() - start);
        metric_add(METRIC_ROWS_STORED, (int64_t)(after.stored - before.stored));
        metric_add(METRIC_ROWS_CHANGED, (int64_t)(after.changed - before.changed));
        metric_add(METRIC_ROWS_DUPLICATE, (int64_t)(after.duplicate - before.duplicate));
        metric_add(METRIC_ROWS_STALE, (int64_t)(after.stale - before.stale));
        metric_add(METRIC_ROWS_REJECTED, (int64_t)(after.rejected - before.rejected));
        atomic_store(&w->newest_received, w->counters.newest_received.v);
        /* Before anybody is told: rows that it judges are not visible before it is. */
        if (w->coming)
            atomic_store(w->o.catalogue, w->coming);
        if (w->o.changed && w->apply.touched_count)
            w->o.changed(w->o.changed_ctx, w->apply.touched, w->apply.touched_count);
    } else {
        metric_add(METRIC_COMMIT_FAILED, 1);
        log_event(LOG_BROKEN, "store.commit-failed", LOG_C("error", err_text(result)),
                  LOG_C("why", why.text));
        forget(w);
        atomic_store(&w->is_well, false); /* before anybody is told, and asks */
    }
    w->coming = NULL;
    tell(w, result, &why);
    apply_reset(&w->apply);
    arena_reset(w->arena);
    w->rows = 0;
    w->kept_bytes = 0;
    atomic_store(&w->commit_bytes, 0);
    if (result < 0)
        reopen(w);
}

static int do_work(struct writer *w, struct work *work)
{
    int r = 0;
    if (work->errand) {
        struct errand *e = work->errand;
        e->result = e->fill(e->ctx, w->batch, &w->counters);
        w->errands[w->errand_count++] = e;
    } else {
        struct parcel *p = work->parcel;
        p->next = w->parcels;
        w->parcels = p;
        struct pending *pend = p->batch->pending;
        if (pend->broken) {
            /* An earlier parcel of this batch was lost: rows behind the gap wait for the
             * repetition. */
            w->parcels = p->next;
            p->next = NULL;
            release(w, p);
            pthread_mutex_lock(&w->lock);
            p->result = pend->broken;
            if (pend->done_last)
                pend->done_last->next = p;
            else
                pend->done_first = p;
            pend->done_last = p;
            pthread_cond_broadcast(&w->done);
            pthread_mutex_unlock(&w->lock);
        } else {
            r = take_parcel(w, p);
        }
    }
    free(work);
    return r;
}

/* Whether what is at hand is enough for a commit. `since_ms` is when it was begun. */
static bool is_full(struct writer *w, int64_t since_ms)
{
    size_t bytes = arena_used(w->arena) + batch_bytes(w->batch);
    size_t kept_most = w->o.commit_bytes / KEPT_PART;
    atomic_store(&w->commit_bytes, bytes);
    return w->rows >= ROWS_MOST || bytes >= w->o.commit_bytes || w->kept_bytes >= KEPT_MOST ||
           w->kept_bytes >= kept_most || w->errand_count == ARRAY_LEN(w->errands) ||
           w->in_commit_count == ARRAY_LEN(w->in_commit) ||
           (w->rows >= ROWS_WANTED && clock_mono_ms() - since_ms >= GATHER_MS);
}

static void *run(void *ctx)
{
    struct writer *w = ctx;
    void *item;
    while (queue_pop(w->queue, -1, &item) == 0) {
        int64_t start = clock_mono_ms();
        int r = do_work(w, item);
        for (;;) {
            size_t waiting = queue_length(w->queue);
            metric_set(METRIC_QUEUE_PARCELS, (int64_t)waiting);
            if (r < 0 || is_full(w, start) || waiting == 0 || queue_pop(w->queue, 0, &item) < 0)
                break;
            r = do_work(w, item);
        }
        if (w->parcels || w->errand_count)
            commit(w, r);
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
    w->queue = queue_create(QUEUE_LENGTH);
    w->batch = batch_create(o->store);
    w->arena = arena_create(ARENA_LIMIT);
    w->ledger = ledger_cache_create();
    buf_init(&w->events, EVENT_BYTES_MAX);
    apply_init(&w->apply, w->batch, o->keys, &w->counters, &w->events);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->done, NULL);
    pthread_cond_init(&w->room, NULL);
    atomic_store(&w->is_well, true);
    int r = counters_load(w);
    if (r == 0)
        CHECK(pthread_create(&w->thread, NULL, run, w) == 0);
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
    arena_destroy(w->arena);
    ledger_cache_destroy(w->ledger);
    buf_fini(&w->events);
    apply_fini(&w->apply);
    pthread_cond_destroy(&w->room);
    pthread_cond_destroy(&w->done);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

bool writer_is_well(struct writer *w)
{
    return atomic_load(&w->is_well);
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
    return atomic_load(&w->commit_bytes) * STORES_COPY;
}

struct utc_ms writer_newest_received(struct writer *w)
{
    return (struct utc_ms){atomic_load(&w->newest_received)};
}

int writer_run(struct writer *w, int (*fill)(void *ctx, struct batch *b, struct counters *counters),
               void *ctx, struct reason *reterr_why)
{
    struct errand e = {.fill = fill, .ctx = ctx};
    struct work *work = calloc(1, sizeof *work);
    CHECK(work);
    work->errand = &e;
    int r = queue_push(w->queue, work, -1);
    if (r < 0) {
        free(work);
        return reason_set(reterr_why, r, "the writer has stopped");
    }
    pthread_mutex_lock(&w->lock);
    while (!e.is_done)
        pthread_cond_wait(&w->done, &w->lock);
    pthread_mutex_unlock(&w->lock);
    if (e.result < 0 && reterr_why)
        *reterr_why = e.why;
    return e.result;
}

void writer_put_catalogue(struct writer *w, const struct catalogue *c)
{
    CHECK(w->o.catalogue);
    w->coming = c;
}
