/* The producers' side of the writer for submissions: taking a batch up, one producer at a time. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/check.h"
#include "base/clock.h"
#include "ingest/writer.h"
#include "ingest/writer_parts.h"

/* Both are parts of keys. */
enum { DEPARTMENT_BYTES_MAX = 64, NAME_BYTES_MAX = 64 };

struct opening {
    struct writer *w;
    struct open_batch *ob;
    struct slice department, name, theme;
    struct body_kind kind;
};

const struct catalogue *writer_catalogue(struct writer *w)
{
    if (w->coming || !w->o.catalogue)
        return w->coming;
    return atomic_load(w->o.catalogue);
}

/* Received time and catalogue are handed out together, on the writing thread: a version that comes
 * into force later begins later than every received time that was given before it. */
static int open_fill(void *ctx, struct batch *b, struct counters *counters)
{
    struct opening *o = ctx;
    struct open_batch *ob = o->ob;
    ob->catalogue = writer_catalogue(o->w);
    if (!ob->catalogue)
        return CE_NOT_FOUND;
    uint8_t key[6 + BATCH_ID_BYTES] = "batch/";
    memcpy(key + 6, ob->id.b, BATCH_ID_BYTES);
    struct slice bytes;
    int r = batch_get(b, ob->arena, CF_STATE, slice_make(key, sizeof key), &bytes);
    if (r == 0)
        return batch_state_decode(arena_dup(ob->arena, bytes), &ob->state);
    if (r != CE_NOT_FOUND)
        return r;
    if (writer_feeds(o->w, &ob->id)) /* by messages that are not committed yet */
        return CE_CONFLICT;
    /* Received times rise from batch to batch, so that no two versions are of the same instant. */
    struct utc_ms now = clock_now(o->w->o.clock);
    if (now.v <= counters->newest_received.v)
        now.v = counters->newest_received.v + 1;
    const struct theme *theme = catalogue_theme_at(ob->catalogue, o->theme, now);
    if (!theme)
        return CE_NOT_FOUND;
    counters->newest_received = now;
    ob->state = (struct batch_state){.number = counters->next_batch++,
                                     .department = arena_dup(ob->arena, o->department),
                                     .name = arena_dup(ob->arena, o->name),
                                     .theme = theme->number,
                                     .format = o->kind.format,
                                     .encoding = o->kind.encoding,
                                     .received = now};
    crypt_sha256((struct slice){0}, ob->state.hash);
    batch_state_put(b, &ob->id, &ob->state);
    counters_put(b, counters);
    return 0;
}

uint64_t writer_commits(struct writer *w, uint64_t than, int wait_ms)
{
    struct timespec until = clock_deadline(CLOCK_MONOTONIC, wait_ms);
    pthread_mutex_lock(&w->lock);
    while (w->commits == than && wait_ms)
        if (pthread_cond_timedwait(&w->committed, &w->lock, &until) != 0)
            break;
    uint64_t commits = w->commits;
    pthread_mutex_unlock(&w->lock);
    return commits;
}

static struct held **held_find(struct writer *w, const struct batch_id *id)
{
    struct held **at = &w->held;
    while (*at && memcmp((*at)->id.b, id->b, sizeof id->b) != 0)
        at = &(*at)->next;
    return at;
}

int writer_hold_batch(struct writer *w, const struct batch_id *id, int wait_ms)
{
    struct timespec until = clock_deadline(CLOCK_REALTIME, wait_ms);
    int r = 0;
    pthread_mutex_lock(&w->lock);
    while (*held_find(w, id) && r == 0)
        if (pthread_cond_timedwait(&w->free, &w->lock, &until) != 0)
            r = CE_BUSY;
    if (!*held_find(w, id)) {
        struct held *h = calloc(1, sizeof *h);
        CHECK(h);
        h->id = *id;
        h->next = w->held;
        w->held = h;
        r = 0;
    }
    pthread_mutex_unlock(&w->lock);
    return r;
}

void writer_let_go(struct writer *w, const struct batch_id *id)
{
    pthread_mutex_lock(&w->lock);
    struct held **at = held_find(w, id);
    CHECK(*at);
    struct held *gone = *at;
    *at = gone->next;
    free(gone);
    pthread_cond_broadcast(&w->free);
    pthread_mutex_unlock(&w->lock);
}

/* The columns of the rows that earlier attempts kept. */
static int load_columns(struct writer *w, struct open_batch *ob)
{
    struct view *v;
    int r = view_open(w->o.store, &v);
    if (r < 0)
        return r;
    r = receipts_columns(v, ob->arena, ob->state.number, &ob->columns);
    view_close(v);
    return r;
}

int writer_open_batch(struct writer *w, struct slice department, struct slice name,
                      struct slice theme, struct body_kind kind, int wait_ms,
                      struct open_batch **ret, struct reason *reterr_why)
{
    if (!department.n || department.n > DEPARTMENT_BYTES_MAX)
        return reason_set(reterr_why, CE_INVALID, "the id of a department has 1 to %d bytes",
                          DEPARTMENT_BYTES_MAX);
    if (!name.n || name.n > NAME_BYTES_MAX)
        return reason_set(reterr_why, CE_INVALID, "a batch id has 1 to %d bytes", NAME_BYTES_MAX);
    struct batch_id id = batch_id_make(w->o.keys, department, name);
    int r = writer_hold_batch(w, &id, wait_ms);
    if (r < 0)
        return reason_set(reterr_why, r, "another upload holds this batch");
    struct open_batch *ob = calloc(1, sizeof *ob);
    CHECK(ob);
    ob->id = id;
    ob->arena = arena_create(1 << 20);
    ob->pending = pending_create();
    ob->pending->batch = ob;
    struct opening o = {w, ob, department, name, theme, kind};
    r = writer_run_silently(w, open_fill, &o, reterr_why);
    if (r == 0) {
        ob->theme = catalogue_number_at(ob->catalogue, ob->state.theme, ob->state.received);
        ob->tables = catalogue_tables_at(ob->catalogue, ob->state.received);
        if (!ob->theme)
            r = reason_set(reterr_why, CE_NOT_FOUND, "the catalogue has no such theme");
        else if (!slice_eq(ob->theme->code, theme) || ob->state.format != kind.format)
            r = reason_set(reterr_why, CE_CONFLICT,
                           "this batch id was begun for another theme or format");
        else if (ob->state.is_published && !ob->state.finished.v)
            r = reason_set(reterr_why, CE_CONFLICT,
                           "此批次经 Kafka 提交，尚未完成 this batch was begun through Apache "
                           "Kafka and is not finished; it goes on where brokers are configured");
        else if (ob->state.encoding != kind.encoding) /* verdicts could differ */
            r = reason_set(
                reterr_why, CE_CONFLICT,
                "此批次以另一种编码声明开始 this batch id was begun with another declared "
                "encoding; declare it as the first time, or choose another Batch-Id");
    }
    if (r == 0 && ob->state.rows_done && (r = load_columns(w, ob)) < 0)
        reason_set(reterr_why, r, "the receipt of this batch cannot be read");
    if (r < 0) {
        writer_close_batch(w, ob);
        return r;
    }
    *ret = ob;
    return 0;
}

void writer_close_batch(struct writer *w, struct open_batch *ob)
{
    struct parcel *p;
    while ((p = writer_take_back(w, ob, true)))
        parcel_destroy(p);
    writer_settle(w, ob);
    writer_let_go(w, &ob->id);
    pending_destroy(ob->pending);
    arena_destroy(ob->arena);
    free(ob);
}

int writer_give(struct writer *w, struct open_batch *ob, struct parcel *p)
{
    p->delivery = NULL;
    return pending_give(w, ob->pending, p);
}

unsigned writer_parcels_out(struct writer *w, struct open_batch *ob)
{
    return pending_out(w, ob->pending);
}

struct parcel *writer_take_back(struct writer *w, struct open_batch *ob, bool wait)
{
    return pending_take_back(w, ob->pending, wait);
}

int writer_settle(struct writer *w, struct open_batch *ob)
{
    return pending_settle(w, ob->pending);
}

uint64_t writer_rows_done(struct writer *w, struct open_batch *ob)
{
    pthread_mutex_lock(&w->lock);
    uint64_t rows = ob->state.rows_done;
    pthread_mutex_unlock(&w->lock);
    return rows;
}
