#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/crypt.h"
#include "base/slice.h"

/* Rejected rows as they came, kept beside their findings so that a department can have them back
 * with what is wrong, and sent in again. They may hold anything, so they lie sealed. A batch has
 * one list of columns, in the order in which they were first seen; a row is values by their place
 * in it. */
enum { KEPT_COLUMNS_MAX = 512, KEPT_NAME_BYTES_MAX = 512, KEPT_ROW_BYTES_MAX = 64 * 1024 };

struct kept_columns {
    struct slice names[KEPT_COLUMNS_MAX];
    size_t count;
};
/* The column's place; `guess` is looked at first. A new name is added (a copy, cut to
 * KEPT_NAME_BYTES_MAX). False when the list is full. */
bool kept_columns_place(struct kept_columns *c, struct arena *a, size_t guess, struct slice name,
                        size_t *ret);
/* The list sealed, and back. CE_CRYPT, CE_FORMAT. */
int kept_columns_seal(const struct keys *k, const struct kept_columns *c, struct buf *ret);
int kept_columns_open(const struct keys *k, struct arena *a, struct slice sealed,
                      struct kept_columns *ret);

/* One row: put its values that are not empty, then seal. */
void kept_row_put(struct buf *plain, size_t place, struct slice value);
int kept_row_seal(const struct keys *k, struct slice plain, struct buf *ret);
/* values[0 … count) by place, empty where the row has none; they lie in *plain. CE_CRYPT, or
 * CE_FORMAT, also for a value whose place is not below count. */
int kept_row_open(const struct keys *k, struct slice sealed, struct buf *plain,
                  struct slice *values, size_t count);
