/* Handing in a whole folder: what all departments of a city have sent, or a backlog. One file after
 * the other, each a batch whose id is made from its theme and its bytes: the command can be
 * repeated after whatever happened, and goes on where it was. A file that is refused is told, and
 * the next one comes. */
#include "daemon/ctl_submit_dir.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/crypt.h"
#include "daemon/delivery.h"
#include "daemon/interrupt.h"
#include "daemon/progress.h"
#include "daemon/receipt_summary.h"
#include "daemon/receipt_table.h"
#include "daemon/tree.h"

enum {
    SILENT_MS_MAX = 600 * 1000,
    READ_BYTES = 256 * 1024,
};

struct tree {
    struct ctl *c;
    struct tree_file *files;
    size_t count;
    int64_t bytes;      /* of all files */
    int64_t bytes_done; /* of the files before this one */
    struct progress progress;
    struct delivery delivery;
    struct buf answer;
    struct receipt_counts sum;
    size_t refused;
};

/* ---- one file ---- */

static int batch_of(const struct tree_file *f, char ret[TREE_BATCH_BYTES])
{
    AUTO(sha256_destroy) struct sha256 *h = sha256_create();
    AUTO_BUF(b, READ_BYTES);
    FILE *in = fopen(f->path, "re");
    char *at = buf_grow(&b, READ_BYTES);
    if (!in)
        return ctl_fail(EXIT_CODE_FAILED, "%s cannot be read: %s", f->path, strerror(errno));
    sha256_add(h, slice_of(f->theme));
    for (size_t n; !interrupt_came() && (n = fread(at, 1, READ_BYTES, in)) > 0;)
        sha256_add(h, slice_make(at, n));
    bool failed = ferror(in);
    fclose(in);
    tree_batch(h, ret);
    return failed ? ctl_fail(EXIT_CODE_FAILED, "reading %s: %s", f->path, strerror(errno))
                  : EXIT_CODE_OK;
}

static int64_t read_body(void *ctx, char *at, size_t n)
{
    struct tree *t = ctx;
    ssize_t got;
    do
        got = delivery_read(&t->delivery, at, n);
    while (got < 0 && errno == EINTR && !interrupt_came());
    return interrupt_came() ? -1 : got;
}

/* The beginning of the receipt is enough. */
static bool write_answer(void *ctx, const char *p, size_t n)
{
    struct tree *t = ctx;
    size_t room = RECEIPT_HEAD_BYTES - t->answer.n;
    buf_add(&t->answer, p, n < room ? n : room);
    return true;
}

static void on_progress(void *ctx, int64_t sent)
{
    struct tree *t = ctx;
    progress_tell(&t->progress, t->bytes_done + delivery_done(&t->delivery, sent));
}

static int post(struct tree *t, const struct tree_file *f, const char *batch,
                struct http_answer *ret_answer, struct reason *why)
{
    struct ctl *c = t->c;
    const char *department = ctl_option(c, "department");
    const char *const headers[] = {
        delivery_content_type(&t->delivery, c->arena, NULL),
        arena_printf(c->arena, "Batch-Id: %s", batch).p,
        "Accept: application/json",
        NULL,
    };
    struct http_request req = {
        .method = "POST",
        .url = arena_printf(c->arena, "http://credence/v1/submissions?theme=%s%s%s",
                            ctl_escape(c, f->theme), department ? "&department=" : "",
                            department ? ctl_escape(c, department) : "")
                   .p,
        .unix_socket = ctl_socket(c),
        .headers = headers,
        .read = read_body,
        .write = write_answer,
        .progress = on_progress,
        .ctx = t,
        .length = delivery_length(&t->delivery),
        .timeout_ms = SILENT_MS_MAX,
    };
    buf_clear(&t->answer);
    int r = http_fetch(&req, ret_answer, why);
    buf_fini(&ret_answer->body);
    return r;
}

/* The receipt of a file that was taken; what else is said is the file's, and the next one comes. */
static int take_answer(struct tree *t, const struct tree_file *f, const struct http_answer *answer)
{
    struct ctl *c = t->c;
    struct receipt_summary s;
    if (answer->status == 200 && receipt_summary_read(c->arena, buf_slice(&t->answer), &s) == 0 &&
        s.is_finished) {
        receipt_counts_add(&t->sum, &s.counts);
        progress_clear(&t->progress);
        receipt_table_line(c->arena, s.theme, &s.counts, s.id);
        return EXIT_CODE_OK;
    }
    progress_clear(&t->progress);
    ctl_say("%s:", f->path);
    ctl_say_problem(c, answer->status, buf_slice(&t->answer));
    t->refused++;
    return answer->status >= 500 ? EXIT_CODE_FAILED : EXIT_CODE_OK;
}

static int send_one(struct tree *t, const struct tree_file *f)
{
    struct http_answer answer = {0};
    struct reason why = {""};
    char batch[TREE_BATCH_BYTES];
    int code = batch_of(f, batch);
    if (code != EXIT_CODE_OK || interrupt_came())
        return code;
    int r = delivery_open(&t->delivery, f->path, NULL, NULL, &why);
    if (r == 0)
        r = post(t, f, batch, &answer, &why);
    delivery_close(&t->delivery);
    if (r == CE_UNAVAILABLE)
        return ctl_no_daemon(t->c);
    if (r < 0 && !interrupt_came())
        return ctl_fail(EXIT_CODE_FAILED, "%s: %s", f->path,
                        t->delivery.err < 0 ? t->delivery.why.text : why.text);
    if (interrupt_came())
        return EXIT_CODE_FAILED;
    t->bytes_done += f->size;
    progress_tell(&t->progress, t->bytes_done);
    return take_answer(t, f, &answer);
}

/* ---- all of them ---- */

static int send_all(struct tree *t)
{
    struct ctl *c = t->c;
    int code = EXIT_CODE_OK;
    size_t done = 0;
    receipt_table_head(c->arena);
    progress_begin(&t->progress, "submit", t->bytes, ctl_option(c, "quiet"));
    for (; done < t->count && code == EXIT_CODE_OK && !interrupt_came(); done++) {
        struct arena_mark mark = arena_set_mark(c->arena);
        code = send_one(t, &t->files[done]);
        arena_rewind(c->arena, mark);
    }
    progress_clear(&t->progress);
    receipt_table_sum(c->arena, done - t->refused - (code != EXIT_CODE_OK || interrupt_came()),
                      &t->sum);
    if (code != EXIT_CODE_OK || interrupt_came()) {
        ctl_say("%s; the same command goes on where it was",
                interrupt_came() ? "interrupted" : "not all files were handed in");
        return code == EXIT_CODE_OK ? EXIT_CODE_FAILED : code;
    }
    if (t->refused)
        return ctl_fail(EXIT_CODE_FAILED, "%zu files were refused, the others are stored",
                        t->refused);
    return t->sum.rejected ? EXIT_CODE_ROWS_REJECTED : EXIT_CODE_OK;
}

int ctl_submit_dir(struct ctl *c)
{
    struct tree *t = ARENA_NEW(c->arena, struct tree);
    t->c = c;
    int code = tree_list(c, ctl_option(c, "dir"), &t->files, &t->count, &t->bytes);
    if (code != EXIT_CODE_OK)
        return code;
    interrupt_watch();
    buf_init(&t->answer, RECEIPT_HEAD_BYTES);
    code = send_all(t);
    buf_fini(&t->answer);
    return code;
}
