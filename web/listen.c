/* Opening sockets. Each failure is turned into what the person who starts the program can do. */
#include "web/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { HOST_BYTES = 256, PORT_BYTES = 8 };

bool listen_split(struct slice address, struct slice *ret_host, struct slice *ret_port)
{
    size_t colon = address.n;
    while (colon > 0 && address.p[colon - 1] != ':')
        colon--;
    if (colon < 2 || colon == address.n)
        return false;
    struct slice host = slice_make(address.p, colon - 1);
    uint64_t port;
    *ret_port = slice_from(address, colon);
    if (host.p[0] == '[' && host.n > 2 && host.p[host.n - 1] == ']')
        host = slice_make(host.p + 1, host.n - 2);
    else if (slice_find(host, SLICE(":"), 0) >= 0)
        return false;
    *ret_host = host;
    return host.n < HOST_BYTES && slice_u64(*ret_port, &port) && port <= 65535;
}

static int tcp_failure(int error, struct slice host, struct slice port, struct reason *why)
{
    switch (error) {
    case EADDRINUSE:
        return reason_set(why, CE_BUSY, "port %.*s is taken; choose another with --listen",
                          FMT_SLICE(port));
    case EACCES:
    case EPERM:
        return reason_set(why, CE_DENIED,
                          "port %.*s needs rights that this user does not have; choose one above "
                          "1023 with --listen",
                          FMT_SLICE(port));
    case EADDRNOTAVAIL:
        return reason_set(why, CE_INVALID,
                          "this machine has no address %.*s; 127.0.0.1 is for this machine alone, "
                          "0.0.0.0 for every address it has",
                          FMT_SLICE(host));
    default:
        return reason_set(why, CE_IO, "listening on %.*s port %.*s: %s", FMT_SLICE(host),
                          FMT_SLICE(port), strerror(error));
    }
}

static unsigned port_of(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in four;
        struct sockaddr_in6 six;
    } at;
    socklen_t n = sizeof at;
    memset(&at, 0, sizeof at);
    if (getsockname(fd, &at.any, &n) < 0)
        return 0;
    return ntohs(at.any.sa_family == AF_INET6 ? at.six.sin6_port : at.four.sin_port);
}

static int bind_tcp(const struct addrinfo *at)
{
    int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int yes = 1;
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

int listen_tcp(const char *address, int *ret_fd, unsigned *ret_port, struct reason *reterr_why)
{
    struct slice host, port;
    if (!listen_split(slice_of(address), &host, &port))
        return reason_set(reterr_why, CE_INVALID,
                          "\"%s\" is not ADDRESS:PORT such as 127.0.0.1:8080 or [::1]:8080",
                          address);
    char node[HOST_BYTES], service[PORT_BYTES];
    snprintf(node, sizeof node, "%.*s", FMT_SLICE(host));
    snprintf(service, sizeof service, "%.*s", FMT_SLICE(port));
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    int e = getaddrinfo(node, service, &hints, &found);
    if (e != 0)
        return reason_set(reterr_why, CE_INVALID, "\"%s\" is not an address of this machine: %s",
                          node, gai_strerror(e));
    int fd = bind_tcp(found);
    int error = errno;
    freeaddrinfo(found);
    if (fd < 0)
        return tcp_failure(error, host, port, reterr_why);
    *ret_fd = fd;
    *ret_port = port_of(fd);
    return 0;
}

/* Whether somebody answers on the socket. */
static bool is_answered(const struct sockaddr_un *at)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    bool answered = connect(fd, (const struct sockaddr *)at, sizeof *at) == 0;
    close(fd);
    return answered;
}

int listen_unix(const char *path, int *ret_fd, struct reason *reterr_why)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    struct stat st;
    if (strlen(path) >= sizeof at.sun_path)
        return reason_set(reterr_why, CE_INVALID,
                          "%s: the path of the operators' socket has more than %zu bytes; choose a "
                          "shorter data folder",
                          path, sizeof at.sun_path - 1);
    memcpy(at.sun_path, path, strlen(path));
    if (lstat(path, &st) == 0) {
        if (!S_ISSOCK(st.st_mode))
            return reason_set(reterr_why, CE_INVALID, "%s is there and is no socket; move it away",
                              path);
        if (is_answered(&at))
            return reason_set(reterr_why, CE_BUSY, "%s: another creditd answers there", path);
        unlink(path);
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    /* The mode is set before there is a name, so that nobody else can ever connect. */
    if (fd >= 0 && fchmod(fd, S_IRUSR | S_IWUSR) == 0 &&
        bind(fd, (const struct sockaddr *)&at, sizeof at) == 0 &&
        chmod(path, S_IRUSR | S_IWUSR) == 0 && listen(fd, SOMAXCONN) == 0) {
        *ret_fd = fd;
        return 0;
    }
    int error = errno;
    if (fd >= 0)
        close(fd);
    return reason_set(reterr_why, error == EACCES || error == EPERM ? CE_DENIED : CE_IO, "%s: %s",
                      path, strerror(error));
}

struct slice listen_client(struct arena *a, const struct sockaddr *from)
{
    char text[INET6_ADDRSTRLEN] = "";
    if (from && from->sa_family == AF_INET) {
        const struct sockaddr_in *at = (const void *)from;
        inet_ntop(AF_INET, &at->sin_addr, text, sizeof text);
    } else if (from && from->sa_family == AF_INET6) {
        const struct sockaddr_in6 *at = (const void *)from;
        if (IN6_IS_ADDR_V4MAPPED(&at->sin6_addr))
            inet_ntop(AF_INET, &at->sin6_addr.s6_addr[12], text, sizeof text);
        else
            inet_ntop(AF_INET6, &at->sin6_addr, text, sizeof text);
    }
    return arena_dup(a, slice_of(text));
}
