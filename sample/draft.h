#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/civil.h"
#include "base/slice.h"
#include "record/catalogue.h"

/* A row of a file before it is written: its values, and what is wrong with it as a whole. */
enum draft_shape {
    DRAFT_WHOLE,
    DRAFT_FIELD_LESS,  /* CSV: the last field is not there */
    DRAFT_FIELD_MORE,  /* CSV: one field too many */
    DRAFT_BAD_BYTES,   /* bytes that are not of the file's encoding */
    DRAFT_TOO_LONG,    /* longer than a row may be */
    DRAFT_CUT,         /* NDJSON: the line ends in the middle */
    DRAFT_NESTED,      /* NDJSON: a value is an object */
    DRAFT_NAMED_TWICE, /* NDJSON: one column comes twice */
};

enum { DRAFT_BYTES = 256 * 1024 };

struct draft {
    struct slice values[THEME_ITEMS_MAX]; /* as written; empty: nothing */
    struct day days[THEME_ITEMS_MAX];     /* of date items with a plain day, else DAY_NONE */
    struct slice id, version, time, op, reason;
    struct slice foreign;   /* under a column that the theme does not have */
    struct slice forbidden; /* under one that may not be collected */
    enum draft_shape shape;
    bool is_empty;  /* nothing stands in columns that are always filled */
    bool is_former; /* under the columns of a former format */
    size_t used;
    char memory[DRAFT_BYTES];
};

void draft_clear(struct draft *d, size_t item_count);
/* Room for n bytes that live as long as the row. */
char *draft_room(struct draft *d, size_t n);
struct slice draft_text(struct draft *d, struct slice s);
/* Texts one behind the other, ended by NULL. */
struct slice draft_join(struct draft *d, const char *first, ...) __attribute__((sentinel));
/* "2023-01-05". */
struct slice draft_day(struct draft *d, struct day day);
struct slice draft_number(struct draft *d, uint64_t v);
/* The same with zeros in front, `digits` in all. */
struct slice draft_digits(struct draft *d, uint64_t v, unsigned digits);
/* At most so many characters of it. */
struct slice draft_cut(struct slice s, int chars_max);
