/* How far receipts were told. */
#include "store/published.h"
#include "tests/unit/store/temp_store.h"

static const struct partition_state state = {
    .topic = {"credit.submissions.amr", 22}, .partition = 3, .number = 9, .first = 7};

static uint64_t told(struct store *s, int *ret_err)
{
    AUTO(view_close) struct view *v = NULL;
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    uint64_t next = 0;
    EXPECT_OK(view_open(s, &v));
    *ret_err = published_get(v, a, &state, &next);
    return next;
}

TEST(what_was_never_told_begins_where_the_partition_began)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    int e;
    EXPECT_EQ(told(s, &e), 7);
    EXPECT_OK(e);
    published_put(b, 9, 12);
    commit(b);
    EXPECT_EQ(told(s, &e), 12);
    published_put(b, 8, 99);
    commit(b);
    EXPECT_EQ(told(s, &e), 12);
}

TEST(the_row_has_these_bytes_and_damaged_ones_are_refused)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct slice key = SLICE("published/\0\0\0\0\0\0\0\x09");
    static const struct slice bad[] = {
        {"\2\0\0\0\0\0\0\0\5", 9}, {"\1\0\0\0\0\0\0\5", 8}, {"\1\0\0\0\0\0\0\0\5\0", 10}, {"", 0}};
    published_put(b, 9, 5);
    commit(b);
    EXPECT_HEX(row_of(s, a, CF_STATE, key), "01 0000000000000005");
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        int e;
        put_row(s, CF_STATE, key, bad[i]);
        told(s, &e);
        EXPECT_EQ(e, CE_FORMAT);
    }
}
