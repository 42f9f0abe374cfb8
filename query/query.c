/* Opening a question, and the bounded cache of subjects' counters. The cache is a table of one
 * entry for each slot; a slot remembers when something in it was last forgotten, so that an answer
 * computed from an older view is not kept. */
#include "query/query.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/wire.h"

/* Within a day an entry version may come into force, and answers that were kept are none any more.
 */
static struct utc_ms rules_since(const struct catalogue *c, struct utc_ms now)
{
    struct utc_ms since = {INT64_MIN};
    for (size_t i = 0; i < c->theme_count; i++) {
        struct utc_ms from = c->themes[i]->valid_from;
        if (from.v <= now.v && from.v > since.v)
            since = from;
    }
    return since;
}

int query_open(const struct query_source *s, struct arena *a, struct query *ret)
{
    struct utc_ms now = clock_now(s->clock);
    *ret = (struct query){.source = s, .arena = a, .now = now, .today = day_of(now)};
    ret->rules_since = rules_since(s->catalogue, now);
    ret->cache_epoch = s->cache ? query_cache_epoch(s->cache) : 0;
    return view_open(s->store, &ret->view);
}

void query_close(struct query *q)
{
    view_close(q->view);
    q->view = NULL;
}

const struct theme *query_theme_now(const struct query *q, struct theme_now *last, uint16_t number)
{
    if (!last->theme || last->number != number)
        *last =
            (struct theme_now){number, catalogue_number_at(q->source->catalogue, number, q->now)};
    return last->theme;
}

struct slot {
    struct subject_id id;
    bool is_used;
    struct day day;
    struct utc_ms rules_since;
    const void *catalogue;
    uint64_t forgotten; /* epoch */
    uint64_t counters[CATEGORY_LAST + 1];
};

struct query_cache {
    pthread_mutex_t lock;
    _Atomic uint64_t epoch;
    unsigned count;
    struct slot *slots;
};

struct query_cache *query_cache_create(unsigned entries_max)
{
    struct query_cache *c = calloc(1, sizeof *c);
    CHECK(c && entries_max);
    c->count = entries_max;
    c->slots = calloc(entries_max, sizeof *c->slots);
    CHECK(c->slots);
    pthread_mutex_init(&c->lock, NULL);
    return c;
}

void query_cache_destroy(struct query_cache *c)
{
    if (!c)
        return;
    pthread_mutex_destroy(&c->lock);
    free(c->slots);
    free(c);
}

static struct slot *slot_of(struct query_cache *c, const struct subject_id *id)
{
    uint64_t h = be64_get(id->b) * 0x9E3779B97F4A7C15u ^ be64_get(id->b + 8) * 0xFF51AFD7ED558CCDu ^
                 (uint64_t)be16_get(id->b + 16) << 40 ^ id->b[18];
    h ^= h >> 31;
    return &c->slots[(h * 0xC2B2AE3D27D4EB4Fu >> 20) % c->count];
}

uint64_t query_cache_epoch(struct query_cache *c)
{
    return atomic_load(&c->epoch);
}

void query_cache_forget(void *cache, const struct subject_id *subjects, size_t count)
{
    struct query_cache *c = cache;
    pthread_mutex_lock(&c->lock);
    uint64_t epoch = atomic_fetch_add(&c->epoch, 1) + 1;
    for (size_t i = 0; i < count; i++) {
        struct slot *s = slot_of(c, &subjects[i]);
        s->is_used = false;
        s->forgotten = epoch;
    }
    pthread_mutex_unlock(&c->lock);
}

bool query_cache_get(const struct query *q, const struct subject_id *id,
                     uint64_t ret_counters[CATEGORY_LAST + 1])
{
    struct query_cache *c = q->source->cache;
    pthread_mutex_lock(&c->lock);
    const struct slot *s = slot_of(c, id);
    bool hit = s->is_used && s->day.v == q->today.v && s->rules_since.v == q->rules_since.v &&
               s->catalogue == q->source->catalogue && memcmp(s->id.b, id->b, sizeof id->b) == 0;
    if (hit)
        memcpy(ret_counters, s->counters, sizeof s->counters);
    pthread_mutex_unlock(&c->lock);
    return hit;
}

void query_cache_put(const struct query *q, const struct subject_id *id,
                     const uint64_t counters[CATEGORY_LAST + 1])
{
    struct query_cache *c = q->source->cache;
    pthread_mutex_lock(&c->lock);
    struct slot *s = slot_of(c, id);
    if (s->forgotten <= q->cache_epoch) {
        *s = (struct slot){.id = *id,
                           .is_used = true,
                           .day = q->today,
                           .rules_since = q->rules_since,
                           .catalogue = q->source->catalogue,
                           .forgotten = s->forgotten};
        memcpy(s->counters, counters, sizeof s->counters);
    }
    pthread_mutex_unlock(&c->lock);
}
