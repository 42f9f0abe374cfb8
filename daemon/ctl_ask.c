/* Speaking to the daemon over its socket, and saying so that it helps when that fails. What is
 * asked is for the commands. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "daemon/config.h"
#include "daemon/ctl.h"
#include "daemon/terminal.h"

enum { ANSWER_BYTES_MAX = 64 << 20, TEXT_BYTES_MAX = 64 << 10, CURSOR_BYTES_MAX = 2048 };

void ctl_say(const char *fmt, ...)
{
    va_list list;
    va_start(list, fmt);
    fputs("creditctl: ", stderr);
    vfprintf(stderr, fmt, list);
    fputc('\n', stderr);
    va_end(list);
}

struct slice ctl_named(struct ctl *c, const struct json *item, const char *code, const char *name)
{
    struct slice is = json_get_string(item, code);
    struct slice zh = json_get_string(json_get(item, name), "zh");
    return zh.n ? arena_printf(c->arena, "%.*s %.*s", FMT_SLICE(is), FMT_SLICE(zh)) : is;
}

int ctl_fail(int exit_code, const char *fmt, ...)
{
    va_list list;
    va_start(list, fmt);
    fputs("creditctl: ", stderr);
    vfprintf(stderr, fmt, list);
    fputc('\n', stderr);
    va_end(list);
    return exit_code;
}

const char *ctl_option(const struct ctl *c, const char *name)
{
    return options_get(&c->options, name);
}

int ctl_no_daemon(const struct ctl *c)
{
    return ctl_fail(EXIT_CODE_FAILED,
                    "no creditd answers for the data folder %s.\n"
                    "  Start it with `creditd --data %s` or `systemctl start creditd`; another "
                    "folder is named by --data or CREDENCE_DATA.",
                    c->data, c->data);
}

const char *ctl_escape(struct ctl *c, const char *value)
{
    AUTO_BUF(b, TEXT_BYTES_MAX);
    for (const char *p = value; *p; p++) {
        unsigned char ch = (unsigned char)*p;
        bool plain = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
                     (ch >= '0' && ch <= '9') || strchr("-._~", ch);
        if (plain)
            buf_add_char(&b, *p);
        else
            buf_printf(&b, "%%%02X", ch);
    }
    return arena_dup(c->arena, buf_slice(&b)).p;
}

const char *ctl_socket(const struct ctl *c)
{
    return config_socket_path(c->arena, c->data);
}

void ctl_say_problem(struct ctl *c, int status, struct slice body)
{
    struct json *problem;
    if (json_parse(c->arena, body, ANSWER_BYTES_MAX, &problem, NULL) < 0 ||
        problem->kind != JSON_OBJECT) {
        ctl_say("creditd answered with status %d", status);
        return;
    }
    const char *title = terminal_text(c->arena, json_get_string(problem, "title"));
    const char *detail = terminal_text(c->arena, json_get_string(problem, "detail"));
    ctl_say("%s%s%s", *title ? title : "creditd refused", *detail ? "\n  " : "", detail);
}

/* The request failed on its way. */
static int say_broken(const struct ctl *c, int r, const struct reason *why)
{
    if (r == CE_UNAVAILABLE)
        return ctl_no_daemon(c);
    return ctl_fail(EXIT_CODE_FAILED, "the connection to creditd broke: %s", why->text);
}

/* An answer on its way to standard output. */
struct copying {
    const struct http_answer *answer;
    struct buf problem;
    bool write_failed;
};

static bool write_out(void *ctx, const char *p, size_t n)
{
    struct copying *e = ctx;
    if (e->answer->status >= 300) {
        buf_add(&e->problem, p, n);
        return !e->problem.err;
    }
    e->write_failed = fwrite(p, 1, n, stdout) != n;
    return !e->write_failed;
}

/* A body on its way out. */
static int64_t read_body(void *ctx, char *at, size_t n)
{
    struct slice *rest = ctx;
    size_t k = rest->n < n ? rest->n : n;
    if (k)
        memcpy(at, rest->p, k);
    *rest = slice_from(*rest, k);
    return (int64_t)k;
}

static int fetch(struct ctl *c, struct http_request *req, const char *path, int *ret_status,
                 struct slice *ret_body, struct reason *reterr_why)
{
    struct http_answer answer;
    req->url = arena_printf(c->arena, "http://credence%s", path).p;
    req->unix_socket = ctl_socket(c);
    req->body_max = ANSWER_BYTES_MAX;
    int r = http_fetch(req, &answer, reterr_why);
    if (r < 0)
        return r;
    *ret_status = answer.status;
    *ret_body = arena_dup(c->arena, buf_slice(&answer.body));
    buf_fini(&answer.body);
    return 0;
}

int ctl_fetch(struct ctl *c, const char *method, const char *path, int *ret_status,
              struct slice *ret_body, struct reason *reterr_why)
{
    struct http_request req = {.method = method};
    return fetch(c, &req, path, ret_status, ret_body, reterr_why);
}

/* From what came back to the answer, or to what is said of it. */
static int take_answer(struct ctl *c, int r, int status, struct slice body, struct reason *why,
                       const struct json **ret)
{
    struct json *json = NULL;
    if (r < 0)
        return say_broken(c, r, why);
    if (status >= 300) {
        ctl_say_problem(c, status, body);
        return status == 422 || status == 409 ? EXIT_CODE_REFUSED : EXIT_CODE_FAILED;
    }
    if (body.n && json_parse(c->arena, body, ANSWER_BYTES_MAX, &json, why) < 0)
        return ctl_fail(EXIT_CODE_FAILED, "the answer of creditd cannot be read: %s", why->text);
    *ret = json;
    return EXIT_CODE_OK;
}

int ctl_ask(struct ctl *c, const char *method, const char *path, const struct json **ret)
{
    int status = 0;
    struct slice body = {0};
    struct reason why;
    int r = ctl_fetch(c, method, path, &status, &body, &why);
    return take_answer(c, r, status, body, &why, ret);
}

int ctl_send(struct ctl *c, const char *path, struct slice body, const struct json **ret,
             struct slice *ret_text)
{
    static const char *const headers[] = {"Content-Type: application/json", NULL};
    int status = 0;
    struct slice rest = body;
    struct reason why;
    struct http_request req = {.method = "POST",
                               .headers = headers,
                               .read = read_body,
                               .ctx = &rest,
                               .length = (int64_t)body.n};
    *ret_text = (struct slice){0};
    int r = fetch(c, &req, path, &status, ret_text, &why);
    return take_answer(c, r, status, *ret_text, &why, ret);
}

/* One page: its items, and where the next one begins in `cursor` ("" at the end). */
static int page(struct ctl *c, const char *path,
                void (*each)(struct ctl *c, void *ctx, const struct json *item), void *ctx,
                uint64_t *items_seen, char cursor[CURSOR_BYTES_MAX])
{
    int status = 0;
    struct slice body = {0};
    struct reason why;
    struct json *answer = NULL;
    const char *full = arena_printf(c->arena, "%s%s%s", path, *cursor ? "&cursor=" : "", cursor).p;
    int r = ctl_fetch(c, "GET", full, &status, &body, &why);
    if (r < 0)
        return say_broken(c, r, &why);
    if (status >= 300) {
        ctl_say_problem(c, status, body);
        return EXIT_CODE_FAILED;
    }
    if (json_parse(c->arena, body, ANSWER_BYTES_MAX, &answer, &why) < 0)
        return ctl_fail(EXIT_CODE_FAILED, "the answer of creditd cannot be read: %s", why.text);
    const struct json *items = json_get(answer, "items");
    *items_seen += items ? items->count : 0;
    for (size_t i = 0; each && items && i < items->count; i++)
        each(c, ctx, &items->items[i]);
    if (!each)
        printf("%.*s\n", FMT_SLICE(body));
    struct slice next = json_get_string(answer, "next");
    snprintf(cursor, CURSOR_BYTES_MAX, "%.*s", FMT_SLICE(next));
    return ferror(stdout)
               ? ctl_fail(EXIT_CODE_FAILED, "writing to standard output: %s", strerror(errno))
               : EXIT_CODE_OK;
}

int ctl_pages(struct ctl *c, const char *path,
              void (*each)(struct ctl *c, void *ctx, const struct json *item), void *ctx,
              uint64_t *ret_items)
{
    char cursor[CURSOR_BYTES_MAX] = "";
    int code;
    *ret_items = 0;
    do {
        struct arena_mark mark = arena_set_mark(c->arena);
        code = page(c, path, each, ctx, ret_items, cursor);
        arena_rewind(c->arena, mark);
    } while (code == EXIT_CODE_OK && *cursor);
    return code;
}

int ctl_copy(struct ctl *c, const char *path)
{
    struct http_answer answer = {0};
    struct copying e = {.answer = &answer};
    buf_init(&e.problem, ANSWER_BYTES_MAX);
    struct http_request req = {
        .method = "GET",
        .url = arena_printf(c->arena, "http://credence%s", path).p,
        .unix_socket = ctl_socket(c),
        .write = write_out,
        .ctx = &e,
    };
    struct reason why;
    int r = http_fetch(&req, &answer, &why);
    int code = EXIT_CODE_OK;
    if (fflush(stdout) == EOF || e.write_failed) {
        code = ctl_fail(EXIT_CODE_FAILED, "writing to standard output: %s", strerror(errno));
    } else if (r < 0) {
        code = say_broken(c, r, &why);
    } else if (answer.status >= 300) {
        ctl_say_problem(c, answer.status, buf_slice(&e.problem));
        code = EXIT_CODE_FAILED;
    }
    buf_fini(&answer.body);
    buf_fini(&e.problem);
    return code;
}
