#pragma once
#include "ingest/judging.h"

/* Tells of an amount that seems to be in another unit than its item's, by the sum that a text of
 * the same row states. */
void stated_check(struct judging *j);
