/* Handles of librdkafka and what its errors mean to us. Which of its 200 errors calls for which
 * answer is the table below; what is not in it is CE_IO with the library's own words.
 *
 * Health is what the library says of its own accord, through the error callback: that no broker is
 * left, or that one does not let us in. It does not say when all is well again, so whoever hears
 * from a broker does (client_is_well). */
#include "broker/client.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"

static const struct {
    rd_kafka_resp_err_t e;
    int err;
} meanings[] = {
    {RD_KAFKA_RESP_ERR_NO_ERROR, 0},

    {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, CE_NOT_FOUND},
    {RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, CE_NOT_FOUND},
    {RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, CE_NOT_FOUND},

    {RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, CE_OUT_OF_RANGE},
    {RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, CE_OUT_OF_RANGE},

    {RD_KAFKA_RESP_ERR__AUTHENTICATION, CE_DENIED},
    {RD_KAFKA_RESP_ERR__SSL, CE_DENIED},
    {RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, CE_DENIED},
    {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, CE_DENIED},
    {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, CE_DENIED},
    {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, CE_DENIED},

    {RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, CE_UNAVAILABLE},
    {RD_KAFKA_RESP_ERR__TRANSPORT, CE_UNAVAILABLE},
    {RD_KAFKA_RESP_ERR__RESOLVE, CE_UNAVAILABLE},
    {RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE, CE_UNAVAILABLE},
    {RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, CE_UNAVAILABLE},
    {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, CE_UNAVAILABLE},
    {RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE, CE_UNAVAILABLE},
    {RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION, CE_UNAVAILABLE},
    {RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, CE_UNAVAILABLE},
    {RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, CE_UNAVAILABLE},
    {RD_KAFKA_RESP_ERR_NOT_COORDINATOR, CE_UNAVAILABLE},
    {RD_KAFKA_RESP_ERR_NOT_CONTROLLER, CE_UNAVAILABLE},
    {RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, CE_UNAVAILABLE},
    {RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND, CE_UNAVAILABLE},
    {RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, CE_UNAVAILABLE},

    {RD_KAFKA_RESP_ERR__TIMED_OUT, CE_TIMEOUT},
    {RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, CE_TIMEOUT},
    {RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, CE_TIMEOUT},
    {RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, CE_TIMEOUT},

    {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, CE_TOO_LARGE},
    {RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE, CE_TOO_LARGE},

    {RD_KAFKA_RESP_ERR__QUEUE_FULL, CE_BUSY},
    {RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS, CE_EXISTS},

    {RD_KAFKA_RESP_ERR__INVALID_ARG, CE_INVALID},
    {RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, CE_INVALID},
    {RD_KAFKA_RESP_ERR_INVALID_PARTITIONS, CE_INVALID},
    {RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR, CE_INVALID},
    {RD_KAFKA_RESP_ERR_INVALID_CONFIG, CE_INVALID},
    {RD_KAFKA_RESP_ERR_INVALID_REQUEST, CE_INVALID},
    {RD_KAFKA_RESP_ERR_POLICY_VIOLATION, CE_INVALID},

    {RD_KAFKA_RESP_ERR__FATAL, CE_CLOSED},
    {RD_KAFKA_RESP_ERR__DESTROY, CE_CLOSED},
};

/* What we decide ourselves, in all its spellings. */
static const char *const reserved[] = {
    "acks",
    "auto.commit.enable",
    "auto.offset.reset",
    "bootstrap.servers",
    "builtin.features",
    "enable.auto.commit",
    "enable.auto.offset.store",
    "enable.idempotence",
    "enable.partition.eof",
    "group.id",
    "group.instance.id",
    "isolation.level",
    "metadata.broker.list",
    "request.required.acks",
    "transactional.id",
};

int client_err(rd_kafka_resp_err_t e)
{
    for (size_t i = 0; i < ARRAY_LEN(meanings); i++)
        if (meanings[i].e == e)
            return meanings[i].err;
    return CE_IO;
}

/* The library's lines are for somebody who looks for a fault: what matters of them comes as errors
 * as well, and a broker that is away would fill the log. */
static void on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
    (void)rk;
    (void)level;
    log_event(LOG_DEBUG, "kafka.client", LOG_C("facility", facility), LOG_C("text", text));
}

static void set_health(struct client *c, int err, const char *why)
{
    pthread_mutex_lock(&c->lock);
    /* Being turned away is the reason why no broker is left. */
    bool is_echo = c->err == CE_DENIED && err == CE_UNAVAILABLE;
    if (c->err != CE_CLOSED && !is_echo) {
        c->err = err;
        snprintf(c->why, sizeof c->why, "%s", why);
    }
    pthread_mutex_unlock(&c->lock);
}

static void on_error(rd_kafka_t *rk, int number, const char *text, void *opaque)
{
    struct client *c = opaque;
    rd_kafka_resp_err_t e = (rd_kafka_resp_err_t)number;
    char fatal[300], why[sizeof c->why];
    log_event(LOG_DEBUG, "kafka.error", LOG_I("code", number), LOG_C("text", text));
    if (e == RD_KAFKA_RESP_ERR__FATAL) {
        rd_kafka_fatal_error(rk, fatal, sizeof fatal);
        set_health(c, CE_CLOSED, fatal);
    } else if (e == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
        pthread_mutex_lock(&c->lock);
        snprintf(why, sizeof why, "%s%s%.200s", text, c->last[0] ? "; " : "", c->last);
        pthread_mutex_unlock(&c->lock);
        set_health(c, CE_UNAVAILABLE, why);
    } else if (client_err(e) == CE_NOT_FOUND && c->on_partition_error) {
        c->on_partition_error(c, CE_NOT_FOUND, text);
    } else if (e == RD_KAFKA_RESP_ERR__AUTHENTICATION && c->is_old_scram) {
        snprintf(why, sizeof why,
                 "%.200s; librdkafka %s cannot do SCRAM with Apache Kafka 4.0 and newer: take "
                 "librdkafka 2.6.1 or newer, or PLAIN over TLS, or a client certificate",
                 text, rd_kafka_version_str());
        set_health(c, CE_DENIED, why);
    } else if (client_err(e) == CE_DENIED) {
        set_health(c, CE_DENIED, text);
    } else {
        pthread_mutex_lock(&c->lock);
        snprintf(c->last, sizeof c->last, "%s", text);
        pthread_mutex_unlock(&c->lock);
    }
}

static int set(rd_kafka_conf_t *conf, const char *name, const char *value, struct reason *why)
{
    char text[300];
    rd_kafka_conf_res_t r = rd_kafka_conf_set(conf, name, value, text, sizeof text);
    if (r == RD_KAFKA_CONF_OK)
        return 0;
    if (r == RD_KAFKA_CONF_UNKNOWN)
        return reason_set(why, CE_INVALID, "librdkafka %s has no property \"%.100s\"",
                          rd_kafka_version_str(), name);
    /* Its own text shows the value, which may be a secret. */
    return reason_set(why, CE_INVALID, "the property \"%.100s\" does not take this value", name);
}

static int set_all(rd_kafka_conf_t *conf, const struct client_property *list, size_t count,
                   struct reason *why)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < count; i++)
        r = set(conf, list[i].name, list[i].value, why);
    return r;
}

/* Before this version it repeated the client's nonce, which brokers let pass until 4.0. */
static bool is_old_scram(const struct conf_pairs *pairs)
{
    enum { RIGHT_FROM = 0x02060100 };
    for (size_t i = 0; i < pairs->count; i++)
        if ((slice_eq(pairs->list[i].name, SLICE("sasl.mechanisms")) ||
             slice_eq(pairs->list[i].name, SLICE("sasl.mechanism"))) &&
            slice_starts(pairs->list[i].value, SLICE("SCRAM")))
            return rd_kafka_version() < RIGHT_FROM;
    return false;
}

static int set_given(rd_kafka_conf_t *conf, const struct conf_pairs *pairs, struct reason *why)
{
    for (size_t i = 0; i < pairs->count; i++) {
        const struct conf_pair *pair = &pairs->list[i];
        for (size_t k = 0; k < ARRAY_LEN(reserved); k++)
            if (slice_eq(pair->name, slice_of(reserved[k])))
                return reason_set(why, CE_INVALID,
                                  "the property \"%s\" is decided by the program itself",
                                  reserved[k]);
        int r = set(conf, pair->name.p, pair->value.p, why);
        if (r < 0)
            return r;
    }
    return 0;
}

int client_open(struct client *c, rd_kafka_type_t type, const struct broker_settings *s,
                rd_kafka_conf_t *conf, const struct client_property *ours, size_t our_count,
                const struct client_property *usual, size_t usual_count, struct reason *reterr_why)
{
    char text[400];
    c->rk = NULL;
    c->err = 0;
    c->was_well = false;
    c->is_old_scram = is_old_scram(&s->properties);
    c->why[0] = c->last[0] = '\0';
    CHECK(pthread_mutex_init(&c->lock, NULL) == 0);
    if (!conf)
        conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, on_log);
    rd_kafka_conf_set_error_cb(conf, on_error);
    rd_kafka_conf_set_opaque(conf, c);
    int r = set_all(conf, usual, usual_count, reterr_why);
    if (r == 0)
        r = set_given(conf, &s->properties, reterr_why);
    if (r == 0)
        r = set_all(conf, ours, our_count, reterr_why);
    if (r == 0)
        r = set(conf, "bootstrap.servers", s->bootstrap.p, reterr_why);
    if (r == 0) {
        c->rk = rd_kafka_new(type, conf, text, sizeof text);
        if (c->rk)
            return 0;
        r = reason_set(reterr_why, CE_INVALID, "%s", text);
    }
    rd_kafka_conf_destroy(conf);
    pthread_mutex_destroy(&c->lock);
    return r;
}

static void *destroy_handle(void *rk)
{
    rd_kafka_destroy_flags(rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    return NULL;
}

bool client_close(struct client *c, int wait_ms)
{
    pthread_t thread = thread_start("kafka-close", destroy_handle, c->rk);
    struct timespec until = clock_deadline(CLOCK_MONOTONIC, wait_ms);
    if (pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &until) != 0) {
        pthread_detach(thread);
        return false;
    }
    pthread_mutex_destroy(&c->lock);
    return true;
}

void client_serve(struct client *c)
{
    rd_kafka_poll(c->rk, 0);
}

int client_health(struct client *c, struct reason *reterr_why)
{
    pthread_mutex_lock(&c->lock);
    int err = c->err;
    if (err < 0)
        reason_set(reterr_why, err, "%s", c->why);
    pthread_mutex_unlock(&c->lock);
    return err;
}

void client_is_well(struct client *c)
{
    pthread_mutex_lock(&c->lock);
    c->was_well = true;
    if (c->err != CE_CLOSED)
        c->err = 0;
    pthread_mutex_unlock(&c->lock);
}

int client_fail(struct client *c, rd_kafka_resp_err_t e, const char *what,
                struct reason *reterr_why)
{
    int err = client_err(e);
    struct reason why = {""};
    bool may_be_denied = err == CE_TIMEOUT || err == CE_UNAVAILABLE;
    if (may_be_denied)
        client_serve(c);
    if (may_be_denied && client_health(c, &why) == CE_DENIED)
        return reason_set(reterr_why, CE_DENIED, "%s: %s", what, why.text);
    return reason_set(reterr_why, err, "%s: %s", what, rd_kafka_err2str(e));
}
