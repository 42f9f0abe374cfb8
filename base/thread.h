#pragma once
#include <pthread.h>

/* Starts a thread under a name of 1 to 15 bytes, by which top, perf and the bench know it
 * (docs/performance.md). The program ends when there can be no more threads. */
pthread_t thread_start(const char *name, void *(*run)(void *ctx), void *ctx);
