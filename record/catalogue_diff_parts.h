#pragma once
#include <stdbool.h>

#include "base/json.h"
#include "record/catalogue_diff.h"

/* What the comparing of catalogues shares: catalogue_diff.c, diff_theme.c, diff_code_set.c,
 * diff_tables.c and diff_text.c. Not for others. */

struct diffing {
    struct arena *a;
    struct catalogue_change *list;
    size_t count, room;
    const struct theme *theme; /* that is compared, of the new catalogue; NULL for common things */
    const struct json *old_theme, *new_theme;
    size_t set_count; /* code sets that were compared in this theme already, by name */
    struct slice sets[THEME_ITEMS_MAX];
};

/* A member of two objects; NULL on the side that lacks it. */
struct pair {
    struct slice key;
    const struct json *old, *now;
};

/* Adds a change; the theme is put in. The place can be completed until the next call. */
struct catalogue_change *change_add(struct diffing *d, struct catalogue_change c);
/* The same for a key: which one, and its values before and after, are put in as well. */
struct catalogue_change *change_key(struct diffing *d, const struct pair *p,
                                    struct catalogue_change c);
/* What follows from it, said behind what was said before. */
void change_says(struct diffing *d, struct catalogue_change *c, unsigned effects, struct slice zh,
                 struct slice en);

/* Every key whose value is not the same in the two objects, those of `old` first. */
struct pair *pairs_changed(struct arena *a, const struct json *old, const struct json *now,
                           size_t *ret_count);
bool json_same(const struct json *x, const struct json *y);
/* The object in a list whose key has that text; NULL for none. */
const struct json *member_with(const struct json *list, const char *key, struct slice text);
bool list_holds(const struct json *list, struct slice text);

/* A value as people read it: words by wording.def, lists joined. */
struct slice value_text(struct arena *a, struct slice key, const struct json *v);
/* “名称”, for sentences: the Chinese name, else the code. */
struct slice quoted_name(struct arena *a, const struct json *item);

void diff_theme(struct diffing *d, const struct json *old, const struct json *now);
void diff_items(struct diffing *d, const struct json *old, const struct json *now);
void diff_code_set(struct diffing *d, const struct json *old, const struct json *now);
void diff_common(struct diffing *d, const struct json *old, const struct json *now);
