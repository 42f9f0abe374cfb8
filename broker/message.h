#pragma once
#include <stddef.h>
#include <stdint.h>

#include "base/civil.h"
#include "base/slice.h"

/* A message of Apache Kafka as it lies in a partition. */

enum message_time {
    MESSAGE_TIME_NONE,
    MESSAGE_TIME_CREATED,  /* as the sender says */
    MESSAGE_TIME_APPENDED, /* by the broker's clock: LogAppendTime */
};

struct message_header {
    struct slice name;
    struct slice value; /* {NULL, 0}: null */
};

struct message {
    struct slice topic; /* a NUL stands behind it */
    int32_t partition;
    int64_t offset;
    struct utc_ms time;
    enum message_time time_kind;
    struct slice key;   /* {NULL, 0}: none */
    struct slice value; /* {NULL, 0}: none (a tombstone) */
    const struct message_header *headers;
    size_t header_count;
};

/* The last header of that name, or NULL. */
const struct message_header *message_header(const struct message *m, const char *name);
