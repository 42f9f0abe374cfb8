#include "record/workdays.h"
#include "tests/support/test.h"
#include "tests/unit/record/catalogue_copy.h"

static struct arena *arena;

static const struct tables *tables(void)
{
    arena = arena_create(256 << 20);
    return &load_dir(arena, test_source("catalogue"))->commons[0]->tables;
}

static struct day day(const char *text)
{
    struct day d = DAY_NONE;
    EXPECT(day_parse_iso(slice_of(text), &d));
    return d;
}

TEST(saturdays_and_sundays_that_are_worked_are_working_days_and_holidays_are_none)
{
    static const char *const worked[] = {
        "2015-01-04", "2015-09-06", "2017-09-30", "2018-12-29", "2019-05-05", "2020-01-19",
        "2021-02-20", "2022-10-08", "2023-06-25", "2024-02-04", "2024-02-18", "2024-10-12",
        "2025-01-26", "2025-02-08", "2025-09-28", "2026-01-04", "2026-02-14", "2026-02-28",
        "2026-05-09", "2026-09-20", "2026-10-10",
        /* as the week says */
        "2026-11-23", "2026-11-27", "2020-02-03"};
    static const char *const off[] = {
        "2015-09-03", "2015-09-04", "2018-12-31", "2020-01-31", "2022-12-31", "2023-09-29",
        "2024-05-03", "2025-10-08", "2026-01-02", "2026-02-23", "2026-09-25",
        /* weekends */
        "2026-11-28", "2026-11-29", "2026-01-10", "1969-12-28", "1969-12-27"};
    const struct workdays *w = &tables()->workdays;
    for (size_t i = 0; i < ARRAY_LEN(worked); i++)
        if (!workdays_has(w, day(worked[i])))
            FAIL("%s is no working day", worked[i]);
    for (size_t i = 0; i < ARRAY_LEN(off); i++)
        if (workdays_has(w, day(off[i])))
            FAIL("%s is a working day", off[i]);
    /* New Year's Eve of 2024 was no statutory holiday */
    EXPECT(workdays_has(w, day("2024-02-09")));
    arena_destroy(arena);
}

TEST(working_days_between_two_days_are_counted_behind_the_first_up_to_the_second)
{
    static const struct {
        const char *a, *b;
        int wanted;
        bool is_certain;
    } cases[] = {
        {"2026-11-25", "2026-11-25", 0, true},
        {"2026-11-25", "2026-11-20", 0, true},
        {"2026-11-25", "2026-11-26", 1, true},
        {"2026-11-27", "2026-11-30", 1, true},
        {"2026-11-16", "2026-11-25", 7, true},
        {"2025-12-31", "2026-01-05", 2, true},
        /* Spring Festival: 14 February is worked, 15 to 23 are off, the 28th is worked */
        {"2026-02-13", "2026-02-28", 6, true},
        {"2025-12-31", "2026-12-31", 248, true},
        {"2026-12-30", "2027-01-08", 7, false},
        {"2014-12-31", "2015-01-05", 2, true},
        {"2014-12-30", "2015-01-05", 3, false},
        {"1969-12-28", "1970-01-04", 5, false},
    };
    const struct workdays *w = &tables()->workdays;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        bool is_certain;
        EXPECT_EQ(workdays_between(w, day(cases[i].a), day(cases[i].b), &is_certain),
                  cases[i].wanted);
        EXPECT_EQ(is_certain, cases[i].is_certain);
    }
    arena_destroy(arena);
}

TEST(counting_and_walking_come_to_the_same)
{
    const struct workdays *w = &tables()->workdays;
    struct day from = day("2014-06-01"), to = day("2027-06-01");
    int count = 0;
    for (struct day d = {from.v + 1}; d.v <= to.v; d.v++) {
        count += workdays_has(w, d);
        EXPECT_EQ(workdays_between(w, from, d, NULL), count);
    }
    arena_destroy(arena);
}

TEST(the_nth_working_day_behind_a_day_is_found)
{
    const struct workdays *w = &tables()->workdays;
    bool is_certain;
    EXPECT_EQ(workdays_add(w, day("2026-11-16"), 7, &is_certain).v, day("2026-11-25").v);
    EXPECT(is_certain);
    EXPECT_EQ(workdays_add(w, day("2026-02-13"), 2, NULL).v, day("2026-02-24").v);
    EXPECT_EQ(workdays_add(w, day("2026-12-31"), 0, &is_certain).v, day("2026-12-31").v);
    EXPECT(is_certain);
    EXPECT_EQ(workdays_add(w, day("2026-12-31"), 1, &is_certain).v, day("2027-01-01").v);
    EXPECT(!is_certain); /* the notice for 2027 is not there yet */
    arena_destroy(arena);
}

TEST(without_a_table_the_week_alone_decides_and_nothing_is_certain)
{
    static const struct workdays none;
    bool is_certain;
    EXPECT(workdays_has(&none, day("2026-10-01")));
    EXPECT_EQ(workdays_between(&none, day("2026-09-30"), day("2026-10-08"), &is_certain), 6);
    EXPECT(!is_certain);
}

TEST(licences_and_penalties_have_a_deadline_of_seven_working_days)
{
    const struct tables *t = tables();
    EXPECT_EQ(tables_deadline(t, SLICE("licence"))->workdays, 7);
    EXPECT_EQ(tables_deadline(t, SLICE("penalty"))->workdays, 7);
    EXPECT(tables_deadline(t, SLICE("registration")) == NULL);
    EXPECT(tables_deadline(t, SLICE("")) == NULL);
    arena_destroy(arena);
}
