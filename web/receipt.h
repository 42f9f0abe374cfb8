#pragma once
#include "query/accounts.h"
#include "web/call.h"

enum receipt_format { RECEIPT_JSON, RECEIPT_CSV, RECEIPT_REJECTS };
/* Makes the receipt the answer: streamed, so that it may have any size. */
void receipt_answer(struct call *c, const struct batch_id *id, enum receipt_format format);
/* The same for the one that the address names, in the format that is asked for, when it is the
 * department's; a problem otherwise. */
void receipt_answer_asked(struct call *c, struct slice department);
/* What is asked for, by ?format= or Accept. False after a problem was answered. */
bool receipt_format(struct call *c, enum receipt_format *ret);
