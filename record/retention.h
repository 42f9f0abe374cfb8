#pragma once
#include "base/civil.h"
#include "record/catalogue.h"

/* How long a record may be kept in answers. Pure. */

/* The first day on which a record may be in no answer any more by that entry version: so many years
 * after its day, or after the day on which what it tells of ended (`ended`, DAY_NONE when that is
 * not known). DAY_FOREVER for a permanent theme, and while the time has not begun to run. */
struct day retention_end(const struct theme *t, struct day day, struct day ended);
