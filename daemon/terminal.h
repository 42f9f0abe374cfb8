#pragma once
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"

/* Text for people at a terminal; results live in the arena, NUL-terminated. */

/* Without control characters and marks that turn the direction of writing: what comes from files
 * that anybody may have written must not steer the terminal. */
const char *terminal_text(struct arena *a, struct slice s);
/* "17,196" */
const char *terminal_number(struct arena *a, int64_t v);
/* The text, filled with blanks to that many columns (Chinese characters take two); at least one
 * blank stands behind it. */
const char *terminal_column(struct arena *a, struct slice s, unsigned columns);
/* As one word of a shell's command line. */
const char *terminal_shell_word(struct arena *a, const char *text);
