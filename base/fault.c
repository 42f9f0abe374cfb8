/* Fault points: how a test makes one named thing go wrong. What going wrong means stands at the
 * point itself; here is only the counting. Without CREDENCE_FAULTS this file is empty. */
#include "base/fault.h"

#ifdef CREDENCE_FAULTS

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/slice.h"

static const char *const names[] = {
#define FAULT(id, name, text) [FAULT_##id] = name,
#include "base/fault.def"
#undef FAULT
};

/* Passes left until the fault; 0 every pass; -1 disarmed. */
static _Atomic int left[FAULT_COUNT];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void arm_by_name(struct slice name, int nth)
{
    for (int f = 0; f < FAULT_COUNT; f++) {
        if (slice_eq(name, slice_of(names[f]))) {
            atomic_store(&left[f], nth);
            return;
        }
    }
    /* A test with a misspelt point would pass for ever. */
    fprintf(stderr, "CREDENCE_FAULT names no fault point: %.*s\n", FMT_SLICE(name));
    abort();
}

static void read_environment(void)
{
    for (int f = 0; f < FAULT_COUNT; f++)
        atomic_store(&left[f], -1);
    struct slice all = slice_of(getenv("CREDENCE_FAULT"));
    while (all.n) {
        struct slice nth = slice_trim(slice_cut(&all, ','));
        if (nth.n == 0)
            continue;
        struct slice name = slice_cut(&nth, ':');
        int64_t n = 0;
        CHECK(!nth.p || (slice_i64(nth, &n) && n > 0 && n <= INT32_MAX));
        arm_by_name(name, (int)n);
    }
}

bool fault_hit(enum fault f)
{
    CHECK(pthread_once(&once, read_environment) == 0);
    int now = atomic_load(&left[f]);
    while (now > 0)
        if (atomic_compare_exchange_weak(&left[f], &now, now == 1 ? -1 : now - 1))
            return now == 1;
    return now == 0;
}

void fault_arm(enum fault f, int nth)
{
    CHECK(nth >= -1);
    CHECK(pthread_once(&once, read_environment) == 0);
    atomic_store(&left[f], nth);
}

#endif
