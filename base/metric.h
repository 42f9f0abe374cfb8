#pragma once
#include <stdint.h>

#include "base/buf.h"

/* Counters and gauges of the process (metric.def); adding costs one relaxed atomic. */
enum metric {
#define METRIC(id, name, kind, help) METRIC_##id,
#include "base/metric.def"
#undef METRIC
    METRIC_COUNT
};

void metric_add(enum metric m, int64_t by);
void metric_set(enum metric m, int64_t value);
int64_t metric_get(enum metric m);
/* The Prometheus text format: HELP and TYPE once for each family. */
void metric_expose(struct buf *b);
