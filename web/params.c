/* Reading parameters. Every refusal names the parameter and what is expected, and never repeats the
 * value. */
#include "web/params.h"

#include <string.h>

#include "web/problem.h"

enum { CURSOR_BYTES_MAX = 1024 };

static bool is_in_list(const char *names, struct slice name)
{
    struct slice rest = slice_of(names);
    while (rest.n)
        if (slice_eq(slice_cut(&rest, ' '), name))
            return true;
    return false;
}

bool params_known(struct call *c, const char *names)
{
    const struct request *r = c->req;
    for (unsigned i = 0; i < r->query_count; i++) {
        struct slice name = r->query[i].name;
        if (!is_in_list(names, name)) {
            REFUSE(c, PARAM_UNKNOWN,
                   .detail = arena_printf(r->arena, "这里可用的参数：%s Parameters here: %s",
                                          *names ? names : "无", *names ? names : "none"));
            return false;
        }
        for (unsigned k = 0; k < i; k++)
            if (slice_eq(r->query[k].name, name)) {
                REFUSE(c, PARAM_INVALID, .field = arena_dup(r->arena, name).p,
                       .detail = SLICE("参数只能出现一次 The parameter may stand only once"));
                return false;
            }
    }
    return true;
}

bool param_required(struct call *c, const char *name)
{
    if (request_param(c->req, name).n)
        return true;
    REFUSE(c, PARAM_MISSING, .field = name,
           .detail = arena_printf(c->req->arena, "必须给出 %s must be given", name));
    return false;
}

static bool refuse(struct call *c, const char *name, struct slice detail)
{
    problem_answer(c, PROBLEM_PARAM_INVALID,
                   &(const struct problem_more){.field = name, .detail = detail});
    return false;
}

bool param_text(struct call *c, const char *name, size_t chars_max, struct slice *ret)
{
    struct slice s = request_param(c->req, name);
    if (!s.p)
        return true;
    s = slice_trim(s);
    if (utf8_count(s) > chars_max)
        return refuse(c, name,
                      arena_printf(c->req->arena, "至多 %zu 个字符 At most %zu characters",
                                   chars_max, chars_max));
    *ret = s;
    return true;
}

bool param_number(struct call *c, const char *name, uint64_t min, uint64_t max, uint64_t *ret)
{
    struct slice s = request_param(c->req, name);
    uint64_t v;
    if (!s.p)
        return true;
    if (!slice_u64(s, &v) || v < min || v > max) {
        unsigned long long low = min, high = max;
        return refuse(c, name,
                      arena_printf(c->req->arena,
                                   "须为 %llu 至 %llu 的整数 A whole number from %llu to %llu", low,
                                   high, low, high));
    }
    *ret = v;
    return true;
}

bool param_day(struct call *c, const char *name, struct day *ret)
{
    struct slice s = request_param(c->req, name);
    struct day d;
    if (!s.n)
        return true;
    if (!day_parse_iso(s, &d))
        return refuse(c, name, SLICE("须为 2023-01-05 这样的日期 A day such as 2023-01-05"));
    *ret = d;
    return true;
}

bool param_flag(struct call *c, const char *name, bool *ret)
{
    struct slice s = request_param(c->req, name);
    if (!s.p)
        return true;
    if (is_in_list("yes true 1", s))
        *ret = true;
    else if (is_in_list("no false 0", s))
        *ret = false;
    else
        return refuse(c, name, SLICE("须为 yes 或 no Either yes or no"));
    return true;
}

bool param_category(struct call *c, const char *name, enum category *ret)
{
    struct slice s = request_param(c->req, name);
    if (!s.n)
        return true;
    enum category found = category_of(s);
    if (!found) {
        AUTO_BUF(b, 1024);
        buf_add_slice(&b, SLICE("须为类别代码之一 One of"));
        for (int i = CATEGORY_FIRST; i <= CATEGORY_LAST; i++)
            buf_printf(&b, " %s", category_code((enum category)i));
        return refuse(c, name, arena_dup(c->req->arena, buf_slice(&b)));
    }
    *ret = found;
    return true;
}

bool param_paging(struct call *c, struct paging *ret)
{
    uint64_t limit = PAGE_LIMIT;
    if (!param_number(c, "limit", 1, PAGE_LIMIT_MAX, &limit))
        return false;
    *ret = (struct paging){(unsigned)limit, request_param(c->req, "cursor")};
    if (ret->cursor.n > CURSOR_BYTES_MAX) {
        REFUSE(c, CURSOR, .field = "cursor");
        return false;
    }
    return true;
}
