/* The only file that knows libmicrohttpd. Each request is an exchange that goes through stages:
 *
 *   NEW    the head is there: web_handle
 *   BODY   the request's body goes to an upload; when that is full the connection is put aside
 *   DRAIN  nobody wants the body (any more): it is read and dropped, within limits, because the
 * answer can only be sent behind it; or the route takes a small one, which is kept WAIT   the body
 * is whole; the upload makes the answer LATE   a worker makes the answer SENT   the answer is on
 * its way
 *
 * A handler either takes all it is given or puts the connection aside (web/gate): the library waits
 * for the network otherwise, and nothing would ever call again. An answer before the body is only
 * sent when the client waits for leave to send it (Expect), or when draining might take too long;
 * then the connection is closed behind it. What a department sends is drained to its end, however
 * long it is: once a body has begun, the library takes no answer before, and a program whose
 * connection is broken off would never learn that its file has a wrong header. */
#include "web/port.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "web/busy.h"
#include "web/dispatch.h"
#include "web/gate.h"
#include "web/listen.h"
#include "web/ready.h"
#include "web/routes.h"
#include "web/server.h"
#include "web/upload.h"

enum {
    LISTENERS_MAX = 8,
    DRAIN_BYTES_MAX = 1024 * 1024,
    DRAIN_MS_MAX = 30000,
    BLOCK_BYTES = 32 * 1024,
    PIECE_BYTES_MAX = 8 * 1024 * 1024,
    SOCKET_PART = 8,          /* of the connections, for operators and for metrics each */
    STREAM_BYTES = 64 * 1024, /* of an answer that comes piece by piece */
};
/* A request's memory: a list of records of the greatest size must fit. */
#define ARENA_BYTES_MAX ((size_t)4 << 30)

struct listener {
    struct port *port;
    enum origin origin;
    struct MHD_Daemon *daemon;
};

struct port {
    struct web *web;
    struct listener listeners[LISTENERS_MAX];
    unsigned listener_count;
    struct busy busy;
};

enum stage { STAGE_NEW, STAGE_BODY, STAGE_DRAIN, STAGE_WAIT, STAGE_LATE, STAGE_SENT };

struct exchange {
    struct port *port;
    struct MHD_Connection *con;
    enum stage stage;
    struct arena *arena;
    struct request req;
    struct response res;
    struct upload *upload;
    struct gate late;
    _Atomic bool late_is_done;
    bool closes;     /* the connection ends with this answer */
    struct buf body; /* of a route that takes a small one */
    uint64_t drained;
    int64_t drained_since_ms;
    struct buf piece; /* of a stream */
    size_t piece_sent;
    bool stream_has_ended;
    uint64_t bytes_sent;
    int64_t unsent; /* of web's account */
    int64_t began_us, took_us;
};

/* ---- waiting ---- */

static void put_aside(void *ctx)
{
    struct exchange *ex = ctx;
    MHD_suspend_connection(ex->con);
}

static void take_up(void *ctx)
{
    struct exchange *ex = ctx;
    MHD_resume_connection(ex->con);
}

/* What a worker has must come back, even while the port is being stopped. */
static bool suspend(void *ctx)
{
    struct exchange *ex = ctx;
    struct busy *b = &ex->port->busy;
    return busy_enter(b, &b->waiting, ex->stage == STAGE_LATE, put_aside, ex);
}

static void resume(void *ctx)
{
    struct exchange *ex = ctx;
    struct busy *b = &ex->port->busy;
    busy_leave(b, &b->waiting, take_up, ex);
}

/* ---- sending ---- */

static ssize_t read_stream(void *ctx, uint64_t position, char *at, size_t max)
{
    struct exchange *ex = ctx;
    (void)position;
    for (;;) {
        struct slice rest = slice_from(buf_slice(&ex->piece), ex->piece_sent);
        if (rest.n) {
            size_t n = rest.n < max ? rest.n : max;
            memcpy(at, rest.p, n);
            ex->piece_sent += n;
            ex->bytes_sent += n;
            return (ssize_t)n;
        }
        if (ex->stream_has_ended)
            return MHD_CONTENT_READER_END_OF_STREAM;
        buf_clear(&ex->piece);
        ex->piece_sent = 0;
        switch (ex->res.stream.next(ex->res.stream.ctx, &ex->piece)) {
        case STREAM_MORE:
            break;
        case STREAM_END:
            ex->stream_has_ended = true;
            break;
        case STREAM_BROKEN:
            return MHD_CONTENT_READER_END_WITH_ERROR;
        case STREAM_WAIT: {
            enum gate_turn turn = gate_wait(ex->res.stream.gate);
            if (turn == GATE_WAIT)
                return 0;
            if (turn == GATE_SHUT)
                return MHD_CONTENT_READER_END_WITH_ERROR;
        }
        }
    }
}

static void set_timeout(struct exchange *ex, int ms)
{
    MHD_set_connection_option(ex->con, MHD_CONNECTION_OPTION_TIMEOUT,
                              (unsigned)((ms + 999) / 1000));
}

/* The library's form of what is all there. */
static struct MHD_Response *whole(struct slice body, const struct field_pair *headers,
                                  unsigned count, struct arena *a)
{
    struct MHD_Response *out =
        MHD_create_response_from_buffer(body.n, (void *)(uintptr_t)body.p, MHD_RESPMEM_PERSISTENT);
    for (unsigned i = 0; out && i < count; i++)
        MHD_add_response_header(out, headers[i].name.p, arena_dup(a, headers[i].value).p);
    return out;
}

static void drop_sent(void *sent)
{
    MHD_destroy_response(sent);
}

/* That of an answer which many are given is made once; of two who make it at one time the second
 * one takes the first one's. */
static struct MHD_Response *shared(struct ready *r, struct arena *a)
{
    void *sent = atomic_load(&r->sent);
    if (sent)
        return sent;
    struct MHD_Response *mine = whole(buf_slice(&r->body), r->headers, r->header_count, a);
    r->sent_destroy = drop_sent;
    if (!mine || atomic_compare_exchange_strong(&r->sent, &sent, mine))
        return mine;
    MHD_destroy_response(mine);
    return sent;
}

static struct MHD_Response *streamed(struct exchange *ex)
{
    if (ex->res.stream.gate)
        gate_attach(ex->res.stream.gate, suspend, resume, ex);
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_stream, ex, NULL);
}

static enum MHD_Result send_answer(struct exchange *ex)
{
    struct response *res = &ex->res;
    struct MHD_Response *out;
    struct slice body = response_body(res);
    bool is_shared = res->ready && res->status == 200;
    if (is_shared) {
        CHECK(!ex->closes);
        out = shared(res->ready, ex->arena);
    } else if (res->stream.next) {
        out = streamed(ex);
        for (unsigned i = 0; out && i < res->header_count; i++)
            MHD_add_response_header(out, res->headers[i].name.p,
                                    arena_dup(ex->arena, res->headers[i].value).p);
    } else {
        out = whole(body, res->headers, res->header_count, ex->arena);
    }
    if (!out)
        return MHD_NO;
    if (!res->stream.next)
        ex->bytes_sent = body.n;
    if (ex->closes)
        MHD_add_response_header(out, MHD_HTTP_HEADER_CONNECTION, "close");
    if (ex->upload)
        set_timeout(ex, ex->port->web->o.idle_ms);
    ex->stage = STAGE_SENT;
    ex->took_us = clock_mono_us() - ex->began_us;
    enum MHD_Result r = MHD_queue_response(ex->con, res->status, out);
    if (!is_shared)
        MHD_destroy_response(out);
    ex->unsent = res->stream.next ? STREAM_BYTES : (int64_t)body.n;
    atomic_fetch_add(&ex->port->web->unsent, ex->unsent);
    /* The library has copied the headers; the body lies elsewhere. A client may read slowly. */
    arena_reset(ex->arena);
    return r;
}

/* ---- late answers ---- */

static void run_late(void *ctx)
{
    struct exchange *ex = ctx;
    struct web *w = ex->port->web;
    if (atomic_load(&w->is_stopping))
        web_refuse(w, &ex->req, &ex->res);
    else
        web_handle_late(w, &ex->req, &ex->res);
    atomic_store(&ex->late_is_done, true);
    gate_open(&ex->late);
}

static void leave_late(struct exchange *ex)
{
    struct busy *b = &ex->port->busy;
    busy_leave(b, &b->late, NULL, NULL);
}

static enum MHD_Result wait_late(struct exchange *ex)
{
    while (!atomic_load(&ex->late_is_done)) {
        enum gate_turn turn = gate_wait(&ex->late);
        CHECK(turn != GATE_SHUT);
        if (turn == GATE_WAIT)
            return MHD_YES;
    }
    leave_late(ex);
    return send_answer(ex);
}

static enum MHD_Result begin_late(struct exchange *ex)
{
    struct port *p = ex->port;
    if (!busy_enter(&p->busy, &p->busy.late, false, NULL, NULL))
        return MHD_NO;
    ex->stage = STAGE_LATE;
    gate_attach(&ex->late, suspend, resume, ex);
    bool is_errand = ex->req.route->who == WHO_OPERATOR;
    if (workers_run(is_errand ? p->web->errands : p->web->workers, run_late, ex))
        return wait_late(ex);
    leave_late(ex);
    web_refuse(p->web, &ex->req, &ex->res);
    return send_answer(ex);
}

/* ---- bodies ---- */

static enum MHD_Result wait_upload(struct exchange *ex)
{
    ex->stage = STAGE_WAIT;
    for (;;) {
        bool is_broken;
        if (web_handle_uploaded(ex->port->web, &ex->req, &ex->res, ex->upload, &is_broken))
            return is_broken ? MHD_NO : send_answer(ex);
        enum gate_turn turn = gate_wait(&ex->upload->gate);
        if (turn != GATE_LOOK)
            return turn == GATE_WAIT ? MHD_YES : MHD_NO;
    }
}

/* A client that goes away in the middle of a body may do so unnoticed: the library reads what had
 * come, and is not told again that behind it the end had come too (epoll reports changes). Shutting
 * the reading side is a change, so that it looks once more. */
static void notice_end(struct exchange *ex)
{
    char next;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(ex->con, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info && recv(info->connect_fd, &next, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
        shutdown(info->connect_fd, SHUT_RD);
}

static void begin_drain(struct exchange *ex)
{
    ex->stage = STAGE_DRAIN;
    ex->drained_since_ms = clock_mono_ms();
}

static enum MHD_Result take_body(struct exchange *ex, const char *data, size_t *size)
{
    struct slice rest = slice_make(data, *size);
    while (rest.n) {
        size_t n = upload_feed(ex->upload, rest);
        rest = slice_from(rest, n);
        if (n)
            continue;
        enum gate_turn turn = gate_wait(&ex->upload->gate);
        if (turn == GATE_SHUT)
            return MHD_NO;
        if (turn == GATE_WAIT)
            break;
    }
    *size = rest.n;
    if (rest.n)
        return MHD_YES;
    notice_end(ex);
    if (upload_has_ended(ex->upload))
        begin_drain(ex);
    return MHD_YES;
}

static bool takes_body(const struct exchange *ex)
{
    return ex->res.is_late && ex->req.route->how & HOW_BODY;
}

static enum MHD_Result drain(struct exchange *ex, const char *data, size_t *size)
{
    ex->drained += *size;
    if (takes_body(ex))
        buf_add(&ex->body, data, *size);
    *size = 0;
    notice_end(ex);
    bool is_too_much =
        ex->drained > DRAIN_BYTES_MAX || clock_mono_ms() - ex->drained_since_ms > DRAIN_MS_MAX;
    return is_too_much && !ex->upload ? MHD_NO : MHD_YES;
}

static enum MHD_Result end_drain(struct exchange *ex)
{
    if (ex->upload)
        return wait_upload(ex);
    ex->req.body = buf_slice(&ex->body);
    ex->req.body_is_too_long = ex->body.err;
    return ex->res.is_late ? begin_late(ex) : send_answer(ex);
}

/* ---- the head ---- */

static enum MHD_Result add_header(void *ctx, enum MHD_ValueKind kind, const char *key, size_t key_n,
                                  const char *value, size_t value_n)
{
    struct exchange *ex = ctx;
    (void)kind;
    ex->req.headers[ex->req.header_count++] = (struct field_pair){
        arena_dup(ex->arena, slice_make(key, key_n)),
        arena_dup(ex->arena, slice_make(value, value_n)),
    };
    return MHD_YES;
}

/* Whether where the body ends is a matter of opinion: a proxy before us may have another one, and
 * take what follows for the next request. */
static bool is_ambiguous(const struct request *r)
{
    unsigned lengths = 0;
    for (unsigned i = 0; i < r->header_count; i++)
        lengths += slice_eq_nocase(r->headers[i].name, SLICE("Content-Length"));
    struct slice coding = request_header(r, "Transfer-Encoding");
    return lengths > 1 || (coding.p && (lengths || !slice_eq_nocase(coding, SLICE("chunked"))));
}

/* Whether the answer, which is ready, goes out before the body. The library only knows how to close
 * behind such an answer for POST and PUT. */
static bool answers_early(const struct exchange *ex)
{
    uint64_t length = 0;
    if ((ex->req.method != METHOD_POST && ex->req.method != METHOD_PUT) || ex->res.is_late)
        return false;
    slice_u64(request_header(&ex->req, "Content-Length"), &length);
    bool is_endless = request_header(&ex->req, "Transfer-Encoding").n;
    bool asks = header_has_token(request_header(&ex->req, "Expect"), "100-continue");
    return is_endless || length > DRAIN_BYTES_MAX || (asks && length > 0);
}

static enum MHD_Result begin(struct exchange *ex, const char *method)
{
    struct web *w = ex->port->web;
    int count = MHD_get_connection_values_n(ex->con, MHD_HEADER_KIND, NULL, NULL);
    ex->req.method = method_of(slice_of(method));
    ex->req.headers = ARENA_ARRAY(ex->arena, struct field_pair, count + 1);
    MHD_get_connection_values_n(ex->con, MHD_HEADER_KIND, add_header, ex);
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(ex->con, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    ex->req.client = listen_client(ex->arena, info ? info->client_addr : NULL);
    if (is_ambiguous(&ex->req))
        ex->req.is_malformed = ex->closes = true;
    web_handle(w, &ex->req, &ex->res);
    ex->upload = TAKE(ex->res.upload);
    if (ex->upload) {
        ex->stage = STAGE_BODY;
        gate_attach(&ex->upload->gate, suspend, resume, ex);
        set_timeout(ex, w->o.upload_idle_ms);
        notice_end(ex);
        return MHD_YES;
    }
    if (answers_early(ex)) {
        ex->closes = true;
        return send_answer(ex);
    }
    begin_drain(ex);
    return MHD_YES;
}

/* ---- the library's calls ---- */

static void *on_target(void *cls, const char *uri, struct MHD_Connection *con)
{
    struct listener *l = cls;
    struct exchange *ex = calloc(1, sizeof *ex);
    CHECK(ex);
    ex->port = l->port;
    ex->con = con;
    ex->arena = arena_create(ARENA_BYTES_MAX);
    ex->req = (struct request){.arena = ex->arena, .origin = l->origin};
    ex->began_us = clock_mono_us();
    response_init(&ex->res);
    gate_init(&ex->late);
    buf_init(&ex->piece, PIECE_BYTES_MAX);
    buf_init(&ex->body, REQUEST_BODY_BYTES_MAX);
    request_target(&ex->req, arena_dup(ex->arena, slice_of(uri)));
    busy_enter(&l->port->busy, &l->port->busy.exchanges, true, NULL, NULL);
    return ex;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *con, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *size, void **con_cls)
{
    struct exchange *ex = *con_cls;
    (void)cls, (void)con, (void)url, (void)version;
    switch (ex->stage) {
    case STAGE_NEW:
        return begin(ex, method);
    case STAGE_BODY:
        if (*size)
            return take_body(ex, data, size);
        upload_finish(ex->upload);
        return wait_upload(ex);
    case STAGE_DRAIN:
        return *size ? drain(ex, data, size) : end_drain(ex);
    case STAGE_WAIT:
        return wait_upload(ex);
    case STAGE_LATE:
        return wait_late(ex);
    case STAGE_SENT:
        break;
    }
    return MHD_YES;
}

static void on_end(void *cls, struct MHD_Connection *con, void **con_cls,
                   enum MHD_RequestTerminationCode how)
{
    struct exchange *ex = TAKE(*con_cls);
    (void)cls, (void)con, (void)how;
    if (!ex)
        return;
    struct port *p = ex->port;
    if (ex->stage == STAGE_LATE) /* the answer was there, but the connection was not */
        leave_late(ex);
    atomic_fetch_sub(&p->web->unsent, ex->unsent);
    if (ex->stage == STAGE_SENT)
        web_account(&ex->req, ex->res.status, ex->bytes_sent, ex->took_us);
    upload_drop(ex->upload);
    response_fini(&ex->res);
    buf_fini(&ex->piece);
    buf_fini(&ex->body);
    gate_fini(&ex->late);
    arena_destroy(ex->arena);
    free(ex);
    busy_leave(&p->busy, &p->busy.exchanges, NULL, NULL);
}

static void on_connection(void *cls, struct MHD_Connection *con, void **socket_cls,
                          enum MHD_ConnectionNotificationCode how)
{
    struct listener *l = cls;
    (void)con, (void)socket_cls;
    atomic_fetch_add(&l->port->web->connections,
                     how == MHD_CONNECTION_NOTIFY_STARTED ? 1 : (unsigned)-1);
}

static void on_message(void *cls, const char *fmt, va_list list)
{
    char text[300];
    (void)cls;
    vsnprintf(text, sizeof text, fmt, list);
    log_event(LOG_DEBUG, "http.library", LOG_S("text", slice_trim(slice_of(text))));
}

/* ---- start and stop ---- */

static struct MHD_Daemon *start_daemon(struct listener *l, int fd)
{
    const struct web_options *o = &l->port->web->o;
    bool is_public = l->origin == ORIGIN_PUBLIC;
    unsigned others = o->connections / SOCKET_PART + 1;
    struct MHD_OptionItem pool[] = {
        {is_public && o->threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END,
         (intptr_t)o->threads, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    return MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL,
        on_request, l, MHD_OPTION_EXTERNAL_LOGGER, on_message, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_CONNECTION_LIMIT,
        is_public ? o->connections - others : others, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)((o->idle_ms + 999) / 1000), MHD_OPTION_URI_LOG_CALLBACK, on_target, l,
        MHD_OPTION_NOTIFY_COMPLETED, on_end, l, MHD_OPTION_NOTIFY_CONNECTION, on_connection, l,
        MHD_OPTION_ARRAY, pool, MHD_OPTION_END);
}

int port_start(struct web *w, const struct port_listener *listeners, unsigned count,
               struct port **ret, struct reason *reterr_why)
{
    CHECK(count <= LISTENERS_MAX);
    struct port *p = calloc(1, sizeof *p);
    CHECK(p);
    p->web = w;
    busy_init(&p->busy);
    for (unsigned i = 0; i < count; i++) {
        struct listener *l = &p->listeners[i];
        *l = (struct listener){.port = p, .origin = listeners[i].origin};
        l->daemon = start_daemon(l, listeners[i].fd);
        if (!l->daemon) {
            for (unsigned k = i; k < count; k++)
                close(listeners[k].fd);
            port_stop(p, 0);
            return reason_set(reterr_why, CE_IO, "the HTTP library could not begin to listen");
        }
        p->listener_count++;
    }
    *ret = p;
    return 0;
}

void port_stop(struct port *p, int wait_ms)
{
    if (!p)
        return;
    for (unsigned i = 0; i < p->listener_count; i++) {
        int fd = MHD_quiesce_daemon(p->listeners[i].daemon);
        if (fd >= 0)
            close(fd);
    }
    if (!busy_wait_idle(&p->busy, wait_ms))
        log_event(LOG_INFO, "http.breaking-off");
    busy_end(&p->busy);
    /* Who waits is woken by what it waits for: a submission goes on, a worker comes to an end. The
     * library may not be stopped before. */
    while (!busy_wait_free(&p->busy, 10000))
        log_event(LOG_UNUSUAL, "http.still-busy");
    for (unsigned i = 0; i < p->listener_count; i++)
        MHD_stop_daemon(p->listeners[i].daemon);
    busy_fini(&p->busy);
    free(p);
}
