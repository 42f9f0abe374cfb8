#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/crypt.h"
#include "record/catalogue.h"
#include "record/record.h"
#include "store/store.h"
#include "store/view.h"

/* One question to the register: one consistent view, one day, one viewer (the public, until others come). Everything an
 * answer holds lives in the question's arena. Reading is pure. */
struct query_source {
    struct store *store;
    const struct keys *keys;
    const struct clock *clock;
    const struct catalogue *catalogue;
    struct query_cache *cache; /* counters of subjects; may be NULL */
};
struct query {
    const struct query_source *source;
    struct view *view;
    struct arena *arena;
    struct utc_ms now;
    struct day today;
};
/* CE_UNAVAILABLE while the store is being reopened. */
int query_open(const struct query_source *s, struct arena *a, struct query *ret);
void query_close(struct query *q);

/* Counters of subjects that were asked for, bounded; thread-safe. The writer's `changed` call forgets what changed. */
struct query_cache;
struct query_cache *query_cache_create(unsigned entries_max);
void query_cache_destroy(struct query_cache *c);
void query_cache_forget(void *cache, const struct subject_id *subjects, size_t count);
