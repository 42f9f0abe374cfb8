#pragma once
#include "base/arena.h"
#include "base/civil.h"
#include "store/batch.h"

/* Details of receipts are kept for some days, their counts for ever (design §6). Puts range
 * deletions into the batch for those of batches that were finished, and of messages that came, more
 * than `days` before now, the oldest first and some at a time; and up to when there may be none.
 * CE_IO. */
int sweep_receipts(struct batch *b, struct store *s, struct arena *a, struct utc_ms now, int days);
