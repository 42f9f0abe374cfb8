#pragma once
#include <stdbool.h>

#include "base/arena.h"
#include "store/ledger.h"

/* The ledger lines that the writer is adding to, with absolute totals in memory, so that a commit
 * writes each changed line once and reads none (design §6). For the one writing thread. */
struct ledger_cache;

struct ledger_cache *ledger_cache_create(void);
void ledger_cache_destroy(struct ledger_cache *c);
/* The totals to add to; read from the store at the first touch and marked as changed. NULL when the
 * store could not be read. Good until the next call. */
struct totals *ledger_cache_touch(struct ledger_cache *c, struct batch *b, struct arena *a,
                                  struct slice department, uint16_t theme, struct day day);
/* Puts every changed line into the batch. */
void ledger_cache_put(struct ledger_cache *c, struct batch *b);
/* The commit failed: forget everything, the store is the truth. */
void ledger_cache_forget(struct ledger_cache *c);
