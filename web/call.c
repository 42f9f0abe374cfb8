/* What all handlers share: beginning a JSON answer, and failing. */
#include "web/call.h"

#include "base/log.h"
#include "web/problem.h"
#include "web/routes.h"

struct json_out call_json(struct call *c)
{
    response_header(c->res, "Content-Type", SLICE("application/json; charset=utf-8"));
    return json_out_of(&c->res->body);
}

void call_fail(struct call *c, int err)
{
    if (err == CE_UNAVAILABLE) {
        response_header(c->res, "Retry-After", SLICE("5"));
        problem_answer(c, PROBLEM_STORE_UNAVAILABLE, NULL);
        return;
    }
    log_event(LOG_BROKEN, "http.failed",
              LOG_C("route", c->req->route ? c->req->route->pattern : "-"),
              LOG_C("error", err_text(err)));
    problem_answer(c, PROBLEM_INTERNAL, NULL);
}

bool call_wants_json(const struct call *c)
{
    const struct request *r = c->req;
    if (r->origin != ORIGIN_PUBLIC)
        return true;
    if (r->route)
        return !(r->route->how & HOW_PAGE);
    bool is_api = r->segment_count && slice_eq(r->segments[0], SLICE("v1"));
    return is_api || !request_accepts(r, "text/html");
}
