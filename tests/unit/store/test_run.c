/* Runs: nobody can tell them from batches, whatever goes wrong in the middle. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/crypt.h"
#include "base/fault.h"
#include "store/batch.h"
#include "store/compaction.h"
#include "store/run.h"
#include "store/store_db.h"
#include "tests/unit/store/temp_store.h"

static void commit_run(struct batch *b)
{
    struct reason why = {""};
    struct run_report report;
    int r = run_commit(b, 1, &report, &why);
    if (r < 0)
        FAIL("run_commit: %s (%s)", err_text(r), why.text);
    EXPECT(report.files > 0);
}

static unsigned files_in(const char *dir)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/db/runs", dir);
    DIR *d = opendir(path);
    EXPECT(d != NULL);
    unsigned count = 0;
    for (struct dirent *e; (e = readdir(d));)
        count += e->d_name[0] != '.';
    closedir(d);
    return count;
}

static void expect_same(struct store *one, struct store *other)
{
    AUTO(view_close) struct view *v = NULL;
    AUTO(view_close) struct view *u = NULL;
    EXPECT_OK(view_open(one, &v));
    EXPECT_OK(view_open(other, &u));
    for (int cf = 0; cf < CF_COUNT; cf++) {
        struct walk *w = walk_open(v, (enum cf)cf, (struct slice){0}, (struct slice){0});
        struct walk *x = walk_open(u, (enum cf)cf, (struct slice){0}, (struct slice){0});
        while (walk_valid(w) && walk_valid(x)) {
            EXPECT_SAME(walk_key(w), walk_key(x));
            EXPECT_SAME(walk_value(w), walk_value(x));
            walk_next(w);
            walk_next(x);
        }
        EXPECT_EQ(walk_valid(w), walk_valid(x));
        EXPECT_OK(walk_close(w));
        EXPECT_OK(walk_close(x));
    }
}

/* The same rows for the same seed: puts over what is there, deletes of what is there and is not. */
static void gather(struct batch *b, unsigned seed)
{
    enum { KEYS = 400, ROWS = 300 };
    static const enum cf cfs[] = {CF_RECORD, CF_BY_SOURCE, CF_SUBJECT, CF_LOG, CF_STATE};
    for (unsigned i = 0; i < ROWS; i++) {
        unsigned x = (seed * ROWS + i) * 2654435761u;
        char key[16], value[32];
        snprintf(key, sizeof key, "key-%u", (x >> 8) % KEYS);
        snprintf(value, sizeof value, "value-%u-%u", seed, i);
        enum cf cf = cfs[(x >> 4) % 5];
        if (x >> 28 < 4)
            batch_delete(b, cf, slice_of(key));
        else
            batch_put(b, cf, slice_of(key), slice_of(value));
    }
}

TEST(runs_and_batches_leave_the_same_rows_behind)
{
    AUTO(store_close) struct store *plain = temp_store();
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *a = batch_create(plain);
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    for (unsigned seed = 0; seed < 24; seed++) {
        gather(a, seed);
        gather(b, seed);
        commit(a);
        if (seed % 3 == 0)
            commit(b); /* what a run writes over lies in memory, in the log, or in files */
        else
            commit_run(b);
        if (seed == 13)
            EXPECT_OK(store_flush(s));
        expect_same(s, plain);
    }
    EXPECT_OK(store_reopen(s, NULL));
    expect_same(s, plain);
}

TEST(a_view_does_not_see_a_run_that_came_after_it_and_the_next_view_sees_all_of_it)
{
    const char *dir = test_tempdir();
    AUTO(store_close) struct store *s = store_in(dir);
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    put_row(s, CF_RECORD, SLICE("k"), SLICE("old"));
    put_row(s, CF_RECORD, SLICE("gone"), SLICE("here"));
    struct view *before, *after;
    EXPECT_OK(view_open(s, &before));
    batch_put(b, CF_RECORD, SLICE("k"), SLICE("new"));
    batch_delete(b, CF_RECORD, SLICE("gone"));
    batch_put(b, CF_BY_SOURCE, SLICE("k"), SLICE("new"));
    batch_put(b, CF_STATE, SLICE("k"), SLICE("new"));
    commit_run(b);
    EXPECT_EQ(batch_rows_all(b), 0);
    EXPECT_OK(view_open(s, &after));
    struct slice value;
    EXPECT_OK(view_get(before, a, CF_RECORD, SLICE("k"), &value));
    EXPECT_SLICE(value, "old");
    EXPECT_OK(view_get(before, a, CF_RECORD, SLICE("gone"), &value));
    EXPECT_ERR(view_get(before, a, CF_BY_SOURCE, SLICE("k"), &value), CE_NOT_FOUND);
    EXPECT_ERR(view_get(before, a, CF_STATE, SLICE("k"), &value), CE_NOT_FOUND);
    EXPECT_OK(view_get(after, a, CF_RECORD, SLICE("k"), &value));
    EXPECT_SLICE(value, "new");
    EXPECT_ERR(view_get(after, a, CF_RECORD, SLICE("gone"), &value), CE_NOT_FOUND);
    EXPECT_OK(view_get(after, a, CF_BY_SOURCE, SLICE("k"), &value));
    EXPECT_OK(view_get(after, a, CF_STATE, SLICE("k"), &value));
    EXPECT(view_sequence(after) > view_sequence(before));
    view_close(before);
    view_close(after);
    EXPECT_EQ(files_in(dir), 0);
}

TEST(few_rows_go_as_an_ordinary_batch)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    AUTO(arena_destroy) struct arena *a = arena_create(4 << 20);
    struct run_report report;
    batch_put(b, CF_RECORD, SLICE("k"), SLICE("v"));
    batch_put(b, CF_STATE, SLICE("k"), SLICE("v"));
    EXPECT_OK(run_commit(b, 2, &report, NULL));
    EXPECT_EQ(report.files, 0);
    EXPECT_SLICE(row_of(s, a, CF_RECORD, SLICE("k")), "v");
    /* A single row that is large has a file; rows beside it go along. */
    struct slice large = slice_make(arena_alloc(a, 1 << 20), 1 << 20);
    batch_put(b, CF_LOG, SLICE("k"), large);
    batch_put(b, CF_RECORD, SLICE("k"), SLICE("w"));
    EXPECT_OK(run_commit(b, 2, &report, NULL));
    EXPECT_EQ(report.files, 1);
    EXPECT_EQ(row_of(s, a, CF_LOG, SLICE("k")).n, large.n);
    EXPECT_SLICE(row_of(s, a, CF_RECORD, SLICE("k")), "w");
}

static void come(struct store *s, struct batch *b, unsigned runs)
{
    for (unsigned i = 0; i < runs; i++) {
        gather(b, i);
        commit_run(b);
    }
    EXPECT_OK(store_flush(s));
}

/* Of the family that has most. */
static uint64_t files_in_level_0(struct store *s)
{
    uint64_t most = 0;
    for (int cf = 0; cf < CF_COUNT; cf++) {
        uint64_t count;
        char *text = rocksdb_property_value_cf(s->db, s->cf[cf], "rocksdb.num-files-at-level0");
        EXPECT(slice_u64(slice_of(text), &count));
        rocksdb_free(text);
        most = count > most ? count : most;
    }
    return most;
}

static void settle(struct store *s)
{
    while (store_property(s, "rocksdb.num-running-compactions") ||
           store_property(s, "rocksdb.compaction-pending"))
        usleep(1000);
}

TEST(while_runs_come_compactions_are_put_off_and_they_begin_when_no_more_come)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    EXPECT(!compaction_is_owed(s));
    come(s, b, 10);
    usleep(200 * 1000);
    EXPECT(compaction_is_owed(s));
    EXPECT(files_in_level_0(s) > 6);
    compaction_look(s); /* they are not too many */
    usleep(200 * 1000);
    EXPECT(files_in_level_0(s) > 6);
    compaction_begin(s);
    settle(s);
    EXPECT(files_in_level_0(s) < 6);
}

TEST(so_many_runs_that_reading_would_suffer_are_compacted_while_more_come)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    for (unsigned i = 0; i < 60; i++) {
        come(s, b, 1);
        EXPECT(files_in_level_0(s) <= 33);
    }
    compaction_begin(s);
    settle(s);
    EXPECT(files_in_level_0(s) < 6);
}

/* A run of so many kilobytes that nothing can compress, keys in between those of other seeds: the
 * first one in an empty store goes to the last level, others to level 0. */
static void come_large(struct batch *b, unsigned seed, size_t kib)
{
    uint8_t value[1024], key[8];
    struct run_report report;
    for (size_t i = 0; i < kib; i++) {
        crypt_random(value, sizeof value);
        memcpy(key, &(uint32_t[2]){(uint32_t)i, seed}, sizeof key);
        batch_put(b, CF_HISTORY, slice_make(key, sizeof key), slice_make(value, sizeof value));
    }
    EXPECT_OK(run_commit(b, 2, &report, NULL));
    EXPECT_EQ(report.files, 1);
}

/* As long as something is owed; the most files in level 0 behind it. */
static uint64_t while_owed(struct store *s, void (*step)(struct store *s))
{
    for (int i = 0; i < 10000 && compaction_is_owed(s); i++) {
        step(s);
        usleep(1000);
    }
    EXPECT(!compaction_is_owed(s));
    settle(s);
    return files_in_level_0(s);
}

static uint64_t rest(struct store *s)
{
    return while_owed(s, compaction_rest);
}

static void commit_in_the_first_gear(struct store *s)
{
    compaction_begin(s);
    compaction_look(s);
}

TEST(when_nobody_sends_the_few_files_that_a_backlog_left_in_level_0_are_written_down_too)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    for (unsigned i = 0; i < 3; i++)
        come_large(b, i, 3 * 1024);
    compaction_begin(s);
    settle(s);
    EXPECT_EQ(files_in_level_0(s), 2);
    EXPECT_EQ(rest(s), 0);
    /* And it was for once: what comes later waits for its turn again. */
    for (unsigned i = 0; i < 5; i++)
        come_large(b, 3 + i, 2);
    compaction_begin(s);
    settle(s);
    EXPECT_EQ(files_in_level_0(s), 5);
}

TEST(that_level_0_has_been_written_down_is_noticed_by_who_commits_without_a_pause_too)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    for (unsigned i = 0; i < 3; i++)
        come_large(b, i, 3 * 1024);
    compaction_rest(s);
    EXPECT_EQ(while_owed(s, commit_in_the_first_gear), 0);
}

TEST(a_little_in_level_0_beside_much_below_is_not_worth_writing_all_anew)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    come_large(b, 0, 20 * 1024);
    EXPECT_EQ(rest(s), 0);
    come_large(b, 1, 2 * 1024);
    EXPECT_EQ(rest(s), 1);
    come_large(b, 2, 2 * 1024); /* together they are */
    EXPECT_EQ(rest(s), 0);
}

TEST(a_store_that_is_opened_again_puts_nothing_off)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    come(s, b, 10);
    EXPECT_OK(store_reopen(s, NULL));
    EXPECT(!compaction_is_owed(s));
    settle(s);
    EXPECT(files_in_level_0(s) < 6);
}

TEST(an_intent_is_read_from_known_bytes_when_the_store_is_opened)
{
    const char *dir = test_tempdir();
    struct store *s = store_in(dir);
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    put_row(s, CF_LEDGER, SLICE("x"), SLICE("y"));
    /* no files; one delete in ledger, one put in state */
    put_row(s, CF_STATE, SLICE("run"),
            SLICE("\x01\x00\x02\x06ledger\x01\x00\x01x\x05state\x01\x01\x01k\x01v"));
    store_close(s);
    s = store_in(dir);
    EXPECT(!row_of(s, a, CF_STATE, SLICE("run")).p);
    EXPECT(!row_of(s, a, CF_LEDGER, SLICE("x")).p);
    EXPECT_SLICE(row_of(s, a, CF_STATE, SLICE("k")), "v");
    store_close(s);
}

TEST(an_intent_whose_files_are_gone_keeps_the_store_closed)
{
    const char *dir = test_tempdir();
    struct store *s = store_in(dir);
    put_row(s, CF_STATE, SLICE("run"), SLICE("\x01\x01\x06record\x00"));
    store_close(s);
    struct store_options o = {.dir = dir, .cache_bytes = 8 << 20, .buffer_bytes = 16 << 20};
    EXPECT_ERR(store_open(&o, &s, NULL), CE_IO);
}

TEST(a_damaged_intent_keeps_the_store_closed)
{
    static const struct slice wrong[] = {
        SLICE(""), SLICE("\x02\x00\x00"), SLICE("\x01\x01\x03xyz\x00"),
        SLICE("\x01\x00\x01\x05state\x01\x01\x01k\x09v"), SLICE("\x01\x00\x00\x00")};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *dir = test_tempdir();
        struct store *s = store_in(dir);
        put_row(s, CF_STATE, SLICE("run"), wrong[i]);
        store_close(s);
        struct store_options o = {.dir = dir, .cache_bytes = 8 << 20, .buffer_bytes = 16 << 20};
        EXPECT_ERR(store_open(&o, &s, NULL), CE_FORMAT);
    }
}

#ifdef CREDENCE_FAULTS

/* What the last run comes upon, and that run itself, gathered. */
static void gather_last(struct batch *b)
{
    gather(b, 0);
    commit(b);
    gather(b, 1);
    commit_run(b);
    gather(b, 3);
}

/* A store as it must end, without runs. */
static struct store *wanted(bool with_last)
{
    struct store *plain = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(plain);
    gather(b, 0);
    commit(b);
    gather(b, 1);
    commit(b);
    gather(b, 3);
    if (with_last)
        commit(b);
    return plain;
}

static const struct {
    enum fault fault;
    int passes; /* more than there are */
    bool is_in; /* the run has begun to go in: it will be in */
    bool dies;
} points[] = {
    {FAULT_RUN_FILE_FAILS, 6, false, false},  {FAULT_RUN_INTENT_FAILS, 2, false, false},
    {FAULT_RUN_INGEST_FAILS, 6, true, false}, {FAULT_RUN_END_FAILS, 2, true, false},
    {FAULT_RUN_FILE_DIES, 6, false, true},    {FAULT_RUN_INTENT_DIES_BEFORE, 2, false, true},
    {FAULT_RUN_INTENT_DIES, 2, true, true},   {FAULT_RUN_INGEST_DIES, 6, true, true},
    {FAULT_RUN_END_DIES, 2, true, true},
};

TEST(whichever_step_of_a_run_fails_nobody_sees_half_of_it_and_reopening_ends_it)
{
    struct store *with = wanted(true), *without = wanted(false);
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        unsigned failed = 0;
        for (int nth = 1; !points[i].dies && nth <= points[i].passes; nth++) {
            const char *dir = test_tempdir();
            AUTO(store_close) struct store *s = store_in(dir);
            AUTO(batch_destroy) struct batch *b = batch_create(s);
            struct run_report report;
            gather_last(b);
            fault_arm(points[i].fault, nth);
            int r = run_commit(b, 1, &report, NULL);
            fault_arm(points[i].fault, -1);
            if (r == 0) {
                EXPECT_EQ(nth, points[i].passes > 2 ? 5 : 2); /* there are four files */
                expect_same(s, with);
                break;
            }
            failed++;
            EXPECT_ERR(r, CE_FAULT);
            EXPECT(!store_is_writable(s));
            EXPECT_EQ(batch_rows_all(b), 0);
            expect_same(s, without);
            batch_put(b, CF_STATE, SLICE("k"), SLICE("v"));
            EXPECT_ERR(batch_commit(b, NULL), CE_UNAVAILABLE);
            batch_clear(b);
            EXPECT_OK(store_reopen(s, NULL));
            EXPECT(store_is_writable(s));
            expect_same(s, points[i].is_in ? with : without);
            EXPECT_EQ(files_in(dir), 0);
            gather(b, 3);
            commit_run(b);
            expect_same(s, with);
        }
        EXPECT(points[i].dies || failed > 0);
    }
    store_close(with);
    store_close(without);
}

enum what { OPEN_ONLY, RUN_LAST };

__attribute__((constructor)) static void play_the_child(void)
{
    int what, fault, nth, dir;
    const char *said = getenv("RUN_CHILD");
    if (!said || sscanf(said, "%d %d %d %n", &what, &fault, &nth, &dir) != 3)
        return;
    fault_arm((enum fault)fault, nth);
    struct store *s = store_in(said + dir);
    struct run_report report;
    if (what == RUN_LAST) {
        struct batch *b = batch_create(s);
        gather(b, 3);
        _exit(run_commit(b, 1, &report, NULL) < 0 ? 1 : 0);
    }
    _exit(0);
}

/* True when a process that does it died at the fault. */
static bool dies(enum what what, const char *dir, enum fault fault, int nth)
{
    char said[4096];
    snprintf(said, sizeof said, "%d %d %d %s", what, fault, nth, dir);
    int status = test_again("RUN_CHILD", said);
    EXPECT(WIFEXITED(status));
    return WEXITSTATUS(status) == 9;
}

static const char *before_last(void)
{
    const char *dir = test_tempdir();
    AUTO(store_close) struct store *s = store_in(dir);
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    gather_last(b);
    return dir;
}

TEST(a_death_between_any_two_steps_of_a_run_leaves_all_of_it_or_nothing)
{
    struct store *with = wanted(true), *without = wanted(false);
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        for (int nth = 1; points[i].dies && nth <= points[i].passes; nth++) {
            const char *dir = before_last();
            if (!dies(RUN_LAST, dir, points[i].fault, nth)) {
                EXPECT_EQ(nth, points[i].passes > 2 ? 5 : 2);
                break;
            }
            /* RocksDB must not touch them: they may have to be taken in once more. */
            if (points[i].is_in && points[i].fault != FAULT_RUN_END_DIES)
                EXPECT_EQ(files_in(dir), 4);
            AUTO(store_close) struct store *s = store_in(dir);
            expect_same(s, points[i].is_in ? with : without);
            EXPECT_EQ(files_in(dir), 0);
        }
    }
    store_close(with);
    store_close(without);
}

TEST(a_death_while_a_run_is_ended_at_the_start_is_made_good_by_the_next_start)
{
    struct store *with = wanted(true);
    for (int nth = 1; nth <= 4; nth++) {
        const char *dir = before_last();
        EXPECT(dies(RUN_LAST, dir, FAULT_RUN_INTENT_DIES, 1));
        for (int again = 1; again <= nth; again++)
            EXPECT(dies(OPEN_ONLY, dir, FAULT_RUN_INGEST_DIES, again));
        EXPECT(dies(OPEN_ONLY, dir, FAULT_RUN_END_DIES, 1));
        AUTO(store_close) struct store *s = store_in(dir);
        expect_same(s, with);
        EXPECT_EQ(files_in(dir), 0);
    }
    store_close(with);
}

#endif
