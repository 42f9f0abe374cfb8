#pragma once
#include "query/partitions.h"
#include "query/records.h"
#include "query/subjects.h"
#include "web/call.h"

/* Finding what a request names; the API and the pages ask in the same way, so that they can never
 * tell different things. Each returns false after it has answered with a problem. */

enum { SEARCH_CHARS_MAX = 200 };
/* Refuses what looks like a person's number. */
bool lookup_allowed(struct call *c, struct slice text, const char *field);
bool lookup_search(struct call *c, struct slice text, unsigned limit, struct slice cursor,
                   struct search_hit **ret, unsigned *ret_count, struct slice *ret_next);
bool lookup_subject(struct call *c, struct slice code, bool with_counters,
                    struct subject_answer *ret);
bool lookup_records(struct call *c, const struct subject_answer *s, const struct records_filter *f,
                    unsigned limit, struct slice cursor, struct record_answer **ret,
                    unsigned *ret_count, struct slice *ret_next);
bool lookup_record(struct call *c, struct slice id, struct record_answer *ret);
/* Answers that there is no such theme, with those that may have been meant. */
void refuse_theme(struct call *c, struct slice code);
/* The theme in force, or as refuse_theme. */
bool lookup_theme(struct call *c, struct slice code, const struct theme **ret);
/* How many offsets the brokers have that were not taken yet. False, and nothing was answered: they
 * do not say. */
bool lookup_behind(struct call *c, const struct partition_life *p, uint64_t *ret);
bool lookup_history(struct call *c, struct slice id, struct history_answer **ret,
                    unsigned *ret_count);
