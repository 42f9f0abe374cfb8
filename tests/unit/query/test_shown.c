/* What stored values are called. */
#include "query/shown.h"
#include "tests/support/test.h"
#include "tests/support/theme.h"

static const struct item *item_of(const char *theme, const char *code)
{
    return theme_item(theme_named(theme), slice_of(code));
}

static struct slice shown(struct arena *a, const char *theme, const char *code, const char *value)
{
    const struct tables *t = catalogue_tables_at(theme_catalogue(), (struct utc_ms){0});
    const struct item *item = item_of(theme, code);
    return shown_value(a, t, item, item, slice_of(value));
}

TEST(a_code_is_shown_by_its_name_and_several_are_joined)
{
    struct arena *a = arena_create(1 << 16);
    EXPECT_SLICE(shown(a, "penalty", "CF_XDR_LB", "1"), "法人及非法人组织");
    EXPECT_SLICE(shown(a, "penalty", "CF_XDR_LB", "9"), "9");
    EXPECT_SLICE(shown(a, "penalty", "CF_CFLB", "2"), "罚款");
    EXPECT_SLICE(shown(a, "penalty", "CF_CFLB", "2;4;9"), "罚款；吊销许可证件；9");
    arena_destroy(a);
    theme_catalogue_drop();
}

TEST(a_code_is_called_as_it_was_when_it_was_given)
{
    struct arena *a = arena_create(1 << 16);
    struct code_value old_values[] = {{.code = SLICE("1"), .zh = SLICE("旧名")}};
    struct code_value new_values[] = {{.code = SLICE("1"), .zh = SLICE("新名")},
                                      {.code = SLICE("2"), .zh = SLICE("新增")}};
    struct code_set old_set = {.values = old_values, .count = 1};
    struct code_set new_set = {.values = new_values, .count = 2};
    struct item judged = {.type = ITEM_CODE, .code_set = &old_set};
    struct item now = {.type = ITEM_CODE, .code_set = &new_set};
    const struct tables *t = catalogue_tables_at(theme_catalogue(), (struct utc_ms){0});
    EXPECT_SLICE(shown_value(a, t, &judged, &now, SLICE("1")), "旧名");
    EXPECT_SLICE(shown_value(a, t, &judged, &now, SLICE("2")), "新增");
    EXPECT_SLICE(shown_value(a, t, &judged, NULL, SLICE("2")), "2");
    EXPECT_SLICE(shown_value(a, t, NULL, &now, SLICE("1")), "新名");
    arena_destroy(a);
    theme_catalogue_drop();
}

TEST(an_open_end_is_shown_in_words_and_any_other_day_as_it_is)
{
    struct arena *a = arena_create(1 << 16);
    EXPECT_SLICE(shown(a, "penalty", "CF_YXQ", "2099-12-31"), "长期");
    EXPECT_SLICE(shown(a, "penalty", "CF_YXQ", "2098-12-31"), "2098-12-31");
    EXPECT_SLICE(shown(a, "penalty", "CF_JDRQ", "2099-12-31"), "2099-12-31");
    arena_destroy(a);
    theme_catalogue_drop();
}

TEST(a_district_of_six_digits_is_shown_by_its_name)
{
    struct arena *a = arena_create(1 << 16);
    static const unsigned codes[] = {440100, 440106};
    static const struct slice names[] = {{"广州市", 9}, {"天河区", 9}};
    struct tables t = {.divisions = codes, .division_names = names, .division_count = 2};
    const struct item *district = item_of("registration", "DISTRICT");
    const struct item *other = item_of("registration", "TYPE");
    EXPECT_SLICE(shown_value(a, &t, district, district, SLICE("440106")), "广州市天河区");
    EXPECT_SLICE(shown_value(a, &t, district, district, SLICE("440999")), "440999");
    EXPECT_SLICE(shown_value(a, &t, district, district, SLICE("云岭区")), "云岭区");
    EXPECT_SLICE(shown_value(a, &t, other, other, SLICE("440106")), "440106");
    arena_destroy(a);
    theme_catalogue_drop();
}

TEST(an_amount_is_shown_with_the_unit_that_it_had_when_it_was_given)
{
    struct arena *a = arena_create(1 << 16);
    const struct tables *t = catalogue_tables_at(theme_catalogue(), (struct utc_ms){0});
    struct item judged = {.type = ITEM_AMOUNT, .unit = SLICE("万元")};
    struct item now = {.type = ITEM_AMOUNT, .unit = SLICE("元")};
    struct item bare = {.type = ITEM_AMOUNT};
    EXPECT_SLICE(shown_value(a, t, &judged, &now, SLICE("0.2")), "0.2万元");
    EXPECT_SLICE(shown_value(a, t, NULL, &now, SLICE("2000")), "2000元");
    EXPECT_SLICE(shown_value(a, t, &bare, &now, SLICE("0.2")), "0.2");
    arena_destroy(a);
    theme_catalogue_drop();
}
