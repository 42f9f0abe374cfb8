/* From a response that belongs to one request to one that many are given. */
#include "web/ready.h"

#include <stdlib.h>

#include "base/check.h"

enum { SENT_BYTES = 1536 }; /* the HTTP library's form, about */

static void ready_destroy(void *what)
{
    struct ready *r = what;
    void *sent = atomic_load(&r->sent);
    if (sent)
        r->sent_destroy(sent);
    buf_fini(&r->body);
    free(r->texts);
    free(r);
}

/* Values live with what is shared. */
static void take_headers(struct ready *to, const struct response *from)
{
    size_t n = 0;
    for (unsigned i = 0; i < from->header_count; i++)
        n += from->headers[i].value.n + 1;
    to->texts = malloc(n + 1);
    CHECK(to->texts);
    char *at = to->texts;
    for (unsigned i = 0; i < from->header_count; i++) {
        struct slice value = from->headers[i].value;
        memcpy(at, value.p, value.n);
        at[value.n] = 0;
        to->headers[to->header_count++] =
            (struct field_pair){from->headers[i].name, slice_make(at, value.n)};
        at += value.n + 1;
    }
}

static void give(struct kept_answer *k, struct response *r)
{
    r->kept = k;
    r->ready = kept_answer_what(k);
    r->header_count = r->ready->header_count;
    memcpy(r->headers, r->ready->headers, sizeof r->headers);
}

void ready_keep(struct answer_cache *c, const struct query *q, struct slice question,
                struct response *r)
{
    struct ready *to = calloc(1, sizeof *to);
    CHECK(to && !r->body.err);
    take_headers(to, r);
    to->body = r->body;
    buf_init(&r->body, RESPONSE_BYTES_MAX);
    buf_trim(&to->body);
    give(
        answer_cache_put(c, q, question, to, sizeof *to + to->body.cap + SENT_BYTES, ready_destroy),
        r);
}

bool ready_again(struct answer_cache *c, const struct catalogue *catalogue, struct utc_ms now,
                 struct slice question, struct response *r)
{
    struct kept_answer *k = answer_cache_get(c, catalogue, now, question);
    if (k)
        give(k, r);
    return k;
}
