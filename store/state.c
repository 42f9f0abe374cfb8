/* The small and rare things: counters, batches, keys of departments, catalogue entries. Knows
 * nothing of what they are used for.
 *
 *   "counters"                   format 1, next record 8, search 8, batch 8, event 8, newest
 *                                received ms 8
 *   "batch/" id 10               format 2, number 8, received ms 8, finished ms 8, theme 2, body's
 *                                format 1 and encoding 1, rows done LEB128, bytes done LEB128,
 *                                SHA-256 32, totals (store/totals.c), department, name (counted
 *                                bytes)
 *   "batch-number/" ~number 8    format 1, id 10: newest first
 *   "batch-of/" department 0 ~number 8   the same for one department
 *   "swept"                      format 1, ms 8
 *   "key/" SHA-256 32            format 1, created ms 8, department, name (counted bytes)
 *   "entry/" number 2 version 4  format 1, JSON
 *
 * A store that has seen one batch of one record holds "counters" → 01 0000000000000002
 * 0000000000000002 0000000000000002 0000000000000002 0000018CD6B8F800. */
#include "store/state.h"

#include <string.h>

#include "base/buf.h"
#include "base/check.h"
#include "base/wire.h"
#include "store/totals.h"

enum { FORMAT = 1, BATCH_FORMAT = 3 };
enum { VALUE_BYTES_MAX = 4 * 1024, ENTRY_BYTES_MAX = 64 * 1024 * 1024, KEY_BYTES_MAX = 512 };
enum { COUNTERS_BYTES = 41, DEPARTMENT_BYTES_MAX = 64 };

static void put(struct batch *b, struct slice key, const struct buf *value)
{
    CHECK(value->err == 0);
    batch_put(b, CF_STATE, key, buf_slice(value));
}

void counters_put(struct batch *b, const struct counters *c)
{
    uint8_t v[COUNTERS_BYTES] = {FORMAT};
    be64_put(v + 1, c->next_record);
    be64_put(v + 9, c->next_search);
    be64_put(v + 17, c->next_batch);
    be64_put(v + 25, c->next_event);
    be64_put(v + 33, (uint64_t)c->newest_received.v);
    batch_put(b, CF_STATE, SLICE("counters"), slice_make(v, sizeof v));
}

int counters_get(struct view *v, struct arena *a, struct counters *ret)
{
    struct slice bytes;
    int r = view_get(v, a, CF_STATE, SLICE("counters"), &bytes);
    if (r == CE_NOT_FOUND) {
        *ret = (struct counters){1, 1, 1, 1, {0}};
        return 0;
    }
    if (r < 0)
        return r;
    struct wire w = wire_of(bytes);
    if (wire_u8(&w) != FORMAT)
        return CE_FORMAT;
    struct counters c;
    c.next_record = wire_u64(&w);
    c.next_search = wire_u64(&w);
    c.next_batch = wire_u64(&w);
    c.next_event = wire_u64(&w);
    c.newest_received.v = (int64_t)wire_u64(&w);
    if ((r = wire_end(&w)) == 0)
        *ret = c;
    return r;
}

struct batch_id batch_id_make(const struct keys *k, struct slice department, struct slice name)
{
    AUTO_BUF(text, 64 * 1024);
    buf_add_slice(&text, department);
    buf_add_char(&text, '\0');
    buf_add_slice(&text, name);
    CHECK(text.err == 0);
    uint8_t hash[16];
    crypt_hash16(k, KEY_BATCH, buf_slice(&text), hash);
    struct batch_id id;
    memcpy(id.b, hash, sizeof id.b);
    return id;
}

/* Prefix of the rows by which batches are listed; an empty department means all of them. */
static void list_prefix(struct slice department, struct buf *ret)
{
    if (department.n == 0) {
        buf_add_slice(ret, SLICE("batch-number/"));
        return;
    }
    buf_add_slice(ret, SLICE("batch-of/"));
    buf_add_slice(ret, department);
    buf_add_char(ret, '\0');
}

static void list_put(struct batch *b, struct slice department, const struct batch_id *id,
                     uint64_t number)
{
    AUTO_BUF(key, KEY_BYTES_MAX);
    list_prefix(department, &key);
    wire_put_u64(&key, ~number);
    CHECK(key.err == 0);
    uint8_t value[1 + BATCH_ID_BYTES] = {FORMAT};
    memcpy(value + 1, id->b, sizeof id->b);
    batch_put(b, CF_STATE, buf_slice(&key), slice_make(value, sizeof value));
}

static struct slice batch_key(const struct batch_id *id, uint8_t out[6 + BATCH_ID_BYTES])
{
    memcpy(out, "batch/", 6);
    memcpy(out + 6, id->b, BATCH_ID_BYTES);
    return slice_make(out, 6 + BATCH_ID_BYTES);
}

void batch_state_put(struct batch *b, const struct batch_id *id, const struct batch_state *s)
{
    CHECK(s->department.n && s->department.n <= DEPARTMENT_BYTES_MAX);
    CHECK(!memchr(s->department.p, 0, s->department.n));
    uint8_t key[6 + BATCH_ID_BYTES];
    AUTO_BUF(v, VALUE_BYTES_MAX);
    wire_put_u8(&v, BATCH_FORMAT);
    wire_put_u64(&v, s->number);
    wire_put_u64(&v, (uint64_t)s->received.v);
    wire_put_u64(&v, (uint64_t)s->finished.v);
    wire_put_u16(&v, s->theme);
    wire_put_u8(&v, (uint8_t)s->format);
    wire_put_u8(&v, (uint8_t)s->encoding);
    wire_put_var(&v, s->rows_done);
    wire_put_var(&v, s->bytes_done);
    buf_add(&v, s->hash, sizeof s->hash);
    totals_encode(&s->totals, &v);
    wire_put_bytes(&v, s->department);
    wire_put_bytes(&v, s->name);
    wire_put_u8(&v, s->is_published);
    if (s->is_published) {
        wire_put_u32(&v, s->partition);
        buf_add(&v, s->upload, sizeof s->upload);
    }
    put(b, batch_key(id, key), &v);
    list_put(b, (struct slice){0}, id, s->number);
    list_put(b, s->department, id, s->number);
}

int batch_state_decode(struct slice bytes, struct batch_state *ret)
{
    struct wire w = wire_of(bytes);
    struct batch_state s = {0};
    if (wire_u8(&w) != BATCH_FORMAT)
        return CE_FORMAT;
    s.number = wire_u64(&w);
    s.received.v = (int64_t)wire_u64(&w);
    s.finished.v = (int64_t)wire_u64(&w);
    s.theme = wire_u16(&w);
    s.format = (char)wire_u8(&w);
    s.encoding = (char)wire_u8(&w);
    s.rows_done = wire_var(&w);
    s.bytes_done = wire_var(&w);
    struct slice hash = wire_raw(&w, sizeof s.hash);
    totals_decode(&w, &s.totals);
    s.department = wire_bytes(&w);
    s.name = wire_bytes(&w);
    uint8_t published = wire_u8(&w);
    struct slice upload = {0};
    if (published == 1) {
        s.is_published = true;
        s.partition = wire_u32(&w);
        upload = wire_raw(&w, sizeof s.upload);
    }
    int r = wire_end(&w);
    if (r < 0)
        return r;
    if (published > 1)
        return CE_FORMAT;
    memcpy(s.hash, hash.p, sizeof s.hash);
    if (published)
        memcpy(s.upload, upload.p, sizeof s.upload);
    *ret = s;
    return 0;
}

int batch_state_get(struct view *v, struct arena *a, const struct batch_id *id,
                    struct batch_state *ret)
{
    uint8_t key[6 + BATCH_ID_BYTES];
    struct slice bytes;
    int r = view_get(v, a, CF_STATE, batch_key(id, key), &bytes);
    return r < 0 ? r : batch_state_decode(bytes, ret);
}

int batch_state_list(struct view *v, struct arena *a, struct slice department, uint64_t before,
                     unsigned limit, struct batch_id *ret_ids, struct batch_state *ret,
                     unsigned *ret_count)
{
    AUTO_BUF(from, KEY_BYTES_MAX);
    list_prefix(department, &from);
    *ret_count = 0;
    if (from.err || department.n > DEPARTMENT_BYTES_MAX)
        return 0;
    size_t prefix_n = from.n;
    wire_put_u64(&from, before ? ~before + 1 : 0);
    unsigned count = 0;
    int e = 0;
    struct walk *w = walk_open(v, CF_STATE, slice_make(from.p, prefix_n), buf_slice(&from));
    for (; e == 0 && count < limit && walk_valid(w); walk_next(w)) {
        struct slice value = walk_value(w);
        if (value.n != 1 + BATCH_ID_BYTES || value.p[0] != FORMAT) {
            e = CE_FORMAT;
            break;
        }
        memcpy(ret_ids[count].b, value.p + 1, BATCH_ID_BYTES);
        e = batch_state_get(v, a, &ret_ids[count], &ret[count]);
        if (e == CE_NOT_FOUND)
            e = CE_FORMAT;
        count++;
    }
    int r = walk_close(w);
    if (e < 0 || r < 0)
        return e < 0 ? e : r;
    *ret_count = count;
    return 0;
}

void swept_put(struct batch *b, struct utc_ms before)
{
    uint8_t v[9] = {FORMAT};
    be64_put(v + 1, (uint64_t)before.v);
    batch_put(b, CF_STATE, SLICE("swept"), slice_make(v, sizeof v));
}

int swept_get(struct view *v, struct arena *a, struct utc_ms *ret)
{
    struct slice bytes;
    *ret = (struct utc_ms){0};
    int r = view_get(v, a, CF_STATE, SLICE("swept"), &bytes);
    if (r < 0)
        return r == CE_NOT_FOUND ? 0 : r;
    if (bytes.n != 9 || bytes.p[0] != FORMAT)
        return CE_FORMAT;
    ret->v = (int64_t)be64_get(bytes.p + 1);
    return 0;
}

static struct slice key_key(const uint8_t hash[32], uint8_t out[36])
{
    memcpy(out, "key/", 4);
    memcpy(out + 4, hash, 32);
    return slice_make(out, 36);
}

void department_key_put(struct batch *b, const struct department_key *k)
{
    uint8_t key[36];
    AUTO_BUF(v, VALUE_BYTES_MAX);
    wire_put_u8(&v, FORMAT);
    wire_put_u64(&v, (uint64_t)k->created.v);
    wire_put_bytes(&v, k->department);
    wire_put_bytes(&v, k->name);
    put(b, key_key(k->hash, key), &v);
}

void department_key_delete(struct batch *b, const uint8_t hash[32])
{
    uint8_t key[36];
    batch_delete(b, CF_STATE, key_key(hash, key));
}

static int department_key_decode(struct slice bytes, struct department_key *ret)
{
    struct wire w = wire_of(bytes);
    if (wire_u8(&w) != FORMAT)
        return CE_FORMAT;
    ret->created.v = (int64_t)wire_u64(&w);
    ret->department = wire_bytes(&w);
    ret->name = wire_bytes(&w);
    return wire_end(&w);
}

int department_key_get(struct view *v, struct arena *a, const uint8_t hash[32],
                       struct department_key *ret)
{
    uint8_t key[36];
    struct slice bytes;
    int r = view_get(v, a, CF_STATE, key_key(hash, key), &bytes);
    if (r < 0)
        return r;
    memcpy(ret->hash, hash, sizeof ret->hash);
    return department_key_decode(bytes, ret);
}

static size_t rows_with(struct view *v, struct slice prefix)
{
    size_t count = 0;
    struct walk *w = walk_open(v, CF_STATE, prefix, prefix);
    for (; walk_valid(w); walk_next(w))
        count++;
    walk_close(w); /* a failure comes again in the walk that reads */
    return count;
}

int department_key_list(struct view *v, struct arena *a, struct department_key **ret,
                        size_t *ret_count)
{
    struct slice prefix = SLICE("key/");
    size_t most = rows_with(v, prefix), count = 0;
    struct department_key *list = ARENA_ARRAY(a, struct department_key, most + 1);
    int e = 0;
    struct walk *w = walk_open(v, CF_STATE, prefix, prefix);
    for (; e == 0 && count < most && walk_valid(w); walk_next(w)) {
        struct slice key = walk_key(w);
        if (key.n != 36) {
            e = CE_FORMAT;
            break;
        }
        memcpy(list[count].hash, key.p + 4, 32);
        e = department_key_decode(arena_dup(a, walk_value(w)), &list[count++]);
    }
    int r = walk_close(w);
    if (e < 0 || r < 0)
        return e < 0 ? e : r;
    *ret = list;
    *ret_count = count;
    return 0;
}

void catalogue_entry_put(struct batch *b, const struct catalogue_entry *e)
{
    uint8_t key[12] = {'e', 'n', 't', 'r', 'y', '/'};
    be16_put(key + 6, e->number);
    be32_put(key + 8, e->version);
    AUTO_BUF(v, ENTRY_BYTES_MAX);
    wire_put_u8(&v, FORMAT);
    buf_add_slice(&v, e->json);
    put(b, slice_make(key, sizeof key), &v);
}

int catalogue_entry_list(struct view *v, struct arena *a, struct catalogue_entry **ret,
                         size_t *ret_count)
{
    struct slice prefix = SLICE("entry/");
    size_t most = rows_with(v, prefix), count = 0;
    struct catalogue_entry *list = ARENA_ARRAY(a, struct catalogue_entry, most + 1);
    int e = 0;
    struct walk *w = walk_open(v, CF_STATE, prefix, prefix);
    for (; e == 0 && count < most && walk_valid(w); walk_next(w)) {
        struct slice key = walk_key(w), value = walk_value(w);
        if (key.n != 12 || value.n == 0 || value.p[0] != FORMAT) {
            e = CE_FORMAT;
            break;
        }
        list[count].number = be16_get(key.p + 6);
        list[count].version = be32_get(key.p + 8);
        list[count++].json = arena_dup(a, slice_from(value, 1));
    }
    int r = walk_close(w);
    if (e < 0 || r < 0)
        return e < 0 ? e : r;
    *ret = list;
    *ret_count = count;
    return 0;
}
