#pragma once
#include <stdbool.h>

/* SIGINT and SIGTERM end what is being sent, not the program, which still says how to go on. */
void interrupt_watch(void);
/* Whether one of them came since. */
bool interrupt_came(void);
