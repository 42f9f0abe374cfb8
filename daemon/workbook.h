#pragma once
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/* An XLSX workbook, read as CSV through a helper of its own (daemon/xlsx_rows.py), which is found
 * beside the programs: ../share/credence from the folder of this one. */
struct workbook {
    pid_t pid;  /* of the helper; 0: none */
    int file;   /* the workbook itself, borrowed */
    int rows;   /* the CSV comes here */
    int errors; /* what the helper has to say */
};
/* Starts reading. `file` is the open workbook, `path` names it in messages, `sheet` may be NULL.
 * CE_NOT_FOUND without the helper or Python. */
int workbook_open(struct workbook *w, int file, const char *path, const char *sheet,
                  struct reason *reterr_why);
/* Waits for the helper, whose rows have ended: 0; CE_INVALID when there is no such sheet, CE_IO for
 * what else it could not read, in its own words. */
int workbook_end(struct workbook *w, struct reason *reterr_why);
/* How far into the workbook it is, in bytes. */
int64_t workbook_position(const struct workbook *w);
/* Stops the helper if it still runs. */
void workbook_close(struct workbook *w);
