/* Public figures of today, from one walk over all record headers. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/err.h"
#include "query/accounts.h"
#include "record/visibility.h"
#include "store/keys.h"

enum { QUICK_MS = 100, PATIENCE = 20, DEPARTMENTS_MAX = 1024 };

struct statistics_cache {
    pthread_mutex_t lock;
    pthread_cond_t counted;
    bool is_counting; /* somebody counts, without the lock */
    bool is_filled;
    struct statistics figures;
    struct day day;
    struct utc_ms rules_since;
    const struct catalogue *catalogue;
    uint64_t changes; /* of the store, when they were counted */
    int64_t took_ms, counted_at_ms;
};

struct statistics_cache *statistics_cache_create(void)
{
    struct statistics_cache *c = calloc(1, sizeof *c);
    CHECK(c);
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->counted, NULL);
    return c;
}

void statistics_cache_destroy(struct statistics_cache *c)
{
    if (!c)
        return;
    pthread_cond_destroy(&c->counted);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

/* Bits of the themes seen, by number. */
struct themes_seen {
    uint8_t bits[65536 / 8];
};

static void count_sources(struct query *q, const struct themes_seen *seen, struct statistics *ret)
{
    struct slice *departments = ARENA_ARRAY(q->arena, struct slice, DEPARTMENTS_MAX);
    for (unsigned n = 0; n < 65536; n++) {
        if (!(seen->bits[n / 8] & 1u << n % 8))
            continue;
        const struct theme *t = catalogue_number_at(q->source->catalogue, (uint16_t)n, q->now);
        ret->themes++;
        uint64_t d = 0;
        while (d < ret->departments && !slice_eq(departments[d], t->department))
            d++;
        if (d == ret->departments && d < DEPARTMENTS_MAX)
            departments[ret->departments++] = t->department;
    }
}

static int count(struct query *q, struct statistics *ret)
{
    *ret = (struct statistics){.as_of = q->now};
    struct themes_seen *seen = ARENA_NEW(q->arena, struct themes_seen);
    struct theme_now last = {0};
    struct subject_id subject = {{0}};
    int r = 0;
    struct slice first = slice_make("\1", 1);
    struct walk *w = walk_open(q->view, CF_RECORD, (struct slice){0}, first);
    for (; r == 0 && walk_valid(w); walk_next(w)) {
        struct record_key k;
        struct record_head h;
        memcpy(k.b, walk_key(w).p, sizeof k.b);
        struct subject_id id = record_key_subject(&k);
        enum subject_kind kind = subject_id_kind(&id);
        r = record_decode_head(walk_value(w), &h);
        if (r < 0 || !record_is_public(&h, kind, query_theme_now(q, &last, h.theme), q->today))
            continue;
        ret->records[record_key_category(&k)]++;
        seen->bits[h.theme / 8] |= (uint8_t)(1u << h.theme % 8);
        if (memcmp(subject.b, id.b, sizeof id.b) != 0)
            ret->subjects[kind]++;
        subject = id;
    }
    int closed = walk_close(w);
    if (r == 0)
        count_sources(q, seen, ret);
    return r < 0 ? r : closed;
}

/* Whether the figures are of this day and these rules. */
static bool fits(const struct statistics_cache *c, const struct query *q)
{
    return c->is_filled && c->day.v == q->today.v && c->rules_since.v == query_rules_since(q).v &&
           c->catalogue == q->source->catalogue;
}

/* Whether they are of this content, or counting takes so long that they may stand for a while. */
static bool may_rest(const struct statistics_cache *c, uint64_t changes)
{
    return changes == c->changes ||
           (c->took_ms > QUICK_MS && clock_mono_ms() - c->counted_at_ms < PATIENCE * c->took_ms);
}

static int count_anew(struct query *q, struct statistics_cache *c, uint64_t changes)
{
    int64_t start = clock_mono_ms();
    struct statistics fresh;
    c->is_counting = true;
    pthread_mutex_unlock(&c->lock);
    int r = count(q, &fresh);
    pthread_mutex_lock(&c->lock);
    c->is_counting = false;
    pthread_cond_broadcast(&c->counted);
    if (r < 0)
        return r;
    c->counted_at_ms = clock_mono_ms();
    c->took_ms = c->counted_at_ms - start;
    c->figures = fresh;
    c->day = q->today;
    c->rules_since = query_rules_since(q);
    c->catalogue = q->source->catalogue;
    c->changes = changes;
    c->is_filled = true;
    return 0;
}

int query_statistics(struct query *q, struct statistics_cache *c, struct statistics *ret)
{
    uint64_t changes = view_sequence(q->view);
    int r = 0;
    pthread_mutex_lock(&c->lock);
    /* While somebody counts, today's earlier figures serve; figures of another day or other rules
     * never do. */
    while (c->is_counting && !(fits(c, q) && c->took_ms > QUICK_MS))
        pthread_cond_wait(&c->counted, &c->lock);
    if (!c->is_counting && !(fits(c, q) && may_rest(c, changes)))
        r = count_anew(q, c, changes);
    *ret = c->figures;
    pthread_mutex_unlock(&c->lock);
    return r;
}
