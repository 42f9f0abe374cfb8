#pragma once
#include "base/arena.h"
#include "base/civil.h"
#include "base/slice.h"
#include "record/verdict.h"
#include "store/batch.h"
#include "store/view.h"

/* The account of each department, theme and day of receipt: absolute totals, kept by the writer in
 * memory and written with every commit that changed them. Key: department, 0, theme 2, day 4
 * (offset to byte order). */
struct ledger_line {
    struct slice department;
    uint16_t theme;
    struct day day;
    struct totals totals;
};
void ledger_put(struct batch *b, const struct ledger_line *line);
/* Zeros when there is none. Reads the batch, then the store. */
int ledger_get(struct batch *b, struct arena *a, struct slice department, uint16_t theme,
               struct day day, struct totals *ret);
/* Lines of a department (empty: of all) from day to day, both included, in key order. `each`
 * returns false to stop. */
int ledger_walk(struct view *v, struct slice department, struct day from, struct day to,
                bool (*each)(void *ctx, const struct ledger_line *line), void *ctx);
