#pragma once
#include "base/arena.h"

/* What came along with the programs: files of share/credence beside their own folder. */

/* The path of one of them, whether or not it is there; NULL when this program's own folder cannot
 * be found. In the arena. */
const char *installed_path(struct arena *a, const char *name);
/* The catalogue: of the installation, else of the source tree that the programs were built from. */
const char *installed_catalogue(struct arena *a);
