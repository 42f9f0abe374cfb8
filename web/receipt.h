#pragma once
#include "query/accounts.h"
#include "web/call.h"

enum receipt_format { RECEIPT_JSON, RECEIPT_CSV, RECEIPT_REJECTS };
/* Makes the receipt the answer: streamed, so that it may have any size. */
void receipt_answer(struct call *c, const struct batch_id *id, enum receipt_format format);
/* What is asked for, by ?format= or Accept. False after a problem was answered. */
bool receipt_format(struct call *c, enum receipt_format *ret);
