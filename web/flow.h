#pragma once
#include <stdbool.h>

#include "base/slice.h"
#include "web/gate.h"
#include "web/request.h"

/* Text on its way from a thread that makes it, perhaps for minutes, to a connection that sends it.
 * Each side lets go of it once. */
struct flow;

struct flow *flow_create(void);
/* The making side. Waits while much is unsent. False: nobody listens any more. */
bool flow_say(struct flow *f, struct slice text);
/* That was all; lets go. */
void flow_end(struct flow *f);
/* The sending side, as a stream; its close lets go. */
struct stream flow_stream(struct flow *f);
