#pragma once
#include <rocksdb/c.h>

/* RocksDB as limits.md C5 found it best on two cores, with three families and nothing of ours: the
 * record's bytes, its natural key, one index by day. */
enum rocks_family { ROCKS_RECORD, ROCKS_SOURCE, ROCKS_DAY, ROCKS_FAMILIES };

struct rocks {
    rocksdb_t *db;
    rocksdb_column_family_handle_t *cf[ROCKS_FAMILIES];
    rocksdb_column_family_handle_t *unused; /* `default`, which RocksDB insists on */
};

/* A family's options, its blocks and its filter; `cache` may be NULL where nothing is read. The
 * caller destroys them. */
rocksdb_options_t *rocks_family_options(enum rocks_family family, rocksdb_cache_t *cache);

/* Opens or makes the database; ends the program when it cannot. */
struct rocks rocks_open(const char *dir);
void rocks_close(struct rocks *r);
