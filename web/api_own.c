/* The subject's own answer: at the counter an operator has seen its papers and asks for it, over
 * the Unix socket. The number comes in the body, for an address would be kept in logs and
 * histories; it is in no answer and in no log line either. */
#include "base/log.h"
#include "query/records.h"
#include "query/subjects.h"
#include "web/paging.h"
#include "web/params.h"
#include "web/problem.h"
#include "web/put.h"
#include "web/routes.h"
#include "web/server.h"
#include "web/themes.h"

enum { NUMBER_BYTES_MAX = 200, CURSOR_BYTES_MAX = 1024 };

struct own {
    struct slice number;
    struct records_filter filter;
    unsigned limit;
    struct slice cursor;
};

/* A text among the members; {NULL, 0} when it is not there. */
static bool text_member(struct call *c, const struct json *body, const char *name, size_t bytes_max,
                        struct slice *ret)
{
    const struct json *value = json_get(body, name);
    *ret = (struct slice){0};
    if (!value || value->kind == JSON_NULL)
        return true;
    if (value->kind == JSON_STRING && value->string.n && value->string.n <= bytes_max) {
        *ret = value->string;
        return true;
    }
    REFUSE(c, PARAM_INVALID, .field = name, .detail = SLICE("应为文字 A text is expected"));
    return false;
}

static bool read_category(struct call *c, const struct json *body, enum category *ret)
{
    struct slice text;
    if (!text_member(c, body, "category", 64, &text))
        return false;
    *ret = category_of(text);
    if (!text.n || *ret)
        return true;
    REFUSE(c, PARAM_INVALID, .field = "category",
           .detail = SLICE("应为八类之一，如 registration One of the eight categories is expected, "
                           "such as registration"));
    return false;
}

static bool read_limit(struct call *c, const struct json *body, unsigned *ret)
{
    const struct json *value = json_get(body, "limit");
    *ret = PAGE_LIMIT;
    if (!value)
        return true;
    if (value->kind == JSON_INT && value->integer >= 1 && value->integer <= PAGE_LIMIT_MAX) {
        *ret = (unsigned)value->integer;
        return true;
    }
    REFUSE(c, PARAM_INVALID, .field = "limit",
           .detail = SLICE("应为 1 至 100 的整数 A whole number from 1 to 100 is expected"));
    return false;
}

/* The body has these members and no others. A name that is none of them is not repeated: it may be
 * a number that slipped into the wrong place. */
static bool members_known(struct call *c, const struct json *body)
{
    static const char *const names[] = {"number", "category", "limit", "cursor"};
    for (size_t i = 0; i < body->count; i++) {
        bool is_known = false;
        for (size_t k = 0; k < ARRAY_LEN(names); k++)
            is_known |= slice_eq(body->keys[i], slice_of(names[k]));
        if (is_known)
            continue;
        REFUSE(c, PARAM_UNKNOWN,
               .detail =
                   SLICE("可用：number category limit cursor These are there: number category "
                         "limit cursor"));
        return false;
    }
    return true;
}

static bool read_own(struct call *c, struct own *ret)
{
    struct json *body;
    *ret = (struct own){.filter = {.from = DAY_NONE, .to = DAY_NONE}};
    if (json_parse(c->req->arena, c->req->body, REQUEST_BODY_BYTES_MAX, &body, NULL) < 0 ||
        body->kind != JSON_OBJECT) {
        REFUSE(c, BODY_REFUSED,
               .detail = SLICE("请以 JSON 给出号码，如 {\"number\": \"…\"} "
                               "Give the number as JSON, such as {\"number\": \"…\"}"));
        return false;
    }
    if (!members_known(c, body) ||
        !text_member(c, body, "number", NUMBER_BYTES_MAX, &ret->number) ||
        !read_category(c, body, &ret->filter.category) || !read_limit(c, body, &ret->limit) ||
        !text_member(c, body, "cursor", CURSOR_BYTES_MAX, &ret->cursor))
        return false;
    if (ret->number.n)
        return true;
    REFUSE(c, PARAM_MISSING, .field = "number",
           .detail = SLICE("必须给出号码 The number must be given"));
    return false;
}

/* Whoever asks for a subject leaves a trace, and the trace does not say for whom. */
static void leave_trace(const struct own *own, int found)
{
    log_event(LOG_INFO, "own.asked",
              LOG_C("category", own->filter.category ? category_code(own->filter.category) : "all"),
              LOG_C("found", found == 0 ? "yes" : "no"));
}

static void put_own_record(struct json_out *o, const struct record_answer *r)
{
    json_object_begin(o);
    json_put_bool(o, "is_public", r->is_public);
    put_day(o, "retain_until", r->retain_until);
    put_record_members(o, r);
    json_object_end(o);
}

/* What there is, as one object; an unknown number has the same members. */
static void answer(struct call *c, const struct subject_answer *subject,
                   const struct record_answer *records, unsigned count, struct slice next)
{
    static const uint64_t none[CATEGORY_LAST + 1];
    struct json_out o = call_json(c);
    json_object_begin(&o);
    json_put_bool(&o, "found", subject);
    put_day(&o, "as_of", c->q.today);
    json_key(&o, "subject");
    if (subject) {
        json_object_begin(&o);
        put_subject_head(&o, subject);
        put_subject_names(&o, subject);
        json_object_end(&o);
    } else {
        json_nil(&o);
    }
    put_counters(&o, subject ? subject->counters : none, subject ? subject->total : 0);
    themes_put(&o, c->req->arena, c->web->themes, c->source.catalogue, records, count);
    json_key(&o, "items");
    json_array_begin(&o);
    for (unsigned i = 0; i < count; i++)
        put_own_record(&o, &records[i]);
    json_array_end(&o);
    put_next(&o, next);
    json_object_end(&o);
}

void operator_own(struct call *c)
{
    struct own own;
    struct subject_answer subject;
    struct record_answer *records = NULL;
    unsigned count = 0;
    struct slice next = {0};
    if (!read_own(c, &own))
        return;
    c->q.viewer = VIEWER_OWN;
    int r = query_own(&c->q, own.number, c->web->o.born_min, true, &subject);
    leave_trace(&own, r);
    bool is_found = r == 0;
    if (r == CE_INVALID) {
        REFUSE(c, NUMBER_INVALID, .field = "number",
               .detail = SLICE("号码的校验码不符，请对照证件重新输入 The check character is wrong; "
                               "compare the number with the document"));
        return;
    }
    if (is_found)
        r = query_records(&c->q, &subject.id, &own.filter, own.limit, own.cursor, &records, &count,
                          &next, NULL);
    if (r == CE_INVALID)
        refuse_cursor(c);
    else if (r < 0 && r != CE_NOT_FOUND)
        call_fail(c, r);
    else
        answer(c, is_found ? &subject : NULL, records, count, next);
}
