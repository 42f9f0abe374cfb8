#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/civil.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/slice.h"
#include "broker/settings.h"

/* The installation's settings: which there are, where they come from and in which order. Defaults,
 * then the settings file, then the environment (CREDENCE_<SETTING>), then the command line. */
struct config {
    struct slice data;           /* the data folder */
    struct slice listen;         /* ADDRESS:PORT */
    struct slice catalogue;      /* the catalogue's folder; empty: the one that came along */
    struct slice keys;           /* the key file; empty: DATA/keys */
    struct slice metrics_listen; /* who may read /metrics besides operators; web/web.h */
    struct slice log_level;
    int64_t memory; /* of the process; daemon/memory.h divides it */
    int64_t writer_gears, writer_shift_rows;
    int64_t receipt_days;
    struct day born_earliest;
    int64_t http_threads, http_workers, http_idle_ms;
    int64_t upload_idle_ms, upload_busy_ms;
    struct broker_settings kafka; /* unconfigured: nothing of Kafka runs */
    bool kafka_publish;           /* receipts to the departments' topics */
};

/* One setting from the command line. */
struct config_override {
    const char *name;
    const char *value;
};

/* The settings in the order above. `file` may be NULL: then there is none. CE_INVALID with the
 * setting and what is expected of it; CE_NOT_FOUND, CE_DENIED, CE_IO for the file. Texts live in
 * the arena, each with a NUL behind it. */
int config_read(struct arena *a, const char *file, const struct config_override *overrides,
                size_t override_count, struct config *ret, struct reason *reterr_why);
/* A complete settings file with the given values. */
void config_print(const struct config *c, struct buf *b);
/* "NAME=VALUE" of --set, split in the arena. CE_INVALID. */
int config_split(struct arena *a, const char *text, struct config_override *ret,
                 struct reason *reterr_why);
/* Whether there is such a setting. */
bool config_has(const char *name);

/* What the settings mean together; all live in the arena, NUL-terminated. */
const char *config_keys_path(struct arena *a, const struct config *c);
const char *config_socket_path(struct arena *a, const char *data_dir);
/* The folder that was set, else share/credence/catalogue beside the program's own folder, else the
 * one of the source tree that it was built from. */
const char *config_catalogue_dir(struct arena *a, const struct config *c);
enum log_level config_log_level(const struct config *c);
