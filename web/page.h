#pragma once
#include "query/records.h"
#include "query/subjects.h"
#include "web/problem.h"
#include "web/template.h"

/* Pages: the same answers as the API's, for people. */

/* A scope with the page's title; names and values live in the request's arena. */
struct scope *page_scope(struct call *c, struct slice title);
/* Makes the rendered template the answer's body, with the headers of a page. */
void page_answer(struct call *c, const char *template, const struct scope *s);
/* The problem as a page; headers and status are set by problem_answer. */
void page_problem(struct call *c, enum problem p, const struct problem_more *more);
/* Names of a record, its items in the catalogue's order, its days: for templates/card.html. */
void page_record_scope(struct call *c, const struct record_answer *r, struct scope *s);
