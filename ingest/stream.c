/* The thread that takes what the brokers have. In rounds it looks for topics and partitions and
 * opens what is closed; in between it polls, and what came goes to its lane (stream_lane.c). Rows
 * that wait go to the writer when nothing more comes for the moment, so that under load they are
 * gathered and otherwise are seen at once.
 *
 * Nobody is asked to slow down: when the writer's queue is full this thread waits in it, the
 * client's own queue fills up to its bytes and fetches no more. */
#include "ingest/stream.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/check.h"
#include "base/log.h"
#include "base/metric.h"
#include "broker/topic.h"
#include "ingest/stream_parts.h"

enum {
    ROUND_MS = 3000,
    TOOLS_MS = 5000, /* between positions shown to operators' tools */
    ASK_MS = 5000,   /* the brokers, which topics there are */
    IDLE_MS = 50,    /* waiting for messages with nothing at hand */
    GATHER_MS = 5,   /* rows wait no longer for others */
    AWAY_MS = 1000,  /* between attempts while no broker can be reached */
    MISSED_MOST = 2, /* rounds without it until a topic counts as gone */
    PARCELS_MOST = 32,
    PARCEL_BYTES = 1 << 20,
    SCRATCH_BYTES_MAX = 64 << 20,
};

/* ---- lanes ---- */

static struct lane *lane_of(struct stream *s, struct slice topic, int32_t partition)
{
    struct lane *l = s->lanes;
    while (l && (l->partition != partition || !slice_eq(slice_of(l->topic), topic)))
        l = l->after;
    return l;
}

static struct lane *lane_add(struct stream *s, struct slice topic, int32_t partition)
{
    struct lane *l = calloc(1, sizeof *l);
    CHECK(l);
    l->topic = malloc(topic.n + 1);
    CHECK(l->topic);
    memcpy(l->topic, topic.p, topic.n);
    l->topic[topic.n] = 0;
    l->partition = partition;
    l->department = message_department(slice_of(l->topic));
    pthread_mutex_lock(&s->lock);
    l->after = s->lanes;
    s->lanes = l;
    pthread_mutex_unlock(&s->lock);
    return l;
}

static void lane_destroy(struct stream *s, struct lane *l)
{
    lane_close(s, l);
    free(l->topic);
    free(l);
}

/* ---- rounds ---- */

static bool is_known(struct stream *s, struct slice department)
{
    const struct catalogue *c = atomic_load(s->o.catalogue);
    return c && department.n && catalogue_department(c, department);
}

static void note_topic(struct stream *s, const struct topic_found *t)
{
    for (int32_t i = 0; i < t->partition_count; i++) {
        struct lane *l = lane_of(s, t->name, i);
        bool is_new = !l;
        if (is_new)
            l = lane_add(s, t->name, i);
        l->missed = 0;
        if (l->op || l->step == LANE_STOPPED)
            continue;
        bool known = is_known(s, l->department);
        if (!known && (is_new || l->step != LANE_FOREIGN) && i == 0)
            log_event(LOG_UNUSUAL, "stream.topic-of-nobody", LOG_C("topic", l->topic),
                      LOG_C("why", "the catalogue has no such department; not read"));
        if (!known)
            l->step = LANE_FOREIGN;
        else if (l->step == LANE_FOREIGN)
            l->step = LANE_CLOSED;
    }
}

/* Partitions that the store knows and the brokers did not name. */
static void note_stored(struct stream *s)
{
    struct view *v;
    struct partition_state *list;
    size_t count = 0;
    if (view_open(s->o.store, &v) < 0)
        return;
    if (partition_state_list(v, s->scratch, &list, &count) < 0)
        count = 0;
    view_close(v);
    for (size_t i = 0; i < count; i++) {
        struct lane *l = lane_of(s, list[i].topic, (int32_t)list[i].partition);
        if (!l)
            l = lane_add(s, list[i].topic, (int32_t)list[i].partition);
        /* An operator may have decided meanwhile. */
        if (l->step == LANE_STOPPED && list[i].stop == STOP_NONE) {
            log_event(LOG_INFO, "stream.goes-on", LOG_C("topic", l->topic),
                      LOG_I("partition", l->partition), LOG_I("next", list[i].next));
            l->step = LANE_CLOSED;
            l->retry_ms = l->retry_gap = 0;
        }
    }
}

static void lane_gone(struct stream *s, struct lane *l)
{
    if (!l->op && l->shown.stop != STOP_GONE) {
        struct reason why = {""};
        if (partition_open(s->o.writer, slice_of(l->topic), (uint32_t)l->partition, l->department,
                           0, &l->op, &why) < 0)
            return;
        pthread_mutex_lock(&s->lock);
        l->shown.stop = l->op->state.stop;
        pthread_mutex_unlock(&s->lock);
    }
    if (l->op && !stop_stays(l->shown.stop))
        lane_stop(s, l, STOP_GONE, 0);
    else
        lane_close(s, l);
}

static void set_broker(struct stream *s, int r, const struct reason *why)
{
    bool is_news = (s->broker == 0) != (r == 0) || (r < 0 && r != s->broker);
    pthread_mutex_lock(&s->lock);
    s->broker = r;
    if (why)
        s->broker_why = *why;
    pthread_mutex_unlock(&s->lock);
    metric_set(METRIC_BROKER_UP, r == 0);
    if (!is_news)
        return;
    if (r < 0)
        log_event(LOG_UNUSUAL, "stream.broker-away", LOG_C("error", err_text(r)),
                  LOG_C("why", why ? why->text : ""));
    else
        log_event(LOG_INFO, "stream.broker-back", LOG_C("group", s->group));
}

static void count_lanes(struct stream *s)
{
    int64_t open = 0, stopped = 0;
    for (struct lane *l = s->lanes; l; l = l->after) {
        open += l->op != NULL;
        stopped += l->shown.stop != STOP_NONE;
    }
    metric_set(METRIC_PARTITIONS_READ, open);
    metric_set(METRIC_PARTITIONS_STOPPED, stopped);
}

/* Which topics there are, and what of them is to be opened. */
static void go_round(struct stream *s)
{
    struct topic_found *topics;
    size_t count;
    struct reason why = {""};
    arena_reset(s->scratch);
    int64_t now = clock_mono_ms();
    int r = consumer_topics(s->consumer, s->scratch, slice_of(TOPIC_SUBMISSIONS), ASK_MS, &topics,
                            &count, &why);
    set_broker(s, r, &why);
    s->next_round_ms = now + (r < 0 ? AWAY_MS : ROUND_MS);
    if (r < 0)
        return;
    note_stored(s);
    for (struct lane *l = s->lanes; l; l = l->after)
        l->missed++;
    for (size_t i = 0; i < count; i++)
        note_topic(s, &topics[i]);
    for (struct lane *l = s->lanes; l && !atomic_load(&s->is_stopping); l = l->after) {
        if (l->missed >= MISSED_MOST && l->step != LANE_FOREIGN && l->step != LANE_STOPPED)
            lane_gone(s, l);
        else if (l->missed == 0 && l->step == LANE_CLOSED && now >= l->retry_ms)
            lane_open(s, l);
        if (clock_mono_ms() - now >= ROUND_MS)
            break; /* those that cannot be asked must not hold the others up for long */
    }
    count_lanes(s);
}

/* Operators' tools read the lag of a group; nobody else does. */
static void show_tools(struct stream *s)
{
    size_t count = 0;
    for (struct lane *l = s->lanes; l; l = l->after)
        count += l->op != NULL;
    arena_reset(s->scratch);
    struct consumer_position *list = ARENA_ARRAY(s->scratch, struct consumer_position, count + 1);
    count = 0;
    for (struct lane *l = s->lanes; l; l = l->after) {
        struct watermarks marks;
        if (!l->op)
            continue;
        if (consumer_watermarks_known(s->consumer, l->topic, l->partition, &marks)) {
            pthread_mutex_lock(&s->lock);
            l->shown.high = (uint64_t)marks.high;
            pthread_mutex_unlock(&s->lock);
        }
        if (l->shown.next == l->shown_to_tools)
            continue;
        l->shown_to_tools = l->shown.next;
        list[count++] = (struct consumer_position){l->topic, l->partition, (int64_t)l->shown.next};
    }
    if (count)
        consumer_commit(s->consumer, list, count);
    s->next_tools_ms = clock_mono_ms() + TOOLS_MS;
}

/* ---- the thread ---- */

static void flush_all(struct stream *s)
{
    for (struct lane *l = s->lanes; l; l = l->after)
        lane_flush(s, l);
    s->filling = 0;
}

static void tend_all(struct stream *s)
{
    for (struct lane *l = s->lanes; l; l = l->after)
        lane_tend(s, l);
}

/* One that can be used, or NULL for now. */
static struct consumer *connect_broker(struct stream *s)
{
    struct reason why = {""};
    if (s->consumer && consumer_health(s->consumer, &why) != CE_CLOSED)
        return s->consumer;
    for (struct lane *l = s->lanes; l && s->consumer; l = l->after)
        if (l->op)
            lane_close(s, l);
    consumer_destroy(s->consumer);
    s->consumer = NULL;
    s->next_round_ms = 0;
    struct consumer_options o = {.group = s->group, .queue_bytes = s->o.fetch_bytes};
    int r = consumer_create(s->o.settings, &o, &s->consumer, &why);
    if (r < 0) {
        set_broker(s, r, &why);
        nanosleep(&(struct timespec){.tv_sec = AWAY_MS / 1000}, NULL);
        return NULL;
    }
    return s->consumer;
}

/* Nothing comes from a store that takes nothing. */
static bool may_work(struct stream *s)
{
    if (writer_is_well(s->o.writer) && atomic_load(s->o.catalogue))
        return true;
    nanosleep(&(struct timespec){.tv_nsec = 100 * 1000000L}, NULL);
    return false;
}

static void poll_once(struct stream *s)
{
    AUTO(consumed_destroy) struct consumed *piece = NULL;
    int64_t now = clock_mono_ms();
    if (consumer_poll(s->consumer, PARCEL_ROWS, s->filling ? 0 : IDLE_MS, &piece) > 0) {
        struct lane *l = lane_of(s, piece->topic, piece->partition);
        if (l)
            lane_take(s, l, piece);
        if (s->filling && now - s->filling_ms >= GATHER_MS)
            flush_all(s);
        return;
    }
    flush_all(s);
    struct reason why = {""};
    int r = consumer_health(s->consumer, &why);
    if (r < 0)
        set_broker(s, r, &why);
}

static void *run(void *ctx)
{
    struct stream *s = ctx;
    while (!atomic_load(&s->is_stopping)) {
        if (!may_work(s) || !connect_broker(s))
            continue;
        if (clock_mono_ms() >= s->next_round_ms)
            go_round(s);
        poll_once(s);
        tend_all(s);
        if (clock_mono_ms() >= s->next_tools_ms)
            show_tools(s);
    }
    flush_all(s);
    for (struct lane *l = s->lanes; l; l = l->after)
        if (l->op)
            lane_close(s, l);
    if (s->consumer)
        show_tools(s);
    return NULL;
}

/* ---- from outside ---- */

static int name_fill(void *ctx, struct batch *b, struct counters *counters)
{
    (void)counters;
    store_name_put(b, ctx);
    return 0;
}

/* The group in which operators' tools find this store. */
static int name_group(struct stream *s, struct reason *why)
{
    uint8_t name[STORE_NAME_BYTES];
    char text[2 * STORE_NAME_BYTES];
    struct view *v;
    int r = view_open(s->o.store, &v);
    if (r < 0)
        return r;
    r = store_name_get(v, s->scratch, name);
    view_close(v);
    if (r == CE_NOT_FOUND) {
        crypt_random(name, sizeof name);
        r = writer_run(s->o.writer, name_fill, name, why);
    }
    base32_print(name, sizeof name, text);
    snprintf(s->group, sizeof s->group, "credence.%s", text);
    return r;
}

int stream_start(const struct stream_options *o, struct stream **ret, struct reason *reterr_why)
{
    int r = broker_settings_check(o->settings, reterr_why);
    if (r < 0)
        return r;
    struct stream *s = calloc(1, sizeof *s);
    CHECK(s);
    s->o = *o;
    s->o.parcel_bytes = o->parcel_bytes ? o->parcel_bytes : PARCEL_BYTES;
    s->o.parcels_max = o->parcels_max ? o->parcels_max : PARCELS_MOST;
    s->scratch = arena_create(SCRATCH_BYTES_MAX);
    s->judge = message_judge_create(
        &(struct message_judge_options){.keys = o->keys, .born_min = o->born_min});
    pthread_mutex_init(&s->lock, NULL);
    s->broker = CE_UNAVAILABLE;
    reason_set(&s->broker_why, CE_UNAVAILABLE, "no broker has answered yet");
    r = name_group(s, reterr_why);
    if (r < 0) {
        stream_stop(s);
        return r;
    }
    s->has_thread = true;
    CHECK(pthread_create(&s->thread, NULL, run, s) == 0);
    *ret = s;
    return 0;
}

void stream_stop(struct stream *s)
{
    if (!s)
        return;
    atomic_store(&s->is_stopping, true);
    if (s->has_thread)
        pthread_join(s->thread, NULL);
    consumer_destroy(s->consumer);
    while (s->lanes) {
        struct lane *l = s->lanes;
        s->lanes = l->after;
        lane_destroy(s, l);
    }
    while (s->spare_count)
        parcel_destroy(s->spare[--s->spare_count]);
    message_judge_destroy(s->judge);
    arena_destroy(s->scratch);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

void stream_state(struct stream *s, struct buf *ret)
{
    pthread_mutex_lock(&s->lock);
    unsigned stopped = 0;
    const struct lane *first = NULL;
    for (const struct lane *l = s->lanes; l; l = l->after)
        if (l->shown.stop != STOP_NONE) {
            stopped++;
            first = l;
        }
    if (s->broker < 0)
        buf_printf(ret,
                   "Kafka 无法连接，数据接收等待中 no broker can be reached, messages wait: %s",
                   s->broker_why.text);
    else if (first)
        buf_printf(ret, "%u 个 Kafka 分区已停止 partitions have stopped; %s[%d]: %s %s (gap %llu)",
                   stopped, first->topic, first->partition, stop_zh(first->shown.stop),
                   stop_en(first->shown.stop), (unsigned long long)first->shown.gap);
    pthread_mutex_unlock(&s->lock);
}

/* What a department's partitions come to. */
struct account_of {
    struct slice department;
    uint64_t lag;
    int64_t last_ms;
    unsigned stopped;
};

static void expose_one(struct buf *ret, const char *name, const char *help,
                       const struct account_of *list, size_t count, int which)
{
    buf_printf(ret, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
    for (size_t i = 0; i < count; i++) {
        buf_printf(ret, "%s{department=\"%.*s\"} ", name, FMT_SLICE(list[i].department));
        if (which == 0)
            buf_printf(ret, "%llu\n", (unsigned long long)list[i].lag);
        else if (which == 1)
            buf_printf(ret, "%.3f\n", (double)list[i].last_ms / 1000);
        else
            buf_printf(ret, "%u\n", list[i].stopped);
    }
}

void stream_expose(struct stream *s, struct buf *ret)
{
    pthread_mutex_lock(&s->lock);
    size_t count = 0, lanes = 0;
    for (const struct lane *l = s->lanes; l; l = l->after)
        lanes++;
    struct account_of *list = calloc(lanes + 1, sizeof *list);
    CHECK(list);
    for (const struct lane *l = s->lanes; l; l = l->after) {
        if (!l->shown.is_ours)
            continue;
        size_t i = 0;
        while (i < count && !slice_eq(list[i].department, l->department))
            i++;
        count += i == count;
        list[i].department = l->department;
        list[i].lag += l->shown.high > l->shown.next ? l->shown.high - l->shown.next : 0;
        if (l->shown.last_time.v > list[i].last_ms)
            list[i].last_ms = l->shown.last_time.v;
        list[i].stopped += l->shown.stop != STOP_NONE;
    }
    expose_one(ret, "credence_stream_lag_messages", "Messages of a department not yet taken", list,
               count, 0);
    expose_one(ret, "credence_stream_last_message_seconds",
               "When the last message that was taken came to the broker", list, count, 1);
    expose_one(ret, "credence_stream_stopped_partitions",
               "Partitions of a department that have stopped", list, count, 2);
    free(list);
    pthread_mutex_unlock(&s->lock);
}
