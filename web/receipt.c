/* Receipts as answers: JSON for programs, CSV with a BOM for spreadsheets. */
#include "web/receipt.h"

#include "web/problem.h"

static enum stream_step next(void *ctx, struct buf *b)
{
    if (!receipt_text_next(ctx, b))
        return b->err ? STREAM_BROKEN : STREAM_END;
    return b->err ? STREAM_BROKEN : STREAM_MORE;
}

static void close_text(void *ctx)
{
    receipt_text_close(ctx);
}

void receipt_answer(struct call *c, const struct batch_id *id, bool as_csv)
{
    struct receipt_text *text;
    struct response *res = c->res;
    struct arena *a = c->req->arena;
    int r = receipt_text_open(&c->source, id, as_csv, &text);
    if (r < 0) {
        call_fail(c, r);
        return;
    }
    char printed[2 * BATCH_ID_BYTES];
    base32_print(id->b, sizeof id->b, printed);
    response_header(res, "Content-Location", arena_printf(a, "/v1/submissions/%s", printed));
    response_header(res, "Vary", SLICE("Accept"));
    if (as_csv) {
        response_header(res, "Content-Type", SLICE("text/csv; charset=utf-8"));
        response_header(res, "Content-Disposition",
                        arena_printf(a, "attachment; filename=\"receipt-%s.csv\"", printed));
    } else {
        response_header(res, "Content-Type", SLICE("application/json; charset=utf-8"));
    }
    res->stream = (struct stream){.next = next, .close = close_text, .ctx = text};
}

bool receipt_format(struct call *c, bool *ret_csv)
{
    struct slice format = request_param(c->req, "format");
    if (!format.n) {
        *ret_csv =
            request_accepts(c->req, "text/csv") && !request_accepts(c->req, "application/json");
        return true;
    }
    *ret_csv = slice_eq(format, SLICE("csv"));
    if (*ret_csv || slice_eq(format, SLICE("json")))
        return true;
    REFUSE(c, PARAM_INVALID, .field = "format",
           .detail = SLICE("须为 csv 或 json Either csv or json"));
    return false;
}
