#pragma once
#include "query/query.h"
#include "store/subject.h"

/* Subjects as the question's viewer sees them: found by any code, however typed; counted and listed
 * by one walk, so that counts and lists never disagree, and nothing tells that something hidden
 * exists. */

/* How a text that was typed as a code is understood. */
enum code_kind {
    CODE_NONE,   /* not a code */
    CODE_NUMBER, /* one or more candidates to look up */
    CODE_PERSON, /* looks like an identity number: answered 400, not logged, known or unknown */
};
/* Understands full width, lower case, blanks, hyphens (text_code). A valid unified code is never
 * taken for a person's. */
enum code_kind query_code_kind(struct query *q, struct slice text);

struct subject_answer {
    struct subject_id id;
    char code[40]; /* subject_id_print */
    enum subject_kind kind;
    struct slice name;      /* shown name; empty when no name is public */
    bool name_is_confirmed; /* from a registration */
    struct slice *former;   /* 曾用名 that are public */
    unsigned former_count;
    struct slice *additional; /* further names beside the main one */
    unsigned additional_count;
    struct slice status, district; /* empty when not public */
    struct slice district_name;    /* of the six digits, or as the registration has it; empty when
                                      the digits are no division */
    struct record_number numbers[RECORD_NUMBERS_MAX];
    unsigned number_count;
    uint64_t counters[CATEGORY_LAST + 1]; /* records that the viewer may see today, by category */
    uint64_t total;
};
/* The subject of a code as typed (unified code, registration number, organisation code, …; also the
 * printed forms "R-…" and "R~…"). Links are unions at reading: a registration number leads to the
 * subject whose registration names it. Two unified codes with one organisation code: nothing by
 * itself. CE_NOT_FOUND also for a subject without any record that is public today, and for natural
 * persons; CE_INVALID for CODE_PERSON. `with_counters`: fill counters and total. */
int query_subject(struct query *q, struct slice code, bool with_counters,
                  struct subject_answer *ret);
int query_subject_by_id(struct query *q, const struct subject_id *id, bool with_counters,
                        struct subject_answer *ret);
/* The answer without counters for the first subject of a union, from its row alone and without
 * looking at its records: what query_subject_by_id would give. False when the row does not settle
 * it: what the row says may no longer be seen by all, or no name in it is public. */
bool query_subject_by_row(struct query *q, const struct subject_id *id, const struct subject *row,
                          struct subject_answer *ret);
/* The subject itself asks (VIEWER_OWN): by its unified code or another number of an organisation,
 * or by a person's identity number or that of another document, in any case and width; identity
 * numbers of fifteen digits too. `born_min` as in idnum_check. CE_NOT_FOUND: there is nothing that
 * it may see; CE_INVALID: likewise, and a character in the eighteen is certainly wrong. */
int query_own(struct query *q, struct slice number, struct day born_min, bool with_counters,
              struct subject_answer *ret);

/* Takes out of a row what nothing says any more that the viewer may see: for the public what a
 * later version of a theme hides; for the subject itself what is past its retention or for nobody,
 * while ends of publication do not count. What is taken out has no day until which it is public. */
int query_row_seen(struct query *q, const struct subject_id *id, struct subject *row);

struct search_hit {
    struct subject_answer subject; /* without counters */
    struct slice matched;          /* the name or code that matched, as stored */
    const char *matched_by;        /* "name", "former-name", "additional-name", "code" */
};
enum { SEARCH_POSTINGS_MAX = 50000 };
/* Names by any part from two characters (folded), or any code. Best first: code, exact, beginning,
 * part. *ret_next is the cursor or empty. CE_INVALID with a reason for fewer than two characters;
 * for CODE_PERSON see query_code_kind first. */
int query_search(struct query *q, struct slice text, unsigned limit, struct slice cursor,
                 struct search_hit **ret, unsigned *ret_count, struct slice *ret_next,
                 struct reason *reterr_why);
