/* Keys of departments. A request without a key and one with an unknown key are told apart, because
 * a clerk who mistyped needs to know; nothing else is told. */
#include "web/auth.h"

#include "query/accounts.h"
#include "web/problem.h"

enum { KEY_BYTES_MAX = 512 };

struct slice auth_bearer(const struct request *r)
{
    struct slice header = slice_trim(request_header(r, "Authorization"));
    struct slice scheme = slice_cut(&header, ' ');
    if (!slice_eq_nocase(scheme, SLICE("Bearer")))
        return (struct slice){0};
    header = slice_trim(header);
    return header.n && header.n <= KEY_BYTES_MAX ? header : (struct slice){0};
}

bool auth_department(struct call *c)
{
    struct request *r = c->req;
    if (r->origin == ORIGIN_OPERATOR)
        return true;
    struct slice key = auth_bearer(r);
    if (!key.n) {
        response_header(c->res, "WWW-Authenticate", SLICE("Bearer realm=\"credence\""));
        REFUSE(
            c, KEY_MISSING,
            .detail = SLICE(
                "请在 Authorization 请求头中给出 Bearer 密钥，由运维人员以 creditctl key add 签发 "
                "Send the department's key as Authorization: Bearer KEY; an operator "
                "makes one with creditctl key add"));
        return false;
    }
    int err = query_department_of_key(&c->q, key, &r->department);
    if (err == 0)
        return true;
    if (err != CE_NOT_FOUND) {
        call_fail(c, err);
        return false;
    }
    response_header(c->res, "WWW-Authenticate",
                    SLICE("Bearer realm=\"credence\", error=\"invalid_token\""));
    REFUSE(c, KEY_UNKNOWN,
           .detail = SLICE("密钥不存在或已停用 The key does not exist or was taken back"));
    return false;
}

bool auth_owns(struct call *c, struct slice department)
{
    if (c->req->origin == ORIGIN_OPERATOR || slice_eq(c->req->department, department))
        return true;
    REFUSE(c, DEPARTMENT_OTHER,
           .detail = SLICE("密钥属于其他部门 The key is another department's"));
    return false;
}
