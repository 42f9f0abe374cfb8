#pragma once
#include <stddef.h>

#include "base/arena.h"
#include "daemon/receipt_summary.h"

/* One line for each file of many on standard output, and their sum. */
void receipt_table_head(struct arena *a);
void receipt_table_line(struct arena *a, struct slice theme, const struct receipt_counts *n,
                        struct slice id);
void receipt_table_sum(struct arena *a, size_t files, const struct receipt_counts *sum);
void receipt_counts_add(struct receipt_counts *sum, const struct receipt_counts *n);
