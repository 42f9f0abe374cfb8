#pragma once
#include "base/buf.h"
#include "base/civil.h"
#include "base/crypt.h"
#include "record/catalogue.h"
#include "store/store.h"

/* Proof of a store: every index row has its record and the reverse, subject rows and names are what
 * their records make them, links and terms fit, receipts add up to their batches and ledgers, the
 * digest can be recomputed. */
struct verify_result {
    uint64_t records, subjects, history, names, links, terms, batches;
    uint64_t mistakes;
    struct buf text; /* one line for each of the first 100 mistakes; no personal data */
    uint8_t digest[32];
};
/* Reads one consistent view. `progress` (may be NULL) is told rows done. The caller releases
 * ret->text. */
int verify_store(struct store *s, const struct keys *k, const struct catalogue *c,
                 void (*progress)(void *ctx, uint64_t rows), void *ctx, struct verify_result *ret);
