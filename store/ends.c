/* Rows of by_term. A penalty that is public until 2027-05-02 and kept until 2031-05-02 has two:
 *
 *   800051CC 012D… → 01 01        80005781 012D… → 01 02
 *
 * one whose publication ends with its retention has one: 01 03. */
#include "store/ends.h"

#include "base/err.h"

enum { FORMAT = 1 };

static bool comes(struct day d)
{
    return !day_is_none(d) && d.v != DAY_FOREVER.v;
}

unsigned ends_of(const struct record_head *h, struct ends_row ret[ENDS_MAX])
{
    unsigned count = 0;
    if (h->flags & RECORD_REVOKED)
        return 0;
    if (comes(h->public_until))
        ret[count++] = (struct ends_row){h->public_until, END_PUBLICATION};
    if (!comes(h->retain_until))
        return count;
    if (count && h->public_until.v == h->retain_until.v)
        ret[0].what |= END_RETENTION;
    else
        ret[count++] = (struct ends_row){h->retain_until, END_RETENTION};
    return count;
}

void ends_encode(uint8_t what, uint8_t out[END_BYTES])
{
    out[0] = FORMAT;
    out[1] = what;
}

int ends_decode(struct slice bytes, uint8_t *ret_what)
{
    if (bytes.n != END_BYTES || bytes.p[0] != FORMAT)
        return CE_FORMAT;
    *ret_what = (uint8_t)bytes.p[1];
    return 0;
}
