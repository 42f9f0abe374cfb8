/* Rows that were kept, in bytes before sealing:
 *
 *   columns  each name (counted bytes), to the end
 *   row      each value that is not empty: place LEB128, value (counted bytes), to the end
 *
 * Of a file with the columns 名称 and 代码 a row "x" and nothing is 00 0178; the columns are
 * 06E5908DE7A7B0 06E4BBA3E7A081. */
#include "store/kept.h"

#include "base/check.h"
#include "base/err.h"
#include "base/wire.h"

enum { COLUMNS_BYTES_MAX = KEPT_COLUMNS_MAX * (KEPT_NAME_BYTES_MAX + 3) };

static struct slice cut(struct slice name)
{
    if (name.n <= KEPT_NAME_BYTES_MAX)
        return name;
    name.n = KEPT_NAME_BYTES_MAX;
    name.n = utf8_valid_prefix(name);
    return name;
}

bool kept_columns_place(struct kept_columns *c, struct arena *a, size_t guess, struct slice name,
                        size_t *ret)
{
    name = cut(name);
    size_t at = guess;
    if (at >= c->count || !slice_eq(c->names[at], name))
        for (at = 0; at < c->count && !slice_eq(c->names[at], name);)
            at++;
    if (at == KEPT_COLUMNS_MAX)
        return false;
    if (at == c->count)
        c->names[c->count++] = arena_dup(a, name);
    *ret = at;
    return true;
}

int kept_columns_seal(const struct keys *k, const struct kept_columns *c, struct buf *ret)
{
    AUTO_BUF(plain, COLUMNS_BYTES_MAX);
    for (size_t i = 0; i < c->count; i++)
        wire_put_bytes(&plain, c->names[i]);
    CHECK(plain.err == 0);
    return crypt_seal(k, KEY_KEPT, buf_slice(&plain), ret);
}

int kept_columns_open(const struct keys *k, struct arena *a, struct slice sealed,
                      struct kept_columns *ret)
{
    AUTO_BUF(plain, COLUMNS_BYTES_MAX + CRYPT_SEAL_EXTRA);
    int r = crypt_open(k, KEY_KEPT, sealed, &plain);
    if (r < 0)
        return r;
    struct wire w = wire_of(buf_slice(&plain));
    ret->count = 0;
    while (w.rest.n && !w.failed) {
        struct slice name = wire_bytes(&w);
        if (ret->count == KEPT_COLUMNS_MAX)
            return CE_FORMAT;
        ret->names[ret->count++] = arena_dup(a, name);
    }
    return wire_end(&w);
}

void kept_row_put(struct buf *plain, size_t place, struct slice value)
{
    if (value.n == 0)
        return;
    wire_put_var(plain, place);
    wire_put_bytes(plain, value);
}

int kept_row_seal(const struct keys *k, struct slice plain, struct buf *ret)
{
    return crypt_seal(k, KEY_KEPT, plain, ret);
}

int kept_row_open(const struct keys *k, struct slice sealed, struct buf *plain,
                  struct slice *values, size_t count)
{
    buf_clear(plain);
    int r = crypt_open(k, KEY_KEPT, sealed, plain);
    if (r < 0)
        return r;
    for (size_t i = 0; i < count; i++)
        values[i] = (struct slice){NULL, 0};
    struct wire w = wire_of(buf_slice(plain));
    while (w.rest.n && !w.failed) {
        uint64_t place = wire_var(&w);
        struct slice value = wire_bytes(&w);
        if (place >= count)
            return CE_FORMAT;
        values[place] = value;
    }
    return wire_end(&w);
}
