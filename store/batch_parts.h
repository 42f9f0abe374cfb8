#pragma once
/* What the two ways down for a gathered batch share: as one write batch (batch.c), and as files
 * that go in together (run.c). Not for others. */
#include <rocksdb/c.h>

#include "store/batch.h"

struct row {
    struct slice key;
    struct slice value;
    struct row *chain; /* next in the hash's bucket */
    uint32_t hash;
    uint8_t cf;
    bool is_delete;
    bool is_noted; /* of the store, read ahead: in no family's list */
};
struct range {
    struct slice from, to;
    enum cf cf;
};

/* The rows of one family: the first `sorted` in key order, the later ones as they came. */
struct family {
    struct row **rows;
    size_t count, cap, sorted;
};

struct batch {
    struct store *store;
    struct arena *arena;
    struct family families[CF_COUNT];
    size_t count; /* rows of all families */
    size_t noted; /* rows that were read ahead */
    struct row **buckets;
    size_t bucket_count; /* a power of two */
    struct range ranges[8];
    unsigned range_count;
    rocksdb_readoptions_t *read;
    struct view *view; /* that walks share; NULL: each has its own */
    struct walk *walks[CF_COUNT];
    rocksdb_writebatch_t
        *form; /* RocksDB's form of it; kept for the next one, unless it is large */
};

/* All rows of the family in key order. */
void batch_sort_family(struct family *f);
void batch_fill_family(struct batch *b, enum cf cf, rocksdb_writebatch_t *wb);
