#pragma once
#include <stdbool.h>

#include "web/call.h"

/* How a clerk proves on a page which department they are of: the key of the department is posted
 * once, and a cookie stands for it until they sign out (web/session.h). The key is never in an
 * address, a page or a log line, and the cookie is sent to pages of the ledger alone. */

/* The department of whoever has signed in, in the arena. False: nobody has, or the key was taken
 * back meanwhile; or it could not be read, and the request is answered: *ret_failed. */
bool sign_department(struct call *c, struct slice *ret, bool *ret_failed);
/* Answers with the form; `wrong`: what was posted is no key. */
void sign_form(struct call *c, bool wrong);
