#pragma once
#include <stddef.h>

#include "base/attr.h"
#include "base/slice.h"

/* Memory of one message, one request or one parcel of rows: given out piece by piece, taken back in
 * one go. Pieces are aligned to 16 bytes and zeroed. Sizes that come from input are bounded by the
 * caller first; going over the arena's limit is a bug and aborts. */
struct arena;

struct arena *arena_create(size_t limit_bytes);
/* Accepts NULL. */
void arena_destroy(struct arena *a);
DEFINE_AUTO(struct arena, arena_destroy)
/* Takes everything back and keeps the first block for the next round. */
void arena_reset(struct arena *a);
void *arena_alloc(struct arena *a, size_t n);
/* Where the arena stands, and going back there: everything given out since is taken back. */
struct arena_mark {
    void *block;
    size_t block_used, used;
};
struct arena_mark arena_set_mark(const struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark mark);
/* A copy that lives as long as the arena; a NUL stands behind it. */
struct slice arena_dup(struct arena *a, struct slice s);
struct slice arena_printf(struct arena *a, const char *fmt, ...) PRINTF(2, 3);
/* Bytes given out since the last reset. */
size_t arena_used(const struct arena *a);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, count) ((type *)arena_alloc((a), sizeof(type) * (size_t)(count)))
