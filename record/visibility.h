#pragma once
#include <stdbool.h>

#include "base/civil.h"
#include "record/catalogue.h"
#include "record/record.h"

/* Who may see what: the privacy decision, in one place. Judged at reading, by the clock (design
 * §5). */

/* Who asks. */
enum viewer {
    VIEWER_PUBLIC, /* anybody */
    VIEWER_OWN,    /* the subject itself, whose papers somebody has seen */
};

/* Whether things of that visibility are for the viewer at all. */
bool viewer_may_see(enum viewer v, enum visibility what);
/* Whether the viewer may see the record today: the public what record_is_public says; the subject
 * everything that is said of it, persons' records, ended publication and minor cases among it, but
 * for what was revoked, is kept no longer, or either entry version lets nobody see. */
bool record_is_seen(enum viewer v, const struct record_head *h, enum subject_kind kind,
                    const struct theme *now, struct day today);
/* Whether the record may be in any answer at all today, whoever asks: its retention has not ended.
 * The stricter of what it was judged by and `now` (NULL: no entry) holds. */
bool record_is_kept(const struct record_head *h, const struct theme *now, struct day today);
/* The first day on which it is kept no longer. */
struct day record_retain_until(const struct record_head *h, const struct theme *now);
/* Whether anyone may see the record today. `now` is the theme's entry version in force; the
 * stricter of it and the version of judging (in the header) holds. A revoked record is never
 * public; `record_was_public` says whether it would be but for that. Natural persons' records are
 * never public. */
bool record_is_public(const struct record_head *h, enum subject_kind kind, const struct theme *now,
                      struct day today);
/* The same with the revoke left out of account: such a record answers 410, any other as an unknown
 * one. */
bool record_was_public(const struct record_head *h, enum subject_kind kind, const struct theme *now,
                       struct day today);
/* The first day on which it is no longer public, as answers say it: that of the header, or the
 * earlier end of its retention by the entry in force. */
struct day record_public_until(const struct record_head *h, const struct theme *now);
/* Whether the rendered public group may be copied: the entry version is still the one in force.
 * Else each item must be looked up in `now` and shown only when both say public (query/ does that).
 */
bool record_group_is_current(const struct record_head *h, const struct theme *now);
