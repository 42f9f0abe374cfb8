#pragma once
#include <stdatomic.h>

#include "broker/client.h"
#include "broker/consumer.h"

/* The consumer's inside, for consumer.c and consumer_poll.c. */

enum { CONSUMER_POLL_MAX = 10000 };

/* A partition that is there no more. */
struct lost {
    char topic[250];
    int32_t partition;
    bool is_told;
    char why[200];
};

struct consumer {
    struct client client; /* first: the library's callbacks get it */
    rd_kafka_queue_t *queue;
    rd_kafka_message_t **held; /* taken from the queue and not given yet: held[at..count) */
    size_t held_at, held_count;
    pthread_mutex_t lost_lock;
    struct lost *lost;
    size_t lost_count;
    bool has_lost;     /* ever */
    atomic_size_t out; /* portions that are not given back */
};

/* Memory of zeros, or the end of the program. */
void *consumer_take(size_t count, size_t size);
/* Of an error that names a partition, on any thread. */
void consumer_lose(struct client *client, int err, const char *text);
/* The partition is nobody's any more: what was taken from the queue and not given goes. */
void consumer_forget(struct consumer *c, const char *topic, int32_t partition);
