/* The mark by which a store knows its key file. */
#include "store/key_mark.h"
#include "tests/unit/store/temp_store.h"

static struct keys *keys_from(uint8_t first)
{
    uint8_t master[32];
    for (int i = 0; i < 32; i++)
        master[i] = (uint8_t)(first + i);
    return keys_fixed(master);
}

TEST(a_store_knows_its_own_keys_and_no_others)
{
    struct store *s = temp_store();
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    AUTO(keys_destroy) struct keys *own = keys_from(0);
    AUTO(keys_destroy) struct keys *foreign = keys_from(1);
    {
        AUTO(view_close) struct view *v = NULL;
        EXPECT_OK(view_open(s, &v));
        EXPECT_ERR(key_mark_check(v, a, own), CE_NOT_FOUND);
    }
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    key_mark_put(b, own);
    commit(b);
    {
        AUTO(view_close) struct view *v = NULL;
        EXPECT_OK(view_open(s, &v));
        EXPECT_OK(key_mark_check(v, a, own));
        EXPECT_ERR(key_mark_check(v, a, foreign), CE_CRYPT);
    }
    EXPECT_HEX(row_of(s, a, CF_STATE, SLICE("keys")), "01 7ed1b97555277aea26c1d0e88a7e5a5e");
    store_close(s);
}
