#pragma once
/* What the files of store/ share about the open database; not for other folders. */
#include <pthread.h>
#include <stdatomic.h>

#include <rocksdb/c.h>

#include "store/store.h"

/* The row in `state` of a run that goes in (store/run.c). */
#define RUN_KEY "run"

struct store {
    char *dir;
    char *db_dir;
    char *runs_dir; /* files of a run on their way in; on the same file system */
    int lock_fd;
    struct store_options options;
    pthread_rwlock_t in_use; /* read: a view or a commit; write: reopening */
    atomic_bool is_broken;
    /* Read: a view takes its snapshot; write: the families of a run go in one after the other. */
    pthread_rwlock_t in_view;
    bool is_half;  /* under in_view: some families of a run are in and others are not */
    rocksdb_t *db; /* NULL while it could not be reopened */
    rocksdb_column_family_handle_t *cf[CF_COUNT];
    rocksdb_options_t *db_options;
    rocksdb_options_t *cf_options[CF_COUNT];
    rocksdb_options_t *file_options[CF_COUNT]; /* of the files of a run */
    rocksdb_writeoptions_t *sync_write;
    rocksdb_cache_t *cache;
};

/* Frees a message of RocksDB, keeps it as the reason, returns CE_IO (CE_BUSY for a held lock). */
int store_error(char *message, struct reason *reterr_why);
