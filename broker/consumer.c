/* Reading partitions: which, from where, and what brokers say of them. What came of them is given
 * by consumer_poll.c. What a message means, and where a partition goes on after a restart, is for
 * the caller.
 *
 * librdkafka 2.0.2 does not let go of a partition whose topic was deleted while it was assigned,
 * and then never ends. Such a consumer is left behind when it is destroyed. */
#include "broker/consumer.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "broker/consumer_parts.h"

enum {
    CLOSE_LOST_MS = 500,
    QUEUE_BYTES = 64 << 20,
    QUEUE_BYTES_MIN = 4 << 20,
    QUEUE_BYTES_MAX = 128 << 20,
    MESSAGE_BYTES = 400, /* that the client keeps beside what a message brings, and more */
};

int consumer_create(const struct broker_settings *s, const struct consumer_options *o,
                    struct consumer **ret, struct reason *reterr_why)
{
    CHECK(o->group && *o->group);
    struct consumer *c = consumer_take(1, sizeof *c);
    char kib[24], most[24], count[24];
    int64_t bytes = o->queue_bytes ? o->queue_bytes : QUEUE_BYTES;
    CHECK(bytes >= QUEUE_BYTES_MIN && bytes <= QUEUE_BYTES_MAX);
    /* The queue is filled up to its limit, and then one more answer may come. */
    snprintf(kib, sizeof kib, "%lld", (long long)(bytes / 4 * 3 / 1024));
    snprintf(most, sizeof most, "%lld", (long long)(bytes / 4));
    snprintf(count, sizeof count, "%lld", (long long)(bytes / MESSAGE_BYTES));
    const struct client_property ours[] = {
        {"group.id", o->group},
        {"enable.auto.commit", "false"},
        {"enable.auto.offset.store", "false"},
        {"auto.offset.reset", "error"},
        {"isolation.level", "read_committed"},
        {"enable.partition.eof", "true"},
    };
    const struct client_property usual[] = {
        {"client.id", "credence"},
        {"socket.nagle.disable", "true"},
        {"queued.max.messages.kbytes", kib},
        {"queued.min.messages", count}, /* of small ones what the client keeps of each counts */
        {"fetch.max.bytes", most},
        /* A partition that was just assigned waits for the request that is under way. */
        {"fetch.wait.max.ms", "100"},
        {"fetch.error.backoff.ms", "100"},
        /* How long a topic may be unknown before it counts as gone. */
        {"topic.metadata.propagation.max.ms", "5000"},
        {"reconnect.backoff.max.ms", "2000"},
        {"check.crcs", "true"},
        {"max.poll.interval.ms", "86400000"},
        /* We are no member of the group. What remains of this is how long a commit waits for the
         * group's coordinator, and destroying the consumer for the commit. */
        {"session.timeout.ms", "2000"},
        {"heartbeat.interval.ms", "500"},
        {"socket.keepalive.enable", "true"},
        /* A broker that is there and says nothing. */
        {"socket.timeout.ms", "10000"},
    };
    CHECK(pthread_mutex_init(&c->lost_lock, NULL) == 0);
    c->client.on_partition_error = consumer_lose;
    int r = client_open(&c->client, RD_KAFKA_CONSUMER, s, NULL, ours, ARRAY_LEN(ours), usual,
                        ARRAY_LEN(usual), reterr_why);
    if (r < 0) {
        free(c);
        return r;
    }
    c->queue = rd_kafka_queue_get_consumer(c->client.rk);
    CHECK(c->queue);
    c->held = consumer_take(CONSUMER_POLL_MAX, sizeof(rd_kafka_message_t *));
    *ret = c;
    return 0;
}

void consumer_destroy(struct consumer *c)
{
    if (!c)
        return;
    /* Messages hold their partitions, and the library waits for these without end. */
    CHECK(atomic_load(&c->out) == 0);
    for (; c->held_at < c->held_count; c->held_at++)
        rd_kafka_message_destroy(c->held[c->held_at]);
    rd_kafka_assign(c->client.rk, NULL);
    rd_kafka_queue_destroy(c->queue);
    free(c->held);
    free(c->lost);
    c->lost = NULL;
    if (client_close(&c->client, c->has_lost ? CLOSE_LOST_MS : CLIENT_CLOSE_MS)) {
        pthread_mutex_destroy(&c->lost_lock);
        free(c);
    }
}

int consumer_health(struct consumer *c, struct reason *reterr_why)
{
    client_serve(&c->client);
    return client_health(&c->client, reterr_why);
}

static int by_name(const void *a, const void *b)
{
    const struct topic_found *x = a, *y = b;
    return slice_cmp(x->name, y->name);
}

static const int32_t *leaders_of(struct arena *a, const rd_kafka_metadata_topic_t *t)
{
    int32_t *ret = ARENA_ARRAY(a, int32_t, t->partition_cnt);
    for (int i = 0; i < t->partition_cnt; i++)
        ret[i] = -1;
    for (int i = 0; i < t->partition_cnt; i++)
        if (t->partitions[i].id >= 0 && t->partitions[i].id < t->partition_cnt)
            ret[t->partitions[i].id] = t->partitions[i].leader;
    return ret;
}

int consumer_topics(struct consumer *c, struct arena *a, struct slice prefix, int timeout_ms,
                    struct topic_found **ret, size_t *ret_count, struct reason *reterr_why)
{
    const rd_kafka_metadata_t *m;
    rd_kafka_resp_err_t e = rd_kafka_metadata(c->client.rk, 1, NULL, &m, timeout_ms);
    if (e)
        return client_fail(&c->client, e, "asking for the topics", reterr_why);
    client_is_well(&c->client);
    struct topic_found *list = ARENA_ARRAY(a, struct topic_found, m->topic_cnt + 1);
    size_t count = 0;
    for (int i = 0; i < m->topic_cnt; i++) {
        struct slice name = slice_of(m->topics[i].topic);
        if (slice_starts(name, prefix) && m->topics[i].partition_cnt > 0)
            list[count++] = (struct topic_found){arena_dup(a, name), m->topics[i].partition_cnt,
                                                 leaders_of(a, &m->topics[i])};
    }
    rd_kafka_metadata_destroy(m);
    qsort(list, count, sizeof *list, by_name);
    *ret = list;
    *ret_count = count;
    return 0;
}

static const char *place_of(char out[300], const char *topic, int32_t partition)
{
    snprintf(out, 300, "%.249s [%d]", topic, partition);
    return out;
}

bool consumer_watermarks_known(struct consumer *c, const char *topic, int32_t partition,
                               struct watermarks *ret)
{
    struct watermarks w;
    rd_kafka_resp_err_t e =
        rd_kafka_get_watermark_offsets(c->client.rk, topic, partition, &w.low, &w.high);
    if (e || w.high < 0)
        return false;
    *ret = w;
    return true;
}

/* What an operation on one partition says; the list is released, for a list that leaks keeps the
 * library from ever ending. */
static int finish(struct consumer *c, rd_kafka_topic_partition_list_t *list, rd_kafka_error_t *e,
                  struct reason *why)
{
    int r = 0;
    if (e) {
        rd_kafka_resp_err_t code = rd_kafka_error_code(e);
        r = code == RD_KAFKA_RESP_ERR__CONFLICT ? CE_EXISTS : client_err(code);
        if (code == RD_KAFKA_RESP_ERR__INVALID_ARG)
            r = CE_NOT_FOUND;
        reason_set(why, r, "%.249s [%d]: %s", list->elems[0].topic, list->elems[0].partition,
                   rd_kafka_error_string(e));
        rd_kafka_error_destroy(e);
    }
    (void)c;
    rd_kafka_topic_partition_list_destroy(list);
    return r;
}

static rd_kafka_topic_partition_list_t *list_of(const char *topic, int32_t partition,
                                                int64_t offset)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    CHECK(list);
    rd_kafka_topic_partition_list_add(list, topic, partition)->offset = offset;
    return list;
}

/* rd_kafka_query_watermark_offsets has no end of its own while the broker is away, whatever time it
 * is given. The question by time has one, and takes the two names of an end in place of a time. */
static rd_kafka_resp_err_t ask_offset(struct consumer *c, const char *topic, int32_t partition,
                                      int64_t which, int timeout_ms, int64_t *ret)
{
    rd_kafka_topic_partition_list_t *list = list_of(topic, partition, which);
    rd_kafka_resp_err_t e = rd_kafka_offsets_for_times(c->client.rk, list, timeout_ms);
    if (!e)
        e = list->elems[0].err;
    *ret = list->elems[0].offset;
    rd_kafka_topic_partition_list_destroy(list);
    return e;
}

int consumer_watermarks(struct consumer *c, const char *topic, int32_t partition, int timeout_ms,
                        struct watermarks *ret, struct reason *reterr_why)
{
    char place[300];
    struct watermarks w;
    int64_t began = clock_mono_ms();
    rd_kafka_resp_err_t e =
        ask_offset(c, topic, partition, RD_KAFKA_OFFSET_BEGINNING, timeout_ms, &w.low);
    int64_t left = timeout_ms - (clock_mono_ms() - began);
    if (!e)
        e = ask_offset(c, topic, partition, RD_KAFKA_OFFSET_END, left > 1 ? (int)left : 1, &w.high);
    if (e)
        return client_fail(&c->client, e, place_of(place, topic, partition), reterr_why);
    client_is_well(&c->client);
    *ret = w;
    return 0;
}

/* What the library says of one goes for the whole question, so that those are asked again in halves
 * until it is known whose error it was. That brokers do not answer is everybody's. */
static int ask_first(struct consumer *c, struct first_kept *list, size_t count, int64_t until_ms,
                     struct reason *why)
{
    char place[300];
    int64_t left = until_ms - clock_mono_ms();
    rd_kafka_topic_partition_list_t *asked = rd_kafka_topic_partition_list_new((int)count);
    CHECK(asked);
    for (size_t i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(asked, list[i].topic, list[i].partition)->offset =
            RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_resp_err_t e =
        rd_kafka_offsets_for_times(c->client.rk, asked, left > 1 ? (int)left : 1);
    int r = 0, err = client_err(e);
    for (size_t i = 0; i < count; i++) {
        const rd_kafka_topic_partition_t *one =
            rd_kafka_topic_partition_list_find(asked, list[i].topic, list[i].partition);
        list[i].first = one->offset;
        list[i].err = client_err(e ? e : one->err);
        if (list[i].err && r == 0)
            r = client_fail(&c->client, e ? e : one->err,
                            place_of(place, list[i].topic, list[i].partition), why);
    }
    rd_kafka_topic_partition_list_destroy(asked);
    if (err == 0 || err == CE_TIMEOUT || count == 1)
        return r;
    int first = ask_first(c, list, count / 2, until_ms, why);
    int second = ask_first(c, list + count / 2, count - count / 2, until_ms, first ? NULL : why);
    return first ? first : second;
}

int consumer_first_kept(struct consumer *c, struct first_kept *list, size_t count, int timeout_ms,
                        struct reason *reterr_why)
{
    CHECK(count > 0);
    int r = ask_first(c, list, count, clock_mono_ms() + timeout_ms, reterr_why);
    if (r == 0)
        client_is_well(&c->client);
    return r;
}

int consumer_assign(struct consumer *c, const char *topic, int32_t partition, int64_t offset,
                    struct reason *reterr_why)
{
    if (offset < 0)
        return reason_set(reterr_why, CE_INVALID, "%.249s [%d]: the offset is below 0", topic,
                          partition);
    rd_kafka_topic_partition_list_t *list = list_of(topic, partition, offset);
    return finish(c, list, rd_kafka_incremental_assign(c->client.rk, list), reterr_why);
}

int consumer_unassign(struct consumer *c, const char *topic, int32_t partition,
                      struct reason *reterr_why)
{
    consumer_forget(c, topic, partition);
    rd_kafka_topic_partition_list_t *list = list_of(topic, partition, RD_KAFKA_OFFSET_INVALID);
    return finish(c, list, rd_kafka_incremental_unassign(c->client.rk, list), reterr_why);
}

static int pause_or_resume(struct consumer *c, const char *topic, int32_t partition,
                           rd_kafka_resp_err_t (*act)(rd_kafka_t *,
                                                      rd_kafka_topic_partition_list_t *))
{
    rd_kafka_topic_partition_list_t *list = list_of(topic, partition, RD_KAFKA_OFFSET_INVALID);
    rd_kafka_resp_err_t e = act(c->client.rk, list);
    int r = client_err(e ? e : list->elems[0].err);
    rd_kafka_topic_partition_list_destroy(list);
    return r;
}

int consumer_pause(struct consumer *c, const char *topic, int32_t partition)
{
    return pause_or_resume(c, topic, partition, rd_kafka_pause_partitions);
}

int consumer_resume(struct consumer *c, const char *topic, int32_t partition)
{
    return pause_or_resume(c, topic, partition, rd_kafka_resume_partitions);
}

void consumer_commit(struct consumer *c, const struct consumer_position *positions, size_t count)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
    CHECK(list);
    for (size_t i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(list, positions[i].topic, positions[i].partition)
            ->offset = positions[i].next;
    /* While no broker answers it would only be in the way of destroying the consumer. */
    if (count && c->client.was_well && client_health(&c->client, NULL) == 0)
        rd_kafka_commit(c->client.rk, list, 1);
    rd_kafka_topic_partition_list_destroy(list);
}
