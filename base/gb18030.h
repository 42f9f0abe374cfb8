#pragma once
#include <stdbool.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/slice.h"

/* From GB18030, of which GBK and GB2312 are parts, to UTF-8. In bytes that are not ASCII none ever
 * is a blank, a comma, a quote or a line end, so that CSV and lines may be split first and
 * converted then. One converter serves one thread. */
struct gb18030;
struct gb18030 *gb18030_create(void);
/* Accepts NULL. */
void gb18030_destroy(struct gb18030 *g);
DEFINE_AUTO(struct gb18030, gb18030_destroy)
/* The text as UTF-8 in the arena; what is ASCII alone is returned as it is. False when it holds
 * bytes that are not GB18030: each such place is then one U+FFFD. */
bool gb18030_read(struct gb18030 *g, struct arena *a, struct slice s, struct slice *ret);
