/* Days in every form in which they come. */
#include "base/text.h"
#include "ingest/date.h"
#include "tests/support/test.h"

static bool read_text(const char *text, char out[11])
{
    AUTO(arena_destroy) struct arena *a = arena_create(65536);
    struct day d;
    if (!date_read(text_digits(a, slice_of(text)), &d))
        return false;
    day_print(d, out);
    return true;
}

static void expect_day(const char *text, const char *wanted)
{
    char out[11];
    if (!read_text(text, out))
        FAIL("not read: %s", text);
    EXPECT_STR(out, wanted);
}

static void expect_refused(const char *text)
{
    char out[11];
    if (read_text(text, out))
        FAIL("%s was read as %s", text, out);
}

TEST(every_form_of_a_day_is_read)
{
    static const char *const forms[] = {
        "2023-01-05",       "2023-1-5",           "2023/01/05",         "2023/1/5",
        "2023.1.5",         "2023.01.05",         "20230105",           "2023年1月5日",
        "2023年01月05日",   "2023 年 1 月 5 日",  "２０２３-０１-０５", "２０２３／１／５",
        "２０２３．１．５", "２０２３年１月５日", "２０２３０１０５",
    };
    for (size_t i = 0; i < ARRAY_LEN(forms); i++)
        expect_day(forms[i], "2023-01-05");
}

TEST(a_time_behind_the_day_says_nothing)
{
    static const char *const forms[] = {
        "2023-01-05 00:00:00",   "2023-01-05 23:59:59.999",  "2023-01-05T10:11:12",
        "2023/1/5 8:05",         "2023.1.5 8:05:06",         "20230105 101112",
        "20230105101112",        "2023年1月5日10时11分12秒", "2023年1月5日 10时",
        "2023年1月5日 10点30分", "2023-01-05　10：11",       "2023-01-05 24:00",
    };
    for (size_t i = 0; i < ARRAY_LEN(forms); i++)
        expect_day(forms[i], "2023-01-05");
}

TEST(a_zone_makes_it_the_day_in_utc_plus_8)
{
    expect_day("2023-01-05T10:00:00+08:00", "2023-01-05");
    expect_day("2023-01-04T20:00:00Z", "2023-01-05");
    expect_day("2023-01-04T15:59:59Z", "2023-01-04");
    expect_day("2023-01-05T01:00:00+0900", "2023-01-05");
    expect_day("2023-01-05T00:30:00+09:00", "2023-01-04");
    expect_day("2022-12-31T20:00:00-08:00", "2023-01-01");
}

TEST(a_day_that_does_not_exist_is_refused)
{
    expect_refused("2023-02-29");
    expect_refused("2023-13-01");
    expect_refused("2023-00-10");
    expect_refused("2023-04-31");
    expect_refused("0000-00-00");
    expect_day("2024-02-29", "2024-02-29");
}

TEST(what_is_no_day_is_refused)
{
    static const char *const forms[] = {
        "",
        "2023",
        "2023-01",
        "2023-1/5",
        "23-01-05",
        "2023年1月5",
        "2023-01-05 25:00",
        "2023-01-05 10",
        "2023-01-05x",
        "2023-01-05 10:61",
        "202301051",
        "昨天",
        "2023010510",
        "2023-01-05 10:00 +99:00",
        "2023-01-0510:00",
        "2023-001-05",
    };
    for (size_t i = 0; i < ARRAY_LEN(forms); i++)
        expect_refused(forms[i]);
}
