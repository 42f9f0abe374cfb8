/* Decisions about partitions.
 *
 *   "decision/" topic 0 partition 4 when ms 8   format 1, kind 1, stop 1, gap LEB128, from 8, to 8,
 *                                               lost LEB128, who (counted bytes), the ended row of
 *                                               the partition (counted bytes; store/offsets.c)
 *
 * An operator "root" who skips the 10 messages that retention took in front of offset 50 writes
 * 01 01 02 0A 0000000000000028 0000000000000032 0A 04726F6F74 00. */
#include "store/decisions.h"

#include <string.h>

#include "base/buf.h"
#include "base/check.h"
#include "base/wire.h"
#include "store/receipts.h"

enum { FORMAT = 1, VALUE_BYTES_MAX = 8192, KEY_BYTES_MAX = TOPIC_BYTES_MAX + 32, KEY_TAIL = 13 };
static const struct slice prefix = {"decision/", 9};

const char *decision_code(enum decision_kind k)
{
    switch (k) {
    case DECISION_SKIP:
        return "skip";
    case DECISION_FROM:
        return "from";
    case DECISION_ADOPT:
        return "adopt";
    }
    UNREACHABLE();
}

static void put(struct batch *b, const struct decision *d)
{
    AUTO_BUF(key, KEY_BYTES_MAX);
    AUTO_BUF(v, VALUE_BYTES_MAX);
    buf_add_slice(&key, prefix);
    buf_add_slice(&key, d->topic);
    buf_add_char(&key, '\0');
    wire_put_u32(&key, d->partition);
    wire_put_u64(&key, (uint64_t)d->when.v);
    wire_put_u8(&v, FORMAT);
    wire_put_u8(&v, (uint8_t)d->kind);
    wire_put_u8(&v, (uint8_t)d->stop);
    wire_put_var(&v, d->gap);
    wire_put_u64(&v, d->from);
    wire_put_u64(&v, d->to);
    wire_put_var(&v, d->lost);
    wire_put_bytes(&v, d->who);
    wire_put_bytes(&v, d->ended);
    CHECK(key.err == 0 && v.err == 0);
    batch_put(b, CF_STATE, buf_slice(&key), buf_slice(&v));
}

int decision_decode(struct slice key, struct slice value, struct decision *ret)
{
    struct decision d = {0};
    if (!slice_starts(key, prefix) || key.n < prefix.n + 1 + KEY_TAIL ||
        key.p[key.n - KEY_TAIL] != 0)
        return CE_FORMAT;
    d.topic = slice_make(key.p + prefix.n, key.n - prefix.n - KEY_TAIL);
    d.partition = be32_get(key.p + key.n - 12);
    d.when.v = (int64_t)be64_get(key.p + key.n - 8);
    struct wire w = wire_of(value);
    if (wire_u8(&w) != FORMAT)
        return CE_FORMAT;
    uint8_t kind = wire_u8(&w), stop = wire_u8(&w);
    d.gap = wire_var(&w);
    d.from = wire_u64(&w);
    d.to = wire_u64(&w);
    d.lost = wire_var(&w);
    d.who = wire_bytes(&w);
    d.ended = wire_bytes(&w);
    int r = wire_end(&w);
    if (r < 0)
        return r;
    if (kind < DECISION_SKIP || kind > DECISION_KIND_LAST || !stop_is_known(stop))
        return CE_FORMAT;
    d.kind = (enum decision_kind)kind;
    d.stop = (enum stop)stop;
    *ret = d;
    return 0;
}

int decision_ended(struct arena *a, const struct decision *d, bool *ret_has,
                   struct partition_state *ret)
{
    *ret_has = d->ended.n > 0;
    if (!d->ended.n)
        return 0;
    return partition_state_decode(partition_state_key(a, d->topic, d->partition), d->ended, ret);
}

int decision_list(struct view *v, struct arena *a, struct decision **ret, size_t *ret_count)
{
    struct decision *list = NULL;
    size_t count = 0, most = 0;
    int e = 0;
    struct walk *w = walk_open(v, CF_STATE, prefix, prefix);
    for (; e == 0 && walk_valid(w); walk_next(w)) {
        if (count == most) {
            most = most ? most * 2 : 16;
            struct decision *more = ARENA_ARRAY(a, struct decision, most);
            if (count)
                memcpy(more, list, count * sizeof *list);
            list = more;
        }
        e = decision_decode(arena_dup(a, walk_key(w)), arena_dup(a, walk_value(w)), &list[count++]);
    }
    int r = walk_close(w);
    if (e < 0 || r < 0)
        return e < 0 ? e : r;
    *ret = list;
    *ret_count = count;
    return 0;
}

static unsigned generation_of(const struct partition_life *lives, size_t count,
                              const struct partition_state *s)
{
    unsigned n = 0;
    for (size_t i = 0; i < count; i++)
        n += lives[i].has_ended && lives[i].state.partition == s->partition &&
             slice_eq(lives[i].state.topic, s->topic);
    return n;
}

int partition_lives(struct view *v, struct arena *a, struct partition_life **ret, size_t *ret_count)
{
    struct decision *decisions;
    struct partition_state *now;
    size_t decision_count, now_count, count = 0;
    int r = decision_list(v, a, &decisions, &decision_count);
    if (r == 0)
        r = partition_state_list(v, a, &now, &now_count);
    if (r < 0)
        return r;
    struct partition_life *lives =
        ARENA_ARRAY(a, struct partition_life, decision_count + now_count + 1);
    for (size_t i = 0; i < decision_count; i++) {
        bool has;
        struct partition_state s;
        r = decision_ended(a, &decisions[i], &has, &s);
        if (r < 0)
            return r;
        if (!has)
            continue;
        lives[count] = (struct partition_life){s, generation_of(lives, count, &s), true};
        count++;
    }
    size_t ended = count;
    for (size_t i = 0; i < now_count; i++)
        lives[count++] =
            (struct partition_life){now[i], generation_of(lives, ended, &now[i]), false};
    *ret = lives;
    *ret_count = count;
    return 0;
}

/* The offsets between are none: the log goes on without a gap. */
static int leave_out(struct batch *b, struct partition_state *s, uint64_t to)
{
    struct receipt_pack pack;
    if (to == s->next)
        return 0;
    receipt_pack_init(&pack);
    pack.newest = s->has_last ? s->last_time : s->stopped;
    receipt_pack_skip(&pack, s->next, to);
    int r = receipt_pack_put(&pack, b, s->number);
    receipt_pack_fini(&pack);
    s->lost += to - s->next;
    s->next = to;
    return r;
}

/* The partition of before stays what it was, under its number; its successor is counted anew. */
static void begin_anew(struct counters *c, struct partition_state *s, uint64_t at)
{
    *s = (struct partition_state){.topic = s->topic,
                                  .partition = s->partition,
                                  .department = s->department,
                                  .number = c->next_batch++,
                                  .first = at,
                                  .next = at};
}

static int check(const struct partition_state *s, const struct decision_wanted *wanted,
                 struct reason *why)
{
    unsigned long long next = s->next;
    if (s->stop == STOP_NONE)
        return reason_set(
            why, CE_CONFLICT,
            "分区没有停止，无需决定 the partition has not stopped; there is nothing to "
            "decide");
    if (s->stop == STOP_GONE)
        return reason_set(
            why, CE_CONFLICT,
            "主题或分区不存在，恢复后自动继续 the topic or partition is not there; it goes "
            "on by itself when it is there again");
    if (wanted->kind == DECISION_SKIP && wanted->to < s->next)
        return reason_set(
            why, CE_CONFLICT,
            "下一条位置 %llu 之前没有可跳过的；主题若已重建，请用 --from there is nothing to "
            "skip in front of the next offset, %llu; if the topic was made anew, use "
            "--from",
            next, next);
    return 0;
}

int decision_make(struct batch *b, struct arena *a, struct counters *c,
                  const struct decision_wanted *wanted, struct decision *ret,
                  struct reason *reterr_why)
{
    struct slice row, key = partition_state_key(a, wanted->topic, wanted->partition);
    struct partition_state s;
    CHECK(wanted->who.n <= DECISION_WHO_BYTES_MAX);
    int r = batch_get(b, a, CF_STATE, key, &row);
    if (r == CE_NOT_FOUND)
        return reason_set(reterr_why, r,
                          "没有读取过该分区 that partition was never read; creditctl offsets lists "
                          "them");
    row = arena_dup(a, row);
    if (r == 0)
        r = partition_state_decode(key, row, &s);
    if (r == 0)
        r = check(&s, wanted, reterr_why);
    if (r < 0)
        return r;
    uint64_t to = wanted->kind == DECISION_ADOPT ? s.next : wanted->to;
    *ret = (struct decision){.topic = s.topic,
                             .partition = s.partition,
                             .when = wanted->now,
                             .who = wanted->who,
                             .kind = wanted->kind,
                             .stop = s.stop,
                             .gap = s.gap,
                             .from = s.next,
                             .to = to};
    if (to < s.next) {
        ret->ended = row;
        begin_anew(c, &s, to);
    } else {
        ret->lost = to - s.next;
        r = leave_out(b, &s, to);
    }
    if (r < 0)
        return r;
    s.stop = STOP_NONE;
    s.gap = 0;
    s.stopped = (struct utc_ms){0};
    s.has_last = false;
    put(b, ret);
    partition_state_put(b, &s);
    return 0;
}
