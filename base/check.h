#pragma once
#include "base/attr.h"

/* Prints where and what, then aborts. The store is consistent by construction, so stopping is the
 * safe answer to a bug; the supervisor starts us again. */
void check_failed(const char *file, int line, const char *what) NORETURN;

/* States what cannot be otherwise unless the program has a bug. Never for input. */
#define CHECK(cond) ((cond) ? (void)0 : check_failed(__FILE__, __LINE__, #cond))

/* A place that control flow cannot reach. */
#define UNREACHABLE() check_failed(__FILE__, __LINE__, "unreachable")
