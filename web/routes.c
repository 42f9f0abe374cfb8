/* The router: walks the table and compares segment by segment. What a request may not reach is not
 * told apart from what does not exist. */
#include "web/routes.h"

#include <string.h>

#include "base/attr.h"

static const struct route routes[] = {
#define PAGE HOW_PAGE
#define VIEW HOW_VIEW
#define LATE HOW_LATE
#define TAG HOW_TAG
#define BODY HOW_BODY
#define KEEP HOW_KEEP
#define ROUTE(method, pattern, handler, who, how, params)                                          \
    {METHOD_##method, pattern, handler, WHO_##who, how, params},
#include "web/routes.def"
#undef ROUTE
#undef PAGE
#undef VIEW
#undef LATE
#undef TAG
#undef BODY
#undef KEEP
};

const struct route *routes_all(unsigned *ret_count)
{
    *ret_count = ARRAY_LEN(routes);
    return routes;
}

static bool is_open_to(const struct route *route, enum origin origin)
{
    switch (origin) {
    case ORIGIN_OPERATOR:
        return true;
    case ORIGIN_PUBLIC:
        return route->who != WHO_OPERATOR;
    case ORIGIN_METRICS:
        break;
    }
    return route->who == WHO_ANYONE && !(route->how & (HOW_VIEW | HOW_PAGE));
}

static bool fits(const char *pattern, const struct request *r, struct slice args[ROUTE_ARGS_MAX])
{
    struct slice rest = slice_of(pattern + 1);
    unsigned arg = 0;
    for (unsigned i = 0; i < r->segment_count; i++) {
        if (!rest.n)
            return false;
        struct slice part = slice_cut(&rest, '/');
        if (part.p[0] != '{') {
            if (!slice_eq(part, r->segments[i]))
                return false;
        } else {
            if (!r->segments[i].n)
                return false;
            args[arg++] = r->segments[i];
        }
    }
    return rest.n == 0;
}

static struct slice allow_text(struct arena *a, unsigned allowed)
{
    if (!allowed)
        return (struct slice){0};
    return arena_printf(a, "%s%s%sOPTIONS", allowed & 1u << METHOD_GET ? "GET, HEAD, " : "",
                        allowed & 1u << METHOD_POST ? "POST, " : "",
                        allowed & 1u << METHOD_DELETE ? "DELETE, " : "");
}

bool route_find(struct request *r, struct slice *ret_allow)
{
    enum method wanted = r->method == METHOD_HEAD ? METHOD_GET : r->method;
    unsigned allowed = 0;
    const char *first = NULL;
    for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
        const struct route *route = &routes[i];
        /* Of two patterns the first one holds: a literal segment comes before a variable one. */
        if (!is_open_to(route, r->origin) || (first && strcmp(first, route->pattern) != 0) ||
            !fits(route->pattern, r, r->args))
            continue;
        if (route->method == wanted) {
            r->route = route;
            return true;
        }
        first = route->pattern;
        allowed |= 1u << route->method;
    }
    *ret_allow = allow_text(r->arena, allowed);
    return false;
}
