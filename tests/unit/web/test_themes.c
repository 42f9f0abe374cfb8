/* What is said of a theme once. */
#include "tests/support/test.h"
#include "tests/support/theme.h"
#include "web/themes.h"

static struct slice written(struct buf *b, struct themes *t, const struct record_answer *records,
                            unsigned count)
{
    struct arena *a = arena_create(1 << 20);
    buf_clear(b);
    struct json_out o = json_out_of(b);
    themes_put(&o, a, t, theme_catalogue(), records, count);
    arena_destroy(a);
    return buf_slice(b);
}

static unsigned times(struct slice text, struct slice part)
{
    unsigned n = 0;
    for (long at = 0; (at = slice_find(text, part, (size_t)at)) >= 0; at++)
        n++;
    return n;
}

TEST(a_theme_is_said_once_with_the_items_that_its_records_have_in_the_order_of_the_catalogue)
{
    AUTO_BUF(b, 65536);
    AUTO_BUF(again, 65536);
    struct themes *t = themes_create();
    const struct theme *theme = theme_named("registration");
    const struct item gone = {
        .code = SLICE("GONE"), .zh = SLICE("旧项"), .en = SLICE("Old"), .index = 3};
    const struct item *one[] = {&gone, theme_item(theme, SLICE("CAPITAL"))};
    const struct item *two[] = {theme_item(theme, SLICE("DISTRICT")), NULL, &gone};
    struct record_answer records[] = {
        {.theme = theme, .said = one, .said_count = 2},
        {.theme = theme_named("penalty"), .said_count = 0},
        {.theme = theme, .said = two, .said_count = 3},
    };
    struct slice text = written(&b, t, records, 3);
    EXPECT(slice_starts(text, SLICE("\"themes\":{\"registration\":{\"name\":{\"zh\":")));
    EXPECT_EQ(times(text, SLICE("\"registration\":{")), 1);
    EXPECT_EQ(times(text, SLICE("\"penalty\":{")), 1);
    EXPECT_EQ(times(text, SLICE("\"code\":")), 3);
    long capital = slice_find(text, SLICE("{\"code\":\"CAPITAL\",\"zh\":\""), 0);
    long district = slice_find(text, SLICE(",{\"code\":\"DISTRICT\",\"zh\":\""), 0);
    long last = slice_find(text, SLICE(",{\"code\":\"GONE\",\"zh\":\"旧项\",\"en\":\"Old\"}]}"), 0);
    EXPECT(capital > 0 && capital < district && district < last);
    EXPECT(slice_ends(text, SLICE("\"items\":[]}}")));
    /* kept texts are the same */
    EXPECT_SAME(written(&again, t, records, 3), text);
    themes_destroy(t);
    theme_catalogue_drop();
}
