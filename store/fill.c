/* Filling a store from outside its write path. In DIR:
 *
 *   db                  the store, absent or without batches, untouched until the end
 *   db.loading/db       the new database
 *   db.loading/run…     what the caller sorts
 *   db.loading/0-00001  sorted files, by family, until RocksDB has linked them in
 *
 * The end is one rename of db.loading/db to db, or, where an empty store stands there, one exchange
 * of the two. Both are atomic, so that whoever opens DIR/db finds the old store or the whole new
 * one.
 */
#include "store/fill.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/fault.h"
#include "store/batch.h"
#include "store/state.h"
#include "store/store_db.h"
#include "store/view.h"

enum {
    FILE_BYTES = 256 << 20, /* of a sorted file, before it is compressed */
    CACHE_BYTES = 8 << 20,
    BUFFER_BYTES = 16 << 20,
    ARENA_BYTES = 512 << 20,
    FOLDERS_DEEP = 16,
};

/* One family's files. */
struct sorted {
    rocksdb_sstfilewriter_t *writer; /* NULL: no file is open */
    char **files;
    size_t count, cap;
    uint64_t bytes; /* put into the open file */
    int err;
};

struct fill {
    char *dir, *loading, *target; /* DIR, DIR/db.loading, DIR/db */
    enum fill_found found;
    struct store *store;
    rocksdb_envoptions_t *env;
    struct sorted sorted[CF_COUNT];
};

static char *path_of(const char *dir, const char *name)
{
    char *path;
    CHECK(asprintf(&path, "%s/%s", dir, name) > 0);
    return path;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

/* 1 when there was something. */
static int clear(const char *path, struct reason *why)
{
    struct stat st;
    if (lstat(path, &st) < 0)
        return 0;
    if (nftw(path, remove_one, FOLDERS_DEEP, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) != 0)
        return reason_set(why, CE_IO, "%s cannot be cleared away: %s", path, strerror(errno));
    return 1;
}

/* Nothing may be lost: a store is empty when no family but `state` holds a row and no batch was
 * ever taken. */
static int expect_empty(struct fill *f, struct view *v, struct arena *a, struct reason *why)
{
    struct counters c;
    int r = counters_get(v, a, &c);
    bool is_empty = r == 0 && c.next_batch == 1;
    for (int cf = 0; r == 0 && is_empty && cf < CF_COUNT; cf++) {
        if (cf == CF_STATE)
            continue;
        struct walk *w = walk_open(v, (enum cf)cf, (struct slice){0}, (struct slice){0});
        is_empty = !walk_valid(w);
        r = walk_close(w);
    }
    if (r < 0)
        return reason_set(why, r, "the store in %s cannot be read: %s", f->dir, err_text(r));
    if (is_empty)
        return 0;
    return reason_set(
        why, CE_EXISTS,
        "%s 中已有数据，首次装载只用于空库；请用 creditctl submit --dir 报送，或换一个数据目录 "
        "/ the store in %s holds something, and a first fill is for an empty one: hand "
        "the files in with `creditctl submit --dir`, or name another folder with --data",
        f->dir, f->dir);
}

/* Keys of departments, entries of the catalogue and the mark of the key file go along. */
static int copy_state(struct fill *f, struct view *v, struct reason *why)
{
    AUTO(batch_destroy) struct batch *b = batch_create(f->store);
    struct walk *w = walk_open(v, CF_STATE, (struct slice){0}, (struct slice){0});
    for (; walk_valid(w); walk_next(w))
        batch_put(b, CF_STATE, walk_key(w), walk_value(w));
    int r = walk_close(w);
    if (r < 0)
        return reason_set(why, r, "the store in %s cannot be read", f->dir);
    return batch_commit(b, why);
}

static int take_over(struct fill *f, struct reason *why)
{
    struct stat st;
    if (lstat(f->target, &st) < 0 && errno == ENOENT)
        return 0;
    f->found = FILL_EMPTY;
    AUTO(store_close) struct store *old = NULL;
    AUTO(view_close) struct view *v = NULL;
    AUTO(arena_destroy) struct arena *a = arena_create(ARENA_BYTES);
    struct store_options o = {.dir = f->dir,
                              .cache_bytes = CACHE_BYTES,
                              .buffer_bytes = BUFFER_BYTES,
                              .must_exist = true,
                              .is_locked = true};
    int r = store_open(&o, &old, why);
    if (r == 0 && (r = view_open(old, &v)) < 0)
        reason_set(why, r, "the store in %s cannot be read", f->dir);
    if (r == 0)
        r = expect_empty(f, v, a, why);
    return r < 0 ? r : copy_state(f, v, why);
}

int fill_begin(const char *dir, struct fill **ret, bool *ret_remains, struct reason *reterr_why)
{
    struct fill *f = calloc(1, sizeof *f);
    CHECK(f);
    f->dir = strdup(dir);
    CHECK(f->dir);
    f->loading = path_of(dir, "db.loading");
    f->target = path_of(dir, "db");
    f->env = rocksdb_envoptions_create();
    struct stat st;
    *ret_remains = lstat(f->loading, &st) == 0;
    /* What is there may be another fill's that runs: it is cleared when the folder is held. */
    struct store_options o = {.dir = dir,
                              .cache_bytes = CACHE_BYTES,
                              .buffer_bytes = BUFFER_BYTES,
                              .db = "db.loading/db"};
    int r = store_hold(&o, &f->store, reterr_why);
    if (r == 0)
        r = clear(f->loading, reterr_why);
    if (r >= 0 && mkdir(f->loading, 0700) < 0)
        r = reason_set(reterr_why, CE_IO, "%s cannot be made: %s", f->loading, strerror(errno));
    if (r >= 0)
        r = store_begin(f->store, reterr_why);
    if (r == 0)
        r = take_over(f, reterr_why);
    if (r < 0) {
        fill_drop(f);
        return r;
    }
    *ret = f;
    return 0;
}

enum fill_found fill_found(const struct fill *f)
{
    return f->found;
}

struct store *fill_store(struct fill *f)
{
    return f->store;
}

const char *fill_folder(const struct fill *f)
{
    return f->loading;
}

static int sorted_open(struct fill *f, enum cf cf)
{
    struct sorted *s = &f->sorted[cf];
    char *message = NULL;
    if (s->count == s->cap) {
        s->cap = s->cap ? s->cap * 2 : 16;
        s->files = realloc(s->files, s->cap * sizeof(char *));
        CHECK(s->files);
    }
    CHECK(asprintf(&s->files[s->count], "%s/%d-%06zu", f->loading, (int)cf, s->count) > 0);
    s->writer = rocksdb_sstfilewriter_create(f->env, f->store->cf_options[cf]);
    rocksdb_sstfilewriter_open(s->writer, s->files[s->count++], &message);
    s->bytes = 0;
    return message ? store_error(message, NULL) : 0;
}

static int sorted_close(struct sorted *s)
{
    char *message = NULL;
    if (!s->writer)
        return 0;
    rocksdb_sstfilewriter_finish(s->writer, &message);
    rocksdb_sstfilewriter_destroy(s->writer);
    s->writer = NULL;
    return message ? store_error(message, NULL) : 0;
}

int fill_put(struct fill *f, enum cf cf, struct slice key, struct slice value)
{
    struct sorted *s = &f->sorted[cf];
    char *message = NULL;
    if (s->err == 0 && s->writer && s->bytes > FILE_BYTES)
        s->err = sorted_close(s);
    if (s->err == 0 && !s->writer)
        s->err = sorted_open(f, cf);
    if (s->err < 0)
        return s->err;
    rocksdb_sstfilewriter_put(s->writer, key.p, key.n, value.p, value.n, &message);
    s->bytes += key.n + value.n;
    if (message)
        s->err = store_error(message, NULL);
    return s->err;
}

int fill_end(struct fill *f, enum cf cf)
{
    struct sorted *s = &f->sorted[cf];
    int r = sorted_close(s);
    if (s->err == 0)
        s->err = r;
    return s->err;
}

static int take_in(struct fill *f, enum cf cf, struct reason *why)
{
    struct sorted *s = &f->sorted[cf];
    int r = fill_end(f, cf);
    if (r < 0)
        return reason_set(why, r, "the files of %s could not be written: %s", cf_name(cf),
                          err_text(r));
    if (s->count == 0)
        return 0;
    char *message = NULL;
    rocksdb_ingestexternalfileoptions_t *o = rocksdb_ingestexternalfileoptions_create();
    rocksdb_ingestexternalfileoptions_set_move_files(o, 1);
    rocksdb_ingest_external_file_cf(f->store->db, f->store->cf[cf], (const char *const *)s->files,
                                    s->count, o, &message);
    rocksdb_ingestexternalfileoptions_destroy(o);
    return message ? store_error(message, why) : 0;
}

/* The new database stands in its place behind this, or the old one as before. */
static int put_into_place(struct fill *f, struct reason *why)
{
    char *fresh = path_of(f->loading, "db");
    int r = folder_sync(fresh, NULL);
    if (fault_hit(FAULT_FILL_DIES_BEFORE))
        _exit(9);
    unsigned how = f->found == FILL_EMPTY ? RENAME_EXCHANGE : RENAME_NOREPLACE;
    if (r == 0 && renameat2(AT_FDCWD, fresh, AT_FDCWD, f->target, how) < 0)
        r = CE_IO;
    if (r < 0)
        reason_set(why, r, "%s cannot be put into the place of %s: %s", fresh, f->target,
                   strerror(errno));
    if (fault_hit(FAULT_FILL_DIES))
        _exit(9);
    if (r == 0 && (r = folder_sync(f->dir, NULL)) < 0)
        reason_set(why, r, "%s cannot be synced: %s", f->dir, strerror(errno));
    free(fresh);
    return r;
}

int fill_finish_take(struct fill *f, struct reason *reterr_why)
{
    int r = 0;
    for (int cf = 0; r == 0 && cf < CF_COUNT; cf++)
        r = take_in(f, (enum cf)cf, reterr_why);
    if (r == 0 && (r = store_flush(f->store)) < 0)
        reason_set(reterr_why, r, "the store could not be written");
    /* The folder stays held until the new store stands in it. */
    store_end(f->store);
    if (r == 0)
        r = put_into_place(f, reterr_why);
    fill_drop(f);
    return r;
}

void fill_drop(struct fill *f)
{
    if (!f)
        return;
    for (int cf = 0; cf < CF_COUNT; cf++) {
        struct sorted *s = &f->sorted[cf];
        if (s->writer)
            rocksdb_sstfilewriter_destroy(s->writer);
        for (size_t i = 0; i < s->count; i++)
            free(s->files[i]);
        free(s->files);
    }
    if (f->store) {
        store_end(f->store);
        /* What cannot be cleared away now is by the next fill. */
        clear(f->loading, NULL);
    }
    store_close(f->store);
    rocksdb_envoptions_destroy(f->env);
    free(f->loading);
    free(f->target);
    free(f->dir);
    free(f);
}
