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
