#pragma once
#include "query/records.h"

/* What the question's viewer sees of a record's items: document, items with what they are, words
 * and amounts of the answer, whose theme is the one in force (and `judged` the one of judging, NULL
 * when that is not known). Borrowed from the record where nothing is changed. For query/ itself.
 * CE_FORMAT for bytes that cannot be read. */
int items_answer(struct query *q, const struct record *r, struct record_answer *ret);
