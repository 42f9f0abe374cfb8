/* Settings for commands that do themselves what creditd does otherwise, and are to do it as it
 * would. */
#include "daemon/ctl_settings.h"

#include <string.h>

static const struct ctl_setting *find(const struct ctl_setting *own, size_t count,
                                      const struct option_given *given)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(own[i].option, given->row->name) == 0)
            return own[i].except && strcmp(given->value, own[i].except) == 0 ? NULL : &own[i];
    return NULL;
}

int ctl_settings_read(struct ctl *c, const char *data, const struct ctl_setting *own, size_t count,
                      size_t most, struct config *ret)
{
    struct config_override *overrides = ARENA_ARRAY(c->arena, struct config_override, most);
    struct reason why = {""};
    size_t n = 0;
    int r = 0;
    overrides[n++] = (struct config_override){"data", data};
    for (size_t i = 0; r == 0 && i < c->options.given_count; i++) {
        const struct option_given *given = &c->options.given[i];
        const struct ctl_setting *s = find(own, count, given);
        if (n == most)
            return ctl_fail(EXIT_CODE_USAGE, "more than %zu settings", most - 1);
        if (strcmp(given->row->name, "set") == 0)
            r = config_split(c->arena, given->value, &overrides[n++], &why);
        else if (s)
            overrides[n++] = (struct config_override){s->name, given->value};
    }
    if (r == 0)
        r = config_read(c->arena, ctl_option(c, "config"), overrides, n, ret, &why);
    return r < 0 ? ctl_fail(EXIT_CODE_REFUSED, "%s", why.text) : EXIT_CODE_OK;
}
