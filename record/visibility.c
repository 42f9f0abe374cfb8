/* The privacy decision. Pure: header, entry version in force, day. */
#include "record/visibility.h"

bool record_was_public(const struct record_head *h, enum subject_kind kind, const struct theme *now,
                       struct day today)
{
    if (kind == SUBJECT_WAITING || kind == SUBJECT_INDIVIDUAL)
        return false;
    if (h->visibility != VIS_PUBLIC || !now || now->visibility != VIS_PUBLIC ||
        now->publication == PUBLISH_NEVER)
        return false;
    return !day_is_none(h->public_until) && today.v < h->public_until.v;
}

bool record_is_public(const struct record_head *h, enum subject_kind kind, const struct theme *now,
                      struct day today)
{
    return !(h->flags & RECORD_REVOKED) && record_was_public(h, kind, now, today);
}

bool record_group_is_current(const struct record_head *h, const struct theme *now)
{
    return now && h->entry == now->version;
}
