#pragma once
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* How much is under way, so that stopping can wait for it. */
struct busy {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned exchanges; /* requests that came in and are not over */
    unsigned waiting;   /* connections that are put aside */
    unsigned late;      /* requests that a worker has */
    bool is_ending;     /* nothing may begin to wait or go to a worker */
};

void busy_init(struct busy *b);
void busy_fini(struct busy *b);
/* Adds to one of the counts, with whatever must happen at the same moment. False: it is ending and
 * `force` does not hold; then nothing was done. */
bool busy_enter(struct busy *b, unsigned *count, bool force, void (*also)(void *ctx), void *ctx);
void busy_leave(struct busy *b, unsigned *count, void (*also)(void *ctx), void *ctx);
/* From now on busy_enter refuses. */
void busy_end(struct busy *b);
/* Waits until no exchange is left. False after `ms`. */
bool busy_wait_idle(struct busy *b, int64_t ms);
/* Waits until nothing waits and no worker has a request. */
bool busy_wait_free(struct busy *b, int64_t ms);
