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
struct verify_options {
    const struct keys *keys;
    const struct catalogue *catalogue;
    /* For the numbers of records, a bit each. Where they do not fit, the keys of records are walked
     * once more for each part of them. 0: VERIFY_NUMBERS_BYTES, 512 million numbers at one time. */
    size_t numbers_bytes;
    void (*progress)(void *ctx, uint64_t rows); /* rows done; may be NULL */
    void *ctx;
};
enum { VERIFY_NUMBERS_BYTES = 64 << 20 };

/* Reads one consistent view. CE_UNAVAILABLE while the store is being reopened. The caller releases
 * ret->text. */
int verify_store(struct store *s, const struct verify_options *o, struct verify_result *ret);
