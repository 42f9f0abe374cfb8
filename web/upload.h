#pragma once
#include <stdbool.h>

#include "ingest/submission.h"
#include "web/call.h"
#include "web/gate.h"

/* The body of a submission on its way from a connection to the register. The connection feeds it
 * and waits at the gate when it is full, and at the end for the receipt. It outlives its
 * connection: what was promised with 202 is done, what was cut off is given back in order. */
struct upload {
    struct gate gate;
    struct web *web;
    struct submission *submission;
    bool wants_csv;
    bool wants_async; /* Prefer: respond-async */
};

/* Starts; options' `wake` is the gate's. CE_UNAVAILABLE as submission_start. */
int upload_start(struct web *w, struct submission_options *o, struct upload **ret,
                 struct reason *reterr_why);
/* How many bytes it took; 0: wait at the gate. */
size_t upload_feed(struct upload *u, struct slice piece);
/* The body is whole. */
void upload_finish(struct upload *u);
/* It has ended, well or not; what is fed is dropped. */
bool upload_has_ended(struct upload *u);
/* The answer. False: not yet, wait at the gate. With SUBMISSION_CUT there is none: *ret_broken. */
bool upload_answer(struct call *c, struct upload *u, bool *ret_broken);
/* The connection needs it no longer: another thread waits for its end. Accepts NULL. */
void upload_drop(struct upload *u);
