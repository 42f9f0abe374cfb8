/* The privacy decision. Pure: viewer, header, entry version in force, day. */
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

bool viewer_may_see(enum viewer v, enum visibility what)
{
    switch (v) {
    case VIEWER_PUBLIC:
        return what == VIS_PUBLIC;
    case VIEWER_OWN:
        return what == VIS_PUBLIC || what == VIS_AUTHORISED || what == VIS_GOVERNMENT;
    }
    return false;
}

static bool record_is_own(const struct record_head *h, enum subject_kind kind,
                          const struct theme *now)
{
    return kind != SUBJECT_WAITING && !(h->flags & RECORD_REVOKED) && now &&
           viewer_may_see(VIEWER_OWN, (enum visibility)h->visibility) &&
           viewer_may_see(VIEWER_OWN, now->visibility);
}

bool record_is_seen(enum viewer v, const struct record_head *h, enum subject_kind kind,
                    const struct theme *now, struct day today)
{
    return v == VIEWER_OWN ? record_is_own(h, kind, now) : record_is_public(h, kind, now, today);
}

bool record_group_is_current(const struct record_head *h, const struct theme *now)
{
    return now && h->entry == now->version;
}
