/* Answers by the text of their question, the one that was asked for longest ago out first. When
 * there is no room, only every eighth new one takes another's place. So a program that walks
 * through more subjects than fit finds most of what is kept there in its next walk, where it would
 * find nothing if each answer pushed out the one that it asks for soonest; and what many ask for
 * comes in all the same.
 *
 * Whether one still holds is found out when it is asked for, not when something changes: there is a
 * table of epochs, and every number (of a subject, or one that leads to it) has its place in it,
 * which it shares with a few others. Whatever changes a subject counts the epoch up and writes it
 * down there. An answer remembers the epoch at which its question was opened and the places of
 * everything it read, and holds while none of them is newer. Because the epoch is taken before the
 * view, an answer from a view of before a commit can never pass for one of after it, however late
 * it is put here. */
#include "query/answer_cache.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/wire.h"
#include "query/query.h"

enum {
    PLACES_PART = 32,       /* of the memory, for epochs */
    BUCKET_OF_BYTES = 8192, /* one for so much of the memory */
    QUESTION_BYTES_MAX = 512,
    LARGEST_PART = 8, /* an answer of more than that part is not kept */
    PLACE_EACH = 8,   /* of how many new ones for which there is no room one takes a place */
};

struct kept_answer {
    struct kept_answer *next;          /* in its bucket */
    struct kept_answer *newer, *older; /* by when it was asked for last */
    atomic_uint holders;               /* the cache itself is one of them */
    void *what;
    void (*destroy)(void *what);
    size_t bytes;
    uint64_t hash, epoch;
    const struct catalogue *catalogue;
    struct day day;
    struct utc_ms from, until; /* no entry version begins in between */
    uint32_t places[READS_MAX];
    unsigned place_count;
    size_t question_n;
    char question[];
};

struct answer_cache {
    _Atomic uint64_t epoch;
    _Atomic uint64_t all_forgotten;
    _Atomic uint64_t *places;
    size_t place_count; /* a power of two, as the next one */
    size_t bucket_count;
    size_t bytes_max;
    pthread_mutex_t lock; /* of everything below */
    size_t bytes;
    unsigned without_room; /* new ones so far */
    struct kept_answer **buckets;
    struct kept_answer *newest, *oldest;
};

static size_t power_below(size_t n)
{
    size_t p = 1;
    while (p * 2 <= n)
        p *= 2;
    return p;
}

struct answer_cache *answer_cache_create(size_t bytes_max)
{
    struct answer_cache *c = calloc(1, sizeof *c);
    CHECK(c);
    c->place_count = power_below(bytes_max / PLACES_PART / sizeof *c->places + 1);
    c->bucket_count = power_below(bytes_max / BUCKET_OF_BYTES + 1);
    size_t own = c->place_count * sizeof *c->places + c->bucket_count * sizeof(*c->buckets);
    c->bytes_max = bytes_max > own ? bytes_max - own : 0;
    c->places = calloc(c->place_count, sizeof *c->places);
    c->buckets = calloc(c->bucket_count, sizeof(*c->buckets));
    CHECK(c->places && c->buckets);
    pthread_mutex_init(&c->lock, NULL);
    return c;
}

/* ---- what was read ---- */

static uint64_t mix(uint64_t h)
{
    h ^= h >> 31;
    h *= 0xC2B2AE3D27D4EB4Fu;
    return h ^ h >> 29;
}

static uint64_t mark_of(const uint8_t number[18])
{
    return mix(be64_get(number) * 0x9E3779B97F4A7C15u ^ be64_get(number + 8) * 0xFF51AFD7ED558CCDu ^
               (uint64_t)be16_get(number + 16) << 24);
}

static uint32_t place_of(const struct answer_cache *c, uint64_t mark)
{
    return (uint32_t)(mark & (c->place_count - 1));
}

void reads_add(struct reads *r, const uint8_t number[18])
{
    uint64_t mark = mark_of(number);
    for (unsigned i = 0; i < r->count; i++)
        if (r->marks[i] == mark)
            return;
    if (r->count < READS_MAX)
        r->marks[r->count++] = mark;
    else
        r->is_over = true;
}

uint64_t answer_cache_epoch(struct answer_cache *c)
{
    return atomic_load(&c->epoch);
}

void answer_cache_forget(void *cache, const struct subject_id *subjects, size_t count)
{
    struct answer_cache *c = cache;
    uint64_t epoch = atomic_fetch_add(&c->epoch, 1) + 1;
    if (!count)
        atomic_store(&c->all_forgotten, epoch);
    for (size_t i = 0; i < count; i++)
        atomic_store(&c->places[place_of(c, mark_of(subjects[i].b + 1))], epoch);
}

static bool is_unchanged(struct answer_cache *c, const struct kept_answer *k)
{
    bool is = atomic_load(&c->all_forgotten) <= k->epoch;
    for (unsigned i = 0; is && i < k->place_count; i++)
        is = atomic_load(&c->places[k->places[i]]) <= k->epoch;
    return is;
}

/* ---- holding ---- */

void *kept_answer_what(const struct kept_answer *k)
{
    return k->what;
}

void kept_answer_release(struct kept_answer *k)
{
    if (!k || atomic_fetch_sub(&k->holders, 1) > 1)
        return;
    k->destroy(k->what);
    free(k);
}

/* ---- the table, under the lock ---- */

static uint64_t hash_of(struct slice question)
{
    uint64_t h = question.n * 0x9E3779B97F4A7C15u;
    struct slice rest = question;
    for (; rest.n >= 8; rest = slice_from(rest, 8))
        h = mix(h ^ be64_get((const uint8_t *)rest.p));
    for (size_t i = 0; i < rest.n; i++)
        h = (h ^ (uint8_t)rest.p[i]) * 0x100000001B3u;
    return mix(h);
}

static struct kept_answer **find(struct answer_cache *c, uint64_t hash, struct slice question)
{
    struct kept_answer **at = &c->buckets[hash & (c->bucket_count - 1)];
    while (*at && ((*at)->hash != hash ||
                   !slice_eq(slice_make((*at)->question, (*at)->question_n), question)))
        at = &(*at)->next;
    return at;
}

static void list_remove(struct answer_cache *c, struct kept_answer *k)
{
    *(k->newer ? &k->newer->older : &c->newest) = k->older;
    *(k->older ? &k->older->newer : &c->oldest) = k->newer;
}

static void list_add(struct answer_cache *c, struct kept_answer *k)
{
    k->newer = NULL;
    k->older = c->newest;
    *(c->newest ? &c->newest->newer : &c->oldest) = k;
    c->newest = k;
}

static void drop(struct answer_cache *c, struct kept_answer **at)
{
    struct kept_answer *k = *at;
    *at = k->next;
    list_remove(c, k);
    c->bytes -= k->bytes;
    kept_answer_release(k);
}

static void drop_oldest(struct answer_cache *c)
{
    struct kept_answer *k = c->oldest;
    struct kept_answer **at = &c->buckets[k->hash & (c->bucket_count - 1)];
    while (*at != k)
        at = &(*at)->next;
    drop(c, at);
}

/* Whether there is, or is made. What does not hold any more makes room for anybody. */
static bool has_room(struct answer_cache *c, size_t bytes)
{
    while (c->bytes + bytes > c->bytes_max && !is_unchanged(c, c->oldest))
        drop_oldest(c);
    if (c->bytes + bytes > c->bytes_max && ++c->without_room % PLACE_EACH)
        return false;
    while (c->bytes + bytes > c->bytes_max)
        drop_oldest(c);
    return true;
}

void answer_cache_destroy(struct answer_cache *c)
{
    if (!c)
        return;
    while (c->oldest)
        drop_oldest(c);
    pthread_mutex_destroy(&c->lock);
    free(c->buckets);
    free(c->places);
    free(c);
}

size_t answer_cache_bytes(struct answer_cache *c)
{
    pthread_mutex_lock(&c->lock);
    size_t bytes = c->bytes;
    pthread_mutex_unlock(&c->lock);
    return bytes + c->place_count * sizeof *c->places + c->bucket_count * sizeof(*c->buckets);
}

/* ---- asking and keeping ---- */

struct kept_answer *answer_cache_get(struct answer_cache *c, const struct catalogue *catalogue,
                                     struct utc_ms now, struct slice question)
{
    if (question.n > QUESTION_BYTES_MAX)
        return NULL;
    uint64_t hash = hash_of(question);
    struct day today = day_of(now);
    pthread_mutex_lock(&c->lock);
    struct kept_answer **at = find(c, hash, question), *k = *at;
    if (k && k->catalogue == catalogue && k->day.v == today.v && k->from.v <= now.v &&
        now.v < k->until.v && is_unchanged(c, k)) {
        list_remove(c, k);
        list_add(c, k);
        atomic_fetch_add(&k->holders, 1);
    } else if (k) {
        drop(c, at);
        k = NULL;
    }
    pthread_mutex_unlock(&c->lock);
    return k;
}

/* Between which instants the same entry versions and tables are in force. */
static void note(struct kept_answer *k, struct utc_ms begins, struct utc_ms now)
{
    if (begins.v <= now.v && begins.v > k->from.v)
        k->from = begins;
    if (begins.v > now.v && begins.v < k->until.v)
        k->until = begins;
}

static void note_rules(struct kept_answer *k, const struct catalogue *catalogue, struct utc_ms now)
{
    k->from = (struct utc_ms){INT64_MIN};
    k->until = (struct utc_ms){INT64_MAX};
    for (size_t i = 0; i < catalogue->theme_count; i++)
        note(k, catalogue->themes[i]->valid_from, now);
    for (size_t i = 0; i < catalogue->common_count; i++)
        note(k, catalogue->commons[i]->valid_from, now);
}

struct kept_answer *answer_cache_put(struct answer_cache *c, const struct query *q,
                                     struct slice question, void *what, size_t bytes,
                                     void (*destroy)(void *what))
{
    struct kept_answer *k = calloc(1, sizeof *k + question.n);
    CHECK(k && q->viewer == VIEWER_PUBLIC);
    *k = (struct kept_answer){.what = what,
                              .destroy = destroy,
                              .bytes = bytes + sizeof *k + question.n,
                              .hash = hash_of(question),
                              .epoch = q->cache_epoch,
                              .catalogue = q->source->catalogue,
                              .day = q->today,
                              .place_count = q->reads.count,
                              .question_n = question.n};
    atomic_init(&k->holders, 1);
    memcpy(k->question, question.p, question.n);
    for (unsigned i = 0; i < q->reads.count; i++)
        k->places[i] = place_of(c, q->reads.marks[i]);
    note_rules(k, k->catalogue, q->now);
    if (q->reads.is_over || question.n > QUESTION_BYTES_MAX ||
        k->bytes > c->bytes_max / LARGEST_PART || !is_unchanged(c, k))
        return k;
    pthread_mutex_lock(&c->lock);
    struct kept_answer **at = find(c, k->hash, question);
    if (*at)
        drop(c, at);
    if (has_room(c, k->bytes)) {
        at = find(c, k->hash, question);
        k->next = *at;
        *at = k;
        list_add(c, k);
        c->bytes += k->bytes;
        atomic_fetch_add(&k->holders, 1);
    }
    pthread_mutex_unlock(&c->lock);
    return k;
}
