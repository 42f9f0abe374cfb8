#pragma once
#include <stdint.h>

#include "base/arena.h"
#include "record/rule.h"
#include "record/verdict.h"
#include "store/receipts.h"

/* Where a row is counted when its verdict is known. */
struct account {
    struct totals *batch, *ledger; /* ledger NULL: it was counted there already */
    struct receipt_pack *pack;
};
/* In batch, ledger and receipt. `findings` may be NULL; `kept`: of a rejected row, the row sealed.
 */
void account_row(const struct account *a, uint64_t row, enum verdict v,
                 const struct findings *findings, struct slice kept);
/* Adds what is told of a row whose version was there with other content. */
void account_reused(struct arena *a, struct findings **findings);
