#pragma once
#include <stdbool.h>

#include "base/buf.h"
#include "query/query.h"

/* Findings (数据质量问题): what is wrong, or may be, with a department's records as the register
 * stands now. They depend on other records, so they are computed when they are asked for, and never
 * reject anything (findings.def). For the department itself and for operators. */
enum finding_id {
#define FINDING(id, kind, law, zh, en, todo_zh, todo_en) FINDING_##id,
#include "query/findings.def"
#undef FINDING
    FINDING_COUNT
};

struct finding_answer {
    enum finding_id id;
    struct record_id record;
    const struct theme *theme; /* the version in force now */
    struct slice document;     /* as shown: numbers of persons masked; may be empty */
    struct day received;       /* of the current version */
    struct slice law;
    struct slice hint; /* for the explanation */
    /* late */
    struct day first_received;
    int workdays, due;
    bool is_certain; /* no day lies in a year whose holidays are not known yet */
    /* same-fact */
    struct slice other_department; /* id */
};

struct findings_filter {
    struct slice kind; /* empty: all */
    uint16_t theme;    /* 0: all of the department's */
};
/* How many records one request looks at, those that are compared included: a page may be short or
 * empty with more behind *ret_next. */
enum { FINDINGS_LOOKED_AT_MAX = 2000 };
/* Findings of the department's records, ascending by record id and finding. Only of current records
 * that are not revoked and whose retention has not ended. CE_INVALID for a wrong cursor. */
int query_findings(struct query *q, struct slice department, const struct findings_filter *f,
                   unsigned limit, struct slice cursor, struct finding_answer **ret,
                   unsigned *ret_count, struct slice *ret_next);

/* Whether there is such a kind; all of them, "late, same-fact, …". */
bool finding_kind_is_known(struct slice kind);
void finding_kinds(struct buf *ret);
const char *finding_kind(enum finding_id id);
/* The explanation with the hint put in, and what to do. */
void finding_zh(const struct finding_answer *f, struct buf *ret);
void finding_en(const struct finding_answer *f, struct buf *ret);
const char *finding_todo_zh(enum finding_id id);
const char *finding_todo_en(enum finding_id id);
