#pragma once
#include "query/query.h"
#include "store/keys.h"

/* A record's current version by its id, whoever may see it: for lists of operators and departments,
 * which decide for themselves. *ret is borrowed from q's arena. CE_NOT_FOUND for an unknown id. */
int current_get(struct query *q, const struct record_id *id, struct record_key *ret_key,
                struct record *ret);
