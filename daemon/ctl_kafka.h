#pragma once
#include "daemon/config.h"
#include "daemon/ctl.h"
#include "record/catalogue.h"

/* What the commands that speak to Apache Kafka share. */

/* Rows of options that each of them has. */
#define CTL_KAFKA_OPTIONS                                                                          \
    {"config", "FILE", "Settings of creditd: kafka.bootstrap.servers and kafka.property.* hold."}, \
        {"set", "NAME=VALUE", "A setting by itself; may be given many times."},                    \
    {                                                                                              \
        "catalogue", "DIR", "The catalogue's folder; default: that of the settings."               \
    }

/* The settings: the file of --config, the environment, --set, --catalogue; and the brokers that
 * --kafka names in place of theirs. An exit code, having said why: without brokers too. */
int ctl_kafka_settings(struct ctl *c, struct config *ret);
/* Reads the catalogue of these settings; it lives in the arena. An exit code, having said why. */
int ctl_kafka_catalogue(struct ctl *c, const struct config *config, struct catalogue **ret);
/* Says what stands between us and the brokers; returns EXIT_CODE_FAILED. */
int ctl_kafka_fail(int err, const char *bootstrap, const char *why);
