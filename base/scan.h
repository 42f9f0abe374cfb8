#pragma once
#ifdef __cplusplus
extern "C" { /* what it includes is C as well */
#endif

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/slice.h"

/* Reads one JSON object of flat values fast; the only door to simdjson. */

enum scan_kind { SCAN_STRING, SCAN_NUMBER, SCAN_BOOL, SCAN_NULL, SCAN_NESTED };

struct scan_pair {
    struct slice key;
    struct slice value; /* unescaped text; a number or bool as written; null is {NULL, 0}; nested:
                           its JSON */
    enum scan_kind kind;
};

/* Whether it is well-formed UTF-8, as utf8_valid_prefix says; many times as fast for whole rows. */
bool scan_is_utf8(struct slice text);

struct scan;
struct scan *scan_create(void);
/* Accepts NULL. */
void scan_destroy(struct scan *s);
DEFINE_AUTO(struct scan, scan_destroy)
/* Pairs live in the arena, in the order of the text. CE_INVALID when it is no JSON object, is
 * deeper than 8, names a key twice, or holds a number beyond 64 bits or a double, or a NUL;
 * CE_TOO_LARGE beyond pairs_max. The reason is a predicate ("is not UTF-8") that names nothing of
 * the content. */
int scan_object(struct scan *s, struct arena *a, struct slice json, size_t pairs_max,
                struct scan_pair **ret_pairs, size_t *ret_count, const char **reterr_why);

#ifdef __cplusplus
}
#endif
