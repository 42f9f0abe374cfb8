#pragma once
#include <stdint.h>

#include "base/civil.h"
#include "base/err.h"
#include "record/catalogue.h"
#include "record/verdict.h"

/* A sample city: the files that all departments hand in, and what must come of every row. It is
 * written from the catalogue as data and from rules of its own, in one pass: ten million subjects
 * take no more memory than ten. The same options give the same bytes.
 *
 *   DIR/<department>/<theme>.csv or .ndjson   what is handed in
 *   DIR/manifest.ndjson                       a line for every row of every file, in their order
 *   DIR/summary.json                          sums, shares, and where a visitor should look
 */
struct city_options {
    const char *out; /* an empty folder; made when it is not there */
    const struct catalogue *catalogue;
    uint64_t seed, subjects, rows_per_subject;
    struct day day; /* today: nothing that has happened lies after it */
    void (*tell)(void *ctx, uint64_t rows_done, uint64_t rows_expected); /* may be NULL */
    void *ctx;
};
enum { CITY_ROWS_PER_SUBJECT = 10, CITY_ROWS_PER_SUBJECT_MAX = 1000 };

struct city_result {
    struct totals totals;
    uint64_t files;
};

/* CE_IO with the reason, CE_CONFLICT when the folder is not empty. */
int city_write(const struct city_options *o, struct city_result *ret, struct reason *reterr_why);
