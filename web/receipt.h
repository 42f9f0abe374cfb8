#pragma once
#include "query/accounts.h"
#include "web/call.h"

/* Makes the receipt the answer: streamed, so that it may have any size. */
void receipt_answer(struct call *c, const struct batch_id *id, bool as_csv);
/* Whether CSV is asked for, by ?format=csv or Accept. False after a problem was answered. */
bool receipt_format(struct call *c, bool *ret_csv);
