#pragma once
#include "query/query.h"
#include "query/subjects.h"

/* Records as the question's viewer sees them. */
struct record_answer {
    struct record_id id;
    const struct theme *theme;  /* the version in force now */
    const struct theme *judged; /* the version by which it was judged */
    enum category category;
    struct slice document;
    struct day day; /* the theme's day ("decided"); may be none */
    struct day public_until;
    struct day retain_until; /* the first day on which it is in no answer any more */
    struct utc_ms received;
    struct slice version; /* the provider's as decimal text, or the received time in RFC 3339 when
                             it gave none */
    bool is_public;       /* today, to everybody */
    struct slice items;   /* JSON members, of what the viewer may see; the stricter of the entry
                           * version of judging and of the one in force holds */
    const struct item **said; /* what each of them is, as the version in force has it, else that
                               * of judging; NULL where neither does */
    unsigned said_count;
    struct slice words;   /* JSON members of those that people read otherwise than they are
                           * stored (shown_value) */
    struct slice amounts; /* JSON members of the same items, taken apart:
                           * "REG_CAP":{"number":"183.8","unit":"万","currency":"CNY"}; unit
                           * "1", "万" or "亿"; what is not certain is left out */
    struct subject_id subject;
};

struct records_filter {
    enum category category; /* 0: all, merged newest first */
    struct slice theme;     /* empty: all */
    struct day from, to;    /* DAY_NONE: open; both included */
};
/* Newest day first; *ret_next the cursor or empty. CE_INVALID for a wrong cursor. The subject
 * itself must have been found by query_subject. */
int query_records(struct query *q, const struct subject_id *subject, const struct records_filter *f,
                  unsigned limit, struct slice cursor, struct record_answer **ret,
                  unsigned *ret_count, struct slice *ret_next, struct reason *reterr_why);

/* CE_NOT_FOUND: unknown, or not for the viewer; CE_CLOSED: revoked, and would be public but for
 * that (410). */
int query_record(struct query *q, const struct record_id *id, struct record_answer *ret);

/* That versions existed: when and what kind of change, never superseded values. */
struct history_answer {
    struct utc_ms from, until; /* until INT64_MAX: the current one */
    const char *change;        /* "stored", "changed", "revoked", "reinstated" */
};
/* Only versions that were current, oldest first. As query_record for what may not be seen. */
int query_history(struct query *q, const struct record_id *id, struct history_answer **ret,
                  unsigned *ret_count);
