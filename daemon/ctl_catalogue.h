#pragma once
#include "daemon/ctl.h"
#include "record/catalogue.h"

/* Commands of the catalogue that have a file of their own, and what they share. */

/* Reads the files of a folder, or, for the word "current", what the running creditd has in force.
 * EXIT_CODE_OK, or EXIT_CODE_REFUSED after having said what is wrong; never another. The arena is
 * the caller's to destroy. */
int ctl_catalogue_read(struct ctl *c, const char *where, struct arena **ret_arena,
                       struct catalogue **ret);

/* Asks for the entry of a theme in force, or of "common", as JSON in the command's arena; an exit
 * code. */
int ctl_catalogue_fetch(struct ctl *c, struct slice code, struct slice *ret);
/* Prints an entry, its JSON, for people; an exit code. */
int ctl_catalogue_entry(struct ctl *c, struct slice text);
int ctl_catalogue_diff(struct ctl *c);
int ctl_catalogue_page(struct ctl *c);
