/* The end of the road for bugs: say where, flush, abort. Leaves input errors to err.h and verdicts.
 */
#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>

void check_failed(const char *file, int line, const char *what)
{
    fflush(stdout);
    fprintf(stderr, "bug: %s:%d: %s\n", file, line, what);
    fflush(stderr);
    abort();
}
