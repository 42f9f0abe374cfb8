/* Start and stop: what needs no socket first, then the sockets; the reverse at the end. */
#include "web/web.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/log.h"
#include "web/listen.h"
#include "web/port.h"
#include "web/server.h"
#include "web/themes.h"

enum {
    ERRAND_THREADS = 2,
    JOBS_MAX = 4096,
    LISTENERS_MAX = 8,
    ADDRESS_BYTES = 300,
    UNSENT_BYTES = 128 << 20
};

/* The sockets that are open before the port takes them. */
struct sockets {
    struct port_listener list[LISTENERS_MAX];
    unsigned count;
};

void web_init(struct web *w, const struct web_options *o)
{
    *w = (struct web){.o = *o};
    w->o.threads = o->threads ? o->threads : 2;
    w->o.workers = o->workers ? o->workers : 4;
    w->o.connections = o->connections ? o->connections : 1000;
    w->o.unsent_bytes = o->unsent_bytes ? o->unsent_bytes : UNSENT_BYTES;
    w->o.idle_ms = o->idle_ms ? o->idle_ms : 60000;
    w->o.upload_idle_ms = o->upload_idle_ms ? o->upload_idle_ms : 120000;
    w->o.stop_ms = o->stop_ms ? o->stop_ms : 10000;
    w->statistics = statistics_cache_create();
    w->themes = themes_create();
    w->sessions = sessions_create();
    w->workers = workers_create("web-work", w->o.workers, JOBS_MAX);
    w->errands = workers_create("web-errand", ERRAND_THREADS, JOBS_MAX);
    w->reaper = workers_create("web-reaper", 1, JOBS_MAX);
}

void web_fini(struct web *w)
{
    workers_destroy(w->workers);
    workers_destroy(w->errands);
    workers_destroy(w->reaper);
    statistics_cache_destroy(w->statistics);
    themes_destroy(w->themes);
    sessions_destroy(w->sessions);
}

static int add_tcp(struct sockets *s, const char *address, enum origin origin, unsigned *ret_port,
                   struct reason *why)
{
    if (s->count == LISTENERS_MAX - 1)
        return reason_set(why, CE_INVALID, "more than %d addresses to listen on",
                          LISTENERS_MAX - 1);
    int r = listen_tcp(address, &s->list[s->count].fd, ret_port, why);
    if (r == 0)
        s->list[s->count++].origin = origin;
    return r;
}

/* An address as clients have it, in its shortest form. */
static int add_client(struct web *w, struct slice address, struct reason *why)
{
    uint8_t bytes[sizeof(struct in6_addr)];
    char text[CLIENT_BYTES] = "";
    if (address.n < sizeof text)
        memcpy(text, address.p, address.n);
    int family = memchr(text, ':', sizeof text) ? AF_INET6 : AF_INET;
    if (w->metrics_client_count == METRICS_CLIENTS_MAX)
        return reason_set(why, CE_INVALID, "more than %d addresses in metrics.listen",
                          METRICS_CLIENTS_MAX);
    if (inet_pton(family, text, bytes) != 1)
        return reason_set(why, CE_INVALID,
                          "metrics.listen: \"%.*s\" is neither a client's address nor ADDRESS:PORT",
                          FMT_SLICE(address));
    inet_ntop(family, bytes, w->metrics_clients[w->metrics_client_count++], CLIENT_BYTES);
    return 0;
}

static int add_metrics(struct web *w, struct sockets *s, const char *list, struct reason *why)
{
    struct slice rest = slice_of(list);
    int r = 0;
    while (r == 0 && rest.n) {
        struct slice one = slice_trim(slice_cut(&rest, ',')), host, port;
        char address[ADDRESS_BYTES];
        unsigned ignored;
        if (!one.n)
            continue;
        if (!listen_split(one, &host, &port)) {
            r = add_client(w, one, why);
            continue;
        }
        snprintf(address, sizeof address, "%.*s", FMT_SLICE(one));
        r = add_tcp(s, address, ORIGIN_METRICS, &ignored, why);
    }
    return r;
}

static int open_sockets(struct web *w, const struct web_options *o, struct sockets *s,
                        struct reason *why)
{
    int r = 0;
    if (o->listen && *o->listen)
        r = add_tcp(s, o->listen, ORIGIN_PUBLIC, &w->tcp_port, why);
    if (r == 0 && o->metrics_listen)
        r = add_metrics(w, s, o->metrics_listen, why);
    if (r == 0 && o->unix_socket) {
        r = listen_unix(o->unix_socket, &s->list[s->count].fd, why);
        if (r == 0) {
            s->list[s->count++].origin = ORIGIN_OPERATOR;
            w->unix_socket = strdup(o->unix_socket);
            CHECK(w->unix_socket);
        }
    }
    return r;
}

static void close_sockets(struct sockets *s)
{
    for (unsigned i = 0; i < s->count; i++)
        close(s->list[i].fd);
}

int web_start(const struct web_options *o, struct web **ret, struct reason *reterr_why)
{
    struct web *w = calloc(1, sizeof *w);
    CHECK(w);
    web_init(w, o);
    struct sockets s = {.count = 0};
    int r = open_sockets(w, o, &s, reterr_why);
    if (r < 0)
        close_sockets(&s);
    else
        r = port_start(w, s.list, s.count, &w->port, reterr_why);
    if (r < 0) {
        web_stop(w);
        return r;
    }
    log_event(LOG_INFO, "http.listening", LOG_C("address", o->listen ? o->listen : ""),
              LOG_I("port", w->tcp_port), LOG_C("socket", w->unix_socket ? w->unix_socket : ""));
    *ret = w;
    return 0;
}

void web_stop(struct web *w)
{
    if (!w)
        return;
    if (w->unix_socket)
        unlink(w->unix_socket);
    atomic_store(&w->is_stopping, true);
    port_stop(w->port, w->o.stop_ms);
    web_fini(w);
    free(w->unix_socket);
    free(w);
}

unsigned web_port(const struct web *w)
{
    return w->tcp_port;
}

unsigned web_connections(const struct web *w)
{
    return atomic_load(&w->connections);
}

int64_t web_unsent_bytes(const struct web *w)
{
    return atomic_load(&w->unsent);
}
