/* Trying again while creditd is busy: too many uploads at one time, or its store is being reopened.
 * When that is over is not known, so that it is asked now and then, as it wants to be, and given up
 * after a while: whoever waits in a script is to hear of it. */
#include "daemon/patience.h"

#include <time.h>

#include "base/clock.h"
#include "daemon/ctl.h"
#include "daemon/interrupt.h"

enum { WAIT_MS_MAX = 10 * 60 * 1000, SAY_EVERY_MS = 60 * 1000, STEP_MS = 100 };

static void say(struct patience *p, const struct http_answer *answer, int64_t now)
{
    if (p->said_ms && now - p->said_ms < SAY_EVERY_MS)
        return;
    p->said_ms = now;
    ctl_say(
        "登记系统正忙，%d 秒后重试，最多再等 %lld 秒 creditd is busy (503); trying again in %d s, "
        "for %lld s at most",
        answer->retry_after_s, (long long)((p->began_ms + WAIT_MS_MAX - now) / 1000),
        answer->retry_after_s, (long long)((p->began_ms + WAIT_MS_MAX - now) / 1000));
}

bool patience_again(struct patience *p, const struct http_answer *answer, struct delivery *d,
                    struct progress *progress)
{
    if (answer->status != 503 || answer->retry_after_s <= 0 || !delivery_rewind(d))
        return false;
    int64_t now = clock_mono_ms(), until = now + answer->retry_after_s * INT64_C(1000);
    if (p->began_ms == 0)
        p->began_ms = now;
    if (until - p->began_ms > WAIT_MS_MAX)
        return false;
    progress_clear(progress);
    say(p, answer, now);
    while (!interrupt_came() && clock_mono_ms() < until)
        nanosleep(&(struct timespec){.tv_nsec = STEP_MS * 1000 * 1000}, NULL);
    return !interrupt_came();
}
