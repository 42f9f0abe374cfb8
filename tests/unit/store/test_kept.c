/* Rows that were kept: places of columns, sealing and opening. */
#include <stdlib.h>

#include "store/kept.h"
#include "tests/support/test.h"

static struct keys *test_keys(uint8_t first)
{
    uint8_t master[32] = {first};
    return keys_fixed(master);
}

static size_t place(struct kept_columns *c, struct arena *a, size_t guess, const char *name)
{
    size_t at = 999;
    EXPECT(kept_columns_place(c, a, guess, slice_of(name), &at));
    return at;
}

TEST(a_column_is_found_where_it_is_guessed_or_wherever_it_is)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct kept_columns *c = ARENA_NEW(a, struct kept_columns);
    EXPECT_EQ(place(c, a, 0, "名称"), 0);
    EXPECT_EQ(place(c, a, 1, "代码"), 1);
    EXPECT_EQ(place(c, a, 2, "名称"), 0);
    EXPECT_EQ(place(c, a, 0, "名称"), 0);
    EXPECT_EQ(place(c, a, 0, "日期"), 2);
    EXPECT_EQ(c->count, 3);
}

TEST(the_list_of_columns_has_an_end_and_long_names_are_cut)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct kept_columns *c = ARENA_NEW(a, struct kept_columns);
    char *name = calloc(1, 601);
    memset(name, 'x', 600);
    EXPECT_EQ(place(c, a, 0, name), 0);
    EXPECT_EQ(c->names[0].n, KEPT_NAME_BYTES_MAX);
    EXPECT_EQ(place(c, a, 0, name), 0);
    for (int i = 1; i < KEPT_COLUMNS_MAX; i++)
        place(c, a, (size_t)i, arena_printf(a, "%d", i).p);
    size_t at;
    EXPECT(!kept_columns_place(c, a, 0, SLICE("one more"), &at));
    EXPECT_EQ(place(c, a, 0, "77"), 77);
    free(name);
}

TEST(a_row_has_these_bytes_before_it_is_sealed)
{
    AUTO_BUF(plain, 1024);
    kept_row_put(&plain, 0, SLICE("x"));
    kept_row_put(&plain, 1, SLICE(""));
    kept_row_put(&plain, 300, SLICE("名"));
    EXPECT_HEX(buf_slice(&plain), "00 01 78 AC02 03 E5908D");
}

TEST(what_is_sealed_can_be_opened_with_the_same_keys_only)
{
    AUTO(keys_destroy) struct keys *k = test_keys(1), *other = NULL;
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    AUTO_BUF(plain, 1024);
    AUTO_BUF(sealed, 1024);
    AUTO_BUF(columns, 1024);
    AUTO_BUF(opened, 1024);
    struct kept_columns *c = ARENA_NEW(a, struct kept_columns),
                        *back = ARENA_NEW(a, struct kept_columns);
    struct slice values[3];
    place(c, a, 0, "名称");
    place(c, a, 1, "代码");
    kept_row_put(&plain, 0, SLICE("x"));
    kept_row_put(&plain, 2, SLICE("y"));
    EXPECT_OK(kept_row_seal(k, buf_slice(&plain), &sealed));
    EXPECT_OK(kept_columns_seal(k, c, &columns));
    EXPECT(slice_find(buf_slice(&columns), SLICE("名称"), 0) < 0);
    EXPECT_OK(kept_columns_open(k, a, buf_slice(&columns), back));
    EXPECT_EQ(back->count, 2);
    EXPECT_SLICE(back->names[1], "代码");
    EXPECT_OK(kept_row_open(k, buf_slice(&sealed), &opened, values, 3));
    EXPECT_SLICE(values[0], "x");
    EXPECT_EQ(values[1].n, 0);
    EXPECT_SLICE(values[2], "y");
    EXPECT_ERR(kept_row_open(k, buf_slice(&sealed), &opened, values, 2), CE_FORMAT);
    other = test_keys(2);
    EXPECT_ERR(kept_row_open(other, buf_slice(&sealed), &opened, values, 3), CE_CRYPT);
    EXPECT_ERR(kept_columns_open(other, a, buf_slice(&columns), back), CE_CRYPT);
    keys_destroy(other);
    other = NULL;
}
