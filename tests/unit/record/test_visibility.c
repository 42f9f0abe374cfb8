/* The privacy decision, case by case. */
#include "record/visibility.h"
#include "tests/support/test.h"

static const struct theme judged_by = {.version = 1,
                                       .visibility = VIS_PUBLIC,
                                       .publication = PUBLISH_TERM,
                                       .retention_start = {"behaviour-end", 13},
                                       .retention_years = 5};

/* Public until day 200, kept until day 300 + five years; what it tells of ended on day 300. */
static struct record_head head(void)
{
    return (struct record_head){.entry = 1,
                                .day = {100},
                                .public_until = {200},
                                .ended = {300},
                                .retain_until = {300 + 1826},
                                .visibility = VIS_PUBLIC};
}

TEST(a_record_is_public_until_its_day_and_kept_until_another)
{
    struct record_head h = head();
    EXPECT(record_is_public(&h, SUBJECT_ENTERPRISE, &judged_by, (struct day){199}));
    EXPECT(!record_is_public(&h, SUBJECT_ENTERPRISE, &judged_by, (struct day){200}));
    EXPECT(record_is_kept(&h, &judged_by, (struct day){2125}));
    EXPECT(!record_is_kept(&h, &judged_by, (struct day){2126}));
    EXPECT(!record_is_kept(&h, NULL, (struct day){2126}));
    EXPECT(!record_is_public(&h, SUBJECT_INDIVIDUAL, &judged_by, (struct day){199}));
}

TEST(what_is_not_kept_is_not_public_and_was_not)
{
    struct record_head h = head();
    h.public_until = DAY_FOREVER;
    h.flags = RECORD_REVOKED;
    EXPECT(record_was_public(&h, SUBJECT_ENTERPRISE, &judged_by, (struct day){2125}));
    EXPECT(!record_was_public(&h, SUBJECT_ENTERPRISE, &judged_by, (struct day){2126}));
}

TEST(an_entry_in_force_that_keeps_shorter_holds_and_one_that_keeps_longer_does_not)
{
    struct record_head h = head();
    struct theme now = judged_by;
    now.version = 2;
    now.retention_years = 3; /* 1095 days and one of a leap year */
    EXPECT(record_is_kept(&h, &now, (struct day){300 + 1095}));
    EXPECT(!record_is_kept(&h, &now, (struct day){300 + 1096}));
    EXPECT_EQ(record_public_until(&h, &now).v, 200);
    now.retention_start = SLICE("decision");
    EXPECT_EQ(record_public_until(&h, &judged_by).v, 200);
    h.public_until = DAY_FOREVER;
    EXPECT_EQ(record_public_until(&h, &now).v, 100 + 1096);
    EXPECT(record_is_kept(&h, &now, (struct day){100 + 1095}));
    EXPECT(!record_is_kept(&h, &now, (struct day){100 + 1096}));
    now.retention_years = 9;
    EXPECT(record_is_kept(&h, &now, (struct day){2125}));
    EXPECT(!record_is_kept(&h, &now, (struct day){2126}));
    now.retention_start = SLICE("permanent");
    now.retention_years = 0;
    EXPECT(!record_is_kept(&h, &now, (struct day){2126}));
}

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
    return (struct record_head){
        .visibility = (uint8_t)v, .public_until = day(8), .retain_until = DAY_FOREVER};
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

TEST(nobody_sees_what_was_revoked_or_is_kept_no_longer_or_is_for_nobody)
{
    struct theme t = theme_of(VIS_PUBLIC), closed = theme_of(VIS_NONE);
    struct record_head h = head_of(VIS_PUBLIC), never = head_of(VIS_NONE), revoked = h;
    struct record_head old = h;
    old.retain_until = day(7);
    revoked.flags = RECORD_REVOKED;
    for (enum viewer v = VIEWER_PUBLIC; v <= VIEWER_OWN; v++) {
        EXPECT(record_is_seen(v, &h, SUBJECT_ENTERPRISE, &t, day(7)));
        EXPECT(!record_is_seen(v, &h, SUBJECT_ENTERPRISE, &closed, day(7)));
        EXPECT(!record_is_seen(v, &h, SUBJECT_ENTERPRISE, NULL, day(7)));
        EXPECT(!record_is_seen(v, &never, SUBJECT_ENTERPRISE, &t, day(7)));
        EXPECT(record_is_seen(v, &old, SUBJECT_ENTERPRISE, &t, day(6)));
        EXPECT(!record_is_seen(v, &old, SUBJECT_ENTERPRISE, &t, day(7)));
        EXPECT(!record_is_seen(v, &revoked, SUBJECT_ENTERPRISE, &t, day(7)));
        EXPECT(!record_is_seen(v, &h, SUBJECT_WAITING, &t, day(7)));
    }
}
