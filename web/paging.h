#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "web/call.h"

/* Answers that the cursor belongs to no such list. */
void refuse_cursor(struct call *c);
/* Whether a list was read, `r` being what its query said; false: answered with a problem. */
bool list_read(struct call *c, int r);

/* A window on a list that is short enough to be made as a whole: reads `limit` and `cursor`, and
 * makes the cursor of what follows. `about` tells lists apart. */
struct window {
    size_t from;
    unsigned limit;
};
/* False: answered with a problem. */
bool window_read(struct call *c, struct slice about, struct window *ret);
/* The cursor behind the window when the list has `count` entries; empty at its end. */
struct slice window_next(struct call *c, struct slice about, const struct window *w, size_t count);
