#pragma once
#include "ingest/judging.h"

/* Rules that hang on the value of another item: what is required when, and what may not be
 * collected at all. */

/* Tells of each item that is required because of another one and is not there, but for those that
 * `is_told` has by item. */
void condition_check_required(struct judging *j, const bool *is_told);
/* Tells of a row that may not be collected. */
void condition_check_collected(struct judging *j);
