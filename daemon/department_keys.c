/* Making and removing keys of departments. A secret looks like
 *     crd_mfrggzdfmztwq2lknnwg23tpobyxe43uov3ho6dzpiydcmrt…
 * "crd_" so that it is known for what it is when it turns up in a log or a repository, then 32
 * random bytes in base32. */
#include "daemon/department_keys.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "store/view.h"

enum { RANDOM_BYTES = 32, ID_HASH_BYTES = 10, NAME_CHARS_MAX = 100, ARENA_BYTES = 16 << 20 };

void department_key_id(const uint8_t hash[32], char out[DEPARTMENT_KEY_ID_BYTES])
{
    base32_print(hash, ID_HASH_BYTES, out);
}

static bool is_name(struct slice s)
{
    if (utf8_valid_prefix(s) != s.n || utf8_count(s) > NAME_CHARS_MAX)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7F)
            return false;
    return true;
}

static int put(void *ctx, struct batch *b, struct counters *counters)
{
    (void)counters;
    department_key_put(b, ctx);
    return 0;
}

static int delete (void *ctx, struct batch *b, struct counters *counters)
{
    (void)counters;
    department_key_delete(b, ctx);
    return 0;
}

int department_key_make(struct writer *w, struct utc_ms now, struct slice department,
                        struct slice name, char ret_secret[DEPARTMENT_KEY_SECRET_BYTES],
                        struct department_key *ret, struct reason *reterr_why)
{
    if (!is_name(name))
        return reason_set(reterr_why, CE_INVALID,
                          "the name of a key is at most %d characters on one line", NAME_CHARS_MAX);
    uint8_t random[RANDOM_BYTES];
    char text[(8 * RANDOM_BYTES + 4) / 5 + 1];
    crypt_random(random, sizeof random);
    base32_print(random, sizeof random, text);
    snprintf(ret_secret, DEPARTMENT_KEY_SECRET_BYTES, "crd_%s", text);
    *ret = (struct department_key){.department = department, .name = name, .created = now};
    crypt_sha256(slice_of(ret_secret), ret->hash);
    explicit_bzero(random, sizeof random);
    explicit_bzero(text, sizeof text);
    return writer_run(w, put, ret, reterr_why);
}

int department_key_remove(struct writer *w, struct store *s, struct slice id,
                          struct reason *reterr_why)
{
    AUTO(view_close) struct view *v = NULL;
    AUTO(arena_destroy) struct arena *a = arena_create(ARENA_BYTES);
    struct department_key *keys = NULL;
    size_t count = 0;
    int r = view_open(s, &v);
    if (r == 0)
        r = department_key_list(v, a, &keys, &count);
    if (r < 0)
        return reason_set(reterr_why, r, "the keys cannot be read: %s", err_text(r));
    for (size_t i = 0; i < count; i++) {
        char one[DEPARTMENT_KEY_ID_BYTES];
        department_key_id(keys[i].hash, one);
        if (slice_eq(slice_of(one), id))
            return writer_run(w, delete, keys[i].hash, reterr_why);
    }
    return reason_set(reterr_why, CE_NOT_FOUND, "no key has the id %.*s",
                      (int)(id.n < 40 ? id.n : 40), id.p);
}
