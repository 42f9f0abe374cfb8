/* Parcels on their way to the writer and back, the same for batches (open_batch.c) and partitions
 * (partition.c). */
#include <stdlib.h>

#include "base/check.h"
#include "ingest/writer.h"
#include "ingest/writer_parts.h"

enum { PARCEL_ARENA_LIMIT = 256 << 20 };

struct pending *pending_create(void)
{
    struct pending *pend = calloc(1, sizeof *pend);
    CHECK(pend);
    pthread_cond_init(&pend->done, NULL);
    receipt_pack_init(&pend->pack);
    return pend;
}

void pending_destroy(struct pending *pend)
{
    receipt_pack_fini(&pend->pack);
    pthread_cond_destroy(&pend->done);
    free(pend);
}

int pending_give(struct writer *w, struct pending *pend, struct parcel *p)
{
    struct work *work = calloc(1, sizeof *work);
    CHECK(work);
    work->parcel = p;
    p->pending = pend;
    p->next = NULL;
    p->bytes = arena_used(p->arena);
    pthread_mutex_lock(&w->lock);
    /* One that is larger than the whole queue goes in alone. */
    while (w->given_bytes && w->given_bytes + p->bytes > w->o.queue_bytes)
        pthread_cond_wait(&w->room, &w->lock);
    w->given_bytes += p->bytes;
    pend->out++;
    pthread_mutex_unlock(&w->lock);
    atomic_fetch_add(&w->waiting_rows, writer_backlog_of(p));
    int r = queue_push(w->queue, work, -1);
    if (r < 0) {
        free(work);
        atomic_fetch_sub(&w->waiting_rows, writer_backlog_of(p));
        pthread_mutex_lock(&w->lock);
        w->given_bytes -= p->bytes;
        pthread_cond_broadcast(&w->room);
        pend->out--;
        pthread_mutex_unlock(&w->lock);
    }
    return r;
}

unsigned pending_out(struct writer *w, struct pending *pend)
{
    pthread_mutex_lock(&w->lock);
    unsigned out = pend->out;
    pthread_mutex_unlock(&w->lock);
    return out;
}

struct parcel *pending_take_back(struct writer *w, struct pending *pend, bool wait)
{
    pthread_mutex_lock(&w->lock);
    while (wait && pend->out && !pend->done_first)
        pthread_cond_wait(&pend->done, &w->lock);
    struct parcel *p = pend->done_first;
    if (p) {
        pend->done_first = p->next;
        if (!p->next)
            pend->done_last = NULL;
        pend->out--;
        p->next = NULL;
    }
    pthread_mutex_unlock(&w->lock);
    return p;
}

/* A run would wait for more of it. */
static void tell_that_it_settles(struct writer *w, struct pending *pend)
{
    struct work *work = calloc(1, sizeof *work);
    CHECK(work);
    work->settles = pend;
    if (queue_push(w->queue, work, -1) == 0)
        return;
    free(work);
    pthread_mutex_lock(&w->lock);
    pend->is_settling = false;
    pthread_mutex_unlock(&w->lock);
}

int pending_settle(struct writer *w, struct pending *pend)
{
    pthread_mutex_lock(&w->lock);
    CHECK(pend->out == 0);
    bool says = pend->is_in_commit && !pend->next.finished.v;
    pend->is_settling = says;
    pthread_mutex_unlock(&w->lock);
    if (says)
        tell_that_it_settles(w, pend);
    pthread_mutex_lock(&w->lock);
    while (pend->is_in_commit || pend->is_settling)
        pthread_cond_wait(&pend->done, &w->lock);
    int r = pend->broken;
    pthread_mutex_unlock(&w->lock);
    return r;
}

struct parcel *parcel_create(void)
{
    struct parcel *p = calloc(1, sizeof *p);
    CHECK(p);
    p->arena = arena_create(PARCEL_ARENA_LIMIT);
    return p;
}

void parcel_destroy(struct parcel *p)
{
    if (!p)
        return;
    arena_destroy(p->arena);
    free(p);
}
