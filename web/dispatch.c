/* The way of each request: route, parameters, view, key, handler, and what every answer carries. */
#include "web/dispatch.h"

#include "base/check.h"
#include "base/crypt.h"
#include "base/log.h"
#include "base/metric.h"
#include "web/auth.h"
#include "web/params.h"
#include "web/problem.h"
#include "web/ready.h"
#include "web/routes.h"
#include "web/server.h"
#include "web/upload.h"

static struct call call_of(struct web *w, struct request *req, struct response *res)
{
    struct call c = {.web = w, .req = req, .res = res, .source = w->o.source};
    c.source.catalogue = atomic_load(w->o.catalogue);
    return c;
}

static bool open_view(struct call *c)
{
    int r = query_open(&c->source, c->req->arena, &c->q);
    if (r < 0) {
        call_fail(c, r);
        return false;
    }
    c->has_view = true;
    return true;
}

static void run(struct call *c)
{
    const struct route *route = c->req->route;
    bool is_page = route->how & HOW_PAGE;
    if (!is_page && !params_known(c, route->params))
        return;
    if (c->req->body_is_too_long) {
        REFUSE(c, BODY_LONG);
        return;
    }
    bool needs_view = route->how & HOW_VIEW;
    if (needs_view && !open_view(c))
        return;
    if (route->who != WHO_DEPARTMENT || auth_department(c))
        route->handle(c);
    if (c->has_view)
        query_close(&c->q);
}

/* A weak tag of what is answered and nothing else, so that it tells nothing that the answer does
 * not. */
static void put_tag(struct call *c)
{
    uint8_t hash[32];
    char hex[33];
    struct response *res = c->res;
    crypt_sha256(buf_slice(&res->body), hash);
    hex_print(hash, 16, hex);
    struct slice tag = arena_printf(c->req->arena, "W/\"%s\"", hex);
    response_header(res, "ETag", tag);
}

/* Leaves out what the client has. */
static void compare_tag(struct call *c)
{
    struct slice known = request_header(c->req, "If-None-Match");
    struct slice tag = response_header_get(c->res, "ETag");
    if (known.n && tag.n &&
        (slice_find(known, slice_from(tag, 2), 0) >= 0 || slice_eq(known, SLICE("*"))))
        c->res->status = 304;
}

static void finish(struct call *c)
{
    struct response *res = c->res;
    const struct route *route = c->req->route;
    if (res->is_late || res->upload)
        return;
    if (res->body.err) {
        buf_clear(&res->body);
        res->header_count = 0;
        call_fail(c, CE_TOO_LARGE);
    }
    if (res->status == 200 && route && route->how & HOW_TAG && !res->stream.next)
        put_tag(c);
    if (!response_header_get(res, "Cache-Control").n)
        response_header(res, "Cache-Control",
                        route && route->who != WHO_ANYONE ? SLICE("no-store") : SLICE("no-cache"));
    response_header(res, "X-Content-Type-Options", SLICE("nosniff"));
    if (!response_header_get(res, "Referrer-Policy").n)
        response_header(res, "Referrer-Policy", SLICE("no-referrer"));
    if (res->status != 200 || !route)
        return;
    if (route->how & HOW_KEEP && c->source.cache) {
        ready_keep(c->source.cache, &c->q, c->req->target, res);
        metric_add(METRIC_ANSWERS_MADE, 1);
    }
    compare_tag(c);
}

/* Without a view, and without taking parameters apart: the same address, the same answer. */
static bool answer_again(struct call *c)
{
    if (!(c->req->route->how & HOW_KEEP) || !c->source.cache ||
        !ready_again(c->source.cache, c->source.catalogue, clock_now(c->source.clock),
                     c->req->target, c->res))
        return false;
    metric_add(METRIC_ANSWERS_KEPT, 1);
    compare_tag(c);
    return true;
}

static bool may_read_metrics(const struct web *w, const struct request *req)
{
    if (req->origin != ORIGIN_PUBLIC)
        return true;
    for (unsigned i = 0; i < w->metrics_client_count; i++)
        if (slice_eq(slice_of(w->metrics_clients[i]), req->client))
            return true;
    return false;
}

/* Whoever reads slowly holds an answer in memory. Handing in is let through: its bodies are counted
 * elsewhere and its answer comes piece by piece. */
static bool has_room(const struct web *w, const struct request *req)
{
    return !(req->route->how & HOW_VIEW) || req->method == METHOD_POST ||
           atomic_load(&w->unsent) < w->o.unsent_bytes;
}

static void refuse_route(struct call *c, struct slice allow)
{
    if (!allow.n) {
        REFUSE(c, NOT_FOUND);
        return;
    }
    response_header(c->res, "Allow", allow);
    if (c->req->method == METHOD_OPTIONS)
        c->res->status = 204;
    else
        problem_answer(c, PROBLEM_METHOD, NULL);
}

void web_handle(struct web *w, struct request *req, struct response *res)
{
    struct call c = call_of(w, req, res);
    struct slice allow = {0};
    if (req->is_malformed) {
        problem_answer(&c, PROBLEM_MALFORMED, NULL);
    } else if (!route_find(req, &allow)) {
        refuse_route(&c, allow);
    } else if (req->route->handle == health_metrics && !may_read_metrics(w, req)) {
        req->route = NULL;
        problem_answer(&c, PROBLEM_NOT_FOUND, NULL);
    } else if (!has_room(w, req)) {
        response_header(res, "Retry-After", SLICE("2"));
        problem_answer(&c, PROBLEM_BUSY, NULL);
    } else if (req->route->how & HOW_LATE) {
        res->is_late = true;
    } else if (answer_again(&c)) {
        return;
    } else {
        run(&c);
    }
    finish(&c);
}

void web_handle_late(struct web *w, struct request *req, struct response *res)
{
    CHECK(res->is_late);
    res->is_late = false;
    struct call c = call_of(w, req, res);
    run(&c);
    finish(&c);
}

bool web_handle_uploaded(struct web *w, struct request *req, struct response *res, struct upload *u,
                         bool *ret_broken)
{
    struct call c = call_of(w, req, res);
    if (!upload_answer(&c, u, ret_broken))
        return false;
    finish(&c);
    return true;
}

void web_refuse(struct web *w, struct request *req, struct response *res)
{
    response_clear(res);
    struct call c = call_of(w, req, res);
    response_header(res, "Retry-After", SLICE("10"));
    problem_answer(&c, PROBLEM_STOPPING, NULL);
    finish(&c);
}

void web_account(const struct request *req, unsigned status, uint64_t bytes, int64_t us)
{
    enum metric class = status >= 500   ? METRIC_REQUESTS_5XX
                        : status >= 400 ? METRIC_REQUESTS_4XX
                        : status >= 300 ? METRIC_REQUESTS_3XX
                                        : METRIC_REQUESTS_2XX;
    metric_add(class, 1);
    metric_add(METRIC_REQUEST_US, us);
    log_event(LOG_DEBUG, "http.request", LOG_C("method", method_text(req->method)),
              LOG_C("route", req->route ? req->route->pattern : "-"), LOG_I("status", status),
              LOG_I("bytes", bytes), LOG_I("us", us));
}
