/* The settable clock stands still until it is set; the real one is near the system's. */
#include <time.h>

#include "base/clock.h"
#include "tests/support/test.h"

TEST(a_settable_clock_stands_still_until_it_is_set)
{
    struct clock c = clock_settable((struct utc_ms){1000});
    EXPECT_EQ(clock_now(&c).v, 1000);
    EXPECT_EQ(clock_now(&c).v, 1000);
    clock_set(&c, (struct utc_ms){86401000});
    EXPECT_EQ(clock_now(&c).v, 86401000);
    clock_set(&c, (struct utc_ms){5});
    EXPECT_EQ(clock_now(&c).v, 5);
}

TEST(two_settable_clocks_do_not_share_their_time)
{
    struct clock a = clock_settable((struct utc_ms){1});
    struct clock b = clock_settable((struct utc_ms){2});
    clock_set(&a, (struct utc_ms){10});
    EXPECT_EQ(clock_now(&b).v, 2);
}

TEST(the_real_clock_is_that_of_the_system)
{
    struct clock c = clock_real();
    time_t before = time(NULL);
    int64_t now = clock_now(&c).v;
    time_t after = time(NULL);
    /* time() may read a coarser clock that is a tick behind. */
    EXPECT(now / 1000 >= before && now / 1000 <= after + 1);
}

TEST(monotonic_time_never_goes_back)
{
    int64_t last_us = clock_mono_us(), last_ms = clock_mono_ms();
    for (int i = 0; i < 1000; i++) {
        int64_t us = clock_mono_us(), ms = clock_mono_ms();
        EXPECT(us >= last_us && ms >= last_ms);
        last_us = us;
        last_ms = ms;
    }
    EXPECT(last_us / 1000 - last_ms <= 1);
}

TEST(a_deadline_lies_as_far_ahead_as_it_is_told)
{
    int waits[] = {0, 999, 1000, 2750};
    for (size_t i = 0; i < ARRAY_LEN(waits); i++) {
        int64_t before = clock_mono_ms();
        struct timespec ts = clock_deadline(CLOCK_MONOTONIC, waits[i]);
        int64_t after = clock_mono_ms();
        int64_t at = ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
        EXPECT(ts.tv_nsec >= 0 && ts.tv_nsec < 1000000000L);
        EXPECT(at >= before + waits[i] && at <= after + waits[i]);
    }
}
