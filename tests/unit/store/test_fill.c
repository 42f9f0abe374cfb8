/* Filling an empty store from outside its write path. That a process may die meanwhile is tried by
 * tests/crash. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/wire.h"
#include "store/fill.h"
#include "store/state.h"
#include "tests/unit/store/temp_store.h"

static const char *fresh_dir(void)
{
    static char dirs[16][256];
    static int count;
    char *dir = dirs[count++];
    snprintf(dir, sizeof dirs[0], "%s/data", test_tempdir());
    return dir;
}

static bool is_there(const char *dir, const char *name)
{
    char path[512];
    struct stat st;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return lstat(path, &st) == 0;
}

static struct fill *begin(const char *dir, bool expect_remains)
{
    struct fill *f;
    struct reason why;
    bool remains;
    if (fill_begin(dir, &f, &remains, &why) < 0)
        FAIL("%s", why.text);
    EXPECT_EQ(remains, expect_remains);
    return f;
}

static void put_numbers(struct fill *f, unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++) {
        uint8_t key[4];
        be32_put(key, i);
        EXPECT_OK(fill_put(f, CF_RECORD, slice_make(key, 4), SLICE("value")));
    }
}

static void finish(struct fill *f)
{
    struct reason why = {""};
    if (fill_finish_take(f, &why) < 0)
        FAIL("%s", why.text);
}

static struct store *open_at(const char *dir)
{
    struct store *s;
    struct store_options o = {.dir = dir, .must_exist = true};
    EXPECT_OK(store_open(&o, &s, NULL));
    return s;
}

static unsigned rows_in(struct store *s, enum cf cf)
{
    struct view *v;
    unsigned count = 0;
    EXPECT_OK(view_open(s, &v));
    struct walk *w = walk_open(v, cf, (struct slice){0}, (struct slice){0});
    for (; walk_valid(w); walk_next(w))
        count++;
    EXPECT_OK(walk_close(w));
    view_close(v);
    return count;
}

TEST(what_was_put_is_there_when_the_store_stands_in_its_place)
{
    const char *dir = fresh_dir();
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct fill *f = begin(dir, false);
    EXPECT_EQ(fill_found(f), FILL_NOTHING);
    EXPECT(!is_there(dir, "db"));
    put_numbers(f, 0, 1000);
    EXPECT_OK(fill_put(f, CF_LINK, SLICE("k"), SLICE("v")));
    AUTO(batch_destroy) struct batch *b = batch_create(fill_store(f));
    batch_put(b, CF_STATE, SLICE("s"), SLICE("by an ordinary batch"));
    EXPECT_OK(batch_commit(b, NULL));
    finish(f);
    EXPECT(!is_there(dir, "db.loading"));
    AUTO(store_close) struct store *s = open_at(dir);
    EXPECT_EQ(rows_in(s, CF_RECORD), 1000);
    EXPECT_SLICE(row_of(s, a, CF_RECORD, SLICE("\0\0\3\347")), "value");
    EXPECT_SLICE(row_of(s, a, CF_LINK, SLICE("k")), "v");
    EXPECT_SLICE(row_of(s, a, CF_STATE, SLICE("s")), "by an ordinary batch");
    /* It is a store like any other: it takes commits, and rows of the files can be replaced. */
    AUTO(batch_destroy) struct batch *more = batch_create(s);
    batch_put(more, CF_LINK, SLICE("k"), SLICE("newer"));
    EXPECT_OK(batch_commit(more, NULL));
    EXPECT_SLICE(row_of(s, a, CF_LINK, SLICE("k")), "newer");
}

TEST(what_an_empty_store_knows_of_departments_stays)
{
    const char *dir = fresh_dir();
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct store *old;
    struct store_options o = {.dir = dir};
    EXPECT_OK(store_open(&o, &old, NULL));
    struct batch *b = batch_create(old);
    batch_put(b, CF_STATE, SLICE("key/1"), SLICE("of a department"));
    EXPECT_OK(batch_commit(b, NULL));
    batch_destroy(b);
    store_close(old);
    struct fill *f = begin(dir, false);
    EXPECT_EQ(fill_found(f), FILL_EMPTY);
    put_numbers(f, 0, 10);
    finish(f);
    EXPECT(!is_there(dir, "db.loading"));
    AUTO(store_close) struct store *s = open_at(dir);
    EXPECT_EQ(rows_in(s, CF_RECORD), 10);
    EXPECT_SLICE(row_of(s, a, CF_STATE, SLICE("key/1")), "of a department");
}

static void expect_refused(const char *dir, int wanted, const char *says)
{
    struct fill *f;
    struct reason why = {""};
    bool remains;
    EXPECT_ERR(fill_begin(dir, &f, &remains, &why), wanted);
    if (!strstr(why.text, says))
        FAIL("says: %s", why.text);
    EXPECT(!is_there(dir, "db.loading"));
}

TEST(a_store_that_holds_something_is_refused_and_left_alone)
{
    const char *dir = fresh_dir();
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct store *old;
    struct store_options o = {.dir = dir};
    EXPECT_OK(store_open(&o, &old, NULL));
    struct batch *b = batch_create(old);
    batch_put(b, CF_LINK, SLICE("k"), SLICE("v"));
    EXPECT_OK(batch_commit(b, NULL));
    expect_refused(dir, CE_BUSY, "is held by process");
    store_close(old);
    batch_destroy(b);
    expect_refused(dir, CE_EXISTS, "submit --dir");
    AUTO(store_close) struct store *s = open_at(dir);
    EXPECT_SLICE(row_of(s, a, CF_LINK, SLICE("k")), "v");
}

TEST(a_store_of_which_only_batches_are_left_holds_something)
{
    const char *dir = fresh_dir();
    struct store *old;
    struct store_options o = {.dir = dir};
    EXPECT_OK(store_open(&o, &old, NULL));
    struct batch *b = batch_create(old);
    counters_put(b, &(struct counters){1, 1, 2, 1, {5}});
    EXPECT_OK(batch_commit(b, NULL));
    batch_destroy(b);
    store_close(old);
    expect_refused(dir, CE_EXISTS, "submit --dir");
}

TEST(the_folder_is_held_while_it_is_filled)
{
    const char *dir = fresh_dir();
    struct fill *f = begin(dir, false);
    struct store *s;
    struct store_options o = {.dir = dir};
    EXPECT_ERR(store_open(&o, &s, NULL), CE_BUSY);
    fill_drop(f);
    EXPECT_OK(store_open(&o, &s, NULL));
    store_close(s);
}

TEST(a_fill_that_is_dropped_leaves_no_store)
{
    const char *dir = fresh_dir();
    struct fill *f = begin(dir, false);
    put_numbers(f, 0, 1000);
    fill_drop(f);
    EXPECT(!is_there(dir, "db"));
    EXPECT(!is_there(dir, "db.loading"));
}

TEST(a_key_out_of_order_ends_the_fill_and_leaves_no_store)
{
    const char *dir = fresh_dir();
    struct fill *f = begin(dir, false);
    struct reason why = {""};
    EXPECT_OK(fill_put(f, CF_LINK, SLICE("b"), SLICE("1")));
    EXPECT(fill_put(f, CF_LINK, SLICE("a"), SLICE("2")) < 0);
    EXPECT(fill_put(f, CF_LINK, SLICE("c"), SLICE("3")) < 0);
    EXPECT(fill_finish_take(f, &why) < 0);
    EXPECT(strstr(why.text, "link"));
    EXPECT(!is_there(dir, "db"));
    EXPECT(!is_there(dir, "db.loading"));
}

/* Rows of sixty phrases out of five hundred, of which a block of 8 KiB has few twice. */
static uint64_t bytes_of_phrases(enum cf cf)
{
    const char *dir = fresh_dir();
    struct fill *f = begin(dir, false);
    enum { PHRASES = 500, PHRASE = 40 };
    static char phrases[PHRASES * PHRASE];
    uint32_t seed = 7;
    for (size_t i = 0; i < sizeof phrases; i++) {
        seed = seed * 1664525u + 1013904223u;
        phrases[i] = (char)('!' + (seed >> 16) % 90);
    }
    for (unsigned i = 0; i < 4000; i++) {
        uint8_t key[4];
        AUTO_BUF(value, 4096);
        be32_put(key, i);
        for (unsigned k = 0; k < 60; k++) {
            seed = seed * 1664525u + 1013904223u;
            buf_add(&value, phrases + (seed >> 16) % PHRASES * PHRASE, PHRASE);
        }
        EXPECT_OK(fill_put(f, cf, slice_make(key, sizeof key), buf_slice(&value)));
    }
    finish(f);
    AUTO(store_close) struct store *s = open_at(dir);
    return store_disk_bytes(s);
}

TEST(rows_that_are_alike_take_less_room_where_files_have_a_dictionary)
{
    EXPECT(bytes_of_phrases(CF_RECORD) < bytes_of_phrases(CF_NAME) / 2);
}
