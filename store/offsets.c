/* The row of a partition in the family `state`. What a message is and when a partition must stop is
 * for ingest/ to know.
 *
 *   "offset/" topic 0 partition 4   format 1, number 8, first 8, next 8, lost LEB128, stop 1, gap
 *                                   LEB128, stopped ms 8, last offset 8 (all bits set: none), its
 *                                   time ms 8, its hash 16, totals (store/totals.c), department
 *                                   (counted bytes)
 *
 *   "store-name"                    format 1, random 10
 *
 * Partition 0 of credit.submissions.amr, of which offsets 0 and 1 were stored, holds
 * 01 0000000000000001 0000000000000000 0000000000000002 00 00 00 0000000000000000
 * 0000000000000001 0000018CD6B8F800 (hash) 02 02 00 00 00 00 00 00 03 616D72. */
#include "store/offsets.h"

#include <string.h>

#include "base/buf.h"
#include "base/check.h"
#include "base/wire.h"
#include "store/totals.h"

enum { FORMAT = 1, VALUE_BYTES_MAX = 4096, DEPARTMENT_BYTES_MAX = 64 };
static const struct slice prefix = {"offset/", 7};

const char *stop_code(enum stop s)
{
    switch (s) {
    case STOP_NONE:
        return "";
#define STOP(id, number, code, zh, en)                                                             \
    case STOP_##id:                                                                                \
        return code;
#include "store/stop.def"
#undef STOP
    }
    UNREACHABLE();
}

const char *stop_zh(enum stop s)
{
    switch (s) {
    case STOP_NONE:
        return "";
#define STOP(id, number, code, zh, en)                                                             \
    case STOP_##id:                                                                                \
        return zh;
#include "store/stop.def"
#undef STOP
    }
    UNREACHABLE();
}

const char *stop_en(enum stop s)
{
    switch (s) {
    case STOP_NONE:
        return "";
#define STOP(id, number, code, zh, en)                                                             \
    case STOP_##id:                                                                                \
        return en;
#include "store/stop.def"
#undef STOP
    }
    UNREACHABLE();
}

bool stop_is_known(unsigned number)
{
    switch (number) {
    case STOP_NONE:
#define STOP(id, number, code, zh, en) case number:
#include "store/stop.def"
#undef STOP
        return true;
    default: /* a number from bytes, not one of ours */
        return false;
    }
}

struct slice partition_state_key(struct arena *a, struct slice topic, uint32_t partition)
{
    CHECK(topic.n && topic.n <= TOPIC_BYTES_MAX && !memchr(topic.p, 0, topic.n));
    char *key = arena_alloc(a, prefix.n + topic.n + 5);
    memcpy(key, prefix.p, prefix.n);
    memcpy(key + prefix.n, topic.p, topic.n);
    key[prefix.n + topic.n] = 0;
    be32_put(key + prefix.n + topic.n + 1, partition);
    return slice_make(key, prefix.n + topic.n + 5);
}

void partition_state_put(struct batch *b, const struct partition_state *s)
{
    CHECK(s->department.n && s->department.n <= DEPARTMENT_BYTES_MAX);
    AUTO(arena_destroy) struct arena *a = arena_create(VALUE_BYTES_MAX);
    AUTO_BUF(v, VALUE_BYTES_MAX);
    wire_put_u8(&v, FORMAT);
    wire_put_u64(&v, s->number);
    wire_put_u64(&v, s->first);
    wire_put_u64(&v, s->next);
    wire_put_var(&v, s->lost);
    wire_put_u8(&v, (uint8_t)s->stop);
    wire_put_var(&v, s->gap);
    wire_put_u64(&v, (uint64_t)s->stopped.v);
    wire_put_u64(&v, s->has_last ? s->last_offset : UINT64_MAX);
    wire_put_u64(&v, s->has_last ? (uint64_t)s->last_time.v : 0);
    static const uint8_t none[MESSAGE_HASH_BYTES];
    buf_add(&v, s->has_last ? s->last_hash : none, MESSAGE_HASH_BYTES);
    totals_encode(&s->totals, &v);
    wire_put_bytes(&v, s->department);
    CHECK(v.err == 0);
    batch_put(b, CF_STATE, partition_state_key(a, s->topic, s->partition), buf_slice(&v));
}

int partition_state_decode(struct slice key, struct slice value, struct partition_state *ret)
{
    struct partition_state s = {0};
    if (!slice_starts(key, prefix) || key.n < prefix.n + 6 || key.p[key.n - 5] != 0)
        return CE_FORMAT;
    s.topic = slice_make(key.p + prefix.n, key.n - prefix.n - 5);
    s.partition = be32_get(key.p + key.n - 4);
    struct wire w = wire_of(value);
    if (wire_u8(&w) != FORMAT)
        return CE_FORMAT;
    s.number = wire_u64(&w);
    s.first = wire_u64(&w);
    s.next = wire_u64(&w);
    s.lost = wire_var(&w);
    uint8_t stop = wire_u8(&w);
    s.gap = wire_var(&w);
    s.stopped.v = (int64_t)wire_u64(&w);
    s.last_offset = wire_u64(&w);
    s.has_last = s.last_offset != UINT64_MAX;
    s.last_time.v = (int64_t)wire_u64(&w);
    struct slice hash = wire_raw(&w, MESSAGE_HASH_BYTES);
    totals_decode(&w, &s.totals);
    s.department = wire_bytes(&w);
    int r = wire_end(&w);
    if (r < 0)
        return r;
    if (!stop_is_known(stop) || s.next < s.first || s.department.n == 0 ||
        s.department.n > DEPARTMENT_BYTES_MAX)
        return CE_FORMAT;
    s.stop = (enum stop)stop;
    memcpy(s.last_hash, hash.p, sizeof s.last_hash);
    if (!s.has_last)
        s.last_offset = 0;
    *ret = s;
    return 0;
}

int partition_state_get(struct view *v, struct arena *a, struct slice topic, uint32_t partition,
                        struct partition_state *ret)
{
    struct slice key = partition_state_key(a, topic, partition), value;
    int r = view_get(v, a, CF_STATE, key, &value);
    return r < 0 ? r : partition_state_decode(key, value, ret);
}

int partition_state_list(struct view *v, struct arena *a, struct partition_state **ret,
                         size_t *ret_count)
{
    struct partition_state *list = NULL;
    size_t count = 0, most = 0;
    int e = 0;
    struct walk *w = walk_open(v, CF_STATE, prefix, prefix);
    for (; e == 0 && walk_valid(w); walk_next(w)) {
        if (count == most) {
            most = most ? most * 2 : 64;
            struct partition_state *more = ARENA_ARRAY(a, struct partition_state, most);
            if (count)
                memcpy(more, list, count * sizeof *list);
            list = more;
        }
        e = partition_state_decode(arena_dup(a, walk_key(w)), arena_dup(a, walk_value(w)),
                                   &list[count++]);
    }
    int r = walk_close(w);
    if (e < 0 || r < 0)
        return e < 0 ? e : r;
    *ret = list;
    *ret_count = count;
    return 0;
}

void store_name_put(struct batch *b, const uint8_t name[STORE_NAME_BYTES])
{
    uint8_t v[1 + STORE_NAME_BYTES] = {FORMAT};
    memcpy(v + 1, name, STORE_NAME_BYTES);
    batch_put(b, CF_STATE, SLICE("store-name"), slice_make(v, sizeof v));
}

int store_name_get(struct view *v, struct arena *a, uint8_t ret[STORE_NAME_BYTES])
{
    struct slice bytes;
    int r = view_get(v, a, CF_STATE, SLICE("store-name"), &bytes);
    if (r < 0)
        return r;
    if (bytes.n != 1 + STORE_NAME_BYTES || bytes.p[0] != FORMAT)
        return CE_FORMAT;
    memcpy(ret, bytes.p + 1, STORE_NAME_BYTES);
    return 0;
}
