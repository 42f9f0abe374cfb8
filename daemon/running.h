#pragma once
#include "base/clock.h"
#include "daemon/config.h"
#include "daemon/exit_code.h"
#include "daemon/holding.h"
#include "daemon/lag.h"
#include "daemon/memory.h"
#include "daemon/receipts_sender.h"
#include "ingest/outbox.h"
#include "ingest/publish.h"
#include "ingest/stream.h"
#include "ingest/writer.h"
#include "query/query.h"
#include "web/web.h"

/* The parts of a creditd at work, from the floor up. Built by running_start in this order and taken
 * down by running_stop in the reverse one. */
struct running {
    const struct config *config;
    struct memory_plan memory;
    struct arena *arena; /* texts that live as long as all of it */
    struct clock clock;
    struct holding holding; /* keys, store, catalogue */
    struct answer_cache *cache;
    struct writer *writer;
    struct lag *lag;                /* only with Apache Kafka */
    struct receipts_sender *sender; /* both with kafka.publish alone */
    struct publish *publish;
    struct stream *stream; /* NULL: no broker is configured */
    struct outbox *outbox; /* likewise */
    struct web *web;
    struct utc_ms started;
};

/* EXIT_CODE_OK: requests are answered from now on. Else how the program should end, with what to do
 * in the reason; then nothing is left running. */
enum exit_code running_start(const struct config *c, struct running *ret,
                             struct reason *reterr_why);
/* The two halves of it that `creditctl rebuild` uses: what holds the store, with writer and
 * catalogue; and what takes messages. Nobody is answered, and nothing is told. */
enum exit_code running_begin(const struct config *c, struct running *ret,
                             struct reason *reterr_why);
enum exit_code running_take_messages(struct running *r, struct reason *reterr_why);
/* Lets requests end, commits what is at hand, closes the store. */
void running_stop(struct running *r);

/* Reads the catalogue's files anew. What is refused changes nothing; it is logged and counted.
 * `dir` empty: the folder that the settings name. */
int running_load_catalogue(struct running *r, struct slice dir, size_t *ret_new,
                           struct reason *reterr_why);

/* What operators may ask for over the socket; operator.c. */
struct web_operator running_operator(struct running *r);
