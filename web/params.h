#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/civil.h"
#include "record/category.h"
#include "web/call.h"

/* Parameters by name, typed and limited, with one way to say what is wrong with them. Each call
 * returns false after it has answered the request with a problem; a parameter that was not given
 * leaves *ret as it was. */

/* Only the names in the blank-separated list, none of them twice. */
bool params_known(struct call *c, const char *names);
/* The parameter must have been given. */
bool param_required(struct call *c, const char *name);
/* Characters without blanks around. */
bool param_text(struct call *c, const char *name, size_t chars_max, struct slice *ret);
bool param_number(struct call *c, const char *name, uint64_t min, uint64_t max, uint64_t *ret);
/* "2023-01-05". */
bool param_day(struct call *c, const char *name, struct day *ret);
/* yes or no, also true, false, 1, 0. */
bool param_flag(struct call *c, const char *name, bool *ret);
bool param_category(struct call *c, const char *name, enum category *ret);

/* `limit` (20, at most 100) and `cursor` of a list. */
struct paging {
    unsigned limit;
    struct slice cursor;
};
enum { PAGE_LIMIT = 20, PAGE_LIMIT_MAX = 100 };
bool param_paging(struct call *c, struct paging *ret);
