#pragma once
#include <stdbool.h>

/* Threads for what takes longer than a connection's thread may be held. */
struct workers;

/* `name` as of thread_start. */
struct workers *workers_create(const char *name, unsigned threads, unsigned jobs_max);
/* Runs `job(ctx)` on one of the threads. False when too many wait already, or it is ending. */
bool workers_run(struct workers *w, void (*job)(void *ctx), void *ctx);
/* Lets all jobs end. Accepts NULL. */
void workers_destroy(struct workers *w);
