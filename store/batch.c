/* One commit in the making: a list of rows in an arena, a hash from (family, key) to the latest row
 * of that key, and at the end one RocksDB write batch in key order with one fsync. */
#include "store/batch.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/fault.h"
#include "base/wire.h"
#include "store/batch_parts.h"
#include "store/store_db.h"

enum { ARENA_LIMIT = 1 << 30, UNSORTED_MAX = 256, UNSORTED_PART = 64 };
enum { BUCKETS_FEW = 16384, BUCKETS_KEPT_PART = 4, FORM_BYTES_KEPT = 16 << 20 };

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
    b->form = rocksdb_writebatch_create();
    return b;
}

void batch_destroy(struct batch *b)
{
    if (!b)
        return;
    rocksdb_readoptions_destroy(b->read);
    rocksdb_writebatch_destroy(b->form);
    arena_destroy(b->arena);
    for (int i = 0; i < CF_COUNT; i++)
        free(b->families[i].rows);
    free(b->buckets);
    free(b);
}

void batch_clear(struct batch *b)
{
    bool was_full = b->count + b->noted >= b->bucket_count / BUCKETS_KEPT_PART;
    arena_reset(b->arena);
    b->count = b->noted = 0;
    b->range_count = 0;
    for (int i = 0; i < CF_COUNT; i++)
        b->families[i].count = b->families[i].sorted = 0;
    if (b->bucket_count == BUCKETS_FEW || was_full) {
        memset(b->buckets, 0, b->bucket_count * sizeof *b->buckets);
        return;
    }
    /* A large one is not wiped for every small batch that follows. */
    free(b->buckets);
    b->bucket_count = BUCKETS_FEW;
    b->buckets = calloc(b->bucket_count, sizeof *b->buckets);
    CHECK(b->buckets);
}

static uint32_t hash_of(enum cf cf, struct slice key)
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
    return (uint32_t)(h ^ h >> 29);
}

static void hang_up(struct batch *b, struct row *r)
{
    struct row **at = &b->buckets[r->hash & (b->bucket_count - 1)];
    r->chain = *at;
    *at = r;
}

static void grow(struct batch *b)
{
    struct row **old = b->buckets;
    size_t count = b->bucket_count;
    b->bucket_count *= 4;
    CHECK(b->bucket_count);
    b->buckets = calloc(b->bucket_count, sizeof(struct row *));
    CHECK(b->buckets);
    for (size_t i = 0; i < count; i++) {
        for (struct row *r = old[i], *next; r; r = next) {
            next = r->chain;
            hang_up(b, r);
        }
    }
    free(old);
}

static struct row *find(const struct batch *b, enum cf cf, struct slice key, uint32_t hash)
{
    for (struct row *r = b->buckets[hash & (b->bucket_count - 1)]; r; r = r->chain)
        if (r->hash == hash && r->cf == cf && slice_eq(r->key, key))
            return r;
    return NULL;
}

static struct row *row_make(struct batch *b, enum cf cf, struct slice key, uint32_t hash)
{
    struct row *r = arena_alloc(b->arena, sizeof *r + key.n);
    *r = (struct row){.key = {(char *)(r + 1), key.n}, .hash = hash, .cf = (uint8_t)cf};
    memcpy((char *)(r + 1), key.p, key.n);
    hang_up(b, r);
    return r;
}

static void list(struct batch *b, struct row *r)
{
    struct family *f = &b->families[r->cf];
    if (f->count == f->cap) {
        f->cap = f->cap ? f->cap * 2 : 1024;
        f->rows = realloc(f->rows, f->cap * sizeof(struct row *));
        CHECK(f->rows);
    }
    f->rows[f->count++] = r;
    b->count++;
}

static void set(struct batch *b, enum cf cf, struct slice key, struct slice value, bool is_delete)
{
    uint32_t hash = hash_of(cf, key);
    struct row *r = find(b, cf, key, hash);
    if (!r) {
        r = row_make(b, cf, key, hash);
        list(b, r);
        if (b->count + b->noted > b->bucket_count)
            grow(b);
    } else if (r->is_noted) {
        r->is_noted = false;
        b->noted--;
        list(b, r);
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
    const struct row *r = find(b, cf, key, hash_of(cf, key));
    if (!r || r->is_noted)
        return 0;
    if (r->is_delete)
        return -1;
    *ret = r->value;
    return 1;
}

int batch_get(struct batch *b, struct arena *a, enum cf cf, struct slice key, struct slice *ret)
{
    const struct row *r = find(b, cf, key, hash_of(cf, key));
    if (r) {
        *ret = r->value;
        return r->is_delete ? CE_NOT_FOUND : 0;
    }
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

/* A row with what makes most comparisons, so that they need not look it up. */
struct sorting {
    uint64_t first, second; /* 16 bytes of the key */
    struct row *row;
};

static uint64_t big_endian(struct slice key, size_t at)
{
    uint8_t bytes[8] = {0};
    if (key.n > at)
        memcpy(bytes, key.p + at, key.n - at < 8 ? key.n - at : 8);
    return be64_get(bytes);
}

static int sorting_order(const void *x, const void *y)
{
    const struct sorting *a = x, *b = y;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    if (a->second != b->second)
        return a->second < b->second ? -1 : 1;
    return slice_cmp(a->row->key, b->row->key);
}

static void sort_rows(struct row **rows, size_t count)
{
    struct sorting *s = malloc(count * sizeof *s);
    CHECK(s || count == 0);
    for (size_t i = 0; i < count; i++)
        s[i] = (struct sorting){big_endian(rows[i]->key, 0), big_endian(rows[i]->key, 8), rows[i]};
    qsort(s, count, sizeof *s, sorting_order);
    for (size_t i = 0; i < count; i++)
        rows[i] = s[i].row;
    free(s);
}

/* Which of the rows were not there before: those are looked up. The places of all are on their way
 * from memory before the first is needed. */
static size_t note_keys(struct batch *b, struct arena *a, enum cf cf, size_t count,
                        const struct slice *keys, struct row **ret)
{
    uint32_t *hashes = ARENA_ARRAY(a, uint32_t, count);
    size_t n = 0;
    while (b->count + b->noted + count > b->bucket_count)
        grow(b);
    for (size_t i = 0; i < count; i++) {
        hashes[i] = hash_of(cf, keys[i]);
        __builtin_prefetch(&b->buckets[hashes[i] & (b->bucket_count - 1)]);
    }
    for (size_t i = 0; i < count; i++)
        __builtin_prefetch(b->buckets[hashes[i] & (b->bucket_count - 1)]);
    for (size_t i = 0; i < count; i++) {
        if (find(b, cf, keys[i], hashes[i]))
            continue;
        ret[n] = row_make(b, cf, keys[i], hashes[i]);
        ret[n]->is_delete = ret[n]->is_noted = true;
        n++;
    }
    b->noted += n;
    return n;
}

int batch_read_ahead(struct batch *b, struct arena *a, enum cf cf, size_t count,
                     const struct slice *keys)
{
    struct store *s = b->store;
    if (!s || count == 0)
        return 0;
    if (!s->db)
        return CE_UNAVAILABLE;
    struct row **rows = ARENA_ARRAY(a, struct row *, count);
    size_t n = note_keys(b, a, cf, count, keys, rows);
    if (n == 0)
        return 0;
    sort_rows(rows, n);
    const char **p = ARENA_ARRAY(a, const char *, n);
    size_t *len = ARENA_ARRAY(a, size_t, n);
    rocksdb_pinnableslice_t **pins = ARENA_ARRAY(a, rocksdb_pinnableslice_t *, n);
    char **messages = ARENA_ARRAY(a, char *, n);
    for (size_t i = 0; i < n; i++) {
        p[i] = rows[i]->key.p;
        len[i] = rows[i]->key.n;
    }
    rocksdb_batched_multi_get_cf(s->db, b->read, s->cf[cf], n, p, len, pins, messages, true);
    int r = 0;
    for (size_t i = 0; i < n; i++) {
        if (messages[i]) {
            r = store_error(messages[i], NULL);
        } else if (pins[i]) {
            const char *value = rocksdb_pinnableslice_value(pins[i], &len[i]);
            rows[i]->value = arena_dup(b->arena, slice_make(value, len[i]));
            rows[i]->is_delete = false;
            rocksdb_pinnableslice_destroy(pins[i]);
        }
    }
    return r;
}

/* The rows that came since are sorted by themselves and merged from the back, so that a family that
 * is walked again and again while it grows is not sorted anew each time. */
void batch_sort_family(struct family *f)
{
    size_t fresh = f->count - f->sorted, i = f->sorted, to = f->count;
    if (fresh == 0)
        return;
    sort_rows(f->rows + f->sorted, fresh);
    f->sorted = f->count;
    if (i == 0)
        return;
    struct row **tail = malloc(fresh * sizeof *tail);
    CHECK(tail);
    memcpy(tail, f->rows + i, fresh * sizeof *tail);
    while (fresh) {
        bool is_before = i && slice_cmp(f->rows[i - 1]->key, tail[fresh - 1]->key) > 0;
        f->rows[--to] = is_before ? f->rows[--i] : tail[--fresh];
    }
    free(tail);
}

void batch_sort(struct batch *b, enum cf cf)
{
    batch_sort_family(&b->families[cf]);
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
        sort_rows(found, n);
    *ret_count = n;
    return found;
}

int batch_walks_begin(struct batch *b)
{
    CHECK(!b->view);
    return b->store ? view_open(b->store, &b->view) : 0;
}

int batch_walks_end(struct batch *b)
{
    int r = 0;
    for (int cf = 0; cf < CF_COUNT; cf++) {
        int e = b->walks[cf] ? walk_close(TAKE(b->walks[cf])) : 0;
        r = r < 0 ? r : e;
    }
    if (b->view)
        view_close(TAKE(b->view));
    return r;
}

/* Of the store's rows; with *v NULL it is shared. */
static int walk_begin(struct batch *b, enum cf cf, struct slice prefix, struct view **v,
                      struct walk **ret)
{
    *v = NULL;
    if (!b->view) {
        int r = view_open(b->store, v);
        *ret = r < 0 ? NULL : walk_open(*v, cf, prefix, prefix);
        return r;
    }
    if (b->walks[cf])
        walk_seek(b->walks[cf], prefix);
    else
        b->walks[cf] = walk_open(b->view, cf, (struct slice){0}, prefix);
    *ret = b->walks[cf];
    return 0;
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
    struct walk *w;
    int r = walk_begin(b, cf, prefix, &v, &w);
    if (r < 0)
        return r;
    struct row **mine = with_prefix(&b->families[cf], prefix, &count);
    while (on) {
        bool is_there = walk_valid(w) && slice_starts(walk_key(w), prefix);
        if (!is_there && at >= count)
            break;
        int c = !is_there ? 1 : at >= count ? -1 : slice_cmp(walk_key(w), mine[at]->key);
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
    if (v) {
        r = walk_close(w);
        view_close(v);
    }
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

/* Memory that was touched once is quicker than new memory. */
static void form_empty(struct batch *b)
{
    size_t n;
    rocksdb_writebatch_data(b->form, &n);
    if (n <= FORM_BYTES_KEPT) {
        rocksdb_writebatch_clear(b->form);
        return;
    }
    rocksdb_writebatch_destroy(b->form);
    b->form = rocksdb_writebatch_create();
}

static int commit_by(struct batch *b, const rocksdb_writeoptions_t *how, struct reason *reterr_why)
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
        fill(b, b->form);
        store_wait_for_room(s, batch_bytes(b));
        rocksdb_write(s->db, how, b->form, &message);
        form_empty(b);
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

int batch_commit(struct batch *b, struct reason *reterr_why)
{
    return commit_by(b, b->store->sync_write, reterr_why);
}

int batch_commit_unsynced(struct batch *b, struct reason *reterr_why)
{
    return commit_by(b, b->store->plain_write, reterr_why);
}
