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
        "2023-01-05 24:00:30",
        "1672891200000",
    };
    for (size_t i = 0; i < ARRAY_LEN(forms); i++)
        expect_refused(forms[i]);
}

/* Instants. */
static bool read_instant(const char *text, char out[30])
{
    AUTO(arena_destroy) struct arena *a = arena_create(65536);
    struct utc_ms t;
    if (!date_read_instant(text_digits(a, slice_of(text)), &t))
        return false;
    utc_print(t, out);
    return true;
}

static void expect_instant(const char *text, const char *wanted)
{
    char out[30];
    if (!read_instant(text, out))
        FAIL("not read: %s", text);
    if (strcmp(out, wanted) != 0)
        FAIL("%s was read as %s", text, out);
}

static const char *const day_forms[] = {
    "2023-01-05", "2023-1-5",     "2023/01/05",         "2023/1/5",         "2023.1.5",
    "20230105",   "2023年1月5日", "２０２３年１月５日", "２０２３０１０５",
};

TEST(every_form_of_a_day_is_the_instant_at_which_it_begins)
{
    for (size_t i = 0; i < ARRAY_LEN(day_forms); i++)
        expect_instant(day_forms[i], "2023-01-05T00:00:00.000+08:00");
}

TEST(every_form_of_a_day_takes_every_form_of_a_time)
{
    static const char *const noon[] = {
        "12:00",      "12:00:00", "12:00:00.000", "120000",   "1200",
        "１２：００", "12时",     "12点0分",      "12时00分", "12时00分00秒",
    };
    for (size_t i = 0; i < ARRAY_LEN(day_forms); i++)
        for (size_t k = 0; k < ARRAY_LEN(noon); k++) {
            char text[128];
            snprintf(text, sizeof text, "%s %s", day_forms[i], noon[k]);
            expect_instant(text, "2023-01-05T12:00:00.000+08:00");
        }
    expect_instant("20230105120000", "2023-01-05T12:00:00.000+08:00");
    expect_instant("２０２３０１０５１２００００", "2023-01-05T12:00:00.000+08:00");
    expect_instant("2023年1月5日12时", "2023-01-05T12:00:00.000+08:00");
    expect_instant("2023/1/5T12:00", "2023-01-05T12:00:00.000+08:00");
}

TEST(an_instant_is_read_to_the_millisecond)
{
    expect_instant("2023/1/5 8:05:06", "2023-01-05T08:05:06.000+08:00");
    expect_instant("20230105235959", "2023-01-05T23:59:59.000+08:00");
    expect_instant("2023-01-05 10:11:12.3", "2023-01-05T10:11:12.300+08:00");
    expect_instant("2023-01-05 10:11:12,345678901", "2023-01-05T10:11:12.345+08:00");
    expect_instant("2023年1月5日10时11分12秒", "2023-01-05T10:11:12.000+08:00");
    expect_instant("2023-01-05 24:00", "2023-01-06T00:00:00.000+08:00");
    expect_instant("1672891200345", "2023-01-05T12:00:00.345+08:00");
    expect_instant("１６７２８９１２０００００", "2023-01-05T12:00:00.000+08:00");
}

TEST(a_zone_moves_the_instant)
{
    expect_instant("2023-01-05T12:00:00+08:00", "2023-01-05T12:00:00.000+08:00");
    expect_instant("2023-01-05T04:00:00Z", "2023-01-05T12:00:00.000+08:00");
    expect_instant("2023/1/4 20:00 -0800", "2023-01-05T12:00:00.000+08:00");
    expect_instant("20230105130000+0900", "2023-01-05T12:00:00.000+08:00");
}

TEST(a_leap_second_stands_at_the_end_of_a_day_of_utc)
{
    char out[30];
    expect_instant("2016-12-31T23:59:60Z", "2017-01-01T08:00:00.000+08:00");
    expect_instant("20170101075960", "2017-01-01T08:00:00.000+08:00");
    EXPECT(!read_instant("2016-12-31T23:58:60Z", out));
    EXPECT(!read_instant("2016-12-31 23:59:60", out));
}

TEST(what_is_no_instant_is_refused)
{
    static const char *const forms[] = {
        "",
        "2023",
        "2023/2/29",
        "20230229",
        "20231305120000",
        "20230105250000",
        "20230105126000",
        "20230105120061",
        "202301051200",
        "2023010512",
        "2023/1/5 12",
        "2023/1/5 12:60",
        "2023/1/5 24:00:00.001",
        "2023.1.5x",
        "2023-1/5",
        "2023年1月5",
        "2023年13月5日",
        "2023-01-05T12:00:00+15:00",
        "2023-01-05T12:00:00.",
        "167289120000",
        "16728912000000",
        "-1672891200000",
        "昨天",
    };
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        char out[30];
        if (read_instant(forms[i], out))
            FAIL("%s was read as %s", forms[i], out);
    }
}
