#pragma once
#include <pthread.h>
#include <stdbool.h>

/* How a connection waits for another thread without keeping one busy: it is put aside, and whoever
 * has something for it opens the gate. Opening may come before, while or after the connection is
 * put aside; it is never lost. */
struct gate {
    pthread_mutex_t lock;
    bool is_open;    /* opened since the last look */
    bool is_waiting; /* the connection is put aside */
    bool (*suspend)(void *ctx);
    void (*resume)(void *ctx);
    void *ctx;
};

enum gate_turn {
    GATE_LOOK, /* opened since the last call: look again at what is waited for */
    GATE_WAIT, /* the connection is put aside and will be called again */
    GATE_SHUT, /* there is no connection, or it may not wait any more: give up */
};

void gate_init(struct gate *g);
void gate_fini(struct gate *g);
/* The connection's side: how it is put aside (false: it may not be) and taken up again. Both are
 * called with the gate locked. */
void gate_attach(struct gate *g, bool (*suspend)(void *ctx), void (*resume)(void *ctx), void *ctx);
/* The connection goes away; opening has no effect on it any more. */
void gate_detach(struct gate *g);
enum gate_turn gate_wait(struct gate *g);
/* Any thread: there is something to look at. */
void gate_open(struct gate *g);
