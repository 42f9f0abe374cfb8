#pragma once
#include <stdbool.h>

#include "base/json.h"
#include "query/query.h"
#include "web/request.h"

struct web;

/* One request on its way through its handler. */
struct call {
    struct web *web;
    struct request *req;
    struct response *res;
    struct query_source source; /* with the catalogue in force */
    struct query q;             /* open for routes that need a view */
    bool has_view;
};

/* The answer's body as JSON: opens it with status 200. */
struct json_out call_json(struct call *c);
/* A failure that is nobody's mistake in the request: 503 or 500, logged when it is ours. */
void call_fail(struct call *c, int err);
/* True for an API request; false where a page is the answer. */
bool call_wants_json(const struct call *c);
