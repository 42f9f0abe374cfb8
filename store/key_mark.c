/* Which key file a store belongs to. With the master key 00 01 02 … 1F the row "keys" is
 * 01 7ED1B97555277AEA26C1D0E88A7E5A5E: the format, then HMAC-SHA-256 of "credence store" cut to 16.
 */
#include "store/key_mark.h"

enum { FORMAT = 1, MARK_BYTES = 17 };

static void make(const struct keys *k, uint8_t out[MARK_BYTES])
{
    out[0] = FORMAT;
    crypt_hash16(k, KEY_IDENTITY, SLICE("credence store"), out + 1);
}

void key_mark_put(struct batch *b, const struct keys *k)
{
    uint8_t mark[MARK_BYTES];
    make(k, mark);
    batch_put(b, CF_STATE, SLICE("keys"), slice_make(mark, sizeof mark));
}

int key_mark_check(struct view *v, struct arena *a, const struct keys *k)
{
    struct slice stored;
    uint8_t mark[MARK_BYTES];
    int r = view_get(v, a, CF_STATE, SLICE("keys"), &stored);
    if (r < 0)
        return r;
    make(k, mark);
    return crypt_equal(stored, slice_make(mark, sizeof mark)) ? 0 : CE_CRYPT;
}
