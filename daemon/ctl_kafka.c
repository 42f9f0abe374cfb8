/* Brokers and catalogue for the commands that speak to Apache Kafka themselves: they need no
 * daemon, so that a department can use them where there is none. */
#include "daemon/ctl_kafka.h"

#include <string.h>

#include "base/attr.h"

enum { OVERRIDES_MAX = 256 };

int ctl_kafka_settings(struct ctl *c, struct config *ret)
{
    struct config_override overrides[OVERRIDES_MAX];
    size_t count = 0;
    struct reason why = {""};
    int r = 0;
    overrides[count++] = (struct config_override){"data", c->data};
    for (size_t i = 0; r == 0 && i < c->options.given_count; i++) {
        const char *name = c->options.given[i].row->name, *value = c->options.given[i].value;
        if (count == OVERRIDES_MAX)
            return ctl_fail(EXIT_CODE_USAGE, "more than %d settings", OVERRIDES_MAX - 1);
        if (strcmp(name, "set") == 0)
            r = config_split(c->arena, value, &overrides[count++], &why);
        else if (strcmp(name, "catalogue") == 0)
            overrides[count++] = (struct config_override){name, value};
        else if (strcmp(name, "kafka") == 0 && strcmp(value, "configured") != 0)
            overrides[count++] = (struct config_override){"kafka.bootstrap.servers", value};
    }
    if (r == 0)
        r = config_read(c->arena, ctl_option(c, "config"), overrides, count, ret, &why);
    if (r < 0)
        return ctl_fail(EXIT_CODE_REFUSED, "%s", why.text);
    if (broker_is_configured(&ret->kafka))
        return EXIT_CODE_OK;
    return ctl_fail(EXIT_CODE_USAGE, "which Kafka? Name its brokers by --kafka HOST:PORT,..., by "
                                     "kafka.bootstrap.servers in --config FILE, or by "
                                     "CREDENCE_KAFKA_BOOTSTRAP_SERVERS");
}

int ctl_kafka_catalogue(struct ctl *c, const struct config *config, struct catalogue **ret)
{
    struct reason why = {""};
    if (catalogue_load(c->arena, config_catalogue_dir(c->arena, config), ret, &why) < 0)
        return ctl_fail(EXIT_CODE_REFUSED, "%s", why.text);
    return EXIT_CODE_OK;
}

int ctl_kafka_fail(int err, const char *bootstrap, const char *why)
{
    if (err == CE_UNAVAILABLE || err == CE_TIMEOUT)
        ctl_say("Kafka 代理无应答 no broker answers at %s: %s", bootstrap, why);
    else if (err == CE_DENIED)
        ctl_say("Kafka 代理拒绝访问 the broker does not let us in: %s; see kafka.property.* in the "
                "settings",
                why);
    else
        ctl_say("%s", why);
    return EXIT_CODE_FAILED;
}
