#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/slice.h"
#include "broker/settings.h"

/* Makes and describes topics. */
struct admin;

/* Does not wait for a broker. CE_INVALID as of broker_settings_check. */
int admin_create(const struct broker_settings *s, struct admin **ret, struct reason *reterr_why);
/* Accepts NULL. */
void admin_destroy(struct admin *a);
DEFINE_AUTO(struct admin, admin_destroy)

/* How many brokers there are. CE_UNAVAILABLE, CE_TIMEOUT, CE_DENIED. */
int admin_brokers(struct admin *a, int timeout_ms, int32_t *ret, struct reason *reterr_why);

struct topic_wanted {
    struct slice name; /* with a NUL behind it */
    int32_t partition_count;
    int32_t replication; /* copies of each partition; -1: as the brokers are set */
    struct conf_pairs settings;
};
struct topic_made {
    int err;          /* 0; CE_EXISTS, CE_DENIED, CE_INVALID, …: this topic was not made */
    struct slice why; /* of an err */
};
/* Makes the topics and waits until the brokers serve them. 0 with *ret in the arena, one for each
 * of `topics`; CE_UNAVAILABLE, CE_TIMEOUT, CE_DENIED when nothing could be asked. */
int admin_make_topics(struct admin *a, const struct topic_wanted *topics, size_t count,
                      int timeout_ms, struct arena *arena, struct topic_made **ret,
                      struct reason *reterr_why);

struct topic_state {
    int err;          /* 0; CE_NOT_FOUND, CE_DENIED, …: the rest is not known */
    struct slice why; /* of an err */
    int32_t partition_count;
    int32_t replication;        /* of the partition that has the fewest copies */
    int32_t leaderless;         /* partitions that nobody serves at the moment */
    struct conf_pairs settings; /* all of the topic, also those that it inherits */
};
/* What the brokers say of the topics, in the arena, one for each name (with a NUL behind it).
 * CE_UNAVAILABLE, CE_TIMEOUT, CE_DENIED when nothing could be asked. */
int admin_describe_topics(struct admin *a, const struct slice *names, size_t count, int timeout_ms,
                          struct arena *arena, struct topic_state **ret, struct reason *reterr_why);
/* The value, or {NULL, 0}. */
struct slice topic_setting(const struct topic_state *t, const char *name);
