/* Taking a data folder: whose keys, whose store. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "daemon/holding.h"
#include "store/key_mark.h"
#include "tests/support/test.h"

/* A data folder that is not there yet. */
static struct holding_options fresh_folder(struct arena *a, const char *name)
{
    const char *data = arena_printf(a, "%s/%s", test_tempdir(), name).p;
    return (struct holding_options){
        .data = data,
        .keys = arena_printf(a, "%s/keys", data).p,
        .cache_bytes = 8 << 20,
        .buffer_bytes = 16 << 20,
    };
}

static void mark(struct holding *h)
{
    AUTO(batch_destroy) struct batch *b = batch_create(h->store);
    key_mark_put(b, h->keys);
    EXPECT_OK(batch_commit(b, NULL));
}

TEST(a_new_folder_gets_keys_and_a_store)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct holding_options o = fresh_folder(a, "new");
    struct holding h;
    EXPECT_EQ(holding_open(&o, &h, NULL), EXIT_CODE_OK);
    EXPECT(h.is_new);
    EXPECT(!atomic_load(&h.in_force.now));
    mark(&h);
    holding_close(&h);
    EXPECT_EQ(holding_open(&o, &h, NULL), EXIT_CODE_OK);
    EXPECT(!h.is_new);
    holding_close(&h);
    holding_close(&h);
}

TEST(a_store_without_its_key_file_is_refused_and_no_new_one_is_made)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct holding_options o = fresh_folder(a, "lost");
    struct holding h;
    struct reason why = {""};
    EXPECT_EQ(holding_open(&o, &h, NULL), EXIT_CODE_OK);
    mark(&h);
    holding_close(&h);
    EXPECT_EQ(unlink(o.keys), 0);
    EXPECT_EQ(holding_open(&o, &h, &why), EXIT_CODE_STORE);
    EXPECT(strstr(why.text, "backup"));
    EXPECT_EQ(access(o.keys, F_OK), -1);
}

TEST(the_keys_of_another_store_are_refused)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct holding_options o = fresh_folder(a, "mine"), other = fresh_folder(a, "other");
    struct holding h;
    struct reason why = {""};
    EXPECT_EQ(holding_open(&o, &h, NULL), EXIT_CODE_OK);
    mark(&h);
    holding_close(&h);
    EXPECT_EQ(holding_open(&other, &h, NULL), EXIT_CODE_OK);
    holding_close(&h);
    o.keys = other.keys;
    EXPECT_EQ(holding_open(&o, &h, &why), EXIT_CODE_STORE);
    EXPECT(strstr(why.text, "not the one"));
}

TEST(who_only_looks_makes_nothing)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct holding_options o = fresh_folder(a, "absent");
    o.must_exist = true;
    struct holding h;
    EXPECT_EQ(holding_open(&o, &h, NULL), EXIT_CODE_STORE);
    EXPECT_EQ(access(o.data, F_OK), -1);
}

TEST(a_folder_that_is_held_is_refused_and_its_holder_goes_on)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct holding_options o = fresh_folder(a, "held");
    struct holding h, second;
    struct reason why = {""};
    EXPECT_EQ(holding_open(&o, &h, NULL), EXIT_CODE_OK);
    EXPECT_EQ(holding_open(&o, &second, &why), EXIT_CODE_STORE);
    EXPECT(strstr(why.text, "held by process"));
    mark(&h);
    holding_close(&h);
}

TEST(a_missing_folder_above_is_told)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct holding_options o = fresh_folder(a, "no/such/place");
    struct holding h;
    struct reason why = {""};
    EXPECT_EQ(holding_open(&o, &h, &why), EXIT_CODE_FAILED);
    EXPECT(strstr(why.text, "cannot be made"));
}
