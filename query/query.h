#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/crypt.h"
#include "query/answer_cache.h"
#include "record/catalogue.h"
#include "record/record.h"
#include "record/visibility.h"
#include "store/store.h"
#include "store/view.h"

/* One question to the register: one consistent view, one day, one viewer: the public, unless
 * whoever opened it says otherwise before asking. Everything an answer holds lives in the
 * question's arena. Reading is pure. */
struct query_source {
    struct store *store;
    const struct keys *keys;
    const struct clock *clock;
    const struct catalogue *catalogue;
    struct answer_cache *cache; /* may be NULL */
};
/* Whether rows of subjects say more than what may be seen today; found when it is first needed. For
 * query/ itself. */
enum query_rows { QUERY_ROWS_UNKNOWN, QUERY_ROWS_AS_SEEN, QUERY_ROWS_TOO_MUCH };
struct query {
    const struct query_source *source;
    struct view *view;
    struct arena *arena;
    struct utc_ms now;
    struct day today;
    enum viewer viewer;
    uint64_t cache_epoch; /* what the cache had forgotten before the view was opened */
    enum query_rows rows_hold;
    struct reads reads;
    const struct subject_union *subject; /* the last one that was asked for; NULL: none */
};
/* CE_UNAVAILABLE while the store is being reopened. */
int query_open(const struct query_source *s, struct arena *a, struct query *ret);
void query_close(struct query *q);
/* When the newest entry version in force began. */
struct utc_ms query_rules_since(const struct query *q);

/* The theme's entry version in force now; asked for every record, so the last answer is kept by the
 * caller. */
struct theme_now {
    uint16_t number;
    const struct theme *theme;
};
const struct theme *query_theme_now(const struct query *q, struct theme_now *last, uint16_t number);
