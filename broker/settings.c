/* Whether settings do, found out by making a client of them that connects to nothing yet. What the
 * properties mean is librdkafka's. */
#include "broker/settings.h"

#include "base/attr.h"
#include "base/check.h"
#include "broker/client.h"

int broker_settings_check(const struct broker_settings *s, struct reason *reterr_why)
{
    /* Connects to nobody: brokers are looked up when something is asked of them. */
    static const struct client_property ours[] = {
        {"group.id", "check"},
        {"enable.sparse.connections", "true"},
    };
    struct client c;
    int r = client_open(&c, RD_KAFKA_CONSUMER, s, NULL, ours, ARRAY_LEN(ours), NULL, 0, reterr_why);
    if (r == 0)
        CHECK(client_close(&c, CLIENT_CLOSE_MS));
    return r;
}
