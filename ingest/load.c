/* A first fill in three stages, each a pass over sorted rows:
 *
 *   read     load_read.c      files → judged rows by record, and notes for receipts by place
 *   decide   load_decide.c    rows by record → what gate and apply make of them: records by
 * subject, history, by_source, terms; verdicts by place write    load_write.c     records by
 * subject → subject rows, names, links load_receipts.c  notes and verdicts by place → receipts,
 * ledger, batches
 *
 * Verdicts of one record depend on its own rows alone, in the order of their coming, and a
 * subject's row on its current records alone (design §3, §4): that is why sorting gives what a
 * writer gives that takes row after row. Numbers of records and of searched subjects are the number
 * of the row, counted over all files, with which they began: they stand in the writer's order, with
 * gaps. */
#include "ingest/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/thread.h"
#include "ingest/load_parts.h"

enum { TELL_MS = 200 };

static const char *const names[SORT_COUNT] = {
    [SORT_ROWS] = "rows",       [SORT_NOTES] = "notes",     [SORT_VERDICTS] = "verdicts",
    [SORT_RECORDS] = "records", [SORT_HISTORY] = "history", [SORT_TERMS] = "terms",
    [SORT_FORMER] = "former",   [SORT_COMINGS] = "comings", [SORT_NAMES] = "names",
    [SORT_LINKS] = "links",
};

int load_fail(struct load *l, int err, const struct reason *why)
{
    pthread_mutex_lock(&l->lock);
    if (l->err == 0) {
        l->err = err;
        if (why && why->text[0])
            l->why = *why;
        else
            reason_set(&l->why, err, "%s", err_text(err));
    }
    pthread_mutex_unlock(&l->lock);
    atomic_store(&l->has_failed, true);
    return err;
}

bool load_is_stopped(struct load *l)
{
    if (l->o->is_stopped(l->o->ctx))
        load_fail(l, CE_PARTIAL, NULL);
    return atomic_load(&l->has_failed);
}

struct sorter_pen *load_pen(struct load *l, enum load_sort what, unsigned percent)
{
    return sorter_pen_create(l->sorters[what], l->o->memory_bytes / 100 * percent);
}

int load_sorted(struct load *l, enum load_sort what, unsigned percent)
{
    return sorter_read(l->sorters[what], l->o->memory_bytes / 100 * percent);
}

struct thread {
    struct load *load;
    void *(*work)(void *load);
    pthread_t id;
};

static void *run(void *ctx)
{
    struct thread *t = ctx;
    t->work(t->load);
    pthread_mutex_lock(&t->load->lock);
    t->load->running--;
    pthread_cond_broadcast(&t->load->ended);
    pthread_mutex_unlock(&t->load->lock);
    return NULL;
}

int load_threads(struct load *l, unsigned count, void *(*work)(void *load), bool tells)
{
    struct thread *threads = calloc(count, sizeof *threads);
    CHECK(threads);
    int64_t total = 0;
    for (size_t i = 0; i < l->o->file_count; i++)
        total += l->o->files[i].size;
    l->running = count;
    for (unsigned i = 0; i < count; i++) {
        threads[i] = (struct thread){.load = l, .work = work};
        threads[i].id = thread_start("load", run, &threads[i]);
    }
    pthread_mutex_lock(&l->lock);
    while (l->running) {
        struct timespec until = clock_deadline(CLOCK_REALTIME, TELL_MS);
        pthread_cond_timedwait(&l->ended, &l->lock, &until);
        pthread_mutex_unlock(&l->lock);
        if (tells)
            l->o->tell(l->o->ctx, LOAD_READ, atomic_load(&l->bytes_read), total);
        pthread_mutex_lock(&l->lock);
    }
    pthread_mutex_unlock(&l->lock);
    for (unsigned i = 0; i < count; i++)
        pthread_join(threads[i].id, NULL);
    free(threads);
    return l->err;
}

static int by_size(const void *a, const void *b, void *ctx)
{
    const struct load_file *files = ctx;
    int64_t x = files[*(const size_t *)a].size, y = files[*(const size_t *)b].size;
    return x == y ? 0 : x > y ? -1 : 1;
}

/* One instant for each file, in their order, the last one now: as if they had come one after the
 * other, and none in the future. */
static void prepare(struct load *l)
{
    size_t count = l->o->file_count;
    struct utc_ms now = clock_now(l->o->clock);
    l->files = calloc(count + 1, sizeof *l->files);
    l->order = calloc(count + 1, sizeof *l->order);
    CHECK(l->files && l->order);
    for (size_t i = 0; i < count; i++) {
        l->files[i].received.v = now.v - (int64_t)(count - 1 - i);
        l->order[i] = i;
    }
    qsort_r(l->order, count, sizeof *l->order, by_size, l->o->files);
}

static int sorters_create(struct load *l)
{
    for (int i = 0; i < SORT_COUNT; i++) {
        char path[4096];
        struct reason why;
        snprintf(path, sizeof path, "%s/run-%s", fill_folder(l->o->fill), names[i]);
        int r = sorter_create(path, &l->sorters[i], &why);
        if (r < 0)
            return load_fail(l, r, &why);
    }
    return 0;
}

int load_run(const struct load_options *o, struct reason *reterr_why)
{
    struct load l = {.o = o};
    CHECK(o->memory_bytes >= LOAD_MEMORY_MIN);
    pthread_mutex_init(&l.lock, NULL);
    pthread_cond_init(&l.ended, NULL);
    prepare(&l);
    if (sorters_create(&l) == 0 && load_read(&l) == 0 && load_decide(&l) == 0)
        load_write(&l);
    for (int i = 0; i < SORT_COUNT; i++)
        sorter_destroy(l.sorters[i]);
    for (size_t i = 0; i < o->file_count; i++)
        free(l.files[i].columns);
    free(l.files);
    free(l.order);
    pthread_mutex_destroy(&l.lock);
    pthread_cond_destroy(&l.ended);
    if (l.err < 0 && reterr_why)
        *reterr_why = l.why;
    return l.err;
}
