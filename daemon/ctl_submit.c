/* Handing in files: `submit`, and the row of `receipt`. The daemon reads the file as it comes and
 * answers with the receipt. Every upload has a batch id, made up here when none is given, so that
 * one that breaks can be resumed: what was done is recognised and skipped. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/crypt.h"
#include "daemon/ctl.h"
#include "daemon/ctl_kafka.h"
#include "daemon/ctl_receipt.h"
#include "daemon/ctl_submit_dir.h"
#include "daemon/ctl_submit_kafka.h"
#include "daemon/delivery.h"
#include "daemon/interrupt.h"
#include "daemon/patience.h"
#include "daemon/progress.h"
#include "daemon/receipt_summary.h"
#include "daemon/terminal.h"
#include "ingest/encoding.h"

enum { SILENT_MS_MAX = 600 * 1000, BATCH_CHARS_MAX = 64 };

struct upload {
    struct ctl *c;
    const char *theme, *department, *batch, *encoding, *sheet;
    bool as_json;
    struct delivery file;
    struct progress progress;
    /* The answer. */
    struct http_answer answer;
    struct buf head; /* the beginning of the receipt, or the problem */
    bool write_failed;
};

static int64_t read_body(void *ctx, char *at, size_t n)
{
    struct upload *u = ctx;
    ssize_t got;
    do
        got = delivery_read(&u->file, at, n);
    while (got < 0 && errno == EINTR && !interrupt_came());
    /* An end that came together with the signal is not the file's. */
    if (interrupt_came())
        return -1;
    return got;
}

static bool write_answer(void *ctx, const char *p, size_t n)
{
    struct upload *u = ctx;
    size_t room = RECEIPT_HEAD_BYTES - u->head.n;
    buf_add(&u->head, p, n < room ? n : room);
    if (u->as_json && u->answer.status == 200)
        u->write_failed = fwrite(p, 1, n, stdout) != n;
    return !u->write_failed;
}

static void on_progress(void *ctx, int64_t sent)
{
    struct upload *u = ctx;
    progress_tell(&u->progress, delivery_done(&u->file, sent));
}

static bool is_batch_id(const char *s)
{
    size_t n = strlen(s);
    for (size_t i = 0; i < n; i++)
        if (!((s[i] >= 'A' && s[i] <= 'Z') || (s[i] >= 'a' && s[i] <= 'z') ||
              (s[i] >= '0' && s[i] <= '9') || strchr("._-", s[i])))
            return false;
    return n > 0 && n <= BATCH_CHARS_MAX;
}

static const char *make_batch_id(struct arena *a)
{
    uint8_t random[10];
    char text[17];
    crypt_random(random, sizeof random);
    base32_print(random, sizeof random, text);
    return arena_printf(a, "ctl-%s", text).p;
}

/* An option as it was given, to be given again. */
static const char *option_again(struct arena *a, const char *name, const char *value)
{
    return value ? arena_printf(a, " --%s %s", name, terminal_shell_word(a, value)).p : "";
}

/* What to type to go on with the same batch. */
static void say_how_to_resume(const struct upload *u)
{
    struct arena *a = u->c->arena;
    fprintf(stderr,
            "  What was received is kept. Go on with the same file and batch id:\n"
            "  creditctl --data %s submit --theme %s%s%s%s --batch %s %s\n",
            terminal_shell_word(a, u->c->data), terminal_shell_word(a, u->theme),
            option_again(a, "department", u->department), option_again(a, "encoding", u->encoding),
            option_again(a, "sheet", u->sheet), u->batch, terminal_shell_word(a, u->file.path));
}

static int fetch(struct upload *u, struct http_request *req, struct reason *why)
{
    buf_clear(&u->head);
    req->unix_socket = ctl_socket(u->c);
    req->write = write_answer;
    req->ctx = u;
    req->timeout_ms = SILENT_MS_MAX;
    int r = http_fetch(req, &u->answer, why);
    buf_fini(&u->answer.body);
    if (r == 0 && u->write_failed)
        return reason_set(why, CE_IO, "writing to standard output: %s", strerror(errno));
    return r;
}

static int post(struct upload *u, struct reason *why)
{
    struct ctl *c = u->c;
    const char *const headers[] = {
        delivery_content_type(&u->file, c->arena, u->encoding),
        arena_printf(c->arena, "Batch-Id: %s", u->batch).p,
        "Accept: application/json",
        NULL,
    };
    struct http_request req = {
        .method = "POST",
        .url = arena_printf(c->arena, "http://credence/v1/submissions?theme=%s%s%s",
                            ctl_escape(c, u->theme), u->department ? "&department=" : "",
                            u->department ? ctl_escape(c, u->department) : "")
                   .p,
        .headers = headers,
        .read = read_body,
        .length = delivery_length(&u->file),
        .asks_first = true,
        .progress = on_progress,
    };
    struct patience patience = {0};
    int r;
    do
        r = fetch(u, &req, why);
    while (r == 0 && patience_again(&patience, &u->answer, &u->file, &u->progress));
    return r;
}

/* The connection broke. The daemon may have finished all the same, so it is asked. */
static int ask_what_became(struct upload *u, const struct reason *broken)
{
    const struct json *batch = interrupt_came() || u->file.err < 0
                                   ? NULL
                                   : ctl_find_batch(u->c, u->department, u->batch, u->theme);
    if (batch && slice_eq(json_get_string(batch, "state"), SLICE("finished"))) {
        struct reason why;
        struct slice id = json_get_string(batch, "id");
        struct http_request req = {
            .method = "GET",
            .url =
                arena_printf(u->c->arena, "http://credence/v1/submissions/%.*s", FMT_SLICE(id)).p,
        };
        bool is_open;
        if (fetch(u, &req, &why) == 0 && u->answer.status == 200)
            return ctl_receipt_show(u->c, buf_slice(&u->head), u->as_json, &is_open);
    }
    ctl_say("%s", interrupt_came()  ? "interrupted"
                  : u->file.err < 0 ? u->file.why.text
                                    : broken->text);
    say_how_to_resume(u);
    return EXIT_CODE_FAILED;
}

static int show_receipt(struct upload *u)
{
    bool is_open;
    int code = ctl_receipt_show(u->c, buf_slice(&u->head), u->as_json, &is_open);
    if (is_open) {
        ctl_say("the batch is not finished");
        say_how_to_resume(u);
    }
    return code;
}

static int send_file(struct upload *u)
{
    struct ctl *c = u->c;
    struct reason why = {""};
    const char *slash = strrchr(u->file.path, '/');
    progress_begin(&u->progress, slash ? slash + 1 : u->file.path, u->file.size,
                   ctl_option(c, "quiet"));
    int r = post(u, &why);
    if (r == CE_UNAVAILABLE && u->progress.done == 0)
        return ctl_no_daemon(c);
    if (r == 0 && u->answer.status == 200)
        progress_end(&u->progress);
    else
        progress_clear(&u->progress);
    if (u->write_failed)
        return ctl_fail(EXIT_CODE_FAILED, "%s", why.text);
    if (r < 0)
        return ask_what_became(u, &why);
    if (u->answer.status == 200)
        return show_receipt(u);
    ctl_say_problem(c, u->answer.status, buf_slice(&u->head));
    if (u->answer.status >= 500)
        say_how_to_resume(u);
    return u->answer.status == 403 ? EXIT_CODE_DEPARTMENT : EXIT_CODE_FAILED;
}

/* NULL for what the register is to find out. */
static bool read_encoding(struct upload *u)
{
    enum encoding ignored;
    const char *given = ctl_option(u->c, "encoding");
    bool is_auto = !given || strcmp(given, "auto") == 0;
    u->encoding = is_auto ? NULL : given;
    return is_auto || encoding_by_name(slice_of(given), &ignored);
}

static int run_submit(struct ctl *c)
{
    if (ctl_option(c, "dir"))
        return ctl_submit_dir(c);
    if (c->word_count != 1)
        return ctl_fail(EXIT_CODE_USAGE, "name one file, or - for standard input, or --dir DIR");
    struct upload *u = ARENA_NEW(c->arena, struct upload);
    struct reason why = {""};
    u->c = c;
    u->theme = ctl_option(c, "theme");
    u->department = ctl_option(c, "department");
    u->batch = ctl_option(c, "batch");
    u->as_json = ctl_option(c, "json") != NULL;
    if (!u->theme)
        return ctl_fail(EXIT_CODE_USAGE,
                        "--theme is missing; `creditctl catalogue list` shows them");
    if (u->batch && !is_batch_id(u->batch))
        return ctl_fail(EXIT_CODE_USAGE,
                        "--batch takes 1 to %d letters, digits, dots, underscores or hyphens",
                        BATCH_CHARS_MAX);
    bool is_new = !u->batch;
    if (is_new)
        u->batch = make_batch_id(c->arena);
    if (!read_encoding(u))
        return ctl_fail(EXIT_CODE_USAGE,
                        "--encoding is utf-8, gb18030 (also gbk, gb2312) or auto, not %.60s",
                        ctl_option(c, "encoding"));
    if (ctl_option(c, "kafka"))
        return ctl_submit_kafka(c, u->batch, is_new);
    u->sheet = ctl_option(c, "sheet");
    int r = delivery_open(&u->file, c->words[0], ctl_option(c, "format"), u->sheet, &why);
    if (r < 0) {
        delivery_close(&u->file);
        return ctl_fail(r == CE_INVALID ? EXIT_CODE_USAGE : EXIT_CODE_FAILED, "%s", why.text);
    }
    interrupt_watch();
    buf_init(&u->head, RECEIPT_HEAD_BYTES);
    int code = send_file(u);
    delivery_close(&u->file);
    buf_fini(&u->head);
    return code;
}

static const struct option_row submit_options[] = {
    {"theme", "T", "The theme whose rows the file holds; see `creditctl catalogue list`."},
    {"department", "D", "Who hands it in; default: the department responsible for the theme."},
    {"batch", "ID",
     "Name of this delivery. The same name and file again brings the first receipt and stores "
     "nothing twice; default: a new name."},
    {"format", "F", "csv, ndjson or xlsx; default: by the file's name, else by its beginning."},
    {"encoding", "E",
     "utf-8, gb18030 (also gbk, gb2312) or auto, the default: the header decides, or the first row "
     "that tells. Of CSV and NDJSON."},
    {"sheet", "NAME", "The sheet of an XLSX workbook; default: the first."},
    {"dir", "DIR",
     "In place of a file: every file of the folder and of the folders in it, in the order of their "
     "names. A file is named for its theme, and its batch id is made from its content, so that the "
     "command can be repeated."},
    {"at-once", "N",
     "With --dir: so many files are on their way at one time, 1 to 64, default 32, and fewer where "
     "the register has no room for them. Files of one theme go one after the other; with 1 all "
     "do."},
    {"kafka", "HOST:PORT,...",
     "Publishes the file to the department's topic at these brokers in place of sending it to "
     "creditd; `configured`: those of the settings. Needs no creditd here."},
    CTL_KAFKA_OPTIONS,
    {"json", NULL, "Prints the whole receipt as one JSON object."},
    {"quiet", NULL, "Shows no progress."},
};
static const struct option_row receipt_options[] = {
    {"csv", NULL,
     "All rows but those that were stored or changed without a warning, as CSV for a spreadsheet."},
    {"rejects", NULL,
     "The rejected rows as they were sent, with what is wrong in each, as CSV: to be corrected in "
     "a "
     "spreadsheet and handed in again."},
    {"json", NULL, "The whole receipt as one JSON object."},
};

const struct ctl_command ctl_submit_commands[] = {
    {"submit", "--theme T [--department D] [--batch ID] [--json] FILE|-, or --dir DIR",
     "Hands in a file (CSV, NDJSON or XLSX) and shows its receipt",
     "Sends the file to creditd, shows how far it is, and prints the receipt: how many rows were\n"
     "stored, changed, duplicate, stale and rejected, and for the first rows that need attention\n"
     "what to do about them. CSV has a header with item names or codes as in `creditctl catalogue\n"
     "show T`; NDJSON has one object a line. UTF-8 or GB18030 (GBK), any line ends, any size.\n"
     "Of an XLSX workbook one sheet is read, whose first row that is not empty is the header. `-`\n"
     "reads standard input.\n\n"
     "An upload that breaks can be resumed: run it again with the same --batch and the same "
     "file.\n"
     "When creditd takes no more uploads at one time it is asked again, for ten minutes at "
     "most.\n\n"
     "With --kafka every row becomes a message of the topic credit.submissions.<department>, and "
     "the\n"
     "command ends when the brokers have all of them; the receipt follows when creditd has read "
     "them.\n\n"
     "Exit status 0: no row was rejected; 3: some were, the others are stored; 4: the department "
     "may\nnot hand in this theme; others: failures.",
     submit_options, ARRAY_LEN(submit_options), 0, 1, run_submit},
    {"receipt", "ID [--csv|--rejects|--json]", "Shows the receipt of an earlier delivery",
     "Shows a receipt again. ID stands in the receipt that `submit` printed.", receipt_options,
     ARRAY_LEN(receipt_options), 1, 1, ctl_receipt},
    {0},
};
