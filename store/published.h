#pragma once
#include <stdint.h>

#include "store/batch.h"
#include "store/offsets.h"
#include "store/view.h"

/* How far the receipts of a partition were told on Apache Kafka: a row of the family `state` that
 * follows what was delivered, never runs ahead of it, and is no part of digest and ledger. `number`
 * is the partition's part of keys in `log`. */
void published_put(struct batch *b, uint64_t number, uint64_t next);
/* The offset behind the last one of which a receipt was delivered; when there was none, the one at
 * which the partition was begun. CE_FORMAT. */
int published_get(struct view *v, struct arena *a, const struct partition_state *s, uint64_t *ret);
