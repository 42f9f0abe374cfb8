/* Opening and closing RocksDB: options of each family, one process for each folder, reopening after
 * a failed commit. The figures are those of the configuration that was measured (docs/adr/0006):
 * small write buffers for indexes, one shared cache with index and filter blocks in it, 256 MB of
 * log at most so that a restart stays short. The cache is not strict, because a strict one that is
 * full fails reads and commits (docs/adr/0026). */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "base/fault.h"
#include "store/compaction.h"
#include "store/migrate.h"
#include "store/run.h"
#include "store/store_db.h"

static const double BUFFER_FILTER_RATIO = 0.02; /* of a write buffer */

enum {
    FILTER_BITS = 10, /* for each key */
    CACHE_BYTES = 256 << 20,
    SHARD_BYTES_MIN = 4 << 20, /* of the cache: several times the largest block, a row of 1 MiB */
    SHARD_BITS_MAX = 6,
    BUFFER_BYTES = 192 << 20,
    BUFFER_BYTES_MIN = 256 << 10, /* of one family */
    ROOM_MS_MAX = 10000,          /* that a commit waits for room in the write buffers */
    LEVEL_0_SLOW = 64,            /* above what a run waits for (store/run.c): from here on RocksDB
                                     lets no buffer be flushed before it has compacted, and a run does */
    LEVEL_0_STOP = 80,
    DICTIONARY_BYTES = 16 << 10,
    SAMPLES_BYTES = 400 << 10, /* from which a dictionary is made: four times as many save one byte
                                  in a hundred and take 70 ms more for each file */
    SAMPLED_BYTES_MAX = 4 << 20, /* of a file, held in memory until its dictionary is made */
    ZSTD_WINDOW_BITS = -14,      /* with the next two RocksDB's own defaults */
    ZSTD_LEVEL = 32767,
    ZSTD_STRATEGY = 0,
    SILENT = 5, /* RocksDB's HEADER_LEVEL; what it calls headers is of a lower one */
    LEFT_IN_LOG_BYTES = 4 << 20, /* at the most, by a store that is closed */
    ROOM_BYTES = 16 << 20, /* beside the buffers: small files, and what is written meanwhile */
};

static const struct {
    const char *name;
    int kib;
    bool filter, dictionary;
} families[CF_COUNT] = {
#define CF(id, name_, kib_, filter_, dictionary_, shape)                                           \
    [CF_##id] = {name_, kib_, filter_, dictionary_},
#include "store/cf.def"
#undef CF
};

const char *cf_name(enum cf cf)
{
    return families[cf].name;
}

int store_error(char *message, struct reason *reterr_why)
{
    int err = CE_IO;
    if (message && strstr(message, "No space left"))
        err = CE_NO_ROOM;
    else if (message && (strstr(message, "lock hold") || strstr(message, "LOCK")))
        err = CE_BUSY;
    else if (message && strncmp(message, "Corruption", 10) == 0)
        err = CE_FORMAT;
    reason_set(reterr_why, err, "%s", message ? message : "unknown");
    rocksdb_free(message);
    return err;
}

int folder_sync(const char *path, struct reason *reterr_why)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int r = fd < 0 || fsync(fd) < 0 ? CE_IO : 0;
    int err = errno;
    if (r < 0)
        reason_set(reterr_why, r, "%s: %s", path, strerror(err));
    if (fd >= 0)
        close(fd);
    errno = err;
    return r;
}

static int64_t buffer_bytes(const struct store_options *o)
{
    return o->buffer_bytes ? o->buffer_bytes : BUFFER_BYTES;
}

/* A family's share of the write buffers. Together they are no more than all may take, because a log
 * that is replayed fills each of them before the common limit is looked at. */
static size_t family_buffer_bytes(const struct store_options *o, enum cf cf)
{
    int64_t sum = 0, most = (int64_t)families[cf].kib * 1024;
    for (int i = 0; i < CF_COUNT; i++)
        sum += (int64_t)families[i].kib * 1024;
    int64_t share = (int64_t)((double)most * (double)buffer_bytes(o) / (double)sum);
    share = share < most ? share : most;
    return (size_t)(share > BUFFER_BYTES_MIN ? share : BUFFER_BYTES_MIN);
}

static rocksdb_options_t *db_options_make(const struct store_options *o)
{
    rocksdb_options_t *opt = rocksdb_options_create();
    rocksdb_options_set_create_if_missing(opt, !o->must_exist);
    rocksdb_options_set_create_missing_column_families(opt, 1);
    rocksdb_options_set_max_background_jobs(opt, 2);
    rocksdb_options_set_bytes_per_sync(opt, 1 << 20);
    rocksdb_options_set_wal_bytes_per_sync(opt, 1 << 20);
    rocksdb_options_set_max_total_wal_size(opt, 256 << 20);
    /* 0: a row cut off at the end of the log is a commit that never was; damage before it is told,
     * where the default would silently drop everything behind it. */
    rocksdb_options_set_wal_recovery_mode(opt, 0);
    rocksdb_options_set_max_open_files(opt, o->open_files ? o->open_files : -1);
    rocksdb_options_set_db_write_buffer_size(opt, (size_t)buffer_bytes(o));
    /* No log of RocksDB's own: when a line of it finds no room on the disk, the next one ends the
     * process by an assertion (docs/adr/0034). The file is there, and empty. */
    rocksdb_options_set_info_log_level(opt, SILENT);
    rocksdb_options_set_keep_log_file_num(opt, 1);
    return opt;
}

/* What does not fit its shard is read, and made, anew for every question. RocksDB's own shards are
 * 512 KiB at the least. */
static rocksdb_cache_t *cache_make(int64_t bytes)
{
    int bits = 0;
    while (bits < SHARD_BITS_MAX && bytes >> (bits + 1) >= SHARD_BYTES_MIN)
        bits++;
    rocksdb_lru_cache_options_t *opt = rocksdb_lru_cache_options_create();
    rocksdb_lru_cache_options_set_capacity(opt, (size_t)bytes);
    rocksdb_lru_cache_options_set_num_shard_bits(opt, bits);
    rocksdb_cache_t *cache = rocksdb_cache_create_lru_opts(opt);
    rocksdb_lru_cache_options_destroy(opt);
    return cache;
}

/* The last level holds nearly everything. */
static void last_level_set(rocksdb_options_t *opt, enum cf cf)
{
    rocksdb_options_set_bottommost_compression(opt, rocksdb_zstd_compression);
    if (!families[cf].dictionary)
        return;
    rocksdb_options_set_bottommost_compression_options(opt, ZSTD_WINDOW_BITS, ZSTD_LEVEL,
                                                       ZSTD_STRATEGY, DICTIONARY_BYTES, true);
    rocksdb_options_set_bottommost_compression_options_zstd_max_train_bytes(opt, SAMPLES_BYTES,
                                                                            true);
    rocksdb_options_set_bottommost_compression_options_max_dict_buffer_bytes(opt, SAMPLED_BYTES_MAX,
                                                                             true);
}

/* Files of a run are written by the thread that everybody waits for: not with the slow compression
 * of the last level, which compaction brings later. */
static rocksdb_options_t *cf_options_make(const struct store_options *o, enum cf cf,
                                          rocksdb_cache_t *cache, bool is_for_files)
{
    rocksdb_options_t *opt = rocksdb_options_create();
    rocksdb_options_set_write_buffer_size(opt, family_buffer_bytes(o, cf));
    rocksdb_options_set_max_write_buffer_number(opt, 3);
    rocksdb_options_set_level_compaction_dynamic_level_bytes(opt, 1);
    rocksdb_options_set_level0_file_num_compaction_trigger(opt, LEVEL_0_FILES);
    rocksdb_options_set_level0_slowdown_writes_trigger(opt, LEVEL_0_SLOW);
    rocksdb_options_set_level0_stop_writes_trigger(opt, LEVEL_0_STOP);
    rocksdb_options_set_compression(opt, rocksdb_lz4_compression);
    if (!is_for_files)
        last_level_set(opt, cf);
    rocksdb_block_based_table_options_t *table = rocksdb_block_based_options_create();
    rocksdb_block_based_options_set_block_size(table, 8 * 1024);
    rocksdb_block_based_options_set_format_version(table, 5);
    rocksdb_block_based_options_set_block_cache(table, cache);
    rocksdb_block_based_options_set_cache_index_and_filter_blocks(table, 1);
    rocksdb_block_based_options_set_pin_l0_filter_and_index_blocks_in_cache(table, 1);
    /* In pieces: an index whole is more than 1 MiB for a file of 64, and throws out all the rest.
     */
    rocksdb_block_based_options_set_index_type(
        table, rocksdb_block_based_table_index_type_two_level_index_search);
    if (families[cf].filter) {
        /* Most keys that are asked for are in no buffer either. */
        rocksdb_options_set_memtable_prefix_bloom_size_ratio(opt, BUFFER_FILTER_RATIO);
        rocksdb_options_set_memtable_whole_key_filtering(opt, 1);
        rocksdb_block_based_options_set_filter_policy(
            table, rocksdb_filterpolicy_create_ribbon(FILTER_BITS));
        rocksdb_block_based_options_set_partition_filters(table, 1);
    }
    rocksdb_options_set_block_based_table_factory(opt, table);
    rocksdb_block_based_options_destroy(table);
    return opt;
}

static void db_close(struct store *s)
{
    if (!s->db)
        return;
    compaction_forget(s);
    /* Of a run that failed half-way; there are no views any more. */
    if (s->before)
        picture_drop(s, TAKE(s->before));
    for (int i = 0; i < CF_COUNT; i++)
        rocksdb_column_family_handle_destroy(s->cf[i]);
    rocksdb_close(s->db);
    s->db = NULL;
}

/* With what a run began and did not end. */
static int db_open(struct store *s, struct reason *reterr_why)
{
    const char *names[CF_COUNT + 1] = {"default"};
    const rocksdb_options_t *options[CF_COUNT + 1] = {s->db_options};
    rocksdb_column_family_handle_t *handles[CF_COUNT + 1];
    for (int i = 0; i < CF_COUNT; i++) {
        names[i + 1] = families[i].name;
        options[i + 1] = s->cf_options[i];
    }
    char *message = NULL;
    s->db = rocksdb_open_column_families(s->db_options, s->db_dir, CF_COUNT + 1, names, options,
                                         handles, &message);
    if (!s->db)
        return store_error(message, reterr_why);
    rocksdb_column_family_handle_destroy(handles[0]);
    memcpy(s->cf, handles + 1, sizeof s->cf);
    int r = run_finish(s, reterr_why);
    if (r < 0)
        db_close(s);
    return r;
}

/* Our own lock beside RocksDB's: its holder is told by name, and a dead process never leaves it
 * behind. */
static int folder_lock(struct store *s, struct reason *reterr_why)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/lock", s->dir);
    s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (s->lock_fd < 0)
        return reason_set(reterr_why, CE_IO, "%s: %s", path, strerror(errno));
    if (flock(s->lock_fd, LOCK_EX | LOCK_NB) == 0) {
        char pid[32];
        int n = snprintf(pid, sizeof pid, "%d\n", (int)getpid());
        if (ftruncate(s->lock_fd, 0) < 0 || pwrite(s->lock_fd, pid, (size_t)n, 0) != n)
            return reason_set(reterr_why, CE_IO, "%s: %s", path, strerror(errno));
        return 0;
    }
    char holder[32] = "";
    ssize_t n = pread(s->lock_fd, holder, sizeof holder - 1, 0);
    while (n > 0 && (holder[n - 1] < '0' || holder[n - 1] > '9'))
        holder[--n] = 0;
    return reason_set(
        reterr_why, CE_BUSY,
        "%s is held by process %s; stop it first, or give this one a folder of its own", s->dir,
        *holder ? holder : "?");
}

int store_hold(const struct store_options *o, struct store **ret, struct reason *reterr_why)
{
    struct stat st;
    if (stat(o->dir, &st) < 0) {
        if (o->must_exist)
            return reason_set(reterr_why, CE_NOT_FOUND, "%s: there is no store", o->dir);
        if (mkdir(o->dir, 0700) < 0)
            return reason_set(reterr_why, CE_IO, "cannot make the folder %s: %s", o->dir,
                              strerror(errno));
    }
    struct store *s = calloc(1, sizeof *s);
    CHECK(s);
    s->lock_fd = -1;
    s->options = *o;
    s->dir = strdup(o->dir);
    CHECK(s->dir && asprintf(&s->db_dir, "%s/%s", o->dir, o->db ? o->db : "db") > 0 &&
          asprintf(&s->runs_dir, "%s/runs", s->db_dir) > 0);
    s->options.dir = s->dir;
    s->options.db = NULL; /* the caller's; db_dir says it */
    /* A stream of readers must not keep reopening out for ever: once it waits, new ones are turned
     * away. */
    pthread_rwlockattr_t attr;
    pthread_rwlockattr_init(&attr);
    pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&s->in_use, &attr);
    pthread_mutex_init(&s->in_view, NULL);
    pthread_rwlockattr_destroy(&attr);
    s->cache = cache_make(o->cache_bytes ? o->cache_bytes : CACHE_BYTES);
    s->env = rocksdb_create_default_env();
    s->db_options = db_options_make(o);
    for (int i = 0; i < CF_COUNT; i++) {
        s->cf_options[i] = cf_options_make(o, (enum cf)i, s->cache, false);
        s->file_options[i] = cf_options_make(o, (enum cf)i, s->cache, true);
    }
    s->sync_write = rocksdb_writeoptions_create();
    rocksdb_writeoptions_set_sync(s->sync_write, 1);
    s->plain_write = rocksdb_writeoptions_create();

    int r = 0;
    if (o->must_exist && stat(s->db_dir, &st) < 0)
        r = reason_set(reterr_why, CE_NOT_FOUND, "%s: there is no store", o->dir);
    if (r == 0 && !o->is_locked)
        r = folder_lock(s, reterr_why);
    if (r < 0) {
        store_close(s);
        return r;
    }
    *ret = s;
    return 0;
}

int store_begin(struct store *s, struct reason *reterr_why)
{
    int r = db_open(s, reterr_why);
    return r < 0 ? r : migrate_run(s, reterr_why);
}

int store_open(const struct store_options *o, struct store **ret, struct reason *reterr_why)
{
    struct store *s;
    int r = store_hold(o, &s, reterr_why);
    if (r < 0)
        return r;
    r = store_begin(s, reterr_why);
    if (r < 0) {
        store_close(s);
        return r;
    }
    *ret = s;
    return 0;
}

void store_end(struct store *s)
{
    pthread_rwlock_wrlock(&s->in_use);
    db_close(s);
    pthread_rwlock_unlock(&s->in_use);
}

void store_close(struct store *s)
{
    if (!s)
        return;
    /* What cannot be written down is in the log. */
    if (store_property(s, "rocksdb.cur-size-all-mem-tables") > LEFT_IN_LOG_BYTES)
        store_flush(s);
    store_end(s);
    pthread_rwlock_destroy(&s->in_use);
    pthread_mutex_destroy(&s->in_view);
    for (int i = 0; i < CF_COUNT; i++) {
        rocksdb_options_destroy(s->cf_options[i]);
        rocksdb_options_destroy(s->file_options[i]);
    }
    rocksdb_options_destroy(s->db_options);
    rocksdb_writeoptions_destroy(s->sync_write);
    rocksdb_writeoptions_destroy(s->plain_write);
    rocksdb_env_destroy(s->env);
    rocksdb_cache_destroy(s->cache);
    if (s->lock_fd >= 0)
        close(s->lock_fd);
    free(s->db_dir);
    free(s->runs_dir);
    free(s->dir);
    free(s);
}

bool store_is_writable(const struct store *s)
{
    return !atomic_load(&s->is_broken);
}

/* What lies in the buffers, or in a log that is replayed, becomes files. */
static int64_t reserve_bytes(const struct store *s)
{
    return buffer_bytes(&s->options) + ROOM_BYTES;
}

static int expect_room(const struct store *s, int64_t wanted, struct reason *reterr_why)
{
    struct statvfs disk;
    if (statvfs(s->db_dir, &disk) < 0)
        return reason_set(reterr_why, CE_IO, "%s: %s", s->db_dir, strerror(errno));
    int64_t room = fault_hit(FAULT_DISK_FULL) ? 0 : (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
    if (room >= wanted)
        return 0;
    return reason_set(reterr_why, CE_NO_ROOM,
                      "the disk of %s has room for %" PRId64 " MiB; make it %" PRId64 " MiB",
                      s->db_dir, room >> 20, ((wanted + ROOM_BYTES) >> 20) + 1);
}

int store_expect_room(struct store *s, size_t bytes, struct reason *reterr_why)
{
    s->wanted_room = reserve_bytes(s) + (int64_t)bytes;
    return expect_room(s, s->wanted_room, reterr_why);
}

int store_has_room(struct store *s, struct reason *reterr_why)
{
    return expect_room(s, s->wanted_room + ROOM_BYTES, reterr_why);
}

bool store_has_failed(struct store *s)
{
    uint64_t count = 0;
    pthread_rwlock_rdlock(&s->in_use);
    if (s->db)
        rocksdb_property_int(s->db, "rocksdb.background-errors", &count);
    pthread_rwlock_unlock(&s->in_use);
    return count > 0;
}

int store_reopen(struct store *s, struct reason *reterr_why)
{
    pthread_rwlock_wrlock(&s->in_use);
    atomic_store(&s->is_broken, true); /* for as long as it cannot be opened */
    db_close(s);
    int r = db_open(s, reterr_why);
    if (r == 0)
        atomic_store(&s->is_broken, false);
    pthread_rwlock_unlock(&s->in_use);
    return r;
}

/* With in_use held. */
static uint64_t property_sum(struct store *s, const char *property)
{
    uint64_t sum = 0;
    for (int i = 0; s->db && i < CF_COUNT; i++) {
        uint64_t v = 0;
        if (rocksdb_property_int_cf(s->db, s->cf[i], property, &v) == 0)
            sum += v;
    }
    return sum;
}

uint64_t store_property(struct store *s, const char *property)
{
    pthread_rwlock_rdlock(&s->in_use);
    uint64_t sum = property_sum(s, property);
    pthread_rwlock_unlock(&s->in_use);
    return sum;
}

struct store_memory store_memory(struct store *s)
{
    return (struct store_memory){
        .cache = rocksdb_cache_get_usage(s->cache),
        .buffers = store_property(s, "rocksdb.size-all-mem-tables"),
        .files = store_property(s, "rocksdb.estimate-table-readers-mem"),
    };
}

/* RocksDB begins to empty the buffers when they are nearly full, and lets writers go on. */
void store_wait_for_room(struct store *s, size_t bytes)
{
    uint64_t most = (uint64_t)buffer_bytes(&s->options) / 4 * 5;
    for (int ms = 0; ms < ROOM_MS_MAX; ms++) {
        uint64_t held = property_sum(s, "rocksdb.cur-size-all-mem-tables");
        if (held + bytes <= most || held <= most / 2)
            return;
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
}

uint64_t store_filter_bytes(struct store *s)
{
    uint64_t keys = 0;
    pthread_rwlock_rdlock(&s->in_use);
    for (int i = 0; s->db && i < CF_COUNT; i++) {
        uint64_t v = 0;
        if (families[i].filter &&
            rocksdb_property_int_cf(s->db, s->cf[i], "rocksdb.estimate-num-keys", &v) == 0)
            keys += v;
    }
    pthread_rwlock_unlock(&s->in_use);
    return keys * FILTER_BITS / 8;
}

uint64_t store_disk_bytes(struct store *s)
{
    return store_property(s, "rocksdb.total-sst-files-size");
}

int store_flush(struct store *s)
{
    rocksdb_flushoptions_t *o = rocksdb_flushoptions_create();
    rocksdb_flushoptions_set_wait(o, 1);
    char *message = NULL;
    pthread_rwlock_rdlock(&s->in_use);
    for (int i = 0; s->db && i < CF_COUNT && !message; i++)
        rocksdb_flush_cf(s->db, o, s->cf[i], &message);
    pthread_rwlock_unlock(&s->in_use);
    rocksdb_flushoptions_destroy(o);
    return message ? store_error(message, NULL) : 0;
}
