#pragma once
#include "query/query.h"
#include "record/rule.h"
#include "store/ledger.h"
#include "store/state.h"

/* Lists of what a department handed in: its submissions, its account by theme and day, and what was
 * rejected. */

struct submission_answer {
    struct batch_id id;
    struct batch_state state;
};
/* The newest first; an empty department means all. *ret_next is the cursor or empty. CE_INVALID for
 * a wrong cursor. */
int query_submissions(struct query *q, struct slice department, unsigned limit, struct slice cursor,
                      struct submission_answer **ret, unsigned *ret_count, struct slice *ret_next);

/* The account of a department over the days `from` to `to`, both included (DAY_NONE: open): the sum
 * over all lines, by theme and by day, ascending; and at most `limit` lines behind the first
 * `skip`, ascending by theme number and day, with how many there are. How fresh it is does not
 * depend on the days that are asked for. */
struct account_theme {
    uint16_t theme;
    struct day last; /* the last day on which rows came at all */
    struct totals totals;
};
struct account_day {
    struct day day;
    struct totals totals;
};
struct account {
    struct ledger_line *lines;
    unsigned count;
    uint64_t line_count;
    struct account_theme *themes; /* with at least one row ever */
    unsigned theme_count;
    struct account_day *days; /* with at least one row */
    unsigned day_count;
    struct totals sum;
    bool has_rows;
    struct utc_ms last;         /* received time of the newest row; only with has_rows */
    struct utc_ms last_message; /* of Apache Kafka; 0: none came */
};
int query_account(struct query *q, struct slice department, struct day from, struct day to,
                  uint64_t skip, unsigned limit, struct account *ret);

/* Rows of these days that were rejected, by theme, rule and item, the most rows first, counted from
 * the receipts that are kept; and the newest submissions in which there are any, at most
 * REJECTED_BATCHES_MAX. One question looks at a bounded number of rows, newest submission first. */
enum { REJECTED_BATCHES_MAX = 10 };
struct broken_rule {
    uint16_t theme;
    enum rule rule;
    struct slice item; /* empty: the whole row */
    struct slice hint; /* for the remedy; "…" when it is not the same of all rows */
    uint64_t rows;
};
struct rejected_rows {
    struct broken_rule *rules;
    unsigned rule_count;
    uint64_t rows; /* that were looked at */
    struct submission_answer *batches;
    unsigned batch_count;
};
int query_rejected(struct query *q, struct slice department, struct day from, struct day to,
                   struct rejected_rows *ret);
