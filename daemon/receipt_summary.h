#pragma once
#include <stdbool.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/slice.h"

/* A receipt for people: from the JSON that the daemon answers, of which the beginning is enough. */
struct receipt_counts {
    int64_t received, stored, changed, duplicate, stale, rejected, warned;
};
struct receipt_summary {
    struct slice id, theme, department, batch;
    struct slice theme_zh, department_zh; /* empty when the catalogue has them no more */
    bool is_finished;
    struct receipt_counts counts;
    const struct json *rows; /* the first ones; NULL when there are none */
    bool is_cut;             /* there are more rows than `rows` holds */
};
enum {
    RECEIPT_HEAD_BYTES = 256 * 1024,  /* with enough rows to be shown */
    RECEIPT_COUNTS_BYTES = 16 * 1024, /* with the counts, and some rows */
};

/* Understands the text, or its beginning of at least RECEIPT_COUNTS_BYTES: what is cut off is left
 * out. Lives in the arena. CE_FORMAT. */
int receipt_summary_read(struct arena *a, struct slice text, struct receipt_summary *ret);
/* Counts in Chinese and English, then at most `rows_max` rows that were rejected, stale or warned,
 * each with its remedy. */
void receipt_summary_print(struct arena *a, const struct receipt_summary *s, unsigned rows_max,
                           FILE *to);
