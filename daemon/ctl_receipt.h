#pragma once
#include "daemon/ctl.h"

/* The command `receipt`, and what `submit` shares with it. */
int ctl_receipt(struct ctl *c);
/* Shows a receipt from its beginning (daemon/receipt_summary.h): for people, or with `as_json` only
 * the line end behind what is on standard output already. EXIT_CODE_OK, ROWS_REJECTED when rows
 * were, and FAILED, with *ret_is_open, for a batch that is not finished. */
int ctl_receipt_show(struct ctl *c, struct slice head, bool as_json, bool *ret_is_open);
/* The batch of that theme among the newest of the department (NULL: as the daemon takes it); NULL
 * when it is not there or cannot be asked for. Says nothing. */
const struct json *ctl_find_batch(struct ctl *c, const char *department, const char *batch,
                                  const char *theme);
