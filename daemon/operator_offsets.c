/* Partitions as operators see them: how far the store took each, from where to where the brokers
 * keep it, why it stopped; and what is decided about one that stopped. */
#include "daemon/operator_offsets.h"

#include <string.h>

#include "base/check.h"
#include "base/log.h"
#include "base/metric.h"
#include "daemon/running.h"
#include "query/partitions.h"
#include "store/published.h"
#include "store/view.h"

enum { ARENA_BYTES = 64 << 20 };

/* What the brokers say of it; null where they say nothing. */
static void put_watermarks(struct running *r, struct json_out *o, const struct partition_state *s)
{
    struct watermarks w;
    struct reason why = {""};
    bool is_known = r->lag && lag_watermarks(r->lag, s->topic, s->partition, &w, &why) == 0;
    json_key(o, "low");
    is_known ? json_i64(o, w.low) : json_nil(o);
    json_key(o, "high");
    is_known ? json_i64(o, w.high) : json_nil(o);
    json_key(o, "lag");
    is_known ? json_i64(o, w.high - (int64_t)s->next) : json_nil(o);
    json_key(o, "broker_says");
    is_known || !why.text[0] ? json_nil(o) : json_cstr(o, why.text);
}

static void put_life(struct running *r, struct view *v, struct arena *a, struct json_out *o,
                     const struct partition_life *life)
{
    const struct partition_state *s = &life->state;
    uint64_t told;
    json_object_begin(o);
    partition_json(o, life);
    if (!life->has_ended)
        put_watermarks(r, o, s);
    json_key(o, "receipts_next");
    if (published_get(v, a, s, &told) == 0)
        json_u64(o, told);
    else
        json_nil(o);
    json_object_end(o);
}

int operator_offsets(void *ctx, struct json_out *o, struct reason *reterr_why)
{
    struct running *r = ctx;
    AUTO(arena_destroy) struct arena *a = arena_create(ARENA_BYTES);
    AUTO(view_close) struct view *v = NULL;
    struct partition_life *lives;
    struct decision *decisions;
    size_t count, decision_count;
    int e = view_open(r->holding.store, &v);
    if (e == 0)
        e = partition_lives(v, a, &lives, &count);
    if (e == 0)
        e = decision_list(v, a, &decisions, &decision_count);
    if (e < 0)
        return reason_set(reterr_why, e, "the partitions cannot be read: %s", err_text(e));
    json_put_bool(o, "kafka", broker_is_configured(&r->config->kafka));
    json_key(o, "items");
    json_array_begin(o);
    for (size_t i = 0; i < count; i++)
        put_life(r, v, a, o, &lives[i]);
    json_array_end(o);
    decisions_json(o, decisions, decision_count);
    return 0;
}

static bool kind_of(struct slice text, enum decision_kind *ret)
{
    for (int k = DECISION_SKIP; k <= DECISION_KIND_LAST; k++) {
        *ret = (enum decision_kind)k;
        if (slice_eq(text, slice_of(decision_code(*ret))))
            return true;
    }
    return false;
}

/* Where it goes on, which must lie where the brokers have messages, as far as they can be asked. */
static int goal(struct running *r, const struct web_decision *d, enum decision_kind kind,
                uint64_t *ret, struct reason *why)
{
    struct watermarks w;
    int e = CE_UNAVAILABLE;
    *ret = d->offset;
    if (kind == DECISION_ADOPT)
        return 0;
    if (kind == DECISION_FROM && !d->has_offset)
        return reason_set(why, CE_INVALID, "from which offset? --from OFFSET");
    if (r->lag)
        e = lag_watermarks(r->lag, d->topic, d->partition, &w, why);
    if (kind == DECISION_SKIP) {
        if (e < 0)
            return reason_set(
                why, CE_UNAVAILABLE,
                "the brokers do not say where the first message is that they keep: %s",
                err_text(e));
        *ret = (uint64_t)w.low;
        return 0;
    }
    if (e == 0 && (d->offset < (uint64_t)w.low || d->offset > (uint64_t)w.high))
        return reason_set(
            why, CE_INVALID,
            "分区现有的位置是 %lld 至 %lld the partition has the offsets %lld to %lld",
            (long long)w.low, (long long)w.high, (long long)w.low, (long long)w.high);
    return 0;
}

struct deciding {
    struct decision_wanted wanted;
    struct decision made;
    struct arena *arena;
    struct reason *why;
};

static int decide(void *ctx, struct batch *b, struct counters *counters)
{
    struct deciding *d = ctx;
    return decision_make(b, d->arena, counters, &d->wanted, &d->made, d->why);
}

int operator_offsets_decide(void *ctx, const struct web_decision *d, struct json_out *o,
                            struct reason *reterr_why)
{
    struct running *r = ctx;
    AUTO(arena_destroy) struct arena *a = arena_create(ARENA_BYTES);
    struct reason why = {""}, commit = {""};
    struct deciding deciding = {.arena = a, .why = &why};
    enum decision_kind kind;
    if (!kind_of(d->decision, &kind))
        return reason_set(reterr_why, CE_INVALID, "a decision is skip, from or adopt");
    if (d->topic.n == 0 || d->topic.n > TOPIC_BYTES_MAX || memchr(d->topic.p, 0, d->topic.n))
        return reason_set(reterr_why, CE_INVALID, "the topic's name does not do");
    deciding.wanted = (struct decision_wanted){
        .topic = d->topic,
        .partition = d->partition,
        .kind = kind,
        .now = clock_now(&r->clock),
        .who = d->who,
    };
    int e = goal(r, d, kind, &deciding.wanted.to, &why);
    if (e == 0)
        e = writer_run(r->writer, decide, &deciding, &commit);
    if (e < 0) {
        *reterr_why = why.text[0] ? why : commit;
        return e;
    }
    log_event(LOG_UNUSUAL, "kafka.decided", LOG_S("topic", d->topic),
              LOG_I("partition", d->partition), LOG_C("decision", decision_code(kind)),
              LOG_I("from", deciding.made.from), LOG_I("to", deciding.made.to),
              LOG_I("lost", deciding.made.lost), LOG_S("who", d->who));
    json_key(o, "decided");
    json_object_begin(o);
    decision_json(o, &deciding.made);
    json_object_end(o);
    return 0;
}

void operator_offsets_measure(void *ctx)
{
    struct running *r = ctx;
    AUTO(arena_destroy) struct arena *a = arena_create(ARENA_BYTES);
    struct view *v;
    struct partition_life *lives;
    size_t count = 0;
    struct totals sum = {0};
    uint64_t taken = 0, lost = 0;
    if (!broker_is_configured(&r->config->kafka) || view_open(r->holding.store, &v) < 0)
        return;
    int e = partition_lives(v, a, &lives, &count);
    view_close(v);
    for (size_t i = 0; e == 0 && i < count; i++) {
        totals_add(&sum, &lives[i].state.totals);
        taken += lives[i].state.next - lives[i].state.first;
        lost += lives[i].state.lost;
    }
    metric_set(METRIC_MESSAGES_STORED, (int64_t)sum.stored);
    metric_set(METRIC_MESSAGES_CHANGED, (int64_t)sum.changed);
    metric_set(METRIC_MESSAGES_DUPLICATE, (int64_t)sum.duplicate);
    metric_set(METRIC_MESSAGES_STALE, (int64_t)sum.stale);
    metric_set(METRIC_MESSAGES_REJECTED, (int64_t)sum.rejected);
    metric_set(METRIC_OFFSETS_TAKEN, (int64_t)taken);
    metric_set(METRIC_OFFSETS_LOST, (int64_t)lost);
}

bool operator_watermarks(void *ctx, struct slice topic, uint32_t partition, uint64_t *ret_low,
                         uint64_t *ret_high)
{
    struct running *r = ctx;
    struct watermarks w;
    if (!r->lag || lag_watermarks(r->lag, topic, partition, &w, NULL) < 0)
        return false;
    *ret_low = (uint64_t)w.low;
    *ret_high = (uint64_t)w.high;
    return true;
}
