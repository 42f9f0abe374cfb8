/* Request targets: whatever comes is refused or becomes clean text, and what was understood,
 * written anew and read again, is the same. */
#include "base/check.h"
#include "tests/fuzz/fuzz.h"
#include "web/request.h"
#include "web/routes.h"
#include "web/template.h"

enum { ARENA_BYTES = 8 << 20, TARGET_MAX = 1 << 20 };

static void check_text(struct slice s)
{
    CHECK(utf8_valid_prefix(s) == s.n);
    CHECK(s.n == 0 || !memchr(s.p, 0, s.n));
}

static void write_target(const struct request *r, struct buf *b)
{
    for (unsigned i = 0; i < r->segment_count; i++) {
        buf_add_char(b, '/');
        url_escape(r->segments[i], b);
    }
    if (!r->segment_count)
        buf_add_char(b, '/');
    for (unsigned i = 0; i < r->query_count; i++) {
        buf_add_char(b, i ? '&' : '?');
        url_escape(r->query[i].name, b);
        buf_add_char(b, '=');
        url_escape(r->query[i].value, b);
    }
    CHECK(b->err == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    AUTO(arena_destroy) struct arena *a = arena_create(ARENA_BYTES);
    struct request first = {.arena = a}, second = {.arena = a};
    request_target(&first, slice_make(data, n));
    if (first.is_malformed)
        return 0;
    for (unsigned i = 0; i < first.segment_count; i++)
        check_text(first.segments[i]);
    for (unsigned i = 0; i < first.query_count; i++) {
        check_text(first.query[i].name);
        check_text(first.query[i].value);
    }
    AUTO_BUF(b, TARGET_MAX);
    write_target(&first, &b);
    if (b.n > TARGET_BYTES_MAX)
        return 0;
    request_target(&second, buf_slice(&b));
    CHECK(!second.is_malformed);
    CHECK(second.segment_count == first.segment_count && second.query_count == first.query_count);
    for (unsigned i = 0; i < first.segment_count; i++)
        CHECK(slice_eq(first.segments[i], second.segments[i]));
    for (unsigned i = 0; i < first.query_count; i++) {
        CHECK(slice_eq(first.query[i].name, second.query[i].name));
        CHECK(slice_eq(first.query[i].value, second.query[i].value));
    }
    struct slice allow = {0};
    CHECK(route_find(&first, &allow) == route_find(&second, &allow));
    return 0;
}
