#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/crypt.h"
#include "base/err.h"
#include "base/slice.h"
#include "record/catalogue.h"
#include "store/store.h"

/* Looking at a whole store: the same whether creditd holds it and is asked over its socket, or
 * creditctl has opened it because nobody does. */
struct inspected {
    struct store *store;
    const struct keys *keys;
    const struct catalogue *catalogue; /* NULL: the store has none yet */
    struct utc_ms now;
    size_t numbers_bytes; /* that a check may hold of record numbers; 0: of store/verify.h */
};

struct inspect_digest {
    struct slice theme; /* empty: all */
    bool with_history, with_ledger;
};
/* 64 hexadecimal digits, NUL-terminated. CE_NOT_FOUND for an unknown theme; CE_CRYPT, CE_FORMAT,
 * CE_IO. */
int inspect_digest(const struct inspected *in, const struct inspect_digest *o, char ret_hex[65],
                   struct reason *reterr_why);

/* Proves the store. Lines come as they are found, each with a word in front that says what it is:
 *     rows 120000                rows looked at so far
 *     mistake TEXT               one of the first 100
 *     sum records 17195 …        the counts, at the end
 *     digest 64-HEX
 *     content                    or: mistakes N
 * 0: content; CE_FORMAT: mistakes were found. CE_UNAVAILABLE: the store is being reopened. Others:
 * it could not be looked at. */
int inspect_check(const struct inspected *in, bool (*say)(void *to, struct slice line), void *to,
                  struct reason *reterr_why);

/* The five stores of subjects, with what they hold today, whoever may see it. */
struct inspect_store {
    uint64_t subjects; /* with at least one current record */
    uint64_t records, revoked;
};
struct inspect_stores {
    struct inspect_store kinds[SUBJECT_KIND_LAST + 1];
    uint64_t waiting; /* revokes whose record has not come yet */
};
int inspect_stores(const struct inspected *in, struct inspect_stores *ret,
                   struct reason *reterr_why);
