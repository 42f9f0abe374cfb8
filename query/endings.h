#pragma once
#include "query/query.h"

/* What ends on a day: records whose publication or retention does, for operators (creditctl terms).
 * By the days that were judged, less what is over before by the entry in force (ADR 0021). */
struct ending_answer {
    struct record_id id;
    const struct theme *theme; /* the version in force now */
    enum subject_kind kind;
    /* Of organisations: what the record calls it, empty when its name is not public, and its code.
     * Both empty for natural persons. */
    struct slice name, code;
    struct day day;        /* of the record */
    bool ends_publication; /* it was in the public view until the day before */
    bool ends_retention;   /* it was kept until the day before */
};

enum { ENDINGS_LOOKED_AT_MAX = 2000 };
/* Ascending by record id; `theme` 0 means all. At most `limit`; looks at ENDINGS_LOOKED_AT_MAX rows
 * at most, so that a page may be short or empty with more behind *ret_next. CE_INVALID for a wrong
 * cursor. */
int query_endings(struct query *q, struct day on, uint16_t theme, unsigned limit,
                  struct slice cursor, struct ending_answer **ret, unsigned *ret_count,
                  struct slice *ret_next);
