#pragma once
#include <stdbool.h>

#include "base/arena.h"
#include "base/civil.h"
#include "base/slice.h"
#include "ingest/finding.h"
#include "record/catalogue.h"
#include "record/tables.h"

/* One value brought into the form in which it is stored and compared, by its item's type. What it
 * says together with other values is left to the judge. */

enum cell_state {
    CELL_ABSENT, /* not given, or a word that means so */
    CELL_GOOD,
    CELL_BROKEN, /* given, and breaks a rule that was told */
};
struct cell {
    enum cell_state state;
    struct slice value;    /* cleaned; empty unless good */
    struct slice received; /* as it came, where cleaning altered it; else empty */
    bool seals_value; /* may stand in clear in the sealed part only, and its received text too */
    bool seals_received;
    struct slice open; /* of a sealed value whose number shows only when it is folded: what may be
                          shown instead; else empty */
    struct day day;    /* of a date; DAY_FOREVER: open-ended */
    const struct code_value *code; /* of an ITEM_CODE */
    enum subject_kind kind;        /* of an ITEM_USCC */
    bool is_class_known;           /* of an ITEM_USCC: its kind is certain */
};

/* A cell of which nothing is known. */
extern const struct cell CELL_NONE;

struct cleaner {
    struct arena *scratch; /* cleaned values live here, or in the raw ones */
    const struct tables *tables;
    struct sink *sink;
};

/* *ret is CELL_NONE before, and stays so where there is nothing to clean. `is_strict`: damaged text
 * breaks a rule (codes, names, what identifies the record); else it is a warning. */
void clean_value(const struct cleaner *c, const struct item *item, bool is_strict, struct slice raw,
                 struct cell *ret);
/* Whether text damaged before it came cannot be stored in an item of this type. */
bool clean_is_strict(enum item_type type);
/* A value of a reserved column: cleaned, and empty when it is a word that means "missing". */
struct slice clean_plain(const struct cleaner *c, struct slice raw);
