/* Reading: one moment, points, many points, walks forth and back. */
#include "base/wire.h"
#include "store/view.h"
#include "tests/unit/store/temp_store.h"

static void fill(struct store *s, const char *keys)
{
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    struct slice rest = slice_of(keys);
    while (rest.p) {
        struct slice key = slice_cut(&rest, ' ');
        batch_put(b, CF_NAME, key, key);
    }
    commit(b);
}

static const char *keys_from(struct view *v, struct slice prefix, struct slice from)
{
    static char text[256];
    text[0] = '\0';
    struct walk *w = walk_open(v, CF_NAME, prefix, from);
    for (; walk_valid(w); walk_next(w)) {
        size_t n = strlen(text);
        EXPECT_SAME(walk_key(w), walk_value(w));
        snprintf(text + n, sizeof text - n, "%.*s ", FMT_SLICE(walk_key(w)));
    }
    EXPECT_OK(walk_close(w));
    return text;
}

TEST(a_view_is_of_one_moment)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    put_row(s, CF_NAME, SLICE("k"), SLICE("old"));
    AUTO(view_close) struct view *v = NULL;
    EXPECT_OK(view_open(s, &v));
    put_row(s, CF_NAME, SLICE("k"), SLICE("new"));
    put_row(s, CF_NAME, SLICE("l"), SLICE("new"));
    struct slice value;
    EXPECT_OK(view_get(v, a, CF_NAME, SLICE("k"), &value));
    EXPECT_SLICE(value, "old");
    EXPECT_ERR(view_get(v, a, CF_NAME, SLICE("l"), &value), CE_NOT_FOUND);
    struct walk *w = walk_open(v, CF_NAME, (struct slice){0}, (struct slice){0});
    EXPECT(walk_valid(w));
    EXPECT_SLICE(walk_value(w), "old");
    walk_next(w);
    EXPECT(!walk_valid(w));
    EXPECT_OK(walk_close(w));
    EXPECT_SLICE(row_of(s, a, CF_NAME, SLICE("k")), "new");
}

TEST(a_newer_view_has_a_greater_number)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(view_close) struct view *first = NULL;
    AUTO(view_close) struct view *same = NULL;
    AUTO(view_close) struct view *second = NULL;
    EXPECT_OK(view_open(s, &first));
    EXPECT_OK(view_open(s, &same));
    put_row(s, CF_NAME, SLICE("k"), SLICE("v"));
    EXPECT_OK(view_open(s, &second));
    EXPECT_EQ(view_sequence(same), view_sequence(first));
    EXPECT(view_sequence(second) > view_sequence(first));
}

TEST(many_keys_come_back_in_their_places)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    fill(s, "a c");
    AUTO(view_close) struct view *v = NULL;
    EXPECT_OK(view_open(s, &v));
    struct slice keys[3] = {SLICE("a"), SLICE("b"), SLICE("c")}, values[3];
    EXPECT_OK(view_get_many(v, a, CF_NAME, 3, keys, values));
    EXPECT_SLICE(values[0], "a");
    EXPECT(!values[1].p);
    EXPECT_SLICE(values[2], "c");
    EXPECT_OK(view_get_many(v, a, CF_NAME, 0, NULL, NULL));
}

TEST(a_walk_stays_within_its_prefix)
{
    AUTO(store_close) struct store *s = temp_store();
    fill(s, "a a\xFF a\xFF\xFF b b1 b2 c \xFF \xFF\xFFz");
    AUTO(view_close) struct view *v = NULL;
    EXPECT_OK(view_open(s, &v));
    struct slice none = {0};
    EXPECT_STR(keys_from(v, SLICE("b"), none), "b b1 b2 ");
    EXPECT_STR(keys_from(v, SLICE("b"), SLICE("b1")), "b1 b2 ");
    EXPECT_STR(keys_from(v, SLICE("b"), SLICE("a")), "b b1 b2 ");
    EXPECT_STR(keys_from(v, SLICE("b"), SLICE("c")), "");
    EXPECT_STR(keys_from(v, SLICE("a\xFF"), none), "a\xFF a\xFF\xFF ");
    EXPECT_STR(keys_from(v, SLICE("\xFF"), none), "\xFF \xFF\xFFz ");
    EXPECT_STR(keys_from(v, SLICE("\xFF\xFF"), none), "\xFF\xFFz ");
    EXPECT_STR(keys_from(v, none, SLICE("b2")), "b2 c \xFF \xFF\xFFz ");
    EXPECT_STR(keys_from(v, SLICE("d"), none), "");
}

TEST(a_walk_leaps_forth_and_back)
{
    AUTO(store_close) struct store *s = temp_store();
    fill(s, "a9 b1 b3 b5 c1");
    AUTO(view_close) struct view *v = NULL;
    EXPECT_OK(view_open(s, &v));
    struct walk *w = walk_open(v, CF_NAME, SLICE("b"), (struct slice){0});
    walk_seek(w, SLICE("b4"));
    EXPECT_SLICE(walk_key(w), "b5");
    walk_seek(w, SLICE("b6"));
    EXPECT(!walk_valid(w));
    walk_seek(w, SLICE("a"));
    EXPECT_SLICE(walk_key(w), "b1");
    walk_seek_back(w, SLICE("b4"));
    EXPECT_SLICE(walk_key(w), "b3");
    walk_next(w);
    EXPECT_SLICE(walk_key(w), "b5");
    walk_seek_back(w, SLICE("b5"));
    EXPECT_SLICE(walk_key(w), "b5");
    walk_seek_back(w, SLICE("b\xFF\xFF"));
    EXPECT_SLICE(walk_key(w), "b5");
    walk_seek_back(w, SLICE("b0"));
    EXPECT(!walk_valid(w));
    EXPECT_OK(walk_close(w));
}

TEST(what_was_flushed_to_files_reads_the_same)
{
    AUTO(store_close) struct store *s = temp_store();
    fill(s, "a9 b1 b3");
    EXPECT_OK(store_flush(s));
    fill(s, "b2 c1");
    delete_row(s, CF_NAME, SLICE("b1"));
    AUTO(view_close) struct view *v = NULL;
    EXPECT_OK(view_open(s, &v));
    EXPECT_STR(keys_from(v, SLICE("b"), (struct slice){0}), "b2 b3 ");
    struct walk *w = walk_open(v, CF_NAME, SLICE("b"), (struct slice){0});
    walk_seek_back(w, SLICE("b1"));
    EXPECT(!walk_valid(w));
    EXPECT_OK(walk_close(w));
}

/* Many small rows, so that one walk takes more steps than it takes with one iterator. */
static void fill_many(struct store *s, unsigned count)
{
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    for (unsigned i = 0; i < count; i++) {
        uint8_t key[4];
        be32_put(key, i);
        batch_put(b, CF_LINK, slice_make(key, sizeof key), SLICE("v"));
    }
    commit(b);
}

TEST(a_long_walk_sees_every_row_of_its_moment_once)
{
    enum { COUNT = 120000 };
    AUTO(store_close) struct store *s = temp_store();
    fill_many(s, COUNT);
    AUTO(view_close) struct view *v = NULL;
    EXPECT_OK(view_open(s, &v));
    struct walk *w = walk_open(v, CF_LINK, (struct slice){0}, (struct slice){0});
    for (uint32_t i = 0; i < COUNT; i++) {
        EXPECT(walk_valid(w));
        EXPECT_EQ(be32_get(walk_key(w).p), i);
        if (i == 1000) /* deleted and put behind its back, while files are made */
            for (uint32_t k = COUNT - 10; k < COUNT + 10; k++) {
                uint8_t key[4];
                be32_put(key, k);
                if (k % 2)
                    delete_row(s, CF_LINK, slice_make(key, sizeof key));
                else
                    put_row(s, CF_LINK, slice_make(key, sizeof key), SLICE("new"));
            }
        if (i == 2000)
            EXPECT_OK(store_flush(s));
        EXPECT_SLICE(walk_value(w), "v");
        walk_next(w);
    }
    EXPECT(!walk_valid(w));
    EXPECT_OK(walk_close(w));
}

TEST(a_long_walk_lets_go_of_write_buffers_that_are_done)
{
    AUTO(store_close) struct store *s = temp_store();
    fill_many(s, 120000);
    AUTO(view_close) struct view *v = NULL;
    EXPECT_OK(view_open(s, &v));
    struct walk *w = walk_open(v, CF_LINK, (struct slice){0}, (struct slice){0});
    EXPECT_OK(store_flush(s));
    uint64_t held = store_memory(s).buffers;
    EXPECT(held > 1 << 20);
    for (int i = 0; i < 60000; i++)
        walk_next(w);
    EXPECT(store_memory(s).buffers < held / 4);
    EXPECT_OK(walk_close(w));
}
