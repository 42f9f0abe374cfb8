#pragma once
#include "base/slice.h"

/* Files that are part of the program: templates/ and static/, put in by the build
 * (cmake/Embed.cmake). */
struct asset {
    const char *name; /* without the folder */
    struct slice bytes;
};
extern const struct asset assets[];
extern const unsigned asset_count;
