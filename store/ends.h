#pragma once
#include <stdint.h>

#include "base/civil.h"
#include "base/slice.h"
#include "record/record.h"

/* What ends of a record, and when: the rows of by_term that follow from its header. One row for
 * each day, so that a record has two at most. */
enum end { END_PUBLICATION = 1, END_RETENTION = 2 }; /* bits; stored */
enum { ENDS_MAX = 2, END_BYTES = 2 };
struct ends_row {
    struct day day;
    uint8_t what; /* bits of enum end */
};

/* None for a revoked record, and for ends that never come. */
unsigned ends_of(const struct record_head *h, struct ends_row ret[ENDS_MAX]);
/* The value of by_term: format 1, what ends then. */
void ends_encode(uint8_t what, uint8_t out[END_BYTES]);
/* CE_FORMAT. */
int ends_decode(struct slice bytes, uint8_t *ret_what);
