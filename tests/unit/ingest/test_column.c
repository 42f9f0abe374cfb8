/* What a column means, and when two mean the same. */
#include "base/arena.h"
#include "ingest/column.h"
#include "tests/support/test.h"
#include "tests/support/theme.h"

static struct column named(struct arena *a, const char *name)
{
    return column_of(theme_named("penalty"), NULL, a, slice_of(name));
}

TEST(a_name_means_an_item_or_what_belongs_to_the_row_or_nothing)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    EXPECT_SLICE(named(a, "CF_SY").item->code, "CF_SY");
    EXPECT_SLICE(named(a, " cf_sy ").item->code, "CF_SY");
    EXPECT_EQ(named(a, "_version").reserved, RESERVED_VERSION);
    struct column none = named(a, "何物");
    EXPECT(!none.item && none.reserved == RESERVED_NONE && !none.is_time && !none.is_ignored);
    EXPECT_SLICE(none.name, "何物");
    EXPECT_SLICE(column_beyond(a, 10).name, "#11");
}

TEST(a_name_longer_than_any_of_the_catalogue_means_nothing)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    char long_name[COLUMN_NAME_BYTES_MAX + 6] = "CF_SY";
    for (size_t i = 5; i < sizeof long_name - 1; i++)
        long_name[i] = ' ';
    EXPECT(!named(a, long_name).item);
    long_name[COLUMN_NAME_BYTES_MAX] = 0;
    EXPECT(named(a, long_name).item != NULL);
}

TEST(two_columns_are_the_same_when_they_say_the_same_of_a_row)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct column x = named(a, "CF_SY"), y = named(a, "cf_sy"), z = named(a, "CF_YJ");
    struct column op = named(a, "_op"), unknown = named(a, "何物");
    EXPECT(column_same(&x, &y) && column_same(&op, &op));
    EXPECT(!column_same(&x, &z) && !column_same(&x, &op) && !column_same(&unknown, &unknown));
}

TEST(a_row_that_names_something_twice_is_found_out)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct columns_named n = {0};
    struct column x = named(a, "CF_SY"), z = named(a, "CF_YJ"), op = named(a, "_op");
    struct column unknown = named(a, "何物");
    EXPECT(!columns_named_twice(&n, &x) && !columns_named_twice(&n, &z));
    EXPECT(!columns_named_twice(&n, &op) && !columns_named_twice(&n, &unknown));
    EXPECT(columns_named_twice(&n, &x) && columns_named_twice(&n, &op));
    EXPECT(!columns_named_twice(&n, &unknown));
}

TEST(a_name_is_shown_short_and_without_numbers_of_persons)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    EXPECT_SLICE(column_name_shown(a, SLICE("440106185001010016")), "4****************6");
    char long_name[6001];
    for (size_t i = 0; i < sizeof long_name - 1; i += 3) {
        long_name[i] = '\xE5';
        long_name[i + 1] = '\xAD';
        long_name[i + 2] = '\x97';
    }
    EXPECT_EQ(column_name_shown(a, slice_make(long_name, sizeof long_name - 1)).n, 120);
}
