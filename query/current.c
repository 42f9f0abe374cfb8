/* From a record id over by_source to the record. */
#include "query/current.h"

#include "base/err.h"
#include "store/source.h"

int current_get(struct query *q, const struct record_id *id, struct record_key *ret_key,
                struct record *ret)
{
    struct slice bytes;
    struct source s;
    int r = view_get(q->view, q->arena, CF_BY_SOURCE, KEY_SLICE(*id), &bytes);
    if (r == 0)
        r = source_decode(bytes, &s);
    if (r < 0)
        return r;
    *ret_key = s.locator;
    r = view_get(q->view, q->arena, CF_RECORD, KEY_SLICE(s.locator), &bytes);
    if (r < 0)
        return r == CE_NOT_FOUND ? CE_FORMAT : r;
    return record_decode(bytes, ret);
}
