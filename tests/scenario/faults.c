/* When a commit fails, or the process dies beside it: nothing is acknowledged that is not durable,
 * and a repetition makes everything good. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
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

/* Where and when it is to die, its gear, and its folder. */
__attribute__((constructor)) static void play_the_one_that_dies(void)
{
    int where, nth, gear, dir;
    struct batch_id id;
    const char *said = getenv("FAULTS_CHILD");
    if (!said || sscanf(said, "%d %d %d %n", &where, &nth, &gear, &dir) != 3)
        return;
    struct world *w = world_open_in(said + dir);
    w->gear = gear;
    world_restart(w);
    fault_arm((enum fault)where, nth);
    world_try(w, NULL, theme, "b", file_of(w), SIZE_MAX, &id);
    _exit(0);
}

/* Submits in a process of its own that dies at the nth commit, then repeats here. */
static void die_and_repeat(enum fault where, int nth, int gear, const char *digest)
{
    struct world *w = world_open();
    struct batch_id id;
    char said[4096];
    w->gear = gear;
    writer_stop(TAKE(w->writer));
    store_close(TAKE(w->store));
    snprintf(said, sizeof said, "%d %d %d %s", (int)where, nth, gear, w->dir);
    int status = test_again("FAULTS_CHILD", said);
    EXPECT(WIFEXITED(status));
    EXPECT(WEXITSTATUS(status) == 9 || (nth > 1 && WEXITSTATUS(status) == 0)); /* fewer commits */
    world_restart(w);
    EXPECT_EQ(world_try(w, NULL, theme, "b", file_of(w), SIZE_MAX, &id), SUBMISSION_DONE);
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
        die_and_repeat(FAULT_COMMIT_DIES_BEFORE, nth, calm->gear, world_digest(calm));
        die_and_repeat(FAULT_COMMIT_DIES, nth, calm->gear, world_digest(calm));
    }
    world_close(calm);
}

/* Every step of a run that can fail or be the last one. */
static const enum fault run_fails[] = {FAULT_RUN_FILE_FAILS, FAULT_RUN_INTENT_FAILS,
                                       FAULT_RUN_INGEST_FAILS, FAULT_RUN_END_FAILS};
static const enum fault run_dies[] = {FAULT_RUN_FILE_DIES, FAULT_RUN_INTENT_DIES_BEFORE,
                                      FAULT_RUN_INTENT_DIES, FAULT_RUN_INGEST_DIES,
                                      FAULT_RUN_END_DIES};

TEST(whichever_step_of_a_run_fails_the_repetition_makes_it_whole_and_both_gears_end_alike)
{
    struct world *calm = world_open();
    struct batch_id id;
    calm->gear = 1;
    world_restart(calm);
    EXPECT_EQ(world_try(calm, NULL, theme, "b", file_of(calm), SIZE_MAX, &id), SUBMISSION_DONE);
    struct totals wanted = world_totals(calm, &id);
    struct slice receipt = world_receipt(calm, &id);
    for (size_t i = 0; i < ARRAY_LEN(run_fails); i++) {
        for (int nth = 1; nth <= 3; nth += 2) {
            struct world *w = world_open();
            w->gear = 2;
            world_restart(w);
            struct slice file = file_of(w);
            fault_arm(run_fails[i], nth);
            enum submission_end end = world_try(w, NULL, theme, "b", file, SIZE_MAX, &id);
            fault_arm(run_fails[i], -1);
            EXPECT(end == SUBMISSION_FAILED || (end == SUBMISSION_DONE && nth > 1));
            for (int tries = 0; tries < 1000 && !writer_is_well(w->writer); tries++)
                usleep(10000);
            EXPECT_EQ(world_try(w, NULL, theme, "b", file, SIZE_MAX, &id), SUBMISSION_DONE);
            struct totals t = world_totals(w, &id);
            EXPECT_EQ(memcmp(&t, &wanted, sizeof t), 0);
            EXPECT_SAME(world_receipt(w, &id), receipt);
            EXPECT_STR(world_digest(w), world_digest(calm));
            world_check(w);
            world_close(w);
        }
    }
    world_close(calm);
}

TEST(a_death_between_any_two_steps_of_a_run_is_made_good_by_the_repetition)
{
    struct world *calm = world_open();
    struct batch_id id;
    EXPECT_EQ(world_try(calm, NULL, theme, "b", file_of(calm), SIZE_MAX, &id), SUBMISSION_DONE);
    for (size_t i = 0; i < ARRAY_LEN(run_dies); i++)
        for (int nth = 1; nth <= 3; nth += 2)
            die_and_repeat(run_dies[i], nth, 2, world_digest(calm));
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
