#pragma once
#include <stddef.h>

#include "base/attr.h"

/* A bounded hand-over of ownership between threads, first in, first out. */
struct queue;

struct queue *queue_create(size_t capacity);
/* The queue must be empty and nobody may wait in it. Accepts NULL. */
void queue_destroy(struct queue *q);
DEFINE_AUTO(struct queue, queue_destroy)
/* Waits for room up to timeout_ms (-1: for ever, 0: not at all). 0, CE_TIMEOUT, or CE_CLOSED. */
int queue_push(struct queue *q, void *item, int timeout_ms);
/* Waits for an item. 0, CE_TIMEOUT, or CE_CLOSED once it is closed and empty. */
int queue_pop(struct queue *q, int timeout_ms, void **ret_item);
size_t queue_length(struct queue *q);
/* Nothing can be pushed any more; waiters wake; what is inside can still be popped. */
void queue_close(struct queue *q);
