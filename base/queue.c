/* A bounded ring of pointers with one lock. Whoever pops an item owns it. The writer's parcels pass
 * here by the hundred a second, not by the million, so a lock costs nothing and keeps every promise
 * simple. */
#include "base/queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/err.h"

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t has_room;
    pthread_cond_t has_item;
    void **ring;
    size_t capacity;
    size_t first;
    size_t count;
    unsigned waiting;
    bool is_closed;
};

static void cond_init(pthread_cond_t *c)
{
    /* Monotonic, so that a clock that is set does not stretch a wait. */
    pthread_condattr_t attr;
    CHECK(pthread_condattr_init(&attr) == 0);
    CHECK(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0);
    CHECK(pthread_cond_init(c, &attr) == 0);
    pthread_condattr_destroy(&attr);
}

struct queue *queue_create(size_t capacity)
{
    CHECK(capacity > 0);
    struct queue *q = calloc(1, sizeof *q);
    CHECK(q);
    q->ring = calloc(capacity, sizeof *q->ring);
    CHECK(q->ring);
    q->capacity = capacity;
    CHECK(pthread_mutex_init(&q->lock, NULL) == 0);
    cond_init(&q->has_room);
    cond_init(&q->has_item);
    return q;
}

void queue_destroy(struct queue *q)
{
    if (!q)
        return;
    CHECK(q->count == 0 && q->waiting == 0);
    pthread_cond_destroy(&q->has_item);
    pthread_cond_destroy(&q->has_room);
    pthread_mutex_destroy(&q->lock);
    free(q->ring);
    free(q);
}

/* One wait, with the lock held; false when the time is up. It may wake for nothing. */
static bool wait_once(struct queue *q, pthread_cond_t *c, int timeout_ms,
                      const struct timespec *deadline)
{
    if (timeout_ms == 0)
        return false;
    q->waiting++;
    int r = timeout_ms < 0 ? pthread_cond_wait(c, &q->lock)
                           : pthread_cond_timedwait(c, &q->lock, deadline);
    q->waiting--;
    CHECK(r == 0 || r == ETIMEDOUT);
    return r == 0;
}

int queue_push(struct queue *q, void *item, int timeout_ms)
{
    struct timespec deadline = {0};
    if (timeout_ms > 0)
        deadline = clock_deadline(CLOCK_MONOTONIC, timeout_ms);
    int r = 0;
    pthread_mutex_lock(&q->lock);
    /* The state is looked at once more after a time-out: room may have come at the same moment. */
    bool in_time = true;
    while (!q->is_closed && q->count == q->capacity && in_time)
        in_time = wait_once(q, &q->has_room, timeout_ms, &deadline);
    if (q->is_closed) {
        r = CE_CLOSED;
    } else if (q->count == q->capacity) {
        r = CE_TIMEOUT;
    } else {
        q->ring[(q->first + q->count) % q->capacity] = item;
        q->count++;
        pthread_cond_signal(&q->has_item);
    }
    pthread_mutex_unlock(&q->lock);
    return r;
}

int queue_pop(struct queue *q, int timeout_ms, void **ret_item)
{
    struct timespec deadline = {0};
    if (timeout_ms > 0)
        deadline = clock_deadline(CLOCK_MONOTONIC, timeout_ms);
    int r = 0;
    pthread_mutex_lock(&q->lock);
    bool in_time = true;
    while (!q->is_closed && q->count == 0 && in_time)
        in_time = wait_once(q, &q->has_item, timeout_ms, &deadline);
    if (q->count) {
        *ret_item = q->ring[q->first];
        q->first = (q->first + 1) % q->capacity;
        q->count--;
        pthread_cond_signal(&q->has_room);
    } else {
        r = q->is_closed ? CE_CLOSED : CE_TIMEOUT;
    }
    pthread_mutex_unlock(&q->lock);
    return r;
}

size_t queue_length(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    size_t n = q->count;
    pthread_mutex_unlock(&q->lock);
    return n;
}

void queue_close(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->is_closed = true;
    pthread_cond_broadcast(&q->has_room);
    pthread_cond_broadcast(&q->has_item);
    pthread_mutex_unlock(&q->lock);
}
