#pragma once
#include <stddef.h>

#include "base/attr.h"

/* What went wrong, as a negative int; 0 is success. See err.def. */
enum err {
#define ERR(name, number, text) CE_##name = -(number),
#include "base/err.def"
#undef ERR
};

/* English text of a failure, never NULL; unknown numbers say so. */
const char *err_text(int err);

/* Detail of a failure for the person who has to mend it. Filled only when the call failed. */
struct reason {
    char text[512];
};

/* Writes the detail (cut to fit) and returns `err`, so that `return reason_set(...)` reads well.
 * `r` may be NULL: then the detail is dropped. */
int reason_set(struct reason *r, int err, const char *fmt, ...) PRINTF(3, 4);
