#pragma once
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"
#include "store/receipts.h"

/* What a department is told on its topic of receipts: one message for each commit and partition,
 * which covers every offset from the first to the last (docs/formats/receipt-message.md). A pure
 * function of what the store holds, so that telling it again tells the same. */

enum { RECEIPT_ID_BYTES = 320 };
/* What the receipt is about. */
struct receipt_about {
    struct slice topic; /* of submissions */
    uint32_t partition;
    unsigned generation; /* how often that partition was begun anew */
    struct slice department;
};

/* "TOPIC/PARTITION/FIRST-LAST"; of a partition that was begun anew "TOPIC/PARTITION.1/FIRST-LAST".
 * NUL-terminated. */
void receipt_message_id(const struct receipt_about *about, uint64_t first, uint64_t last,
                        char out[RECEIPT_ID_BYTES]);
/* Appends the message for the offsets from `from`, one of the pack's, on: all of the pack, or as
 * many as bring it to about `bytes_wanted`, at least one. Returns the offset behind the last one.
 */
uint64_t receipt_message_put(const struct receipt_about *about, const struct receipt_read *pack,
                             uint64_t from, size_t bytes_wanted, struct buf *b);
/* The message for offsets of which nothing is known any more, because their receipts were older
 * than they are kept. */
void receipt_message_put_swept(const struct receipt_about *about, uint64_t from, uint64_t end,
                               struct buf *b);
