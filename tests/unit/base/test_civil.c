/* Days against known calendars, and the forms in which instants come and go. */
#include "base/civil.h"
#include "tests/support/test.h"

static struct day ymd(int year, int month, int day)
{
    struct day d;
    EXPECT(day_from_civil(year, month, day, &d));
    return d;
}

static void expect_day(struct day d, const char *wanted)
{
    char text[11];
    day_print(d, text);
    EXPECT_STR(text, wanted);
}

static void expect_instant(const char *text, int64_t wanted)
{
    struct utc_ms t;
    if (!utc_parse(slice_of(text), &t))
        FAIL("refused: %s", text);
    EXPECT_EQ(t.v, wanted);
}

TEST(known_days_have_their_known_numbers)
{
    EXPECT_EQ(ymd(1970, 1, 1).v, 0);
    EXPECT_EQ(ymd(1969, 12, 31).v, -1);
    EXPECT_EQ(ymd(2000, 2, 29).v, 11016);
    EXPECT_EQ(ymd(2000, 3, 1).v, 11017);
    EXPECT_EQ(ymd(2024, 12, 31).v, 20088);
    EXPECT_EQ(ymd(1900, 1, 1).v, -25567);
    EXPECT_EQ(ymd(1, 1, 1).v, -719162);
    EXPECT_EQ(ymd(9999, 12, 31).v, 2932896);
}

TEST(every_day_of_ten_thousand_years_goes_there_and_back_in_order)
{
    int y = 1, m = 1, d = 1;
    struct day last = {-719163};
    for (int32_t v = -719162; v <= 2932896; v++) {
        int year, month, day;
        day_to_civil((struct day){v}, &year, &month, &day);
        struct day back;
        if (!day_from_civil(year, month, day, &back) || back.v != v || back.v != last.v + 1)
            FAIL("day %d became %d-%d-%d", v, year, month, day);
        bool next_day = year == y && month == m && day == d + 1;
        bool next_month = day == 1 && year == y && month == m + 1;
        bool next_year = day == 1 && month == 1 && year == y + 1;
        if (v > -719162 && !next_day && !next_month && !next_year)
            FAIL("%d-%d-%d follows %d-%d-%d", year, month, day, y, m, d);
        y = year;
        m = month;
        d = day;
        last = back;
    }
}

TEST(leap_years_are_those_of_the_gregorian_calendar)
{
    struct day d;
    EXPECT(day_from_civil(2024, 2, 29, &d));
    EXPECT(day_from_civil(2000, 2, 29, &d));
    EXPECT(!day_from_civil(1900, 2, 29, &d));
    EXPECT(!day_from_civil(2100, 2, 29, &d));
    EXPECT(!day_from_civil(2023, 2, 29, &d));
    EXPECT(!day_from_civil(2024, 2, 30, &d));
}

TEST(days_that_are_not_in_the_calendar_are_refused)
{
    struct day d = {7};
    EXPECT(!day_from_civil(0, 1, 1, &d));
    EXPECT(!day_from_civil(10000, 1, 1, &d));
    EXPECT(!day_from_civil(2024, 0, 1, &d));
    EXPECT(!day_from_civil(2024, 13, 1, &d));
    EXPECT(!day_from_civil(2024, 4, 31, &d));
    EXPECT(!day_from_civil(2024, 4, 0, &d));
    EXPECT(!day_from_civil(-5, 4, 1, &d));
    EXPECT_EQ(d.v, 7);
}

TEST(a_day_begins_at_sixteen_hours_utc_of_the_day_before)
{
    /* 2023-01-04T16:00:00Z is midnight of January 5 in UTC+8. */
    struct utc_ms border = {1672848000000};
    EXPECT_EQ(day_of(border).v, ymd(2023, 1, 5).v);
    EXPECT_EQ(day_of((struct utc_ms){border.v - 1}).v, ymd(2023, 1, 4).v);
    EXPECT_EQ(day_start(ymd(2023, 1, 5)).v, border.v);
    EXPECT_EQ(day_of((struct utc_ms){border.v + 86399999}).v, ymd(2023, 1, 5).v);
    EXPECT_EQ(day_of((struct utc_ms){border.v + 86400000}).v, ymd(2023, 1, 6).v);
}

TEST(day_borders_hold_before_1970_too)
{
    EXPECT_EQ(day_start((struct day){0}).v, -28800000);
    EXPECT_EQ(day_of((struct utc_ms){-28800000}).v, 0);
    EXPECT_EQ(day_of((struct utc_ms){-28800001}).v, -1);
    EXPECT_EQ(day_of((struct utc_ms){-28800000 - 86400000}).v, -1);
    EXPECT_EQ(day_of((struct utc_ms){-28800001 - 86400000}).v, -2);
}

TEST(instants_far_away_give_the_furthest_days_and_never_none)
{
    EXPECT_EQ(day_of((struct utc_ms){INT64_MAX}).v, INT32_MAX);
    EXPECT_EQ(day_of((struct utc_ms){INT64_MIN}).v, INT32_MIN + 1);
    EXPECT(!day_is_none(day_of((struct utc_ms){INT64_MIN})));
    EXPECT(day_is_none(DAY_NONE));
    EXPECT(!day_is_none(DAY_FOREVER));
    EXPECT_EQ(day_of(day_start(DAY_FOREVER)).v, INT32_MAX);
}

TEST(months_later_is_the_same_day_or_the_end_of_the_month)
{
    expect_day(day_add_months(ymd(2023, 1, 15), 1), "2023-02-15");
    expect_day(day_add_months(ymd(2023, 1, 31), 1), "2023-02-28");
    expect_day(day_add_months(ymd(2024, 1, 31), 1), "2024-02-29");
    expect_day(day_add_months(ymd(2023, 8, 31), 1), "2023-09-30");
    expect_day(day_add_months(ymd(2024, 2, 29), 12), "2025-02-28");
    expect_day(day_add_months(ymd(2024, 2, 29), 48), "2028-02-29");
    expect_day(day_add_months(ymd(2023, 11, 30), 3), "2024-02-29");
    expect_day(day_add_months(ymd(2023, 12, 31), 36), "2026-12-31");
    expect_day(day_add_months(ymd(2023, 5, 1), 0), "2023-05-01");
}

TEST(months_can_be_taken_back)
{
    expect_day(day_add_months(ymd(2024, 3, 31), -1), "2024-02-29");
    expect_day(day_add_months(ymd(2024, 1, 15), -1), "2023-12-15");
    expect_day(day_add_months(ymd(2024, 1, 15), -13), "2022-12-15");
}

TEST(adding_months_stops_at_the_ends_of_the_calendar)
{
    EXPECT_EQ(day_add_months(ymd(9999, 12, 1), 1).v, INT32_MAX);
    EXPECT_EQ(day_add_months(ymd(2023, 1, 1), INT32_MAX).v, INT32_MAX);
    expect_day(day_add_months(ymd(9999, 11, 30), 1), "9999-12-30");
    expect_day(day_add_months(ymd(1, 1, 9), -1), "0001-01-01");
    expect_day(day_add_months(ymd(2023, 1, 1), INT32_MIN), "0001-01-01");
    EXPECT(day_is_none(day_add_months(DAY_NONE, 12)));
    EXPECT_EQ(day_add_months(DAY_FOREVER, -12).v, INT32_MAX);
}

TEST(a_stored_day_is_read_in_one_form_only)
{
    struct day d;
    EXPECT(day_parse_iso(SLICE("2023-01-05"), &d));
    EXPECT_EQ(d.v, ymd(2023, 1, 5).v);
    static const char *const wrong[] = {"",           "2023-1-5",    "2023-01-05 ", " 2023-01-05",
                                        "2023/01/05", "20230105",    "2023-02-29",  "2023-13-01",
                                        "0000-01-01", "2023-01-0x",  "+023-01-05",  "2023-01-05T",
                                        "2023-01-",   "12023-01-05", "2023-01-00",  "2023-01-32"};
    d = (struct day){42};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        if (day_parse_iso(slice_of(wrong[i]), &d))
            FAIL("taken for a day: %s", wrong[i]);
        EXPECT_EQ(d.v, 42);
    }
    EXPECT(!day_parse_iso((struct slice){0}, &d));
}

TEST(days_are_printed_with_all_their_digits)
{
    expect_day(ymd(2023, 1, 5), "2023-01-05");
    expect_day(ymd(1, 2, 3), "0001-02-03");
    expect_day(DAY_FOREVER, "9999-12-31");
    expect_day(DAY_NONE, "0001-01-01");
}

TEST(instants_are_shown_in_utc_plus_eight)
{
    char text[30];
    utc_print((struct utc_ms){1672884672345}, text);
    EXPECT_STR(text, "2023-01-05T10:11:12.345+08:00");
    utc_print((struct utc_ms){0}, text);
    EXPECT_STR(text, "1970-01-01T08:00:00.000+08:00");
    utc_print((struct utc_ms){-28800001}, text);
    EXPECT_STR(text, "1969-12-31T23:59:59.999+08:00");
    utc_print((struct utc_ms){INT64_MAX}, text);
    EXPECT_STR(text, "9999-12-31T00:00:00.000+08:00");
    utc_print((struct utc_ms){INT64_MIN}, text);
    EXPECT_STR(text, "0001-01-01T00:00:00.000+08:00");
}

TEST(instants_are_read_in_all_their_forms)
{
    expect_instant("2023-01-05T10:11:12.345+08:00", 1672884672345);
    expect_instant("2023-01-05T02:11:12.345Z", 1672884672345);
    expect_instant("2023-01-05t02:11:12.345z", 1672884672345);
    expect_instant("2023-01-04T21:11:12.345-05:00", 1672884672345);
    expect_instant("2023-01-05T07:41:12.345+05:30", 1672884672345);
    expect_instant("2023-01-05 10:11:12.345+08:00", 1672884672345);
    expect_instant("2023-01-05 10:11:12.345", 1672884672345);
    expect_instant("2023-01-05T10:11:12.345", 1672884672345);
    expect_instant("2023-01-05 10:11:12", 1672884672000);
    expect_instant("2023-01-05T10:11:12Z", 1672913472000);
    expect_instant("2023-01-05", 1672848000000);
    expect_instant("1672884672345", 1672884672345);
    expect_instant("0000000000000", 0);
}

TEST(of_a_fraction_the_milliseconds_count)
{
    expect_instant("1970-01-01T00:00:00.5Z", 500);
    expect_instant("1970-01-01T00:00:00.05Z", 50);
    expect_instant("1970-01-01T00:00:00.123999999Z", 123);
}

TEST(a_leap_second_counts_as_the_second_after_it)
{
    expect_instant("2016-12-31T23:59:60Z", 1483228800000);
    expect_instant("2017-01-01T07:59:60+08:00", 1483228800000);
    struct utc_ms t;
    EXPECT(!utc_parse(SLICE("2016-12-31T23:58:60Z"), &t));
    EXPECT(!utc_parse(SLICE("2016-12-31 23:59:60"), &t));
}

TEST(what_is_no_instant_is_refused_and_changes_nothing)
{
    static const char *const wrong[] = {"",
                                        "2023",
                                        "2023-01-05T",
                                        "2023-01-05 10:11",
                                        "2023-01-05 10:11:12.",
                                        "2023-01-05 10:11:12.1234567890",
                                        "2023-01-05 24:00:00",
                                        "2023-01-05 10:60:00",
                                        "2023-01-05 10:11:61",
                                        "2023-01-05T10:11:12+0800",
                                        "2023-01-05T10:11:12+24:00",
                                        "2023-01-05T10:11:12+08:60",
                                        "2023-01-05T10:11:12 +08:00",
                                        "2023-01-05T10:11:12+08:00x",
                                        "2023-01-05X10:11:12",
                                        "2023-02-30T10:11:12Z",
                                        "2023-01-05Z",
                                        "167288467234",
                                        "16728846723450",
                                        "-672884672345",
                                        "167288467234x"};
    struct utc_ms t = {42};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        if (utc_parse(slice_of(wrong[i]), &t))
            FAIL("taken for an instant: %s", wrong[i]);
        EXPECT_EQ(t.v, 42);
    }
}

TEST(what_is_printed_is_read_back_as_the_same_instant)
{
    for (int64_t v = -62135000000000; v < 253402000000000; v += 98765432123) {
        char text[30];
        utc_print((struct utc_ms){v}, text);
        expect_instant(text, v);
    }
}
