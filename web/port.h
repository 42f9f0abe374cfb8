#pragma once
#include "base/err.h"
#include "web/request.h"

/* Connections: from bytes to requests and from answers to bytes. */
struct port;
struct web;

struct port_listener {
    int fd; /* the port's from then on */
    enum origin origin;
};

/* Takes the sockets whether it succeeds or not. */
int port_start(struct web *w, const struct port_listener *listeners, unsigned count,
               struct port **ret, struct reason *reterr_why);
/* Accepts nothing new, waits up to wait_ms for requests to end, then breaks off uploads and waits
 * for what runs on workers. Accepts NULL. */
void port_stop(struct port *p, int wait_ms);
