/* Opening the store in the data folder when nobody else holds it. */
#include "daemon/ctl_here.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"

int ctl_here_open(struct ctl *c, struct holding *ret_holding, struct inspected *ret)
{
    const char *keys = ctl_option(c, "keys");
    if (!keys)
        keys = getenv("CREDENCE_KEYS");
    struct holding_options o = {
        .data = c->data,
        .keys = keys && *keys ? keys : arena_printf(c->arena, "%s/keys", c->data).p,
        .must_exist = true,
    };
    struct reason why = {""};
    enum exit_code code = holding_open(&o, ret_holding, &why);
    if (code != EXIT_CODE_OK)
        return ctl_fail((int)code, "%s", why.text);
    struct clock clock = clock_real();
    *ret = (struct inspected){
        .store = ret_holding->store,
        .keys = ret_holding->keys,
        .catalogue = atomic_load(&ret_holding->in_force.now),
        .now = clock_now(&clock),
    };
    return EXIT_CODE_OK;
}
