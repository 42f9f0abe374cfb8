/* Counts as they lie in the values of batches and of the ledger. 3 rows, 2 of them stored and 1
 * rejected, none warned or noted: 03 02 00 00 00 01 00 00. */
#include "store/totals.h"

void totals_encode(const struct totals *t, struct buf *ret)
{
    wire_put_var(ret, t->received);
    wire_put_var(ret, t->stored);
    wire_put_var(ret, t->changed);
    wire_put_var(ret, t->duplicate);
    wire_put_var(ret, t->stale);
    wire_put_var(ret, t->rejected);
    wire_put_var(ret, t->warned);
    wire_put_var(ret, t->noted);
}

void totals_decode(struct wire *w, struct totals *ret)
{
    ret->received = wire_var(w);
    ret->stored = wire_var(w);
    ret->changed = wire_var(w);
    ret->duplicate = wire_var(w);
    ret->stale = wire_var(w);
    ret->rejected = wire_var(w);
    ret->warned = wire_var(w);
    ret->noted = wire_var(w);
}
