/* Sessions of pages, in memory alone: a restart signs everybody out, and nothing of them is stored
 * or logged. Tokens are compared by their SHA-256, so that the time of looking tells nothing of a
 * token that somebody else has. */
#include "web/session.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/crypt.h"

enum { TOKEN_BYTES = 32, PLACES = 4096 };

struct session {
    uint8_t token[32]; /* SHA-256 */
    uint8_t key[32];   /* SHA-256 */
    struct utc_ms begun, used;
    bool is_open;
};

/* Wrong keys of the clients of one place, since the first of them. */
struct tries {
    struct utc_ms since;
    unsigned count;
};

struct sessions {
    pthread_mutex_t lock;
    uint8_t salt[16]; /* so that nobody can choose with whom to share a place */
    struct session list[SESSIONS_MAX];
    struct tries tries[PLACES];
};

struct sessions *sessions_create(void)
{
    struct sessions *s = calloc(1, sizeof *s);
    CHECK(s);
    pthread_mutex_init(&s->lock, NULL);
    crypt_random(s->salt, sizeof s->salt);
    return s;
}

void sessions_destroy(struct sessions *s)
{
    if (!s)
        return;
    pthread_mutex_destroy(&s->lock);
    explicit_bzero(s, sizeof *s);
    free(s);
}

/* A clock that was put back ends sessions rather than to prolong them. */
static bool is_over(const struct session *one, struct utc_ms now)
{
    return now.v < one->used.v || now.v - one->used.v >= SESSION_IDLE_MS ||
           now.v - one->begun.v >= SESSION_MOST_MS;
}

static struct session *place_for_one(struct sessions *s, struct utc_ms now)
{
    struct session *best = &s->list[0];
    for (unsigned i = 0; i < SESSIONS_MAX; i++) {
        struct session *one = &s->list[i];
        if (!one->is_open || is_over(one, now))
            return one;
        if (one->used.v < best->used.v)
            best = one;
    }
    return best;
}

void session_begin(struct sessions *s, const uint8_t key_hash[32], struct utc_ms now,
                   char ret_token[SESSION_TOKEN_TEXT + 1])
{
    uint8_t random[TOKEN_BYTES];
    struct session one = {.begun = now, .used = now, .is_open = true};
    crypt_random(random, sizeof random);
    base32_print(random, sizeof random, ret_token);
    explicit_bzero(random, sizeof random);
    crypt_sha256(slice_of(ret_token), one.token);
    memcpy(one.key, key_hash, sizeof one.key);
    pthread_mutex_lock(&s->lock);
    *place_for_one(s, now) = one;
    pthread_mutex_unlock(&s->lock);
}

static struct session *find(struct sessions *s, struct slice token)
{
    uint8_t hash[32];
    crypt_sha256(token, hash);
    for (unsigned i = 0; i < SESSIONS_MAX; i++)
        if (s->list[i].is_open && memcmp(s->list[i].token, hash, sizeof hash) == 0)
            return &s->list[i];
    return NULL;
}

bool session_find(struct sessions *s, struct slice token, struct utc_ms now,
                  uint8_t ret_key_hash[32])
{
    if (token.n != SESSION_TOKEN_TEXT)
        return false;
    pthread_mutex_lock(&s->lock);
    struct session *one = find(s, token);
    if (one && is_over(one, now))
        one->is_open = false;
    bool is_open = one && one->is_open;
    if (is_open) {
        one->used = now;
        memcpy(ret_key_hash, one->key, sizeof one->key);
    }
    pthread_mutex_unlock(&s->lock);
    return is_open;
}

void session_end(struct sessions *s, struct slice token)
{
    if (token.n != SESSION_TOKEN_TEXT)
        return;
    pthread_mutex_lock(&s->lock);
    struct session *one = find(s, token);
    if (one)
        explicit_bzero(one, sizeof *one);
    pthread_mutex_unlock(&s->lock);
}

static struct tries *tries_of(struct sessions *s, struct slice client)
{
    enum { CLIENT_BYTES_MAX = 64 };
    uint8_t hash[32], bytes[sizeof s->salt + CLIENT_BYTES_MAX] = {0};
    memcpy(bytes, s->salt, sizeof s->salt);
    if (client.n)
        memcpy(bytes + sizeof s->salt, client.p,
               client.n < CLIENT_BYTES_MAX ? client.n : CLIENT_BYTES_MAX);
    crypt_sha256(slice_make(bytes, sizeof bytes), hash);
    return &s->tries[(hash[0] << 8 | hash[1]) % PLACES];
}

static bool is_recent(const struct tries *t, struct utc_ms now)
{
    return now.v >= t->since.v && now.v - t->since.v < TRIES_MS;
}

bool session_may_try(struct sessions *s, struct slice client, struct utc_ms now)
{
    pthread_mutex_lock(&s->lock);
    const struct tries *t = tries_of(s, client);
    bool may = !is_recent(t, now) || t->count < TRIES_MOST;
    pthread_mutex_unlock(&s->lock);
    return may;
}

void session_failed(struct sessions *s, struct slice client, struct utc_ms now)
{
    pthread_mutex_lock(&s->lock);
    struct tries *t = tries_of(s, client);
    if (!is_recent(t, now))
        *t = (struct tries){.since = now};
    t->count++;
    pthread_mutex_unlock(&s->lock);
}
