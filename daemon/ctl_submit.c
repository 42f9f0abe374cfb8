/* Handing in files: `submit` and `receipt`. The daemon reads the file as it comes and answers with
 * the receipt. Every upload has a batch id, made up here when none is given, so that one that
 * breaks can be resumed: what was done is recognised and skipped. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/crypt.h"
#include "daemon/ctl.h"
#include "daemon/progress.h"
#include "daemon/receipt_summary.h"

enum { PEEK_BYTES = 4096, ROWS_SHOWN = 10, SILENT_MS_MAX = 600 * 1000, BATCH_CHARS_MAX = 64 };

struct upload {
    struct ctl *c;
    const char *path, *theme, *department, *batch, *type;
    int fd;
    int64_t size; /* -1: not known */
    bool as_json;
    char peek[PEEK_BYTES]; /* of what is no regular file: read to find out the format */
    size_t peek_n, peek_at;
    struct progress progress;
    int read_errno;
    /* The answer. */
    struct http_answer answer;
    struct buf head; /* the beginning of the receipt, or the problem */
    bool write_failed;
};

static volatile sig_atomic_t is_interrupted;

static void on_signal(int number)
{
    (void)number;
    is_interrupted = 1;
}

/* SIGINT ends the upload, not the program, which still says how to go on. */
static void watch_signals(void)
{
    struct sigaction act = {.sa_handler = on_signal};
    sigemptyset(&act.sa_mask);
    CHECK(sigaction(SIGINT, &act, NULL) == 0 && sigaction(SIGTERM, &act, NULL) == 0);
}

static ssize_t read_some(int fd, char *at, size_t n)
{
    for (;;) {
        ssize_t got = read(fd, at, n);
        if (got >= 0 || errno != EINTR || is_interrupted)
            return got;
    }
}

static int64_t read_body(void *ctx, char *at, size_t n)
{
    struct upload *u = ctx;
    if (is_interrupted)
        return -1;
    if (u->peek_at < u->peek_n) {
        size_t k = u->peek_n - u->peek_at < n ? u->peek_n - u->peek_at : n;
        memcpy(at, u->peek + u->peek_at, k);
        u->peek_at += k;
        return (int64_t)k;
    }
    ssize_t got = read_some(u->fd, at, n);
    if (got < 0)
        u->read_errno = errno;
    /* An end that came together with the signal is not the file's. */
    return is_interrupted ? -1 : got;
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
    progress_tell(&u->progress, sent);
}

static const char *type_of_name(const char *path)
{
    struct slice s = slice_of(path);
    if (s.n > 4 && slice_eq_nocase(slice_from(s, s.n - 4), SLICE(".csv")))
        return "text/csv";
    if ((s.n > 7 && slice_eq_nocase(slice_from(s, s.n - 7), SLICE(".ndjson"))) ||
        (s.n > 6 && slice_eq_nocase(slice_from(s, s.n - 6), SLICE(".jsonl"))))
        return "application/x-ndjson";
    return NULL;
}

/* A line of NDJSON begins with a brace, and no header of a CSV file does. */
static const char *type_of_content(struct slice s)
{
    if (slice_starts(s, SLICE("\xEF\xBB\xBF")))
        s = slice_from(s, 3);
    return slice_starts(slice_trim(s), SLICE("{")) ? "application/x-ndjson" : "text/csv";
}

static int choose_type(struct upload *u)
{
    const char *format = ctl_option(u->c, "format");
    if (format && strcmp(format, "csv") != 0 && strcmp(format, "ndjson") != 0)
        return ctl_fail(EXIT_CODE_USAGE, "--format is csv or ndjson, not %.60s", format);
    u->type =
        format ? (*format == 'c' ? "text/csv" : "application/x-ndjson") : type_of_name(u->path);
    if (u->type)
        return 0;
    while (u->peek_n < PEEK_BYTES) {
        ssize_t n = read_some(u->fd, u->peek + u->peek_n, PEEK_BYTES - u->peek_n);
        if (n < 0)
            return ctl_fail(EXIT_CODE_FAILED, "reading %s: %s", u->path, strerror(errno));
        if (n == 0)
            break;
        u->peek_n += (size_t)n;
    }
    u->type = type_of_content(slice_make(u->peek, u->peek_n));
    return 0;
}

static int open_file(struct upload *u)
{
    bool is_stdin = strcmp(u->path, "-") == 0;
    u->fd = is_stdin ? STDIN_FILENO : open(u->path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (u->fd < 0 || fstat(u->fd, &st) < 0)
        return ctl_fail(EXIT_CODE_FAILED, "%s cannot be read: %s", u->path, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return ctl_fail(EXIT_CODE_FAILED, "%s is a folder; name a file in it", u->path);
    off_t at = S_ISREG(st.st_mode) ? lseek(u->fd, 0, SEEK_CUR) : -1;
    u->size = at >= 0 && st.st_size >= at ? (int64_t)(st.st_size - at) : -1;
    return 0;
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

/* What to type to go on with the same batch. */
static void say_how_to_resume(const struct upload *u)
{
    fprintf(stderr,
            "  What was received is kept. Go on with the same file and batch id:\n"
            "  creditctl --data %s submit --theme %s%s%s --batch %s %s\n",
            u->c->data, u->theme, u->department ? " --department " : "",
            u->department ? u->department : "", u->batch, u->path);
}

/* A receipt was answered: shows it and says by the exit code whether rows were rejected. */
static int show_receipt(struct upload *u)
{
    struct receipt_summary s;
    if (receipt_summary_read(u->c->arena, buf_slice(&u->head), &s) < 0)
        return ctl_fail(EXIT_CODE_FAILED, "the receipt cannot be read");
    if (u->as_json)
        fputc('\n', stdout);
    else
        receipt_summary_print(u->c->arena, &s, ROWS_SHOWN, stdout);
    if (!s.is_finished) {
        ctl_say("the batch is not finished");
        say_how_to_resume(u);
        return EXIT_CODE_FAILED;
    }
    return s.counts.rejected ? EXIT_CODE_ROWS_REJECTED : EXIT_CODE_OK;
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
        r = CE_IO;
    return r;
}

/* The id of our batch's receipt among the newest ones; empty when it is not there. */
static struct slice find_receipt(struct upload *u)
{
    struct ctl *c = u->c;
    const char *path =
        arena_printf(c->arena, "/v1/submissions?limit=100%s%s", u->department ? "&department=" : "",
                     u->department ? ctl_escape(c, u->department) : "")
            .p;
    int status = 0;
    struct slice body;
    struct json *list;
    if (ctl_fetch(c, "GET", path, &status, &body, NULL) < 0 || status != 200 ||
        json_parse(c->arena, body, body.n, &list, NULL) < 0)
        return (struct slice){0};
    const struct json *items = json_get(list, "items");
    for (size_t i = 0; items && i < items->count; i++)
        if (slice_eq(json_get_string(&items->items[i], "batch"), slice_of(u->batch)) &&
            slice_eq(json_get_string(&items->items[i], "theme"), slice_of(u->theme)))
            return json_get_string(&items->items[i], "id");
    return (struct slice){0};
}

/* The connection broke. The daemon may have finished all the same, so it is asked. */
static int ask_for_receipt(struct upload *u, const struct reason *broken)
{
    struct slice id = {0};
    if (!is_interrupted && !u->read_errno)
        id = find_receipt(u);
    if (id.n) {
        struct reason why;
        struct http_request req = {
            .method = "GET",
            .url =
                arena_printf(u->c->arena, "http://credence/v1/submissions/%.*s", FMT_SLICE(id)).p,
        };
        if (fetch(u, &req, &why) == 0 && u->answer.status == 200)
            return show_receipt(u);
    }
    ctl_say("%s", is_interrupted ? "interrupted" : broken->text);
    say_how_to_resume(u);
    return EXIT_CODE_FAILED;
}

static int send_file(struct upload *u)
{
    struct ctl *c = u->c;
    const char *const headers[] = {
        arena_printf(c->arena, "Content-Type: %s", u->type).p,
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
        .length = u->size,
        .progress = on_progress,
    };
    struct reason why = {""};
    const char *slash = strrchr(u->path, '/');
    progress_begin(&u->progress, slash ? slash + 1 : u->path, u->size, ctl_option(c, "quiet"));
    int r = fetch(u, &req, &why);
    if (r == CE_UNAVAILABLE && u->progress.done == 0)
        return ctl_no_daemon(c);
    if (r == 0 && u->answer.status == 200)
        progress_end(&u->progress);
    else
        progress_clear(&u->progress);
    if (u->read_errno)
        ctl_say("reading %s: %s", u->path, strerror(u->read_errno));
    if (r < 0)
        return ask_for_receipt(u, &why);
    if (u->answer.status == 200)
        return show_receipt(u);
    ctl_say_problem(c, u->answer.status, buf_slice(&u->head));
    if (u->answer.status >= 500)
        say_how_to_resume(u);
    return u->answer.status == 403 ? EXIT_CODE_DEPARTMENT : EXIT_CODE_FAILED;
}

static int run_submit(struct ctl *c)
{
    struct upload u = {
        .c = c,
        .path = c->words[0],
        .theme = ctl_option(c, "theme"),
        .department = ctl_option(c, "department"),
        .batch = ctl_option(c, "batch"),
        .as_json = ctl_option(c, "json") != NULL,
        .fd = -1,
    };
    if (!u.theme)
        return ctl_fail(EXIT_CODE_USAGE,
                        "--theme is missing; `creditctl catalogue list` shows them");
    if (u.batch && !is_batch_id(u.batch))
        return ctl_fail(EXIT_CODE_USAGE,
                        "--batch takes 1 to %d letters, digits, dots, underscores or hyphens",
                        BATCH_CHARS_MAX);
    if (!u.batch)
        u.batch = make_batch_id(c->arena);
    watch_signals();
    buf_init(&u.head, RECEIPT_HEAD_BYTES);
    int code = open_file(&u);
    if (code == 0)
        code = choose_type(&u);
    if (code == 0)
        code = send_file(&u);
    if (u.fd > STDIN_FILENO)
        close(u.fd);
    buf_fini(&u.head);
    return code;
}

static int run_receipt(struct ctl *c)
{
    bool as_csv = ctl_option(c, "csv"), as_json = ctl_option(c, "json");
    const char *id = ctl_escape(c, c->words[0]);
    if (as_csv || as_json) {
        int code = ctl_copy(
            c, arena_printf(c->arena, "/v1/submissions/%s%s", id, as_csv ? "?format=csv" : "").p);
        if (code == 0 && as_json)
            fputc('\n', stdout);
        return code;
    }
    struct upload u = {.c = c};
    struct reason why;
    buf_init(&u.head, RECEIPT_HEAD_BYTES);
    struct http_request req = {
        .method = "GET",
        .url = arena_printf(c->arena, "http://credence/v1/submissions/%s", id).p,
    };
    int r = fetch(&u, &req, &why);
    struct receipt_summary s;
    int code = EXIT_CODE_OK;
    if (r == CE_UNAVAILABLE) {
        code = ctl_no_daemon(c);
    } else if (r < 0) {
        code = ctl_fail(EXIT_CODE_FAILED, "%s", why.text);
    } else if (u.answer.status != 200) {
        ctl_say_problem(c, u.answer.status, buf_slice(&u.head));
        code = EXIT_CODE_FAILED;
    } else if (receipt_summary_read(c->arena, buf_slice(&u.head), &s) < 0) {
        code = ctl_fail(EXIT_CODE_FAILED, "the receipt cannot be read");
    } else {
        receipt_summary_print(c->arena, &s, ROWS_SHOWN, stdout);
    }
    buf_fini(&u.head);
    return code;
}

static const struct option_row submit_options[] = {
    {"theme", "T", "The theme whose rows the file holds; see `creditctl catalogue list`."},
    {"department", "D", "Who hands it in; default: the department responsible for the theme."},
    {"batch", "ID",
     "Name of this delivery. The same name and file again brings the first receipt and stores "
     "nothing twice; default: a new name."},
    {"format", "F", "csv or ndjson; default: by the file's name, else by its beginning."},
    {"json", NULL, "Prints the whole receipt as one JSON object."},
    {"quiet", NULL, "Shows no progress."},
};
static const struct option_row receipt_options[] = {
    {"csv", NULL, "The rows that were not stored or carry a warning, as CSV for a spreadsheet."},
    {"json", NULL, "The whole receipt as one JSON object."},
};

const struct ctl_command ctl_submit_commands[] = {
    {"submit", "--theme T [--department D] [--batch ID] [--json] FILE|-",
     "Hands in a file (CSV or NDJSON) and shows its receipt",
     "Sends the file to creditd, shows how far it is, and prints the receipt: how many rows were\n"
     "stored, changed, duplicate, stale and rejected, and for the first rows that need attention\n"
     "what to do about them. CSV has a header with item names or codes as in `creditctl catalogue\n"
     "show T`; NDJSON has one object a line. UTF-8, with or without BOM, any line ends, any size.\n"
     "`-` reads standard input.\n\n"
     "An upload that breaks can be resumed: run it again with the same --batch and the same "
     "file.\n\n"
     "Exit status 0: no row was rejected; 3: some were, the others are stored; 4: the department "
     "may\n"
     "not hand in this theme; others: failures.",
     submit_options, ARRAY_LEN(submit_options), 1, 1, run_submit},
    {"receipt", "ID [--csv|--json]", "Shows the receipt of an earlier delivery",
     "Shows a receipt again. ID stands in the receipt that `submit` printed.", receipt_options,
     ARRAY_LEN(receipt_options), 1, 1, run_receipt},
    {0},
};
