/* What may have been meant by a theme that does not exist, asked of the real catalogue. */
#include "base/attr.h"
#include "record/catalogue_near.h"
#include "tests/support/test.h"
#include "tests/unit/record/catalogue_copy.h"

static struct arena *arena;
static const struct catalogue *real(void)
{
    static struct catalogue *c;
    if (!c) {
        arena = arena_create(CATALOGUE_ARENA_BYTES);
        c = load_dir(arena, test_source("catalogue"));
    }
    return c;
}

static unsigned near(const char *text, const struct theme *ret[CATALOGUE_NEAR_MAX])
{
    const struct catalogue *c = real();
    return catalogue_near(arena, c, slice_of(text), instant("2026-11-25"), ret);
}

TEST(what_was_typed_wrong_is_nearest_to_what_was_meant)
{
    static const struct {
        const char *typed, *meant;
    } rows[] = {
        {"amr-penalti", "amr-penalty"},
        {"AMR_PENALTY", "amr-penalty"},
        {"penalty-amr", "amr-penalty"},
        {"amr-penalties", "amr-penalty"},
        {"市场监管行政处罚", "amr-penalty"},
        {"市场监管 行政处罚 信息", "amr-penalty"},
        {"Administrative penalties, market regulation", "amr-penalty"},
        {"court-defaulters", "court-defaulter"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct theme *list[CATALOGUE_NEAR_MAX];
        unsigned count = near(rows[i].typed, list);
        if (!count || !slice_eq(list[0]->code, slice_of(rows[i].meant)))
            FAIL("%s: nearest is %s", rows[i].typed, count ? list[0]->code.p : "none");
    }
}

TEST(no_more_than_three_are_named_and_each_once)
{
    const struct theme *list[CATALOGUE_NEAR_MAX];
    EXPECT_EQ(near("行政处罚", list), CATALOGUE_NEAR_MAX);
    EXPECT(list[0] != list[1] && list[1] != list[2] && list[0] != list[2]);
}

TEST(what_is_like_nothing_is_near_to_none)
{
    const struct theme *list[CATALOGUE_NEAR_MAX];
    EXPECT_EQ(near("", list), 0);
    EXPECT_EQ(near("a", list), 0);
    EXPECT_EQ(near("罚", list), 0);
    EXPECT_EQ(near("xyzzy-quux", list), 0);
    EXPECT_EQ(near("饕餮魍魉", list), 0);
    char text[CATALOGUE_NEAR_CHARS_MAX + 2];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = 0;
    EXPECT_EQ(near(text, list), 0);
}

TEST(a_theme_that_is_not_yet_in_force_is_not_named)
{
    const struct catalogue *c = real();
    const struct theme *list[CATALOGUE_NEAR_MAX];
    EXPECT_EQ(catalogue_near(arena, c, SLICE("amr-penalti"), (struct utc_ms){0}, list), 0);
}
