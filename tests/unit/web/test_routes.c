/* Which handler answers which request. */
#include <string.h>

#include "tests/support/test.h"
#include "web/routes.h"

static const struct route *find(struct arena *a, enum method m, enum origin origin,
                                const char *path, struct request *ret, struct slice *ret_allow)
{
    *ret = (struct request){.arena = a, .method = m, .origin = origin};
    *ret_allow = (struct slice){0};
    request_target(ret, slice_of(path));
    return route_find(ret, ret_allow) ? ret->route : NULL;
}

TEST(each_pattern_leads_to_its_own_route)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    unsigned count;
    const struct route *all = routes_all(&count);
    for (unsigned i = 0; i < count; i++) {
        struct request r;
        struct slice allow;
        if (find(a, all[i].method, ORIGIN_OPERATOR, all[i].pattern, &r, &allow) != &all[i])
            FAIL("%s %s leads elsewhere", method_text(all[i].method), all[i].pattern);
    }
}

TEST(segments_in_braces_become_arguments)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct request r;
    struct slice allow;
    EXPECT(find(a, METHOD_HEAD, ORIGIN_PUBLIC, "/v1/subjects/x%20y/records", &r, &allow));
    EXPECT_STR(r.route->pattern, "/v1/subjects/{code}/records");
    EXPECT_SLICE(r.args[0], "x y");
    EXPECT(!find(a, METHOD_GET, ORIGIN_PUBLIC, "/v1/subjects/", &r, &allow));
    EXPECT(!find(a, METHOD_GET, ORIGIN_PUBLIC, "/v1/subjects/x/records/y", &r, &allow));
    EXPECT(!find(a, METHOD_GET, ORIGIN_PUBLIC, "/v1/subjects/x/", &r, &allow));
}

TEST(a_literal_segment_comes_before_a_variable_one)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct request r;
    struct slice allow;
    EXPECT(find(a, METHOD_GET, ORIGIN_PUBLIC, "/v1/catalogue/departments", &r, &allow));
    EXPECT_STR(r.route->pattern, "/v1/catalogue/departments");
}

TEST(another_method_is_told_what_is_allowed)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct request r;
    struct slice allow;
    EXPECT(!find(a, METHOD_DELETE, ORIGIN_PUBLIC, "/v1/submissions", &r, &allow));
    EXPECT_SLICE(allow, "GET, HEAD, POST, OPTIONS");
    EXPECT(!find(a, METHOD_POST, ORIGIN_PUBLIC, "/v1/search", &r, &allow));
    EXPECT_SLICE(allow, "GET, HEAD, OPTIONS");
    EXPECT(!find(a, METHOD_GET, ORIGIN_PUBLIC, "/v1/nothing", &r, &allow));
    EXPECT_EQ(allow.n, 0);
}

TEST(what_is_for_operators_does_not_exist_for_others)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    unsigned count;
    const struct route *all = routes_all(&count);
    for (unsigned i = 0; i < count; i++) {
        struct request r;
        struct slice allow;
        bool is_found = find(a, all[i].method, ORIGIN_PUBLIC, all[i].pattern, &r, &allow);
        EXPECT_EQ(is_found, all[i].who != WHO_OPERATOR);
        if (all[i].who == WHO_OPERATOR)
            EXPECT_EQ(allow.n, 0);
    }
}

TEST(the_listener_for_metrics_answers_that_and_health_and_nothing_else)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    unsigned count, found = 0;
    const struct route *all = routes_all(&count);
    for (unsigned i = 0; i < count; i++) {
        struct request r;
        struct slice allow;
        found += find(a, all[i].method, ORIGIN_METRICS, all[i].pattern, &r, &allow) != NULL;
    }
    EXPECT_EQ(found, 3);
}
