/* The stream without a broker: what a consumer would say is written down here, and a clock is set.
 * Messages ahead of our clock, and bytes that cannot be made out, stop a partition; it goes on by
 * itself when that is over, and nothing is lost or counted twice. The functions of
 * broker/consumer.h that stand here take the place of those in its library. */
#include "ingest/stream.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "broker/consumer.h"
#include "store/offsets.h"
#include "tests/support/world.h"

enum { MESSAGES_MOST = 16, WAIT_MS = 60000 };
static const char topic[] = "credit.submissions.amr";

/* The one partition of a broker, and the one consumer of it. */
static struct {
    pthread_mutex_t lock;
    struct message messages[MESSAGES_MOST]; /* at offsets 0… */
    int64_t count;
    int64_t damaged; /* the offset that cannot be made out; -1: none */
    bool is_assigned, is_silent;
    int64_t at;
    unsigned assigned; /* how often it was */
} broker = {.lock = PTHREAD_MUTEX_INITIALIZER, .damaged = -1};

int consumer_create(const struct broker_settings *s, const struct consumer_options *o,
                    struct consumer **ret, struct reason *reterr_why)
{
    (void)s, (void)o, (void)reterr_why;
    *ret = (struct consumer *)&broker;
    return 0;
}

void consumer_destroy(struct consumer *c)
{
    (void)c;
    broker.is_assigned = false;
}

int consumer_health(struct consumer *c, struct reason *reterr_why)
{
    (void)c, (void)reterr_why;
    return 0;
}

int consumer_topics(struct consumer *c, struct arena *a, struct slice prefix, int timeout_ms,
                    struct topic_found **ret, size_t *ret_count, struct reason *reterr_why)
{
    (void)c, (void)prefix, (void)timeout_ms, (void)reterr_why;
    *ret = ARENA_ARRAY(a, struct topic_found, 1);
    **ret = (struct topic_found){slice_of(topic), 1};
    *ret_count = 1;
    return 0;
}

bool consumer_watermarks_known(struct consumer *c, const char *name, int32_t partition,
                               struct watermarks *ret)
{
    (void)c, (void)name, (void)partition;
    pthread_mutex_lock(&broker.lock);
    *ret = (struct watermarks){0, broker.count};
    pthread_mutex_unlock(&broker.lock);
    return true;
}

int consumer_watermarks(struct consumer *c, const char *name, int32_t partition, int timeout_ms,
                        struct watermarks *ret, struct reason *reterr_why)
{
    (void)timeout_ms, (void)reterr_why;
    consumer_watermarks_known(c, name, partition, ret);
    return 0;
}

int consumer_assign(struct consumer *c, const char *name, int32_t partition, int64_t offset,
                    struct reason *reterr_why)
{
    (void)c, (void)name, (void)partition, (void)reterr_why;
    pthread_mutex_lock(&broker.lock);
    broker.is_assigned = true;
    broker.is_silent = false;
    broker.at = offset;
    broker.assigned++;
    pthread_mutex_unlock(&broker.lock);
    return 0;
}

int consumer_unassign(struct consumer *c, const char *name, int32_t partition,
                      struct reason *reterr_why)
{
    (void)c, (void)name, (void)partition, (void)reterr_why;
    pthread_mutex_lock(&broker.lock);
    broker.is_assigned = false;
    pthread_mutex_unlock(&broker.lock);
    return 0;
}

int consumer_poll(struct consumer *c, size_t max, int timeout_ms, struct consumed **ret)
{
    (void)c, (void)max;
    static struct consumed given;
    pthread_mutex_lock(&broker.lock);
    bool is_damaged = broker.damaged >= broker.at && broker.damaged < broker.count;
    int64_t end = is_damaged ? broker.damaged : broker.count;
    given = (struct consumed){.topic = slice_of(topic), .next = end};
    bool is_news = broker.is_assigned && (broker.at < end || !broker.is_silent);
    if (broker.at < end) {
        given.kind = CONSUMED_MESSAGES;
        given.messages = &broker.messages[broker.at];
        given.count = (size_t)(end - broker.at);
        broker.is_silent = false;
    } else {
        given.kind = is_damaged ? CONSUMED_UNREADABLE : CONSUMED_END;
        given.why = "";
        broker.is_silent = true;
    }
    if (is_news)
        broker.at = end;
    pthread_mutex_unlock(&broker.lock);
    *ret = is_news ? &given : NULL;
    if (!is_news)
        nanosleep(&(struct timespec){.tv_nsec = timeout_ms * 1000000L}, NULL);
    return is_news;
}

void consumed_destroy(struct consumed *p)
{
    (void)p;
}

void consumer_commit(struct consumer *c, const struct consumer_position *positions, size_t count)
{
    (void)c, (void)positions, (void)count;
}

/* ---- what tests do ---- */

static void append(struct world *w, struct utc_ms time)
{
    static struct message_header theme;
    theme.name = SLICE("theme");
    theme.value = SLICE("amr-enterprise-registration");
    char code[19];
    pthread_mutex_lock(&broker.lock);
    EXPECT(broker.count < MESSAGES_MOST);
    world_uscc((unsigned)broker.count + 1, "91", code);
    broker.messages[broker.count] = (struct message){
        .topic = slice_of(topic),
        .offset = broker.count,
        .time = time,
        .time_kind = MESSAGE_TIME_APPENDED,
        .value = arena_printf(w->arena,
                              "{\"企业名称\":\"样例市第%d号贸易有限公司\",\"统一社会信用代码\":"
                              "\"%s\",\"注册日期\":\"2020-01-02\",\"登记状态\":\"存续\","
                              "\"行政区划\":\"云岭区\"}",
                              (int)broker.count + 1, code),
        .headers = &theme,
        .header_count = 1};
    broker.count++;
    pthread_mutex_unlock(&broker.lock);
}

static struct stream *begin(struct world *w)
{
    static struct broker_settings settings;
    struct stream *s;
    struct stream_options o = {.settings = &settings,
                               .writer = w->writer,
                               .store = w->store,
                               .keys = w->keys,
                               .clock = &w->clock,
                               .catalogue = &w->in_force.now};
    settings.bootstrap = SLICE("127.0.0.1:1");
    EXPECT(day_from_civil(1800, 1, 1, &o.born_min));
    broker.count = 0;
    broker.damaged = -1;
    EXPECT_OK(stream_start(&o, &s, NULL));
    return s;
}

static void damage(int64_t offset)
{
    pthread_mutex_lock(&broker.lock);
    broker.damaged = offset;
    pthread_mutex_unlock(&broker.lock);
}

static struct partition_state state_of(struct world *w)
{
    struct partition_state s = {0};
    struct view *v;
    EXPECT_OK(view_open(w->store, &v));
    int r = partition_state_get(v, w->arena, slice_of(topic), 0, &s);
    EXPECT(r == 0 || r == CE_NOT_FOUND);
    view_close(v);
    return s;
}

/* Waits until the partition stands there, stopped so. */
static void wait_until(struct world *w, uint64_t next, enum stop stop)
{
    struct partition_state s = {0};
    for (int ms = 0; ms < WAIT_MS; ms += 10) {
        s = state_of(w);
        if (s.next == next && s.stop == stop)
            break;
        nanosleep(&(struct timespec){.tv_nsec = 10 * 1000000L}, NULL);
    }
    EXPECT_EQ(s.next, next);
    EXPECT_EQ(s.stop, stop);
    EXPECT_EQ(s.totals.received, next);
    EXPECT_EQ(s.totals.stored, next);
}

/* One more attempt. */
static void await_attempt(void)
{
    pthread_mutex_lock(&broker.lock);
    unsigned count = broker.assigned + 1;
    pthread_mutex_unlock(&broker.lock);
    for (int ms = 0; ms < WAIT_MS; ms += 10) {
        pthread_mutex_lock(&broker.lock);
        bool is_there = broker.assigned >= count;
        pthread_mutex_unlock(&broker.lock);
        if (is_there)
            return;
        nanosleep(&(struct timespec){.tv_nsec = 10 * 1000000L}, NULL);
    }
    EXPECT(!"it tries again");
}

/* It says so a moment behind the commit. */
static void wait_until_it_says(struct stream *s, bool that_all_is_well)
{
    AUTO_BUF(said, 4096);
    stream_state(s, &said);
    for (int ms = 0; ms < WAIT_MS && (said.n == 0) != that_all_is_well; ms += 10) {
        nanosleep(&(struct timespec){.tv_nsec = 10 * 1000000L}, NULL);
        buf_clear(&said);
        stream_state(s, &said);
    }
    EXPECT_EQ(said.n == 0, that_all_is_well);
}

static void end(struct world *w, struct stream *s)
{
    wait_until_it_says(s, true);
    stream_stop(s);
    world_check(w);
    world_close(w);
}

TEST(messages_ahead_of_our_clock_wait_until_it_has_come_there)
{
    struct world *w = world_open();
    struct stream *s = begin(w);
    struct utc_ms now = clock_now(&w->clock), later = {now.v + INT64_C(3600) * 1000};
    append(w, now);
    append(w, (struct utc_ms){now.v + INT64_C(5) * 60 * 1000}); /* clocks may differ by minutes */
    append(w, later);
    append(w, later);
    wait_until(w, 2, STOP_CLOCK);
    wait_until_it_says(s, false);
    await_attempt(); /* and it is still so */
    wait_until(w, 2, STOP_CLOCK);
    clock_set(&w->clock, later);
    wait_until(w, 4, STOP_NONE);
    /* Our clock goes back by a day: what was taken stays, what comes now waits. */
    clock_set(&w->clock, (struct utc_ms){now.v - INT64_C(86400) * 1000});
    append(w, later);
    wait_until(w, 4, STOP_CLOCK);
    clock_set(&w->clock, later);
    wait_until(w, 5, STOP_NONE);
    end(w, s);
}

TEST(what_cannot_be_made_out_holds_its_partition_until_it_can)
{
    struct world *w = world_open();
    struct stream *s = begin(w);
    damage(2);
    for (int i = 0; i < 4; i++)
        append(w, clock_now(&w->clock));
    wait_until(w, 2, STOP_UNREADABLE);
    await_attempt();
    wait_until(w, 2, STOP_UNREADABLE);
    damage(-1);
    wait_until(w, 4, STOP_NONE);
    end(w, s);
}
