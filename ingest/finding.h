#pragma once
#include <stdbool.h>

#include "base/arena.h"
#include "record/catalogue.h"
#include "record/rule.h"

/* Where the findings of one row are gathered, in the form in which they may be shown to the
 * department: values and columns masked and cut. */
struct sink {
    struct arena *a;           /* of the row; everything told is copied there */
    struct findings *findings; /* NULL until something is told */
    bool forbids; /* a rule by which nothing of the row may be kept was told, likewise */
    bool rejects; /* a rule that keeps the row out was told, even if the list was full */
};

/* About an item: its value as it came. `hint` fills the "{}" of the remedy. */
void sink_item(struct sink *s, enum rule rule, const struct item *item, struct slice value,
               struct slice hint);
/* About a column that is no item, or (empty) the whole row. */
void sink_column(struct sink *s, enum rule rule, struct slice column, struct slice value,
                 struct slice hint);
