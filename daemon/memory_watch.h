#pragma once
#include "daemon/running.h"

/* The parts of the memory budget in /metrics: what each may take, and what it takes now. */

void memory_watch_plan(const struct memory_plan *p);
/* Brings the gauges up to date. Any thread. */
void memory_watch_now(struct running *r);
