#pragma once
#include "daemon/config.h"
#include "daemon/ctl.h"

/* An option that is a setting of creditd, with its name there. */
struct ctl_setting {
    const char *option, *name;
    const char *except; /* a value that leaves the setting as it is; may be NULL */
};
/* The settings by which a command works without a creditd: the file of --config, the environment,
 * `data` as the data folder, and then in their order --set and the `count` options of `own`. At
 * most `most` of them. An exit code, having said why. */
int ctl_settings_read(struct ctl *c, const char *data, const struct ctl_setting *own, size_t count,
                      size_t most, struct config *ret);
