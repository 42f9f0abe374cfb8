#pragma once
#include "base/arena.h"
#include "record/catalogue.h"

/* A small catalogue made by hand, for tests of judging that must not change when the real one does:
 * codes of synthetic bodies only. Themes:
 *
 *   "registration"  number 1, identity CODE, public for ever, lists enterprises only
 *   "penalty"       number 2, identity CF_WSH, CF_CFJGDM, CF_XDR_MC, public for a term, lists
 * everybody "memo"          number 3, identity by record id, never public */
const struct catalogue *theme_catalogue(void);
const struct theme *theme_named(const char *code);
/* Releases it; a later call makes it anew. */
void theme_catalogue_drop(void);
