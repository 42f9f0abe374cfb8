#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/crypt.h"
#include "record/record.h"
#include "store/view.h"

/* The digest of a store's content (design §7): the sum modulo 2^256 of SHA-256 over each current
 * record. The same content has the same digest in every store, whatever the order of arrival. */
struct digest {
    uint8_t b[32]; /* big-endian */
};
/* Adds one record: SHA-256 of theme number, identity, provider's version, state and non-empty
 * cleaned items. */
int digest_add_record(struct digest *d, const struct keys *k, struct arena *scratch,
                      const struct record *r);
/* The same with what record_items gave, for a caller who needs it besides. */
int digest_add_items(struct digest *d, const struct record *r, struct slice identity,
                     const struct record_item *items, size_t count);
void digest_sum(struct digest *d, const uint8_t hash[32]);

struct digest_options {
    uint16_t theme; /* only this one; 0: all */
    bool with_history;
    bool with_ledger;
};
/* CE_CRYPT with other keys than the records were sealed with. */
int digest_view(struct view *v, const struct keys *k, const struct digest_options *o,
                struct digest *ret);
