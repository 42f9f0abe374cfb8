/* Three counts under one lock. */
#include "web/busy.h"

#include <time.h>

void busy_init(struct busy *b)
{
    *b = (struct busy){.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
}

void busy_fini(struct busy *b)
{
    pthread_cond_destroy(&b->changed);
    pthread_mutex_destroy(&b->lock);
}

bool busy_enter(struct busy *b, unsigned *count, bool force, void (*also)(void *ctx), void *ctx)
{
    pthread_mutex_lock(&b->lock);
    bool may = force || !b->is_ending;
    if (may) {
        ++*count;
        if (also)
            also(ctx);
    }
    pthread_mutex_unlock(&b->lock);
    return may;
}

void busy_leave(struct busy *b, unsigned *count, void (*also)(void *ctx), void *ctx)
{
    pthread_mutex_lock(&b->lock);
    --*count;
    if (also)
        also(ctx);
    pthread_cond_broadcast(&b->changed);
    pthread_mutex_unlock(&b->lock);
}

void busy_end(struct busy *b)
{
    pthread_mutex_lock(&b->lock);
    b->is_ending = true;
    pthread_mutex_unlock(&b->lock);
}

static bool wait_until(struct busy *b, bool (*holds)(const struct busy *b), int64_t ms)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    int64_t ns = until.tv_nsec + ms % 1000 * 1000000;
    until.tv_sec += ms / 1000 + ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    pthread_mutex_lock(&b->lock);
    while (!holds(b) && pthread_cond_timedwait(&b->changed, &b->lock, &until) == 0)
        ;
    bool held = holds(b);
    pthread_mutex_unlock(&b->lock);
    return held;
}

static bool is_idle(const struct busy *b)
{
    return b->exchanges == 0;
}

static bool is_free(const struct busy *b)
{
    return b->waiting == 0 && b->late == 0;
}

bool busy_wait_idle(struct busy *b, int64_t ms)
{
    return wait_until(b, is_idle, ms);
}

bool busy_wait_free(struct busy *b, int64_t ms)
{
    return wait_until(b, is_free, ms);
}
