#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/civil.h"
#include "base/slice.h"

/* Who has signed in on a page with a department's key. A session is a random token in a cookie and
 * an entry in memory, which holds neither the token nor the key but hashes of them; it ends after
 * SESSION_IDLE_MS without a page, after SESSION_MOST_MS whatever happens, when its key is taken
 * back (whoever asks looks the key up each time) and when the process ends. Thread-safe. */
struct sessions;

enum {
    SESSION_IDLE_MS = 30 * 60 * 1000,
    SESSION_MOST_MS = 8 * 60 * 60 * 1000,
    SESSION_TOKEN_TEXT = 52, /* 32 random bytes in base32 */
    SESSIONS_MAX = 1024,     /* beyond which the one that was idle longest ends */
};

struct sessions *sessions_create(void);
void sessions_destroy(struct sessions *s);

/* Begins one for whoever showed the key with that SHA-256; the token is NUL-terminated. */
void session_begin(struct sessions *s, const uint8_t key_hash[32], struct utc_ms now,
                   char ret_token[SESSION_TOKEN_TEXT + 1]);
/* The hash of the key that began it, and it is no longer idle. False: there is no such session, or
 * not any more. */
bool session_find(struct sessions *s, struct slice token, struct utc_ms now,
                  uint8_t ret_key_hash[32]);
/* Does nothing when there is none. */
void session_end(struct sessions *s, struct slice token);

/* Tries with keys that do not exist: after TRIES_MOST of them from one client within TRIES_MS no
 * more are looked at until the time is over. `client` is an address without port. Clients are
 * counted in a table of fixed size, in which two may share a place. */
enum { TRIES_MOST = 10, TRIES_MS = 10 * 60 * 1000 };
bool session_may_try(struct sessions *s, struct slice client, struct utc_ms now);
void session_failed(struct sessions *s, struct slice client, struct utc_ms now);
