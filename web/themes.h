#pragma once
#include "base/json.h"
#include "query/records.h"

/* What is the same for all records of a theme, which an answer says once: names, department, legal
 * basis, and what the items are called. The texts are made when a theme is first asked for and kept
 * beside its catalogue. */
struct themes;
struct themes *themes_create(void);
/* Accepts NULL. */
void themes_destroy(struct themes *t);
/* "themes": theme code -> what there is to say of it, with those items that one of the records has,
 * in the order of the catalogue. */
void themes_put(struct json_out *o, struct arena *a, struct themes *t, const struct catalogue *c,
                const struct record_answer *records, unsigned count);
