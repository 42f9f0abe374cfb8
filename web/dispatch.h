#pragma once
#include "web/request.h"

/* From a request to its answer, without a socket. */
struct web;

/* Answers, or sets res->is_late: then web_handle_late must be called on a worker; or sets
 * res->upload: then the caller owns it, feeds it the body and calls web_handle_uploaded. */
void web_handle(struct web *w, struct request *req, struct response *res);
void web_handle_late(struct web *w, struct request *req, struct response *res);
/* Answers what became of an upload. False: not yet, wait at its gate. *ret_broken: there is no
 * answer, the connection must be closed. */
bool web_handle_uploaded(struct web *w, struct request *req, struct response *res, struct upload *u,
                         bool *ret_broken);
/* Answers 503 because the service is stopping. */
void web_refuse(struct web *w, struct request *req, struct response *res);
/* Counts the answer and writes the access log: the route's pattern, never path or parameters. */
void web_account(const struct request *req, unsigned status, uint64_t bytes, int64_t us);
