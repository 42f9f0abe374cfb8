#pragma once
#include <stdbool.h>

#include "base/civil.h"
#include "record/tables.h"

/* Terms of publication and of repair, from the lines of tables/terms.yaml. Pure: set, class of
 * severity, days. */

/* The set of a theme that names none. */
#define TERMS_GENERAL SLICE("general")

bool terms_have_set(const struct tables *t, struct slice set);
bool terms_have_class(const struct tables *t, struct slice set, struct slice class_code);

/* The first day on which a decision of that day is no longer public by law: the last line of the
 * set and class whose `from` is not later holds, the first one for days before it. DAY_NONE: never
 * public, also when the set has no such class. */
struct day term_publication_end(const struct tables *t, struct slice set, struct slice class_code,
                                struct day decision);

/* The earliest day on which repair of a decision of that day may be applied for, by the rules for
 * an application handed in on the day `applied`: the last line that holds for it, by `applied_from`
 * where the line has one, else by the decision. DAY_NONE when the set has no such class. */
struct day term_repair_from(const struct tables *t, struct slice set, struct slice class_code,
                            struct day decision, struct day applied);
