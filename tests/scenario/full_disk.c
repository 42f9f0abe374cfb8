/* The disk is full: what is handed in is refused at once and in words, questions are answered, and
 * all goes on by itself when there is room. */
#include <unistd.h>

#include "base/err.h"
#include "base/fault.h"
#include "tests/support/world.h"

#ifdef CREDENCE_FAULTS

static const char *const theme = "amr-enterprise-registration";

static struct slice file_of(struct world *w, unsigned rows)
{
    AUTO_BUF(b, 1 << 20);
    buf_add_slice(&b, SLICE("企业名称,统一社会信用代码,注册日期\n"));
    for (unsigned i = 0; i < rows; i++) {
        char code[19];
        world_uscc(i, "91", code);
        buf_printf(&b, "广州第%u商店,%s,2001-02-%02u\n", i, code, i % 28 + 1);
    }
    return arena_dup(w->arena, buf_slice(&b));
}

static void make_room(struct world *w)
{
    fault_arm(FAULT_DISK_FULL, -1);
    for (int tries = 0; tries < 10000 && !writer_is_well(w->writer); tries++)
        usleep(10000);
    EXPECT(writer_is_well(w->writer));
}

static int put_nothing(void *ctx, struct batch *b, struct counters *counters)
{
    (void)ctx;
    counters_put(b, counters);
    return 0;
}

static void wait_out_a_full_disk(int gear)
{
    struct world *calm = world_open(), *w = world_open();
    struct batch_id id;
    w->gear = calm->gear = gear;
    world_restart(w);
    world_restart(calm);
    EXPECT_EQ(world_try(calm, NULL, theme, "a", file_of(calm, 100), SIZE_MAX, &id),
              SUBMISSION_DONE);
    EXPECT_EQ(world_try(calm, NULL, theme, "b", file_of(calm, 3000), SIZE_MAX, &id),
              SUBMISSION_DONE);

    EXPECT_EQ(world_try(w, NULL, theme, "a", file_of(w, 100), SIZE_MAX, &id), SUBMISSION_DONE);
    const char *before = world_digest(w);
    fault_arm(FAULT_DISK_FULL, 0);
    for (int i = 0; i < 3; i++) {
        struct reason why = {""};
        EXPECT_EQ(world_try(w, NULL, theme, "b", file_of(w, 3000), SIZE_MAX, &id),
                  SUBMISSION_FAILED);
        EXPECT_EQ(writer_trouble(w->writer), CE_NO_ROOM);
        EXPECT_ERR(writer_run(w->writer, put_nothing, NULL, &why), CE_NO_ROOM);
        EXPECT_STR(why.text, writer_waits_for_room);
        EXPECT_STR(world_digest(w), before);
    }
    make_room(w);
    EXPECT_EQ(world_try(w, NULL, theme, "b", file_of(w, 3000), SIZE_MAX, &id), SUBMISSION_DONE);
    EXPECT_EQ(world_totals(w, &id).received, 3000);
    EXPECT_STR(world_digest(w), world_digest(calm));
    world_check(w);
    world_close(w);
    world_close(calm);
}

TEST(a_full_disk_refuses_uploads_at_once_and_the_repetition_makes_them_whole)
{
    wait_out_a_full_disk(1);
}

TEST(runs_are_refused_and_repeated_as_commits_are)
{
    wait_out_a_full_disk(2);
}

TEST(a_writer_that_waits_for_room_ends_when_it_is_told_to)
{
    struct world *w = world_open();
    struct batch_id id;
    fault_arm(FAULT_DISK_FULL, 0);
    EXPECT_EQ(world_try(w, NULL, theme, "b", file_of(w, 100), SIZE_MAX, &id), SUBMISSION_FAILED);
    EXPECT(!writer_is_well(w->writer));
    writer_stop(w->writer);
    fault_arm(FAULT_DISK_FULL, -1);
    w->writer = NULL;
    world_close(w);
}

#endif
