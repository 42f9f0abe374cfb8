/* Opening, holding and closing a store. */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/crypt.h"
#include "base/wire.h"
#include "store/store_db.h"
#include "tests/unit/store/temp_store.h"

TEST(what_was_committed_is_there_after_closing_and_opening)
{
    const char *dir = test_tempdir();
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct store *s = store_in(dir);
    for (int cf = 0; cf < CF_COUNT; cf++)
        put_row(s, (enum cf)cf, SLICE("k"), slice_of(cf_name((enum cf)cf)));
    store_close(s);
    s = store_in(dir);
    for (int cf = 0; cf < CF_COUNT; cf++)
        EXPECT_SAME(row_of(s, a, (enum cf)cf, SLICE("k")), slice_of(cf_name((enum cf)cf)));
    store_close(s);
}

TEST(a_folder_is_made_for_its_owner_alone)
{
    char dir[4200];
    snprintf(dir, sizeof dir, "%s/new", test_tempdir());
    store_close(store_in(dir));
    struct stat st;
    EXPECT_EQ(stat(dir, &st), 0);
    EXPECT_EQ(st.st_mode & 0777, 0700);
}

TEST(a_store_that_must_exist_is_not_made)
{
    char dir[4200];
    struct store *s = NULL;
    struct reason why;
    snprintf(dir, sizeof dir, "%s/none", test_tempdir());
    struct store_options o = {.dir = dir, .must_exist = true};
    EXPECT_ERR(store_open(&o, &s, &why), CE_NOT_FOUND);
    EXPECT(access(dir, F_OK) != 0);
    o.dir = test_tempdir();
    EXPECT_ERR(store_open(&o, &s, &why), CE_NOT_FOUND);
    store_close(store_in(o.dir));
    EXPECT_OK(store_open(&o, &s, &why));
    store_close(s);
}

TEST(a_second_process_is_refused_with_the_number_of_the_first)
{
    const char *dir = test_tempdir();
    AUTO(store_close) struct store *s = store_in(dir);
    char holder[32];
    snprintf(holder, sizeof holder, "process %d;", (int)getpid());
    pid_t pid = fork();
    EXPECT(pid >= 0);
    if (pid == 0) {
        struct store_options o = {.dir = dir};
        struct store *mine = NULL;
        struct reason why = {""};
        int r = store_open(&o, &mine, &why);
        _exit(r == CE_BUSY && strstr(why.text, holder) ? 0 : 1);
    }
    int status;
    EXPECT_EQ(waitpid(pid, &status, 0), pid);
    EXPECT(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
    put_row(s, CF_STATE, SLICE("k"), SLICE("still mine"));
}

TEST(a_store_cannot_be_opened_twice_in_one_process)
{
    const char *dir = test_tempdir();
    AUTO(store_close) struct store *s = store_in(dir);
    struct store_options o = {.dir = dir};
    struct store *second = NULL;
    struct reason why;
    EXPECT_ERR(store_open(&o, &second, &why), CE_BUSY);
}

/* A process of its own, this program again. */
__attribute__((constructor)) static void play_the_child(void)
{
    const char *dir = getenv("STORE_CHILD");
    if (!dir)
        return;
    put_row(store_in(dir), CF_STATE, SLICE("k"), SLICE("v"));
    kill(getpid(), SIGKILL);
}

TEST(the_folder_is_free_again_when_its_process_is_killed)
{
    const char *dir = test_tempdir();
    pid_t pid = fork();
    EXPECT(pid >= 0);
    if (pid == 0) {
        setenv("STORE_CHILD", dir, 1);
        execl("/proc/self/exe", "test_store", (char *)NULL);
        _exit(127);
    }
    int status;
    EXPECT_EQ(waitpid(pid, &status, 0), pid);
    EXPECT(WIFSIGNALED(status));
    AUTO(store_close) struct store *s = store_in(dir);
    EXPECT_EQ(rows_of(s, CF_STATE, SLICE("k")), 1);
}

TEST(a_damaged_store_says_so)
{
    const char *dir = test_tempdir();
    char path[4200];
    store_close(store_in(dir));
    snprintf(path, sizeof path, "%s/db/CURRENT", dir);
    FILE *f = fopen(path, "w");
    EXPECT(f != NULL);
    fputs("MANIFEST-999999\n", f);
    fclose(f);
    struct store_options o = {.dir = dir};
    struct store *s = NULL;
    struct reason why = {""};
    int r = store_open(&o, &s, &why);
    EXPECT(r == CE_IO || r == CE_FORMAT);
    EXPECT(*why.text != '\0');
}

static void *reopen(void *ctx)
{
    struct reason why;
    return store_reopen(ctx, &why) == 0 ? ctx : NULL;
}

TEST(reopening_waits_for_readers_and_turns_new_ones_away)
{
    AUTO(store_close) struct store *s = temp_store();
    put_row(s, CF_STATE, SLICE("k"), SLICE("v"));
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct view *v = NULL;
    EXPECT_OK(view_open(s, &v));
    pthread_t thread;
    EXPECT_EQ(pthread_create(&thread, NULL, reopen, s), 0);
    int r = 0;
    for (int i = 0; i < 100000 && r == 0; i++) {
        struct view *other = NULL;
        r = view_open(s, &other);
        view_close(other);
        sched_yield();
    }
    EXPECT_ERR(r, CE_UNAVAILABLE);
    struct slice value;
    EXPECT_OK(view_get(v, a, CF_STATE, SLICE("k"), &value));
    EXPECT_SLICE(value, "v");
    view_close(v);
    void *done;
    EXPECT_EQ(pthread_join(thread, &done), 0);
    EXPECT(done == s);
    EXPECT_SLICE(row_of(s, a, CF_STATE, SLICE("k")), "v");
}

TEST(flushed_rows_count_as_bytes_on_disk)
{
    AUTO(store_close) struct store *s = temp_store();
    EXPECT_OK(store_flush(s));
    uint64_t before = store_disk_bytes(s);
    char value[4096];
    for (size_t i = 0; i < sizeof value; i++)
        value[i] = (char)(i * 2654435761u >> 13);
    put_row(s, CF_RECORD, SLICE("k"), slice_make(value, sizeof value));
    EXPECT_EQ(store_property(s, "rocksdb.estimate-num-keys"), 2); /* and the schema */
    EXPECT_OK(store_flush(s));
    EXPECT(store_disk_bytes(s) > before);
}

TEST(filters_take_a_byte_for_each_key_of_the_families_that_have_one)
{
    struct store *s = temp_store();
    EXPECT_EQ(store_filter_bytes(s), 0);
    put_row(s, CF_SUBJECT, SLICE("a"), SLICE("1"));
    put_row(s, CF_BY_SOURCE, SLICE("b"), SLICE("1"));
    put_row(s, CF_RECORD, SLICE("c"), SLICE("1"));
    EXPECT_EQ(store_filter_bytes(s), 2);
    store_close(s);
}

/* The write-ahead log with the most bytes in a store's folder. */
/* Bytes of the longest log. */
static off_t log_longest(const char *dir, char *ret, size_t n)
{
    char folder[4200];
    off_t most = 0;
    snprintf(folder, sizeof folder, "%s/db", dir);
    DIR *d = opendir(folder);
    EXPECT(d != NULL);
    for (struct dirent *e; (e = readdir(d));) {
        char path[4600];
        struct stat st;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        if (slice_ends(slice_of(e->d_name), SLICE(".log")) && stat(path, &st) == 0 &&
            st.st_size > most) {
            most = st.st_size;
            snprintf(ret, n, "%s", path);
        }
    }
    closedir(d);
    return most;
}

static void log_path(const char *dir, char *ret, size_t n, off_t *ret_bytes)
{
    *ret_bytes = log_longest(dir, ret, n);
    EXPECT(*ret_bytes > 0);
}

static const char *store_with_log(void)
{
    const char *dir = test_tempdir();
    struct store *s = store_in(dir);
    for (int i = 0; i < 50; i++) {
        char key[16];
        snprintf(key, sizeof key, "row %d", i);
        put_row(s, CF_STATE, slice_of(key), SLICE("what was acknowledged must be there"));
    }
    store_close(s);
    return dir;
}

TEST(a_damaged_byte_in_the_middle_of_the_log_is_told_and_never_skipped)
{
    const char *dir = store_with_log();
    char path[4600], byte;
    off_t bytes;
    log_path(dir, path, sizeof path, &bytes);
    int fd = open(path, O_RDWR);
    EXPECT_EQ(pread(fd, &byte, 1, bytes / 2), 1);
    byte ^= 0x55;
    EXPECT_EQ(pwrite(fd, &byte, 1, bytes / 2), 1);
    close(fd);
    struct store *s = NULL;
    struct reason why = {{0}};
    struct store_options o = {.dir = dir};
    EXPECT_ERR(store_open(&o, &s, &why), CE_FORMAT);
    EXPECT(why.text[0] != 0);
}

TEST(a_log_whose_last_row_was_cut_by_a_power_failure_opens_with_all_before_it)
{
    const char *dir = store_with_log();
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    char path[4600];
    off_t bytes;
    log_path(dir, path, sizeof path, &bytes);
    EXPECT_EQ(truncate(path, bytes - 7), 0);
    struct store *s = store_in(dir);
    EXPECT_SLICE(row_of(s, a, CF_STATE, SLICE("row 48")), "what was acknowledged must be there");
    store_close(s);
}

/* Rows that do not compress, as sealed ones. */
static void put_noise(struct store *s, enum cf cf, unsigned first, unsigned count)
{
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    for (unsigned i = 0; i < count; i++) {
        uint8_t key[8] = {0}, value[1000];
        be32_put(key, (first + i) * 2654435761u);
        be32_put(key + 4, first + i);
        crypt_random(value, sizeof value);
        batch_put(b, cf, slice_make(key, sizeof key), slice_make(value, sizeof value));
    }
    commit(b);
}

TEST(write_buffers_keep_to_their_limit_while_rows_come_faster_than_files_are_written)
{
    AUTO(store_close) struct store *s = temp_store();
    uint64_t most = 0;
    for (unsigned i = 0; i < 60; i++) {
        put_noise(s, i % 3 ? CF_RECORD : (enum cf)(i % CF_COUNT), i * 2000, 2000);
        uint64_t now = store_memory(s).buffers;
        most = now > most ? now : most;
    }
    EXPECT(most > 4 << 20);
    EXPECT(most <= (16 << 20) / 2 * 3);
}

/* Dies with everything in the log. */
__attribute__((constructor)) static void play_the_one_with_a_long_log(void)
{
    struct store_options o = {.dir = getenv("LOG_CHILD"), .buffer_bytes = 256 << 20};
    struct store *s = NULL;
    struct reason why = {""};
    if (!o.dir)
        return;
    if (store_open(&o, &s, &why) < 0)
        _exit(1);
    for (unsigned i = 0; i < 30; i++)
        put_noise(s, (enum cf)(i % CF_COUNT), i * 1000, 1000);
    _exit(0);
}

TEST(a_log_that_is_replayed_keeps_to_the_limit_of_the_write_buffers)
{
    const char *dir = test_tempdir();
    EXPECT_EQ(test_again("LOG_CHILD", dir), 0);
    AUTO(store_close) struct store *s = store_in(dir);
    EXPECT(store_memory(s).buffers <= 16 << 20);
    EXPECT_EQ(rows_of(s, CF_RECORD, (struct slice){0}), 3000);
}

TEST(a_store_that_is_closed_leaves_its_rows_in_files_and_not_in_the_log)
{
    const char *dir = test_tempdir();
    struct store_options o = {.dir = dir}; /* with room for them in memory */
    struct store *s = NULL;
    EXPECT_OK(store_open(&o, &s, NULL));
    for (unsigned i = 0; i < 6; i++)
        put_noise(s, i % 2 ? CF_RECORD : CF_LOG, i * 1000, 1000);
    store_close(s);
    char path[4600];
    EXPECT(log_longest(dir, path, sizeof path) <= 4 << 20);
    s = store_in(dir);
    EXPECT_EQ(rows_of(s, CF_RECORD, (struct slice){0}), 3000);
    EXPECT_EQ(rows_of(s, CF_LOG, (struct slice){0}), 3000);
    store_close(s);
}

TEST(more_walks_than_the_cache_has_room_for_all_read)
{
    enum { WALKS = 300 };
    AUTO(store_close) struct store *s = NULL;
    struct store_options o = {
        .dir = test_tempdir(), .cache_bytes = 1 << 20, .buffer_bytes = 16 << 20, .open_files = 64};
    struct reason why;
    EXPECT_OK(store_open(&o, &s, &why));
    for (unsigned i = 0; i < 12; i++) {
        put_noise(s, CF_RECORD, i * 1000, 1000);
        EXPECT_OK(store_flush(s));
    }
    AUTO(view_close) struct view *v = NULL;
    EXPECT_OK(view_open(s, &v));
    struct walk *walks[WALKS];
    for (unsigned i = 0; i < WALKS; i++) {
        uint8_t key[4];
        be32_put(key, i * (UINT32_MAX / WALKS));
        walks[i] = walk_open(v, CF_RECORD, (struct slice){0}, slice_make(key, sizeof key));
        EXPECT(walk_valid(walks[i]));
    }
    EXPECT(store_memory(s).cache > 1 << 20); /* that is what a strict cache would have refused */
    for (unsigned i = 0; i < WALKS; i++)
        EXPECT_OK(walk_close(walks[i]));
    EXPECT_EQ(rows_of(s, CF_RECORD, (struct slice){0}), 12000);
    /* What samples for a dictionary take is counted there as well until they are written. */
    while (store_property(s, "rocksdb.num-running-compactions") ||
           store_property(s, "rocksdb.compaction-pending"))
        sched_yield();
    EXPECT(store_memory(s).cache <= 1 << 20);
}

/* Until nothing more moves from level to level. */
static void settle(struct store *s)
{
    EXPECT_OK(store_flush(s));
    while (store_property(s, "rocksdb.num-running-compactions") ||
           store_property(s, "rocksdb.compaction-pending"))
        sched_yield();
}

/* What this thread reads from files to find the row. */
static uint64_t blocks_read(struct store *s, struct arena *a, enum cf cf, struct slice key)
{
    enum { COUNTS = 2 }; /* a level of RocksDB's counters */
    rocksdb_perfcontext_t *p = rocksdb_perfcontext_create();
    rocksdb_set_perf_level(COUNTS);
    rocksdb_perfcontext_reset(p);
    EXPECT(row_of(s, a, cf, key).n > 0);
    uint64_t n = rocksdb_perfcontext_metric(p, rocksdb_block_read_count);
    rocksdb_perfcontext_destroy(p);
    return n;
}

static struct store *store_with_cache(int64_t bytes)
{
    struct store_options o = {
        .dir = test_tempdir(), .cache_bytes = bytes, .buffer_bytes = 16 << 20};
    struct store *s = NULL;
    EXPECT_OK(store_open(&o, &s, NULL));
    return s;
}

TEST(a_cache_smaller_than_the_index_of_a_file_holds_what_reading_a_row_again_needs)
{
    enum { ROUNDS = 6, ROWS = 400, KEY_BYTES = 900 };
    for (int cf = 0; cf < CF_COUNT; cf++) {
        AUTO(store_close) struct store *s = store_with_cache(1 << 20);
        AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
        char key[KEY_BYTES], value[8000];
        memset(key, 'k', sizeof key);
        memset(value, 'v', sizeof value);
        for (int round = 0; round < ROUNDS; round++) {
            AUTO(batch_destroy) struct batch *b = batch_create(s);
            for (int i = 0; i < ROWS; i++) {
                be32_put((uint8_t *)key + KEY_BYTES - 4, (uint32_t)(i * ROUNDS + round));
                batch_put(b, (enum cf)cf, slice_make(key, sizeof key),
                          slice_make(value, sizeof value));
            }
            commit(b);
            settle(s);
        }
        be32_put((uint8_t *)key + KEY_BYTES - 4, 1);
        EXPECT(blocks_read(s, a, (enum cf)cf, slice_make(key, sizeof key)) > 0);
        EXPECT_EQ(blocks_read(s, a, (enum cf)cf, slice_make(key, sizeof key)), 0);
    }
}

TEST(the_smallest_cache_holds_the_longest_row)
{
    AUTO(store_close) struct store *s = store_with_cache(12 << 20);
    AUTO(arena_destroy) struct arena *a = arena_create(8 << 20);
    static char value[1 << 20];
    for (unsigned i = 0; i < 8; i++) {
        uint8_t key[8];
        be64_put(key, i);
        crypt_random(value, sizeof value);
        put_row(s, CF_RECORD, slice_make(key, sizeof key), slice_make(value, sizeof value));
    }
    settle(s);
    for (unsigned i = 0; i < 8; i++) {
        uint8_t key[8];
        be64_put(key, i);
        blocks_read(s, a, CF_RECORD, slice_make(key, sizeof key));
        EXPECT_EQ(blocks_read(s, a, CF_RECORD, slice_make(key, sizeof key)), 0);
        arena_reset(a);
    }
}
