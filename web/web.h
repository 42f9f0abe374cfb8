#pragma once
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/crypt.h"
#include "base/err.h"
#include "base/json.h"
#include "base/slice.h"
#include "ingest/writer.h"
#include "query/query.h"

/* The register on the network: the public API and pages over TCP, and the same with operator rights
 * over a Unix socket. Which requests there are stands in routes.def; docs/api/openapi.yaml tells
 * what they take and answer. */
struct web;
struct outbox;

/* What an operator decides about a partition of Apache Kafka. */
struct web_decision {
    struct slice topic;
    uint32_t partition;
    struct slice decision; /* "skip", "from", "adopt" */
    bool has_offset;
    uint64_t offset;
    struct slice who; /* at most 64 bytes */
};

/* What operators ask for that touches the store; the program that owns the store supplies it. Each
 * call may take long, comes from a worker thread and may come from several at a time. Where there
 * is an `o`, members are written into the object that is open there. Failures: CE_NOT_FOUND 404,
 * CE_INVALID 422, CE_CONFLICT 409, CE_UNAVAILABLE 503, others 500, each with the reason as detail.
 */
struct web_operator {
    void *ctx;
    /* POST /v1/operator/keys?department=D&name=N: id, department, name, created_at, key (the
     * secret, shown this once). CE_NOT_FOUND for an unknown department. */
    int (*key_add)(void *ctx, struct slice department, struct slice name, struct json_out *o,
                   struct reason *reterr_why);
    /* GET /v1/operator/keys: `items` of id, department, name, created_at. */
    int (*key_list)(void *ctx, struct json_out *o, struct reason *reterr_why);
    /* DELETE /v1/operator/keys/{id}. */
    int (*key_remove)(void *ctx, struct slice id, struct reason *reterr_why);
    /* GET /v1/operator/digest?theme=T&history=yes&ledger=yes: digest and whatever goes with it.
     * Empty theme: all. */
    int (*digest)(void *ctx, struct slice theme, bool history, bool ledger, struct json_out *o,
                  struct reason *reterr_why);
    /* GET /v1/operator/check: lines as they come (without line end). `say` returns false when
     * nobody listens any more. 0: the store is content; CE_FORMAT: it is not, and the lines say
     * where. */
    int (*check)(void *ctx, bool (*say)(void *to, struct slice line), void *to,
                 struct reason *reterr_why);
    /* POST /v1/operator/catalogue?dir=PATH: loads, checks, puts into force. Empty: the folder in
     * use. CE_INVALID or CE_CONFLICT with "FILE:LINE: what; remedy". */
    int (*catalogue_load)(void *ctx, struct slice dir, struct json_out *o,
                          struct reason *reterr_why);
    /* GET /v1/operator/offsets: `items` of partitions of Apache Kafka, `decisions` about them. */
    int (*offsets)(void *ctx, struct json_out *o, struct reason *reterr_why);
    /* POST /v1/operator/offsets?topic=T&partition=N&decision=skip|from|adopt&offset=N&who=W:
     * decides how a stopped partition goes on. CE_NOT_FOUND: it was never read; CE_CONFLICT: it has
     * not stopped, or not in that way. */
    int (*offsets_decide)(void *ctx, const struct web_decision *d, struct json_out *o,
                          struct reason *reterr_why);
    /* GET /v1/operator/status and /v1/operator/stores. */
    int (*status)(void *ctx, struct json_out *o, struct reason *reterr_why);
    int (*stores)(void *ctx, struct json_out *o, struct reason *reterr_why);
    /* Brings gauges up to date before they are shown. NULL: nothing to do. */
    void (*measure)(void *ctx);
    /* Further metrics, in the text format. NULL: none. */
    void (*expose)(void *ctx, struct buf *b);
    /* What is wrong with what comes through Apache Kafka, for a person; nothing when all is well.
     * NULL: none is configured. */
    void (*stream_state)(void *ctx, struct buf *b);
    /* Whether requests can be answered; *ret_why is a literal that says what is missing. Called
     * from any thread, must be quick. NULL: always. */
    bool (*is_ready)(void *ctx, const char **ret_why);
    /* From where to where the brokers keep a partition of Apache Kafka, as heard within the last
     * seconds; may wait some seconds. False: they do not say. NULL: there is none. */
    bool (*watermarks)(void *ctx, struct slice topic, uint32_t partition, uint64_t *ret_low,
                       uint64_t *ret_high);
};

struct web_options {
    const char *listen; /* "127.0.0.1:8080", "[::1]:8080", "0.0.0.0:8080"; NULL or "": no TCP */
    const char *unix_socket; /* path, made with mode 0600; NULL: none */
    /* Who may read /metrics besides the Unix socket, separated by commas: client addresses
     * ("10.0.0.7") that may on `listen`, or ADDRESS:PORT of a listener for nothing else. */
    const char *metrics_listen;
    struct query_source source;                 /* its `catalogue` is not used */
    const struct catalogue *_Atomic *catalogue; /* the one in force; old ones stay readable */
    struct writer *writer;
    struct outbox *outbox; /* uploads go through Apache Kafka; NULL: none is configured */
    struct day born_min;   /* earliest birth day believed in an identity number */
    struct web_operator operator;
    unsigned threads;     /* that answer what is quick; 0: 2 */
    unsigned workers;     /* for what takes longer; 0: 4 */
    unsigned connections; /* at one time; 0: 1000 */
    int64_t unsent_bytes; /* of answers that are not sent yet, beyond which 503; 0: 128 MiB */
    unsigned uploads;     /* at one time, beyond which 503; 0: 64 */
    unsigned turns;       /* of them, how many judge rows; 0: 4 */
    size_t parcel_bytes;  /* of judged rows; ingest/submission.h */
    int idle_ms;          /* a connection on which nothing moves is closed; 0: 60 s */
    int upload_idle_ms;   /* the same within an upload; 0: 120 s */
    int upload_busy_ms;   /* how long an upload waits for another one of the same batch */
    int stop_ms;          /* how long web_stop waits for requests to end by themselves; 0: 10 s */
};

/* Listens from the moment it returns 0. CE_BUSY for a taken port or a socket on which another
 * creditd answers, CE_INVALID for an address that cannot be understood, CE_DENIED for a port that
 * needs rights, each with what to do. Strings are copied; everything else must outlive it. */
int web_start(const struct web_options *o, struct web **ret, struct reason *reterr_why);
/* Accepts nothing new, lets requests end, breaks off what takes longer, ends all threads, removes
 * the Unix socket. The writer must still run. Accepts NULL. */
void web_stop(struct web *w);
/* What it takes of memory now: connections, and answers that are not sent yet. */
unsigned web_connections(const struct web *w);
int64_t web_unsent_bytes(const struct web *w);
/* The TCP port that is listened on; 0: none. */
unsigned web_port(const struct web *w);
