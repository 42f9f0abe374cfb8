#pragma once
#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "broker/settings.h"

/* What consumer, producer and admin share: a handle of librdkafka made from settings, how well it
 * gets on with the brokers, and its errors as ours. For files of broker/ only. */
struct client {
    rd_kafka_t *rk;
    /* Of an error that names a partition ("TOPIC [P]: text"), if the maker wants to know. */
    void (*on_partition_error)(struct client *c, int err, const char *text);
    pthread_mutex_t lock; /* of what follows */
    int err;              /* 0: well */
    bool was_well;        /* a broker has answered, at least once */
    bool is_old_scram;    /* SCRAM is asked of a librdkafka that gets it wrong */
    char why[400];
    char last[400]; /* the newest trouble with a connection */
};

struct client_property {
    const char *name, *value;
};

/* `ours` cannot be changed by settings, `usual` can. `conf` NULL, or with callbacks set; it is
 * taken in every case. CE_INVALID as of broker_settings_check. Error callbacks get `c`, and so do
 * all others, in which `opaque` of the maker is the object that begins with the client. */
int client_open(struct client *c, rd_kafka_type_t type, const struct broker_settings *s,
                rd_kafka_conf_t *conf, const struct client_property *ours, size_t our_count,
                const struct client_property *usual, size_t usual_count, struct reason *reterr_why);
/* Waits for what librdkafka does at the moment, up to wait_ms. False when it does not end: then its
 * threads and memory are left behind, and whoever owns `c` must leave that too. */
bool client_close(struct client *c, int wait_ms);
enum { CLIENT_CLOSE_MS = 20 * 1000 };

/* Hears what the library has to say of brokers. Its messages are in another queue, so that any
 * thread may do this. */
void client_serve(struct client *c);
/* 0; CE_UNAVAILABLE: no broker can be reached; CE_DENIED: they do not let us in; CE_CLOSED: this
 * handle can do nothing any more and must be made anew. With the reason. */
int client_health(struct client *c, struct reason *reterr_why);
/* A broker has answered. */
void client_is_well(struct client *c);

/* CE_... for an error of librdkafka, 0 for none. */
int client_err(rd_kafka_resp_err_t e);
/* The same with "WHAT: text of the error" as the reason. A time-out, or a failure of transport,
 * while the brokers do not let us in, is CE_DENIED. */
int client_fail(struct client *c, rd_kafka_resp_err_t e, const char *what,
                struct reason *reterr_why);
