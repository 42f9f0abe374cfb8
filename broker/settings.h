#pragma once
#include <stdbool.h>

#include "base/conf.h"
#include "base/err.h"
#include "base/slice.h"

/* How the Apache Kafka of an installation is reached. All is borrowed and must outlive what is made
 * with it: consumer, producer, admin. */
struct broker_settings {
    struct slice bootstrap;       /* HOST:PORT, several separated by commas; empty: there is none */
    struct conf_pairs properties; /* of librdkafka, by its names: "sasl.password" */
};

static inline bool broker_is_configured(const struct broker_settings *s)
{
    return s->bootstrap.n > 0;
}

/* Without connecting anywhere: 0; CE_INVALID for a property that librdkafka does not have, a value
 * that it does not take, one that we decide ourselves, or a file (of certificates, say) that cannot
 * be read. The reason names the property and never a value. */
int broker_settings_check(const struct broker_settings *s, struct reason *reterr_why);
