/* Brokers and catalogue for the commands that speak to Apache Kafka themselves: they need no
 * daemon, so that a department can use them where there is none. */
#include "daemon/ctl_kafka.h"

#include "base/attr.h"
#include "daemon/ctl_settings.h"

enum { SETTINGS_MAX = 256 };

int ctl_kafka_settings(struct ctl *c, struct config *ret)
{
    static const struct ctl_setting own[] = {{"catalogue", "catalogue", NULL},
                                             {"kafka", "kafka.bootstrap.servers", "configured"}};
    int code = ctl_settings_read(c, c->data, own, ARRAY_LEN(own), SETTINGS_MAX, ret);
    if (code != EXIT_CODE_OK)
        return code;
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
