#pragma once
#include <stdbool.h>

#include "base/arena.h"
#include "base/slice.h"

/* Walks a fragment of JSON members whose values are strings ("a":"x","b":"y"), as records keep
 * their items, without making a tree. Key and value come as they stand between their quotes, with
 * escapes (keys of items have none). False at the end, and for anything else. */
bool members_next(struct slice *rest, struct slice *ret_key, struct slice *ret_value);
/* The text of such a value: itself when nothing in it is escaped. */
struct slice members_text(struct arena *a, struct slice value);
