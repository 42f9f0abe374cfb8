/* A buffer between two threads, held by both. */
#include "web/flow.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/check.h"

enum { UNSENT_BYTES = 256 * 1024, TEXT_BYTES_MAX = 64 * 1024 };

struct flow {
    struct gate gate;
    pthread_mutex_t lock;
    pthread_cond_t room;
    struct buf unsent;
    bool has_ended, is_deaf;
    int holders;
};

struct flow *flow_create(void)
{
    struct flow *f = calloc(1, sizeof *f);
    CHECK(f);
    gate_init(&f->gate);
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->room, NULL);
    buf_init(&f->unsent, UNSENT_BYTES + TEXT_BYTES_MAX);
    f->holders = 2;
    return f;
}

/* With the lock held, which it releases. */
static void let_go(struct flow *f)
{
    bool is_last = --f->holders == 0;
    pthread_mutex_unlock(&f->lock);
    if (!is_last)
        return;
    buf_fini(&f->unsent);
    pthread_cond_destroy(&f->room);
    pthread_mutex_destroy(&f->lock);
    gate_fini(&f->gate);
    free(f);
}

bool flow_say(struct flow *f, struct slice text)
{
    CHECK(text.n <= TEXT_BYTES_MAX);
    pthread_mutex_lock(&f->lock);
    while (f->unsent.n > UNSENT_BYTES && !f->is_deaf)
        pthread_cond_wait(&f->room, &f->lock);
    bool hears = !f->is_deaf;
    if (hears)
        buf_add_slice(&f->unsent, text);
    pthread_mutex_unlock(&f->lock);
    if (hears)
        gate_open(&f->gate);
    return hears;
}

void flow_end(struct flow *f)
{
    pthread_mutex_lock(&f->lock);
    f->has_ended = true;
    pthread_mutex_unlock(&f->lock);
    gate_open(&f->gate);
    pthread_mutex_lock(&f->lock);
    let_go(f);
}

static enum stream_step next(void *ctx, struct buf *b)
{
    struct flow *f = ctx;
    pthread_mutex_lock(&f->lock);
    enum stream_step step = f->unsent.n ? STREAM_MORE : f->has_ended ? STREAM_END : STREAM_WAIT;
    buf_add_slice(b, buf_slice(&f->unsent));
    buf_clear(&f->unsent);
    pthread_cond_signal(&f->room);
    pthread_mutex_unlock(&f->lock);
    return step;
}

static void close_flow(void *ctx)
{
    struct flow *f = ctx;
    gate_detach(&f->gate);
    pthread_mutex_lock(&f->lock);
    f->is_deaf = true;
    pthread_cond_signal(&f->room);
    let_go(f);
}

struct stream flow_stream(struct flow *f)
{
    return (struct stream){.next = next, .close = close_flow, .ctx = f, .gate = &f->gate};
}
