#pragma once
#include <stdbool.h>

#include "base/arena.h"
#include "base/slice.h"
#include "record/record.h"
#include "record/tables.h"

/* Names of organisations: further names that stand inside a name, and shop names. */

/* Reads 增挂：…, （原…） and （第二名称…） inside a name as further names of the same subject,
 * as registries write them; also the name before a bare （第二名称）. The main name comes first,
 * without them. Returns how many, at least 1. */
unsigned name_split(struct arena *a, struct slice name, struct record_name ret[RECORD_NAMES_MAX]);

/* Whether the name of a sole trader holds a shop name (字号): it ends with one of the words with
 * which shops end their names, apart from remarks in brackets and the numbers of branches. A bare
 * personal name does not. */
bool name_is_shop(const struct tables *t, struct slice name);
