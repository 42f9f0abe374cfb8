/* What stands in a log line, and what must never stand in it. */
#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/civil.h"
#include "base/log.h"
#include "tests/support/test.h"

/* Standard error goes to a file between capture_begin and capture_end. */
static FILE *captured;
static int real_stderr;
static char text[256 * 1024];

static void capture_begin(void)
{
    captured = tmpfile();
    EXPECT(captured);
    real_stderr = dup(STDERR_FILENO);
    EXPECT(dup2(fileno(captured), STDERR_FILENO) >= 0);
}

static struct slice capture_end(void)
{
    dup2(real_stderr, STDERR_FILENO);
    close(real_stderr);
    rewind(captured);
    size_t n = fread(text, 1, sizeof text, captured);
    fclose(captured);
    return slice_make(text, n);
}

/* What stands behind "value=" when this is logged. */
static struct slice logged(struct slice value)
{
    capture_begin();
    log_event(LOG_INFO, "test.value", LOG_S("value", value));
    struct slice line = capture_end();
    EXPECT(slice_ends(line, SLICE("\n")));
    ptrdiff_t at = slice_find(line, SLICE(" value="), 0);
    EXPECT(at >= 0);
    line.n--;
    return slice_from(line, (size_t)at + 7);
}

TEST(a_line_has_time_level_event_and_fields)
{
    capture_begin();
    log_event(LOG_UNUSUAL, "store.opened", LOG_C("dir", "/var/lib/credence"), LOG_I("ms", -41),
              LOG_S("part", SLICE("half")));
    struct slice line = capture_end();
    struct utc_ms t;
    EXPECT(utc_parse(slice_make(line.p, 29), &t));
    EXPECT_SLICE(slice_from(line, 29),
                 " unusual store.opened dir=/var/lib/credence ms=-41 part=half\n");
}

TEST(an_event_may_have_no_fields)
{
    capture_begin();
    log_fields(LOG_BROKEN, "creditd.ended", NULL, 0);
    EXPECT_SLICE(slice_from(capture_end(), 29), " broken creditd.ended\n");
}

TEST(levels_below_the_least_are_not_written)
{
    capture_begin();
    log_event(LOG_DEBUG, "test.one", LOG_I("n", 1));
    log_set_level(LOG_DEBUG);
    log_event(LOG_DEBUG, "test.two", LOG_I("n", 2));
    log_set_level(LOG_BROKEN);
    log_event(LOG_UNUSUAL, "test.three", LOG_I("n", 3));
    log_event(LOG_BROKEN, "test.four", LOG_I("n", 4));
    log_set_level(LOG_INFO);
    log_event(LOG_INFO, "test.five", LOG_I("n", 5));
    struct slice all = capture_end();
    EXPECT(slice_find(all, SLICE("one"), 0) < 0);
    EXPECT(slice_find(all, SLICE(" debug test.two n=2\n"), 0) >= 0);
    EXPECT(slice_find(all, SLICE("three"), 0) < 0);
    EXPECT(slice_find(all, SLICE(" broken test.four n=4\n"), 0) >= 0);
    EXPECT(slice_find(all, SLICE(" info test.five n=5\n"), 0) >= 0);
}

TEST(what_looks_like_an_identity_number_is_masked)
{
    static const char *const masked[] = {
        "110101199003070001",
        "11010119900307000X",
        "11010119900307000x",
        "110101900307000",
        "no=110101199003070001;",
        "的身份证号110101199003070001有误",
        "id110101199003070001x",
        "１１０１０１１９９００３０７０００１",
        "１１０１０１１９９００３０７０００Ｘ",
        "first 1, second 110101900307000",
        "00011010119900307000X",
    };
    for (size_t i = 0; i < ARRAY_LEN(masked); i++)
        if (!slice_eq(logged(slice_of(masked[i])), SLICE("(masked)")))
            FAIL("logged as it is: %s", masked[i]);
    capture_begin();
    log_event(LOG_INFO, "test.number", LOG_I("n", INT64_C(110101199003070001)));
    EXPECT(slice_ends(capture_end(), SLICE(" n=(masked)\n")));
}

TEST(other_numbers_and_codes_are_not_masked)
{
    static const char *const shown[] = {
        "91110000600037341L", "1672884672345",       "11010119900307", "1101011990030700",
        "11010119900307000",  "1101011990030700011", "2023-01-05",     "110101-199003070001",
        "91110000MA00ABCD1X", "12345678901234X",
    };
    for (size_t i = 0; i < ARRAY_LEN(shown); i++)
        EXPECT_SAME(logged(slice_of(shown[i])), slice_of(shown[i]));
}

TEST(a_number_that_is_cut_off_is_masked_all_the_same)
{
    char value[400];
    memset(value, 'a', sizeof value);
    memcpy(value + 380, "110101199003070001", 18);
    EXPECT_SLICE(logged(slice_make(value, sizeof value)), "(masked)");
}

TEST(values_that_are_not_one_word_stand_in_quotes)
{
    EXPECT_SLICE(logged(SLICE("two words")), "\"two words\"");
    EXPECT_SLICE(logged(SLICE("")), "\"\"");
    EXPECT_SLICE(logged((struct slice){0}), "\"\"");
    EXPECT_SLICE(logged(SLICE("a=b")), "\"a=b\"");
    EXPECT_SLICE(logged(SLICE("say \"no\"")), "\"say \\\"no\\\"\"");
    EXPECT_SLICE(logged(SLICE("back\\slash")), "\"back\\\\slash\"");
    EXPECT_SLICE(logged(SLICE("市场监管局")), "市场监管局");
}

TEST(no_value_can_begin_a_line_or_steer_a_terminal)
{
    EXPECT_SLICE(logged(SLICE("a\nb")), "\"a\\nb\"");
    EXPECT_SLICE(logged(SLICE("a\r\x1b[2J\x7f\0b")), "\"a\\x0d\\x1b[2J\\x7f\\x00b\"");
    EXPECT_SLICE(logged(SLICE("a\xc2\x85")), "\"a\\xc2\\x85\"");
    EXPECT_SLICE(logged(SLICE("a\xe2\x80\xa8z")), "\"a\\xe2\\x80\\xa8z\"");
}

TEST(bytes_that_are_no_utf8_are_shown_as_such)
{
    EXPECT_SLICE(logged(SLICE("\xca\xd0\xd6\xc7")), "\"\\xca\\xd0\\xd6\\xc7\"");
    EXPECT_SLICE(logged(SLICE("a\xe5\xb8")), "\"a\\xe5\\xb8\"");
}

TEST(long_values_are_cut_between_characters)
{
    AUTO_BUF(b, 4096);
    for (int i = 0; i < 500; i++)
        buf_add_slice(&b, SLICE("市"));
    struct slice got = logged(buf_slice(&b));
    EXPECT(slice_ends(got, SLICE("市…")));
    EXPECT_EQ(utf8_valid_prefix(got), got.n);
    EXPECT(got.n >= 300 && got.n < 320);
    buf_clear(&b);
    for (int i = 0; i < 500; i++)
        buf_add_char(&b, '\x01');
    got = logged(buf_slice(&b));
    EXPECT(slice_ends(got, SLICE("\\x01…\"")));
    EXPECT(got.n < 320);
}

TEST(a_line_never_outgrows_a_pipe)
{
    char long_value[1000];
    memset(long_value, 'a', sizeof long_value);
    struct log_field fields[40];
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        fields[i] = LOG_S("a.rather.long.key", slice_make(long_value, sizeof long_value));
    capture_begin();
    log_fields(LOG_INFO, "test.long", fields, ARRAY_LEN(fields));
    struct slice line = capture_end();
    EXPECT(line.n > 3000 && line.n <= 4096);
    EXPECT(slice_ends(line, SLICE("… …\n")));
}

static void *log_many(void *unused)
{
    (void)unused;
    for (int i = 0; i < 200; i++)
        log_event(LOG_INFO, "test.crowd", LOG_C("text", "some words that take their place"));
    return NULL;
}

TEST(lines_of_different_threads_do_not_mix)
{
    capture_begin();
    pthread_t threads[4];
    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        pthread_create(&threads[i], NULL, log_many, NULL);
    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        pthread_join(threads[i], NULL);
    struct slice all = capture_end();
    size_t lines = 0;
    while (all.n) {
        struct slice line = slice_cut(&all, '\n');
        lines++;
        EXPECT_SLICE(slice_from(line, 29),
                     " info test.crowd text=\"some words that take their place\"");
    }
    EXPECT_EQ(lines, 800);
}

TEST(logging_leaves_errno_alone_and_outlives_a_closed_standard_error)
{
    int saved = dup(STDERR_FILENO);
    close(STDERR_FILENO);
    errno = ENOSPC;
    log_event(LOG_INFO, "test.errno", LOG_I("n", 1));
    int after = errno;
    dup2(saved, STDERR_FILENO);
    close(saved);
    EXPECT_EQ(after, ENOSPC);
}
