/* The signals that break off a delivery. */
#include "daemon/interrupt.h"

#include <signal.h>

#include "base/check.h"

static volatile sig_atomic_t came;

static void on_signal(int number)
{
    (void)number;
    came = 1;
}

void interrupt_watch(void)
{
    struct sigaction act = {.sa_handler = on_signal};
    sigemptyset(&act.sa_mask);
    CHECK(sigaction(SIGINT, &act, NULL) == 0 && sigaction(SIGTERM, &act, NULL) == 0);
}

bool interrupt_came(void)
{
    return came != 0;
}
