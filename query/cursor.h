#pragma once
#include "base/arena.h"
#include "base/crypt.h"
#include "base/err.h"
#include "base/slice.h"

/* Where a list goes on: opaque text that cannot be read or forged (sealed with KEY_CURSOR; base32),
 * bound to what the list was about, so that a cursor of another question is refused. */
struct slice cursor_make(struct arena *a, const struct keys *k, struct slice about,
                         struct slice position);
/* CE_INVALID for a cursor that is not one, or of another question. */
int cursor_read(struct arena *a, const struct keys *k, struct slice about, struct slice cursor,
                struct slice *ret_position);
