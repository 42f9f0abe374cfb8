/* Handing in a whole folder: what all departments of a city have sent, or a backlog. Several files
 * at one time, those of one theme one after the other, each a batch whose id is made from its theme
 * and its bytes: the command can be repeated after whatever happened, and goes on where it was. A
 * file that is refused is told, and the next one comes. Where the register has no room for so many,
 * fewer go at one time, and it is left room for others. */
#include "daemon/ctl_submit_dir.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/crypt.h"
#include "base/thread.h"
#include "daemon/delivery.h"
#include "daemon/interrupt.h"
#include "daemon/progress.h"
#include "daemon/receipt_summary.h"
#include "daemon/receipt_table.h"
#include "daemon/tree.h"

enum {
    SILENT_MS_MAX = 600 * 1000,
    READ_BYTES = 256 * 1024,
    AT_ONCE = 48,
    AT_ONCE_MAX = 64,
    TURNED_AWAY_MS = 200,               /* until it is tried again */
    TURNED_AWAY_MS_MAX = 5 * 60 * 1000, /* without any file of ours that was taken */
    SENDER_ARENA_BYTES = 64 << 20,
    LOOK_AHEAD = 512, /* files, for one that can go now */
};

enum file_state { FILE_WAITS, FILE_IS_SENT, FILE_IS_DONE };

/* Kept until the lines of the files before it are out: the table is in the order of the files,
 * whichever ends first. */
struct line {
    bool is_there;
    struct slice theme, id;
    struct receipt_counts counts;
};

/* What the senders share. */
struct tree {
    struct ctl *c;
    struct tree_file *files;
    size_t count;
    pthread_mutex_t lock; /* guards the rest, and what is printed */
    pthread_cond_t changed;
    enum file_state *states;
    struct line *lines;
    size_t first;   /* that is not done */
    size_t printed; /* lines */
    size_t done;
    unsigned at_once, sending; /* files: at most, and now */
    int64_t taken_ms;          /* when the register last took a file */
    int64_t bytes_sent;
    struct progress progress;
    struct receipt_counts sum;
    size_t refused;
    int code; /* not OK: no further files */
};

/* One connection. */
struct sender {
    struct tree *tree;
    struct ctl ctl; /* with an arena of its own */
    pthread_t thread;
    struct delivery delivery;
    struct buf answer;
    size_t at;       /* the file at hand */
    int64_t counted; /* of it, in tree->bytes_sent */
    bool is_turned_away;
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
    struct sender *s = ctx;
    ssize_t got;
    do
        got = delivery_read(&s->delivery, at, n);
    while (got < 0 && errno == EINTR && !interrupt_came());
    return interrupt_came() ? -1 : got;
}

/* The counts of the receipt are enough: reading its rows would cost more than sending the file's.
 */
static bool write_answer(void *ctx, const char *p, size_t n)
{
    struct sender *s = ctx;
    size_t room = RECEIPT_COUNTS_BYTES - s->answer.n;
    buf_add(&s->answer, p, n < room ? n : room);
    return true;
}

/* So much of the file at hand has gone. With the lock held. */
static void count_sent(struct sender *s, int64_t bytes)
{
    struct tree *t = s->tree;
    t->bytes_sent += bytes - s->counted;
    s->counted = bytes;
    progress_tell(&t->progress, t->bytes_sent);
}

static void on_progress(void *ctx, int64_t sent)
{
    struct sender *s = ctx;
    pthread_mutex_lock(&s->tree->lock);
    count_sent(s, delivery_done(&s->delivery, sent));
    pthread_mutex_unlock(&s->tree->lock);
}

static int post(struct sender *s, const struct tree_file *f, const char *batch,
                struct http_answer *ret_answer, struct reason *why)
{
    struct ctl *c = &s->ctl;
    const char *department = ctl_option(c, "department");
    const char *const headers[] = {
        delivery_content_type(&s->delivery, c->arena, NULL),
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
        .ctx = s,
        .length = delivery_length(&s->delivery),
        .asks_first = true,
        .timeout_ms = SILENT_MS_MAX,
    };
    buf_clear(&s->answer);
    int r = http_fetch(&req, ret_answer, why);
    buf_fini(&ret_answer->body);
    return r;
}

/* The file waits for its turn again, and from now on fewer go at one time, so that there is room
 * for others too. */
static void put_back(struct sender *s)
{
    struct tree *t = s->tree;
    unsigned others = t->sending - 1;
    count_sent(s, 0);
    t->states[s->at] = FILE_WAITS;
    t->first = s->at < t->first ? s->at : t->first;
    if (t->at_once > others)
        t->at_once = others > 2 ? others - 1 : 1;
    s->is_turned_away = true;
}

/* Up to the first file that is not done, or `all` there are. */
static void print_lines(struct sender *s, bool all)
{
    struct tree *t = s->tree;
    for (; t->printed < t->count && (all || t->states[t->printed] == FILE_IS_DONE); t->printed++) {
        const struct line *l = &t->lines[t->printed];
        if (l->is_there)
            receipt_table_line(s->ctl.arena, l->theme, &l->counts, l->id);
    }
}

/* The receipt of a file that was taken; what else is said is the file's, and the next one comes.
 * With the lock held. */
static int take_answer(struct sender *s, const struct http_answer *answer)
{
    struct tree *t = s->tree;
    const struct tree_file *f = &t->files[s->at];
    struct receipt_summary summary;
    if (answer->status == 503 && clock_mono_ms() - t->taken_ms < TURNED_AWAY_MS_MAX) {
        put_back(s);
        return EXIT_CODE_OK;
    }
    t->taken_ms = clock_mono_ms();
    count_sent(s, f->size);
    t->states[s->at] = FILE_IS_DONE;
    t->done++;
    progress_clear(&t->progress);
    if (answer->status == 200 &&
        receipt_summary_read(s->ctl.arena, buf_slice(&s->answer), &summary) == 0 &&
        summary.is_finished) {
        receipt_counts_add(&t->sum, &summary.counts);
        t->lines[s->at] = (struct line){true, arena_dup(t->c->arena, summary.theme),
                                        arena_dup(t->c->arena, summary.id), summary.counts};
        print_lines(s, false);
        return EXIT_CODE_OK;
    }
    ctl_say("%s:", f->path);
    ctl_say_problem(&s->ctl, answer->status, buf_slice(&s->answer));
    t->refused++;
    return answer->status >= 500 ? EXIT_CODE_FAILED : EXIT_CODE_OK;
}

/* With the lock held, save while the file is on its way. */
static int send_one(struct sender *s)
{
    struct tree *t = s->tree;
    const struct tree_file *f = &t->files[s->at];
    struct http_answer answer = {0};
    struct reason why = {""};
    char batch[TREE_BATCH_BYTES];
    s->counted = 0;
    pthread_mutex_unlock(&t->lock);
    int code = batch_of(f, batch), r = 0;
    if (code == EXIT_CODE_OK && !interrupt_came()) {
        r = delivery_open(&s->delivery, f->path, NULL, NULL, &why);
        if (r == 0)
            r = post(s, f, batch, &answer, &why);
        delivery_close(&s->delivery);
    }
    pthread_mutex_lock(&t->lock);
    if (code != EXIT_CODE_OK || interrupt_came())
        return EXIT_CODE_FAILED;
    if (r == 0)
        return take_answer(s, &answer);
    if (t->code != EXIT_CODE_OK) /* another one has said so */
        return t->code;
    progress_clear(&t->progress);
    if (r == CE_UNAVAILABLE)
        return ctl_no_daemon(&s->ctl);
    return ctl_fail(EXIT_CODE_FAILED, "%s: %s", f->path,
                    s->delivery.err < 0 ? s->delivery.why.text : why.text);
}

/* ---- all of them ---- */

static bool theme_is_sent(const struct tree *t, const char *theme)
{
    for (size_t i = t->first; i < t->count && i < t->first + LOOK_AHEAD; i++)
        if (t->states[i] == FILE_IS_SENT && strcmp(t->files[i].theme, theme) == 0)
            return true;
    return false;
}

/* The next file whose theme is not on its way: of one theme the later file counts as the later
 * word. t->count when there is none now. */
static size_t choose(struct tree *t)
{
    while (t->first < t->count && t->states[t->first] == FILE_IS_DONE)
        t->first++;
    for (size_t i = t->first; i < t->count && i < t->first + LOOK_AHEAD; i++)
        if (t->states[i] == FILE_WAITS && !theme_is_sent(t, t->files[i].theme))
            return i;
    return t->count;
}

static void *send_files(void *ctx)
{
    struct sender *s = ctx;
    struct tree *t = s->tree;
    pthread_mutex_lock(&t->lock);
    while (t->code == EXIT_CODE_OK && t->done < t->count && !interrupt_came()) {
        s->at = t->sending < t->at_once ? choose(t) : t->count;
        if (s->at == t->count) {
            pthread_cond_wait(&t->changed, &t->lock);
            continue;
        }
        t->sending++;
        t->states[s->at] = FILE_IS_SENT;
        s->is_turned_away = false;
        int code = send_one(s);
        if (t->code == EXIT_CODE_OK)
            t->code = code;
        t->sending--;
        arena_reset(s->ctl.arena);
        pthread_cond_broadcast(&t->changed);
        pthread_mutex_unlock(&t->lock);
        if (s->is_turned_away)
            nanosleep(&(struct timespec){.tv_nsec = TURNED_AWAY_MS * 1000000L}, NULL);
        pthread_mutex_lock(&t->lock);
    }
    pthread_cond_broadcast(&t->changed);
    pthread_mutex_unlock(&t->lock);
    return NULL;
}

static void run_senders(struct tree *t)
{
    unsigned count = t->at_once < t->count ? t->at_once : (unsigned)t->count;
    struct sender *all = ARENA_ARRAY(t->c->arena, struct sender, count);
    for (unsigned i = 0; i < count; i++) {
        struct sender *s = &all[i];
        s->tree = t;
        s->ctl = *t->c;
        s->ctl.arena = arena_create(SENDER_ARENA_BYTES);
        buf_init(&s->answer, RECEIPT_COUNTS_BYTES);
        s->thread = thread_start("send", send_files, s);
    }
    for (unsigned i = 0; i < count; i++)
        pthread_join(all[i].thread, NULL);
    progress_clear(&t->progress);
    print_lines(&all[0], true);
    for (unsigned i = 0; i < count; i++) {
        buf_fini(&all[i].answer);
        arena_destroy(all[i].ctl.arena);
    }
}

static int send_all(struct tree *t, int64_t bytes)
{
    struct ctl *c = t->c;
    receipt_table_head(c->arena);
    progress_begin(&t->progress, "submit", bytes, ctl_option(c, "quiet"));
    run_senders(t);
    receipt_table_sum(c->arena, t->done - t->refused, &t->sum);
    if (t->code != EXIT_CODE_OK || interrupt_came()) {
        ctl_say("%s; the same command goes on where it was",
                interrupt_came() ? "interrupted" : "not all files were handed in");
        return t->code == EXIT_CODE_OK ? EXIT_CODE_FAILED : t->code;
    }
    if (t->refused)
        return ctl_fail(EXIT_CODE_FAILED, "%zu files were refused, the others are stored",
                        t->refused);
    return t->sum.rejected ? EXIT_CODE_ROWS_REJECTED : EXIT_CODE_OK;
}

static bool read_at_once(const struct ctl *c, unsigned *ret)
{
    const char *text = ctl_option(c, "at-once");
    uint64_t n = AT_ONCE;
    bool is_right = !text || (slice_u64(slice_of(text), &n) && n >= 1 && n <= AT_ONCE_MAX);
    *ret = (unsigned)n;
    return is_right;
}

int ctl_submit_dir(struct ctl *c)
{
    struct tree *t = ARENA_NEW(c->arena, struct tree);
    int64_t bytes;
    t->c = c;
    if (!read_at_once(c, &t->at_once))
        return ctl_fail(EXIT_CODE_USAGE, "--at-once is a number from 1 to %d", AT_ONCE_MAX);
    int code = tree_list(c, ctl_option(c, "dir"), &t->files, &t->count, &bytes);
    if (code != EXIT_CODE_OK)
        return code;
    interrupt_watch();
    t->states = ARENA_ARRAY(c->arena, enum file_state, t->count);
    t->lines = ARENA_ARRAY(c->arena, struct line, t->count);
    t->taken_ms = clock_mono_ms();
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->changed, NULL);
    code = send_all(t, bytes);
    pthread_cond_destroy(&t->changed);
    pthread_mutex_destroy(&t->lock);
    return code;
}
