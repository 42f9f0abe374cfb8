/* Keys of departments: shown once, kept as a hash, gone when removed. */
#include <string.h>

#include "base/clock.h"
#include "daemon/department_keys.h"
#include "store/view.h"
#include "tests/support/test.h"

struct world {
    struct store *store;
    struct keys *keys;
    struct clock clock;
    struct writer *writer;
};

static struct world open_world(void)
{
    struct world w = {.clock = clock_real()};
    uint8_t master[32] = {1};
    struct store_options so = {
        .dir = test_tempdir(), .cache_bytes = 8 << 20, .buffer_bytes = 16 << 20};
    EXPECT_OK(store_open(&so, &w.store, NULL));
    w.keys = keys_fixed(master);
    return w;
}

TEST(a_key_is_found_by_its_secret_until_it_is_removed)
{
    struct world w = open_world();
    struct writer_options wo = {.store = w.store, .keys = w.keys, .clock = &w.clock};
    EXPECT_OK(writer_start(&wo, &w.writer, NULL));
    char secret[DEPARTMENT_KEY_SECRET_BYTES], id[DEPARTMENT_KEY_ID_BYTES];
    struct department_key made, found;
    uint8_t hash[32];
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    EXPECT_OK(department_key_make(w.writer, clock_now(&w.clock), SLICE("amr"), SLICE("窗口 1"),
                                  secret, &made, NULL));
    EXPECT_EQ(strlen(secret), 56);
    EXPECT(slice_starts(slice_of(secret), SLICE("crd_")));
    crypt_sha256(slice_of(secret), hash);
    department_key_id(hash, id);
    {
        AUTO(view_close) struct view *v = NULL;
        EXPECT_OK(view_open(w.store, &v));
        EXPECT_OK(department_key_get(v, a, hash, &found));
        EXPECT_SLICE(found.department, "amr");
        EXPECT_SLICE(found.name, "窗口 1");
    }
    EXPECT_ERR(department_key_remove(w.writer, w.store, SLICE("aaaaaaaaaaaaaaaa"), NULL),
               CE_NOT_FOUND);
    EXPECT_OK(department_key_remove(w.writer, w.store, slice_of(id), NULL));
    {
        AUTO(view_close) struct view *v = NULL;
        EXPECT_OK(view_open(w.store, &v));
        EXPECT_ERR(department_key_get(v, a, hash, &found), CE_NOT_FOUND);
    }
    EXPECT_ERR(department_key_make(w.writer, clock_now(&w.clock), SLICE("amr"), SLICE("two\nlines"),
                                   secret, &made, NULL),
               CE_INVALID);
    writer_stop(w.writer);
    keys_destroy(w.keys);
    store_close(w.store);
}
