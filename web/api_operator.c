/* What only an operator may ask, over the Unix socket. The work is the daemon's; here it gets its
 * parameters and its answer a form. */
#include "base/check.h"
#include "query/endings.h"
#include "web/flow.h"
#include "web/lookup.h"
#include "web/paging.h"
#include "web/params.h"
#include "web/problem.h"
#include "web/put.h"
#include "web/routes.h"
#include "web/server.h"

/* The reason's own words go to the operator: they may name a file of this machine. */
static void answer_failure(struct call *c, int r, const struct reason *why)
{
    enum problem p = r == CE_NOT_FOUND     ? PROBLEM_OPERATOR_UNKNOWN
                     : r == CE_INVALID     ? PROBLEM_OPERATOR_REFUSED
                     : r == CE_CONFLICT    ? PROBLEM_OPERATOR_CONFLICT
                     : r == CE_UNAVAILABLE ? PROBLEM_STORE_UNAVAILABLE
                     : r == CE_NO_ROOM     ? PROBLEM_STORE_UNAVAILABLE
                                           : PROBLEM_INTERNAL;
    const char *text = why->text[0] ? why->text : err_text(r);
    problem_answer(c, p,
                   &(struct problem_more){.detail = arena_dup(c->req->arena, slice_of(text))});
}

/* An answer that is one object. */
struct object {
    struct json_out out;
    struct reason why;
};

static struct object object_begin(struct call *c)
{
    struct object o = {.out = call_json(c)};
    json_object_begin(&o.out);
    return o;
}

static void object_end(struct call *c, struct object *o, int r)
{
    if (r < 0)
        answer_failure(c, r, &o->why);
    else
        json_object_end(&o->out);
}

void operator_key_add(struct call *c)
{
    const struct web_operator *op = &c->web->o.operator;
    struct slice department = {0}, name = {0};
    if (!param_required(c, "department") || !param_text(c, "department", 64, &department) ||
        !param_text(c, "name", 100, &name))
        return;
    struct object o = object_begin(c);
    int r = op->key_add(op->ctx, department, name, &o.out, &o.why);
    object_end(c, &o, r);
    if (r == 0)
        c->res->status = 201;
}

void operator_key_list(struct call *c)
{
    const struct web_operator *op = &c->web->o.operator;
    struct object o = object_begin(c);
    int r = op->key_list(op->ctx, &o.out, &o.why);
    put_next(&o.out, (struct slice){0});
    object_end(c, &o, r);
}

void operator_key_remove(struct call *c)
{
    const struct web_operator *op = &c->web->o.operator;
    struct reason why = {{0}};
    int r = op->key_remove(op->ctx, c->req->args[0], &why);
    if (r < 0)
        answer_failure(c, r, &why);
    else
        c->res->status = 204;
}

void operator_digest(struct call *c)
{
    const struct web_operator *op = &c->web->o.operator;
    struct slice theme = {0};
    bool history = false, ledger = false;
    if (!param_text(c, "theme", 64, &theme) || !param_flag(c, "history", &history) ||
        !param_flag(c, "ledger", &ledger))
        return;
    struct object o = object_begin(c);
    object_end(c, &o, op->digest(op->ctx, theme, history, ledger, &o.out, &o.why));
}

void operator_catalogue(struct call *c)
{
    const struct web_operator *op = &c->web->o.operator;
    struct slice dir = {0};
    if (!param_text(c, "dir", 4096, &dir))
        return;
    struct object o = object_begin(c);
    int r = op->catalogue_load(op->ctx, dir, &o.out, &o.why);
    if (r == CE_INVALID)
        REFUSE(c, CATALOGUE_REFUSED, .detail = arena_dup(c->req->arena, slice_of(o.why.text)));
    else
        object_end(c, &o, r);
}

void operator_status(struct call *c)
{
    const struct web_operator *op = &c->web->o.operator;
    struct object o = object_begin(c);
    object_end(c, &o, op->status(op->ctx, &o.out, &o.why));
}

void operator_stores(struct call *c)
{
    const struct web_operator *op = &c->web->o.operator;
    struct object o = object_begin(c);
    object_end(c, &o, op->stores(op->ctx, &o.out, &o.why));
}

void operator_offsets_list(struct call *c)
{
    const struct web_operator *op = &c->web->o.operator;
    struct object o = object_begin(c);
    object_end(c, &o, op->offsets(op->ctx, &o.out, &o.why));
}

void operator_offsets_post(struct call *c)
{
    const struct web_operator *op = &c->web->o.operator;
    struct web_decision d = {.who = SLICE("?")};
    uint64_t partition = 0;
    if (!param_required(c, "topic") || !param_text(c, "topic", 249, &d.topic) ||
        !param_required(c, "partition") ||
        !param_number(c, "partition", 0, INT32_MAX, &partition) || !param_required(c, "decision") ||
        !param_text(c, "decision", 16, &d.decision) ||
        !param_number(c, "offset", 0, INT64_MAX, &d.offset) || !param_text(c, "who", 64, &d.who))
        return;
    d.partition = (uint32_t)partition;
    d.has_offset = request_param(c->req, "offset").n > 0;
    if (d.who.n > 64)
        d.who.n = utf8_valid_prefix(slice_make(d.who.p, 64));
    struct object o = object_begin(c);
    object_end(c, &o, op->offsets_decide(op->ctx, &d, &o.out, &o.why));
}

static void put_ending(struct json_out *o, const struct catalogue *c, const struct ending_answer *e)
{
    char id[RECORD_ID_TEXT + 1];
    record_id_print(&e->id, id);
    json_object_begin(o);
    json_put_cstr(o, "record", id);
    json_put_string(o, "theme", e->theme->code);
    put_names(o, "theme_name", e->theme->zh, e->theme->en);
    json_put_string(o, "department", e->theme->department);
    put_department_name(o, c, e->theme->department);
    json_put_cstr(o, "kind", subject_kind_code(e->kind));
    put_text_or_nil(o, "subject", e->code);
    put_text_or_nil(o, "name", e->name);
    put_day(o, "decided", e->day);
    json_key(o, "ends");
    json_array_begin(o);
    if (e->ends_publication)
        json_cstr(o, "publication");
    if (e->ends_retention)
        json_cstr(o, "retention");
    json_array_end(o);
    json_object_end(o);
}

void operator_terms(struct call *c)
{
    struct day on = c->q.today;
    struct slice code = {0}, next;
    struct paging page;
    struct ending_answer *list;
    unsigned count;
    if (!param_day(c, "on", &on) || !param_text(c, "theme", 64, &code) || !param_paging(c, &page))
        return;
    const struct theme *theme = NULL;
    if (code.n && !lookup_theme(c, code, &theme))
        return;
    int r = query_endings(&c->q, on, theme ? theme->number : 0, page.limit, page.cursor, &list,
                          &count, &next);
    if (!list_read(c, r))
        return;
    struct json_out o = call_json(c);
    json_object_begin(&o);
    put_day(&o, "on", on);
    json_key(&o, "items");
    json_array_begin(&o);
    for (unsigned i = 0; i < count; i++)
        put_ending(&o, c->source.catalogue, &list[i]);
    json_array_end(&o);
    put_next(&o, next);
    json_object_end(&o);
}

/* ---- check: a text that grows while the store is read ---- */

enum { LINE_BYTES_MAX = 8000 };

struct check {
    const struct web_operator *op;
    struct web *web;
    struct flow *flow;
    bool was_stopped;
};

static bool say(void *to, struct slice line)
{
    struct check *check = to;
    AUTO_BUF(b, LINE_BYTES_MAX + 1);
    buf_add(&b, line.p, line.n < LINE_BYTES_MAX ? line.n : LINE_BYTES_MAX);
    buf_add_char(&b, '\n');
    bool hears = flow_say(check->flow, buf_slice(&b)) && !atomic_load(&check->web->is_stopping);
    check->was_stopped |= !hears;
    return hears;
}

static void run_check(void *ctx)
{
    struct check *check = ctx;
    struct reason why = {{0}};
    int r = 0;
    check->was_stopped = atomic_load(&check->web->is_stopping);
    if (!check->was_stopped)
        r = check->op->check(check->op->ctx, say, check, &why);
    AUTO_BUF(b, 1024);
    buf_printf(&b, "result: %s",
               check->was_stopped    ? "stopped"
               : r == CE_UNAVAILABLE ? "reopening"
               : r == 0              ? "content"
               : why.text[0]         ? why.text
                                     : err_text(r));
    say(check, buf_slice(&b));
    flow_end(check->flow);
    free(check);
}

void operator_check(struct call *c)
{
    struct check *check = malloc(sizeof *check);
    CHECK(check);
    *check = (struct check){.op = &c->web->o.operator, .web = c->web, .flow = flow_create()};
    response_header(c->res, "Content-Type", SLICE("text/plain; charset=utf-8"));
    c->res->stream = flow_stream(check->flow);
    if (!workers_run(c->web->errands, run_check, check)) {
        flow_end(check->flow);
        free(check);
        response_clear(c->res);
        call_fail(c, CE_UNAVAILABLE);
    }
}
