/* Sending messages. What is to be done about one that could not be delivered is for the caller, who
 * hears of every single one. */
#include "broker/producer.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/clock.h"
#include "broker/client.h"

enum { QUEUE_BYTES = 64 << 20, GIVE_UP_MS = 300 * 1000 };

struct producer {
    struct client client; /* first: the library's callbacks get it */
    struct producer_options o;
};

static void on_delivered(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque)
{
    (void)rk;
    struct producer *p = opaque;
    int err = client_err(m->err);
    const char *why = m->err ? rd_kafka_err2str(m->err) : "";
    struct reason health = {""};
    if (!err)
        client_is_well(&p->client);
    else if (err == CE_TIMEOUT && client_health(&p->client, &health) == CE_DENIED) {
        err = CE_DENIED;
        why = health.text;
    }
    p->o.delivered(p->o.ctx, (uint64_t)(uintptr_t)m->_private, err, m->partition, m->offset, why);
}

int producer_create(const struct broker_settings *s, const struct producer_options *o,
                    struct producer **ret, struct reason *reterr_why)
{
    struct producer *p = calloc(1, sizeof *p);
    CHECK(p && o->delivered);
    p->o = *o;
    char kib[24], linger[24], give_up[24], message[24];
    int64_t bytes = o->queue_bytes ? o->queue_bytes : QUEUE_BYTES;
    snprintf(kib, sizeof kib, "%lld", (long long)(bytes / 1024));
    snprintf(linger, sizeof linger, "%d", o->linger_ms);
    int give_up_ms = o->give_up_ms ? o->give_up_ms : GIVE_UP_MS;
    snprintf(give_up, sizeof give_up, "%d", o->is_gapless ? 0 : give_up_ms);
    snprintf(message, sizeof message, "%d", PRODUCER_MESSAGE_BYTES_MAX);
    const struct client_property ours[] = {
        {"enable.idempotence", "true"},
        {"acks", "all"},
        {"enable.gapless.guarantee", o->is_gapless ? "true" : "false"},
        {"linger.ms", linger},
        {"message.timeout.ms", give_up},
        {"message.max.bytes", message},
        {"queue.buffering.max.kbytes", kib},
    };
    const struct client_property usual[] = {
        {"client.id", "credence"},
        {"socket.nagle.disable", "true"},
        {"compression.type", "lz4"},
        {"queue.buffering.max.messages", "1000000"},
        /* How long a topic may be unknown before messages to it fail. */
        {"topic.metadata.propagation.max.ms", "5000"},
        {"reconnect.backoff.max.ms", "2000"},
        {"socket.keepalive.enable", "true"},
    };
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivered);
    int r = client_open(&p->client, RD_KAFKA_PRODUCER, s, conf, ours, ARRAY_LEN(ours), usual,
                        ARRAY_LEN(usual), reterr_why);
    if (r < 0) {
        free(p);
        return r;
    }
    *ret = p;
    return 0;
}

void producer_destroy(struct producer *p)
{
    if (!p)
        return;
    if (client_close(&p->client, CLIENT_CLOSE_MS))
        free(p);
}

int producer_health(struct producer *p, struct reason *reterr_why)
{
    return client_health(&p->client, reterr_why);
}

static rd_kafka_headers_t *headers_of(const struct message *m)
{
    rd_kafka_headers_t *list = rd_kafka_headers_new(m->header_count);
    CHECK(list);
    for (size_t i = 0; i < m->header_count; i++) {
        struct slice name = m->headers[i].name, value = m->headers[i].value;
        CHECK(!rd_kafka_header_add(list, name.p, (ssize_t)name.n, value.p, (ssize_t)value.n));
    }
    return list;
}

int producer_send(struct producer *p, const struct message *m, int32_t partition, uint64_t tag,
                  struct reason *reterr_why)
{
    rd_kafka_headers_t *headers = m->header_count ? headers_of(m) : NULL;
    rd_kafka_vu_t fields[] = {
        {.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = m->topic.p},
        {.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = partition},
        {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
        {.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {(void *)(uintptr_t)m->key.p, m->key.n}},
        {.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {(void *)(uintptr_t)m->value.p, m->value.n}},
        {.vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = (void *)(uintptr_t)tag},
        {.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers},
    };
    rd_kafka_error_t *e =
        rd_kafka_produceva(p->client.rk, fields, ARRAY_LEN(fields) - (headers ? 0 : 1));
    if (!e)
        return 0;
    int r = reason_set(reterr_why, client_err(rd_kafka_error_code(e)), "%s: %s", m->topic.p,
                       rd_kafka_error_string(e));
    rd_kafka_error_destroy(e);
    if (headers)
        rd_kafka_headers_destroy(headers);
    return r;
}

int producer_poll(struct producer *p, int timeout_ms)
{
    return rd_kafka_poll(p->client.rk, timeout_ms);
}

int producer_flush(struct producer *p, int timeout_ms)
{
    return client_err(rd_kafka_flush(p->client.rk, timeout_ms));
}

size_t producer_waiting(struct producer *p)
{
    return (size_t)rd_kafka_outq_len(p->client.rk);
}

int producer_partitions(struct producer *p, const char *topic, int timeout_ms, int32_t *ret,
                        struct reason *reterr_why)
{
    const rd_kafka_metadata_t *m;
    rd_kafka_topic_t *t = rd_kafka_topic_new(p->client.rk, topic, NULL);
    if (!t)
        return client_fail(&p->client, rd_kafka_last_error(), topic, reterr_why);
    rd_kafka_resp_err_t e = rd_kafka_metadata(p->client.rk, 0, t, &m, timeout_ms);
    rd_kafka_topic_destroy(t);
    if (e)
        return client_fail(&p->client, e, topic, reterr_why);
    client_is_well(&p->client);
    int32_t count = 0;
    for (int i = 0; i < m->topic_cnt; i++) {
        e = m->topics[i].err;
        count = m->topics[i].partition_cnt;
    }
    rd_kafka_metadata_destroy(m);
    if (e || count == 0)
        return client_fail(&p->client, e ? e : RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, topic, reterr_why);
    *ret = count;
    return 0;
}
