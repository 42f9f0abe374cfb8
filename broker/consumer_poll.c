/* What came of the partitions. librdkafka hands out single messages of all partitions from one
 * queue; here they are taken in one go, and each run of one partition is given to the caller as a
 * portion, with the library's own memory under it.
 *
 * An error of librdkafka about a partition is a message with an error in it, and becomes a portion
 * without messages, so that it keeps its place behind the messages that came before it. That a
 * topic was deleted is told through the error callback instead, again every second, and is given
 * once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "broker/consumer_parts.h"

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

void *consumer_take(size_t count, size_t size)
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
    pthread_mutex_lock(&c->lost_lock);
    struct lost *l = find_lost(c, topic, partition);
    if (l)
        *l = c->lost[--c->lost_count];
    pthread_mutex_unlock(&c->lost_lock);
}

static void add_lost(struct consumer *c, struct slice topic, int32_t partition, struct slice why)
{
    struct lost *longer = realloc(c->lost, (c->lost_count + 1) * sizeof *longer);
    CHECK(longer);
    c->lost = longer;
    struct lost *l = &longer[c->lost_count++];
    *l = (struct lost){.partition = partition};
    snprintf(l->topic, sizeof l->topic, "%.*s", FMT_SLICE(topic));
    snprintf(l->why, sizeof l->why, "%.*s", FMT_SLICE(why));
    c->has_lost = true;
}

/* "credit.submissions.amr [0]: topic does not exist (…)". */
void consumer_lose(struct client *client, int err, const char *text)
{
    struct consumer *c = (struct consumer *)client;
    struct slice why = slice_of(text), topic = slice_cut(&why, ' ');
    struct slice place = slice_cut(&why, ':');
    int64_t partition;
    bool has_place = place.n > 2 && place.p[0] == '[' && place.p[place.n - 1] == ']' &&
                     slice_i64(slice_make(place.p + 1, place.n - 2), &partition);
    if (err != CE_NOT_FOUND || !has_place || topic.n >= sizeof c->lost->topic)
        return;
    pthread_mutex_lock(&c->lost_lock);
    if (!find_lost(c, topic, (int32_t)partition))
        add_lost(c, topic, (int32_t)partition, slice_trim(why));
    pthread_mutex_unlock(&c->lost_lock);
}

static bool is_of(const rd_kafka_message_t *m, const char *topic, int32_t partition)
{
    return m->rkt && m->partition == partition && strcmp(rd_kafka_topic_name(m->rkt), topic) == 0;
}

void consumer_forget(struct consumer *c, const char *topic, int32_t partition)
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
    struct portion *o = consumer_take(1, sizeof *o);
    o->from = c;
    o->raw = consumer_take(count, sizeof(rd_kafka_message_t *));
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
    o->headers = consumer_take(headers, sizeof *o->headers);
    o->messages = consumer_take(count, sizeof *o->messages);
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
    if (kind == CONSUMED_END) {
        client_is_well(&c->client);
        forget_lost(c, o->public.topic, o->public.partition);
    }
    return &o->public;
}

/* A portion that says of the partition that it is gone. */
static struct consumed *gone_of(struct consumer *c, const struct lost *l)
{
    struct portion *o = consumer_take(1, sizeof *o);
    o->from = c;
    o->public = (struct consumed){.kind = CONSUMED_GONE, .partition = l->partition, .next = -1};
    snprintf(o->topic, sizeof o->topic, "%s", l->topic);
    snprintf(o->text, sizeof o->text, "%s", l->why);
    o->public.topic = slice_of(o->topic);
    o->public.why = o->text;
    atomic_fetch_add(&c->out, 1);
    return &o->public;
}

/* The same of a lost partition that was not told yet, or NULL. */
static struct consumed *lost_of(struct consumer *c)
{
    struct consumed *ret = NULL;
    pthread_mutex_lock(&c->lost_lock);
    for (size_t i = 0; i < c->lost_count && !ret; i++) {
        if (c->lost[i].is_told)
            continue;
        c->lost[i].is_told = true;
        ret = gone_of(c, &c->lost[i]);
    }
    pthread_mutex_unlock(&c->lost_lock);
    return ret;
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
    if (max > CONSUMER_POLL_MAX)
        max = CONSUMER_POLL_MAX;
    int64_t until = clock_mono_ms() + timeout_ms;
    client_serve(&c->client);
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
        r = reason_set(reterr_why, r < 0 ? r : CE_TIMEOUT, "%s [%d]: %s", topic, partition,
                       r < 0 ? why.text : "no answer from the broker");
    }
    int u = consumer_unassign(c, topic, partition, r < 0 ? NULL : reterr_why);
    return r < 0 ? r : u;
}
