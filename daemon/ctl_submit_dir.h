#pragma once
#include "daemon/ctl.h"

/* `submit --dir DIR`: hands in every file of the folder and of the folders in it, in the order of
 * their names; a file is named for its theme. Exit code as of `submit`. */
int ctl_submit_dir(struct ctl *c);
