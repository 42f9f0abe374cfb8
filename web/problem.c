/* From a problem to its answer. The table gives type, status and title; the caller says what
 * exactly is wrong. What a client sent is never repeated in an answer, because it may be somebody's
 * number. */
#include "web/problem.h"

#include "web/page.h"

static const struct {
    unsigned status;
    const char *slug, *zh, *en;
} table[PROBLEM_COUNT] = {
#define PROBLEM(id, slug, status, zh, en) [PROBLEM_##id] = {status, slug, zh, en},
#include "web/problem.def"
#undef PROBLEM
};

unsigned problem_status(enum problem p)
{
    return table[p].status;
}

const char *problem_slug(enum problem p)
{
    return table[p].slug;
}

const char *problem_zh(enum problem p)
{
    return table[p].zh;
}

const char *problem_en(enum problem p)
{
    return table[p].en;
}

void problem_json(struct buf *b, enum problem p, const struct problem_more *more)
{
    struct json_out o = json_out_of(b);
    json_object_begin(&o);
    AUTO_BUF(text, 400);
    buf_printf(&text, "urn:credence:problem:%s", table[p].slug);
    json_put_string(&o, "type", buf_slice(&text));
    buf_clear(&text);
    buf_printf(&text, "%s / %s", table[p].zh, table[p].en);
    json_put_string(&o, "title", buf_slice(&text));
    json_put_u64(&o, "status", table[p].status);
    if (more && more->detail.n)
        json_put_string(&o, "detail", more->detail);
    if (more && more->field)
        json_put_cstr(&o, "field", more->field);
    if (more && more->rule)
        json_put_cstr(&o, "rule", more->rule);
    if (more && more->id.n)
        json_put_string(&o, "id", more->id);
    json_object_end(&o);
}

void problem_answer(struct call *c, enum problem p, const struct problem_more *more)
{
    buf_clear(&c->res->body);
    c->res->status = table[p].status;
    if (!call_wants_json(c)) {
        page_problem(c, p, more);
        return;
    }
    response_header(c->res, "Content-Type", SLICE("application/problem+json; charset=utf-8"));
    problem_json(&c->res->body, p, more);
}
