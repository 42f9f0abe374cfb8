#pragma once
#include <stdbool.h>

#include "web/call.h"

/* Who asks. Over the Unix socket everybody is an operator; over TCP a department shows its key as a
 * bearer token. */

/* For routes that a department may use: fills req->department (empty for an operator). False: the
 * request is answered 401. Needs the view. */
bool auth_department(struct call *c);
/* Whether what belongs to `department` may be seen by who asks; else the request is answered 403.
 */
bool auth_owns(struct call *c, struct slice department);
/* The token of an "Authorization: Bearer …" header; {NULL, 0} when there is none. */
struct slice auth_bearer(const struct request *r);
