/* The writer while it cannot write: it looks again and again whether the disk has room and the
 * store opens, and hands everything back that comes meanwhile, so that nobody waits for a disk. */
#include <stdlib.h>

#include "base/log.h"
#include "base/metric.h"
#include "ingest/writer_parts.h"

enum {
    WAIT_FIRST_MS = 500, /* doubles up to: */
    WAIT_MOST_MS = 8000,
};

const char writer_waits_for_room[] =
    "磁盘已满，写入等待空间，查询照常；有空间后请重新报送 the disk is full: writes wait for room, "
    "queries go on; hand in again when there is some";

static void refuse_errand(struct writer *w, struct errand *e, int err)
{
    pthread_mutex_lock(&w->lock);
    e->result =
        reason_set(&e->why, err, "%s", err == CE_NO_ROOM ? writer_waits_for_room : err_text(err));
    e->is_done = true;
    pthread_cond_signal(&e->done);
    pthread_mutex_unlock(&w->lock);
}

static void refuse(struct writer *w, struct work *work, int err)
{
    if (work->settles) {
        writer_end_settling(w, work->settles);
    } else if (work->errand) {
        refuse_errand(w, work->errand, err);
    } else {
        atomic_fetch_sub(&w->waiting_rows, writer_backlog_of(work->parcel));
        writer_refuse_parcel(w, work->parcel, err);
    }
    free(work);
}

/* For so long nothing is taken, and nobody is left waiting. False when the writer is to end. */
static bool refuse_for(struct writer *w, int64_t ms, int err)
{
    int64_t until = clock_mono_ms() + ms;
    for (int64_t left = ms; left > 0; left = until - clock_mono_ms()) {
        void *work;
        int r = queue_pop(w->queue, (int)left, &work);
        if (r == CE_CLOSED)
            return false;
        if (r == 0)
            refuse(w, work, err);
    }
    return true;
}

static int try_to_go_on(struct writer *w, bool *reopens, struct reason *why)
{
    int r = store_has_room(w->o.store, why);
    *reopens = *reopens || store_has_failed(w->o.store);
    if (r == 0 && *reopens)
        r = store_reopen(w->o.store, why);
    return r == 0 ? writer_load_counters(w) : r;
}

/* Tries until it can, or until the writer is stopped. Says what is wrong once, not with every
 * attempt. */
void writer_wait_until_well(struct writer *w, bool reopens)
{
    int64_t pause = WAIT_FIRST_MS;
    struct reason why = {{0}};
    for (int r, said = 0; (r = try_to_go_on(w, &reopens, &why)) < 0;) {
        atomic_store(&w->trouble, r);
        metric_set(METRIC_WAITS_FOR_ROOM, r == CE_NO_ROOM);
        if (r != said)
            log_event(LOG_BROKEN, r == CE_NO_ROOM ? "store.waits-for-room" : "store.reopen-failed",
                      LOG_C("error", err_text(r)), LOG_C("why", why.text));
        said = r;
        if (!refuse_for(w, pause, r))
            return;
        pause = pause * 2 < WAIT_MOST_MS ? pause * 2 : WAIT_MOST_MS;
    }
    metric_set(METRIC_WAITS_FOR_ROOM, 0);
    /* The commit that failed may be there all the same. */
    if (w->o.changed)
        w->o.changed(w->o.changed_ctx, NULL, 0);
    log_event(LOG_UNUSUAL, reopens ? "store.reopened" : "store.has-room",
              LOG_I("records", w->counters.next_record - 1));
    atomic_store(&w->trouble, 0);
}
