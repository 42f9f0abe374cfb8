#pragma once
#include <stdio.h>

/* How both programs end; see exit_code.def. */
enum exit_code {
#define EXIT_CODE(id, number, meaning) EXIT_CODE_##id = (number),
#include "daemon/exit_code.def"
#undef EXIT_CODE
};

/* The table, for --help. */
static inline void exit_codes_print(FILE *to)
{
    fputs("Exit status:\n", to);
#define EXIT_CODE(id, number, meaning) fprintf(to, "  %d  %s\n", (number), (meaning));
#include "daemon/exit_code.def"
#undef EXIT_CODE
}
