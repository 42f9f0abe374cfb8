/* Bytes as they are stored: big-endian integers, LEB128, counted strings. */
#include "base/wire.h"

#include <string.h>

#include "base/err.h"

void be16_put(void *at, uint16_t v)
{
    unsigned char *p = at;
    p[0] = (unsigned char)(v >> 8);
    p[1] = (unsigned char)v;
}

void be32_put(void *at, uint32_t v)
{
    v = __builtin_bswap32(v);
    memcpy(at, &v, 4);
}

void be64_put(void *at, uint64_t v)
{
    v = __builtin_bswap64(v);
    memcpy(at, &v, 8);
}

uint16_t be16_get(const void *at)
{
    const unsigned char *p = at;
    return (uint16_t)(p[0] << 8 | p[1]);
}

uint32_t be32_get(const void *at)
{
    uint32_t v;
    memcpy(&v, at, 4);
    return __builtin_bswap32(v);
}

uint64_t be64_get(const void *at)
{
    uint64_t v;
    memcpy(&v, at, 8);
    return __builtin_bswap64(v);
}

void wire_put_u8(struct buf *b, uint8_t v)
{
    buf_add(b, &v, 1);
}

void wire_put_u16(struct buf *b, uint16_t v)
{
    char at[2];
    be16_put(at, v);
    buf_add(b, at, 2);
}

void wire_put_u32(struct buf *b, uint32_t v)
{
    char at[4];
    be32_put(at, v);
    buf_add(b, at, 4);
}

void wire_put_u64(struct buf *b, uint64_t v)
{
    char at[8];
    be64_put(at, v);
    buf_add(b, at, 8);
}

void wire_put_var(struct buf *b, uint64_t v)
{
    char at[10];
    size_t n = 0;
    do {
        unsigned char c = v & 0x7F;
        v >>= 7;
        at[n++] = (char)(c | (v ? 0x80 : 0));
    } while (v);
    buf_add(b, at, n);
}

void wire_put_bytes(struct buf *b, struct slice s)
{
    if (s.n >= 0x80) {
        wire_put_var(b, s.n);
        buf_add_slice(b, s);
        return;
    }
    char *at = buf_grow(b, 1 + s.n); /* nearly always, and then in one piece */
    if (!at)
        return;
    *at = (char)s.n;
    if (s.n)
        memcpy(at + 1, s.p, s.n);
}

struct slice wire_raw(struct wire *w, size_t n)
{
    if (w->failed || n > w->rest.n) {
        w->failed = true;
        w->rest = (struct slice){0};
        return (struct slice){0};
    }
    struct slice s = {w->rest.p, n};
    w->rest = slice_from(w->rest, n);
    return s;
}

uint8_t wire_u8(struct wire *w)
{
    struct slice s = wire_raw(w, 1);
    return s.n ? (uint8_t)s.p[0] : 0;
}

uint16_t wire_u16(struct wire *w)
{
    struct slice s = wire_raw(w, 2);
    return s.n ? be16_get(s.p) : 0;
}

uint32_t wire_u32(struct wire *w)
{
    struct slice s = wire_raw(w, 4);
    return s.n ? be32_get(s.p) : 0;
}

uint64_t wire_u64(struct wire *w)
{
    struct slice s = wire_raw(w, 8);
    return s.n ? be64_get(s.p) : 0;
}

uint64_t wire_var(struct wire *w)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t c = wire_u8(w);
        if (w->failed)
            return 0;
        if (shift == 63 && c > 1)
            break;
        v |= (uint64_t)(c & 0x7F) << shift;
        if (!(c & 0x80))
            return v;
    }
    w->failed = true;
    w->rest = (struct slice){0};
    return 0;
}

struct slice wire_bytes(struct wire *w)
{
    uint64_t n = wire_var(w);
    if (n > w->rest.n) {
        w->failed = true;
        w->rest = (struct slice){0};
        return (struct slice){0};
    }
    return wire_raw(w, (size_t)n);
}

int wire_end(const struct wire *w)
{
    return w->failed || w->rest.n ? CE_FORMAT : 0;
}
