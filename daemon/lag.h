#pragma once
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"
#include "broker/consumer.h"
#include "broker/settings.h"

/* From where to where the brokers keep each partition, for those who ask how far behind it is. It
 * is asked when somebody wants to know, and kept for a few seconds, so that pages cost the brokers
 * little and one that is away does not hold them up. Thread-safe. */
struct lag;

/* `s` must outlive it; connects when it is asked for the first time. */
struct lag *lag_create(const struct broker_settings *s);
/* Accepts NULL. */
void lag_destroy(struct lag *l);
/* Of a topic's partition. Waits some seconds at most. CE_NOT_FOUND, CE_UNAVAILABLE, CE_TIMEOUT,
 * CE_DENIED as consumer_watermarks. */
int lag_watermarks(struct lag *l, struct slice topic, uint32_t partition, struct watermarks *ret,
                   struct reason *reterr_why);
