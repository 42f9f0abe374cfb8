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
