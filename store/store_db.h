#pragma once
/* What the files of store/ share about the open database; not for other folders. */
#include <pthread.h>
#include <stdatomic.h>

#include <rocksdb/c.h>

#include "store/store.h"

/* In level 0, before they are joined with what lies below: each run brings one. */
enum { LEVEL_0_FILES = 6 };
/* The row in `state` of a run that goes in (store/run.c). */
#define RUN_KEY "run"

/* A snapshot that several views share. */
struct picture {
    const rocksdb_snapshot_t *snapshot;
    uint64_t sequence; /* taken just before the snapshot, so that it is never newer */
    unsigned users;
};

struct store {
    char *dir;
    char *db_dir;
    char *runs_dir; /* files of a run on their way in; within db_dir, so that a copy has them */
    int lock_fd;
    struct store_options options;
    pthread_rwlock_t in_use; /* read: a view or a commit; write: reopening */
    atomic_bool is_broken;
    int64_t wanted_room; /* on the disk, by the last commit */
    pthread_mutex_t in_view;
    struct picture *before; /* under in_view: while a run goes in, what views see; else NULL */
    rocksdb_t *db;          /* NULL while it could not be reopened */
    rocksdb_column_family_handle_t *cf[CF_COUNT];
    rocksdb_options_t *db_options;
    rocksdb_options_t *cf_options[CF_COUNT];
    rocksdb_options_t *file_options[CF_COUNT]; /* of the files of a run */
    rocksdb_writeoptions_t *sync_write, *plain_write;
    rocksdb_env_t *env;
    rocksdb_cache_t *cache;
    /* Compactions (store/compaction.c); the writing thread's. */
    bool puts_off;       /* while runs come */
    bool is_catching_up; /* too much was put off */
    bool has_runs;       /* since level 0 was written down last */
    unsigned joins;      /* families whose level 0 is being written down, a bit each */
};

/* The steps of store_open and store_close: the folder is held and nothing opened; the database is
 * opened in it (then 0, or CE_... and nothing is open); it is closed, and the folder still held. */
int store_hold(const struct store_options *o, struct store **ret, struct reason *reterr_why);
int store_begin(struct store *s, struct reason *reterr_why);
void store_end(struct store *s);
/* Of this moment, with one user. */
struct picture *picture_take(struct store *s);
/* One user less; the last one releases it. With in_view held. */
void picture_drop(struct store *s, struct picture *p);

/* Frees a message of RocksDB, keeps it as the reason, returns CE_IO (CE_BUSY for a held lock,
 * CE_NO_ROOM for a full disk, CE_FORMAT for damage). */
int store_error(char *message, struct reason *reterr_why);
/* What was made, renamed or removed in the folder is durable behind it. CE_IO, errno saying why. */
int folder_sync(const char *path, struct reason *reterr_why);
/* Before a commit that writes so many bytes: whether the disk has them beside what emptying the
 * buffers may take, so that RocksDB does not meet a full disk. CE_NO_ROOM. */
int store_expect_room(struct store *s, size_t bytes, struct reason *reterr_why);
/* Waits until the write buffers can take so many bytes more. With in_use held, before a write. What
 * hinders them from being emptied is then told by the write itself. */
void store_wait_for_room(struct store *s, size_t bytes);
