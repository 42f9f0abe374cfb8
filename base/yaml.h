#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

/* A YAML document as a tree in which every node knows its line, so that a mistake in a data file
 * can be shown. The only file that knows libyaml. Anchors and merge keys are not supported. */
enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml {
    enum yaml_kind kind;
    int line; /* counted from 1 */
    struct slice scalar;
    bool quoted;        /* a scalar written in quotes: "null" is then a word */
    struct yaml **list; /* of a list: its members; of a map: its values */
    struct yaml **keys; /* of a map: its keys, scalars, in the order of the file */
    size_t count;
};

/* Reads a document; everything lives in the arena. CE_INVALID with "LINE: why" in the reason; also
 * for a key that stands twice in one map, and for depth over 16. */
int yaml_parse(struct arena *a, struct slice text, struct yaml **ret, struct reason *reterr_why);
/* Value of a key, or NULL. */
const struct yaml *yaml_get(const struct yaml *map, const char *key);
