/* `creditctl check`: proving a store. The lines come from daemon/inspect, over the socket or from
 * the store opened here, and the last one says how it ended. */
#include "daemon/ctl_check.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "daemon/ctl_here.h"
#include "daemon/terminal.h"

enum { LINE_BYTES_MAX = 64 * 1024, SHOW_EVERY_MS = 200 };

struct checking {
    struct ctl *c;
    bool is_terminal;
    int64_t shown_ms; /* 0: no line of progress stands on the terminal */
    bool is_content, has_mistakes, is_reopening;
    /* Of an answer that comes over the socket. */
    struct http_answer answer;
    struct buf line; /* the beginning of one that is not whole */
    struct buf problem;
};

static void show_rows(struct checking *k, struct slice rows)
{
    int64_t now = clock_mono_ms();
    if (!k->is_terminal || now - k->shown_ms < SHOW_EVERY_MS)
        return;
    k->shown_ms = now;
    fprintf(stderr, "\rchecking: %.*s rows", FMT_SLICE(rows));
    fflush(stderr);
}

static bool take_line(void *ctx, struct slice line)
{
    struct checking *k = ctx;
    struct slice rest = line, word = slice_cut(&rest, ' ');
    if (slice_eq(word, SLICE("rows"))) {
        show_rows(k, rest);
        return true;
    }
    if (k->shown_ms)
        fputs("\r\033[K", stderr);
    k->shown_ms = 0;
    /* The daemon's own last line; it says more than ours only when the check did not end well. */
    if (slice_eq(word, SLICE("result:")) && (k->is_content || k->has_mistakes))
        return true;
    if (slice_eq(word, SLICE("result:")) && slice_eq(rest, SLICE("reopening"))) {
        k->is_reopening = true;
        return true;
    }
    k->is_content = k->is_content || slice_eq(word, SLICE("content"));
    k->has_mistakes = k->has_mistakes || slice_eq(word, SLICE("mistakes")) ||
                      (slice_eq(word, SLICE("result:")) && !slice_eq(rest, SLICE("stopped")));
    return printf("%s\n", terminal_text(k->c->arena, line)) > 0;
}

static bool take_piece(void *ctx, const char *p, size_t n)
{
    struct checking *k = ctx;
    struct slice rest = slice_make(p, n);
    if (k->answer.status >= 300) {
        buf_add(&k->problem, p, n);
        return !k->problem.err;
    }
    for (ptrdiff_t end; (end = slice_find(rest, SLICE("\n"), 0)) >= 0;) {
        buf_add(&k->line, rest.p, (size_t)end);
        if (k->line.n && !take_line(k, buf_slice(&k->line)))
            return false;
        buf_clear(&k->line);
        rest = slice_from(rest, (size_t)end + 1);
    }
    buf_add_slice(&k->line, rest);
    return !k->line.err;
}

static int check_here(struct checking *k)
{
    struct holding h;
    struct inspected in;
    struct reason why = {""};
    int code = ctl_here_open(k->c, &h, &in);
    if (code != EXIT_CODE_OK)
        return code;
    if (inspect_check(&in, take_line, k, &why) < 0 && !k->has_mistakes) {
        ctl_say("%s", why.text);
        k->has_mistakes = true;
    }
    holding_close(&h);
    return EXIT_CODE_OK;
}

/* Asks the daemon; *ret_is_there is false when there is none. */
static int check_there(struct checking *k, bool *ret_is_there)
{
    struct http_request req = {
        .method = "GET",
        .url = "http://credence/v1/operator/check",
        .unix_socket = ctl_socket(k->c),
        .write = take_piece,
        .ctx = k,
    };
    struct reason why = {""};
    int r = http_fetch(&req, &k->answer, &why);
    *ret_is_there = r != CE_UNAVAILABLE;
    buf_fini(&k->answer.body);
    if (*ret_is_there && r < 0)
        return ctl_fail(EXIT_CODE_FAILED, "the connection to creditd broke: %s", why.text);
    if (k->answer.status >= 300) {
        ctl_say_problem(k->c, k->answer.status, buf_slice(&k->problem));
        return EXIT_CODE_FAILED;
    }
    return EXIT_CODE_OK;
}

int ctl_check(struct ctl *c)
{
    struct checking k = {.c = c, .is_terminal = isatty(STDERR_FILENO) == 1};
    bool is_there = false;
    buf_init(&k.line, LINE_BYTES_MAX);
    buf_init(&k.problem, LINE_BYTES_MAX);
    int code = check_there(&k, &is_there);
    if (!is_there)
        code = check_here(&k);
    buf_fini(&k.line);
    buf_fini(&k.problem);
    if (code != EXIT_CODE_OK || k.is_content)
        return code;
    if (k.is_reopening)
        return ctl_fail(EXIT_CODE_FAILED,
                        "库正在重新打开，请稍后重试 the store is being reopened; try again");
    if (k.has_mistakes)
        return ctl_fail(EXIT_CODE_STORE, "the store has mistakes; keep a copy of it for finding "
                                         "out why, and restore a backup");
    return ctl_fail(EXIT_CODE_FAILED, "the check ended before it was through");
}
