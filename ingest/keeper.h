#pragma once
#include "base/arena.h"
#include "base/crypt.h"
#include "ingest/reader.h"

/* Seals the rows of one submission that were rejected, for its reject file (store/kept.h). */
struct keeper;
/* `columns`: as the batch was left, sealed; empty for a new one. CE_CRYPT, CE_FORMAT. */
int keeper_create(const struct keys *k, struct slice columns, struct keeper **ret);
/* Accepts NULL. */
void keeper_destroy(struct keeper *k);
DEFINE_AUTO(struct keeper, keeper_destroy)
/* The row sealed, in the arena; empty when it is longer than what is kept, or has no values. */
int keeper_row(struct keeper *k, struct arena *a, const struct raw_row *row, struct slice *ret);
/* The columns of all rows so far, sealed, in the arena; empty when there are none. */
int keeper_columns(struct keeper *k, struct arena *a, struct slice *ret);
