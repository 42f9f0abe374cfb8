#pragma once
#include "base/buf.h"
#include "base/slice.h"
#include "web/call.h"

/* What is wrong with a request, as RFC 9457 says it (or as a page): the only place where statuses
 * are given to mistakes. */
enum problem {
#define PROBLEM(id, slug, status, zh, en) PROBLEM_##id,
#include "web/problem.def"
#undef PROBLEM
    PROBLEM_COUNT
};

struct problem_more {
    struct slice detail; /* "中文 English": what exactly, and what to do */
    const char *field;   /* parameter or header it is about; NULL: none */
    const char *rule;    /* rule id; NULL: none */
    struct slice id;     /* of a submission; empty: none */
};

unsigned problem_status(enum problem p);
const char *problem_slug(enum problem p);
const char *problem_zh(enum problem p);
const char *problem_en(enum problem p);

/* Makes the problem the answer. Headers that were set before stay. `more` may be NULL. */
void problem_answer(struct call *c, enum problem p, const struct problem_more *more);
#define REFUSE(c, id, ...)                                                                         \
    problem_answer((c), PROBLEM_##id, &(const struct problem_more){__VA_ARGS__})

/* The document alone. */
void problem_json(struct buf *b, enum problem p, const struct problem_more *more);
