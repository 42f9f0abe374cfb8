/* Taking request targets and header lists apart. */
#include "tests/support/test.h"
#include "web/request.h"

static struct request target(struct arena *a, const char *text)
{
    struct request r = {.arena = a};
    request_target(&r, slice_of(text));
    return r;
}

TEST(a_target_falls_into_segments_and_parameters)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct request r = target(a, "/v1/search?q=%E5%B9%BF%E5%B7%9E+a&limit=5&&cursor=");
    EXPECT(!r.is_malformed);
    EXPECT_EQ(r.segment_count, 2);
    EXPECT_SLICE(r.segments[1], "search");
    EXPECT_EQ(r.query_count, 3);
    EXPECT_SLICE(request_param(&r, "q"), "广州 a");
    EXPECT_SLICE(request_param(&r, "limit"), "5");
    EXPECT(request_param(&r, "cursor").p && !request_param(&r, "cursor").n);
    EXPECT(!request_param(&r, "absent").p);
}

TEST(the_root_has_no_segment_and_a_slash_at_the_end_makes_an_empty_one)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    EXPECT_EQ(target(a, "/").segment_count, 0);
    EXPECT_EQ(target(a, "/?q=1").segment_count, 0);
    EXPECT_EQ(target(a, "/v1/").segment_count, 2);
    EXPECT_EQ(target(a, "//").segment_count, 2);
}

TEST(an_escaped_slash_stays_inside_its_segment_and_a_plus_stays_a_plus)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct request r = target(a, "/subjects/a%2Fb+c");
    EXPECT_EQ(r.segment_count, 2);
    EXPECT_SLICE(r.segments[1], "a/b+c");
}

TEST(the_absolute_form_is_read_too)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    EXPECT_SLICE(target(a, "http://example.org:80/healthz?x=1").segments[0], "healthz");
    EXPECT_EQ(target(a, "http://example.org").segment_count, 0);
}

TEST(what_is_not_clean_text_is_malformed)
{
    static const char *const bad[] = {
        "",     "*",    "v1",      "/%",     "/%4",     "/%zz",
        "/%00", "/%ff", "/?q=%ff", "/?q=%0", "/?%00=1", "/1/2/3/4/5/6/7/8/9",
    };
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (!target(a, bad[i]).is_malformed)
            FAIL("accepted: %s", bad[i]);
}

TEST(too_many_parameters_and_too_long_a_target_are_malformed)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    AUTO_BUF(b, 64 << 10);
    buf_add_slice(&b, SLICE("/?a=1"));
    for (int i = 1; i < QUERY_FIELDS_MAX; i++)
        buf_add_slice(&b, SLICE("&a=1"));
    buf_add_char(&b, '\0');
    EXPECT(!target(a, b.p).is_malformed);
    b.n--;
    buf_add_slice(&b, SLICE("&a=1\0"));
    EXPECT(target(a, b.p).is_malformed);
    buf_clear(&b);
    buf_add_char(&b, '/');
    while (b.n <= TARGET_BYTES_MAX)
        buf_add_char(&b, 'a');
    buf_add_char(&b, '\0');
    EXPECT(target(a, b.p).is_malformed);
}

TEST(headers_are_found_in_either_case_and_lists_by_token)
{
    struct field_pair headers[] = {
        {SLICE("accept"), SLICE("text/html, application/json;q=0.9, text/csv ; q=0")},
        {SLICE("Prefer"), SLICE("wait=5, respond-async")},
    };
    struct request r = {.headers = headers, .header_count = 2};
    EXPECT_SLICE(request_header(&r, "PREFER"), "wait=5, respond-async");
    EXPECT(request_accepts(&r, "text/html"));
    EXPECT(request_accepts(&r, "application/json"));
    EXPECT(!request_accepts(&r, "text/csv"));
    EXPECT(!request_accepts(&r, "text/plain"));
    EXPECT(header_has_token(request_header(&r, "Prefer"), "Respond-Async"));
    EXPECT(!header_has_token(request_header(&r, "Prefer"), "async"));
    EXPECT(!header_has_token((struct slice){0}, "x"));
}

TEST(a_response_header_takes_the_place_of_one_with_its_name)
{
    struct response r;
    response_init(&r);
    response_header(&r, "Content-Type", SLICE("a"));
    response_header(&r, "content-type", SLICE("b"));
    EXPECT_EQ(r.header_count, 1);
    EXPECT_SLICE(response_header_get(&r, "Content-Type"), "b");
    response_fini(&r);
}

TEST(methods_have_one_spelling)
{
    EXPECT_EQ(method_of(SLICE("GET")), METHOD_GET);
    EXPECT_EQ(method_of(SLICE("get")), METHOD_OTHER);
    EXPECT_EQ(method_of(SLICE("PUT")), METHOD_PUT);
    EXPECT_STR(method_text(METHOD_DELETE), "DELETE");
}
