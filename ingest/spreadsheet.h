#pragma once
#include <stdbool.h>

#include "base/slice.h"

/* What spreadsheets leave behind in files, whether they come as XLSX or were saved as CSV. */

/* A number as a spreadsheet shows one that has more digits than it keeps: 9.14403E+17. What it was
 * cannot be known any more. */
bool spreadsheet_rounded(struct slice text);
/* The error of a formula: #N/A, #REF!, Err:502. */
bool spreadsheet_error(struct slice text);
