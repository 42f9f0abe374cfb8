#pragma once
#include "base/arena.h"
#include "base/slice.h"
#include "record/catalogue.h"

/* What a new catalogue changes, as values: for `creditctl catalogue diff`. The newest version of
 * each theme and of the common entry is compared, key by key, as the store would keep it, so that
 * no difference of an entry is left out; what a key means to a clerk is said for those that have a
 * consequence. */

enum change_kind {
#define CHANGE(id, code, zh, en) CHANGE_##id,
#include "record/change.def"
#undef CHANGE
};

/* Why a change is shown first. */
enum change_effect {
    CHANGE_OPENS = 1,   /* something becomes public, or stays so for longer */
    CHANGE_REJECTS = 2, /* rows that were taken will be rejected */
    CHANGE_REFUSED = 4, /* it cannot be put into force as it is */
};

struct catalogue_change {
    enum change_kind kind;
    unsigned effects;      /* bits of enum change_effect */
    struct slice theme;    /* code; empty: departments and tables */
    struct slice theme_zh; /* its name */
    struct slice item;     /* code of an item, a value, a format, a department, a row of a table */
    struct slice item_zh;  /* its name; may be empty */
    struct slice of;       /* code set of a value, table of a row; else empty */
    struct slice key;      /* what of it changed: "visibility"; empty when all of it */
    struct slice before, after; /* as people read it; empty when there is none */
    struct slice zh, en;        /* what follows for who hands in or asks; may be empty */
};

struct catalogue_changes {
    struct catalogue_change *list; /* by theme; departments and tables last */
    size_t count;
};

/* Never fails: whatever both catalogues were loaded or restored from can be compared. Texts live in
 * the arena. */
void catalogue_diff(struct arena *a, const struct catalogue *old, const struct catalogue *now,
                    struct catalogue_changes *ret);
/* "item.added" and how it is said. */
const char *change_code(enum change_kind k);
const char *change_zh(enum change_kind k);
const char *change_en(enum change_kind k);
