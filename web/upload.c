/* From a running submission to its answer. */
#include "web/upload.h"

#include <stdlib.h>

#include "base/check.h"
#include "web/problem.h"
#include "web/receipt.h"
#include "web/server.h"

static void wake(void *ctx)
{
    struct upload *u = ctx;
    gate_open(&u->gate);
}

int upload_start(struct web *w, struct submission_options *o, struct upload **ret,
                 struct reason *reterr_why)
{
    struct upload *u = calloc(1, sizeof *u);
    CHECK(u);
    u->web = w;
    gate_init(&u->gate);
    o->wake = wake;
    o->wake_ctx = u;
    int r = submission_start(o, &u->submission, reterr_why);
    if (r < 0) {
        gate_fini(&u->gate);
        free(u);
        return r;
    }
    *ret = u;
    return 0;
}

size_t upload_feed(struct upload *u, struct slice piece)
{
    return submission_feed(u->submission, piece);
}

void upload_finish(struct upload *u)
{
    submission_finish(u->submission);
}

bool upload_has_ended(struct upload *u)
{
    return submission_state(u->submission, NULL, NULL) != SUBMISSION_RUNNING;
}

static void end(void *ctx)
{
    struct upload *u = ctx;
    submission_destroy(u->submission);
    gate_fini(&u->gate);
    free(u);
}

void upload_drop(struct upload *u)
{
    if (!u)
        return;
    gate_detach(&u->gate);
    submission_abort(u->submission);
    if (!workers_run(u->web->reaper, end, u))
        end(u);
}

/* Whether the batch can be looked up already. */
static bool is_known(struct call *c, struct slice id)
{
    struct query q;
    struct batch_id ignored;
    struct batch_state state;
    if (query_open(&c->source, c->req->arena, &q) < 0)
        return false;
    int r = query_submission(&q, id, (struct slice){0}, &ignored, &state);
    query_close(&q);
    return r == 0;
}

/* Accepted: the rows are on their way, and the receipt will be there. */
static void answer_async(struct call *c, const char *id)
{
    struct slice location = arena_printf(c->req->arena, "/v1/submissions/%s", id);
    c->res->status = 202;
    response_header(c->res, "Location", location);
    response_header(c->res, "Preference-Applied", SLICE("respond-async"));
    struct json_out o = call_json(c);
    json_object_begin(&o);
    json_put_cstr(&o, "id", id);
    json_put_cstr(&o, "state", "open");
    json_put_string(&o, "location", location);
    json_object_end(&o);
}

bool upload_answer(struct call *c, struct upload *u, bool *ret_broken)
{
    struct batch_id batch;
    const char *why;
    struct arena *a = c->req->arena;
    enum submission_end how = submission_state(u->submission, &batch, &why);
    char text[2 * BATCH_ID_BYTES];
    base32_print(batch.b, sizeof batch.b, text);
    struct slice id = arena_dup(a, slice_of(text));
    struct slice detail =
        how == SUBMISSION_RUNNING ? (struct slice){0} : arena_dup(a, slice_of(why));
    *ret_broken = false;
    switch (how) {
    case SUBMISSION_RUNNING:
        /* An address that leads nowhere yet would be worse than waiting. */
        if (!u->wants_async || !is_known(c, id))
            return false;
        answer_async(c, id.p);
        return true;
    case SUBMISSION_DONE:
        receipt_answer(c, &batch, u->wants_csv ? RECEIPT_CSV : RECEIPT_JSON);
        return true;
    case SUBMISSION_REFUSED:
        REFUSE(c, BODY_REFUSED, .detail = detail);
        return true;
    case SUBMISSION_CONFLICT:
        REFUSE(c, BATCH_CONFLICT, .detail = detail, .field = "Batch-Id", .id = id);
        return true;
    case SUBMISSION_BUSY:
        response_header(c->res, "Retry-After", SLICE("5"));
        REFUSE(c, BATCH_BUSY, .detail = detail, .field = "Batch-Id", .id = id);
        return true;
    case SUBMISSION_CUT:
        *ret_broken = true;
        return true;
    case SUBMISSION_AWAY:
        response_header(c->res, "Retry-After", SLICE("10"));
        REFUSE(c, BROKER_AWAY, .detail = detail, .id = id);
        return true;
    case SUBMISSION_FAILED:
        if (writer_trouble(c->web->o.writer) == CE_NO_ROOM)
            detail = slice_of(writer_waits_for_room);
        response_header(c->res, "Retry-After", SLICE("10"));
        REFUSE(c, STORE_UNAVAILABLE, .detail = detail, .id = id);
        return true;
    }
    UNREACHABLE();
}
