#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "store/batch.h"
#include "store/offsets.h"
#include "store/state.h"
#include "store/view.h"

/* What operators decided about partitions that had stopped (design §9): who, when, and what was
 * left out for it. Nothing else ever moves the next offset of a partition but the messages
 * themselves. A decision is never changed and never deleted. */

/* The numbers are stored. */
enum decision_kind {
    DECISION_SKIP = 1,  /* goes on at the first message that is kept */
    DECISION_FROM = 2,  /* goes on at a given offset; in front of the next one: begins anew there */
    DECISION_ADOPT = 3, /* goes on at the next offset, whatever the last message says */
};
enum { DECISION_KIND_LAST = 3, DECISION_WHO_BYTES_MAX = 64 };
/* "skip", "from", "adopt". */
const char *decision_code(enum decision_kind k);

struct decision {
    struct slice topic;
    uint32_t partition;
    struct utc_ms when;
    struct slice who;
    enum decision_kind kind;
    enum stop stop; /* why it had stopped, and how many messages were missing then */
    uint64_t gap;
    uint64_t from, to;  /* the next offset before and after */
    uint64_t lost;      /* offsets that were left out for it */
    struct slice ended; /* where it begins anew: the row of the partition as it was, whose number,
                           log and counts stay as they are; else empty */
};
/* The partition that ended, or false when none did. CE_FORMAT for a damaged one. */
int decision_ended(struct arena *a, const struct decision *d, bool *ret_has,
                   struct partition_state *ret);

struct decision_wanted {
    struct slice topic;
    uint32_t partition;
    enum decision_kind kind;
    uint64_t
        to; /* of DECISION_SKIP the first message that is kept, of DECISION_FROM where to go on */
    struct utc_ms now;
    struct slice who; /* at most DECISION_WHO_BYTES_MAX bytes */
};
/* For a `fill` of writer_run: writes the decision, the partition that goes on, and its part of the
 * log. CE_NOT_FOUND: no such partition was ever read; CE_CONFLICT: it has not stopped, or that way
 * of going on does not fit, with the reason. */
int decision_make(struct batch *b, struct arena *a, struct counters *c,
                  const struct decision_wanted *wanted, struct decision *ret,
                  struct reason *reterr_why);

/* All of them, by topic, partition and time, in the arena. */
int decision_list(struct view *v, struct arena *a, struct decision **ret, size_t *ret_count);
/* A row as verify walks it. CE_FORMAT. */
int decision_decode(struct slice key, struct slice value, struct decision *ret);

/* Partitions as they are, and those that ended by a decision: each with how many of the same topic
 * and number ended before it. In the arena. */
struct partition_life {
    struct partition_state state;
    unsigned generation;
    bool has_ended;
};
int partition_lives(struct view *v, struct arena *a, struct partition_life **ret,
                    size_t *ret_count);
