#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

/* One HTTP request to a server, over a Unix socket or TCP; the only file that knows libcurl. */
struct http_request {
    const char *method;
    const char *url;            /* "http://credence/v1/…" */
    const char *unix_socket;    /* path, or NULL for TCP */
    const char *const *headers; /* "Name: value", ends with NULL; may be NULL */
    /* Body: `read` fills up to n bytes and returns how many (0: the end, -1: give up); NULL: no
     * body. `length` is sent as Content-Length, -1 sends it chunked. */
    int64_t (*read)(void *ctx, char *at, size_t n);
    void *ctx;
    int64_t length;
    /* Reads the body only when the server has said that it wants it, so that one that it refuses at
     * once is still whole. A server that says neither gets it after ten seconds. */
    bool asks_first;
    int timeout_ms; /* without any traffic; 0: none */
    /* The answer's body goes piece by piece to `write` when set (returns false to give up), else
     * into `body`. The answer's status and content type are set before the first piece comes. */
    bool (*write)(void *ctx, const char *p, size_t n);
    size_t body_max;
    /* Called now and then with the bytes sent; may be NULL. */
    void (*progress)(void *ctx, int64_t sent);
};

struct http_answer {
    int status;
    int retry_after_s; /* when to ask again, as the server says; 0: it does not */
    struct buf body;
    char content_type[80];
};

/* 0 when there was an answer of whatever status; CE_UNAVAILABLE when nobody listens (connection
 * refused, no such socket), CE_IO with the reason for the rest. The caller releases answer->body;
 * after a failure it is empty. Redirections are not followed, proxies not used. */
int http_fetch(const struct http_request *req, struct http_answer *ret, struct reason *reterr_why);
