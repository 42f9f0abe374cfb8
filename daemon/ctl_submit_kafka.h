#pragma once
#include "daemon/ctl.h"

/* `submit --kafka`: publishes a file to its department's topic, a message for each row. An exit
 * code, having said what became of it. `batch` is the batch's id and `is_new` whether it was just
 * made up. */
int ctl_submit_kafka(struct ctl *c, const char *batch, bool is_new);
