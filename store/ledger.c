/* Lines of the ledger. Department "amr", theme 1, day 2024-01-05 (19727), 3 rows of which 2 were
 * stored and 1 rejected:
 *
 *   key    616D72 00 0001 80004D0F
 *   value  01 03 02 00 00 00 01 00 00       format, totals (store/totals.c) */
#include "store/ledger.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/err.h"
#include "base/wire.h"
#include "store/totals.h"

enum { FORMAT = 1, DEPARTMENT_BYTES_MAX = 64, KEY_BYTES_MAX = 128, VALUE_BYTES_MAX = 128 };
enum { KEY_TAIL = 7 };

static uint32_t day_ascending(struct day d)
{
    return (uint32_t)d.v ^ 0x80000000u;
}

static void key_make(struct slice department, uint16_t theme, struct day day, struct buf *ret)
{
    CHECK(department.n && department.n <= DEPARTMENT_BYTES_MAX);
    CHECK(!memchr(department.p, 0, department.n));
    buf_add_slice(ret, department);
    buf_add_char(ret, '\0');
    wire_put_u16(ret, theme);
    wire_put_u32(ret, day_ascending(day));
    CHECK(ret->err == 0);
}

void ledger_put(struct batch *b, const struct ledger_line *line)
{
    AUTO_BUF(key, KEY_BYTES_MAX);
    key_make(line->department, line->theme, line->day, &key);
    AUTO_BUF(value, VALUE_BYTES_MAX);
    wire_put_u8(&value, FORMAT);
    totals_encode(&line->totals, &value);
    batch_put(b, CF_LEDGER, buf_slice(&key), buf_slice(&value));
}

static int value_decode(struct slice bytes, struct totals *ret)
{
    struct wire w = wire_of(bytes);
    struct totals t = {0};
    if (wire_u8(&w) != FORMAT)
        return CE_FORMAT;
    totals_decode(&w, &t);
    int r = wire_end(&w);
    if (r == 0)
        *ret = t;
    return r;
}

int ledger_get(struct batch *b, struct arena *a, struct slice department, uint16_t theme,
               struct day day, struct totals *ret)
{
    AUTO_BUF(key, KEY_BYTES_MAX);
    key_make(department, theme, day, &key);
    struct slice bytes;
    int r = batch_get(b, a, CF_LEDGER, buf_slice(&key), &bytes);
    if (r == CE_NOT_FOUND) {
        *ret = (struct totals){0};
        return 0;
    }
    return r < 0 ? r : value_decode(bytes, ret);
}

static int key_decode(struct slice key, struct ledger_line *ret)
{
    const char *end = memchr(key.p, 0, key.n);
    if (!end || end == key.p || (size_t)(key.p + key.n - end) != KEY_TAIL)
        return CE_FORMAT;
    ret->department = slice_make(key.p, (size_t)(end - key.p));
    ret->theme = be16_get(end + 1);
    ret->day.v = (int32_t)(be32_get(end + 3) ^ 0x80000000u);
    return 0;
}

int ledger_walk(struct view *v, struct slice department, struct day from, struct day to,
                bool (*each)(void *ctx, const struct ledger_line *line), void *ctx)
{
    if (department.n > DEPARTMENT_BYTES_MAX)
        return 0;
    AUTO_BUF(prefix, KEY_BYTES_MAX);
    buf_add_slice(&prefix, department);
    if (department.n)
        buf_add_char(&prefix, '\0');
    int e = 0;
    bool on = true;
    struct walk *w = walk_open(v, CF_LEDGER, buf_slice(&prefix), (struct slice){0});
    while (on && e == 0 && walk_valid(w)) {
        struct ledger_line line;
        e = key_decode(walk_key(w), &line);
        if (e == 0)
            e = value_decode(walk_value(w), &line.totals);
        if (e == 0 && line.day.v >= from.v && line.day.v <= to.v)
            on = each(ctx, &line);
        walk_next(w);
    }
    int r = walk_close(w);
    return e < 0 ? e : r;
}
