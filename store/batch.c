/* One commit in the making: a list of rows in an arena, a hash from (family, key) to the latest row
 * of that key, and at the end one RocksDB write batch in key order with one fsync. */
#include "store/batch.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/fault.h"
#include "store/batch_parts.h"
#include "store/store_db.h"

enum { ARENA_LIMIT = 1 << 30, UNSORTED_MAX = 256, UNSORTED_PART = 64 };
enum { BUCKETS_FEW = 16384, BUCKETS_KEPT = 65536 };

struct batch *batch_create(struct store *s)
{
    struct batch *b = calloc(1, sizeof *b);
    CHECK(b);
    b->store = s;
    b->arena = arena_create(ARENA_LIMIT);
    b->bucket_count = BUCKETS_FEW;
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
        free(b->families[i].rows);
    free(b->buckets);
    free(b);
}

void batch_clear(struct batch *b)
{
    arena_reset(b->arena);
    b->count = 0;
    b->range_count = 0;
    for (int i = 0; i < CF_COUNT; i++)
        b->families[i].count = b->families[i].sorted = 0;
    if (b->bucket_count <= BUCKETS_KEPT) {
        memset(b->buckets, 0, b->bucket_count * sizeof *b->buckets);
        return;
    }
    /* A large one is not wiped for every small batch that follows. */
    free(b->buckets);
    b->bucket_count = BUCKETS_FEW;
    b->buckets = calloc(b->bucket_count, sizeof *b->buckets);
    CHECK(b->buckets);
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
    for (int cf = 0; cf < CF_COUNT; cf++) {
        for (size_t i = 0; i < b->families[cf].count; i++) {
            struct row *r = b->families[cf].rows[i];
            struct row **at = &b->buckets[hash_of((enum cf)cf, r->key) & (b->bucket_count - 1)];
            r->chain = *at;
            *at = r;
        }
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
        struct family *f = &b->families[cf];
        if (f->count == f->cap) {
            f->cap = f->cap ? f->cap * 2 : 1024;
            f->rows = realloc(f->rows, f->cap * sizeof(struct row *));
            CHECK(f->rows);
        }
        r = ARENA_NEW(b->arena, struct row);
        r->cf = (uint8_t)cf;
        r->key = arena_dup(b->arena, key);
        f->rows[f->count++] = r;
        b->count++;
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
    if (!s)
        return CE_NOT_FOUND;
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
    return slice_cmp(a->key, b->key);
}

/* The rows that came since are sorted by themselves and merged from the back, so that a family that
 * is walked again and again while it grows is not sorted anew each time. */
void batch_sort_family(struct family *f)
{
    size_t fresh = f->count - f->sorted, i = f->sorted, to = f->count;
    if (fresh == 0)
        return;
    qsort(f->rows + f->sorted, fresh, sizeof(struct row *), row_order);
    struct row **tail = malloc(fresh * sizeof *tail);
    CHECK(tail);
    memcpy(tail, f->rows + f->sorted, fresh * sizeof *tail);
    while (fresh) {
        bool is_before = i && slice_cmp(f->rows[i - 1]->key, tail[fresh - 1]->key) > 0;
        f->rows[--to] = is_before ? f->rows[--i] : tail[--fresh];
    }
    free(tail);
    f->sorted = f->count;
}

/* The family's rows with that prefix in key order; the caller frees. Rows that came since the last
 * sorting are looked at one by one while they are few, so that walks between puts do not sort
 * everything each time. */
static struct row **with_prefix(struct family *f, struct slice prefix, size_t *ret_count)
{
    if (f->count - f->sorted > UNSORTED_MAX + f->sorted / UNSORTED_PART)
        batch_sort_family(f);
    size_t from = 0;
    for (size_t high = f->sorted; from < high;) {
        size_t middle = from + (high - from) / 2;
        if (slice_cmp(f->rows[middle]->key, prefix) < 0)
            from = middle + 1;
        else
            high = middle;
    }
    size_t end = from, n = 0;
    while (end < f->sorted && slice_starts(f->rows[end]->key, prefix))
        end++;
    struct row **found = malloc((end - from + f->count - f->sorted + 1) * sizeof *found);
    CHECK(found);
    for (; from < end; from++)
        found[n++] = f->rows[from];
    size_t in_order = n;
    for (size_t i = f->sorted; i < f->count; i++)
        if (slice_starts(f->rows[i]->key, prefix))
            found[n++] = f->rows[i];
    if (n > in_order)
        qsort(found, n, sizeof(struct row *), row_order);
    *ret_count = n;
    return found;
}

int batch_walk(struct batch *b, enum cf cf, struct slice prefix,
               bool (*each)(void *ctx, struct slice key, struct slice value), void *ctx)
{
    size_t at = 0, count;
    bool on = true;
    if (!b->store) {
        struct row **all = with_prefix(&b->families[cf], prefix, &count);
        for (; on && at < count; at++)
            if (!all[at]->is_delete)
                on = each(ctx, all[at]->key, all[at]->value);
        free(all);
        return 0;
    }
    struct view *v;
    int r = view_open(b->store, &v);
    if (r < 0)
        return r;
    struct row **mine = with_prefix(&b->families[cf], prefix, &count);
    struct walk *w = walk_open(v, cf, prefix, prefix);
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
    free(mine);
    return r;
}

int batch_take_puts(struct batch *b,
                    int (*each)(void *ctx, enum cf cf, struct slice key, struct slice value),
                    void *ctx)
{
    int r = 0;
    for (int cf = 0; cf < CF_COUNT; cf++) {
        batch_sort_family(&b->families[cf]);
        for (size_t i = 0; r == 0 && i < b->families[cf].count; i++) {
            const struct row *row = b->families[cf].rows[i];
            if (!row->is_delete)
                r = each(ctx, (enum cf)cf, row->key, row->value);
        }
    }
    batch_clear(b);
    return r;
}

size_t batch_rows(const struct batch *b, enum cf cf)
{
    return b->families[cf].count;
}

size_t batch_rows_all(const struct batch *b)
{
    return b->count;
}

size_t batch_bytes(const struct batch *b)
{
    return arena_used(b->arena);
}

void batch_fill_family(struct batch *b, enum cf cf, rocksdb_writebatch_t *wb)
{
    struct family *f = &b->families[cf];
    rocksdb_column_family_handle_t *handle = b->store->cf[cf];
    batch_sort_family(f);
    for (size_t i = 0; i < f->count; i++) {
        const struct row *r = f->rows[i];
        if (r->is_delete)
            rocksdb_writebatch_delete_cf(wb, handle, r->key.p, r->key.n);
        else
            rocksdb_writebatch_put_cf(wb, handle, r->key.p, r->key.n, r->value.p, r->value.n);
    }
}

static void fill(struct batch *b, rocksdb_writebatch_t *wb)
{
    for (unsigned i = 0; i < b->range_count; i++) {
        const struct range *g = &b->ranges[i];
        rocksdb_writebatch_delete_range_cf(wb, b->store->cf[g->cf], g->from.p, g->from.n, g->to.p,
                                           g->to.n);
    }
    for (int cf = 0; cf < CF_COUNT; cf++)
        batch_fill_family(b, (enum cf)cf, wb);
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
        store_wait_for_room(s, batch_bytes(b));
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
