/* One bit and a lock: the meeting of a connection that waits and a thread that wakes it. */
#include "web/gate.h"

void gate_init(struct gate *g)
{
    *g = (struct gate){.lock = PTHREAD_MUTEX_INITIALIZER};
}

void gate_fini(struct gate *g)
{
    /* Who opened it last may still be on its way out of the lock. */
    pthread_mutex_lock(&g->lock);
    pthread_mutex_unlock(&g->lock);
    pthread_mutex_destroy(&g->lock);
}

void gate_attach(struct gate *g, bool (*suspend)(void *ctx), void (*resume)(void *ctx), void *ctx)
{
    pthread_mutex_lock(&g->lock);
    g->suspend = suspend;
    g->resume = resume;
    g->ctx = ctx;
    pthread_mutex_unlock(&g->lock);
}

void gate_detach(struct gate *g)
{
    pthread_mutex_lock(&g->lock);
    g->suspend = NULL;
    g->resume = NULL;
    g->ctx = NULL;
    g->is_waiting = false;
    pthread_mutex_unlock(&g->lock);
}

enum gate_turn gate_wait(struct gate *g)
{
    enum gate_turn turn = GATE_LOOK;
    pthread_mutex_lock(&g->lock);
    if (!g->is_open) {
        g->is_waiting = g->suspend && g->suspend(g->ctx);
        turn = g->is_waiting ? GATE_WAIT : GATE_SHUT;
    }
    g->is_open = false;
    pthread_mutex_unlock(&g->lock);
    return turn;
}

void gate_open(struct gate *g)
{
    pthread_mutex_lock(&g->lock);
    if (g->is_waiting) {
        g->is_waiting = false;
        g->resume(g->ctx);
    } else {
        g->is_open = true;
    }
    pthread_mutex_unlock(&g->lock);
}
