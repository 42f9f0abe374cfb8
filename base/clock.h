#pragma once
#include <time.h>

#include "base/civil.h"

/* Where "now" comes from. Only daemon/ makes a real one; tests hold a settable one. Thread-safe. */
struct clock {
    int64_t (*now_ms)(const struct clock *c);
    _Atomic int64_t set_ms; /* of a settable clock */
};

struct clock clock_real(void);
struct clock clock_settable(struct utc_ms start);
void clock_set(struct clock *c, struct utc_ms t);
struct utc_ms clock_now(const struct clock *c);
/* Monotonic milliseconds and microseconds, for waiting and measuring; never for what is stored. */
int64_t clock_mono_ms(void);
int64_t clock_mono_us(void);
/* So many milliseconds from now, by the system's clock that a wait goes by: CLOCK_MONOTONIC, or
 * CLOCK_REALTIME for a condition that was made without attributes. */
struct timespec clock_deadline(clockid_t clock, int ms);
