/* Runs: a gathered batch that goes down as files. The steps, each durable before the next begins:
 *
 *   1. the families' files, DIR/db/runs/<family>.sst
 *   2. the intent: the row "run" in `state`, with the files' names and the rows that have no file
 *   3. RocksDB takes the files in, family by family
 *   4. one write batch: the rows that have no file, and the intent goes
 *
 * Before 2 nothing has happened; from 2 on the run will be in, if need be when the store is opened
 * the next time, where 3 and 4 are simply done again. From before 2 to after 4 every view that is
 * opened gets the same snapshot, which sees nothing of the run.
 *
 *   format 1, files: count LEB128, each the family's name (counted bytes); families with rows:
 * count LEB128, each its name (counted bytes), rows: count LEB128, each 1 for a put or 0 for a
 * delete, key, and of a put the value (counted bytes)
 *
 * Files for record and by_source, one put in state: 01 02 067265636F7264 0962795F736F75726365 01
 * 057374617465 01 01 016B 0176. */
#include "store/run.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/thread.h"
#include "base/wire.h"
#include "store/batch_parts.h"
#include "store/compaction.h"
#include "store/store_db.h"

enum {
    FORMAT = 1,
    FILE_BYTES = 256 << 10, /* few rows may be large: from here on they get a file too */
    INTENT_BYTES_MAX = 64 << 20,
    PATH_BYTES = 4096,
    LEVEL_0_MOST = 32, /* files: then it waits until there are fewer */
    FILES_COPIES = 2,  /* RocksDB copies what it takes in */
    ROOM_PAUSE_MS = 20,
    ROOM_WAIT_MS = 60 * 1000,
};

/* Which families have a file. */
struct files {
    bool has[CF_COUNT];
    unsigned count;
};

static int broken_by_test(struct reason *why)
{
    return reason_set(why, CE_FAULT, "a test broke this run");
}

static void file_path(const struct store *s, const char *family, char out[PATH_BYTES])
{
    snprintf(out, PATH_BYTES, "%s/%s.sst", s->runs_dir, family);
}

/* Makes the folder, or empties it. */
static int folder_clear(const struct store *s, struct reason *why)
{
    if (mkdir(s->runs_dir, 0700) == 0)
        return folder_sync(s->db_dir, why);
    DIR *d = errno == EEXIST ? opendir(s->runs_dir) : NULL;
    if (!d)
        return reason_set(why, CE_IO, "%s: %s", s->runs_dir, strerror(errno));
    int r = 0;
    for (struct dirent *e; (e = readdir(d));) {
        if (e->d_name[0] != '.' && unlinkat(dirfd(d), e->d_name, 0) < 0)
            r = reason_set(why, CE_IO, "%s/%s: %s", s->runs_dir, e->d_name, strerror(errno));
    }
    closedir(d);
    return r;
}

/* ---- step 1 ---- */

static void choose(const struct batch *b, size_t file_rows, struct files *ret)
{
    *ret = (struct files){0};
    for (int cf = 0; cf < CF_COUNT; cf++) {
        const struct family *f = &b->families[cf];
        size_t bytes = 0;
        for (size_t i = 0; i < f->count && f->count < file_rows; i++)
            bytes += f->rows[i]->key.n + f->rows[i]->value.n;
        ret->has[cf] = cf != CF_STATE && f->count && (f->count >= file_rows || bytes >= FILE_BYTES);
        ret->count += ret->has[cf];
    }
}

static int file_write(struct batch *b, enum cf cf, uint64_t *ret_bytes, struct reason *why)
{
    char path[PATH_BYTES];
    struct family *f = &b->families[cf];
    file_path(b->store, cf_name(cf), path);
    batch_sort_family(f);
    if (fault_hit(FAULT_RUN_FILE_FAILS))
        return broken_by_test(why);
    char *message = NULL;
    rocksdb_envoptions_t *env = rocksdb_envoptions_create();
    rocksdb_sstfilewriter_t *w = rocksdb_sstfilewriter_create(env, b->store->file_options[cf]);
    rocksdb_sstfilewriter_open(w, path, &message);
    for (size_t i = 0; !message && i < f->count; i++) {
        const struct row *r = f->rows[i];
        if (r->is_delete)
            rocksdb_sstfilewriter_delete(w, r->key.p, r->key.n, &message);
        else
            rocksdb_sstfilewriter_put(w, r->key.p, r->key.n, r->value.p, r->value.n, &message);
    }
    /* Syncs the file. */
    if (!message)
        rocksdb_sstfilewriter_finish(w, &message);
    if (!message)
        rocksdb_sstfilewriter_file_size(w, ret_bytes);
    rocksdb_sstfilewriter_destroy(w);
    rocksdb_envoptions_destroy(env);
    if (fault_hit(FAULT_RUN_FILE_DIES))
        _exit(9);
    return message ? store_error(message, why) : 0;
}

/* Files are written by two threads, each taking the next family that has none yet. */
struct writing {
    struct batch *batch;
    const struct files *files;
    pthread_mutex_t lock; /* guards the rest */
    int next;
    int err;
    struct reason why;
    uint64_t bytes;
};

static void *write_files(void *ctx)
{
    struct writing *w = ctx;
    pthread_mutex_lock(&w->lock);
    while (w->err == 0 && w->next < CF_COUNT) {
        int cf = w->next++;
        if (!w->files->has[cf])
            continue;
        struct reason why = {{0}};
        uint64_t bytes = 0;
        pthread_mutex_unlock(&w->lock);
        int r = file_write(w->batch, (enum cf)cf, &bytes, &why);
        pthread_mutex_lock(&w->lock);
        w->bytes += bytes;
        if (r < 0 && w->err == 0) {
            w->err = r;
            w->why = why;
        }
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

static int files_write(struct batch *b, const struct files *files, uint64_t *ret_bytes,
                       struct reason *why)
{
    struct writing w = {.batch = b, .files = files};
    int r = folder_clear(b->store, why);
    if (r < 0)
        return r;
    pthread_mutex_init(&w.lock, NULL);
    pthread_t other = thread_start("run", write_files, &w);
    write_files(&w);
    pthread_join(other, NULL);
    pthread_mutex_destroy(&w.lock);
    *ret_bytes = w.bytes;
    if (w.err < 0) {
        if (why)
            *why = w.why;
        return w.err;
    }
    return folder_sync(b->store->runs_dir, why);
}

/* ---- between 1 and 2: what would make 3 slow is done while views still move on ---- */

static int flush_families(struct store *s, const struct files *files, struct reason *why)
{
    rocksdb_flushoptions_t *o = rocksdb_flushoptions_create();
    rocksdb_flushoptions_set_wait(o, 1);
    char *message = NULL;
    for (int cf = 0; cf < CF_COUNT && !message; cf++)
        if (files->has[cf])
            rocksdb_flush_cf(s->db, o, s->cf[cf], &message);
    rocksdb_flushoptions_destroy(o);
    return message ? store_error(message, why) : 0;
}

/* Files that are taken in are not slowed down by RocksDB when compaction lags behind; reading
 * would be. */
static void wait_for_room(struct store *s)
{
    int64_t start = clock_mono_ms();
    while (compaction_is_crowded(s, LEVEL_0_MOST) && clock_mono_ms() - start < ROOM_WAIT_MS)
        nanosleep(&(struct timespec){.tv_nsec = ROOM_PAUSE_MS * 1000000L}, NULL);
}

/* ---- step 2 ---- */

static void family_encode(struct family *f, enum cf cf, struct buf *ret)
{
    batch_sort_family(f);
    wire_put_bytes(ret, slice_of(cf_name(cf)));
    wire_put_var(ret, f->count);
    for (size_t i = 0; i < f->count; i++) {
        const struct row *r = f->rows[i];
        wire_put_u8(ret, !r->is_delete);
        wire_put_bytes(ret, r->key);
        if (!r->is_delete)
            wire_put_bytes(ret, r->value);
    }
}

static void intent_encode(struct batch *b, const struct files *files, struct buf *ret)
{
    unsigned with_rows = 0;
    wire_put_u8(ret, FORMAT);
    wire_put_var(ret, files->count);
    for (int cf = 0; cf < CF_COUNT; cf++) {
        if (files->has[cf])
            wire_put_bytes(ret, slice_of(cf_name((enum cf)cf)));
        else
            with_rows += b->families[cf].count > 0;
    }
    wire_put_var(ret, with_rows);
    for (int cf = 0; cf < CF_COUNT; cf++)
        if (!files->has[cf] && b->families[cf].count)
            family_encode(&b->families[cf], (enum cf)cf, ret);
}

static bool family_named(struct wire *w, enum cf *ret)
{
    struct slice name = wire_bytes(w);
    for (int cf = 0; cf < CF_COUNT; cf++) {
        if (slice_eq(name, slice_of(cf_name((enum cf)cf)))) {
            *ret = (enum cf)cf;
            return true;
        }
    }
    w->failed = true;
    return false;
}

/* Which files there are, and the rows for step 4 into `end`. */
static int intent_decode(struct store *s, struct slice bytes, struct files *ret,
                         rocksdb_writebatch_t *end)
{
    struct wire w = wire_of(bytes);
    *ret = (struct files){0};
    if (wire_u8(&w) != FORMAT)
        return CE_FORMAT;
    enum cf cf;
    for (uint64_t n = wire_var(&w); n && !w.failed; n--) {
        if (family_named(&w, &cf))
            ret->has[cf] = true;
        ret->count++;
    }
    for (uint64_t n = wire_var(&w); n && !w.failed; n--) {
        if (!family_named(&w, &cf))
            break;
        for (uint64_t rows = wire_var(&w); rows && !w.failed; rows--) {
            bool is_put = wire_u8(&w) != 0;
            struct slice key = wire_bytes(&w), value = {0};
            if (is_put)
                value = wire_bytes(&w);
            if (w.failed)
                break;
            if (is_put)
                rocksdb_writebatch_put_cf(end, s->cf[cf], key.p, key.n, value.p, value.n);
            else
                rocksdb_writebatch_delete_cf(end, s->cf[cf], key.p, key.n);
        }
    }
    return wire_end(&w);
}

static int write_durably(struct store *s, rocksdb_writebatch_t *wb, struct reason *why)
{
    char *message = NULL;
    rocksdb_write(s->db, s->sync_write, wb, &message);
    return message ? store_error(message, why) : 0;
}

static int intent_write(struct batch *b, const struct files *files, struct reason *why)
{
    struct slice key = SLICE(RUN_KEY);
    AUTO_BUF(intent, INTENT_BYTES_MAX);
    intent_encode(b, files, &intent);
    if (intent.err < 0)
        return reason_set(why, intent.err, "the run's intent is too large");
    if (fault_hit(FAULT_RUN_INTENT_DIES_BEFORE))
        _exit(9);
    if (fault_hit(FAULT_RUN_INTENT_FAILS))
        return broken_by_test(why);
    rocksdb_writebatch_t *wb = rocksdb_writebatch_create();
    rocksdb_writebatch_put_cf(wb, b->store->cf[CF_STATE], key.p, key.n, intent.p, intent.n);
    int r = write_durably(b->store, wb, why);
    rocksdb_writebatch_destroy(wb);
    if (fault_hit(FAULT_RUN_INTENT_DIES))
        _exit(9);
    return r;
}

/* ---- steps 3 and 4 ---- */

/* Copied, not moved: RocksDB writes a sequence number into the file that it takes in, and such a
 * file cannot be taken in again. Ours stay as they were written until the run has ended. */
static int take_in(struct store *s, const struct files *files, rocksdb_writebatch_t *end,
                   struct reason *why)
{
    struct slice key = SLICE(RUN_KEY);
    rocksdb_ingestexternalfileoptions_t *o = rocksdb_ingestexternalfileoptions_create();
    rocksdb_ingestexternalfileoptions_set_move_files(o, 0);
    int r = 0;
    for (int cf = 0; cf < CF_COUNT && r == 0; cf++) {
        char path[PATH_BYTES], *message = NULL;
        const char *list[1] = {path};
        file_path(s, cf_name((enum cf)cf), path);
        if (!files->has[cf])
            continue;
        if (fault_hit(FAULT_RUN_INGEST_FAILS))
            r = broken_by_test(why);
        else
            rocksdb_ingest_external_file_cf(s->db, s->cf[cf], list, 1, o, &message);
        if (message)
            r = store_error(message, why);
        if (fault_hit(FAULT_RUN_INGEST_DIES))
            _exit(9);
    }
    rocksdb_ingestexternalfileoptions_destroy(o);
    if (r == 0 && fault_hit(FAULT_RUN_END_FAILS))
        r = broken_by_test(why);
    if (r < 0)
        return r;
    rocksdb_writebatch_delete_cf(end, s->cf[CF_STATE], key.p, key.n);
    r = write_durably(s, end, why);
    if (fault_hit(FAULT_RUN_END_DIES))
        _exit(9);
    return r;
}

static int intend_and_take_in(struct batch *b, const struct files *files, struct reason *why)
{
    int r = intent_write(b, files, why);
    if (r < 0)
        return r;
    rocksdb_writebatch_t *end = rocksdb_writebatch_create();
    for (int cf = 0; cf < CF_COUNT; cf++)
        if (!files->has[cf])
            batch_fill_family(b, (enum cf)cf, end);
    r = take_in(b->store, files, end, why);
    rocksdb_writebatch_destroy(end);
    return r;
}

static int go_down(struct batch *b, const struct files *files, struct run_report *ret,
                   struct reason *why)
{
    struct store *s = b->store;
    int r = files_write(b, files, &ret->bytes, why);
    if (r == 0)
        r = flush_families(s, files, why);
    if (r < 0) {
        folder_clear(s, NULL); /* the room may be all that is lacking */
        return r;
    }
    wait_for_room(s);
    int64_t start = clock_mono_us();
    /* A compaction that begins while the picture is held keeps the sequence numbers of what came
     * since, and RocksDB then writes the whole last level once more only to take them away. */
    compaction_hold(s, true);
    pthread_mutex_lock(&s->in_view);
    s->before = picture_take(s);
    pthread_mutex_unlock(&s->in_view);
    r = intend_and_take_in(b, files, why);
    /* When it failed half-way, views stay with what was before until the store is opened again. */
    pthread_mutex_lock(&s->in_view);
    if (r == 0)
        picture_drop(s, TAKE(s->before));
    pthread_mutex_unlock(&s->in_view);
    if (r == 0)
        compaction_follow(s);
    else
        compaction_hold(s, false);
    ret->in_us = clock_mono_us() - start;
    return r == 0 ? folder_clear(s, why) : r;
}

int run_commit(struct batch *b, size_t file_rows, struct run_report *ret, struct reason *reterr_why)
{
    struct store *s = b->store;
    struct files files;
    *ret = (struct run_report){0};
    CHECK(b->range_count == 0);
    choose(b, file_rows, &files);
    if (files.count == 0)
        return batch_commit(b, reterr_why);
    if (atomic_load(&s->is_broken))
        return reason_set(reterr_why, CE_UNAVAILABLE,
                          "the store takes no writes until it is reopened");
    int r = store_expect_room(s, FILES_COPIES * batch_bytes(b), reterr_why);
    if (r < 0)
        return r;
    ret->files = files.count;
    pthread_rwlock_rdlock(&s->in_use);
    r = go_down(b, &files, ret, reterr_why);
    pthread_rwlock_unlock(&s->in_use);
    if (r < 0)
        atomic_store(&s->is_broken, true);
    batch_clear(b);
    return r;
}

/* ---- after a restart ---- */

static int finish(struct store *s, struct slice intent, struct reason *why)
{
    struct files files;
    rocksdb_writebatch_t *end = rocksdb_writebatch_create();
    int r = intent_decode(s, intent, &files, end);
    if (r < 0)
        r = reason_set(why, r, "the intent of a run is damaged; restore a backup");
    if (r == 0)
        r = take_in(s, &files, end, why);
    rocksdb_writebatch_destroy(end);
    return r;
}

int run_finish(struct store *s, struct reason *reterr_why)
{
    struct slice key = SLICE(RUN_KEY);
    char *message = NULL;
    size_t n;
    rocksdb_readoptions_t *read = rocksdb_readoptions_create();
    char *value = rocksdb_get_cf(s->db, read, s->cf[CF_STATE], key.p, key.n, &n, &message);
    rocksdb_readoptions_destroy(read);
    if (message)
        return store_error(message, reterr_why);
    int r = value ? finish(s, slice_make(value, n), reterr_why) : 0;
    rocksdb_free(value);
    return r == 0 ? folder_clear(s, reterr_why) : r;
}
