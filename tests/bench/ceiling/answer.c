/* answer FILE [THREADS]: the ceiling of reading. libmicrohttpd, set up as web/port.c sets it up,
 * answers from memory what a register answered: FILE holds for each answer the length of its path
 * (4 bytes), the path, the length of the body (4 bytes), the body. Prints the port on which it
 * listens; ends with standard input. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <microhttpd.h>

#include "tests/bench/ceiling/pairs.h"

enum { SLOTS = 1 << 20, CONNECTIONS = 1000 };

struct answer {
    const char *path;
    size_t path_n;
    struct MHD_Response *response;
};

static struct answer slots[SLOTS];

static struct answer *slot_of(const char *path, size_t n)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (uint8_t)path[i]) * 1099511628211u;
    for (size_t i = h % SLOTS;; i = (i + 1) % SLOTS)
        if (!slots[i].path || (slots[i].path_n == n && memcmp(slots[i].path, path, n) == 0))
            return &slots[i];
}

static const char *part_next(const char **at, const char *end, uint32_t *ret_n)
{
    if (end - *at < 4)
        give_up("answer", "the file is cut off");
    memcpy(ret_n, *at, 4);
    const char *part = *at + 4;
    if ((size_t)(end - part) < *ret_n)
        give_up("answer", "the file is cut off");
    *at = part + *ret_n;
    return part;
}

static void answers_read(const char *file)
{
    FILE *f = fopen(file, "rb");
    if (!f || fseek(f, 0, SEEK_END) != 0)
        give_up(file, "cannot be read");
    size_t n = (size_t)ftell(f), count = 0;
    char *bytes = malloc(n);
    rewind(f);
    if (!bytes || fread(bytes, n, 1, f) != 1)
        give_up(file, "cannot be read");
    fclose(f);
    for (const char *at = bytes; at < bytes + n;) {
        uint32_t path_n, body_n;
        const char *path = part_next(&at, bytes + n, &path_n);
        const char *body = part_next(&at, bytes + n, &body_n);
        struct answer *a = slot_of(path, path_n);
        if (a->path)
            continue;
        if (++count > SLOTS / 2)
            give_up(file, "it holds too many answers");
        a->path = path;
        a->path_n = path_n;
        a->response = MHD_create_response_from_buffer(body_n, (void *)(uintptr_t)body,
                                                      MHD_RESPMEM_PERSISTENT);
        MHD_add_response_header(a->response, "Content-Type", "application/json");
        MHD_add_response_header(a->response, "Cache-Control", "no-cache");
    }
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *data_n, void **state)
{
    (void)cls, (void)method, (void)version, (void)data, (void)data_n;
    static int seen;
    if (!*state) { /* the head alone, as everywhere with this library */
        *state = &seen;
        return MHD_YES;
    }
    const struct answer *a = slot_of(url, strlen(url));
    if (!a->path)
        return MHD_NO;
    return MHD_queue_response(connection, MHD_HTTP_OK, a->response);
}

int main(int argc, char **argv)
{
    if (argc != 2 && argc != 3)
        give_up("answer FILE [THREADS]", NULL);
    unsigned threads = argc == 3 ? (unsigned)strtoul(argv[2], NULL, 10) : 2;
    answers_read(argv[1]);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, on_request, NULL, MHD_OPTION_THREAD_POOL_SIZE,
        threads, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS, MHD_OPTION_SOCK_ADDR,
        (struct sockaddr *)&here, MHD_OPTION_END);
    if (!daemon)
        give_up("answer", "cannot listen");
    printf("%u\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0)
        continue;
    MHD_stop_daemon(daemon);
    return 0;
}
