/* The digest of a store's content: SHA-256 over each record, summed modulo 2^256, so that the order
 * of arrival leaves no trace. What is hashed:
 *
 *   record    'R', theme 2, identity, provider's version present 1 and then 8, state 1 (1 current,
 *             2 revoked), number of items LEB128, each: code, value; counted bytes throughout
 *   history   'H', SHA-256 of the version as a record 32, version 28
 *   ledger    'L', department, theme 2, day 4, totals (store/totals.c)
 *
 * A revoked record has no items: its content is the operation alone. Theme 1, identity "\1" "a", no
 * version of the provider's, item "name" = "甲": 52 0001 02 0161 00 01 01 04 6E616D65 03 E794B2. */
#include "store/digest.h"

#include <string.h>

#include "base/err.h"
#include "base/wire.h"
#include "store/ledger.h"
#include "store/source.h"
#include "store/totals.h"

enum { STATE_CURRENT = 1, STATE_REVOKED = 2 };
enum { TEXT_BYTES_MAX = 16 << 20, LINE_BYTES_MAX = 1024, SCRATCH_BYTES_MAX = 256 << 20 };

void digest_sum(struct digest *d, const uint8_t hash[32])
{
    unsigned carry = 0;
    for (int i = 31; i >= 0; i--) {
        carry += (unsigned)d->b[i] + hash[i];
        d->b[i] = (uint8_t)carry;
        carry >>= 8;
    }
}

static int items_hash(const struct record *r, struct slice identity,
                      const struct record_item *items, size_t count, uint8_t out[32])
{
    size_t kept = 0;
    bool is_revoked = r->head.flags & RECORD_REVOKED;
    for (size_t i = 0; i < count && !is_revoked; i++)
        kept += items[i].value.n > 0;
    AUTO_BUF(text, TEXT_BYTES_MAX);
    wire_put_u8(&text, 'R');
    wire_put_u16(&text, r->head.theme);
    wire_put_bytes(&text, identity);
    bool has_provider = r->head.flags & RECORD_HAS_PROVIDER;
    wire_put_u8(&text, has_provider);
    if (has_provider)
        wire_put_u64(&text, version_provider(&r->head.version));
    wire_put_u8(&text, is_revoked ? STATE_REVOKED : STATE_CURRENT);
    wire_put_var(&text, kept);
    for (size_t i = 0; i < count && kept; i++) {
        if (items[i].value.n == 0)
            continue;
        wire_put_bytes(&text, items[i].code);
        wire_put_bytes(&text, items[i].value);
    }
    if (text.err)
        return text.err;
    crypt_sha256(buf_slice(&text), out);
    return 0;
}

static int record_hash(const struct keys *k, struct arena *scratch, const struct record *r,
                       uint8_t out[32])
{
    struct slice identity;
    struct record_item *items;
    size_t count = 0;
    int e = record_items(scratch, k, r, &identity, &items, &count);
    return e < 0 ? e : items_hash(r, identity, items, count, out);
}

int digest_add_items(struct digest *d, const struct record *r, struct slice identity,
                     const struct record_item *items, size_t count)
{
    uint8_t hash[32];
    int e = items_hash(r, identity, items, count, hash);
    if (e == 0)
        digest_sum(d, hash);
    return e;
}

int digest_add_record(struct digest *d, const struct keys *k, struct arena *scratch,
                      const struct record *r)
{
    uint8_t hash[32];
    int e = record_hash(k, scratch, r, hash);
    if (e == 0)
        digest_sum(d, hash);
    return e;
}

struct summing {
    struct digest digest;
    const struct keys *keys;
    const struct digest_options *options;
    struct arena *scratch;
};

static int add_record(struct summing *s, struct slice key, struct slice value)
{
    (void)key;
    struct record r = {0};
    int e = record_decode(value, &r);
    if (e < 0 || (s->options->theme && r.head.theme != s->options->theme))
        return e;
    return digest_add_record(&s->digest, s->keys, s->scratch, &r);
}

static int add_history(struct summing *s, struct slice key, struct slice value)
{
    struct history h;
    struct record r = {0};
    uint8_t text[1 + 32 + sizeof(struct version)] = {'H'}, hash[32];
    int e = history_decode(value, &h);
    if (e == 0)
        e = record_decode(h.record, &r);
    if (e == 0 && key.n != 8 + sizeof(struct version))
        e = CE_FORMAT;
    if (e < 0 || (s->options->theme && r.head.theme != s->options->theme))
        return e;
    if ((e = record_hash(s->keys, s->scratch, &r, text + 1)) < 0)
        return e;
    memcpy(text + 33, key.p + 8, sizeof(struct version));
    crypt_sha256(slice_make(text, sizeof text), hash);
    digest_sum(&s->digest, hash);
    return 0;
}

static bool add_line(void *ctx, const struct ledger_line *line)
{
    struct summing *s = ctx;
    if (s->options->theme && line->theme != s->options->theme)
        return true;
    uint8_t hash[32];
    AUTO_BUF(text, LINE_BYTES_MAX);
    wire_put_u8(&text, 'L');
    wire_put_bytes(&text, line->department);
    wire_put_u16(&text, line->theme);
    wire_put_u32(&text, (uint32_t)line->day.v);
    totals_encode(&line->totals, &text);
    crypt_sha256(buf_slice(&text), hash);
    digest_sum(&s->digest, hash);
    return true;
}

static int add_family(struct summing *s, struct view *v, enum cf cf,
                      int (*add)(struct summing *s, struct slice key, struct slice value))
{
    int e = 0;
    struct walk *w = walk_open(v, cf, (struct slice){0}, (struct slice){0});
    for (; e == 0 && walk_valid(w); walk_next(w)) {
        arena_reset(s->scratch);
        e = add(s, walk_key(w), walk_value(w));
    }
    int r = walk_close(w);
    return e < 0 ? e : r;
}

int digest_view(struct view *v, const struct keys *k, const struct digest_options *o,
                struct digest *ret)
{
    AUTO(arena_destroy) struct arena *scratch = arena_create(SCRATCH_BYTES_MAX);
    struct summing s = {.keys = k, .options = o, .scratch = scratch};
    int e = add_family(&s, v, CF_RECORD, add_record);
    if (e == 0 && o->with_history)
        e = add_family(&s, v, CF_HISTORY, add_history);
    if (e == 0 && o->with_ledger)
        e = ledger_walk(v, (struct slice){0}, (struct day){INT32_MIN}, (struct day){INT32_MAX},
                        add_line, &s);
    if (e == 0)
        *ret = s.digest;
    return e;
}
