/* The privacy decision, case by case. */
#include "record/visibility.h"
#include "tests/support/test.h"

static struct day day(int month)
{
    struct day d;
    EXPECT(day_from_civil(2026, month, 1, &d));
    return d;
}

static struct theme theme_of(enum visibility v)
{
    return (struct theme){.visibility = v, .publication = PUBLISH_TERM};
}

static struct record_head head_of(enum visibility v)
{
    return (struct record_head){.visibility = (uint8_t)v, .public_until = day(8)};
}

TEST(what_is_for_whom)
{
    EXPECT(viewer_may_see(VIEWER_PUBLIC, VIS_PUBLIC));
    EXPECT(!viewer_may_see(VIEWER_PUBLIC, VIS_AUTHORISED));
    EXPECT(!viewer_may_see(VIEWER_PUBLIC, VIS_GOVERNMENT));
    EXPECT(!viewer_may_see(VIEWER_PUBLIC, VIS_NONE));
    EXPECT(viewer_may_see(VIEWER_OWN, VIS_PUBLIC));
    EXPECT(viewer_may_see(VIEWER_OWN, VIS_AUTHORISED));
    EXPECT(viewer_may_see(VIEWER_OWN, VIS_GOVERNMENT));
    EXPECT(!viewer_may_see(VIEWER_OWN, VIS_NONE));
}

TEST(the_subject_sees_what_is_not_public_or_no_longer)
{
    struct theme t = theme_of(VIS_PUBLIC), shared = theme_of(VIS_GOVERNMENT);
    struct record_head h = head_of(VIS_PUBLIC), minor = h, hidden = head_of(VIS_AUTHORISED);
    minor.public_until = DAY_NONE;
    EXPECT(record_is_seen(VIEWER_PUBLIC, &h, SUBJECT_ENTERPRISE, &t, day(7)));
    EXPECT(!record_is_seen(VIEWER_PUBLIC, &h, SUBJECT_ENTERPRISE, &t, day(8)));
    EXPECT(record_is_seen(VIEWER_OWN, &h, SUBJECT_ENTERPRISE, &t, day(8)));
    EXPECT(record_is_seen(VIEWER_OWN, &minor, SUBJECT_ENTERPRISE, &t, day(7)));
    EXPECT(record_is_seen(VIEWER_OWN, &hidden, SUBJECT_ENTERPRISE, &t, day(7)));
    EXPECT(record_is_seen(VIEWER_OWN, &h, SUBJECT_ENTERPRISE, &shared, day(7)));
    EXPECT(record_is_seen(VIEWER_OWN, &h, SUBJECT_INDIVIDUAL, &t, day(7)));
    EXPECT(!record_is_seen(VIEWER_PUBLIC, &h, SUBJECT_INDIVIDUAL, &t, day(7)));
}

TEST(nobody_sees_what_was_revoked_or_is_for_nobody)
{
    struct theme t = theme_of(VIS_PUBLIC), closed = theme_of(VIS_NONE);
    struct record_head h = head_of(VIS_PUBLIC), never = head_of(VIS_NONE), revoked = h;
    revoked.flags = RECORD_REVOKED;
    for (enum viewer v = VIEWER_PUBLIC; v <= VIEWER_OWN; v++) {
        EXPECT(record_is_seen(v, &h, SUBJECT_ENTERPRISE, &t, day(7)));
        EXPECT(!record_is_seen(v, &h, SUBJECT_ENTERPRISE, &closed, day(7)));
        EXPECT(!record_is_seen(v, &h, SUBJECT_ENTERPRISE, NULL, day(7)));
        EXPECT(!record_is_seen(v, &never, SUBJECT_ENTERPRISE, &t, day(7)));
        EXPECT(!record_is_seen(v, &revoked, SUBJECT_ENTERPRISE, &t, day(7)));
        EXPECT(!record_is_seen(v, &h, SUBJECT_WAITING, &t, day(7)));
    }
}
