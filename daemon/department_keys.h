#pragma once
#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/slice.h"
#include "ingest/writer.h"
#include "store/state.h"

/* Keys of departments: what a department's client sends as a bearer token. The secret is made here,
 * shown once, and kept as its SHA-256 only. */
enum { DEPARTMENT_KEY_SECRET_BYTES = 64, DEPARTMENT_KEY_ID_BYTES = 17 };

/* By what a key is listed and removed: the beginning of its hash in base32, NUL-terminated. */
void department_key_id(const uint8_t hash[32], char out[DEPARTMENT_KEY_ID_BYTES]);

/* Makes and stores one. CE_INVALID for a name that does not do. `ret_secret` is NUL-terminated. */
int department_key_make(struct writer *w, struct utc_ms now, struct slice department,
                        struct slice name, char ret_secret[DEPARTMENT_KEY_SECRET_BYTES],
                        struct department_key *ret, struct reason *reterr_why);
/* CE_NOT_FOUND for an id that no key has. */
int department_key_remove(struct writer *w, struct store *s, struct slice id,
                          struct reason *reterr_why);
