#pragma once
#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

/* Sockets to listen on, and what to say when there is none to be had. */

/* "127.0.0.1:8080", "[::1]:8080", "0.0.0.0:0" (any free port). CE_INVALID, CE_BUSY, CE_DENIED,
 * CE_IO. */
int listen_tcp(const char *address, int *ret_fd, unsigned *ret_port, struct reason *reterr_why);
/* Mode 0600; a socket that nobody answers on any more is removed. CE_BUSY when somebody does. */
int listen_unix(const char *path, int *ret_fd, struct reason *reterr_why);
/* Host and port of an address; brackets are taken off. False for anything else. */
bool listen_split(struct slice address, struct slice *ret_host, struct slice *ret_port);
/* A client's address as text, without port; an IPv4 address also where it came in IPv6. Empty for
 * other sockets and for NULL. */
struct sockaddr;
struct slice listen_client(struct arena *a, const struct sockaddr *from);
