/* When a commit fails, or the process dies beside it: nothing is acknowledged that is not durable,
 * and a repetition makes everything good. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fault.h"
#include "store/view.h"
#include "tests/support/world.h"

#ifdef CREDENCE_FAULTS

enum { ROWS = 1800 };
static const char *const theme = "amr-enterprise-registration";

static struct slice file_of(struct world *w)
{
    AUTO_BUF(b, 1 << 20);
    buf_add_slice(&b, SLICE("企业名称,统一社会信用代码,注册日期\n"));
    for (unsigned i = 0; i < ROWS; i++) {
        char code[19];
        world_uscc(i % 1500, "91", code);
        buf_printf(&b, "广州第%u商店,%s,2001-02-%02u\n", i, code, i % 28 + 1);
    }
    return arena_dup(w->arena, buf_slice(&b));
}

TEST(
    whichever_commit_fails_the_upload_is_refused_the_store_opens_again_and_the_repetition_makes_it_whole)
{
    struct world *calm = world_open();
    struct batch_id id;
    EXPECT_EQ(world_try(calm, NULL, theme, "b", file_of(calm), SIZE_MAX, &id), SUBMISSION_DONE);
    struct totals wanted = world_totals(calm, &id);
    const char *digest = world_digest(calm);

    for (int nth = 1; nth <= 4; nth++) {
        struct world *w = world_open();
        struct slice file = file_of(w);
        fault_arm(FAULT_COMMIT_FAILS, nth);
        enum submission_end end = world_try(w, NULL, theme, "b", file, SIZE_MAX, &id);
        fault_arm(FAULT_COMMIT_FAILS, -1);
        EXPECT(end == SUBMISSION_FAILED ||
               end == SUBMISSION_DONE); /* DONE: fewer commits than nth */
        for (int tries = 0; tries < 1000 && !writer_is_well(w->writer); tries++)
            usleep(10000);
        EXPECT_EQ(world_try(w, NULL, theme, "b", file, SIZE_MAX, &id), SUBMISSION_DONE);
        struct totals t = world_totals(w, &id);
        EXPECT_EQ(t.received, wanted.received);
        EXPECT_EQ(t.stored, wanted.stored);
        EXPECT_EQ(t.changed, wanted.changed);
        EXPECT_STR(world_digest(w), digest);
        world_check(w);
        world_close(w);
    }
    world_close(calm);
}

/* Submits in a child process that dies at the nth commit, then repeats here. */
static void die_and_repeat(enum fault where, int nth, const char *digest)
{
    struct world *w = world_open();
    struct slice file = file_of(w);
    struct batch_id id;
    writer_stop(w->writer);
    store_close(w->store);
    w->writer = NULL;
    w->store = NULL;
    pid_t child = fork();
    EXPECT(child >= 0);
    if (child == 0) {
        world_restart(w);
        fault_arm(where, nth);
        world_try(w, NULL, theme, "b", file, SIZE_MAX, &id);
        _exit(0);
    }
    int status;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    world_restart(w);
    EXPECT_EQ(world_try(w, NULL, theme, "b", file, SIZE_MAX, &id), SUBMISSION_DONE);
    EXPECT_EQ(world_totals(w, &id).received, ROWS);
    EXPECT_STR(world_digest(w), digest);
    world_check(w);
    world_close(w);
}

TEST(a_death_before_or_after_any_commit_is_made_good_by_the_repetition)
{
    struct world *calm = world_open();
    struct batch_id id;
    EXPECT_EQ(world_try(calm, NULL, theme, "b", file_of(calm), SIZE_MAX, &id), SUBMISSION_DONE);
    for (int nth = 1; nth <= 3; nth++) {
        die_and_repeat(FAULT_COMMIT_DIES_BEFORE, nth, world_digest(calm));
        die_and_repeat(FAULT_COMMIT_DIES, nth, world_digest(calm));
    }
    world_close(calm);
}

TEST(a_writer_whose_store_cannot_be_opened_again_can_be_stopped)
{
    struct world *w = world_open();
    struct batch_id id;
    char db[4096], away[4096];
    snprintf(db, sizeof db, "%s/db", w->dir);
    snprintf(away, sizeof away, "%s/away", w->dir);
    EXPECT_EQ(rename(db, away), 0);
    FILE *f = fopen(db, "w"); /* where the folder was */
    EXPECT(f != NULL);
    fclose(f);
    fault_arm(FAULT_COMMIT_FAILS, 1);
    EXPECT_EQ(world_try(w, NULL, theme, "b", file_of(w), SIZE_MAX, &id), SUBMISSION_FAILED);
    fault_arm(FAULT_COMMIT_FAILS, -1);
    EXPECT(!writer_is_well(w->writer));
    struct view *v;
    int r;
    while ((r = view_open(w->store, &v)) == 0) { /* until the store is closed */
        view_close(v);
        usleep(200);
    }
    EXPECT_EQ(r, CE_UNAVAILABLE);
    writer_stop(w->writer);
    w->writer = NULL;
    EXPECT(!store_is_writable(w->store));
    EXPECT_EQ(unlink(db), 0);
    EXPECT_EQ(rename(away, db), 0);
    store_close(w->store);
    w->store = NULL;
    world_close(w);
}

#else

TEST(fault_points_are_compiled_out_here)
{
    EXPECT(true);
}

#endif
