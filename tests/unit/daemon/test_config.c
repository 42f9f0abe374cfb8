/* Settings of the installation: precedence, refusals, and the file that is printed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/config.h"
#include "tests/support/test.h"

static const char *write_file(const char *text)
{
    static char path[4200];
    snprintf(path, sizeof path, "%s/creditd.conf", test_tempdir());
    FILE *f = fopen(path, "w");
    EXPECT(f);
    fputs(text, f);
    EXPECT_EQ(fclose(f), 0);
    return path;
}

TEST(without_anything_the_defaults_hold)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct config c;
    EXPECT_OK(config_read(a, NULL, NULL, 0, &c, NULL));
    EXPECT_SLICE(c.data, "/var/lib/credence");
    EXPECT_SLICE(c.listen, "127.0.0.1:8080");
    EXPECT_EQ(c.memory, INT64_C(2) << 30);
    EXPECT_STR(config_keys_path(a, &c), "/var/lib/credence/keys");
    EXPECT_STR(config_socket_path(a, "/x"), "/x/creditd.sock");
    EXPECT_EQ(config_log_level(&c), LOG_INFO);
}

TEST(the_file_yields_to_the_environment_and_that_to_the_command_line)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct config c;
    const char *file = write_file("data = /one\nlisten = 127.0.0.1:1\nhttp.workers = 5\n");
    EXPECT_EQ(setenv("CREDENCE_LISTEN", "127.0.0.1:2", 1), 0);
    EXPECT_EQ(setenv("CREDENCE_HTTP_WORKERS", "6", 1), 0);
    struct config_override o = {"http.workers", "7"};
    EXPECT_OK(config_read(a, file, &o, 1, &c, NULL));
    EXPECT_EQ(unsetenv("CREDENCE_LISTEN"), 0);
    EXPECT_EQ(unsetenv("CREDENCE_HTTP_WORKERS"), 0);
    EXPECT_SLICE(c.data, "/one");
    EXPECT_SLICE(c.listen, "127.0.0.1:2");
    EXPECT_EQ(c.http_workers, 7);
}

TEST(what_no_setting_may_be_is_refused_with_its_name)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    static const struct config_override wrong[] = {
        {"data", ""},           {"listen", "localhost"},
        {"listen", "::1:80"},   {"listen", "127.0.0.1:70000"},
        {"listen", ":80"},      {"log.level", "loud"},
        {"memory", "1023 KiB"}, {"born.earliest", "1600-01-01"},
        {"nothing.such", "1"},
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct config c;
        struct reason why = {""};
        EXPECT_ERR(config_read(a, NULL, &wrong[i], 1, &c, &why), CE_INVALID);
        EXPECT(strncmp(why.text, wrong[i].name, strlen(wrong[i].name)) == 0);
    }
    static const struct config_override right[] = {
        {"listen", "[::1]:0"}, {"listen", "0.0.0.0:80"}, {"born.earliest", "1800-01-01"}};
    for (size_t i = 0; i < ARRAY_LEN(right); i++) {
        struct config c;
        EXPECT_OK(config_read(a, NULL, &right[i], 1, &c, NULL));
    }
}

TEST(the_printed_file_can_be_read_and_says_the_same)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct config c, again;
    struct config_override o[] = {{"data", "/some where"}, {"http.idle", "90 s"}};
    EXPECT_OK(config_read(a, NULL, o, 2, &c, NULL));
    AUTO_BUF(first, 1 << 16);
    AUTO_BUF(second, 1 << 16);
    config_print(&c, &first);
    buf_add_char(&first, 0);
    EXPECT_OK(config_read(a, write_file(first.p), NULL, 0, &again, NULL));
    config_print(&again, &second);
    buf_add_char(&second, 0);
    EXPECT_SAME(buf_slice(&second), buf_slice(&first));
    EXPECT_SLICE(again.data, "/some where");
}

TEST(the_catalogue_is_found_without_being_named)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct config c;
    EXPECT_OK(config_read(a, NULL, NULL, 0, &c, NULL));
    EXPECT(strstr(config_catalogue_dir(a, &c), "catalogue"));
    struct config_override o = {"catalogue", "/etc/credence/catalogue"};
    EXPECT_OK(config_read(a, NULL, &o, 1, &c, NULL));
    EXPECT_STR(config_catalogue_dir(a, &c), "/etc/credence/catalogue");
}

TEST(without_brokers_there_is_no_kafka)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct config c;
    EXPECT_OK(config_read(a, NULL, NULL, 0, &c, NULL));
    EXPECT(!broker_is_configured(&c.kafka));
    EXPECT(!c.kafka_publish);
}

TEST(what_is_set_for_kafka_is_checked_with_everything_else)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct config c;
    struct reason why = {""};
    struct config_override o[] = {{"kafka.bootstrap.servers", "127.0.0.1:9092"},
                                  {"kafka.property.client.id", "one"}};
    EXPECT_OK(config_read(a, NULL, o, 2, &c, &why));
    EXPECT(broker_is_configured(&c.kafka));
    EXPECT_SLICE(c.kafka.properties.list[0].value, "one");
    o[1].name = "kafka.property.client.ide";
    EXPECT_ERR(config_read(a, NULL, o, 2, &c, &why), CE_INVALID);
    EXPECT(strstr(why.text, "\"client.ide\""));
}
