/* One commit: what the batch answers before it, what it writes, and what happens when it fails. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fault.h"
#include "store/batch.h"
#include "tests/support/power.h"
#include "tests/unit/store/temp_store.h"

static struct slice get(struct batch *b, struct arena *a, struct slice key)
{
    struct slice value = {0};
    int r = batch_get(b, a, CF_STATE, key, &value);
    EXPECT(r == 0 || r == CE_NOT_FOUND);
    return value;
}

struct walked {
    struct slice keys[32];
    size_t count;
};

static bool each_walked(void *ctx, struct slice key, struct slice value)
{
    struct walked *w = ctx;
    EXPECT_SLICE(value, "v");
    w->keys[w->count++] = key;
    return true;
}

TEST(a_batch_reads_its_own_writes_and_nobody_else_does)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    batch_put(b, CF_STATE, SLICE("k"), SLICE("v"));
    EXPECT_SLICE(get(b, a, SLICE("k")), "v");
    EXPECT(!row_of(s, a, CF_STATE, SLICE("k")).p);
    commit(b);
    EXPECT_SLICE(row_of(s, a, CF_STATE, SLICE("k")), "v");
    EXPECT_EQ(batch_rows_all(b), 0);
    EXPECT_SLICE(get(b, a, SLICE("k")), "v");
    batch_delete(b, CF_STATE, SLICE("k"));
    EXPECT(!get(b, a, SLICE("k")).p);
    EXPECT_SLICE(row_of(s, a, CF_STATE, SLICE("k")), "v");
    commit(b);
    EXPECT(!row_of(s, a, CF_STATE, SLICE("k")).p);
}

TEST(the_last_value_for_a_key_wins)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    batch_put(b, CF_STATE, SLICE("a"), SLICE("1"));
    batch_delete(b, CF_STATE, SLICE("a"));
    batch_put(b, CF_STATE, SLICE("a"), SLICE("2"));
    batch_put(b, CF_STATE, SLICE("b"), SLICE("1"));
    batch_delete(b, CF_STATE, SLICE("b"));
    batch_put(b, CF_LEDGER, SLICE("a"), SLICE("other family"));
    EXPECT_EQ(batch_rows(b, CF_STATE), 2);
    EXPECT_EQ(batch_rows(b, CF_LEDGER), 1);
    EXPECT_EQ(batch_rows_all(b), 3);
    EXPECT_SLICE(get(b, a, SLICE("a")), "2");
    commit(b);
    EXPECT_SLICE(row_of(s, a, CF_STATE, SLICE("a")), "2");
    EXPECT(!row_of(s, a, CF_STATE, SLICE("b")).p);
    EXPECT_SLICE(row_of(s, a, CF_LEDGER, SLICE("a")), "other family");
}

TEST(peeking_tells_puts_deletes_and_nothing_apart)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    struct slice value = {0};
    put_row(s, CF_STATE, SLICE("stored"), SLICE("x"));
    EXPECT_EQ(batch_peek(b, CF_STATE, SLICE("stored"), &value), 0);
    batch_put(b, CF_STATE, SLICE("put"), SLICE("y"));
    batch_delete(b, CF_STATE, SLICE("stored"));
    EXPECT_EQ(batch_peek(b, CF_STATE, SLICE("put"), &value), 1);
    EXPECT_SLICE(value, "y");
    EXPECT_EQ(batch_peek(b, CF_STATE, SLICE("stored"), &value), -1);
    EXPECT_EQ(batch_peek(b, CF_RECORD, SLICE("put"), &value), 0);
}

TEST(what_was_read_ahead_is_what_the_store_has_until_it_is_put)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    const struct slice keys[] = {SLICE("there"), SLICE("nowhere"), SLICE("put"), SLICE("there")};
    struct slice value;
    put_row(s, CF_STATE, SLICE("there"), SLICE("1"));
    put_row(s, CF_STATE, SLICE("put"), SLICE("old"));
    batch_put(b, CF_STATE, SLICE("put"), SLICE("new"));
    EXPECT_OK(batch_read_ahead(b, a, CF_STATE, ARRAY_LEN(keys), keys));
    EXPECT_EQ(batch_rows_all(b), 1);
    EXPECT_EQ(batch_peek(b, CF_STATE, SLICE("there"), &value), 0);
    EXPECT_SLICE(get(b, a, SLICE("there")), "1");
    EXPECT_SLICE(get(b, a, SLICE("put")), "new");
    EXPECT_ERR(batch_get(b, a, CF_STATE, SLICE("nowhere"), &value), CE_NOT_FOUND);
    batch_put(b, CF_STATE, SLICE("nowhere"), SLICE("2"));
    batch_delete(b, CF_STATE, SLICE("there"));
    EXPECT_EQ(batch_rows(b, CF_STATE), 3);
    EXPECT_SLICE(get(b, a, SLICE("nowhere")), "2");
    EXPECT(!get(b, a, SLICE("there")).p);
    commit(b);
    EXPECT_SLICE(row_of(s, a, CF_STATE, SLICE("nowhere")), "2");
    EXPECT(!row_of(s, a, CF_STATE, SLICE("there")).p);
    EXPECT_SLICE(get(b, a, SLICE("nowhere")), "2");
}

TEST(reading_ahead_many_keys_finds_each_and_writes_none)
{
    enum { ROWS = 40000 };
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    AUTO(arena_destroy) struct arena *a = arena_create(64 << 20);
    struct slice *keys = ARENA_ARRAY(a, struct slice, ROWS);
    for (uint32_t i = 0; i < ROWS; i++) {
        char key[32];
        snprintf(key, sizeof key, "the same beginning %05u", (i * 7919u) % ROWS);
        keys[i] = arena_dup(a, slice_of(key));
        if (i % 2)
            batch_put(b, CF_EVENT, keys[i], slice_make(&i, 4));
    }
    commit(b);
    EXPECT_OK(batch_read_ahead(b, a, CF_EVENT, ROWS, keys));
    for (uint32_t i = 0; i < ROWS; i++) {
        struct slice value;
        EXPECT_EQ(batch_get(b, a, CF_EVENT, keys[i], &value), i % 2 ? 0 : CE_NOT_FOUND);
        if (i % 2)
            EXPECT_EQ(memcmp(value.p, &i, 4), 0);
    }
    EXPECT_EQ(batch_rows_all(b), 0);
    commit(b);
    EXPECT_EQ(rows_of(s, CF_EVENT, (struct slice){0}), ROWS / 2);
}

TEST(rows_are_written_in_key_order_whatever_their_length)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    /* Shorter than what is compared at once, as long, longer, and with zeros at the end. */
    static const struct slice keys[] = {
        {"", 0},
        {"\0", 1},
        {"\0\0", 2},
        {"a", 1},
        {"a\0", 2},
        {"aaaaaaa", 7},
        {"aaaaaaaa", 8},
        {"aaaaaaaa\0", 9},
        {"aaaaaaaaaaaaaaaa", 16},
        {"aaaaaaaaaaaaaaaa\0", 17},
        {"aaaaaaaaaaaaaaaab", 17},
        {"aaaaaaaab", 9},
        {"\xFF", 1},
    };
    struct walked w = {.count = 0};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        batch_put(b, CF_EVENT, keys[i * 5 % ARRAY_LEN(keys)], SLICE("v"));
    EXPECT_OK(batch_walk(b, CF_EVENT, (struct slice){0}, each_walked, &w));
    EXPECT_EQ(w.count, ARRAY_LEN(keys));
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        EXPECT(slice_eq(w.keys[i], keys[i]));
    commit(b);
    EXPECT_EQ(rows_of(s, CF_EVENT, (struct slice){0}), ARRAY_LEN(keys));
}

__attribute__((constructor)) static void play_the_one_without_power(void)
{
    int end, at;
    const char *said = getenv("POWER_CHILD");
    if (!said || sscanf(said, "%d %n", &end, &at) != 1)
        return;
    const char *dir = said + at;
    struct batch *b = batch_create(store_in(dir));
    off_t bytes[2];
    batch_put(b, CF_STATE, SLICE("synced"), SLICE("v"));
    commit(b);
    bytes[0] = power_log_bytes(dir);
    batch_put(b, CF_STATE, SLICE("unsynced"), SLICE("v"));
    EXPECT_OK(batch_commit_unsynced(b, NULL));
    bytes[1] = power_log_bytes(dir);
    _exit(write(end, bytes, sizeof bytes) == sizeof bytes ? 0 : 1);
}

/* Commits "synced", then "unsynced", and dies. How long the log was after each. */
static void commit_twice_and_die(const char *dir, off_t ret[2])
{
    int ends[2];
    char said[4096];
    EXPECT_EQ(pipe(ends), 0);
    snprintf(said, sizeof said, "%d %s", ends[1], dir);
    EXPECT_EQ(test_again("POWER_CHILD", said), 0);
    EXPECT_EQ(read(ends[0], ret, 2 * sizeof *ret), 2 * sizeof *ret);
    close(ends[0]);
    close(ends[1]);
    EXPECT(ret[0] < ret[1]);
}

TEST(what_was_committed_without_an_fsync_outlives_the_process_and_a_power_cut_takes_it_whole)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    for (int i = 0; i < 3; i++) {
        off_t bytes[2];
        const char *dir = test_tempdir();
        commit_twice_and_die(dir, bytes);
        if (i)
            power_cut(dir, i == 1 ? bytes[1] - 1 : bytes[0]);
        AUTO(store_close) struct store *s = store_in(dir);
        EXPECT_SLICE(row_of(s, a, CF_STATE, SLICE("synced")), "v");
        EXPECT_EQ(rows_of(s, CF_STATE, SLICE("unsynced")), i == 0);
    }
}

static bool add_key(void *ctx, struct slice key, struct slice value)
{
    EXPECT_SLICE(value, "v");
    buf_add_slice(ctx, key);
    return true;
}

static void expect_walked(struct batch *b, const char *prefix, const char *keys)
{
    AUTO_BUF(walked, 100);
    EXPECT_OK(batch_walk(b, CF_EVENT, slice_of(prefix), add_key, &walked));
    EXPECT_SAME(buf_slice(&walked), slice_of(keys));
}

TEST(walks_that_share_an_iterator_find_what_walks_alone_find)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    static const char *const stored[] = {"a1", "b1", "b2", "d1", "d3"};
    for (size_t i = 0; i < ARRAY_LEN(stored); i++)
        put_row(s, CF_EVENT, slice_of(stored[i]), SLICE("v"));
    batch_put(b, CF_EVENT, SLICE("d2"), SLICE("v"));
    batch_put(b, CF_EVENT, SLICE("c1"), SLICE("v"));
    batch_delete(b, CF_EVENT, SLICE("b1"));
    for (int shares = 0; shares < 2; shares++) {
        if (shares)
            EXPECT_OK(batch_walks_begin(b));
        expect_walked(b, "a", "a1");
        expect_walked(b, "b", "b2");
        expect_walked(b, "c", "c1");
        expect_walked(b, "d", "d1d2d3");
        expect_walked(b, "e", "");
        expect_walked(b, "a", "a1");
    }
    EXPECT_OK(batch_walks_end(b));
    put_row(s, CF_EVENT, SLICE("e1"), SLICE("v"));
    expect_walked(b, "e", "e1");
}

TEST(a_cleared_batch_holds_nothing)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    batch_put(b, CF_STATE, SLICE("k"), SLICE("v"));
    batch_delete_range(b, CF_STATE, SLICE("a"), SLICE("z"));
    batch_clear(b);
    EXPECT_EQ(batch_rows_all(b), 0);
    EXPECT(!get(b, a, SLICE("k")).p);
    commit(b);
    EXPECT_EQ(rows_of(s, CF_STATE, SLICE("k")), 0);
    EXPECT_EQ(rows_of(s, CF_STATE, SLICE("schema")), 1);
}

TEST(a_batch_of_nothing_commits)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    commit(b);
    EXPECT_EQ(rows_of(s, CF_STATE, (struct slice){0}), 1);
}

TEST(empty_values_are_values)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    struct slice value;
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    batch_put(b, CF_STATE, SLICE("k"), (struct slice){0});
    EXPECT_OK(batch_get(b, a, CF_STATE, SLICE("k"), &value));
    EXPECT_EQ(value.n, 0);
    commit(b);
    EXPECT_OK(batch_get(b, a, CF_STATE, SLICE("k"), &value));
    EXPECT_EQ(value.n, 0);
}

TEST(many_rows_are_all_found_and_all_written)
{
    enum { ROWS = 40000 };
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    AUTO(arena_destroy) struct arena *a = arena_create(64 << 20);
    for (uint32_t i = 0; i < ROWS; i++) {
        uint32_t key = i * 2654435761u;
        batch_put(b, CF_EVENT, slice_make(&key, 4), slice_make(&i, 4));
    }
    EXPECT_EQ(batch_rows(b, CF_EVENT), ROWS);
    for (uint32_t i = 0; i < ROWS; i += 7) {
        uint32_t key = i * 2654435761u;
        struct slice value = {0};
        EXPECT_EQ(batch_peek(b, CF_EVENT, slice_make(&key, 4), &value), 1);
        EXPECT_SAME(value, slice_make(&i, 4));
    }
    commit(b);
    EXPECT_EQ(rows_of(s, CF_EVENT, (struct slice){0}), ROWS);
}

struct told {
    char text[256];
    unsigned rows, rows_max;
};

static bool tell(void *ctx, struct slice key, struct slice value)
{
    struct told *t = ctx;
    size_t n = strlen(t->text);
    snprintf(t->text + n, sizeof t->text - n, "%.*s=%.*s ", FMT_SLICE(key), FMT_SLICE(value));
    return ++t->rows < t->rows_max;
}

static struct told walk(struct batch *b, struct slice prefix, unsigned rows_max)
{
    struct told t = {.rows_max = rows_max};
    EXPECT_OK(batch_walk(b, CF_RECORD, prefix, tell, &t));
    return t;
}

TEST(a_walk_merges_what_is_stored_with_what_is_gathered)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    batch_put(b, CF_RECORD, SLICE("a1"), SLICE("old"));
    batch_put(b, CF_RECORD, SLICE("a3"), SLICE("old"));
    batch_put(b, CF_RECORD, SLICE("a5"), SLICE("old"));
    batch_put(b, CF_RECORD, SLICE("b1"), SLICE("old"));
    commit(b);
    EXPECT_STR(walk(b, SLICE("a"), 9).text, "a1=old a3=old a5=old ");
    batch_put(b, CF_RECORD, SLICE("a2"), SLICE("new"));
    batch_put(b, CF_RECORD, SLICE("a3"), SLICE("new"));
    batch_delete(b, CF_RECORD, SLICE("a5"));
    batch_put(b, CF_RECORD, SLICE("a6"), SLICE("new"));
    batch_put(b, CF_RECORD, SLICE("a"), SLICE("new"));
    batch_put(b, CF_HISTORY, SLICE("a4"), SLICE("another family"));
    EXPECT_STR(walk(b, SLICE("a"), 9).text, "a=new a1=old a2=new a3=new a6=new ");
    EXPECT_STR(walk(b, SLICE("a"), 2).text, "a=new a1=old ");
    EXPECT_STR(walk(b, SLICE("b"), 9).text, "b1=old ");
    EXPECT_STR(walk(b, SLICE("c"), 9).text, "");
    EXPECT_STR(walk(b, (struct slice){0}, 9).text, "a=new a1=old a2=new a3=new a6=new b1=old ");
}

TEST(a_walk_sees_what_was_put_and_deleted_since_the_last_one)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    batch_put(b, CF_RECORD, SLICE("a1"), SLICE("1"));
    EXPECT_STR(walk(b, SLICE("a"), 9).text, "a1=1 ");
    batch_put(b, CF_RECORD, SLICE("a0"), SLICE("2"));
    EXPECT_STR(walk(b, SLICE("a"), 9).text, "a0=2 a1=1 ");
    batch_put(b, CF_RECORD, SLICE("a1"), SLICE("3"));
    batch_delete(b, CF_RECORD, SLICE("a0"));
    EXPECT_STR(walk(b, SLICE("a"), 9).text, "a1=3 ");
    batch_clear(b);
    EXPECT_STR(walk(b, SLICE("a"), 9).text, "");
    batch_put(b, CF_RECORD, SLICE("a9"), SLICE("4"));
    EXPECT_STR(walk(b, SLICE("a"), 9).text, "a9=4 ");
}

TEST(a_range_is_deleted_before_the_rows_of_the_batch)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    for (char c = 'a'; c <= 'f'; c++)
        batch_put(b, CF_LOG, slice_make(&c, 1), SLICE("old"));
    commit(b);
    batch_put(b, CF_LOG, SLICE("c"), SLICE("new"));
    batch_delete_range(b, CF_LOG, SLICE("b"), SLICE("e"));
    commit(b);
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    EXPECT(row_of(s, a, CF_LOG, SLICE("a")).p != NULL);
    EXPECT(!row_of(s, a, CF_LOG, SLICE("b")).p);
    EXPECT_SLICE(row_of(s, a, CF_LOG, SLICE("c")), "new");
    EXPECT(!row_of(s, a, CF_LOG, SLICE("d")).p);
    EXPECT(row_of(s, a, CF_LOG, SLICE("e")).p != NULL);
    EXPECT_EQ(rows_of(s, CF_LOG, (struct slice){0}), 4);
}

#ifdef CREDENCE_FAULTS

TEST(after_a_failed_commit_the_store_takes_no_writes_until_it_is_reopened)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct reason why;
    put_row(s, CF_STATE, SLICE("before"), SLICE("x"));
    fault_arm(FAULT_COMMIT_FAILS, 1);
    batch_put(b, CF_STATE, SLICE("lost"), SLICE("x"));
    EXPECT_ERR(batch_commit(b, &why), CE_FAULT);
    EXPECT(!store_is_writable(s));
    EXPECT_EQ(batch_rows_all(b), 0);
    batch_put(b, CF_STATE, SLICE("refused"), SLICE("x"));
    EXPECT_ERR(batch_commit(b, &why), CE_UNAVAILABLE);
    EXPECT_SLICE(row_of(s, a, CF_STATE, SLICE("before")), "x"); /* reading goes on */
    EXPECT_OK(store_reopen(s, &why));
    EXPECT(store_is_writable(s));
    batch_clear(b);
    batch_put(b, CF_STATE, SLICE("after"), SLICE("x"));
    commit(b);
    EXPECT_SLICE(row_of(s, a, CF_STATE, SLICE("before")), "x");
    EXPECT_SLICE(row_of(s, a, CF_STATE, SLICE("after")), "x");
    EXPECT(!row_of(s, a, CF_STATE, SLICE("lost")).p);
    EXPECT(!row_of(s, a, CF_STATE, SLICE("refused")).p);
}

/* A process of its own, this program again: commits twice, and dies where the fault says. */
__attribute__((constructor)) static void play_the_child(void)
{
    const char *dir = getenv("BATCH_CHILD");
    if (!dir)
        return;
    struct store *s = store_in(dir);
    put_row(s, CF_STATE, SLICE("first"), SLICE("x"));
    put_row(s, CF_STATE, SLICE("second"), SLICE("x"));
    _exit(0);
}

static void die_at(const char *fault, const char *dir)
{
    store_close(store_in(dir)); /* so that the child's first commit is its own */
    pid_t pid = fork();
    EXPECT(pid >= 0);
    if (pid == 0) {
        setenv("BATCH_CHILD", dir, 1);
        setenv("CREDENCE_FAULT", fault, 1);
        execl("/proc/self/exe", "test_batch", (char *)NULL);
        _exit(127);
    }
    int status;
    EXPECT_EQ(waitpid(pid, &status, 0), pid);
    EXPECT(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 9);
}

TEST(a_commit_that_ended_survives_the_process_that_dies_right_after)
{
    const char *dir = test_tempdir();
    die_at("store.commit.after:2", dir);
    AUTO(store_close) struct store *s = store_in(dir);
    EXPECT_EQ(rows_of(s, CF_STATE, SLICE("first")), 1);
    EXPECT_EQ(rows_of(s, CF_STATE, SLICE("second")), 1);
}

TEST(a_commit_that_never_began_leaves_nothing)
{
    const char *dir = test_tempdir();
    die_at("store.commit.before:2", dir);
    AUTO(store_close) struct store *s = store_in(dir);
    EXPECT_EQ(rows_of(s, CF_STATE, SLICE("first")), 1);
    EXPECT_EQ(rows_of(s, CF_STATE, SLICE("second")), 0);
}

#endif

struct taken {
    char text[256];
    int fail_at; /* the put that is refused; 0: none */
    int count;
};

static int take(void *ctx, enum cf cf, struct slice key, struct slice value)
{
    struct taken *t = ctx;
    size_t n = strlen(t->text);
    if (++t->count == t->fail_at)
        return CE_IO;
    snprintf(t->text + n, sizeof t->text - n, "%s %.*s=%.*s\n", cf_name(cf), FMT_SLICE(key),
             FMT_SLICE(value));
    return 0;
}

static bool each_key(void *ctx, struct slice key, struct slice value)
{
    (void)value;
    struct taken *t = ctx;
    size_t n = strlen(t->text);
    snprintf(t->text + n, sizeof t->text - n, "%.*s ", FMT_SLICE(key));
    return true;
}

TEST(a_batch_without_a_store_answers_from_what_it_holds)
{
    AUTO(batch_destroy) struct batch *b = batch_create(NULL);
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct slice value;
    struct taken t = {0};
    EXPECT_ERR(batch_get(b, a, CF_STATE, SLICE("k"), &value), CE_NOT_FOUND);
    batch_put(b, CF_STATE, SLICE("k2"), SLICE("2"));
    batch_put(b, CF_STATE, SLICE("k1"), SLICE("1"));
    batch_put(b, CF_STATE, SLICE("k3"), SLICE("3"));
    batch_put(b, CF_STATE, SLICE("x"), SLICE("other prefix"));
    batch_delete(b, CF_STATE, SLICE("k2"));
    EXPECT_SLICE(get(b, a, SLICE("k1")), "1");
    EXPECT_ERR(batch_get(b, a, CF_STATE, SLICE("k2"), &value), CE_NOT_FOUND);
    EXPECT_OK(batch_walk(b, CF_STATE, SLICE("k"), each_key, &t));
    EXPECT_STR(t.text, "k1 k3 ");
}

TEST(what_was_put_is_taken_out_by_family_and_key_and_the_batch_is_empty_then)
{
    AUTO(batch_destroy) struct batch *b = batch_create(NULL);
    struct taken t = {0};
    batch_put(b, CF_STATE, SLICE("b"), SLICE("1"));
    batch_put(b, CF_STATE, SLICE("a"), SLICE("old"));
    batch_put(b, CF_STATE, SLICE("a"), SLICE("2"));
    batch_put(b, CF_RECORD, SLICE("z"), SLICE("3"));
    batch_put(b, CF_STATE, SLICE("gone"), SLICE("4"));
    batch_delete(b, CF_STATE, SLICE("gone"));
    EXPECT_OK(batch_take_puts(b, take, &t));
    EXPECT_STR(t.text, "record z=3\nstate a=2\nstate b=1\n");
    EXPECT_EQ(batch_rows_all(b), 0);
    struct taken again = {0};
    EXPECT_OK(batch_take_puts(b, take, &again));
    EXPECT_STR(again.text, "");
}

TEST(whoever_takes_rows_out_can_end_it)
{
    AUTO(batch_destroy) struct batch *b = batch_create(NULL);
    struct taken t = {.fail_at = 2};
    batch_put(b, CF_STATE, SLICE("a"), SLICE("1"));
    batch_put(b, CF_STATE, SLICE("b"), SLICE("2"));
    batch_put(b, CF_STATE, SLICE("c"), SLICE("3"));
    EXPECT_ERR(batch_take_puts(b, take, &t), CE_IO);
    EXPECT_STR(t.text, "state a=1\n");
}
