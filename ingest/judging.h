#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "ingest/clean.h"
#include "ingest/finding.h"
#include "ingest/judge.h"
#include "record/identifier.h"

/* Private to the judge's files (judge.c, envelope.c, resolve.c, condition.c, person.c, stated.c,
 * term.c, render.c): one row while it is judged. */
struct judging {
    /* The same for all rows. */
    struct judge_options o;
    const struct theme *theme;
    const struct tables *tables;
    struct day today; /* of the received time */
    size_t reason_at; /* render_reason_at */
    /* Of this row. */
    const struct raw_row *row;
    struct arena *scratch;
    struct sink sink;
    struct cell *cells; /* by item index */
    enum operation operation;
    struct slice identity; /* its bytes; empty when the row does not say which record it is */
    uint64_t provider;     /* slot of the version; the received time unless has_provider */
    bool has_provider;
    struct cell reason;
    bool has_subject;
    struct subject_id subject;
    enum subject_kind kind; /* of the subject; when there is none, what the row says of its class */
    bool has_number;        /* the subject is a person with a citizen identity number */
    struct idnum_result number;
};

/* The cell of the item with that role; NULL when the theme has none, or the value is not there or
 * broken. */
static inline struct cell *judging_role(const struct judging *j, enum item_role role)
{
    int i = j->theme->role_item[role];
    return i >= 0 && j->cells[i].state == CELL_GOOD ? &j->cells[i] : NULL;
}

/* Whether rows of this one's format need not have the item. */
static inline bool judging_goes_without(const struct judging *j, const struct item *item)
{
    return j->row->format && j->row->format->is_without[item->index];
}

static inline struct cleaner judging_cleaner(struct judging *j)
{
    return (struct cleaner){j->scratch, j->tables, &j->sink};
}
