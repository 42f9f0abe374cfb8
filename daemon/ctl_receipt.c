/* `creditctl receipt`: the receipt of an earlier delivery, and its rejected rows. */
#include "daemon/ctl_receipt.h"

#include <stdio.h>

#include "daemon/receipt_summary.h"

enum { ROWS_SHOWN = 10 };

int ctl_receipt_show(struct ctl *c, struct slice head, bool as_json, bool *ret_is_open)
{
    struct receipt_summary s;
    *ret_is_open = false;
    if (receipt_summary_read(c->arena, head, &s) < 0)
        return ctl_fail(EXIT_CODE_FAILED, "the receipt cannot be read");
    if (as_json)
        fputc('\n', stdout);
    else
        receipt_summary_print(c->arena, &s, ROWS_SHOWN, stdout);
    *ret_is_open = !s.is_finished;
    if (!s.is_finished)
        return EXIT_CODE_FAILED;
    return s.counts.rejected ? EXIT_CODE_ROWS_REJECTED : EXIT_CODE_OK;
}

/* Takes the beginning and lets the rest go by. */
static bool take_head(void *ctx, const char *p, size_t n)
{
    struct buf *head = ctx;
    size_t room = RECEIPT_HEAD_BYTES - head->n;
    buf_add(head, p, n < room ? n : room);
    return true;
}

static int show_for_people(struct ctl *c, const char *path)
{
    AUTO_BUF(head, RECEIPT_HEAD_BYTES);
    struct http_request req = {
        .method = "GET",
        .url = arena_printf(c->arena, "http://credence%s", path).p,
        .unix_socket = ctl_socket(c),
        .write = take_head,
        .ctx = &head,
    };
    struct http_answer answer;
    struct reason why;
    int r = http_fetch(&req, &answer, &why);
    if (r == CE_UNAVAILABLE)
        return ctl_no_daemon(c);
    if (r < 0)
        return ctl_fail(EXIT_CODE_FAILED, "%s", why.text);
    buf_fini(&answer.body);
    if (answer.status != 200) {
        ctl_say_problem(c, answer.status, buf_slice(&head));
        return EXIT_CODE_FAILED;
    }
    bool is_open;
    int code = ctl_receipt_show(c, buf_slice(&head), false, &is_open);
    /* That rows were rejected is no failure of showing it. */
    return code == EXIT_CODE_ROWS_REJECTED || is_open ? EXIT_CODE_OK : code;
}

int ctl_receipt(struct ctl *c)
{
    bool as_csv = ctl_option(c, "csv"), as_json = ctl_option(c, "json");
    bool rejects = ctl_option(c, "rejects");
    if (as_csv + as_json + rejects > 1)
        return ctl_fail(EXIT_CODE_USAGE, "only one of --csv, --json and --rejects can be given");
    const char *format = rejects ? "?format=rejects" : as_csv ? "?format=csv" : "";
    const char *path =
        arena_printf(c->arena, "/v1/submissions/%s%s", ctl_escape(c, c->words[0]), format).p;
    if (!as_csv && !as_json && !rejects)
        return show_for_people(c, path);
    int code = ctl_copy(c, path);
    if (code == EXIT_CODE_OK && as_json)
        fputc('\n', stdout);
    return code;
}

static const struct json *newest_batches(struct ctl *c, const char *department)
{
    const char *path =
        arena_printf(c->arena, "/v1/submissions?limit=100%s%s", department ? "&department=" : "",
                     department ? ctl_escape(c, department) : "")
            .p;
    int status = 0;
    struct slice body;
    struct json *list;
    if (ctl_fetch(c, "GET", path, &status, &body, NULL) < 0 || status != 200 ||
        json_parse(c->arena, body, body.n, &list, NULL) < 0)
        return NULL;
    return json_get(list, "items");
}

const struct json *ctl_find_batch(struct ctl *c, const char *department, const char *batch,
                                  const char *theme)
{
    const struct json *items = newest_batches(c, department);
    for (size_t i = 0; items && i < items->count; i++)
        if (slice_eq(json_get_string(&items->items[i], "batch"), slice_of(batch)) &&
            slice_eq(json_get_string(&items->items[i], "theme"), slice_of(theme)))
            return &items->items[i];
    return NULL;
}
