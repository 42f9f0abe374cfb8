/* A table of what was heard of each partition, and the one consumer that asks. Whoever asks while
 * it waits for a broker waits too; a failure is kept like an answer. */
#include "daemon/lag.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"

enum { ASK_MS = 3000, KEPT_MS = 5000, PLACES = 4096, TOPIC_BYTES = 250 };

struct heard {
    char topic[TOPIC_BYTES];
    uint32_t partition;
    int64_t when_ms;
    int err;
    struct watermarks marks;
    struct reason why;
};

struct lag {
    const struct broker_settings *settings;
    pthread_mutex_t lock;
    struct consumer *consumer;
    struct heard *table;
};

struct lag *lag_create(const struct broker_settings *s)
{
    struct lag *l = calloc(1, sizeof *l);
    CHECK(l);
    l->settings = s;
    pthread_mutex_init(&l->lock, NULL);
    l->table = calloc(PLACES, sizeof *l->table);
    CHECK(l->table);
    return l;
}

void lag_destroy(struct lag *l)
{
    if (!l)
        return;
    consumer_destroy(l->consumer);
    pthread_mutex_destroy(&l->lock);
    free(l->table);
    free(l);
}

static struct heard *place_of(struct lag *l, struct slice topic, uint32_t partition)
{
    uint32_t h = partition * 2654435761u;
    for (size_t i = 0; i < topic.n; i++)
        h = (h ^ (unsigned char)topic.p[i]) * 16777619u;
    return &l->table[(h ^ h >> 16) % PLACES];
}

static int ask(struct lag *l, struct heard *h)
{
    struct consumer_options o = {.group = "credence-tools", .queue_bytes = 4 << 20};
    int r = 0;
    if (l->consumer && consumer_health(l->consumer, NULL) == CE_CLOSED) {
        consumer_destroy(l->consumer);
        l->consumer = NULL;
    }
    if (!l->consumer)
        r = consumer_create(l->settings, &o, &l->consumer, &h->why);
    return r < 0 ? r
                 : consumer_watermarks(l->consumer, h->topic, (int32_t)h->partition, ASK_MS,
                                       &h->marks, &h->why);
}

int lag_watermarks(struct lag *l, struct slice topic, uint32_t partition, struct watermarks *ret,
                   struct reason *reterr_why)
{
    if (topic.n >= TOPIC_BYTES)
        return CE_NOT_FOUND;
    pthread_mutex_lock(&l->lock);
    struct heard *h = place_of(l, topic, partition);
    bool is_fresh = h->when_ms && clock_mono_ms() - h->when_ms < KEPT_MS &&
                    h->partition == partition && slice_eq(slice_of(h->topic), topic);
    if (!is_fresh) {
        *h = (struct heard){.partition = partition};
        snprintf(h->topic, sizeof h->topic, "%.*s", FMT_SLICE(topic));
        h->err = ask(l, h);
        h->when_ms = clock_mono_ms();
    }
    int r = h->err;
    if (r == 0)
        *ret = h->marks;
    else if (reterr_why)
        *reterr_why = h->why;
    pthread_mutex_unlock(&l->lock);
    return r;
}
