#pragma once
#include <stdbool.h>
#include <stdint.h>

/* How far something long has come, on standard error: a line that is rewritten on a terminal (per
 * cent, bytes, rate, time left), else a line now and then. */
struct progress {
    const char *what;
    int64_t total; /* bytes; -1: not known */
    bool is_terminal, is_quiet;
    bool counts_rows; /* what is counted are rows, not bytes; set behind progress_begin */
    int64_t began_ms, shown_ms;
    int64_t done;
    int shown_columns; /* of the line that stands on the terminal */
};

void progress_begin(struct progress *p, const char *what, int64_t total, bool is_quiet);
void progress_tell(struct progress *p, int64_t done);
/* All is done: leaves the full bar on a terminal, else writes "WHAT: 8.1 MB in 2.0 s (4.0 MB/s)".
 */
void progress_end(struct progress *p);
/* Takes the line off the terminal, for a message that comes in between. */
void progress_clear(struct progress *p);

/* "8.1 MB", "713 B". `out` has room for 24. */
void bytes_print(int64_t bytes, char out[24]);
