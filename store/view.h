#pragma once
#include <stdbool.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/slice.h"
#include "store/store.h"

/* A consistent picture of the store: everything read through one view is of one moment.
 * Short-lived; holds the store open. Not shared between threads. */
struct view;

/* CE_UNAVAILABLE while the store is being reopened. */
int view_open(struct store *s, struct view **ret);
/* Accepts NULL. */
void view_close(struct view *v);
DEFINE_AUTO(struct view, view_close)

/* Rises with every commit: equal numbers mean equal content (a commit in this very moment may make
 * it lag). */
uint64_t view_sequence(const struct view *v);

/* The value, copied into the arena. CE_NOT_FOUND, CE_IO. */
int view_get(struct view *v, struct arena *a, enum cf cf, struct slice key, struct slice *ret);
/* Many at once, keys in ascending order for speed; absent ones come back as {NULL, 0}. */
int view_get_many(struct view *v, struct arena *a, enum cf cf, size_t count,
                  const struct slice *keys, struct slice *ret_values);

/* A walk over the keys from `from` on that begin with `prefix` (both may be empty), ascending:
 *
 *     struct walk *w = walk_open(v, CF_RECORD, prefix, from);
 *     for (; walk_valid(w); walk_next(w)) … walk_key(w), walk_value(w) …
 *     int r = walk_close(w);      0, or CE_IO when the walk ended by a failure
 */
struct walk;
struct walk *walk_open(struct view *v, enum cf cf, struct slice prefix, struct slice from);
bool walk_valid(const struct walk *w);
void walk_next(struct walk *w);
/* On to the first key not below `key` (within the prefix). */
void walk_seek(struct walk *w, struct slice key);
/* Back or on to the last key not above `key` (within the prefix). */
void walk_seek_back(struct walk *w, struct slice key);
/* Borrowed until the next step. */
struct slice walk_key(const struct walk *w);
struct slice walk_value(const struct walk *w);
int walk_close(struct walk *w);
