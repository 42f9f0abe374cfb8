/* Handing in: everything that can be wrong is said before a byte of the body is read, as far as the
 * headers show it. */
#include <string.h>

#include "ingest/reader.h"
#include "record/identifier.h"
#include "web/lookup.h"
#include "web/params.h"
#include "web/problem.h"
#include "web/routes.h"
#include "web/server.h"
#include "web/upload.h"

enum { BATCH_NAME_MAX = 64 };

/* What the Content-Type says; false when it is none of ours. */
static bool kind_of(struct slice content_type, struct body_kind *ret)
{
    enum encoding encoding = ENCODING_AUTO;
    struct slice type = slice_trim(slice_cut(&content_type, ';'));
    while (content_type.n) {
        struct slice value = slice_cut(&content_type, ';');
        struct slice name = slice_trim(slice_cut(&value, '='));
        value = slice_trim(value);
        if (value.n > 2 && value.p[0] == '"')
            value = slice_make(value.p + 1, value.n - 2);
        if (slice_eq_nocase(name, SLICE("charset")) && !encoding_by_name(value, &encoding))
            return false;
    }
    ret->encoding = (char)encoding;
    ret->format = slice_eq_nocase(type, SLICE("text/csv")) ? READER_CSV : READER_NDJSON;
    return ret->format == READER_CSV || slice_eq_nocase(type, SLICE("application/x-ndjson"));
}

static bool read_kind(struct call *c, struct body_kind *ret)
{
    struct slice coding = request_header(c->req, "Content-Encoding");
    bool is_ours = kind_of(request_header(c->req, "Content-Type"), ret);
    if (is_ours && (!coding.n || slice_eq_nocase(coding, SLICE("identity"))))
        return true;
    response_header(c->res, "Accept-Post", SLICE("text/csv, application/x-ndjson"));
    REFUSE(c, MEDIA_TYPE, .field = is_ours ? "Content-Encoding" : "Content-Type",
           .detail =
               SLICE("请以 text/csv 或 application/x-ndjson 提交文本，不压缩；charset 为 utf-8、"
                     "gb18030、gbk、gb2312，或不作声明 "
                     "Send text/csv or application/x-ndjson, not compressed; charset is utf-8, "
                     "gb18030, gbk or gb2312, or none"));
    return false;
}

static bool read_batch(struct call *c, struct slice *ret)
{
    struct slice s = slice_trim(request_header(c->req, "Batch-Id"));
    size_t at, n;
    bool is_good = s.n <= BATCH_NAME_MAX;
    for (size_t i = 0; is_good && i < s.n; i++) {
        char ch = s.p[i];
        is_good = (ch >= 'A' && ch <= 'Z') || (ch >= 'a' && ch <= 'z') ||
                  (ch >= '0' && ch <= '9') || ch == '.' || ch == '_' || ch == '-';
    }
    if (!is_good || (!s.n && request_header(c->req, "Batch-Id").p)) {
        REFUSE(c, BATCH_ID, .field = "Batch-Id",
               .detail = SLICE("1 至 64 个字母、数字、点、下划线或连字符 "
                               "1 to 64 letters, digits, dots, underscores or hyphens"));
        return false;
    }
    if (idnum_in_text(s, 0, &at, &n)) {
        REFUSE(c, BATCH_ID, .field = "Batch-Id",
               .detail = SLICE(
                   "批次号不得像身份证件号码 A batch id must not look like an identity number"));
        return false;
    }
    *ret = s;
    return true;
}

/* The theme in force now, and whether who asks may hand in for it. */
static bool read_theme(struct call *c, const struct theme **ret_theme)
{
    struct slice code = {0}, department = {0};
    if (!param_required(c, "theme") || !param_text(c, "theme", 64, &code) ||
        !param_text(c, "department", 64, &department))
        return false;
    const struct theme *t;
    if (!lookup_theme(c, code, &t))
        return false;
    struct slice whose = c->req->origin == ORIGIN_OPERATOR ? t->department : c->req->department;
    if (slice_eq(whose, t->department) && (!department.n || slice_eq(department, whose))) {
        *ret_theme = t;
        return true;
    }
    const struct department *d = catalogue_department(c->source.catalogue, t->department);
    REFUSE(c, DEPARTMENT_THEME, .field = department.n ? "department" : NULL,
           .rule = "department.theme",
           .detail = arena_printf(c->req->arena, "由%.*s（%.*s）负责 %.*s (%.*s) is responsible",
                                  FMT_SLICE(d ? d->zh : t->department), FMT_SLICE(t->department),
                                  FMT_SLICE(d ? d->en : t->department), FMT_SLICE(t->department)));
    return false;
}

void api_submit(struct call *c)
{
    const struct theme *theme;
    struct submission_options o = {
        .writer = c->web->o.writer,
        .outbox = c->web->o.outbox,
        .store = c->source.store,
        .catalogue = (const struct catalogue *const _Atomic *)c->web->o.catalogue,
        .keys = c->source.keys,
        .born_min = c->web->o.born_min,
        .busy_wait_ms = c->web->o.upload_busy_ms,
        .running_max = c->web->o.uploads,
        .turns_max = c->web->o.turns,
        .parcel_bytes = c->web->o.parcel_bytes,
    };
    if (!read_theme(c, &theme) || !read_kind(c, &o.kind) || !read_batch(c, &o.batch_name))
        return;
    o.theme = theme->code;
    o.department = theme->department;
    if (atomic_load(&c->web->is_stopping)) {
        response_header(c->res, "Retry-After", SLICE("10"));
        REFUSE(c, STOPPING);
        return;
    }
    struct upload *u;
    struct reason why = {{0}};
    int r = upload_start(c->web, &o, &u, &why);
    if (r == CE_UNAVAILABLE) {
        response_header(c->res, "Retry-After", SLICE("5"));
        REFUSE(c, TOO_MANY_SUBMISSIONS, .detail = arena_dup(c->req->arena, slice_of(why.text)));
        return;
    }
    if (r < 0) {
        call_fail(c, r);
        return;
    }
    u->wants_csv =
        request_accepts(c->req, "text/csv") && !request_accepts(c->req, "application/json");
    u->wants_async = header_has_token(request_header(c->req, "Prefer"), "respond-async");
    c->res->upload = u;
}
