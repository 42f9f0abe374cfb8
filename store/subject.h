#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/civil.h"
#include "base/slice.h"
#include "record/record.h"
#include "record/subject_id.h"
#include "store/batch.h"

/* The subject row: what a subject is called and where it stands, a function of its current records
 * and of nothing else (design §4). Names of a registration win; without one the name of the highest
 * version holds, unconfirmed. */

enum subject_name_flag {
    SUBJECT_NAME_OWN = 1,        /* from a registration */
    SUBJECT_NAME_CURRENT = 2,    /* of a registration: it holds now */
    SUBJECT_NAME_ADDITIONAL = 4, /* a further name beside the main one (增挂, 第二名称) */
};
struct subject_name {
    struct slice text;
    uint8_t flags;
    struct day public_until; /* the latest of the records that give it; DAY_NONE: never public */
    struct version
        version; /* the highest of the records that give it; exact only while several compete */
};

enum { SUBJECT_NAMES_MAX = 32 };
struct subject {
    uint64_t search_number; /* in the name index; 0: not in it */
    struct slice status, district;
    struct day own_public_until; /* until when status and district may be shown */
    struct record_number numbers[RECORD_NUMBERS_MAX];
    unsigned number_count;
    struct subject_name names[SUBJECT_NAMES_MAX];
    unsigned name_count;
};

void subject_encode(const struct subject *s, struct buf *ret);
/* Borrowed from the bytes. CE_FORMAT. */
int subject_decode(struct slice bytes, struct subject *ret);

/* The name that a viewer of that day may see: the registration's current one, else of the
 * unconfirmed ones that of the highest version. NULL when none is public. */
const struct subject_name *subject_public_name(const struct subject *s, struct day today);
/* Whether a name that is not the shown one counts as a former name (曾用名). */
bool subject_name_is_former(const struct subject *s, const struct subject_name *n);

/* Joins what one current record says into the row. True when the row changed. */
bool subject_join(struct arena *a, struct subject *s, const struct record *r, bool is_superseded);
/* Whether a record that is gone leaves the row as it is, because `other` gives it as much: the same
 * name, public for as long and, where names compete, by a version as high. Never of a registration,
 * nor where names had to give way. */
bool subject_covers(const struct subject *row, const struct record *other,
                    const struct record *gone);

/* The row from its records one after the other: first all records of the subject in key order, then
 * the history of the registrations among them, in the same order and each by version. */
struct subject_sum {
    struct arena *arena; /* what the row says is copied there */
    const struct subject_id *id;
    struct subject *subject;
    bool exists;                /* there was a current record */
    struct version own_version; /* of the registration that gave status, district and numbers */
    uint64_t registrations[64]; /* record numbers whose superseded names count */
    unsigned registration_count;
};
/* Empties the row; `search_number` is left as it is. */
void subject_sum_begin(struct subject_sum *s, struct arena *a, const struct subject_id *id,
                       struct subject *row);
/* A row of `record` that stands under the subject. CE_FORMAT. */
int subject_sum_record(struct subject_sum *s, struct slice key, struct slice value);
/* A row of `history`; one of a record that is no registration of this subject counts for nothing.
 * CE_FORMAT. */
int subject_sum_version(struct subject_sum *s, struct slice key, struct slice value);

/* Computes the row anew from all current records (as they will be after the batch) and from the
 * superseded versions of its registrations. *ret_exists is false when there is no current record.
 * `search_number` is taken over. */
int subject_compute(struct batch *b, struct arena *a, const struct subject_id *id,
                    struct subject *ret, bool *ret_exists);
