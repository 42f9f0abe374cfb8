/* Signing in and out. A cookie of SameSite=Strict does not come with requests that another site
 * makes, and what another site posts is refused besides, so that nobody is signed in without
 * knowing. */
#include "base/log.h"
#include "query/accounts.h"
#include "web/page.h"
#include "web/routes.h"
#include "web/server.h"
#include "web/session.h"
#include "web/sign.h"

#define COOKIE "credence-session"

enum { KEY_BYTES_MAX = 512 };

/* Behind a proxy on this machine it is the proxy that says who asks, and whether over TLS. */
static struct slice client_of(const struct request *r)
{
    struct slice list = request_header(r, "X-Forwarded-For"), last = r->client;
    bool is_local = slice_eq(r->client, SLICE("127.0.0.1")) || slice_eq(r->client, SLICE("::1"));
    while (is_local && list.n)
        last = slice_trim(slice_cut(&list, ','));
    return last;
}

/* Whether the form that was posted was one of ours. Browsers say so: in Sec-Fetch-Site, or where
 * they have no TLS in Origin. What says nothing at all is no browser. */
static bool is_own_site(const struct request *r)
{
    struct slice site = request_header(r, "Sec-Fetch-Site"), origin = request_header(r, "Origin");
    if (site.n)
        return slice_eq(site, SLICE("same-origin"));
    if (!origin.n)
        return true;
    ptrdiff_t at = slice_find(origin, SLICE("://"), 0);
    return at > 0 && slice_eq_nocase(slice_from(origin, (size_t)at + 3), request_header(r, "Host"));
}

static bool refuse_other_site(struct call *c)
{
    if (is_own_site(c->req))
        return false;
    REFUSE(c, OTHER_SITE,
           .detail =
               SLICE("请直接打开本站的部门账目页面再试 Open the page of the ledger itself and "
                     "try again"));
    return true;
}

static void set_cookie(struct call *c, const char *token, int64_t seconds)
{
    bool is_tls = slice_eq_nocase(request_header(c->req, "X-Forwarded-Proto"), SLICE("https"));
    response_header(c->res, "Set-Cookie",
                    arena_printf(c->req->arena,
                                 COOKIE "=%s; Path=/ledger; Max-Age=%lld; HttpOnly; "
                                        "SameSite=Strict%s",
                                 token, (long long)seconds, is_tls ? "; Secure" : ""));
}

static void go_to_ledger(struct call *c)
{
    c->res->status = 303;
    response_header(c->res, "Location", SLICE("/ledger"));
    response_header(c->res, "Cache-Control", SLICE("no-store"));
}

bool sign_department(struct call *c, struct slice *ret, bool *ret_failed)
{
    uint8_t hash[32];
    *ret_failed = false;
    if (!session_find(c->web->sessions, request_cookie(c->req, COOKIE), c->q.now, hash))
        return false;
    int r = query_department_of_hash(&c->q, hash, ret);
    if (r == 0)
        return true;
    if (r != CE_NOT_FOUND) {
        call_fail(c, r);
        *ret_failed = true;
    }
    return false;
}

void sign_form(struct call *c, bool wrong)
{
    struct scope *s = page_scope(c, SLICE("部门账目"));
    if (wrong) {
        scope_cstr(s, "wrong", "yes");
        c->res->status = 403;
    }
    response_header(c->res, "Cache-Control", SLICE("no-store"));
    /* Else a browser would not say from which site the form comes. */
    response_header(c->res, "Referrer-Policy", SLICE("same-origin"));
    page_answer(c, "sign", s);
}

void page_sign_in(struct call *c)
{
    struct slice key, department;
    struct slice client = client_of(c->req);
    uint8_t hash[32];
    if (refuse_other_site(c))
        return;
    if (!session_may_try(c->web->sessions, client, c->q.now)) {
        response_header(c->res, "Retry-After", arena_printf(c->req->arena, "%d", TRIES_MS / 1000));
        REFUSE(c, TOO_MANY_TRIES, .detail = SLICE("请十分钟后再试 Try again in ten minutes"));
        return;
    }
    int r = CE_NOT_FOUND;
    if (request_form(c->req, "key", &key) && key.n <= KEY_BYTES_MAX) {
        crypt_sha256(slice_trim(key), hash);
        r = query_department_of_hash(&c->q, hash, &department);
    }
    if (r == CE_NOT_FOUND) {
        session_failed(c->web->sessions, client, c->q.now);
        log_event(LOG_UNUSUAL, "sign.refused", LOG_S("client", client));
        sign_form(c, true);
        return;
    }
    if (r < 0) {
        call_fail(c, r);
        return;
    }
    char token[SESSION_TOKEN_TEXT + 1];
    session_begin(c->web->sessions, hash, c->q.now, token);
    log_event(LOG_INFO, "sign.in", LOG_S("department", department), LOG_S("client", client));
    set_cookie(c, token, SESSION_MOST_MS / 1000);
    go_to_ledger(c);
}

void page_sign_out(struct call *c)
{
    if (refuse_other_site(c))
        return;
    session_end(c->web->sessions, request_cookie(c->req, COOKIE));
    set_cookie(c, "", 0);
    go_to_ledger(c);
}
