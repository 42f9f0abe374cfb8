#pragma once
#include "daemon/ctl.h"

/* The command `check`. */
int ctl_check(struct ctl *c);
