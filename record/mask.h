#pragma once
#include "base/arena.h"
#include "base/slice.h"
#include "record/tables.h"

/* The text with "*" for each character but the first and last ones that the mask keeps. A text so
 * short that it would keep everything keeps nothing. */
struct slice mask_text(struct arena *a, const struct mask *m, struct slice text);
/* How persons' numbers and contact data are masked where no mask is named: first and last character
 * kept. */
extern const struct mask MASK_PERSON;
