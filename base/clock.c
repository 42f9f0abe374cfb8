/* Where "now" comes from. The real clock is asked here and nowhere else; what is stored gets its
 * time from a struct clock that somebody handed over, so that a test can set it. */
#include "base/clock.h"

#include <stdatomic.h>
#include <time.h>

#include "base/check.h"

static int64_t real_now(const struct clock *c)
{
    (void)c;
    struct timespec ts;
    CHECK(clock_gettime(CLOCK_REALTIME, &ts) == 0);
    return ts.tv_sec * INT64_C(1000) + ts.tv_nsec / 1000000;
}

static int64_t set_now(const struct clock *c)
{
    return atomic_load(&c->set_ms);
}

struct clock clock_real(void)
{
    return (struct clock){.now_ms = real_now};
}

struct clock clock_settable(struct utc_ms start)
{
    return (struct clock){.now_ms = set_now, .set_ms = start.v};
}

void clock_set(struct clock *c, struct utc_ms t)
{
    CHECK(c->now_ms == set_now);
    atomic_store(&c->set_ms, t.v);
}

struct utc_ms clock_now(const struct clock *c)
{
    return (struct utc_ms){c->now_ms(c)};
}

int64_t clock_mono_us(void)
{
    struct timespec ts;
    CHECK(clock_gettime(CLOCK_MONOTONIC, &ts) == 0);
    return ts.tv_sec * INT64_C(1000000) + ts.tv_nsec / 1000;
}

int64_t clock_mono_ms(void)
{
    return clock_mono_us() / 1000;
}

struct timespec clock_deadline(clockid_t clock, int ms)
{
    struct timespec ts;
    CHECK(clock_gettime(clock, &ts) == 0);
    ts.tv_sec += ms / 1000;
    ts.tv_nsec += ms % 1000 * 1000000L;
    if (ts.tv_nsec >= 1000000000L) {
        ts.tv_sec++;
        ts.tv_nsec -= 1000000000L;
    }
    return ts;
}
