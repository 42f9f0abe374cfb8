/* Settings: what is taken, what is refused and how it is said, and that a printed file reads back.
 */
#include <limits.h>
#include <unistd.h>

#include "base/civil.h"
#include "base/conf.h"
#include "tests/support/test.h"

struct settings {
    struct slice listen;
    bool is_public;
    int64_t workers;
    int64_t cache;
    int64_t wait;
    struct day first;
    struct slice motto;
};

#define MIB (INT64_C(1) << 20)

static const struct conf_row rows[] = {
    {"web.listen", CONF_TEXT, offsetof(struct settings, listen), "127.0.0.1:8080", 0, 0,
     "Where to listen"},
    {"web.public", CONF_BOOL, offsetof(struct settings, is_public), "yes", 0, 0, "Open to all"},
    {"workers", CONF_INT, offsetof(struct settings, workers), "4", -1, 64, "Threads that parse"},
    {"store.cache", CONF_BYTES, offsetof(struct settings, cache), "512 MiB", 64 * 1024, 2048 * MIB,
     "Memory for blocks"},
    {"commit.wait", CONF_DURATION, offsetof(struct settings, wait), "20 ms", 1, 3600000,
     "The longest that a row waits"},
    {"first.day", CONF_DAY, offsetof(struct settings, first), "1880-01-01", 0, 0,
     "No record is older"},
    {"motto", CONF_TEXT, offsetof(struct settings, motto), "", 0, 0, "Shown at the start"},
};
enum { ROWS = ARRAY_LEN(rows) };

static struct arena *arena;
static struct settings now;
static struct reason why;

static void begin(void)
{
    arena_destroy(arena);
    arena = arena_create(1 << 20);
    now = (struct settings){0};
    why = (struct reason){0};
    conf_defaults(rows, ROWS, arena, &now);
}

__attribute__((destructor)) static void finish(void)
{
    arena_destroy(arena);
}

static int set(const char *name, const char *value)
{
    return conf_set(rows, ROWS, arena, name, slice_of(value), &now, &why);
}

static const char *file_of(struct slice text)
{
    static char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/creditd.conf", test_tempdir());
    FILE *f = fopen(path, "w");
    EXPECT(f);
    EXPECT_EQ(fwrite(text.p, 1, text.n, f), text.n);
    EXPECT_EQ(fclose(f), 0);
    return path;
}

static int read_file(const char *text)
{
    return conf_file(rows, ROWS, arena, file_of(slice_of(text)), &now, &why);
}

/* The reason of the last refusal, behind the path. */
static struct slice why_behind_path(void)
{
    struct slice s = slice_of(why.text);
    ptrdiff_t at = slice_find(s, SLICE("creditd.conf:"), 0);
    EXPECT(at >= 0);
    return slice_from(s, (size_t)at + 13);
}

static bool why_has(const char *part)
{
    return slice_find(slice_of(why.text), slice_of(part), 0) >= 0;
}

TEST(defaults_fill_the_struct)
{
    begin();
    EXPECT_SLICE(now.listen, "127.0.0.1:8080");
    EXPECT_EQ(now.is_public, true);
    EXPECT_EQ(now.workers, 4);
    EXPECT_EQ(now.cache, 512 * MIB);
    EXPECT_EQ(now.wait, 20);
    EXPECT_EQ(now.first.v, -32872);
    EXPECT_SLICE(now.motto, "");
}

TEST(each_kind_is_read_in_its_forms)
{
    begin();
    EXPECT_OK(set("web.public", "no"));
    EXPECT_EQ(now.is_public, false);
    EXPECT_OK(set("workers", " -1 "));
    EXPECT_EQ(now.workers, -1);
    static const struct {
        const char *name, *value;
        int64_t wanted;
    } units[] = {
        {"store.cache", "65536 B", 65536},   {"store.cache", "64 KiB", 65536},
        {"store.cache", "2GiB", 2048 * MIB}, {"store.cache", "100   MiB", 100 * MIB},
        {"commit.wait", "1 ms", 1},          {"commit.wait", "5 s", 5000},
        {"commit.wait", "3min", 180000},     {"commit.wait", "1 h", 3600000},
    };
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        EXPECT_OK(set(units[i].name, units[i].value));
        EXPECT_EQ(units[i].name[0] == 's' ? now.cache : now.wait, units[i].wanted);
    }
    EXPECT_OK(set("first.day", "2024-02-29"));
    EXPECT_EQ(now.first.v, 19782);
    EXPECT_OK(set("motto", "诚信 = 立身之本 # no comment"));
    EXPECT_SLICE(now.motto, "诚信 = 立身之本 # no comment");
}

TEST(days_and_zero_sizes_need_no_bounds)
{
    static const struct conf_row free_rows[] = {{"size", CONF_BYTES, 0, "1 TiB", 0, 0, ""},
                                                {"span", CONF_DURATION, 8, "30 d", 0, 0, ""}};
    int64_t values[2];
    begin();
    conf_defaults(free_rows, 2, arena, values);
    EXPECT_EQ(values[0], INT64_C(1) << 40);
    EXPECT_EQ(values[1], INT64_C(30) * 86400000);
    EXPECT_OK(conf_set(free_rows, 2, arena, "size", SLICE("0"), values, &why));
    EXPECT_EQ(values[0], 0);
    EXPECT_OK(conf_set(free_rows, 2, arena, "size", SLICE("8388607 TiB"), values, &why));
    EXPECT_ERR(conf_set(free_rows, 2, arena, "size", SLICE("8388608 TiB"), values, &why),
               CE_INVALID);
    EXPECT_ERR(conf_set(free_rows, 2, arena, "size", SLICE("99999999999999999999 B"), values, &why),
               CE_INVALID);
}

TEST(what_is_of_another_kind_is_refused_and_changes_nothing)
{
    begin();
    static const char *const wrong[][2] = {
        {"web.public", "true"},
        {"web.public", ""},
        {"web.public", "YES"},
        {"workers", "four"},
        {"workers", ""},
        {"workers", "4.0"},
        {"workers", "+4"},
        {"workers", "4 4"},
        {"workers", "0x4"},
        {"store.cache", "512"},
        {"store.cache", "512 MB"},
        {"store.cache", "MiB"},
        {"store.cache", "-1 MiB"},
        {"store.cache", "1.5 MiB"},
        {"store.cache", "512 mib"},
        {"commit.wait", "20"},
        {"commit.wait", "20 sec"},
        {"commit.wait", "20 ms x"},
        {"first.day", "1880-02-30"},
        {"first.day", "1880"},
        {"first.day", ""},
        {"motto", "two\nlines"},
        {"motto", "\xca\xd0"},
        {"web.listen", "a\tb"},
    };
    struct settings before = now;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        if (set(wrong[i][0], wrong[i][1]) != CE_INVALID)
            FAIL("taken: %s = %s", wrong[i][0], wrong[i][1]);
        EXPECT(slice_starts(slice_of(why.text), slice_of(wrong[i][0])));
    }
    EXPECT(memcmp(&before, &now, sizeof now) == 0);
}

TEST(bounds_hold_and_the_refusal_says_them_in_the_same_units)
{
    begin();
    EXPECT_OK(set("store.cache", "64 KiB"));
    EXPECT_ERR(set("store.cache", "65535 B"), CE_INVALID);
    EXPECT(why_has("\"65535 B\""));
    EXPECT(why_has("from 64 KiB to 2 GiB"));
    EXPECT_OK(set("store.cache", "2 GiB"));
    EXPECT_ERR(set("store.cache", "2049 MiB"), CE_INVALID);
    EXPECT_ERR(set("workers", "65"), CE_INVALID);
    EXPECT(why_has("from -1 to 64"));
    EXPECT_ERR(set("workers", "-2"), CE_INVALID);
    EXPECT_ERR(set("commit.wait", "0 ms"), CE_INVALID);
    EXPECT(why_has("from 1 ms to 1 h"));
    EXPECT_ERR(set("commit.wait", "61 min"), CE_INVALID);
}

TEST(an_unknown_setting_is_refused)
{
    begin();
    EXPECT_ERR(set("wokers", "4"), CE_INVALID);
    EXPECT_STR(why.text, "wokers: there is no such setting");
    EXPECT_ERR(set("", "4"), CE_INVALID);
    EXPECT_ERR(set("Workers", "4"), CE_INVALID);
}

TEST(a_file_has_lines_comments_and_blanks)
{
    begin();
    EXPECT_OK(read_file("\xEF\xBB\xBF# Our settings\r\n"
                        "\r\n"
                        "  workers=8\r\n"
                        "\tstore.cache   =   1 GiB   \n"
                        "   # web.public = no\n"
                        "motto = \" two words \"\n"
                        "web.listen = [::1]:80 = \"x\""));
    EXPECT_EQ(now.workers, 8);
    EXPECT_EQ(now.cache, 1024 * MIB);
    EXPECT_EQ(now.is_public, true);
    EXPECT_SLICE(now.motto, " two words ");
    EXPECT_SLICE(now.listen, "[::1]:80 = \"x\"");
}

TEST(an_empty_file_changes_nothing)
{
    begin();
    struct settings before = now;
    EXPECT_OK(read_file(""));
    EXPECT_OK(read_file("\n\n# nothing\n"));
    EXPECT(memcmp(&before, &now, sizeof now) == 0);
}

TEST(a_mistake_in_a_file_is_shown_with_its_line)
{
    begin();
    EXPECT_ERR(read_file("# one\n\nworkers = 8\nweb.port = 80\n"), CE_INVALID);
    EXPECT_SLICE(why_behind_path(), "4: web.port: there is no such setting");
    EXPECT_ERR(read_file("workers = many"), CE_INVALID);
    EXPECT(slice_starts(why_behind_path(), SLICE("1: workers: \"many\" does not do")));
    EXPECT_ERR(read_file("workers = 8\n\n\nworkers = 8\n"), CE_INVALID);
    EXPECT_SLICE(why_behind_path(), "4: workers: stands here for the second time");
    EXPECT_ERR(read_file("\nworkers 8\n"), CE_INVALID);
    EXPECT_SLICE(why_behind_path(), "2: expected is a line \"name = value\"");
    EXPECT_ERR(read_file("motto = \"open\nworkers = 3"), CE_INVALID);
    EXPECT(slice_starts(why_behind_path(), SLICE("1: the value begins with a quote")));
    EXPECT_ERR(read_file("motto = \""), CE_INVALID);
    EXPECT_ERR(read_file("= 8\n"), CE_INVALID);
    EXPECT_ERR(read_file("\x1b[2J = 8\n"), CE_INVALID);
    EXPECT(!why_has("\x1b"));
}

TEST(a_file_that_is_not_there_or_no_settings_file_is_refused)
{
    begin();
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/missing", test_tempdir());
    EXPECT_ERR(conf_file(rows, ROWS, arena, path, &now, &why), CE_NOT_FOUND);
    EXPECT(why_has(path));
    EXPECT_ERR(conf_file(rows, ROWS, arena, test_tempdir(), &now, &why), CE_IO);
    EXPECT_ERR(conf_file(rows, ROWS, arena, path, &now, NULL), CE_NOT_FOUND);
    AUTO_BUF(large, 2 << 20);
    memset(buf_grow(&large, (1 << 20) + 1), '\n', (1 << 20) + 1);
    EXPECT_ERR(conf_file(rows, ROWS, arena, file_of(buf_slice(&large)), &now, &why), CE_INVALID);
}

TEST(the_environment_is_read_by_names_made_of_the_settings)
{
    begin();
    setenv("CREDENCE_WORKERS", "16", 1);
    setenv("CREDENCE_STORE_CACHE", "1 GiB", 1);
    setenv("CREDENCE_MOTTO", " \"as it is\" ", 1);
    setenv("CREDENCE_OF_OTHERS", "left alone", 1);
    int r = conf_environment(rows, ROWS, arena, &now, &why);
    setenv("CREDENCE_COMMIT_WAIT", "soon", 1);
    int bad = conf_environment(rows, ROWS, arena, &now, &why);
    unsetenv("CREDENCE_WORKERS");
    unsetenv("CREDENCE_STORE_CACHE");
    unsetenv("CREDENCE_MOTTO");
    unsetenv("CREDENCE_OF_OTHERS");
    unsetenv("CREDENCE_COMMIT_WAIT");
    EXPECT_OK(r);
    EXPECT_EQ(now.workers, 16);
    EXPECT_EQ(now.cache, 1024 * MIB);
    EXPECT_SLICE(now.motto, " \"as it is\" ");
    EXPECT_SLICE(now.listen, "127.0.0.1:8080");
    EXPECT_ERR(bad, CE_INVALID);
    EXPECT(slice_starts(slice_of(why.text), SLICE("CREDENCE_COMMIT_WAIT: commit.wait: \"soon\"")));
}

TEST(a_printed_file_reads_back_as_the_same_settings)
{
    static const char *const mottos[] = {"",      "plain",      " blanks ", "\"quoted\"", "\"",
                                         "# one", "a = \"b\" ", "诚信",     "\" \""};
    static const char *const waits[] = {"1 ms", "999 ms", "1 s", "61 s", "2 min", "1 h"};
    static const char *const caches[] = {"65536 B", "65537 B", "1 MiB", "1025 KiB", "2 GiB"};
    for (size_t i = 0; i < ARRAY_LEN(mottos); i++) {
        begin();
        EXPECT_OK(set("motto", mottos[i]));
        EXPECT_OK(set("commit.wait", waits[i % ARRAY_LEN(waits)]));
        EXPECT_OK(set("store.cache", caches[i % ARRAY_LEN(caches)]));
        EXPECT_OK(set("web.public", i % 2 ? "yes" : "no"));
        EXPECT_OK(set("first.day", "1949-10-01"));
        struct settings before = now;
        AUTO_BUF(printed, 1 << 16);
        conf_print(rows, ROWS, &now, &printed);
        EXPECT_OK(printed.err);
        conf_defaults(rows, ROWS, arena, &now);
        int r = conf_file(rows, ROWS, arena, file_of(buf_slice(&printed)), &now, &why);
        if (r < 0)
            FAIL("%s", why.text);
        EXPECT_SAME(now.motto, before.motto);
        EXPECT_SAME(now.listen, before.listen);
        EXPECT_EQ(now.wait, before.wait);
        EXPECT_EQ(now.cache, before.cache);
        EXPECT_EQ(now.is_public, before.is_public);
        EXPECT_EQ(now.workers, before.workers);
        EXPECT_EQ(now.first.v, before.first.v);
    }
}

TEST(a_printed_file_explains_each_setting)
{
    begin();
    EXPECT_OK(set("store.cache", "1536 MiB"));
    AUTO_BUF(printed, 1 << 16);
    conf_print(rows + 3, 1, &now, &printed);
    EXPECT_SLICE(buf_slice(&printed), "# Memory for blocks\n"
                                      "# Default: 512 MiB, from 64 KiB to 2 GiB.\n"
                                      "store.cache = 1536 MiB\n");
}

TEST(texts_outlive_what_they_were_read_from)
{
    begin();
    char value[] = "volatile";
    EXPECT_OK(set("motto", value));
    memset(value, 'x', sizeof value - 1);
    EXPECT_SLICE(now.motto, "volatile");
}

struct passing {
    struct conf_pairs properties;
    int64_t workers;
};
static const struct conf_row passing_rows[] = {
    {"kafka.property", CONF_PAIRS, offsetof(struct passing, properties), "", 0, 0, "Passed on"},
    {"workers", CONF_INT, offsetof(struct passing, workers), "4", 0, 0, "Threads that parse"},
};
enum { PASSING_ROWS = ARRAY_LEN(passing_rows) };

static struct passing passed;

static void begin_passing(void)
{
    begin();
    memset(&passed, 0xFF, sizeof passed);
    conf_defaults(passing_rows, PASSING_ROWS, arena, &passed);
}

static int pass(const char *name, const char *value)
{
    return conf_set(passing_rows, PASSING_ROWS, arena, name, slice_of(value), &passed, &why);
}

static int pass_file(const char *text)
{
    return conf_file(passing_rows, PASSING_ROWS, arena, file_of(slice_of(text)), &passed, &why);
}

TEST(settings_that_are_passed_on_have_any_name_behind_their_row)
{
    begin_passing();
    EXPECT_EQ(passed.properties.count, 0);
    EXPECT_OK(pass_file("kafka.property.sasl.username = amr\nworkers = 5\n"
                        "kafka.property.linger.ms = \" 5 \"\n"));
    EXPECT_EQ(passed.properties.count, 2);
    EXPECT_SLICE(passed.properties.list[0].name, "sasl.username");
    EXPECT_SLICE(passed.properties.list[0].value, "amr");
    EXPECT_SLICE(passed.properties.list[1].name, "linger.ms");
    EXPECT_SLICE(passed.properties.list[1].value, " 5 ");
    EXPECT_EQ(passed.workers, 5);
}

TEST(of_two_places_the_later_one_holds_and_its_rank_stays)
{
    begin_passing();
    EXPECT_OK(pass("kafka.property.a", "1"));
    EXPECT_OK(pass("kafka.property.b", "2"));
    EXPECT_OK(pass("kafka.property.a", "3"));
    EXPECT_EQ(passed.properties.count, 2);
    EXPECT_SLICE(passed.properties.list[0].value, "3");
    EXPECT_SLICE(passed.properties.list[1].value, "2");
}

TEST(a_row_of_passed_settings_is_no_setting_itself)
{
    begin_passing();
    EXPECT_ERR(pass("kafka.property", "1"), CE_INVALID);
    EXPECT_ERR(pass("kafka.property.", "1"), CE_INVALID);
    EXPECT_ERR(pass("kafka.propertyx.a", "1"), CE_INVALID);
    EXPECT_ERR(pass("kafka", "1"), CE_INVALID);
    EXPECT_EQ(passed.properties.count, 0);
}

TEST(a_name_that_is_passed_on_stands_once_in_a_file)
{
    begin_passing();
    EXPECT_ERR(pass_file("kafka.property.a = 1\nkafka.property.b = 1\nkafka.property.a = 2\n"),
               CE_INVALID);
    EXPECT_SLICE(why_behind_path(), "3: kafka.property.a: stands here for the second time");
}

TEST(a_value_that_is_passed_on_is_never_shown_in_a_refusal)
{
    begin_passing();
    EXPECT_ERR(pass("kafka.property.sasl.password", "geheim\n"), CE_INVALID);
    EXPECT(slice_starts(slice_of(why.text), SLICE("kafka.property.sasl.password: the value")));
    EXPECT(!why_has("geheim"));
    EXPECT_ERR(pass("kafka.property.\x01", "1"), CE_INVALID);
}

TEST(underscores_of_the_environment_are_dots_of_what_is_passed_on)
{
    begin_passing();
    setenv("CREDENCE_KAFKA_PROPERTY_SASL_PASSWORD", "a=b", 1);
    setenv("CREDENCE_KAFKA_PROPERTY_", "nothing", 1);
    setenv("CREDENCE_KAFKA_PROPERTYX", "nothing", 1);
    int r = conf_environment(passing_rows, PASSING_ROWS, arena, &passed, &why);
    unsetenv("CREDENCE_KAFKA_PROPERTY_SASL_PASSWORD");
    unsetenv("CREDENCE_KAFKA_PROPERTY_");
    unsetenv("CREDENCE_KAFKA_PROPERTYX");
    EXPECT_OK(r);
    EXPECT_EQ(passed.properties.count, 1);
    EXPECT_SLICE(passed.properties.list[0].name, "sasl.password");
    EXPECT_SLICE(passed.properties.list[0].value, "a=b");
}

TEST(a_printed_file_shows_what_is_passed_on_and_no_secrets)
{
    begin_passing();
    EXPECT_OK(pass("kafka.property.sasl.username", "amr"));
    EXPECT_OK(pass("kafka.property.sasl.password", "geheim"));
    AUTO_BUF(printed, 1 << 16);
    conf_print(passing_rows, 1, &passed, &printed);
    EXPECT_SLICE(buf_slice(&printed),
                 "# Passed on\n"
                 "# Default: none.\n"
                 "kafka.property.sasl.username = amr\n"
                 "# kafka.property.sasl.password is set, and not shown here.\n");
}
