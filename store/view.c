/* Reading: snapshots, point reads, walks over a prefix. */
#include "store/view.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "store/store_db.h"

enum {
    PREFIX_MAX = 96,
    STEPS_MAX = 50000, /* with one iterator: it holds write buffers and files that are done */
};

struct view {
    struct store *store;
    struct picture *picture;
    rocksdb_readoptions_t *read;
};

struct walk {
    struct view *view;
    rocksdb_readoptions_t *read;
    rocksdb_iterator_t *it;
    enum cf cf;
    unsigned steps;
    char upper[PREFIX_MAX]; /* first key behind the prefix */
    size_t upper_n;
    char lower[PREFIX_MAX]; /* the prefix itself, for steps back */
};

struct picture *picture_take(struct store *s)
{
    struct picture *p = calloc(1, sizeof *p);
    CHECK(p);
    p->sequence = rocksdb_get_latest_sequence_number(s->db);
    p->snapshot = rocksdb_create_snapshot(s->db);
    p->users = 1;
    return p;
}

void picture_drop(struct store *s, struct picture *p)
{
    if (--p->users)
        return;
    rocksdb_release_snapshot(s->db, p->snapshot);
    free(p);
}

int view_open(struct store *s, struct view **ret)
{
    if (pthread_rwlock_tryrdlock(&s->in_use) != 0)
        return CE_UNAVAILABLE;
    if (!s->db) {
        pthread_rwlock_unlock(&s->in_use);
        return CE_UNAVAILABLE;
    }
    struct view *v = calloc(1, sizeof *v);
    CHECK(v);
    v->store = s;
    pthread_mutex_lock(&s->in_view);
    v->picture = s->before ? s->before : picture_take(s);
    v->picture->users += s->before != NULL;
    pthread_mutex_unlock(&s->in_view);
    v->read = rocksdb_readoptions_create();
    rocksdb_readoptions_set_snapshot(v->read, v->picture->snapshot);
    *ret = v;
    return 0;
}

void view_close(struct view *v)
{
    if (!v)
        return;
    rocksdb_readoptions_destroy(v->read);
    pthread_mutex_lock(&v->store->in_view);
    picture_drop(v->store, v->picture);
    pthread_mutex_unlock(&v->store->in_view);
    pthread_rwlock_unlock(&v->store->in_use);
    free(v);
}

uint64_t view_sequence(const struct view *v)
{
    return v->picture->sequence;
}

int view_get(struct view *v, struct arena *a, enum cf cf, struct slice key, struct slice *ret)
{
    char *message = NULL;
    rocksdb_pinnableslice_t *pin =
        rocksdb_get_pinned_cf(v->store->db, v->read, v->store->cf[cf], key.p, key.n, &message);
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

int view_get_many(struct view *v, struct arena *a, enum cf cf, size_t count,
                  const struct slice *keys, struct slice *ret_values)
{
    if (count == 0)
        return 0;
    const char **p = ARENA_ARRAY(a, const char *, count);
    size_t *n = ARENA_ARRAY(a, size_t, count);
    rocksdb_pinnableslice_t **pins = ARENA_ARRAY(a, rocksdb_pinnableslice_t *, count);
    char **messages = ARENA_ARRAY(a, char *, count);
    for (size_t i = 0; i < count; i++) {
        p[i] = keys[i].p;
        n[i] = keys[i].n;
    }
    rocksdb_batched_multi_get_cf(v->store->db, v->read, v->store->cf[cf], count, p, n, pins,
                                 messages, true);
    int r = 0;
    for (size_t i = 0; i < count; i++) {
        ret_values[i] = (struct slice){0};
        if (messages[i]) {
            r = store_error(messages[i], NULL);
        } else if (pins[i]) {
            size_t len;
            const char *value = rocksdb_pinnableslice_value(pins[i], &len);
            ret_values[i] = arena_dup(a, slice_make(value, len));
            rocksdb_pinnableslice_destroy(pins[i]);
        }
    }
    return r;
}

struct walk *walk_open(struct view *v, enum cf cf, struct slice prefix, struct slice from)
{
    CHECK(prefix.n <= PREFIX_MAX);
    struct walk *w = calloc(1, sizeof *w);
    CHECK(w);
    w->view = v;
    w->read = rocksdb_readoptions_create();
    rocksdb_readoptions_set_snapshot(w->read, v->picture->snapshot);
    if (prefix.n) {
        memcpy(w->lower, prefix.p, prefix.n);
        rocksdb_readoptions_set_iterate_lower_bound(w->read, w->lower, prefix.n);
        memcpy(w->upper, prefix.p, prefix.n);
        w->upper_n = prefix.n;
        while (w->upper_n && (unsigned char)w->upper[w->upper_n - 1] == 0xFF)
            w->upper_n--;
        if (w->upper_n) {
            w->upper[w->upper_n - 1]++;
            rocksdb_readoptions_set_iterate_upper_bound(w->read, w->upper, w->upper_n);
        }
    }
    w->cf = cf;
    w->it = rocksdb_create_iterator_cf(v->store->db, w->read, v->store->cf[cf]);
    struct slice start = slice_cmp(from, prefix) > 0 ? from : prefix;
    if (start.n)
        rocksdb_iter_seek(w->it, start.p, start.n);
    else
        rocksdb_iter_seek_to_first(w->it);
    return w;
}

bool walk_valid(const struct walk *w)
{
    return rocksdb_iter_valid(w->it);
}

/* Another iterator at the same place of the same snapshot. A failed one is kept, for its message.
 */
static void renew(struct walk *w)
{
    struct store *s = w->view->store;
    char *message = NULL;
    rocksdb_iter_get_error(w->it, &message);
    rocksdb_free(message);
    if (message || !walk_valid(w))
        return;
    rocksdb_iterator_t *it = rocksdb_create_iterator_cf(s->db, w->read, s->cf[w->cf]);
    struct slice key = walk_key(w);
    rocksdb_iter_seek(it, key.p, key.n);
    rocksdb_iter_destroy(w->it);
    w->it = it;
    w->steps = 0;
}

void walk_next(struct walk *w)
{
    if (++w->steps >= STEPS_MAX)
        renew(w);
    if (walk_valid(w))
        rocksdb_iter_next(w->it);
}

void walk_seek(struct walk *w, struct slice key)
{
    rocksdb_iter_seek(w->it, key.p, key.n);
}

void walk_seek_back(struct walk *w, struct slice key)
{
    rocksdb_iter_seek_for_prev(w->it, key.p, key.n);
}

struct slice walk_key(const struct walk *w)
{
    size_t n;
    const char *p = rocksdb_iter_key(w->it, &n);
    return slice_make(p, n);
}

struct slice walk_value(const struct walk *w)
{
    size_t n;
    const char *p = rocksdb_iter_value(w->it, &n);
    return slice_make(p, n);
}

int walk_close(struct walk *w)
{
    char *message = NULL;
    rocksdb_iter_get_error(w->it, &message);
    rocksdb_iter_destroy(w->it);
    rocksdb_readoptions_destroy(w->read);
    free(w);
    return message ? store_error(message, NULL) : 0;
}
