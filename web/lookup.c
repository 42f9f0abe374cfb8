/* From what was asked for to what was found, or to the problem. */
#include "web/lookup.h"

#include "record/catalogue_near.h"
#include "web/paging.h"
#include "web/problem.h"
#include "web/server.h"

bool lookup_allowed(struct call *c, struct slice text, const char *field)
{
    if (query_code_kind(&c->q, text) != CODE_PERSON)
        return true;
    REFUSE(c, PERSON_NUMBER, .field = field,
           .detail = SLICE("自然人信息不公开查询；本次输入未被记录 "
                           "Natural persons are not public; what was typed was not recorded"));
    return false;
}

void refuse_theme(struct call *c, struct slice code)
{
    struct arena *a = c->req->arena;
    const struct theme *near[CATALOGUE_NEAR_MAX];
    unsigned count = catalogue_near(a, c->source.catalogue, code, c->q.now, near);
    struct slice list = {0};
    for (unsigned i = 0; i < count; i++)
        list = arena_printf(a, "%.*s%s%.*s（%.*s）", FMT_SLICE(list), i ? "、" : "",
                            FMT_SLICE(near[i]->code), FMT_SLICE(near[i]->zh));
    struct slice all = SLICE("可用主题见 /v1/catalogue See /v1/catalogue for the themes");
    REFUSE(c, THEME_UNKNOWN, .field = "theme",
           .detail = count ? arena_printf(a, "您要找的是不是 Did you mean: %.*s？%.*s",
                                          FMT_SLICE(list), FMT_SLICE(all))
                           : all);
}

bool lookup_theme(struct call *c, struct slice code, const struct theme **ret)
{
    const struct theme *t = catalogue_theme_at(c->source.catalogue, code, c->q.now);
    if (!t)
        refuse_theme(c, code);
    else
        *ret = t;
    return t != NULL;
}

bool lookup_search(struct call *c, struct slice text, unsigned limit, struct slice cursor,
                   struct search_hit **ret, unsigned *ret_count, struct slice *ret_next)
{
    struct reason why = {{0}};
    if (!lookup_allowed(c, text, "q"))
        return false;
    int r = query_search(&c->q, text, limit, cursor, ret, ret_count, ret_next, &why);
    if (r == CE_INVALID && slice_eq(slice_of(why.text), SLICE("cursor")))
        refuse_cursor(c);
    else if (r == CE_INVALID)
        REFUSE(c, PARAM_INVALID, .field = "q",
               .detail = SLICE(
                   "名称至少两个字，或输入代码 At least two characters of a name, or a code"));
    else if (r < 0)
        call_fail(c, r);
    return r == 0;
}

bool lookup_subject(struct call *c, struct slice code, bool with_counters,
                    struct subject_answer *ret)
{
    if (!lookup_allowed(c, code, "code"))
        return false;
    int r = query_subject(&c->q, code, with_counters, ret);
    if (r == CE_NOT_FOUND || r == CE_INVALID)
        REFUSE(c, SUBJECT_UNKNOWN,
               .detail = SLICE("没有可公开的记录 Nothing about it is public here"));
    else if (r < 0)
        call_fail(c, r);
    return r == 0;
}

bool lookup_records(struct call *c, const struct subject_answer *s, const struct records_filter *f,
                    unsigned limit, struct slice cursor, struct record_answer **ret,
                    unsigned *ret_count, struct slice *ret_next)
{
    struct reason why = {{0}};
    int r = query_records(&c->q, &s->id, f, limit, cursor, ret, ret_count, ret_next, &why);
    if (r == CE_INVALID)
        refuse_cursor(c);
    else if (r < 0)
        call_fail(c, r);
    return r == 0;
}

static bool answer_missing(struct call *c, int r)
{
    if (r == CE_NOT_FOUND)
        REFUSE(c, RECORD_UNKNOWN,
               .detail = SLICE("没有可公开的记录 No public record has this number"));
    else if (r == CE_CLOSED)
        REFUSE(c, RECORD_REVOKED,
               .detail =
                   SLICE("该记录已由提供部门撤销 The department that provided it has revoked it"));
    else if (r < 0)
        call_fail(c, r);
    return r == 0;
}

bool lookup_record(struct call *c, struct slice id, struct record_answer *ret)
{
    struct record_id parsed;
    return answer_missing(c, record_id_parse(id, &parsed) ? query_record(&c->q, &parsed, ret)
                                                          : CE_NOT_FOUND);
}

bool lookup_history(struct call *c, struct slice id, struct history_answer **ret,
                    unsigned *ret_count)
{
    struct record_id parsed;
    return answer_missing(c, record_id_parse(id, &parsed)
                                 ? query_history(&c->q, &parsed, ret, ret_count)
                                 : CE_NOT_FOUND);
}

bool lookup_behind(struct call *c, const struct partition_life *p, uint64_t *ret)
{
    const struct web_operator *op = &c->web->o.operator;
    uint64_t low, high;
    if (p->has_ended || !op->watermarks ||
        !op->watermarks(op->ctx, p->state.topic, p->state.partition, &low, &high))
        return false;
    *ret = high > p->state.next ? high - p->state.next : 0;
    return true;
}
