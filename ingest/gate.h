#pragma once
#include <stdbool.h>

#include "ingest/judge.h"
#include "record/verdict.h"
#include "store/source.h"

/* The order rules of design §3, pure: what a judged row is, given what by_source holds of its
 * record. */

enum gate_action {
    GATE_NOTHING, /* a duplicate that is not newer */
    GATE_RISE,  /* a duplicate whose greater version counts: by_source takes it, and the header when
                   a provider's version is involved */
    GATE_STORE, /* a new record */
    GATE_REPLACE,    /* a later version: the present one goes to the history */
    GATE_KEEP_STALE, /* an earlier version: to the history, never current */
};

struct gate_result {
    enum verdict verdict;
    enum gate_action action;
    bool version_reused; /* the same provider's version with other content */
};

/* `known` is NULL for an unknown identity. `has_kafka`: versions by received time or position may
 * come out of order, then a rise by them is written too. */
struct gate_result gate_judge(const struct judged *row, const struct source *known, bool has_kafka);
