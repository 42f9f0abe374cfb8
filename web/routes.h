#pragma once
#include <stdbool.h>

#include "web/call.h"
#include "web/request.h"

/* Which handler answers which request (routes.def). */
enum route_who { WHO_ANYONE, WHO_DEPARTMENT, WHO_OPERATOR };
enum route_how {
    HOW_PAGE = 1,
    HOW_VIEW = 2,
    HOW_LATE = 4,
    HOW_TAG = 8,
    HOW_BODY = 16,
    HOW_KEEP = 32
};

struct route {
    enum method method;
    const char *pattern;
    void (*handle)(struct call *c);
    enum route_who who;
    unsigned how;
    const char *params;
};

/* Finds the route of the request and fills its `route` and `args`. False: there is none, and
 * *ret_allow lists what is allowed at that address ("GET, HEAD, OPTIONS"), or is empty when the
 * address is unknown (to whoever came that way). OPTIONS finds none and gets the list. */
bool route_find(struct request *r, struct slice *ret_allow);
/* For documents and tests. */
const struct route *routes_all(unsigned *ret_count);

#define ROUTE(method, pattern, handler, who, how, params) void handler(struct call *c);
#include "web/routes.def"
#undef ROUTE
