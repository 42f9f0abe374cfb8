/* Opening, holding and closing a store. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/store.h"
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
