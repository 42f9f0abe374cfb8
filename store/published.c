/* How far receipts were told.
 *
 *   "published/" number 8   format 1, next offset 8
 *
 * A partition of which receipts up to offset 4 were delivered has 01 0000000000000005. */
#include "store/published.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/err.h"
#include "base/wire.h"

enum { FORMAT = 1, KEY_BYTES_MAX = 32 };

static void key_make(uint64_t number, struct buf *ret)
{
    buf_add_slice(ret, SLICE("published/"));
    wire_put_u64(ret, number);
    CHECK(ret->err == 0);
}

void published_put(struct batch *b, uint64_t number, uint64_t next)
{
    AUTO_BUF(key, KEY_BYTES_MAX);
    AUTO_BUF(value, 16);
    key_make(number, &key);
    wire_put_u8(&value, FORMAT);
    wire_put_u64(&value, next);
    batch_put(b, CF_STATE, buf_slice(&key), buf_slice(&value));
}

int published_get(struct view *v, struct arena *a, const struct partition_state *s, uint64_t *ret)
{
    AUTO_BUF(key, KEY_BYTES_MAX);
    struct slice value;
    key_make(s->number, &key);
    int r = view_get(v, a, CF_STATE, buf_slice(&key), &value);
    if (r == CE_NOT_FOUND) {
        *ret = s->first;
        return 0;
    }
    if (r < 0)
        return r;
    struct wire w = wire_of(value);
    uint8_t format = wire_u8(&w);
    uint64_t next = wire_u64(&w);
    if (format != FORMAT || wire_end(&w) < 0)
        return CE_FORMAT;
    *ret = next;
    return 0;
}
