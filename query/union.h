#pragma once
#include "query/query.h"
#include "store/subject.h"

/* A subject may have records under several keys: under its unified code, and under a registration
 * number or an organisation code alone. They are one at reading, never by name (design §4). For
 * query/ itself. */
enum { UNION_MAX = 8 };
struct subject_union {
    struct subject_id ids[UNION_MAX]; /* the first is the one that is shown */
    unsigned count;
    struct subject rows[UNION_MAX];
};

/* Whose union it is: the subject that is registered with a key by another number, else the key's
 * own. CE_IO. */
int union_owner(struct query *q, const struct subject_id *id, struct subject_id *ret);
/* The union to which the key belongs; reads its rows. CE_NOT_FOUND when none of its keys has a row.
 */
int union_of(struct query *q, const struct subject_id *id, struct subject_union *ret);
/* The one subject to which a number leads by a link; CE_NOT_FOUND for none, or for more than one.
 */
int union_linked(struct query *q, enum id_type type, struct slice number, struct subject_id *ret);
