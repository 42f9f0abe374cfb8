#pragma once
#include "query/query.h"
#include "store/ledger.h"
#include "store/state.h"

/* Lists of what a department handed in: its submissions, and its account by theme and day. */

struct submission_answer {
    struct batch_id id;
    struct batch_state state;
};
/* The newest first; an empty department means all. *ret_next is the cursor or empty. CE_INVALID for
 * a wrong cursor. */
int query_submissions(struct query *q, struct slice department, unsigned limit, struct slice cursor,
                      struct submission_answer **ret, unsigned *ret_count, struct slice *ret_next);

/* The account of a department over the days `from` to `to`, both included (DAY_NONE: open),
 * ascending by theme number and day: at most `limit` lines behind the first `skip`, and the sum
 * over all lines, with how many there are. */
struct account {
    struct ledger_line *lines;
    unsigned count;
    uint64_t line_count;
    struct totals sum;
};
int query_account(struct query *q, struct slice department, struct day from, struct day to,
                  uint64_t skip, unsigned limit, struct account *ret);
