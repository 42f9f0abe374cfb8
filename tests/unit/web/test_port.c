/* The way through real sockets: connections that stay open, bodies that are not wanted, clients
 * that go away, and stopping in the middle of it all. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/metric.h"
#include "daemon/department_keys.h"
#include "tests/support/world.h"
#include "web/web.h"

#define SUBMIT "POST /v1/submissions?theme=amr-enterprise-registration HTTP/1.1\r\nHost: x\r\n"
#define CSV "Content-Type: text/csv\r\n"

static struct world *world;
static const struct catalogue *_Atomic catalogue;
static struct web *web;
static char socket_path[200];

static int say_lines(void *ctx, bool (*say)(void *to, struct slice line), void *to,
                     struct reason *reterr_why)
{
    (void)ctx, (void)reterr_why;
    for (int i = 0; i < 20000; i++)
        if (!say(to, SLICE("a line of progress that is long enough to fill the way")))
            return CE_CLOSED;
    return 0;
}

static int digest(void *ctx, struct slice theme, bool history, bool ledger, struct json_out *o,
                  struct reason *reterr_why)
{
    (void)ctx, (void)theme, (void)ledger, (void)reterr_why;
    json_put_bool(o, "history", history);
    return 0;
}

static struct web_options options(void)
{
    struct web_options o = {
        .listen = "127.0.0.1:0",
        .unix_socket = socket_path,
        .source = {.store = world->store,
                   .keys = world->keys,
                   .clock = &world->clock,
                   .cache = world->cache},
        .catalogue = &catalogue,
        .writer = world->writer,
        .operator= {.check = say_lines, .digest = digest},
        .upload_busy_ms = 20000,
    };
    EXPECT(day_from_civil(1800, 1, 1, &o.born_min));
    return o;
}

/* `stop_ms`: how long stopping waits for what is under way. */
static void open_patient(int stop_ms)
{
    struct reason why;
    world = world_open();
    atomic_store(&catalogue, world->catalogue);
    snprintf(socket_path, sizeof socket_path, "%s/web.sock", world->dir);
    struct web_options o = options();
    o.stop_ms = stop_ms;
    EXPECT_OK(web_start(&o, &web, &why));
}

static void open_all(void)
{
    open_patient(100);
}

static void close_all(void)
{
    web_stop(web);
    world_close(world);
}

static int dial(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)web_port(web))};
    inet_pton(AF_INET, "127.0.0.1", &at.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    EXPECT_OK(connect(fd, (struct sockaddr *)&at, sizeof at));
    return fd;
}

static int dial_unix(void)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    EXPECT(strlen(socket_path) < sizeof at.sun_path);
    memcpy(at.sun_path, socket_path, strlen(socket_path));
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    EXPECT_OK(connect(fd, (struct sockaddr *)&at, sizeof at));
    return fd;
}

/* False when the other side has closed. */
static bool put(int fd, struct slice s)
{
    while (s.n) {
        ssize_t n = send(fd, s.p, s.n, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        s = slice_from(s, (size_t)n);
    }
    return true;
}

/* Reads until the text was seen, or the end. */
static struct slice get_until(int fd, const char *text)
{
    AUTO_BUF(b, 64 << 20);
    while (slice_find(buf_slice(&b), slice_of(text), 0) < 0) {
        char piece[4096];
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (poll(&p, 1, 30000) <= 0)
            FAIL("no \"%s\" in what came:\n%.*s", text, FMT_SLICE(buf_slice(&b)));
        ssize_t n = recv(fd, piece, sizeof piece, 0);
        if (n <= 0)
            break;
        buf_add(&b, piece, (size_t)n);
    }
    return arena_dup(world->arena, buf_slice(&b));
}

static bool has(struct slice s, const char *text)
{
    return slice_find(s, slice_of(text), 0) >= 0;
}

/* Waits for a fact; the limit is generous. */
static void wait_for_no_submission(void)
{
    for (int i = 0; metric_get(METRIC_SUBMISSIONS_OPEN); i++) {
        if (i == 30000)
            FAIL("a submission stays open");
        usleep(1000);
    }
}

static struct slice rows(unsigned count)
{
    AUTO_BUF(b, 64 << 20);
    buf_add_slice(&b, SLICE("企业名称,统一社会信用代码,注册日期\n"));
    for (unsigned i = 0; i < count; i++) {
        char code[19];
        world_uscc(i, "91", code);
        buf_printf(&b, "广州%u商行,%s,2001-02-03\n", i, code);
    }
    return arena_dup(world->arena, buf_slice(&b));
}

static const char *key_header(const char *department)
{
    struct department_key key;
    char secret[DEPARTMENT_KEY_SECRET_BYTES];
    EXPECT_OK(department_key_make(world->writer, clock_now(&world->clock), slice_of(department),
                                  SLICE("test"), secret, &key, NULL));
    return arena_printf(world->arena, "Authorization: Bearer %s\r\n", secret).p;
}

TEST(a_connection_answers_one_request_after_another)
{
    open_all();
    int fd = dial();
    for (int i = 0; i < 3; i++) {
        EXPECT(put(fd, SLICE("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")));
        EXPECT(has(get_until(fd, "\"alive\""), "HTTP/1.1 200"));
        EXPECT(put(fd, SLICE("GET /v1/search HTTP/1.1\r\nHost: x\r\n\r\n")));
        EXPECT(has(get_until(fd, "\"field\":\"q\"}"), "HTTP/1.1 400"));
        /* A worker makes this one. */
        EXPECT(put(fd, SLICE("GET /v1/statistics HTTP/1.1\r\nHost: x\r\n\r\n")));
        EXPECT(has(get_until(fd, "\"themes\":0}"), "HTTP/1.1 200"));
    }
    close(fd);
    close_all();
}

TEST(a_head_has_no_body)
{
    open_all();
    int fd = dial();
    EXPECT(put(fd, SLICE("HEAD /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")));
    struct slice s = get_until(fd, "never");
    EXPECT(has(s, "HTTP/1.1 200") && has(s, "Content-Length: ") &&
           slice_ends(s, SLICE("\r\n\r\n")));
    close(fd);
    close_all();
}

/* Behind the line of status and the Date. */
static struct slice rest_of(struct slice answer)
{
    ptrdiff_t at = slice_find(answer, SLICE("Content-Type: "), 0);
    EXPECT(at > 0);
    return slice_from(answer, (size_t)at);
}

TEST(an_answer_that_is_kept_is_sent_to_many_at_once_and_has_the_headers_it_had)
{
    enum { MANY = 20 };
    int fds[MANY];
    char code[19];
    open_all();
    world_submit(world, "amr-enterprise-registration", NULL, rows(1));
    world_uscc(0, "91", code);
    struct slice get = arena_printf(world->arena,
                                    "GET /v1/subjects/%s/records HTTP/1.1\r\nHost: x\r\n"
                                    "Connection: close\r\n\r\n",
                                    code);
    int64_t before = metric_get(METRIC_ANSWERS_KEPT);
    fds[0] = dial();
    EXPECT(put(fds[0], get));
    struct slice first = get_until(fds[0], "never");
    EXPECT(has(first, "HTTP/1.1 200") && has(first, "ETag: W/") && has(first, "nosniff"));
    EXPECT(slice_ends(first, SLICE("\"next\":null}")));
    close(fds[0]);
    for (int i = 0; i < MANY; i++) {
        fds[i] = dial();
        EXPECT(put(fds[i], get));
    }
    for (int i = 0; i < MANY; i++) {
        struct slice one = get_until(fds[i], "never");
        EXPECT(has(one, "HTTP/1.1 200"));
        EXPECT_SAME(rest_of(one), rest_of(first));
        close(fds[i]);
    }
    EXPECT_EQ(metric_get(METRIC_ANSWERS_KEPT) - before, MANY);
    ptrdiff_t tag = slice_find(first, SLICE("W/\""), 0);
    get = arena_printf(world->arena,
                       "GET /v1/subjects/%s/records HTTP/1.1\r\nHost: x\r\n"
                       "If-None-Match: %.36s\r\nConnection: close\r\n\r\n",
                       code, first.p + tag);
    fds[0] = dial();
    EXPECT(put(fds[0], get));
    struct slice same = get_until(fds[0], "never");
    EXPECT(has(same, "HTTP/1.1 304") && has(same, "ETag: W/") &&
           slice_ends(same, SLICE("\r\n\r\n")));
    close(fds[0]);
    close_all();
}

TEST(operators_come_by_a_socket_of_their_own_which_goes_with_the_server)
{
    struct stat st;
    open_all();
    EXPECT_OK(stat(socket_path, &st));
    EXPECT_EQ(st.st_mode & 0777, 0600);
    int fd = dial_unix();
    EXPECT(put(fd, SLICE("GET /v1/operator/digest?history=yes HTTP/1.1\r\nHost: x\r\n\r\n")));
    EXPECT(has(get_until(fd, "}"), "{\"history\":true}"));
    EXPECT(put(fd, SLICE("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")));
    EXPECT(has(get_until(fd, "credence_rows_total"), "HTTP/1.1 200"));
    close(fd);
    fd = dial();
    EXPECT(
        put(fd, SLICE("GET /v1/operator/digest HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")));
    EXPECT(has(get_until(fd, "never"), "HTTP/1.1 404"));
    close(fd);
    close_all();
    EXPECT(stat(socket_path, &st) < 0);
}

TEST(text_that_grows_is_sent_as_it_grows_and_stops_when_nobody_listens)
{
    open_all();
    int fd = dial_unix();
    EXPECT(
        put(fd, SLICE("GET /v1/operator/check HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")));
    EXPECT(has(get_until(fd, "never"), "result: content\n"));
    close(fd);
    fd = dial_unix();
    EXPECT(put(fd, SLICE("GET /v1/operator/check HTTP/1.1\r\nHost: x\r\n\r\n")));
    get_until(fd, "progress");
    close(fd);
    close_all();
}

TEST(a_small_body_that_nobody_wants_is_read_and_the_connection_goes_on)
{
    open_all();
    int fd = dial();
    EXPECT(put(fd, SLICE(SUBMIT CSV "Content-Length: 10\r\n\r\n0123456789")));
    EXPECT(has(get_until(fd, "key add\"}"), "HTTP/1.1 401"));
    EXPECT(put(fd, SLICE("PUT /v1/search HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")));
    EXPECT(has(get_until(fd, "405}"), "HTTP/1.1 405"));
    EXPECT(put(fd, SLICE("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")));
    EXPECT(has(get_until(fd, "\"alive\""), "HTTP/1.1 200"));
    close(fd);
    close_all();
}

TEST(a_client_that_asks_first_is_refused_before_it_sends)
{
    open_all();
    int fd = dial();
    const char *head =
        arena_printf(world->arena,
                     SUBMIT CSV "%sContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n",
                     key_header("ecology"))
            .p;
    EXPECT(put(fd, slice_of(head)));
    struct slice s = get_until(fd, "never");
    EXPECT(has(s, "HTTP/1.1 403") && has(s, "problem:department.theme") && !has(s, "100 Continue"));
    EXPECT(has(s, "Connection: close"));
    close(fd);
    close_all();
}

TEST(a_body_that_is_refused_in_its_middle_is_answered_behind_a_little_more)
{
    open_all();
    struct slice body = rows(10000);
    const char *head = arena_printf(world->arena, SUBMIT CSV "%sContent-Length: %zu\r\n\r\nx,y\n",
                                    key_header("amr"), body.n + 4)
                           .p;
    int fd = dial();
    EXPECT(put(fd, slice_of(head)) && put(fd, body));
    EXPECT(has(get_until(fd, "body-refused"), "HTTP/1.1 400"));
    close(fd);
    wait_for_no_submission();
    close_all();
}

TEST(a_client_that_goes_away_at_any_byte_gives_its_batch_back)
{
    open_all();
    struct slice body = rows(5000);
    const char *key = key_header("amr");
    static const size_t cuts[] = {0, 1, 100, 5000, 20000, 150000, 200000};
    for (size_t i = 0; i < ARRAY_LEN(cuts); i++) {
        const char *head =
            arena_printf(world->arena,
                         SUBMIT CSV "%sBatch-Id: cut%zu\r\nContent-Length: %zu\r\n\r\n", key, i % 3,
                         body.n)
                .p;
        int fd = dial();
        EXPECT(put(fd, slice_of(head)) && put(fd, slice_make(body.p, cuts[i])));
        close(fd);
        wait_for_no_submission();
        fd = dial();
        EXPECT(put(fd, slice_of(head)) && put(fd, body));
        struct slice s = get_until(fd, "\"rows\":[");
        EXPECT(has(s, "HTTP/1.1 200") && has(s, "\"received\":5000"));
        close(fd);
    }
    world_check(world);
    close_all();
}

TEST(a_whole_body_is_answered_even_when_the_client_has_closed_its_side)
{
    open_all();
    struct slice body = rows(3000);
    const char *key = key_header("amr");
    const char *head =
        arena_printf(world->arena, SUBMIT CSV "%sContent-Length: %zu\r\n\r\n", key, body.n).p;
    int fd = dial();
    EXPECT(put(fd, slice_of(head)) && put(fd, body));
    shutdown(fd, SHUT_WR);
    EXPECT(has(get_until(fd, "\"rows\":["), "\"received\":3000"));
    close(fd);
    close_all();
}

TEST(stopping_breaks_off_an_upload_that_stands_still)
{
    open_all();
    const char *head =
        arena_printf(world->arena, SUBMIT CSV "%sBatch-Id: still\r\nContent-Length: 999999\r\n\r\n",
                     key_header("amr"))
            .p;
    int fd = dial();
    EXPECT(put(fd, slice_of(head)) && put(fd, rows(100)));
    while (!metric_get(METRIC_SUBMISSIONS_OPEN))
        usleep(1000);
    web_stop(web);
    EXPECT_EQ(metric_get(METRIC_SUBMISSIONS_OPEN), 0);
    EXPECT_EQ(get_until(fd, "never").n, 0);
    close(fd);
    world_check(world);
    world_close(world);
}

TEST(stopping_lets_a_moving_upload_come_to_its_end)
{
    open_patient(60000);
    struct slice body = rows(20000);
    const char *head = arena_printf(world->arena, SUBMIT CSV "%sContent-Length: %zu\r\n\r\n",
                                    key_header("amr"), body.n)
                           .p;
    int fd = dial();
    EXPECT(put(fd, slice_of(head)) && put(fd, body));
    web_stop(web);
    struct slice s = get_until(fd, "\"rows\":[");
    /* It may also have been refused before it had begun, or not been taken; then nothing was said.
     */
    if (s.n && !has(s, "\"received\":20000") && !has(s, "urn:credence:problem:stopping"))
        FAIL("answered: %.*s", FMT_SLICE(s));
    close(fd);
    world_check(world);
    world_close(world);
}

TEST(metrics_are_for_listed_clients_and_on_a_listener_of_their_own)
{
    struct reason why;
    struct web *second;
    open_all();
    struct web_options o = options();
    o.unix_socket = NULL;
    o.metrics_listen = "127.0.0.1, 127.0.0.1:0";
    EXPECT_OK(web_start(&o, &second, &why));
    struct web *first = web;
    web = second;
    int fd = dial();
    EXPECT(put(fd, SLICE("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")));
    EXPECT(has(get_until(fd, "never"), "credence_rows_total"));
    close(fd);
    web_stop(second);
    o.metrics_listen = "nonsense";
    EXPECT_ERR(web_start(&o, &second, &why), CE_INVALID);
    web = first;
    close_all();
}

TEST(a_taken_port_leaves_nothing_behind)
{
    struct reason why;
    struct web *second = NULL;
    char address[40], path[220];
    struct stat st;
    open_all();
    struct web_options o = options();
    snprintf(address, sizeof address, "127.0.0.1:%u", web_port(web));
    snprintf(path, sizeof path, "%s2", socket_path);
    o.listen = address;
    o.unix_socket = path;
    EXPECT_ERR(web_start(&o, &second, &why), CE_BUSY);
    EXPECT(stat(path, &st) < 0);
    o.listen = "127.0.0.1:0";
    o.unix_socket = socket_path;
    EXPECT_ERR(web_start(&o, &second, &why), CE_BUSY);
    EXPECT_OK(stat(socket_path, &st));
    close_all();
}
