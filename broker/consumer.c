/* Reading partitions. librdkafka hands out single messages of all partitions from one queue; here
 * they are taken in one go, and each run of one partition is given to the caller as a portion, with
 * the library's own memory under it. What a message means, and where a partition goes on after a
 * restart, is for the caller.
 *
 * An error of librdkafka about a partition is a message with an error in it, and becomes a portion
 * without messages, so that it keeps its place behind the messages that came before it. That a
 * topic was deleted is told through the error callback instead, again every second, and is given
 * once.
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
#include "broker/client.h"

enum {
    CLOSE_LOST_MS = 500,
    QUEUE_BYTES = 32 << 20,
    QUEUE_BYTES_MIN = 4 << 20,
    QUEUE_BYTES_MAX = 128 << 20,
    POLL_MAX = 10000,
};

/* A partition that is there no more. */
struct lost {
    char topic[250];
    int32_t partition;
    bool is_told;
    char why[200];
};

struct consumer {
    struct client client; /* first: the library's callbacks get it */
    rd_kafka_queue_t *queue;
    rd_kafka_message_t **held; /* taken from the queue and not given yet: held[at..count) */
    size_t held_at, held_count;
    struct lost *lost;
    size_t lost_count;
    bool has_lost;     /* ever */
    atomic_size_t out; /* portions that are not given back */
};

/* A portion and what is behind it, one piece of memory each. */
struct portion {
    struct consumed public; /* first */
    struct consumer *from;
    rd_kafka_message_t **raw;
    size_t raw_count;
    struct message *messages;
    struct message_header *headers;
    char topic[250]; /* of a partition that is lost */
    char text[300];
};

static void *take(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    CHECK(p);
    return p;
}

static struct lost *find_lost(struct consumer *c, struct slice topic, int32_t partition)
{
    for (size_t i = 0; i < c->lost_count; i++)
        if (c->lost[i].partition == partition && slice_eq(slice_of(c->lost[i].topic), topic))
            return &c->lost[i];
    return NULL;
}

/* It is there again, or nobody's any more. */
static void forget_lost(struct consumer *c, struct slice topic, int32_t partition)
{
    struct lost *l = find_lost(c, topic, partition);
    if (l)
        *l = c->lost[--c->lost_count];
}

/* "credit.submissions.amr [0]: topic does not exist (…)", on the thread that polls. */
static void on_partition_error(struct client *client, int err, const char *text)
{
    struct consumer *c = (struct consumer *)client;
    struct slice why = slice_of(text), topic = slice_cut(&why, ' ');
    struct slice place = slice_cut(&why, ':');
    int64_t partition;
    bool has_place = place.n > 2 && place.p[0] == '[' && place.p[place.n - 1] == ']' &&
                     slice_i64(slice_make(place.p + 1, place.n - 2), &partition);
    if (err != CE_NOT_FOUND || !has_place || topic.n >= sizeof c->lost->topic ||
        find_lost(c, topic, (int32_t)partition))
        return;
    struct lost *longer = realloc(c->lost, (c->lost_count + 1) * sizeof *longer);
    CHECK(longer);
    c->lost = longer;
    struct lost *l = &longer[c->lost_count++];
    *l = (struct lost){.partition = (int32_t)partition};
    snprintf(l->topic, sizeof l->topic, "%.*s", FMT_SLICE(topic));
    snprintf(l->why, sizeof l->why, "%.*s", FMT_SLICE(slice_trim(why)));
    c->has_lost = true;
}

int consumer_create(const struct broker_settings *s, const struct consumer_options *o,
                    struct consumer **ret, struct reason *reterr_why)
{
    CHECK(o->group && *o->group);
    struct consumer *c = take(1, sizeof *c);
    char kib[24], most[24];
    int64_t bytes = o->queue_bytes ? o->queue_bytes : QUEUE_BYTES;
    CHECK(bytes >= QUEUE_BYTES_MIN && bytes <= QUEUE_BYTES_MAX);
    /* The queue is filled up to its limit, and then one more answer may come. */
    snprintf(kib, sizeof kib, "%lld", (long long)(bytes / 2 / 1024));
    snprintf(most, sizeof most, "%lld", (long long)(bytes / 2));
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
        {"queued.max.messages.kbytes", kib},
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
    c->client.on_partition_error = on_partition_error;
    int r = client_open(&c->client, RD_KAFKA_CONSUMER, s, NULL, ours, ARRAY_LEN(ours), usual,
                        ARRAY_LEN(usual), reterr_why);
    if (r < 0) {
        free(c);
        return r;
    }
    CHECK(rd_kafka_poll_set_consumer(c->client.rk) == RD_KAFKA_RESP_ERR_NO_ERROR);
    c->queue = rd_kafka_queue_get_consumer(c->client.rk);
    CHECK(c->queue);
    c->held = take(POLL_MAX, sizeof(rd_kafka_message_t *));
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
    if (client_close(&c->client, c->has_lost ? CLOSE_LOST_MS : CLIENT_CLOSE_MS))
        free(c);
}

int consumer_health(struct consumer *c, struct reason *reterr_why)
{
    return client_health(&c->client, reterr_why);
}

static int by_name(const void *a, const void *b)
{
    const struct topic_found *x = a, *y = b;
    return slice_cmp(x->name, y->name);
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
            list[count++] = (struct topic_found){arena_dup(a, name), m->topics[i].partition_cnt};
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

int consumer_assign(struct consumer *c, const char *topic, int32_t partition, int64_t offset,
                    struct reason *reterr_why)
{
    if (offset < 0)
        return reason_set(reterr_why, CE_INVALID, "%.249s [%d]: the offset is below 0", topic,
                          partition);
    rd_kafka_topic_partition_list_t *list = list_of(topic, partition, offset);
    return finish(c, list, rd_kafka_incremental_assign(c->client.rk, list), reterr_why);
}

static bool is_of(const rd_kafka_message_t *m, const char *topic, int32_t partition)
{
    return m->rkt && m->partition == partition && strcmp(rd_kafka_topic_name(m->rkt), topic) == 0;
}

int consumer_unassign(struct consumer *c, const char *topic, int32_t partition,
                      struct reason *reterr_why)
{
    size_t kept = c->held_at;
    for (size_t i = c->held_at; i < c->held_count; i++) {
        if (is_of(c->held[i], topic, partition))
            rd_kafka_message_destroy(c->held[i]);
        else
            c->held[kept++] = c->held[i];
    }
    c->held_count = kept;
    forget_lost(c, slice_of(topic), partition);
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

void consumed_destroy(struct consumed *p)
{
    struct portion *o = (struct portion *)p;
    if (!o)
        return;
    for (size_t i = 0; i < o->raw_count; i++)
        rd_kafka_message_destroy(o->raw[i]);
    atomic_fetch_sub(&o->from->out, 1);
    free(o->raw);
    free(o->messages);
    free(o->headers);
    free(o);
}

static struct slice bytes_of(const void *p, size_t n)
{
    /* An empty value is a value: only null is absent. */
    return p ? slice_make(p, n) : (struct slice){0};
}

static size_t count_headers(rd_kafka_message_t *m)
{
    rd_kafka_headers_t *list;
    return rd_kafka_message_headers(m, &list) ? 0 : rd_kafka_header_cnt(list);
}

/* How many were written to `out`. */
static size_t read_headers(rd_kafka_message_t *m, struct message_header *out, size_t *bytes)
{
    rd_kafka_headers_t *list;
    size_t count = 0, n;
    const char *name;
    const void *value;
    if (rd_kafka_message_headers(m, &list))
        return 0;
    while (rd_kafka_header_get_all(list, count, &name, &value, &n) == RD_KAFKA_RESP_ERR_NO_ERROR) {
        out[count++] = (struct message_header){slice_of(name), bytes_of(value, n)};
        *bytes += out[count - 1].name.n + out[count - 1].value.n;
    }
    return count;
}

static enum message_time time_kind(rd_kafka_timestamp_type_t type)
{
    return type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME ? MESSAGE_TIME_APPENDED
           : type == RD_KAFKA_TIMESTAMP_CREATE_TIME   ? MESSAGE_TIME_CREATED
                                                      : MESSAGE_TIME_NONE;
}

static void read_message(rd_kafka_message_t *m, struct message_header *headers, struct message *ret,
                         size_t *bytes)
{
    rd_kafka_timestamp_type_t type;
    int64_t ms = rd_kafka_message_timestamp(m, &type);
    *ret = (struct message){
        .topic = slice_of(rd_kafka_topic_name(m->rkt)),
        .partition = m->partition,
        .offset = m->offset,
        .time = {ms},
        .time_kind = time_kind(type),
        .key = bytes_of(m->key, m->key_len),
        .value = bytes_of(m->payload, m->len),
        .headers = headers,
    };
    ret->header_count = read_headers(m, headers, bytes);
    *bytes += m->key_len + m->len;
}

static struct portion *portion_create(struct consumer *c, rd_kafka_message_t *const *raw,
                                      size_t count)
{
    struct portion *o = take(1, sizeof *o);
    o->from = c;
    o->raw = take(count, sizeof(rd_kafka_message_t *));
    o->raw_count = count;
    memcpy(o->raw, raw, count * sizeof *raw);
    o->public.topic = slice_of(rd_kafka_topic_name(raw[0]->rkt));
    o->public.partition = raw[0]->partition;
    o->public.next = raw[0]->offset;
    atomic_fetch_add(&c->out, 1);
    return o;
}

static struct consumed *messages_of(struct consumer *c, rd_kafka_message_t *const *raw,
                                    size_t count)
{
    struct portion *o = portion_create(c, raw, count);
    size_t headers = 0;
    for (size_t i = 0; i < count; i++)
        headers += count_headers(raw[i]);
    o->headers = take(headers, sizeof *o->headers);
    o->messages = take(count, sizeof *o->messages);
    struct message_header *at = o->headers;
    for (size_t i = 0; i < count; i++) {
        read_message(raw[i], at, &o->messages[i], &o->public.bytes);
        at += o->messages[i].header_count;
    }
    o->public.kind = CONSUMED_MESSAGES;
    o->public.messages = o->messages;
    o->public.count = count;
    o->public.next = raw[count - 1]->offset + 1;
    return &o->public;
}

/* What an error of a partition means to its reader; false: it passes by itself. */
static bool kind_of(rd_kafka_resp_err_t e, enum consumed_kind *ret)
{
    switch (client_err(e)) {
    case CE_NOT_FOUND:
        *ret = CONSUMED_GONE;
        return true;
    case CE_OUT_OF_RANGE:
        *ret = CONSUMED_OUT_OF_RANGE;
        return true;
    case CE_DENIED:
        *ret = CONSUMED_DENIED;
        return true;
    case CE_TOO_LARGE:
        *ret = CONSUMED_UNREADABLE;
        return true;
    default:
        break;
    }
    static const rd_kafka_resp_err_t unreadable[] = {
        RD_KAFKA_RESP_ERR__BAD_MSG,         RD_KAFKA_RESP_ERR__BAD_COMPRESSION,
        RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED, RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE,
        RD_KAFKA_RESP_ERR_INVALID_MSG,
    };
    for (size_t i = 0; i < ARRAY_LEN(unreadable); i++)
        if (e == unreadable[i]) {
            *ret = CONSUMED_UNREADABLE;
            return true;
        }
    *ret = CONSUMED_END;
    return e == RD_KAFKA_RESP_ERR__PARTITION_EOF;
}

/* A portion without messages; NULL for what passes by itself. Takes the message. */
static struct consumed *event_of(struct consumer *c, rd_kafka_message_t *m)
{
    enum consumed_kind kind;
    if (!m->rkt || !kind_of(m->err, &kind)) {
        rd_kafka_message_destroy(m);
        return NULL;
    }
    struct portion *o = portion_create(c, &m, 1);
    o->public.kind = kind;
    snprintf(o->text, sizeof o->text, "%s", rd_kafka_message_errstr(m));
    o->public.why = o->text;
    if (kind == CONSUMED_END)
        client_is_well(&c->client);
    return &o->public;
}

/* A lost partition that was not told yet, or NULL. */
static struct consumed *lost_of(struct consumer *c)
{
    size_t i = 0;
    while (i < c->lost_count && c->lost[i].is_told)
        i++;
    if (i == c->lost_count)
        return NULL;
    struct lost *l = &c->lost[i];
    struct portion *o = take(1, sizeof *o);
    o->from = c;
    o->public = (struct consumed){.kind = CONSUMED_GONE, .partition = l->partition, .next = -1};
    snprintf(o->topic, sizeof o->topic, "%s", l->topic);
    snprintf(o->text, sizeof o->text, "%s", l->why);
    o->public.topic = slice_of(o->topic);
    o->public.why = o->text;
    atomic_fetch_add(&c->out, 1);
    l->is_told = true;
    return &o->public;
}

static bool refill(struct consumer *c, size_t max, int timeout_ms)
{
    c->held_at = c->held_count = 0;
    rd_kafka_message_t *first = rd_kafka_consumer_poll(c->client.rk, timeout_ms);
    if (!first)
        return false;
    c->held[0] = first;
    c->held_count = 1;
    /* The batch call waits for the last message of a batch, so it is not let wait at all. */
    if (max > 1) {
        ssize_t n = rd_kafka_consume_batch_queue(c->queue, 0, c->held + 1, max - 1);
        c->held_count += n > 0 ? (size_t)n : 0;
    }
    return true;
}

int consumer_poll(struct consumer *c, size_t max, int timeout_ms, struct consumed **ret)
{
    CHECK(max > 0);
    if (max > POLL_MAX)
        max = POLL_MAX;
    int64_t until = clock_mono_ms() + timeout_ms;
    for (;;) {
        int64_t left = until - clock_mono_ms();
        if (c->held_at == c->held_count) {
            *ret = lost_of(c);
            if (*ret)
                return 1;
            if (!refill(c, max, left > 0 ? (int)left : 0) && left <= 0)
                return 0;
            continue;
        }
        rd_kafka_message_t **first = c->held + c->held_at;
        if (first[0]->err) {
            c->held_at++;
            *ret = event_of(c, first[0]);
            if (*ret)
                return 1;
            continue;
        }
        size_t n = 1, most = c->held_count - c->held_at;
        while (n < most && n < max && !first[n]->err && first[n]->rkt == first[0]->rkt &&
               first[n]->partition == first[0]->partition)
            n++;
        c->held_at += n;
        client_is_well(&c->client);
        if (c->lost_count)
            forget_lost(c, slice_of(rd_kafka_topic_name(first[0]->rkt)), first[0]->partition);
        *ret = messages_of(c, first, n);
        return 1;
    }
}

static struct slice dup_bytes(struct arena *a, struct slice s)
{
    return s.p ? arena_dup(a, s) : (struct slice){0};
}

static void copy_message(struct arena *a, const struct message *m, struct message *ret)
{
    struct message_header *headers =
        ARENA_ARRAY(a, struct message_header, m->header_count ? m->header_count : 1);
    for (size_t i = 0; i < m->header_count; i++)
        headers[i] = (struct message_header){dup_bytes(a, m->headers[i].name),
                                             dup_bytes(a, m->headers[i].value)};
    *ret = *m;
    ret->topic = arena_dup(a, m->topic);
    ret->key = dup_bytes(a, m->key);
    ret->value = dup_bytes(a, m->value);
    ret->headers = headers;
}

/* What a portion says of the message at `offset`. */
static int read_portion(const struct consumed *p, int64_t offset, struct arena *a,
                        struct message *ret, struct reason *why)
{
    const char *place = p->topic.p;
    switch (p->kind) {
    case CONSUMED_MESSAGES:
        if (p->messages[0].offset == offset) {
            copy_message(a, &p->messages[0], ret);
            return 0;
        }
        return reason_set(why, CE_NOT_FOUND, "%s [%d]: no message at offset %lld, the next is %lld",
                          place, p->partition, (long long)offset, (long long)p->messages[0].offset);
    case CONSUMED_END:
        return p->next > offset
                   ? reason_set(why, CE_NOT_FOUND, "%s [%d]: no message at offset %lld", place,
                                p->partition, (long long)offset)
                   : reason_set(why, CE_OUT_OF_RANGE, "%s [%d]: ends in front of offset %lld",
                                place, p->partition, (long long)offset);
    case CONSUMED_OUT_OF_RANGE:
        return reason_set(why, CE_OUT_OF_RANGE, "%s [%d]: %s", place, p->partition, p->why);
    case CONSUMED_GONE:
        return reason_set(why, CE_NOT_FOUND, "%s [%d]: %s", place, p->partition, p->why);
    case CONSUMED_DENIED:
        return reason_set(why, CE_DENIED, "%s [%d]: %s", place, p->partition, p->why);
    case CONSUMED_UNREADABLE:
        return reason_set(why, CE_IO, "%s [%d]: %s", place, p->partition, p->why);
    }
    UNREACHABLE();
}

int consumer_read_at(struct consumer *c, const char *topic, int32_t partition, int64_t offset,
                     int timeout_ms, struct arena *a, struct message *ret,
                     struct reason *reterr_why)
{
    int r = consumer_assign(c, topic, partition, offset, reterr_why);
    if (r < 0)
        return r;
    AUTO(consumed_destroy) struct consumed *p = NULL;
    if (consumer_poll(c, 1, timeout_ms, &p) == 1) {
        r = read_portion(p, offset, a, ret, reterr_why);
    } else {
        struct reason why = {""};
        r = client_health(&c->client, &why);
        char place[300];
        r = reason_set(reterr_why, r < 0 ? r : CE_TIMEOUT, "%s: %s",
                       place_of(place, topic, partition),
                       r < 0 ? why.text : "no answer from the broker");
    }
    int u = consumer_unassign(c, topic, partition, r < 0 ? NULL : reterr_why);
    return r < 0 ? r : u;
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
