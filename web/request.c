/* Taking request targets and header lists apart, and holding an answer until it is sent. Text that
 * is not plain UTF-8 stops here. */
#include "web/request.h"

#include "base/check.h"
#include "web/ready.h"

static const struct {
    const char *text;
    enum method method;
} methods[] = {
    {"GET", METHOD_GET}, {"HEAD", METHOD_HEAD},     {"POST", METHOD_POST},
    {"PUT", METHOD_PUT}, {"DELETE", METHOD_DELETE}, {"OPTIONS", METHOD_OPTIONS},
};

const char *method_text(enum method m)
{
    for (size_t i = 0; i < ARRAY_LEN(methods); i++)
        if (methods[i].method == m)
            return methods[i].text;
    return "OTHER";
}

enum method method_of(struct slice text)
{
    for (size_t i = 0; i < ARRAY_LEN(methods); i++)
        if (slice_eq(slice_of(methods[i].text), text))
            return methods[i].method;
    return METHOD_OTHER;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Per cent decoding. False for a broken escape, a NUL, or what is not UTF-8. */
static bool decode(struct arena *a, struct slice s, bool plus_is_blank, struct slice *ret)
{
    char *out = arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '+' && plus_is_blank) {
            c = ' ';
        } else if (c == '%') {
            if (i + 2 >= s.n || hex_digit(s.p[i + 1]) < 0 || hex_digit(s.p[i + 2]) < 0)
                return false;
            c = (char)(hex_digit(s.p[i + 1]) << 4 | hex_digit(s.p[i + 2]));
            i += 2;
        }
        if (c == '\0')
            return false;
        out[n++] = c;
    }
    *ret = slice_make(out, n);
    return utf8_valid_prefix(*ret) == n;
}

static bool read_path(struct request *r, struct slice path)
{
    if (!path.n || path.p[0] != '/')
        return false;
    struct slice rest = slice_from(path, 1);
    while (rest.n || (rest.p && r->segment_count)) {
        if (r->segment_count == SEGMENTS_MAX)
            return false;
        struct slice part = slice_cut(&rest, '/');
        if (!decode(r->arena, part, false, &r->segments[r->segment_count++]))
            return false;
    }
    return true;
}

static bool read_query(struct request *r, struct slice query)
{
    while (query.n) {
        struct slice value = slice_cut(&query, '&');
        if (!value.n)
            continue;
        if (r->query_count == QUERY_FIELDS_MAX)
            return false;
        struct slice name = slice_cut(&value, '=');
        struct field_pair *f = &r->query[r->query_count++];
        if (!decode(r->arena, name, true, &f->name) || !decode(r->arena, value, true, &f->value))
            return false;
    }
    return true;
}

/* "http://host:1/path" becomes "/path". */
static struct slice without_authority(struct slice target)
{
    ptrdiff_t scheme = slice_find(target, SLICE("://"), 0);
    if (scheme < 0 || target.p[0] == '/')
        return target;
    ptrdiff_t path = slice_find(target, SLICE("/"), (size_t)scheme + 3);
    return path < 0 ? SLICE("/") : slice_from(target, (size_t)path);
}

void request_target(struct request *r, struct slice target)
{
    if (!target.n || target.n > TARGET_BYTES_MAX) {
        r->is_malformed = true;
        return;
    }
    r->target = target;
    struct slice query = without_authority(target);
    struct slice path = slice_cut(&query, '?');
    r->is_malformed = !read_path(r, path) || !read_query(r, query);
}

struct slice request_header(const struct request *r, const char *name)
{
    for (unsigned i = 0; i < r->header_count; i++)
        if (slice_eq_nocase(r->headers[i].name, slice_of(name)))
            return r->headers[i].value;
    return (struct slice){0};
}

struct slice request_param(const struct request *r, const char *name)
{
    for (unsigned i = 0; i < r->query_count; i++)
        if (slice_eq(r->query[i].name, slice_of(name)))
            return r->query[i].value;
    return (struct slice){0};
}

bool request_form(const struct request *r, const char *name, struct slice *ret)
{
    struct slice media = request_header(r, "Content-Type"), rest = r->body;
    if (!slice_eq_nocase(slice_trim(slice_cut(&media, ';')),
                         SLICE("application/x-www-form-urlencoded")))
        return false;
    while (rest.n) {
        struct slice value = slice_cut(&rest, '&');
        struct slice field = slice_cut(&value, '=');
        if (slice_eq(field, slice_of(name)))
            return decode(r->arena, value, true, ret);
    }
    return false;
}

struct slice request_cookie(const struct request *r, const char *name)
{
    struct slice rest = request_header(r, "Cookie");
    while (rest.n) {
        struct slice value = slice_trim(slice_cut(&rest, ';'));
        if (slice_eq(slice_cut(&value, '='), slice_of(name)))
            return value;
    }
    return (struct slice){0};
}

/* "q=0", "q=0.000": not wanted. */
static bool is_refused(struct slice parameters)
{
    while (parameters.p) {
        struct slice p = slice_trim(slice_cut(&parameters, ';'));
        if (!slice_starts(p, SLICE("q=")) && !slice_starts(p, SLICE("Q=")))
            continue;
        for (size_t i = 2; i < p.n; i++)
            if (p.p[i] != '0' && p.p[i] != '.')
                return false;
        return p.n > 2;
    }
    return false;
}

bool request_accepts(const struct request *r, const char *media_type)
{
    struct slice list = request_header(r, "Accept");
    while (list.n) {
        struct slice parameters = slice_cut(&list, ',');
        struct slice type = slice_trim(slice_cut(&parameters, ';'));
        if (slice_eq_nocase(type, slice_of(media_type)))
            return !is_refused(parameters);
    }
    return false;
}

bool header_has_token(struct slice list, const char *token)
{
    while (list.n) {
        struct slice parameters = slice_cut(&list, ',');
        if (slice_eq_nocase(slice_trim(slice_cut(&parameters, ';')), slice_of(token)))
            return true;
    }
    return false;
}

void response_init(struct response *r)
{
    *r = (struct response){.status = 200};
    buf_init(&r->body, RESPONSE_BYTES_MAX);
}

static void close_stream(struct response *r)
{
    if (r->stream.close)
        r->stream.close(r->stream.ctx);
    r->stream = (struct stream){0};
}

struct slice response_body(const struct response *r)
{
    if (r->status == 304)
        return (struct slice){0};
    return buf_slice(r->ready ? &r->ready->body : &r->body);
}

void response_fini(struct response *r)
{
    close_stream(r);
    kept_answer_release(r->kept);
    buf_fini(&r->body);
}

void response_clear(struct response *r)
{
    close_stream(r);
    kept_answer_release(r->kept);
    r->kept = NULL;
    r->ready = NULL;
    buf_clear(&r->body);
    r->status = 200;
    r->header_count = 0;
    r->is_late = false;
}

void response_header(struct response *r, const char *name, struct slice value)
{
    for (size_t i = 0; i < value.n; i++)
        CHECK((unsigned char)value.p[i] >= ' ' && value.p[i] != 0x7F);
    unsigned at = 0;
    while (at < r->header_count && !slice_eq_nocase(r->headers[at].name, slice_of(name)))
        at++;
    CHECK(at < RESPONSE_HEADERS_MAX);
    r->headers[at] = (struct field_pair){slice_of(name), value};
    if (at == r->header_count)
        r->header_count++;
}

struct slice response_header_get(const struct response *r, const char *name)
{
    for (unsigned i = 0; i < r->header_count; i++)
        if (slice_eq_nocase(r->headers[i].name, slice_of(name)))
            return r->headers[i].value;
    return (struct slice){0};
}
