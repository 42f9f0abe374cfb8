/* Handing in a whole folder: what all departments of a city have sent, or a backlog. One file after
 * the other, each a batch whose id is made from its theme and its bytes: the command can be
 * repeated after whatever happened, and goes on where it was. A file that is refused is told, and
 * the next one comes. */
#include "daemon/ctl_submit_dir.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/crypt.h"
#include "daemon/delivery.h"
#include "daemon/interrupt.h"
#include "daemon/progress.h"
#include "daemon/receipt_summary.h"
#include "daemon/terminal.h"

enum {
    FILES_MAX = 100000,
    FOLDERS_DEEP = 8,
    SILENT_MS_MAX = 600 * 1000,
    READ_BYTES = 256 * 1024,
    BATCH_BYTES = 15, /* of the hash; 24 characters */
    THEME_COLUMNS = 44,
};

struct file {
    const char *path, *theme;
    int64_t size;
};

struct tree {
    struct ctl *c;
    struct file *files;
    size_t count;
    int64_t bytes;      /* of all files */
    int64_t bytes_done; /* of the files before this one */
    struct progress progress;
    struct delivery delivery;
    struct buf answer;
    struct receipt_counts sum;
    size_t refused;
};

/* ---- which files ---- */

/* The theme of a file by its name; NULL for what is no file of records. */
static const char *theme_of(struct ctl *c, const char *name)
{
    static const char *const endings[] = {".csv", ".ndjson", ".jsonl", ".xlsx"};
    struct slice s = slice_of(name);
    if (slice_eq(s, SLICE("manifest.ndjson"))) /* of a sample, beside its files */
        return NULL;
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        struct slice ending = slice_of(endings[i]);
        if (s.n > ending.n && slice_eq_nocase(slice_from(s, s.n - ending.n), ending))
            return arena_printf(c->arena, "%.*s", (int)(s.n - ending.n), s.p).p;
    }
    return NULL;
}

static int list_folder(struct tree *t, const char *path, unsigned depth)
{
    struct ctl *c = t->c;
    int code = EXIT_CODE_OK;
    DIR *d = depth > FOLDERS_DEEP ? NULL : opendir(path);
    if (!d)
        return ctl_fail(EXIT_CODE_FAILED, "%s cannot be read: %s", path,
                        depth > FOLDERS_DEEP ? "too many folders in folders" : strerror(errno));
    for (struct dirent *e = readdir(d); e && code == EXIT_CODE_OK; e = readdir(d)) {
        struct stat st;
        if (e->d_name[0] == '.')
            continue;
        const char *at = arena_printf(c->arena, "%s/%s", path, e->d_name).p;
        const char *theme = theme_of(c, e->d_name);
        if (stat(at, &st) < 0)
            code = ctl_fail(EXIT_CODE_FAILED, "%s cannot be read: %s", at, strerror(errno));
        else if (S_ISDIR(st.st_mode))
            code = list_folder(t, at, depth + 1);
        else if (theme && t->count == FILES_MAX)
            code = ctl_fail(EXIT_CODE_FAILED, "%s holds more than %d files", path, FILES_MAX);
        else if (theme)
            t->files[t->count++] = (struct file){at, theme, st.st_size};
    }
    closedir(d);
    return code;
}

static int by_path(const void *a, const void *b)
{
    const struct file *x = a, *y = b;
    return strcmp(x->path, y->path);
}

/* ---- one file ---- */

/* Theme and content make the id: a file that was changed is another delivery. */
static int batch_of(struct tree *t, const struct file *f, char ret[32])
{
    AUTO(sha256_destroy) struct sha256 *h = sha256_create();
    AUTO_BUF(b, READ_BYTES);
    uint8_t hash[32];
    FILE *in = fopen(f->path, "re");
    char *at = buf_grow(&b, READ_BYTES);
    if (!in)
        return ctl_fail(EXIT_CODE_FAILED, "%s cannot be read: %s", f->path, strerror(errno));
    sha256_add(h, slice_of(f->theme));
    for (size_t n; !interrupt_came() && (n = fread(at, 1, READ_BYTES, in)) > 0;)
        sha256_add(h, slice_make(at, n));
    bool failed = ferror(in);
    fclose(in);
    sha256_now(h, hash);
    memcpy(ret, "dir-", 4);
    base32_print(hash, BATCH_BYTES, ret + 4);
    (void)t;
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

static int post(struct tree *t, const struct file *f, const char *batch,
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

static void print_line(struct tree *t, const struct receipt_summary *s)
{
    struct ctl *c = t->c;
    const struct receipt_counts *n = &s->counts;
    progress_clear(&t->progress);
    printf("%s%12s  %13s%13s  %s\n", terminal_column(c->arena, s->theme, THEME_COLUMNS),
           terminal_number(c->arena, n->received), terminal_number(c->arena, n->rejected),
           terminal_number(c->arena, n->warned), terminal_text(c->arena, s->id));
    fflush(stdout);
}

static void add_counts(struct receipt_counts *sum, const struct receipt_counts *n)
{
    sum->received += n->received;
    sum->stored += n->stored;
    sum->changed += n->changed;
    sum->duplicate += n->duplicate;
    sum->stale += n->stale;
    sum->rejected += n->rejected;
    sum->warned += n->warned;
}

/* The receipt of a file that was taken; what else is said is the file's, and the next one comes. */
static int take_answer(struct tree *t, const struct file *f, const struct http_answer *answer)
{
    struct ctl *c = t->c;
    struct receipt_summary s;
    if (answer->status == 200 && receipt_summary_read(c->arena, buf_slice(&t->answer), &s) == 0 &&
        s.is_finished) {
        add_counts(&t->sum, &s.counts);
        print_line(t, &s);
        return EXIT_CODE_OK;
    }
    progress_clear(&t->progress);
    ctl_say("%s:", f->path);
    ctl_say_problem(c, answer->status, buf_slice(&t->answer));
    t->refused++;
    return answer->status >= 500 ? EXIT_CODE_FAILED : EXIT_CODE_OK;
}

static int send_one(struct tree *t, const struct file *f)
{
    struct http_answer answer = {0};
    struct reason why = {""};
    char batch[32];
    int code = batch_of(t, f, batch);
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

static void print_sum(struct tree *t, size_t done)
{
    struct ctl *c = t->c;
    const struct receipt_counts *n = &t->sum;
    printf("\n%s 个文件 files: 收到 received %s = 已入库 stored %s + 已变更 changed %s + 重复 "
           "duplicate "
           "%s + 过时 stale %s + 退回 rejected %s; 带警告 warned %s\n",
           terminal_number(c->arena, (int64_t)done), terminal_number(c->arena, n->received),
           terminal_number(c->arena, n->stored), terminal_number(c->arena, n->changed),
           terminal_number(c->arena, n->duplicate), terminal_number(c->arena, n->stale),
           terminal_number(c->arena, n->rejected), terminal_number(c->arena, n->warned));
}

static int send_all(struct tree *t)
{
    struct ctl *c = t->c;
    int code = EXIT_CODE_OK;
    size_t done = 0;
    printf("%s     行 rows  退回 rejected  警告 warned  回执 receipt\n",
           terminal_column(c->arena, SLICE("主题 theme"), THEME_COLUMNS));
    progress_begin(&t->progress, "submit", t->bytes, ctl_option(c, "quiet"));
    for (; done < t->count && code == EXIT_CODE_OK && !interrupt_came(); done++) {
        struct arena_mark mark = arena_set_mark(c->arena);
        code = send_one(t, &t->files[done]);
        arena_rewind(c->arena, mark);
    }
    progress_clear(&t->progress);
    print_sum(t, done - t->refused - (code != EXIT_CODE_OK || interrupt_came()));
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
    struct arena *a = c->arena;
    t->c = c;
    t->files = ARENA_ARRAY(a, struct file, FILES_MAX);
    int code = list_folder(t, ctl_option(c, "dir"), 0);
    if (code != EXIT_CODE_OK)
        return code;
    if (t->count == 0)
        return ctl_fail(EXIT_CODE_USAGE, "%s holds no file THEME.csv or THEME.ndjson",
                        ctl_option(c, "dir"));
    qsort(t->files, t->count, sizeof t->files[0], by_path);
    for (size_t i = 0; i < t->count; i++)
        t->bytes += t->files[i].size;
    interrupt_watch();
    buf_init(&t->answer, RECEIPT_HEAD_BYTES);
    code = send_all(t);
    buf_fini(&t->answer);
    return code;
}
