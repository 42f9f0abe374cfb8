#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/slice.h"

/* Requests and answers as plain values, so that what answers them needs no socket. */

enum method {
    METHOD_GET,
    METHOD_HEAD,
    METHOD_POST,
    METHOD_PUT,
    METHOD_DELETE,
    METHOD_OPTIONS,
    METHOD_OTHER,
};
const char *method_text(enum method m);
enum method method_of(struct slice text);

/* By which way it came. */
enum origin {
    ORIGIN_PUBLIC,   /* TCP */
    ORIGIN_OPERATOR, /* the Unix socket: operator rights */
    ORIGIN_METRICS,  /* a listener for /metrics alone */
};

struct field_pair {
    struct slice name;
    struct slice value;
};

enum { REQUEST_BODY_BYTES_MAX = 64 * 1024 };
enum { QUERY_FIELDS_MAX = 32, SEGMENTS_MAX = 8, ROUTE_ARGS_MAX = 2, TARGET_BYTES_MAX = 16 * 1024 };

struct route;
struct request {
    struct arena *arena; /* of request and answer */
    struct slice target; /* as it came */
    enum method method;
    enum origin origin;
    struct slice client;                 /* address without port; empty for the Unix socket */
    struct slice segments[SEGMENTS_MAX]; /* of the path, decoded, UTF-8; none for "/" */
    unsigned segment_count;
    struct field_pair query[QUERY_FIELDS_MAX]; /* decoded, UTF-8 */
    unsigned query_count;
    struct field_pair *headers;
    unsigned header_count;
    struct slice body;     /* for routes that take a small one */
    bool body_is_too_long; /* longer than REQUEST_BODY_BYTES_MAX, and not kept */
    bool is_malformed;     /* target or framing cannot be relied on: answered 400 */
    /* Found on the way to the handler. */
    const struct route *route; /* NULL: none */
    struct slice args[ROUTE_ARGS_MAX];
    struct slice department; /* whose key came along; empty for operators and the public */
};

/* Takes the target of a request line apart: "/v1/search?q=%E5%B9%BF", also the absolute form. Bad
 * escapes, NULs, text that is not UTF-8, too many segments or parameters: is_malformed. */
void request_target(struct request *r, struct slice target);
/* The first of that name (headers: in either case); {NULL, 0} when there is none. */
struct slice request_header(const struct request *r, const char *name);
struct slice request_param(const struct request *r, const char *name);
/* The first field of that name in a body that a form posted (application/x-www-form-urlencoded):
 * decoded, UTF-8, in the arena. False: there is none, or it is not well-formed. */
bool request_form(const struct request *r, const char *name, struct slice *ret);
/* The value of a cookie, without quotes; absent when there is none. */
struct slice request_cookie(const struct request *r, const char *name);
/* Whether a comma list such as Accept names the media type (parameters and weights are left out of
 * account, but for q=0). */
bool request_accepts(const struct request *r, const char *media_type);
/* Whether a list such as Prefer or Expect has the token. */
bool header_has_token(struct slice list, const char *token);

/* An answer that comes piece by piece. `next` appends to b; STREAM_WAIT: nothing yet, the gate
 * opens when there is. `close` is called once, whatever happened. */
enum stream_step { STREAM_MORE, STREAM_WAIT, STREAM_END, STREAM_BROKEN };
struct gate;
struct stream {
    enum stream_step (*next)(void *ctx, struct buf *b);
    void (*close)(void *ctx);
    void *ctx;
    struct gate *gate; /* NULL: never waits */
};

enum { RESPONSE_HEADERS_MAX = 16, RESPONSE_BYTES_MAX = 512 * 1024 * 1024 };

struct upload;
struct ready;
struct kept_answer;
struct response {
    unsigned status;
    struct field_pair headers[RESPONSE_HEADERS_MAX]; /* names and values live in the arena */
    unsigned header_count;
    struct buf body;
    struct ready *ready; /* instead of the body: an answer that others are given too (web/ready) */
    struct kept_answer *kept; /* which is held by this */
    struct stream stream;     /* with `next`: instead of the body */
    struct upload *upload; /* the body of the request goes there first; the answer comes from it */
    bool is_late;          /* the handler takes long and waits for a worker: web_handle_late */
};

void response_init(struct response *r);
/* Its bytes, wherever they lie; none with a status that has none. */
struct slice response_body(const struct response *r);
/* Also closes a stream that was not begun; the upload is its caller's. */
void response_fini(struct response *r);
/* Empties it for another answer. */
void response_clear(struct response *r);
/* Sets a header, in place of one of the same name; `name` is a literal. Values have no control
 * characters and live as long as the answer. */
void response_header(struct response *r, const char *name, struct slice value);
/* The value that was set, or absent. */
struct slice response_header_get(const struct response *r, const char *name);
