/* One request, one answer, one connection; the only file that knows libcurl. What is asked and what
 * an answer means is for the callers. The multi interface drives the single transfer, because it
 * lets us measure silence ourselves: curl's own low-speed limit counts in seconds and averages over
 * several. */
#include "base/http_client.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <curl/curl.h>

#include "base/check.h"
#include "base/clock.h"

enum {
    WAIT_MS_MAX = 1000,
    UPLOAD_BYTES = 256 * 1024,
    ASK_MS_MAX = 10 * 1000,
    RETRY_S_MAX = 3600,
};

struct fetch {
    const struct http_request *req;
    struct http_answer *answer;
    CURL *curl;
    struct curl_slist *headers;
    int64_t given;           /* bytes of the body handed to curl */
    curl_off_t sent, gotten; /* as last seen */
    int64_t last_traffic_ms;
    char gave_up[100]; /* why a callback stopped the transfer */
    char curl_says[CURL_ERROR_SIZE];
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void init_curl(void)
{
    CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
}

/* For options that fail only for want of memory or when this libcurl is too old for us. */
#define SET(f, option, value) CHECK(curl_easy_setopt((f)->curl, (option), (value)) == CURLE_OK)

static size_t on_read(char *at, size_t size, size_t count, void *ctx)
{
    struct fetch *f = ctx;
    const struct http_request *req = f->req;
    size_t room = size * count;
    if (req->length >= 0 && (uint64_t)(req->length - f->given) < room)
        room = (size_t)(req->length - f->given);
    if (!req->read || room == 0)
        return 0;
    int64_t n = req->read(req->ctx, at, room);
    /* The time that the reader took is not the server's silence. */
    f->last_traffic_ms = clock_mono_ms();
    CHECK(n <= (int64_t)room);
    if (n < 0) {
        snprintf(f->gave_up, sizeof f->gave_up, "reading the body failed");
        return CURL_READFUNC_ABORT;
    }
    if (n == 0 && req->length > f->given) {
        snprintf(f->gave_up, sizeof f->gave_up, "the body ended after %lld of %lld bytes",
                 (long long)f->given, (long long)req->length);
        return CURL_READFUNC_ABORT;
    }
    f->given += n;
    return (size_t)n;
}

static void take_head(struct fetch *f)
{
    long status = 0;
    const char *type = NULL;
    curl_off_t after = 0;
    curl_easy_getinfo(f->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(f->curl, CURLINFO_CONTENT_TYPE, &type);
    curl_easy_getinfo(f->curl, CURLINFO_RETRY_AFTER, &after);
    f->answer->status = (int)status;
    f->answer->retry_after_s = (int)(after < RETRY_S_MAX ? after : RETRY_S_MAX);
    snprintf(f->answer->content_type, sizeof f->answer->content_type, "%s", type ? type : "");
}

static size_t on_write(char *p, size_t size, size_t count, void *ctx)
{
    struct fetch *f = ctx;
    size_t n = size * count;
    if (f->answer->status == 0)
        take_head(f);
    if (f->req->write) {
        bool goes_on = f->req->write(f->req->ctx, p, n);
        f->last_traffic_ms = clock_mono_ms();
        if (goes_on)
            return n;
        snprintf(f->gave_up, sizeof f->gave_up, "writing the answer failed");
        return 0;
    }
    buf_add(&f->answer->body, p, n);
    if (!f->answer->body.err)
        return n;
    snprintf(f->gave_up, sizeof f->gave_up, "the answer is larger than %zu bytes",
             f->req->body_max);
    return 0;
}

static bool sends_body(const struct http_request *req)
{
    /* Of these a server expects a length, even when there is nothing to send. */
    return req->read || strcmp(req->method, "POST") == 0 || strcmp(req->method, "PUT") == 0 ||
           strcmp(req->method, "PATCH") == 0;
}

static void add_header(struct fetch *f, const char *header)
{
    struct curl_slist *longer = curl_slist_append(f->headers, header);
    CHECK(longer);
    f->headers = longer;
}

static void set_up(struct fetch *f)
{
    const struct http_request *req = f->req;
    f->curl = curl_easy_init();
    CHECK(f->curl);
    SET(f, CURLOPT_ERRORBUFFER, f->curl_says);
    SET(f, CURLOPT_NOSIGNAL, 1L);
    SET(f, CURLOPT_PROTOCOLS_STR, "http,https");
    SET(f, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    /* We speak to the server that was named, whatever the environment says about proxies. */
    SET(f, CURLOPT_PROXY, "");
    SET(f, CURLOPT_URL, req->url);
    if (req->unix_socket)
        SET(f, CURLOPT_UNIX_SOCKET_PATH, req->unix_socket);
    SET(f, CURLOPT_WRITEFUNCTION, on_write);
    SET(f, CURLOPT_WRITEDATA, f);
    if (sends_body(req)) {
        SET(f, CURLOPT_UPLOAD, 1L);
        SET(f, CURLOPT_UPLOAD_BUFFERSIZE, (long)UPLOAD_BYTES);
        SET(f, CURLOPT_READFUNCTION, on_read);
        SET(f, CURLOPT_READDATA, f);
        SET(f, CURLOPT_INFILESIZE_LARGE, (curl_off_t)(req->read ? req->length : 0));
    }
    if (strcmp(req->method, "HEAD") == 0)
        SET(f, CURLOPT_NOBODY, 1L);
    else
        SET(f, CURLOPT_CUSTOMREQUEST, req->method);
    /* No waiting for "100 Continue" but where it is wanted. */
    add_header(f, req->asks_first ? "Expect: 100-continue" : "Expect:");
    if (req->asks_first)
        SET(f, CURLOPT_EXPECT_100_TIMEOUT_MS, (long)ASK_MS_MAX);
    for (const char *const *h = req->headers; h && *h; h++)
        add_header(f, *h);
    SET(f, CURLOPT_HTTPHEADER, f->headers);
}

static void note_traffic(struct fetch *f)
{
    curl_off_t sent = 0, gotten = 0;
    long head = 0;
    curl_easy_getinfo(f->curl, CURLINFO_SIZE_UPLOAD_T, &sent);
    curl_easy_getinfo(f->curl, CURLINFO_SIZE_DOWNLOAD_T, &gotten);
    curl_easy_getinfo(f->curl, CURLINFO_HEADER_SIZE, &head);
    gotten += head;
    if (sent == f->sent && gotten == f->gotten)
        return;
    if (sent != f->sent && f->req->progress)
        f->req->progress(f->req->ctx, sent);
    f->sent = sent;
    f->gotten = gotten;
    f->last_traffic_ms = clock_mono_ms();
}

/* Until the transfer ends; false when it was silent for too long or could not be driven. */
static bool run(struct fetch *f, CURLM *multi)
{
    f->last_traffic_ms = clock_mono_ms();
    for (;;) {
        int running = 0;
        CURLMcode r = curl_multi_perform(multi, &running);
        note_traffic(f);
        if (r == CURLM_OK && !running)
            return true;
        int64_t wait = WAIT_MS_MAX;
        if (f->req->timeout_ms > 0) {
            int64_t left = f->last_traffic_ms + f->req->timeout_ms - clock_mono_ms();
            wait = left < wait ? left : wait;
        }
        if (wait <= 0) {
            snprintf(f->gave_up, sizeof f->gave_up, "nothing came or went for %d ms",
                     f->req->timeout_ms);
            return false;
        }
        if (r == CURLM_OK)
            r = curl_multi_poll(multi, NULL, 0, (int)wait, NULL);
        if (r != CURLM_OK) {
            snprintf(f->gave_up, sizeof f->gave_up, "%s", curl_multi_strerror(r));
            return false;
        }
    }
}

static int failure(const struct fetch *f, CURLcode code, struct reason *why)
{
    /* What stands behind the path of an address may be personal. */
    struct slice place = slice_of(f->req->unix_socket);
    struct slice url = slice_of(f->req->url);
    if (!place.p)
        place = slice_cut(&url, '?');
    long e = 0;
    curl_easy_getinfo(f->curl, CURLINFO_OS_ERRNO, &e);
    if (code == CURLE_COULDNT_CONNECT && (e == ECONNREFUSED || e == ENOENT))
        return reason_set(why, CE_UNAVAILABLE, "nobody listens at %.*s", FMT_SLICE(place));
    const char *text = f->gave_up[0]     ? f->gave_up
                       : f->curl_says[0] ? f->curl_says
                                         : curl_easy_strerror(code);
    return reason_set(why, CE_IO, "%.*s: %s", FMT_SLICE(place), text);
}

int http_fetch(const struct http_request *req, struct http_answer *ret, struct reason *reterr_why)
{
    CHECK(pthread_once(&once, init_curl) == 0);
    *ret = (struct http_answer){0};
    buf_init(&ret->body, req->body_max);
    struct fetch f = {.req = req, .answer = ret};
    set_up(&f);
    CURLM *multi = curl_multi_init();
    CHECK(multi && curl_multi_add_handle(multi, f.curl) == CURLM_OK);

    CURLcode code = CURLE_OPERATION_TIMEDOUT;
    if (run(&f, multi)) {
        int left;
        const CURLMsg *m = curl_multi_info_read(multi, &left);
        CHECK(m && m->msg == CURLMSG_DONE);
        code = m->data.result;
    }
    int r = 0;
    if (code == CURLE_OK) {
        take_head(&f);
    } else {
        r = failure(&f, code, reterr_why);
        buf_fini(&ret->body);
        *ret = (struct http_answer){0};
    }
    curl_multi_remove_handle(multi, f.curl);
    curl_easy_cleanup(f.curl);
    curl_multi_cleanup(multi);
    curl_slist_free_all(f.headers);
    return r;
}
