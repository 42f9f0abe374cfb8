#pragma once
#include "base/arena.h"
#include "base/civil.h"
#include "store/batch.h"

/* Details of receipts are kept for some days, their counts for ever (design §6). Looks at the
 * oldest batches that still have details and puts one range deletion into the batch for those that
 * were finished at least `days` before now. CE_IO.
 */
int sweep_receipts(struct batch *b, struct store *s, struct arena *a, struct utc_ms now, int days);
