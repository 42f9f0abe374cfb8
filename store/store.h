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
#define CF(id, name, kib, filter, shape) CF_##id,
#include "store/cf.def"
#undef CF
    CF_COUNT
};
const char *cf_name(enum cf cf);

struct store_options {
    const char *dir;      /* the installation's data folder; the database lies in dir/db */
    int64_t cache_bytes;  /* block cache; 0: 256 MiB */
    int64_t buffer_bytes; /* all write buffers together; 0: 192 MiB */
    bool must_exist;      /* do not make a new one: CE_NOT_FOUND */
};

/* Opens or makes the store and brings it to the present schema (store/migrate.h). CE_BUSY when
 * another process holds the folder, CE_FORMAT for a store of a newer schema or with damaged data,
 * CE_IO; the reason says what to do. */
int store_open(const struct store_options *o, struct store **ret, struct reason *reterr_why);
/* Waits for readers. Accepts NULL. */
void store_close(struct store *s);
DEFINE_AUTO(struct store, store_close)

/* After a failed commit the store takes no writes (store_is_writable is false) until store_reopen,
 * which waits for the readers to leave, closes and opens again. Readers get CE_UNAVAILABLE
 * meanwhile. */
bool store_is_writable(const struct store *s);
int store_reopen(struct store *s, struct reason *reterr_why);

/* Bytes on disk of all files, and a property of RocksDB summed over the families, for metrics. */
uint64_t store_disk_bytes(struct store *s);
uint64_t store_property(struct store *s, const char *property);
/* What the filters of by_source and subject need in memory for the keys that are there now (about
 * ten bits a key). */
uint64_t store_filter_bytes(struct store *s);
/* Writes what lies in memory to files; for tests and before copying. */
int store_flush(struct store *s);
