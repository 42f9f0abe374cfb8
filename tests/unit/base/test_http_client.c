/* The client against a listener of a few lines that plays one answer to one request, and then shows
 * what it was asked. */
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/http_client.h"
#include "tests/support/test.h"

static struct listener {
    pthread_t thread;
    int fd;
    char path[108];
    char url[80];
    struct slice answer;
    bool answers_at_once; /* without reading the body */
    bool keeps_silent;    /* until the client goes away */
    struct buf asked;
} server;

static struct reason why;

static bool is_whole(struct slice s)
{
    ptrdiff_t end = slice_find(s, SLICE("\r\n\r\n"), 0);
    if (end < 0)
        return false;
    struct slice body = slice_from(s, (size_t)end + 4);
    struct slice head = slice_make(s.p, (size_t)end + 2);
    if (server.answers_at_once)
        return true;
    if (slice_find(head, SLICE("Transfer-Encoding: chunked\r\n"), 0) >= 0)
        return slice_ends(body, SLICE("0\r\n\r\n"));
    ptrdiff_t at = slice_find(head, SLICE("Content-Length: "), 0);
    if (at < 0)
        return true;
    struct slice rest = slice_from(head, (size_t)at + 16);
    uint64_t n;
    CHECK(slice_u64(slice_cut(&rest, '\r'), &n));
    return body.n >= n;
}

static void *serve_one(void *unused)
{
    (void)unused;
    int c = accept(server.fd, NULL, NULL);
    CHECK(c >= 0);
    struct timeval limit = {.tv_sec = 20};
    setsockopt(c, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    char piece[4096];
    ssize_t n;
    while (!is_whole(buf_slice(&server.asked)) && (n = recv(c, piece, sizeof piece, 0)) > 0)
        buf_add(&server.asked, piece, (size_t)n);
    struct slice rest = server.answer;
    while (rest.n && (n = send(c, rest.p, rest.n, MSG_NOSIGNAL)) > 0)
        rest = slice_from(rest, (size_t)n);
    while (server.keeps_silent && recv(c, piece, sizeof piece, 0) > 0)
        ;
    close(c);
    return NULL;
}

/* Listens on a Unix socket; the thread serves one connection. */
static void listen_at(struct sockaddr *address, socklen_t n, const char *answer)
{
    server.fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    server.answer = slice_of(answer);
    server.answers_at_once = server.keeps_silent = false;
    buf_init(&server.asked, 8 << 20);
    EXPECT(server.fd >= 0);
    EXPECT_EQ(bind(server.fd, address, n), 0);
    EXPECT_EQ(listen(server.fd, 1), 0);
}

static void listen_unix(const char *answer)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(server.path, sizeof server.path, "%.80s/s.sock", test_tempdir());
    snprintf(address.sun_path, sizeof address.sun_path, "%s", server.path);
    listen_at((struct sockaddr *)&address, sizeof address, answer);
}

static void listen_tcp(const char *answer)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    listen_at((struct sockaddr *)&address, sizeof address, answer);
    socklen_t n = sizeof address;
    EXPECT_EQ(getsockname(server.fd, (struct sockaddr *)&address, &n), 0);
    snprintf(server.url, sizeof server.url, "http://127.0.0.1:%d/v1/health",
             ntohs(address.sin_port));
}

static void serve(void)
{
    EXPECT_EQ(pthread_create(&server.thread, NULL, serve_one, NULL), 0);
}

/* Afterwards server.asked holds the request. */
static void finish(void)
{
    pthread_join(server.thread, NULL);
    close(server.fd);
}

static struct http_request request(const char *method)
{
    return (struct http_request){.method = method,
                                 .url = "http://credence/v1/subjects?name=x",
                                 .unix_socket = server.path,
                                 .timeout_ms = 10000,
                                 .body_max = 1 << 20};
}

/* One whole exchange; the caller releases both bodies. */
static int fetch(const struct http_request *req, struct http_answer *answer)
{
    serve();
    int r = http_fetch(req, answer, &why);
    finish();
    return r;
}

static bool was_asked(const char *part)
{
    return slice_find(buf_slice(&server.asked), slice_of(part), 0) >= 0;
}

static void release(struct http_answer *answer)
{
    buf_fini(&answer->body);
    buf_fini(&server.asked);
}

/* A body of `left` bytes, given in pieces of at most `step`; -1 when `fails` and all were given. */
struct source {
    int64_t left;
    size_t step;
    bool fails;
    int64_t progress;
};

static int64_t read_source(void *ctx, char *at, size_t n)
{
    struct source *s = ctx;
    if (s->left == 0)
        return s->fails ? -1 : 0;
    n = n < s->step ? n : s->step;
    n = (int64_t)n < s->left ? n : (size_t)s->left;
    memset(at, 'b', n);
    s->left -= (int64_t)n;
    return (int64_t)n;
}

static void note_progress(void *ctx, int64_t sent)
{
    struct source *s = ctx;
    if (sent > s->progress)
        s->progress = sent;
}

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

TEST(an_answer_comes_with_status_type_and_body)
{
    listen_unix("HTTP/1.1 404 Not Found\r\nContent-Type: application/problem+json\r\n"
                "Content-Length: 7\r\n\r\n{\"a\":1}");
    struct http_request req = request("GET");
    struct http_answer answer;
    EXPECT_OK(fetch(&req, &answer));
    EXPECT_EQ(answer.status, 404);
    EXPECT_STR(answer.content_type, "application/problem+json");
    EXPECT_EQ(answer.retry_after_s, 0);
    EXPECT_SLICE(buf_slice(&answer.body), "{\"a\":1}");
    EXPECT(slice_starts(buf_slice(&server.asked),
                        SLICE("GET /v1/subjects?name=x HTTP/1.1\r\nHost: credence\r\n")));
    release(&answer);
}

TEST(headers_go_out_as_given)
{
    listen_unix(OK_ANSWER);
    struct http_request req = request("GET");
    req.headers = (const char *const[]){"Authorization: Bearer k", "Accept: text/csv", NULL};
    struct http_answer answer;
    EXPECT_OK(fetch(&req, &answer));
    EXPECT(was_asked("\r\nAuthorization: Bearer k\r\n"));
    EXPECT(was_asked("\r\nAccept: text/csv\r\n"));
    EXPECT(!was_asked("Expect"));
    release(&answer);
}

TEST(an_answer_over_tcp_is_the_same)
{
    listen_tcp(OK_ANSWER);
    struct http_request req = request("GET");
    req.unix_socket = NULL;
    req.url = server.url;
    struct http_answer answer;
    EXPECT_OK(fetch(&req, &answer));
    EXPECT_EQ(answer.status, 200);
    EXPECT_SLICE(buf_slice(&answer.body), "{}");
    EXPECT(was_asked("GET /v1/health HTTP/1.1\r\n"));
    release(&answer);
}

TEST(a_proxy_of_the_environment_is_not_asked)
{
    listen_unix(OK_ANSWER);
    setenv("http_proxy", "http://127.0.0.1:9", 1);
    struct http_request req = request("GET");
    struct http_answer answer;
    int r = fetch(&req, &answer);
    unsetenv("http_proxy");
    EXPECT_OK(r);
    EXPECT(was_asked("GET /v1/subjects?name=x HTTP/1.1\r\n"));
    release(&answer);
}

TEST(a_body_of_known_length_is_sent_whole)
{
    listen_unix(OK_ANSWER);
    struct source s = {.left = 3000000, .step = 70001};
    struct http_request req = request("POST");
    req.read = read_source;
    req.progress = note_progress;
    req.ctx = &s;
    req.length = s.left;
    struct http_answer answer;
    EXPECT_OK(fetch(&req, &answer));
    EXPECT(slice_starts(buf_slice(&server.asked), SLICE("POST /v1/subjects")));
    EXPECT(was_asked("\r\nContent-Length: 3000000\r\n"));
    EXPECT(!was_asked("Expect"));
    ptrdiff_t end = slice_find(buf_slice(&server.asked), SLICE("\r\n\r\n"), 0);
    EXPECT_EQ(server.asked.n - (size_t)end - 4, 3000000);
    EXPECT_EQ(s.progress, 3000000);
    release(&answer);
}

TEST(a_body_that_is_refused_at_once_was_not_read_and_when_to_come_again_is_known)
{
    listen_unix(
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 2\r\n\r\n{}");
    server.answers_at_once = true;
    struct source s = {.left = 3000000, .step = 70001};
    struct http_request req = request("POST");
    req.read = read_source;
    req.ctx = &s;
    req.length = s.left;
    req.asks_first = true;
    struct http_answer answer;
    EXPECT_OK(fetch(&req, &answer));
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.retry_after_s, 5);
    EXPECT_SLICE(buf_slice(&answer.body), "{}");
    EXPECT_EQ(s.left, 3000000);
    EXPECT(was_asked("\r\nExpect: 100-continue\r\n"));
    release(&answer);
}

TEST(a_body_of_unknown_length_is_sent_in_chunks)
{
    listen_unix(OK_ANSWER);
    struct source s = {.left = 20, .step = 8};
    struct http_request req = request("PUT");
    req.read = read_source;
    req.ctx = &s;
    req.length = -1;
    struct http_answer answer;
    EXPECT_OK(fetch(&req, &answer));
    EXPECT(was_asked("\r\nTransfer-Encoding: chunked\r\n"));
    EXPECT(was_asked("\r\n\r\n8\r\nbbbbbbbb\r\n8\r\nbbbbbbbb\r\n4\r\nbbbb\r\n0\r\n\r\n"));
    release(&answer);
}

TEST(a_post_without_a_body_says_so)
{
    listen_unix(OK_ANSWER);
    struct http_request req = request("POST");
    struct http_answer answer;
    EXPECT_OK(fetch(&req, &answer));
    EXPECT(was_asked("\r\nContent-Length: 0\r\n"));
    EXPECT(!was_asked("Content-Type"));
    release(&answer);
}

TEST(other_methods_go_out_by_their_names)
{
    static const char *const methods[] = {"DELETE", "HEAD", "OPTIONS"};
    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        listen_unix(i == 1 ? "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
                           : "HTTP/1.1 204 No Content\r\n\r\n");
        struct http_request req = request(methods[i]);
        struct http_answer answer;
        EXPECT_OK(fetch(&req, &answer));
        EXPECT_EQ(answer.status, i == 1 ? 200 : 204);
        EXPECT_EQ(answer.body.n, 0);
        EXPECT_STR(answer.content_type, "");
        EXPECT(slice_starts(buf_slice(&server.asked), slice_of(methods[i])));
        release(&answer);
    }
}

TEST(a_redirection_is_an_answer_and_not_followed)
{
    listen_unix("HTTP/1.1 302 Found\r\nLocation: http://credence/other\r\n"
                "Content-Length: 0\r\n\r\n");
    struct http_request req = request("GET");
    struct http_answer answer;
    EXPECT_OK(fetch(&req, &answer));
    EXPECT_EQ(answer.status, 302);
    release(&answer);
}

struct sink {
    const struct http_answer *answer;
    struct buf got;
    int status_at_first;
    size_t limit;
};

static bool write_sink(void *ctx, const char *p, size_t n)
{
    struct sink *s = ctx;
    if (s->got.n == 0)
        s->status_at_first = s->answer->status;
    buf_add(&s->got, p, n);
    return s->got.n <= s->limit;
}

TEST(an_answer_can_be_taken_piece_by_piece_with_its_status_known)
{
    listen_unix("HTTP/1.1 410 Gone\r\nTransfer-Encoding: chunked\r\n\r\n"
                "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");
    struct http_answer answer;
    struct sink sink = {.answer = &answer, .limit = 100};
    buf_init(&sink.got, 100);
    struct http_request req = request("GET");
    req.write = write_sink;
    req.ctx = &sink;
    EXPECT_OK(fetch(&req, &answer));
    EXPECT_SLICE(buf_slice(&sink.got), "abcdefg");
    EXPECT_EQ(sink.status_at_first, 410);
    EXPECT_EQ(answer.body.n, 0);
    buf_fini(&sink.got);
    release(&answer);
}

TEST(a_writer_or_a_reader_that_gives_up_ends_the_transfer)
{
    listen_unix(OK_ANSWER);
    struct http_answer answer;
    struct sink sink = {.answer = &answer};
    buf_init(&sink.got, 100);
    struct http_request req = request("GET");
    req.write = write_sink;
    req.ctx = &sink;
    EXPECT_ERR(fetch(&req, &answer), CE_IO);
    EXPECT(slice_ends(slice_of(why.text), SLICE(": writing the answer failed")));
    buf_fini(&sink.got);
    release(&answer);

    listen_unix(OK_ANSWER);
    struct source s = {.left = 10, .step = 4, .fails = true};
    req = request("POST");
    req.read = read_source;
    req.ctx = &s;
    req.length = -1;
    EXPECT_ERR(fetch(&req, &answer), CE_IO);
    EXPECT(slice_ends(slice_of(why.text), SLICE(": reading the body failed")));
    release(&answer);
}

TEST(a_body_shorter_than_announced_is_not_passed_off_as_whole)
{
    listen_unix(OK_ANSWER);
    struct source s = {.left = 10, .step = 100};
    struct http_request req = request("POST");
    req.read = read_source;
    req.ctx = &s;
    req.length = 11;
    struct http_answer answer;
    EXPECT_ERR(fetch(&req, &answer), CE_IO);
    EXPECT(slice_ends(slice_of(why.text), SLICE(": the body ended after 10 of 11 bytes")));
    release(&answer);
}

TEST(of_a_body_longer_than_announced_the_announced_part_is_sent)
{
    listen_unix(OK_ANSWER);
    struct source s = {.left = 1000000, .step = 1000000};
    struct http_request req = request("POST");
    req.read = read_source;
    req.ctx = &s;
    req.length = 5;
    struct http_answer answer;
    EXPECT_OK(fetch(&req, &answer));
    EXPECT(slice_ends(buf_slice(&server.asked), SLICE("\r\n\r\nbbbbb")));
    release(&answer);
}

TEST(an_answer_over_its_limit_is_refused)
{
    listen_unix(OK_ANSWER);
    struct http_request req = request("GET");
    req.body_max = 1;
    struct http_answer answer;
    EXPECT_ERR(fetch(&req, &answer), CE_IO);
    EXPECT(slice_ends(slice_of(why.text), SLICE(": the answer is larger than 1 bytes")));
    EXPECT(!answer.body.p);
    release(&answer);
}

TEST(an_answer_that_breaks_off_is_not_taken_for_whole)
{
    static const char *const broken[] = {
        "", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "nonsense\r\n\r\n"};
    for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
        listen_unix(broken[i]);
        struct http_request req = request("GET");
        struct http_answer answer;
        EXPECT_ERR(fetch(&req, &answer), CE_IO);
        EXPECT_EQ(answer.status, 0);
        EXPECT(!answer.body.p);
        EXPECT(slice_starts(slice_of(why.text), slice_of(server.path)));
        release(&answer);
    }
}

TEST(an_early_refusal_ends_the_upload)
{
    listen_unix("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno");
    server.answers_at_once = true;
    server.keeps_silent = true; /* it goes on reading and throwing away */
    struct source s = {.left = INT64_C(1) << 40, .step = 100000};
    struct http_request req = request("POST");
    req.read = read_source;
    req.ctx = &s;
    req.length = s.left;
    struct http_answer answer;
    EXPECT_OK(fetch(&req, &answer));
    EXPECT_EQ(answer.status, 413);
    EXPECT_SLICE(buf_slice(&answer.body), "no");
    release(&answer);
}

TEST(silence_is_given_up_after_its_time)
{
    listen_unix("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    server.keeps_silent = true;
    struct http_request req = request("GET");
    req.timeout_ms = 50;
    struct http_answer answer;
    int64_t start = clock_mono_ms();
    EXPECT_ERR(fetch(&req, &answer), CE_IO);
    EXPECT(clock_mono_ms() - start >= 50);
    EXPECT(slice_ends(slice_of(why.text), SLICE(": nothing came or went for 50 ms")));
    release(&answer);
}

TEST(nobody_listening_is_told_from_other_failures)
{
    struct http_answer answer;
    snprintf(server.path, sizeof server.path, "%.80s/none.sock", test_tempdir());
    struct http_request req = request("GET");
    EXPECT_ERR(http_fetch(&req, &answer, &why), CE_UNAVAILABLE);
    EXPECT(slice_starts(slice_of(why.text), SLICE("nobody listens at ")));
    EXPECT(slice_ends(slice_of(why.text), slice_of(server.path)));

    /* A socket that its server left behind. */
    listen_unix("");
    close(server.fd);
    req = request("GET");
    EXPECT_ERR(http_fetch(&req, &answer, &why), CE_UNAVAILABLE);

    /* A port that was free a moment ago. */
    listen_tcp("");
    close(server.fd);
    req.unix_socket = NULL;
    req.url = server.url;
    EXPECT_ERR(http_fetch(&req, &answer, &why), CE_UNAVAILABLE);
    EXPECT_ERR(http_fetch(&req, &answer, NULL), CE_UNAVAILABLE);
}

TEST(addresses_that_are_none_of_ours_are_refused_without_their_query)
{
    static const char *const wrong[] = {"file:///etc/passwd?q=1", "ftp://127.0.0.1/x?q=1",
                                        "http://", "gopher://127.0.0.1:1/"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct http_request req = request("GET");
        struct http_answer answer;
        req.unix_socket = NULL;
        req.url = wrong[i];
        EXPECT_ERR(http_fetch(&req, &answer, &why), CE_IO);
        EXPECT(slice_find(slice_of(why.text), SLICE("q=1"), 0) < 0);
    }
}

TEST(a_socket_path_that_is_too_long_is_said)
{
    char path[300];
    memset(path, 'a', sizeof path);
    path[0] = '/';
    path[sizeof path - 1] = '\0';
    struct http_request req = request("GET");
    struct http_answer answer;
    req.unix_socket = path;
    EXPECT_ERR(http_fetch(&req, &answer, &why), CE_IO);
}
