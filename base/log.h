#pragma once
#include <stdint.h>

#include "base/slice.h"

/* One line for each event on standard error: time, level, event name, key=value… Levels are named
 * for what an operator does. No record content, no personal data: values that hold something shaped
 * like an identity number are printed as "(masked)". Only daemon/, web/, ingest/ and query/ log,
 * and broker/ what librdkafka says, at the level debug. */
enum log_level { LOG_DEBUG, LOG_INFO, LOG_UNUSUAL, LOG_BROKEN };

struct log_field {
    const char *key;
    enum { LOG_FIELD_STR, LOG_FIELD_INT } kind;
    struct slice str;
    int64_t num;
};
#define LOG_S(key, slice_value) ((struct log_field){(key), LOG_FIELD_STR, (slice_value), 0})
#define LOG_C(key, cstr) ((struct log_field){(key), LOG_FIELD_STR, slice_of(cstr), 0})
#define LOG_I(key, value) ((struct log_field){(key), LOG_FIELD_INT, {0}, (int64_t)(value)})

void log_set_level(enum log_level least);
void log_fields(enum log_level level, const char *event, const struct log_field *fields,
                unsigned count);
/* log_event(LOG_INFO, "store.opened", LOG_C("dir", dir), LOG_I("ms", took)); */
#define log_event(level, event, ...)                                                               \
    log_fields(                                                                                    \
        (level), (event), (const struct log_field[]){__VA_ARGS__},                                 \
        (unsigned)(sizeof((const struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field)))
