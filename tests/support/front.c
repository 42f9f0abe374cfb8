/* Plays the part of web/port for tests: waits at gates, feeds bodies, collects streams. */
#include "tests/support/front.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/check.h"
#include "daemon/department_keys.h"
#include "web/dispatch.h"
#include "web/gate.h"
#include "web/server.h"
#include "web/upload.h"

enum { JSON_BYTES_MAX = 64 << 20 };

/* A connection that is put aside by waiting. */
struct waiter {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_aside;
};

static bool put_aside(void *ctx)
{
    struct waiter *w = ctx;
    pthread_mutex_lock(&w->lock);
    w->is_aside = true;
    pthread_mutex_unlock(&w->lock);
    return true;
}

static void take_up(void *ctx)
{
    struct waiter *w = ctx;
    pthread_mutex_lock(&w->lock);
    w->is_aside = false;
    pthread_cond_signal(&w->changed);
    pthread_mutex_unlock(&w->lock);
}

static void wait_at(struct gate *g, struct waiter *w)
{
    if (gate_wait(g) != GATE_WAIT)
        return;
    pthread_mutex_lock(&w->lock);
    while (w->is_aside)
        pthread_cond_wait(&w->changed, &w->lock);
    pthread_mutex_unlock(&w->lock);
}

struct front *front_open(struct world *w)
{
    struct front *f = calloc(1, sizeof *f);
    CHECK(f);
    f->world = w;
    f->arena = arena_create((size_t)1 << 30);
    atomic_store(&f->catalogue, w->catalogue);
    struct web_options o = {
        .source = {.store = w->store, .keys = w->keys, .clock = &w->clock, .cache = w->cache},
        .catalogue = &f->catalogue,
        .upload_busy_ms = 30000,
        .writer = w->writer,
    };
    EXPECT(day_from_civil(1800, 1, 1, &o.born_min));
    f->web = calloc(1, sizeof *f->web);
    CHECK(f->web);
    web_init(f->web, &o);
    f->operator= & f->web->o.operator;
    return f;
}

void front_close(struct front *f)
{
    web_fini(f->web);
    free(f->web);
    arena_destroy(f->arena);
    free(f);
}

static void add_header(struct request *r, struct slice name, struct slice value)
{
    r->headers[r->header_count++] = (struct field_pair){name, value};
}

static void fill_headers(struct front *f, struct request *r)
{
    struct slice lines = slice_of(f->headers);
    r->headers = ARENA_ARRAY(f->arena, struct field_pair, 16);
    while (lines.n) {
        struct slice value = slice_cut(&lines, '\n');
        struct slice name = slice_cut(&value, ':');
        add_header(r, name, slice_trim(value));
    }
    if (f->key)
        add_header(r, SLICE("Authorization"), arena_printf(f->arena, "Bearer %s", f->key));
}

static void give_body(struct front *f, struct request *r, struct response *res, struct upload *u,
                      struct slice body)
{
    struct waiter w = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};
    bool is_broken;
    gate_attach(&u->gate, put_aside, take_up, &w);
    while (body.n) {
        size_t n = upload_feed(u, slice_make(body.p, body.n < 5000 ? body.n : 5000));
        body = slice_from(body, n);
        if (!n)
            wait_at(&u->gate, &w);
    }
    upload_finish(u);
    while (!web_handle_uploaded(f->web, r, res, u, &is_broken))
        wait_at(&u->gate, &w);
    EXPECT(!is_broken);
    upload_drop(u);
}

static void collect(struct response *res)
{
    struct waiter w = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};
    if (res->stream.gate)
        gate_attach(res->stream.gate, put_aside, take_up, &w);
    for (;;) {
        switch (res->stream.next(res->stream.ctx, &res->body)) {
        case STREAM_MORE:
            continue;
        case STREAM_WAIT:
            wait_at(res->stream.gate, &w);
            continue;
        case STREAM_END:
            return;
        case STREAM_BROKEN:
            FAIL("the stream broke");
        }
    }
}

static struct answer ask(struct front *f, const char *method, const char *target, struct slice body)
{
    struct answer a = {0};
    struct request r = {
        .arena = f->arena, .origin = f->origin, .method = method_of(slice_of(method))};
    response_init(&a.res);
    request_target(&r, slice_of(target));
    r.body = body;
    fill_headers(f, &r);
    web_handle(f->web, &r, &a.res);
    struct upload *u = TAKE(a.res.upload);
    if (a.res.is_late)
        web_handle_late(f->web, &r, &a.res);
    if (u)
        give_body(f, &r, &a.res, u, body);
    if (a.res.stream.next)
        collect(&a.res);
    a.status = a.res.status;
    a.body = arena_dup(f->arena, response_body(&a.res));
    for (unsigned i = 0; i < a.res.header_count; i++)
        a.res.headers[i].value = arena_dup(f->arena, a.res.headers[i].value);
    response_fini(&a.res);
    struct json *json;
    if (a.body.n && json_parse(f->arena, a.body, JSON_BYTES_MAX, &json, NULL) == 0)
        a.json = json;
    return a;
}

struct answer front_ask(struct front *f, const char *method, const char *target)
{
    return ask(f, method, target, (struct slice){0});
}

struct answer front_send(struct front *f, const char *target, struct slice body)
{
    return ask(f, "POST", target, body);
}

const char *front_key(struct front *f, const char *department)
{
    struct department_key key;
    char secret[DEPARTMENT_KEY_SECRET_BYTES];
    EXPECT_OK(department_key_make(f->world->writer, clock_now(&f->world->clock),
                                  slice_of(department), SLICE("test"), secret, &key, NULL));
    return arena_dup(f->arena, slice_of(secret)).p;
}

struct slice answer_header(const struct answer *a, const char *name)
{
    return response_header_get(&a->res, name);
}

struct slice answer_problem(const struct answer *a)
{
    struct slice type = a->json ? json_get_string(a->json, "type") : (struct slice){0};
    return slice_starts(type, SLICE("urn:credence:problem:")) ? slice_from(type, 21) : SLICE("");
}

size_t answer_count(const struct answer *a)
{
    const struct json *items = a->json ? json_get(a->json, "items") : NULL;
    return items ? items->count : 0;
}

const struct json *answer_item(const struct answer *a, size_t i)
{
    if (i >= answer_count(a))
        FAIL("the list has %zu entries", answer_count(a));
    return &json_get(a->json, "items")->items[i];
}
