/* The privacy decision. Pure: viewer, header, entry version in force, day. */
#include "record/visibility.h"

#include "record/retention.h"

/* By the header alone, unless the entry has changed since: then its years and its start count too,
 * on the days that the header has. */
struct day record_retain_until(const struct record_head *h, const struct theme *now)
{
    if (!now || h->entry == now->version)
        return h->retain_until;
    struct day kept = retention_end(now, h->day, h->ended);
    return kept.v < h->retain_until.v ? kept : h->retain_until;
}

bool record_is_kept(const struct record_head *h, const struct theme *now, struct day today)
{
    return today.v < record_retain_until(h, now).v;
}

bool record_was_public(const struct record_head *h, enum subject_kind kind, const struct theme *now,
                       struct day today)
{
    if (kind == SUBJECT_WAITING || kind == SUBJECT_INDIVIDUAL)
        return false;
    if (h->visibility != VIS_PUBLIC || !now || now->visibility != VIS_PUBLIC ||
        now->publication == PUBLISH_NEVER)
        return false;
    return !day_is_none(h->public_until) && today.v < h->public_until.v &&
           record_is_kept(h, now, today);
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
                          const struct theme *now, struct day today)
{
    return kind != SUBJECT_WAITING && !(h->flags & RECORD_REVOKED) && now &&
           record_is_kept(h, now, today) &&
           viewer_may_see(VIEWER_OWN, (enum visibility)h->visibility) &&
           viewer_may_see(VIEWER_OWN, now->visibility);
}

bool record_is_seen(enum viewer v, const struct record_head *h, enum subject_kind kind,
                    const struct theme *now, struct day today)
{
    return v == VIEWER_OWN ? record_is_own(h, kind, now, today)
                           : record_is_public(h, kind, now, today);
}

struct day record_public_until(const struct record_head *h, const struct theme *now)
{
    if (!now || h->entry == now->version)
        return h->public_until;
    struct day kept = retention_end(now, h->day, h->ended);
    return kept.v < h->public_until.v ? kept : h->public_until;
}

bool record_group_is_current(const struct record_head *h, const struct theme *now)
{
    return now && h->entry == now->version;
}
