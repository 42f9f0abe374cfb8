#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

/* The store on disk: RocksDB with the families of cf.def. One writing thread (store/batch.h), any
 * number of readers (store/view.h). */
struct store;

enum cf {
#define CF(id, name, kib, filter, dictionary, shape) CF_##id,
#include "store/cf.def"
#undef CF
    CF_COUNT
};
const char *cf_name(enum cf cf);

struct store_options {
    const char *dir;     /* the installation's data folder; the database lies in dir/db */
    int64_t cache_bytes; /* block cache; 0: 256 MiB */
    /* All write buffers together; 0: 192 MiB. While files are written they are a quarter larger at
     * most: then a commit waits. */
    int64_t buffer_bytes;
    int open_files;  /* held open at one time; 0: all */
    bool must_exist; /* do not make a new one: CE_NOT_FOUND */
    const char *db;  /* where in dir the database lies; NULL: db */
    bool is_locked;  /* the caller holds dir already, by another store in it */
};

/* Opens or makes the store and brings it to the present schema (store/migrate.h). CE_BUSY when
 * another process holds the folder, CE_FORMAT for a store of a newer schema or with damaged data,
 * CE_IO; the reason says what to do. */
int store_open(const struct store_options *o, struct store **ret, struct reason *reterr_why);
/* Waits for readers, and writes down what is only in memory and in the log, unless that is little:
 * a stopped store takes no more room than it must, and the next start has nothing to read again.
 * Accepts NULL. */
void store_close(struct store *s);
DEFINE_AUTO(struct store, store_close)

/* After a failed commit the store takes no writes (store_is_writable is false) until store_reopen,
 * which waits for the readers to leave, closes and opens again. Readers get CE_UNAVAILABLE
 * meanwhile. */
bool store_is_writable(const struct store *s);
/* Whether the disk has room for what opening again may write; CE_NO_ROOM. Until then it is not to
 * be tried: readers go on with a store that is open, and not with one that could not be opened. */
int store_has_room(struct store *s, struct reason *reterr_why);
int store_reopen(struct store *s, struct reason *reterr_why);

/* Bytes on disk of all files, and a property of RocksDB summed over the families, for metrics. */
uint64_t store_disk_bytes(struct store *s);
uint64_t store_property(struct store *s, const char *property);
/* What the filters of by_source and subject need in memory for the keys that are there now (about
 * ten bits a key). */
uint64_t store_filter_bytes(struct store *s);
/* What the store takes of memory now. */
struct store_memory {
    uint64_t cache;   /* blocks, indexes and filters */
    uint64_t buffers; /* write buffers, and those that walks still hold */
    uint64_t files;   /* what open files need beside the cache */
};
struct store_memory store_memory(struct store *s);
/* Writes what lies in memory to files; for tests and before copying. */
int store_flush(struct store *s);
