/* Alive, ready, metrics. */
#include "base/metric.h"
#include "web/problem.h"
#include "web/routes.h"
#include "web/server.h"

enum { STREAM_TEXT_MAX = 4096 };

void health_alive(struct call *c)
{
    struct json_out o = call_json(c);
    json_object_begin(&o);
    json_put_cstr(&o, "state", "alive");
    json_put_cstr(&o, "version", CREDENCE_VERSION);
    json_object_end(&o);
}

void health_ready(struct call *c)
{
    const struct web_operator *op = &c->web->o.operator;
    const char *why = "";
    if (atomic_load(&c->web->is_stopping)) {
        REFUSE(c, STOPPING);
        return;
    }
    if (op->is_ready && !op->is_ready(op->ctx, &why)) {
        REFUSE(c, NOT_READY, .detail = slice_of(why));
        return;
    }
    struct json_out o = call_json(c);
    json_object_begin(&o);
    json_put_cstr(&o, "state", "ready");
    if (op->stream_state) {
        AUTO_BUF(trouble, STREAM_TEXT_MAX);
        op->stream_state(op->ctx, &trouble);
        json_key(&o, "stream");
        json_object_begin(&o);
        json_put_cstr(&o, "state", trouble.n ? "waiting" : "taking");
        if (trouble.n)
            json_put_string(&o, "why", buf_slice(&trouble));
        json_object_end(&o);
    }
    json_object_end(&o);
}

void health_metrics(struct call *c)
{
    const struct web_operator *op = &c->web->o.operator;
    if (op->measure)
        op->measure(op->ctx);
    response_header(c->res, "Content-Type", SLICE("text/plain; version=0.0.4; charset=utf-8"));
    metric_expose(&c->res->body);
    if (op->expose)
        op->expose(op->ctx, &c->res->body);
}
