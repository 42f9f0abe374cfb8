#include <stdio.h>

#include "store/subject.h"
#include "tests/support/test.h"

enum { NAMES = 3 * SUBJECT_NAMES_MAX };

static struct record record_of(struct arena *a, unsigned n)
{
    struct record r = {.head = {.visibility = VIS_PUBLIC, .public_until = DAY_FOREVER}};
    r.head.version = version_make(n + 1, (struct utc_ms){1}, 0, n);
    r.about.names[0] = (struct record_name){RECORD_NAME_MAIN, arena_printf(a, "name %02u", n)};
    r.about.name_count = 1;
    return r;
}

static struct slice row_of(struct arena *a, unsigned step)
{
    struct subject s = {.own_public_until = DAY_NONE};
    for (unsigned i = 0; i < NAMES; i++) {
        struct record r = record_of(a, i * step % NAMES);
        subject_join(a, &s, &r, false);
    }
    AUTO_BUF(b, 1 << 20);
    subject_encode(&s, &b);
    return arena_dup(a, buf_slice(&b));
}

TEST(of_too_many_names_those_of_the_highest_versions_are_kept_in_whatever_order_they_come)
{
    struct arena *a = arena_create(64 << 20);
    struct slice first = row_of(a, 1);
    static const unsigned steps[] = {5, 7, 35, NAMES - 1};
    for (size_t i = 0; i < ARRAY_LEN(steps); i++)
        EXPECT_SAME(row_of(a, steps[i]), first);
    struct subject s;
    EXPECT_OK(subject_decode(first, &s));
    EXPECT_EQ(s.name_count, SUBJECT_NAMES_MAX);
    EXPECT_SLICE(s.names[0].text, "name 64");
    arena_destroy(a);
}

TEST(a_record_is_not_missed_where_another_gives_the_same_name_for_as_long)
{
    struct arena *a = arena_create(1 << 20);
    struct record gone = record_of(a, 5), other = gone;
    struct subject row = {.own_public_until = DAY_NONE};
    subject_join(a, &row, &gone, false);
    EXPECT(subject_covers(&row, &other, &gone));
    other.head.public_until = (struct day){20000};
    EXPECT(!subject_covers(&row, &other, &gone));
    gone.head.public_until = (struct day){20000};
    EXPECT(subject_covers(&row, &other, &gone));
    other.head.visibility = VIS_NONE;
    EXPECT(!subject_covers(&row, &other, &gone));
    gone.head.visibility = VIS_NONE;
    EXPECT(subject_covers(&row, &other, &gone));
    other.head.flags = RECORD_REVOKED;
    EXPECT(!subject_covers(&row, &other, &gone));
    other = gone;
    other.about.names[0].text = SLICE("another");
    EXPECT(!subject_covers(&row, &other, &gone));
    other = gone;
    other.about.is_registration = true;
    EXPECT(!subject_covers(&row, &other, &gone));
    arena_destroy(a);
}

TEST(versions_count_for_that_where_names_compete_and_where_names_gave_way_nothing_does)
{
    struct arena *a = arena_create(1 << 20);
    struct record gone = record_of(a, 5), other = gone;
    struct subject row = {.own_public_until = DAY_NONE};
    other.head.version = version_make(1, (struct utc_ms){1}, 0, 1);
    subject_join(a, &row, &gone, false);
    EXPECT(subject_covers(&row, &other, &gone));
    for (unsigned n = 10; n < 10 + SUBJECT_NAMES_MAX; n++) {
        struct record more = record_of(a, n);
        subject_join(a, &row, &more, false);
        EXPECT(!subject_covers(&row, &other, &gone));
        EXPECT_EQ(subject_covers(&row, &gone, &gone), row.name_count < SUBJECT_NAMES_MAX);
    }
    arena_destroy(a);
}
