#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/slice.h"
#include "store/store.h"
#include "store/view.h"

/* What one commit writes, all or nothing (design §1.4). Rows are gathered first, so that the writer
 * reads its own writes (batch_get), the last value for a key holds, and each family is written in
 * key order. The first failure sticks and batch_commit returns it. For the one writing thread. */
struct batch;

/* `s` NULL: one that is never committed; what it holds is all there is (batch_take_puts). */
struct batch *batch_create(struct store *s);
/* Accepts NULL. */
void batch_destroy(struct batch *b);
DEFINE_AUTO(struct batch, batch_destroy)
/* Forgets everything gathered. */
void batch_clear(struct batch *b);

/* Key and value are copied. */
void batch_put(struct batch *b, enum cf cf, struct slice key, struct slice value);
void batch_delete(struct batch *b, enum cf cf, struct slice key);
/* Every key in [from, to); applied before the rows of this batch, and not seen by batch_get. */
void batch_delete_range(struct batch *b, enum cf cf, struct slice from, struct slice to);

/* The value as it will be after this commit: what the batch holds, else what the store has now.
 * Borrowed from the batch or copied into the arena; good until batch_clear or the next put of that
 * key. CE_NOT_FOUND, CE_IO. */
int batch_get(struct batch *b, struct arena *a, enum cf cf, struct slice key, struct slice *ret);
/* Only what the batch itself holds: 1 with *ret for a put, -1 for a delete, 0 for nothing. */
int batch_peek(const struct batch *b, enum cf cf, struct slice key, struct slice *ret);

/* Looks up many keys at once, in key order, which costs half of what single look-ups do: from now
 * on batch_get has what the store has of them. Keys that the batch holds are passed over. `a` for
 * the time of the call. CE_IO, CE_UNAVAILABLE. */
int batch_read_ahead(struct batch *b, struct arena *a, enum cf cf, size_t count,
                     const struct slice *keys);

/* Walks the rows with that prefix as they will be after this commit, ascending. `each` returns
 * false to stop, and puts nothing into the family it walks. */
int batch_walk(struct batch *b, enum cf cf, struct slice prefix,
               bool (*each)(void *ctx, struct slice key, struct slice value), void *ctx);

/* Between the two, walks share one view of the store and one iterator of each family, which is
 * quick for many short ones in key order. The second returns what went wrong with any of them. */
int batch_walks_begin(struct batch *b);
int batch_walks_end(struct batch *b);

/* Brings the family's rows into key order: walks are quick until the next put. */
void batch_sort(struct batch *b, enum cf cf);

/* Hands out every row that was put and not deleted again, family by family in key order, and
 * forgets everything. `each` returns 0, or CE_... which ends it and is returned. */
int batch_take_puts(struct batch *b,
                    int (*each)(void *ctx, enum cf cf, struct slice key, struct slice value),
                    void *ctx);

/* Rows (puts and deletes) gathered for a family: the budget of design §6 is tested with it. */
size_t batch_rows(const struct batch *b, enum cf cf);
size_t batch_rows_all(const struct batch *b);
/* Memory that the gathered rows take. */
size_t batch_bytes(const struct batch *b);

/* Writes with one fsync and empties the batch. Nothing is written when anything failed before;
 * then, or when RocksDB fails, the store takes no writes until it is reopened. */
int batch_commit(struct batch *b, struct reason *reterr_why);
/* The same without the fsync, for what nobody is told as done: it outlives the process, and a power
 * cut may take it, but never a part of it, nor after anything that was committed later with an
 * fsync, for the log is in order. */
int batch_commit_unsynced(struct batch *b, struct reason *reterr_why);
