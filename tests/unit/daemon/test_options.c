/* Command lines. */
#include <string.h>

#include "daemon/options.h"
#include "tests/support/test.h"

static const struct option_row rows[] = {
    {"data", "DIR", "The folder."},
    {"set", "NAME=VALUE", "A setting."},
    {"json", NULL, "As JSON."},
    {"help", NULL, "Help."},
};

static int parse(struct arena *a, const char *const *words, struct options *ret, struct reason *why)
{
    int n = 0;
    while (words[n])
        n++;
    return options_parse(a, rows, ARRAY_LEN(rows), n, (char *const *)(uintptr_t)words, ret, why);
}

TEST(values_come_behind_a_blank_or_an_equals_sign)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 16);
    static const char *const words[] = {"--data", "/x", "submit", "--set=a=b", "--json", "-", NULL};
    struct options o;
    EXPECT_OK(parse(a, words, &o, NULL));
    EXPECT_STR(options_get(&o, "data"), "/x");
    EXPECT_STR(options_get(&o, "set"), "a=b");
    EXPECT_STR(options_get(&o, "json"), "");
    EXPECT(!options_get(&o, "help"));
    EXPECT_EQ(o.word_count, 2);
    EXPECT_STR(o.words[0], "submit");
    EXPECT_STR(o.words[1], "-");
}

TEST(the_last_of_several_holds_and_all_are_kept_in_order)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 16);
    static const char *const words[] = {"--set", "a=1", "--set", "b=2", NULL};
    struct options o;
    EXPECT_OK(parse(a, words, &o, NULL));
    EXPECT_STR(options_get(&o, "set"), "b=2");
    EXPECT_EQ(o.given_count, 2);
    EXPECT_STR(o.given[0].value, "a=1");
}

TEST(behind_two_hyphens_everything_is_a_word)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 16);
    static const char *const words[] = {"--", "--data", NULL};
    struct options o;
    EXPECT_OK(parse(a, words, &o, NULL));
    EXPECT_EQ(o.word_count, 1);
    EXPECT_STR(o.words[0], "--data");
}

TEST(what_no_row_has_or_what_lacks_its_value_is_refused)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 16);
    static const char *const unknown[] = {"--dat", "x", NULL};
    static const char *const single[] = {"-data", "x", NULL};
    static const char *const lacking[] = {"--data", NULL};
    static const char *const too_much[] = {"--json=yes", NULL};
    struct options o;
    struct reason why;
    EXPECT_ERR(parse(a, unknown, &o, &why), CE_INVALID);
    EXPECT_STR(why.text, "there is no option --dat");
    EXPECT_ERR(parse(a, single, &o, &why), CE_INVALID);
    EXPECT_ERR(parse(a, lacking, &o, &why), CE_INVALID);
    EXPECT_STR(why.text, "--data needs a value: DIR");
    EXPECT_ERR(parse(a, too_much, &o, &why), CE_INVALID);
}
