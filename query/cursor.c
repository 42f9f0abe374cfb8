/* Cursors: sealed positions. What the list was about is hashed into the sealed text, so that a
 * cursor of one list does not open another. */
#include "query/cursor.h"

enum { CURSOR_BYTES_MAX = 512 };

struct slice cursor_make(struct arena *a, const struct keys *k, struct slice about,
                         struct slice position)
{
    AUTO_BUF(plain, CURSOR_BYTES_MAX);
    AUTO_BUF(sealed, CURSOR_BYTES_MAX);
    uint8_t of[16];
    crypt_hash16(k, KEY_CURSOR, about, of);
    buf_add(&plain, of, sizeof of);
    buf_add_slice(&plain, position);
    if (crypt_seal(k, KEY_CURSOR, buf_slice(&plain), &sealed) < 0 || sealed.err)
        return (struct slice){0};
    char *text = arena_alloc(a, (sealed.n * 8 + 4) / 5 + 1);
    base32_print(sealed.p, sealed.n, text);
    return slice_of(text);
}

int cursor_read(struct arena *a, const struct keys *k, struct slice about, struct slice cursor,
                struct slice *ret_position)
{
    size_t n = cursor.n * 5 / 8;
    if (n < CRYPT_SEAL_EXTRA + 16 || n > CURSOR_BYTES_MAX)
        return CE_INVALID;
    char *sealed = arena_alloc(a, n);
    if (!base32_parse(cursor, sealed, n))
        return CE_INVALID;
    AUTO_BUF(plain, CURSOR_BYTES_MAX);
    uint8_t of[16];
    crypt_hash16(k, KEY_CURSOR, about, of);
    if (crypt_open(k, KEY_CURSOR, slice_make(sealed, n), &plain) < 0 || plain.n < sizeof of ||
        !crypt_equal(slice_make(plain.p, sizeof of), slice_make(of, sizeof of)))
        return CE_INVALID;
    *ret_position = arena_dup(a, slice_from(buf_slice(&plain), sizeof of));
    return 0;
}
