#pragma once
#include <stdatomic.h>

#include "query/answer_cache.h"
#include "web/request.h"

/* An answer that is complete: what is kept for whoever asks the same again, and shared by all who
 * are being sent it. It does not change. */
struct ready {
    struct buf body;
    struct field_pair headers[RESPONSE_HEADERS_MAX];
    unsigned header_count;
    char *texts; /* of the headers' values */
    /* The same in the form of the HTTP library, made by the first who sends it. */
    void *_Atomic sent;
    void (*sent_destroy)(void *sent);
};

/* Makes the response, which is complete, one that is shared and, as far as it may be, kept. */
void ready_keep(struct answer_cache *c, const struct query *q, struct slice question,
                struct response *r);
/* Answers with what was kept, if there is any. */
bool ready_again(struct answer_cache *c, const struct catalogue *catalogue, struct utc_ms now,
                 struct slice question, struct response *r);
