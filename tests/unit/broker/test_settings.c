/* Settings of librdkafka: what is refused and how, without any broker. */
#include "base/attr.h"
#include "broker/settings.h"
#include "tests/support/test.h"

static struct reason why;

static int check(const char *name, const char *value)
{
    struct conf_pair pair = {slice_of(name), slice_of(value)};
    struct broker_settings s = {SLICE("127.0.0.1:1"), {&pair, 1}};
    why = (struct reason){""};
    return broker_settings_check(&s, &why);
}

TEST(without_an_address_there_is_no_broker)
{
    struct broker_settings s = {0};
    EXPECT(!broker_is_configured(&s));
    s.bootstrap = SLICE("127.0.0.1:1");
    EXPECT(broker_is_configured(&s));
}

TEST(properties_of_librdkafka_are_taken)
{
    EXPECT_OK(check("statistics.interval.ms", "0"));
    EXPECT_OK(check("security.protocol", "ssl"));
    EXPECT_OK(check("sasl.password", "x"));
}

TEST(a_property_that_there_is_not_is_named)
{
    EXPECT_ERR(check("no.such.thing", "1"), CE_INVALID);
    EXPECT(slice_find(slice_of(why.text), SLICE("\"no.such.thing\""), 0) >= 0);
}

TEST(a_value_that_is_refused_is_not_shown)
{
    EXPECT_ERR(check("statistics.interval.ms", "hunter2"), CE_INVALID);
    EXPECT(slice_find(slice_of(why.text), SLICE("\"statistics.interval.ms\""), 0) >= 0);
    EXPECT(slice_find(slice_of(why.text), SLICE("hunter2"), 0) < 0);
}

TEST(what_the_program_decides_cannot_be_set)
{
    static const char *const names[] = {"group.id",
                                        "enable.auto.commit",
                                        "auto.commit.enable",
                                        "auto.offset.reset",
                                        "isolation.level",
                                        "enable.idempotence",
                                        "acks",
                                        "request.required.acks",
                                        "bootstrap.servers",
                                        "metadata.broker.list"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        EXPECT_ERR(check(names[i], "1"), CE_INVALID);
    EXPECT_STR(why.text, "the property \"metadata.broker.list\" is decided by the program itself");
}

TEST(a_file_of_certificates_that_cannot_be_read_is_named)
{
    struct conf_pair pairs[] = {{SLICE("security.protocol"), SLICE("ssl")},
                                {SLICE("ssl.ca.location"), SLICE("/nowhere/ca.pem")}};
    struct broker_settings s = {SLICE("127.0.0.1:1"), {pairs, 2}};
    EXPECT_ERR(broker_settings_check(&s, &why), CE_INVALID);
    EXPECT(slice_find(slice_of(why.text), SLICE("ssl.ca.location"), 0) >= 0);
}
