/* One commit in the making: a list of rows in an arena, a hash from (family, key) to the latest row
 * of that key, and at the end one RocksDB write batch in key order with one fsync. */
#include "store/batch.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/fault.h"
#include "store/store_db.h"

struct row {
    struct slice key;
    struct slice value;
    struct row *chain; /* next in the hash's bucket */
    uint8_t cf;
    bool is_delete;
};
struct range {
    struct slice from, to;
    enum cf cf;
};

struct batch {
    struct store *store;
    struct arena *arena;
    struct row **rows;
    size_t count, cap;
    struct row **buckets;
    size_t bucket_count; /* a power of two */
    size_t per_cf[CF_COUNT];
    struct row **sorted[CF_COUNT]; /* the family's rows in key order, made when walked */
    size_t sorted_count[CF_COUNT]; /* how many it holds: fewer than per_cf means out of date */
    size_t sorted_cap[CF_COUNT];
    struct range ranges[8];
    unsigned range_count;
    rocksdb_readoptions_t *read;
};

enum { ARENA_LIMIT = 1 << 30 };

struct batch *batch_create(struct store *s)
{
    struct batch *b = calloc(1, sizeof *b);
    CHECK(b);
    b->store = s;
    b->arena = arena_create(ARENA_LIMIT);
    b->bucket_count = 16384;
    b->buckets = calloc(b->bucket_count, sizeof *b->buckets);
    CHECK(b->buckets);
    b->read = rocksdb_readoptions_create();
    return b;
}

void batch_destroy(struct batch *b)
{
    if (!b)
        return;
    rocksdb_readoptions_destroy(b->read);
    arena_destroy(b->arena);
    for (int i = 0; i < CF_COUNT; i++)
        free(b->sorted[i]);
    free(b->rows);
    free(b->buckets);
    free(b);
}

void batch_clear(struct batch *b)
{
    arena_reset(b->arena);
    b->count = 0;
    b->range_count = 0;
    memset(b->per_cf, 0, sizeof b->per_cf);
    memset(b->sorted_count, 0, sizeof b->sorted_count);
    memset(b->buckets, 0, b->bucket_count * sizeof *b->buckets);
}

static uint64_t hash_of(enum cf cf, struct slice key)
{
    uint64_t h = 0x9E3779B97F4A7C15u ^ (uint64_t)cf;
    size_t i = 0;
    for (; i + 8 <= key.n; i += 8) {
        uint64_t w;
        memcpy(&w, key.p + i, 8);
        h = (h ^ w) * 0xFF51AFD7ED558CCDu;
        h ^= h >> 32;
    }
    for (; i < key.n; i++)
        h = (h ^ (unsigned char)key.p[i]) * 0x100000001B3u;
    return h ^ h >> 29;
}

static void grow(struct batch *b)
{
    free(b->buckets);
    b->bucket_count *= 4;
    CHECK(b->bucket_count);
    b->buckets = calloc(b->bucket_count, sizeof *b->buckets);
    CHECK(b->buckets);
    for (size_t i = 0; i < b->count; i++) {
        struct row *r = b->rows[i];
        struct row **at = &b->buckets[hash_of((enum cf)r->cf, r->key) & (b->bucket_count - 1)];
        r->chain = *at;
        *at = r;
    }
}

static struct row *find(const struct batch *b, enum cf cf, struct slice key)
{
    for (struct row *r = b->buckets[hash_of(cf, key) & (b->bucket_count - 1)]; r; r = r->chain)
        if (r->cf == cf && slice_eq(r->key, key))
            return r;
    return NULL;
}

static void set(struct batch *b, enum cf cf, struct slice key, struct slice value, bool is_delete)
{
    struct row *r = find(b, cf, key);
    if (!r) {
        if (b->count == b->cap) {
            b->cap = b->cap ? b->cap * 2 : 4096;
            b->rows = realloc(b->rows, b->cap * sizeof *b->rows);
            CHECK(b->rows);
        }
        r = ARENA_NEW(b->arena, struct row);
        r->cf = (uint8_t)cf;
        r->key = arena_dup(b->arena, key);
        b->rows[b->count++] = r;
        b->per_cf[cf]++;
        struct row **at = &b->buckets[hash_of(cf, key) & (b->bucket_count - 1)];
        r->chain = *at;
        *at = r;
        if (b->count > b->bucket_count)
            grow(b);
    }
    r->is_delete = is_delete;
    r->value = is_delete ? (struct slice){0} : arena_dup(b->arena, value);
}

void batch_put(struct batch *b, enum cf cf, struct slice key, struct slice value)
{
    set(b, cf, key, value, false);
}

void batch_delete(struct batch *b, enum cf cf, struct slice key)
{
    set(b, cf, key, (struct slice){0}, true);
}

void batch_delete_range(struct batch *b, enum cf cf, struct slice from, struct slice to)
{
    CHECK(b->range_count < ARRAY_LEN(b->ranges));
    b->ranges[b->range_count++] =
        (struct range){arena_dup(b->arena, from), arena_dup(b->arena, to), cf};
}

int batch_peek(const struct batch *b, enum cf cf, struct slice key, struct slice *ret)
{
    const struct row *r = find(b, cf, key);
    if (!r)
        return 0;
    if (r->is_delete)
        return -1;
    *ret = r->value;
    return 1;
}

int batch_get(struct batch *b, struct arena *a, enum cf cf, struct slice key, struct slice *ret)
{
    int held = batch_peek(b, cf, key, ret);
    if (held)
        return held > 0 ? 0 : CE_NOT_FOUND;
    struct store *s = b->store;
    if (!s->db)
        return CE_UNAVAILABLE;
    char *message = NULL;
    rocksdb_pinnableslice_t *pin =
        rocksdb_get_pinned_cf(s->db, b->read, s->cf[cf], key.p, key.n, &message);
    if (message)
        return store_error(message, NULL);
    if (!pin)
        return CE_NOT_FOUND;
    size_t n;
    const char *p = rocksdb_pinnableslice_value(pin, &n);
    *ret = arena_dup(a, slice_make(p, n));
    rocksdb_pinnableslice_destroy(pin);
    return 0;
}

static int row_order(const void *x, const void *y)
{
    const struct row *a = *(struct row *const *)x, *b = *(struct row *const *)y;
    if (a->cf != b->cf)
        return a->cf < b->cf ? -1 : 1;
    return slice_cmp(a->key, b->key);
}

/* Rows of one family are sorted once for many walks: rows that are put meanwhile make it anew. */
static void sort_family(struct batch *b, enum cf cf)
{
    if (b->sorted_count[cf] == b->per_cf[cf])
        return;
    if (b->sorted_cap[cf] < b->per_cf[cf]) {
        b->sorted_cap[cf] = b->per_cf[cf] * 2;
        b->sorted[cf] = realloc(b->sorted[cf], b->sorted_cap[cf] * sizeof(struct row *));
        CHECK(b->sorted[cf]);
    }
    size_t n = 0;
    for (size_t i = 0; i < b->count; i++)
        if (b->rows[i]->cf == cf)
            b->sorted[cf][n++] = b->rows[i];
    qsort(b->sorted[cf], n, sizeof(struct row *), row_order);
    b->sorted_count[cf] = n;
}

int batch_walk(struct batch *b, enum cf cf, struct slice prefix,
               bool (*each)(void *ctx, struct slice key, struct slice value), void *ctx)
{
    sort_family(b, cf);
    struct row **mine = b->sorted[cf];
    size_t at = 0, count = b->sorted_count[cf];
    for (size_t high = count; at < high;) {
        size_t middle = at + (high - at) / 2;
        if (slice_cmp(mine[middle]->key, prefix) < 0)
            at = middle + 1;
        else
            high = middle;
    }
    size_t end = at;
    while (end < count && slice_starts(mine[end]->key, prefix))
        end++;
    count = end;

    struct view *v;
    int r = view_open(b->store, &v);
    if (r < 0)
        return r;
    struct walk *w = walk_open(v, cf, prefix, prefix);
    bool on = true;
    while (on && (walk_valid(w) || at < count)) {
        int c = !walk_valid(w) ? 1 : at >= count ? -1 : slice_cmp(walk_key(w), mine[at]->key);
        if (c < 0) {
            on = each(ctx, walk_key(w), walk_value(w));
            walk_next(w);
            continue;
        }
        if (!mine[at]->is_delete)
            on = each(ctx, mine[at]->key, mine[at]->value);
        if (c == 0)
            walk_next(w);
        at++;
    }
    r = walk_close(w);
    view_close(v);
    return r;
}

size_t batch_rows(const struct batch *b, enum cf cf)
{
    return b->per_cf[cf];
}

size_t batch_rows_all(const struct batch *b)
{
    return b->count;
}

size_t batch_bytes(const struct batch *b)
{
    return arena_used(b->arena);
}

static void fill(struct batch *b, rocksdb_writebatch_t *wb)
{
    struct store *s = b->store;
    for (unsigned i = 0; i < b->range_count; i++) {
        const struct range *g = &b->ranges[i];
        rocksdb_writebatch_delete_range_cf(wb, s->cf[g->cf], g->from.p, g->from.n, g->to.p,
                                           g->to.n);
    }
    if (b->count)
        qsort(b->rows, b->count, sizeof(struct row *), row_order);
    for (size_t i = 0; i < b->count; i++) {
        const struct row *r = b->rows[i];
        if (r->is_delete)
            rocksdb_writebatch_delete_cf(wb, s->cf[r->cf], r->key.p, r->key.n);
        else
            rocksdb_writebatch_put_cf(wb, s->cf[r->cf], r->key.p, r->key.n, r->value.p, r->value.n);
    }
}

int batch_commit(struct batch *b, struct reason *reterr_why)
{
    struct store *s = b->store;
    if (atomic_load(&s->is_broken))
        return reason_set(reterr_why, CE_UNAVAILABLE,
                          "the store takes no writes until it is reopened");
    if (fault_hit(FAULT_COMMIT_DIES_BEFORE))
        _exit(9);
    char *message = NULL;
    int r = 0;
    pthread_rwlock_rdlock(&s->in_use);
    if (fault_hit(FAULT_COMMIT_FAILS)) {
        r = reason_set(reterr_why, CE_FAULT, "a test broke this commit");
    } else {
        rocksdb_writebatch_t *wb = rocksdb_writebatch_create();
        fill(b, wb);
        rocksdb_write(s->db, s->sync_write, wb, &message);
        rocksdb_writebatch_destroy(wb);
        if (message)
            r = store_error(message, reterr_why);
    }
    pthread_rwlock_unlock(&s->in_use);
    if (r < 0)
        atomic_store(&s->is_broken, true);
    if (fault_hit(FAULT_COMMIT_DIES))
        _exit(9);
    batch_clear(b);
    return r;
}
