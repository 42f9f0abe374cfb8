#pragma once
#include "base/json.h"
#include "tests/support/world.h"
#include "web/request.h"
#include "web/web.h"

/* The web's handlers on a world, asked without a socket, with the world's cache of answers. What an
 * answer holds lives until the front is closed; failures to answer at all fail the test. */
struct front {
    struct world *world;
    struct arena *arena;
    const struct catalogue *_Atomic catalogue;
    struct web *web;
    enum origin origin;            /* of the next requests; public at first */
    const char *key;               /* sent as a bearer token; NULL: none */
    const char *headers;           /* "Name: value\nName: value" of the next requests; NULL: none */
    struct web_operator *operator; /* may be changed */
};

struct front *front_open(struct world *w);
void front_close(struct front *f);

struct answer {
    unsigned status;
    struct slice body;
    const struct json *json; /* NULL when it is no JSON */
    struct response res;     /* for its headers; the body has been taken */
};
struct answer front_ask(struct front *f, const char *method, const char *target);
struct answer front_send(struct front *f, const char *target, struct slice body);
#define front_get(f, target) front_ask((f), "GET", (target))

/* A key of the department, in the world's arena. */
const char *front_key(struct front *f, const char *department);
/* The value of an answer's header; empty when it has none. */
struct slice answer_header(const struct answer *a, const char *name);
/* The last part of the type of a problem. */
struct slice answer_problem(const struct answer *a);
/* An array's member by index, of "items". */
const struct json *answer_item(const struct answer *a, size_t i);
size_t answer_count(const struct answer *a);
