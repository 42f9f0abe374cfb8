/* A queue of jobs and the threads that take from it. */
#include "web/workers.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/queue.h"
#include "base/thread.h"

struct job {
    void (*run)(void *ctx);
    void *ctx;
};

struct workers {
    struct queue *queue;
    unsigned count;
    pthread_t threads[];
};

static void *work(void *ctx)
{
    struct workers *w = ctx;
    void *item;
    while (queue_pop(w->queue, -1, &item) == 0) {
        struct job *job = item;
        job->run(job->ctx);
        free(job);
    }
    return NULL;
}

struct workers *workers_create(const char *name, unsigned threads, unsigned jobs_max)
{
    struct workers *w = calloc(1, sizeof *w + threads * sizeof *w->threads);
    CHECK(w);
    w->queue = queue_create(jobs_max);
    for (; w->count < threads; w->count++)
        w->threads[w->count] = thread_start(name, work, w);
    return w;
}

bool workers_run(struct workers *w, void (*run)(void *ctx), void *ctx)
{
    struct job *job = malloc(sizeof *job);
    CHECK(job);
    *job = (struct job){run, ctx};
    if (queue_push(w->queue, job, 0) == 0)
        return true;
    free(job);
    return false;
}

void workers_destroy(struct workers *w)
{
    if (!w)
        return;
    queue_close(w->queue);
    for (unsigned i = 0; i < w->count; i++)
        pthread_join(w->threads[i], NULL);
    queue_destroy(w->queue);
    free(w);
}
