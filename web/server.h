#pragma once
#include <stdatomic.h>
#include <stdbool.h>

#include "query/accounts.h"
#include "web/session.h"
#include "web/web.h"
#include "web/workers.h"

/* The inside of struct web, for web/ alone. */
enum { METRICS_CLIENTS_MAX = 16, CLIENT_BYTES = 64 };

struct port;
struct themes;
struct web {
    struct web_options o; /* its strings are not used after the start */
    struct statistics_cache *statistics;
    struct themes *themes; /* their texts in answers */
    struct sessions *sessions;
    struct workers *workers; /* answers that take long */
    struct workers *errands; /* of operators: may take minutes, and must not hold up the others */
    struct workers *reaper;  /* ends uploads whose connection is gone */
    struct port *port;       /* NULL in tests without a socket */
    char *unix_socket;       /* its path, once it is made */
    unsigned tcp_port;
    char metrics_clients[METRICS_CLIENTS_MAX][CLIENT_BYTES];
    unsigned metrics_client_count;
    atomic_uint connections; /* open now, on all listeners */
    _Atomic int64_t unsent;  /* bytes of answers that are made and not yet sent */
    atomic_bool is_stopping; /* nothing that takes long is begun */
};

/* Fills in defaults and makes what needs no socket; also for tests. */
void web_init(struct web *w, const struct web_options *o);
/* Waits for what runs. */
void web_fini(struct web *w);
