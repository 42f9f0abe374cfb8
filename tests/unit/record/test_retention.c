#include "record/retention.h"
#include "tests/support/test.h"

static struct day day(const char *text)
{
    struct day d = DAY_NONE;
    if (*text)
        EXPECT(day_parse_iso(slice_of(text), &d));
    return d;
}

TEST(each_start_of_retention_has_its_own_day)
{
    static const struct {
        const char *start;
        int years;
        const char *day, *ended, *wanted; /* "": for ever */
    } cases[] = {
        {"decision", 5, "2020-05-02", "", "2025-05-02"},
        {"decision", 5, "2020-05-02", "2021-03-01", "2025-05-02"},
        {"decision", 5, "2020-02-29", "", "2025-02-28"},
        {"decision", 5, "", "", ""},
        {"behaviour-end", 5, "2020-05-02", "2021-03-01", "2026-03-01"},
        {"performance", 3, "2020-05-02", "2021-03-01", "2024-03-01"},
        {"sentence-end", 10, "2020-05-02", "2030-03-01", "2040-03-01"},
        /* what has not ended has not begun to run */
        {"behaviour-end", 5, "2020-05-02", "", ""},
        {"permanent", 0, "2020-05-02", "2021-03-01", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct theme t = {.retention_start = slice_of(cases[i].start),
                          .retention_years = cases[i].years};
        struct day end = retention_end(&t, day(cases[i].day), day(cases[i].ended));
        char text[11] = "";
        if (end.v != DAY_FOREVER.v)
            day_print(end, text);
        EXPECT_STR(text, cases[i].wanted);
    }
}
