#pragma once
#include "daemon/ctl.h"
#include "daemon/holding.h"
#include "daemon/inspect.h"

/* The store that no creditd holds, opened by creditctl itself. The key file is DATA/keys, or what
 * --keys or CREDENCE_KEYS names. An exit code, having said why; then there is nothing to close. */
int ctl_here_open(struct ctl *c, struct holding *ret_holding, struct inspected *ret);
