/* Receipts as answers: JSON for programs, CSV with a BOM for spreadsheets, and the rejected rows
 * themselves. */
#include "web/receipt.h"

#include "base/check.h"
#include "web/problem.h"

static enum stream_step step_of(bool has_more, const struct buf *b)
{
    if (b->err)
        return STREAM_BROKEN;
    return has_more ? STREAM_MORE : STREAM_END;
}

static enum stream_step next(void *ctx, struct buf *b)
{
    return step_of(receipt_text_next(ctx, b), b);
}

static void close_text(void *ctx)
{
    receipt_text_close(ctx);
}

static enum stream_step next_rejects(void *ctx, struct buf *b)
{
    return step_of(reject_text_next(ctx, b), b);
}

static void close_rejects(void *ctx)
{
    reject_text_close(ctx);
}

static int open_stream(struct call *c, const struct batch_id *id, enum receipt_format format,
                       struct stream *ret)
{
    struct receipt_text *text;
    struct reject_text *rejects;
    int r;
    switch (format) {
    case RECEIPT_JSON:
    case RECEIPT_CSV:
        r = receipt_text_open(&c->source, id, format == RECEIPT_CSV, &text);
        if (r == 0)
            *ret = (struct stream){.next = next, .close = close_text, .ctx = text};
        return r;
    case RECEIPT_REJECTS:
        r = reject_text_open(&c->source, id, &rejects);
        if (r == 0)
            *ret = (struct stream){.next = next_rejects, .close = close_rejects, .ctx = rejects};
        return r;
    }
    UNREACHABLE();
}

void receipt_answer(struct call *c, const struct batch_id *id, enum receipt_format format)
{
    struct stream stream;
    struct response *res = c->res;
    struct arena *a = c->req->arena;
    int r = open_stream(c, id, format, &stream);
    if (r < 0) {
        call_fail(c, r);
        return;
    }
    char printed[2 * BATCH_ID_BYTES];
    base32_print(id->b, sizeof id->b, printed);
    response_header(res, "Content-Location", arena_printf(a, "/v1/submissions/%s", printed));
    response_header(res, "Vary", SLICE("Accept"));
    if (format == RECEIPT_JSON) {
        response_header(res, "Content-Type", SLICE("application/json; charset=utf-8"));
    } else {
        response_header(res, "Content-Type", SLICE("text/csv; charset=utf-8"));
        response_header(res, "Content-Disposition",
                        arena_printf(a, "attachment; filename=\"%s-%s.csv\"",
                                     format == RECEIPT_CSV ? "receipt" : "rejects", printed));
    }
    res->stream = stream;
}

bool receipt_format(struct call *c, enum receipt_format *ret)
{
    struct slice format = request_param(c->req, "format");
    bool wants_csv =
        request_accepts(c->req, "text/csv") && !request_accepts(c->req, "application/json");
    *ret = wants_csv ? RECEIPT_CSV : RECEIPT_JSON;
    if (!format.n)
        return true;
    *ret = slice_eq(format, SLICE("rejects")) ? RECEIPT_REJECTS
           : slice_eq(format, SLICE("csv"))   ? RECEIPT_CSV
                                              : RECEIPT_JSON;
    if (*ret != RECEIPT_JSON || slice_eq(format, SLICE("json")))
        return true;
    REFUSE(c, PARAM_INVALID, .field = "format",
           .detail = SLICE("须为 json、csv 或 rejects One of json, csv and rejects"));
    return false;
}

void receipt_answer_asked(struct call *c, struct slice department)
{
    struct batch_id id;
    struct batch_state state;
    enum receipt_format format;
    if (!receipt_format(c, &format))
        return;
    int r = query_submission(&c->q, c->req->args[0], department, &id, &state);
    if (r == CE_NOT_FOUND)
        REFUSE(c, SUBMISSION_UNKNOWN);
    else if (r < 0)
        call_fail(c, r);
    else
        receipt_answer(c, &id, format);
}
