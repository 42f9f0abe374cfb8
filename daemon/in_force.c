/* Putting catalogues into force. A change is joined and stored on the writing thread, between two
 * commits: there alone it is certain which received times were given away, and so whether an entry
 * begins late enough (design §1.1). */
#include "daemon/in_force.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/check.h"
#include "store/state.h"
#include "store/view.h"

void in_force_init(struct in_force *f)
{
    *f = (struct in_force){0};
    pthread_mutex_init(&f->lock, NULL);
}

void in_force_fini(struct in_force *f)
{
    for (size_t i = 0; i < f->arena_count; i++)
        arena_destroy(f->arenas[i]);
    free(f->arenas);
    pthread_mutex_destroy(&f->lock);
}

/* From now on it lives as long as this. */
static void keep_take(struct in_force *f, struct arena *a)
{
    f->arenas = realloc(f->arenas, (f->arena_count + 1) * sizeof(struct arena *));
    CHECK(f->arenas);
    f->arenas[f->arena_count++] = a;
}

int in_force_restore(struct in_force *f, struct store *s, struct reason *reterr_why)
{
    AUTO(view_close) struct view *v = NULL;
    AUTO(arena_destroy) struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    AUTO(arena_destroy) struct arena *texts = arena_create(CATALOGUE_ARENA_BYTES);
    struct catalogue_entry *entries = NULL;
    size_t count = 0;
    struct catalogue *c = NULL;
    int r = view_open(s, &v);
    if (r == 0)
        r = catalogue_entry_list(v, texts, &entries, &count);
    if (r < 0)
        return reason_set(reterr_why, r, "the stored catalogue cannot be read: %s", err_text(r));
    if (count == 0)
        return 0;
    r = catalogue_restore(a, entries, count, &c, reterr_why);
    if (r < 0)
        return r;
    atomic_store(&f->now, c);
    keep_take(f, TAKE(a));
    return 0;
}

struct joining {
    struct writer *writer;
    struct arena *arena;
    const struct catalogue *old, *files;
    struct catalogue *joined;
    size_t new_count;
    struct reason why;
};

/* On the writing thread. Nothing is put before everything is known to fit. */
static int join_and_put(void *ctx, struct batch *b, struct counters *counters)
{
    struct joining *j = ctx;
    struct catalogue_entry *fresh;
    int r = catalogue_join(j->arena, j->old, j->files, counters->newest_received, &j->joined,
                           &fresh, &j->new_count, &j->why);
    for (size_t i = 0; r == 0 && i < j->new_count; i++)
        catalogue_entry_put(b, &fresh[i]);
    if (r == 0 && (j->new_count || !j->old))
        writer_put_catalogue(j->writer, j->joined);
    return r;
}

int in_force_load(struct in_force *f, struct writer *w, const char *dir, size_t *ret_new,
                  struct reason *reterr_why)
{
    AUTO(arena_destroy) struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    struct catalogue *files;
    int r = catalogue_load(a, dir, &files, reterr_why);
    if (r < 0)
        return r;
    pthread_mutex_lock(&f->lock);
    struct joining j = {.writer = w, .arena = a, .old = atomic_load(&f->now), .files = files};
    struct reason commit_why = {""};
    r = writer_run(w, join_and_put, &j, &commit_why);
    if (r == 0 && (j.new_count || !j.old))
        keep_take(f, TAKE(a));
    pthread_mutex_unlock(&f->lock);
    if (r == 0)
        *ret_new = j.new_count;
    else if (reterr_why)
        *reterr_why = j.why.text[0] ? j.why : commit_why;
    return r;
}

int in_force_load_first(struct in_force *f, struct store *s, const char *dir,
                        struct reason *reterr_why)
{
    AUTO(arena_destroy) struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    struct catalogue *files, *joined;
    struct catalogue_entry *fresh;
    size_t count;
    int r = catalogue_load(a, dir, &files, reterr_why);
    if (r == 0)
        r = catalogue_join(a, atomic_load(&f->now), files, (struct utc_ms){0}, &joined, &fresh,
                           &count, reterr_why);
    if (r < 0)
        return r;
    for (size_t i = 0; i < count; i++)
        catalogue_entry_put(b, &fresh[i]);
    if ((r = batch_commit(b, reterr_why)) < 0)
        return r;
    atomic_store(&f->now, joined);
    keep_take(f, TAKE(a));
    return 0;
}

size_t in_force_themes(const struct in_force *f, struct utc_ms now)
{
    const struct catalogue *c = atomic_load(&f->now);
    size_t count = 0;
    for (size_t i = 0; c && i < c->theme_count; i++)
        if (catalogue_theme_at(c, c->themes[i]->code, now) == c->themes[i])
            count++;
    return count;
}

size_t in_force_bytes(struct in_force *f)
{
    size_t bytes = 0;
    pthread_mutex_lock(&f->lock);
    for (size_t i = 0; i < f->arena_count; i++)
        bytes += arena_used(f->arenas[i]);
    pthread_mutex_unlock(&f->lock);
    return bytes;
}
