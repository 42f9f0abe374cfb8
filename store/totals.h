#pragma once
#include "base/buf.h"
#include "base/wire.h"
#include "record/verdict.h"

/* Counts of rows inside stored values: eight LEB128 numbers in the order received, stored, changed,
 * duplicate, stale, rejected, warned, noted. */
void totals_encode(const struct totals *t, struct buf *ret);
/* Failures stick in the wire. */
void totals_decode(struct wire *w, struct totals *ret);
