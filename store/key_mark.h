#pragma once
#include "base/arena.h"
#include "base/crypt.h"
#include "store/batch.h"
#include "store/view.h"

/* A mark by which a store knows its key file (family `state`, key "keys": format 1, keyed hash of a
 * fixed text 16). With other keys every record would get another id and be stored a second time, so
 * that the wrong key file must be told before anything is done. */
void key_mark_put(struct batch *b, const struct keys *k);
/* CE_NOT_FOUND when the store has no mark yet, CE_CRYPT when it is that of other keys. */
int key_mark_check(struct view *v, struct arena *a, const struct keys *k);
