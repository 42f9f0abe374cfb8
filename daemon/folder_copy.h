#pragma once
#include "base/err.h"

/* Copies of files for a store of its own: tables, which never change, are shared by a hard link
 * where the file system can; everything else is copied and synced. */

/* Makes `to`, which must not be there. CE_IO, CE_EXISTS. */
int folder_copy(const char *from, const char *to, struct reason *reterr_why);
/* With the mode 0600; `to` must not be there. */
int file_copy(const char *from, const char *to, struct reason *reterr_why);
