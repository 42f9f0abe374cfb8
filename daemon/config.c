/* The settings of an installation: one row each, in the order in which --print-config shows them.
 * Reading, checking and printing is base/conf; what a setting does is told by its sentence here and
 * done by the module that gets the value from daemon/running. */
#include "daemon/config.h"

#include <stddef.h>
#include <string.h>

#include "base/check.h"
#include "daemon/installed.h"

#define KIB (INT64_C(1) << 10)
#define MIB (INT64_C(1) << 20)
#define GIB (INT64_C(1) << 30)
#define DAY_1700 (-98615)
#define DAY_2000 10957

#define ROW(name, kind, member, initial, min, max, meaning)                                        \
    {                                                                                              \
        name, CONF_##kind, offsetof(struct config, member), initial, min, max, meaning             \
    }

static const struct conf_row rows[] = {
    ROW("data", TEXT, data, "/var/lib/credence", 0, 0,
        "The data folder: the store, the key file and the operators' socket lie in it."),
    ROW("listen", TEXT, listen, "127.0.0.1:8080", 0, 0,
        "ADDRESS:PORT on which everybody is answered; an IPv6 address stands in brackets."),
    ROW("catalogue", TEXT, catalogue, "", 0, 0,
        "The catalogue's folder; empty: the one that came with the program."),
    ROW("keys", TEXT, keys, "", 0, 0,
        "The key file, without which the store cannot be read; empty: DATA/keys, made at the first "
        "start."),
    ROW("metrics.listen", TEXT, metrics_listen, "", 0, 0,
        "Who may read /metrics besides operators, separated by commas: the ADDRESS of a client, or "
        "ADDRESS:PORT for a listener of its own."),
    ROW("memory", BYTES, memory, "2 GiB", MIB, 1024 * GIB,
        "All memory that the daemon may take; --check-config shows what it is divided into."),
    ROW("writer.gears", INT, writer_gears, "2", 1, 2,
        "2: behind a backlog rows are gathered into runs, which are written as files, where the "
        "memory is enough for them. 1: never."),
    ROW("writer.shift", INT, writer_shift_rows, "30000", 1, 1000000,
        "Rows that are worth files; a third of them, without a pause, begin a run. 1: everything "
        "is "
        "a run."),
    ROW("receipts.days", INT, receipt_days, "1095", 0, 36500,
        "Days for which a receipt keeps the details of rows; counts are kept for ever. 0: all."),
    ROW("born.earliest", DAY, born_earliest, "1880-01-01", DAY_1700, DAY_2000,
        "Earliest birth day that is believed in an identity number; synthetic samples need "
        "1800-01-01."),
    ROW("http.threads", INT, http_threads, "2", 1, 64,
        "Threads that accept connections and answer what is quick."),
    ROW("http.workers", INT, http_workers, "4", 1, 64, "Threads for answers that take longer."),
    ROW("http.idle", DURATION, http_idle_ms, "60 s", 1000, 3600 * 1000,
        "A connection on which nothing moves for so long is closed."),
    ROW("upload.idle", DURATION, upload_idle_ms, "120 s", 1000, 3600 * 1000,
        "An upload that brings nothing for so long counts as cut off; its whole rows are kept and "
        "it can be resumed."),
    ROW("upload.busy", DURATION, upload_busy_ms, "10 s", 0, 600 * 1000,
        "How long an upload waits for another one that holds the same batch."),
    ROW("kafka.bootstrap.servers", TEXT, kafka.bootstrap, "", 0, 0,
        "Brokers of Apache Kafka, HOST:PORT, several separated by commas; empty: without Kafka."),
    ROW("kafka.publish", BOOL, kafka_publish, "no", 0, 0,
        "Whether receipts are published to the departments' topics; yes on one daemon alone."),
    ROW("kafka.property", PAIRS, kafka.properties, "", 0, 0,
        "kafka.property.NAME = VALUE is a property of librdkafka, such as "
        "kafka.property.security.protocol; in the environment "
        "CREDENCE_KAFKA_PROPERTY_SECURITY_PROTOCOL."),
    ROW("log.level", TEXT, log_level, "info", 0, 0,
        "What is logged at least: debug, info, unusual or broken."),
};

static const char *const level_names[] = {
    [LOG_DEBUG] = "debug",
    [LOG_INFO] = "info",
    [LOG_UNUSUAL] = "unusual",
    [LOG_BROKEN] = "broken",
};

static int find_level(struct slice name)
{
    for (size_t i = 0; i < ARRAY_LEN(level_names); i++)
        if (slice_eq(slice_of(level_names[i]), name))
            return (int)i;
    return -1;
}

/* "127.0.0.1:8080", "[::1]:0", "0.0.0.0:80"; what is an address is for the network to say. */
static bool is_address(struct slice s)
{
    ptrdiff_t at = -1;
    for (ptrdiff_t next = 0; (next = slice_find(s, SLICE(":"), (size_t)next)) >= 0; next++)
        at = next;
    uint64_t port;
    if (at < 1 || !slice_u64(slice_from(s, (size_t)at + 1), &port) || port > 65535)
        return false;
    struct slice host = slice_make(s.p, (size_t)at);
    bool in_brackets = slice_starts(host, SLICE("[")) && slice_ends(host, SLICE("]"));
    return in_brackets ? host.n > 2 : slice_find(host, SLICE(":"), 0) < 0;
}

/* What a row's kind and bounds cannot tell. */
static int check_together(const struct config *c, struct reason *why)
{
    if (c->data.n == 0)
        return reason_set(why, CE_INVALID, "data: the data folder must be named");
    if (!is_address(c->listen))
        return reason_set(why, CE_INVALID,
                          "listen: \"%.*s\" does not do; expected is ADDRESS:PORT such as "
                          "127.0.0.1:8080 or [::1]:8080",
                          FMT_SLICE(c->listen));
    if (find_level(c->log_level) < 0)
        return reason_set(why, CE_INVALID,
                          "log.level: \"%.*s\" does not do; expected is debug, info, unusual or "
                          "broken",
                          FMT_SLICE(c->log_level));
    if (broker_is_configured(&c->kafka)) {
        struct reason kafka = {""};
        int r = broker_settings_check(&c->kafka, &kafka);
        if (r < 0)
            return reason_set(why, r, "kafka.property: %s", kafka.text);
    }
    return 0;
}

int config_read(struct arena *a, const char *file, const struct config_override *overrides,
                size_t override_count, struct config *ret, struct reason *reterr_why)
{
    *ret = (struct config){0};
    conf_defaults(rows, ARRAY_LEN(rows), a, ret);
    int r = 0;
    if (file)
        r = conf_file(rows, ARRAY_LEN(rows), a, file, ret, reterr_why);
    if (r == 0)
        r = conf_environment(rows, ARRAY_LEN(rows), a, ret, reterr_why);
    for (size_t i = 0; r == 0 && i < override_count; i++)
        r = conf_set(rows, ARRAY_LEN(rows), a, overrides[i].name, slice_of(overrides[i].value), ret,
                     reterr_why);
    return r == 0 ? check_together(ret, reterr_why) : r;
}

void config_print(const struct config *c, struct buf *b)
{
    buf_add_slice(b, SLICE("# Settings of creditd. Each can also be given as an environment "
                           "variable, CREDENCE_ and the\n"
                           "# name in capitals with underscores for dots, or as --set NAME=VALUE. "
                           "The command line holds\n"
                           "# over the environment, the environment over this file.\n\n"));
    conf_print(rows, ARRAY_LEN(rows), c, b);
}

bool config_has(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (strcmp(rows[i].name, name) == 0)
            return true;
    return false;
}

int config_split(struct arena *a, const char *text, struct config_override *ret,
                 struct reason *reterr_why)
{
    struct slice rest = slice_of(text);
    struct slice name = slice_trim(slice_cut(&rest, '='));
    if (!rest.p)
        return reason_set(reterr_why, CE_INVALID, "--set takes NAME=VALUE, not \"%.100s\"", text);
    ret->name = arena_dup(a, name).p;
    ret->value = rest.p;
    return 0;
}

const char *config_keys_path(struct arena *a, const struct config *c)
{
    return c->keys.n ? c->keys.p : arena_printf(a, "%.*s/keys", FMT_SLICE(c->data)).p;
}

const char *config_socket_path(struct arena *a, const char *data_dir)
{
    return arena_printf(a, "%s/creditd.sock", data_dir).p;
}

const char *config_catalogue_dir(struct arena *a, const struct config *c)
{
    return c->catalogue.n ? c->catalogue.p : installed_catalogue(a);
}

enum log_level config_log_level(const struct config *c)
{
    int level = find_level(c->log_level);
    CHECK(level >= 0);
    return (enum log_level)level;
}
