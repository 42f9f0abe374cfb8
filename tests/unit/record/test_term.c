#include "record/term.h"
#include "tests/support/test.h"
#include "tests/unit/record/catalogue_copy.h"

static struct day day(const char *text)
{
    struct day d = DAY_NONE;
    EXPECT(day_parse_iso(slice_of(text), &d));
    return d;
}

static struct arena *arena;

/* The tables of the project's own catalogue. */
static const struct tables *tables(void)
{
    arena = arena_create(256 << 20);
    return &load_dir(arena, test_source("catalogue"))->commons[0]->tables;
}

static void expect_day(struct day d, const char *text)
{
    char printed[11] = "never";
    if (!day_is_none(d))
        day_print(d, printed);
    EXPECT_STR(printed, text);
}

static struct day ends(const struct tables *t, const char *set, const char *class, const char *at)
{
    return term_publication_end(t, slice_of(set), slice_of(class), day(at));
}

static struct day repair(const struct tables *t, const char *class, const char *at,
                         const char *applied)
{
    return term_repair_from(t, TERMS_GENERAL, slice_of(class), day(at), day(applied));
}

TEST(publication_ends_by_the_order_that_held_on_the_day_of_the_decision)
{
    const struct tables *t = tables();
    expect_day(ends(t, "general", "ordinary", "2026-03-31"), "2029-03-31");
    expect_day(ends(t, "general", "ordinary", "2026-04-01"), "2027-04-01");
    expect_day(ends(t, "general", "serious", "2026-04-01"), "2029-04-01");
    /* a month without that day ends earlier, and days before all lines fall under the first */
    expect_day(ends(t, "general", "serious", "2024-02-29"), "2027-02-28");
    expect_day(ends(t, "general", "ordinary", "1940-01-01"), "1943-01-01");
    arena_destroy(arena);
}

TEST(what_is_minor_or_of_no_class_of_the_set_is_never_public)
{
    const struct tables *t = tables();
    expect_day(ends(t, "general", "minor", "2020-01-01"), "never");
    expect_day(ends(t, "general", "minor", "2026-05-01"), "never");
    expect_day(ends(t, "general", "notice", "2026-05-01"), "never");
    expect_day(ends(t, "nobody", "ordinary", "2026-05-01"), "never");
    arena_destroy(arena);
}

TEST(market_regulation_has_terms_of_its_own)
{
    const struct tables *t = tables();
    expect_day(ends(t, "market-regulation", "minor", "2026-05-01"), "never");
    expect_day(ends(t, "market-regulation", "notice", "2026-05-01"), "2026-08-01");
    expect_day(ends(t, "market-regulation", "ordinary", "2026-05-01"), "2029-05-01");
    arena_destroy(arena);
}

TEST(repair_falls_under_the_order_that_holds_when_it_is_applied_for)
{
    static const struct term lines[] = {
        {{"general", 7}, {"ordinary", 8}, 6, 36, {0}, {INT32_MIN}, {"", 0}},
        {{"general", 7}, {"ordinary", 8}, 3, 12, {20544}, {20544}, {"", 0}},     /* 2026-04-01 */
        {{"general", 7}, {"ordinary", 8}, 1, 12, {20909}, {INT32_MIN}, {"", 0}}, /* 2027-04-01 */
    };
    const struct tables t = {.terms = lines, .term_count = ARRAY_LEN(lines)};
    expect_day(repair(&t, "ordinary", "2026-01-10", "2026-03-31"), "2026-07-10");
    expect_day(repair(&t, "ordinary", "2026-01-10", "2026-04-01"), "2026-04-10");
    expect_day(repair(&t, "ordinary", "2026-05-10", "2026-05-11"), "2026-08-10");
    /* a line without a day of application holds for decisions from its day on */
    expect_day(repair(&t, "ordinary", "2027-03-31", "2027-05-01"), "2027-06-30");
    expect_day(repair(&t, "ordinary", "2027-04-01", "2027-05-01"), "2027-05-01");
    expect_day(repair(&t, "serious", "2027-04-01", "2027-05-01"), "never");
}

TEST(repair_of_an_old_decision_is_asked_for_under_order_36_since_it_holds)
{
    const struct tables *t = tables();
    expect_day(repair(t, "serious", "2025-10-05", "2026-03-31"), "2026-10-05");
    expect_day(repair(t, "serious", "2025-10-05", "2026-04-01"), "2026-10-05");
    expect_day(repair(t, "ordinary", "2026-04-05", "2026-04-06"), "2026-07-05");
    expect_day(repair(t, "minor", "2026-04-05", "2026-04-06"), "2026-04-05");
    /* never before the end */
    struct slice set = SLICE("market-regulation");
    expect_day(term_repair_from(t, set, SLICE("serious"), day("2026-05-01"), day("2026-05-02")),
               "2029-05-01");
    arena_destroy(arena);
}
