#pragma once
#include "base/json.h"
#include "web/web.h"

/* What operators ask and decide about partitions of Apache Kafka; for struct web_operator, `ctx`
 * being the struct running. */
int operator_offsets(void *ctx, struct json_out *o, struct reason *reterr_why);
int operator_offsets_decide(void *ctx, const struct web_decision *d, struct json_out *o,
                            struct reason *reterr_why);
/* Brings the gauges of messages up to date, from what the store has: they are exact after any
 * crash. */
void operator_offsets_measure(void *ctx);
/* For struct web_operator too: from where to where the brokers keep a partition. */
bool operator_watermarks(void *ctx, struct slice topic, uint32_t partition, uint64_t *ret_low,
                         uint64_t *ret_high);
