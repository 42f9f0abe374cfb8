#pragma once
#include "record/catalogue.h"

/* The columns of a file and the members of a row: what each means to a theme, in one of its formats
 * or in none. */

enum { COLUMN_NAME_BYTES_MAX = 512 };

/* What a column means. */
struct column {
    struct slice name; /* as in the file */
    const struct item *item;
    enum reserved reserved;
    bool is_ignored;           /* by the row's format */
    bool is_time;              /* the same */
    const struct format *mark; /* the format that it tells of; NULL for none */
    int joins;                 /* struct column_means */
};

/* Looks a name up; it is borrowed. One longer than any of the catalogue's means nothing, which is
 * not worth the work. */
struct column column_of(const struct theme *theme, const struct format *format,
                        struct arena *scratch, struct slice name);
/* A field behind the last column; `place` counts from 0. */
struct column column_beyond(struct arena *a, size_t place);
/* Whether both say the same thing of a row, so that a header may not have both. */
bool column_same(const struct column *a, const struct column *b);
/* A name as a refusal may show it: masked, for a name is input as well, and short. */
struct slice column_name_shown(struct arena *a, struct slice name);

/* What a row has named so far: a bit for each item and reserved column. Begins as zeros. */
struct columns_named {
    uint64_t items[(THEME_ITEMS_MAX + 63) / 64];
    uint64_t plain[(THEME_ITEMS_MAX + 63) / 64]; /* but for columns that join */
    uint64_t joining[FORMAT_NAMES_MAX / 64];     /* a bit for each of these */
    unsigned reserved;
    bool time;
};

/* Notes a column; whether the row has named what it means before. */
bool columns_named_twice(struct columns_named *n, const struct column *c);
