/* The writer shifts by itself: up behind a backlog, down when it is gone. Nobody sees which gear a
 * row went through, and who brings little does not wait for who brings much. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/metric.h"
#include "ingest/message.h"
#include "ingest/partition.h"
#include "store/compaction.h"
#include "tests/support/world.h"

enum { FEW = 400, ROWS = 40000, SHIFT = 6000 };
static const char *const theme = "amr-enterprise-registration";

/* New ones, changed ones, the same again, and wrong ones. */
static struct slice file_of(struct world *w, unsigned from, unsigned rows)
{
    AUTO_BUF(b, 16 << 20);
    buf_add_slice(&b, SLICE("企业名称,统一社会信用代码,注册日期\n"));
    for (unsigned i = from; i < from + rows; i++) {
        char code[19];
        world_uscc(i % (ROWS - ROWS / 4), "91", code);
        if (i % 1000 == 7)
            code[5] = '!';
        buf_printf(&b, "广州第%u商店,%s,2001-02-%02u\n", i % 3 ? i : i % (ROWS - ROWS / 4), code,
                   i % 28 + 1);
    }
    return arena_dup(w->arena, buf_slice(&b));
}

static struct world *world_that_shifts(void)
{
    struct world *w = world_open();
    w->shift_rows = SHIFT;
    world_restart(w);
    return w;
}

TEST(a_backlog_goes_through_both_gears_and_ends_as_through_one)
{
    struct world *first = world_open(), *both = world_that_shifts();
    struct batch_id id;
    first->gear = 1;
    world_restart(first);
    struct slice few = file_of(first, 0, FEW), file = file_of(first, 0, ROWS);
    EXPECT_EQ(world_try(first, NULL, theme, "few", few, SIZE_MAX, &id), SUBMISSION_DONE);
    EXPECT_EQ(world_try(first, NULL, theme, "b", file, SIZE_MAX, &id), SUBMISSION_DONE);
    int64_t runs = metric_get(METRIC_RUNS), by_batch = metric_get(METRIC_ROWS_BY_BATCH);
    int64_t by_run = metric_get(METRIC_ROWS_BY_RUN);
    EXPECT_EQ(world_try(both, NULL, theme, "few", few, SIZE_MAX, &id), SUBMISSION_DONE);
    EXPECT_EQ(world_try(both, NULL, theme, "b", file, SIZE_MAX, &id), SUBMISSION_DONE);
    EXPECT(metric_get(METRIC_RUNS) > runs);
    by_batch = metric_get(METRIC_ROWS_BY_BATCH) - by_batch;
    by_run = metric_get(METRIC_ROWS_BY_RUN) - by_run;
    EXPECT(by_batch >= FEW);
    EXPECT(by_run >= SHIFT);
    EXPECT_EQ(by_batch + by_run, FEW + ROWS);
    EXPECT_STR(world_digest(both), world_digest(first));
    EXPECT_SAME(world_receipt(both, &id), world_receipt(first, &id));
    EXPECT_SAME(world_rejects(both, &id), world_rejects(first, &id));
    world_check(both);
    world_restart(both);
    EXPECT_STR(world_digest(both), world_digest(first));
    world_close(first);
    world_close(both);
}

TEST(rows_that_are_there_already_are_worth_no_run_however_many_they_are)
{
    struct world *w = world_that_shifts();
    struct slice file = file_of(w, 0, ROWS / 2);
    struct batch_id id;
    EXPECT_EQ(world_try(w, NULL, theme, "first", file, SIZE_MAX, &id), SUBMISSION_DONE);
    char *digest = strdup(world_digest(w));
    int64_t runs = metric_get(METRIC_RUNS), by_run = metric_get(METRIC_ROWS_BY_RUN);
    EXPECT_EQ(world_try(w, NULL, theme, "again", file, SIZE_MAX, &id), SUBMISSION_DONE);
    struct totals t = world_totals(w, &id);
    EXPECT_EQ(t.received, ROWS / 2);
    EXPECT_EQ(t.duplicate + t.rejected, ROWS / 2);
    EXPECT_EQ(metric_get(METRIC_RUNS), runs);
    EXPECT_EQ(metric_get(METRIC_ROWS_BY_RUN), by_run);
    EXPECT_STR(world_digest(w), digest);
    free(digest);
    world_check(w);
    world_close(w);
}

struct upload {
    struct world *world;
    struct slice file;
    enum submission_end end;
};

static void *upload(void *ctx)
{
    struct upload *u = ctx;
    struct batch_id id;
    u->end = world_try(u->world, NULL, theme, "large", u->file, SIZE_MAX, &id);
    return NULL;
}

TEST(small_uploads_begin_and_end_while_a_run_is_gathered)
{
    struct world *w = world_that_shifts();
    struct upload large = {w, file_of(w, 0, ROWS), SUBMISSION_RUNNING};
    pthread_t thread;
    int64_t by_run = metric_get(METRIC_ROWS_BY_RUN);
    metric_set(METRIC_GEAR, 0);
    EXPECT_EQ(pthread_create(&thread, NULL, upload, &large), 0);
    for (int tries = 0; tries < 60000 && metric_get(METRIC_GEAR) != 2; tries++)
        usleep(1000);
    EXPECT_EQ(metric_get(METRIC_GEAR), 2);
    for (unsigned i = 0; i < 5; i++) {
        struct batch_id id;
        char name[16];
        snprintf(name, sizeof name, "small-%u", i);
        struct slice small = file_of(w, ROWS + i * 10, 10);
        EXPECT_EQ(world_try(w, NULL, theme, name, small, SIZE_MAX, &id), SUBMISSION_DONE);
        EXPECT_EQ(world_totals(w, &id).received, 10);
    }
    pthread_join(thread, NULL);
    EXPECT_EQ(large.end, SUBMISSION_DONE);
    EXPECT(metric_get(METRIC_ROWS_BY_RUN) > by_run);
    world_check(w);
    world_close(w);
}

/* A file that does not end, of which some rows come now and then. */
struct trickle {
    struct submission *submission;
    struct slice rows;
    atomic_bool is_over;
};

static void *trickle(void *ctx)
{
    struct trickle *t = ctx;
    while (t->rows.n && !atomic_load(&t->is_over)) {
        struct slice piece = {t->rows.p, t->rows.n < 64 * 1024 ? t->rows.n : 64 * 1024};
        t->rows = slice_from(t->rows, submission_feed(t->submission, piece));
        usleep(100 * 1000);
    }
    return NULL;
}

TEST(who_sends_some_rows_now_and_then_has_nobody_wait_for_a_receipt)
{
    struct world *w = world_open();
    struct slice many = file_of(w, 0, 8 * ROWS);
    pthread_t thread;
    int64_t least = INT64_MAX;
    w->shift_rows = 1; /* everything is gathered as a run */
    world_restart(w);
    struct trickle t = {.submission = world_begin(w, NULL, theme, "slow", many), .rows = many};
    EXPECT_EQ(pthread_create(&thread, NULL, trickle, &t), 0);
    for (unsigned i = 0; i < 5; i++) {
        struct batch_id id;
        char name[16];
        snprintf(name, sizeof name, "small-%u", i);
        int64_t began = clock_mono_ms();
        EXPECT_EQ(world_try(w, NULL, theme, name, file_of(w, 8 * ROWS + i * 10, 10), SIZE_MAX, &id),
                  SUBMISSION_DONE);
        int64_t took = clock_mono_ms() - began;
        if (i && took < least) /* the first may come before the others are under way */
            least = took;
    }
    EXPECT(least < 800); /* a batch that has ended waits for a second at the most */
    atomic_store(&t.is_over, true);
    pthread_join(thread, NULL);
    submission_abort(t.submission);
    submission_destroy(t.submission);
    world_check(w);
    world_close(w);
}

enum { PARCELS = 64, OF_EACH = 450 }; /* more than one commit takes, and SHIFT besides */

struct slow {
    struct world *world;
    pthread_t thread;
    atomic_bool has_begun;
};

static int take_long(void *ctx, struct batch *b, struct counters *counters)
{
    struct slow *s = ctx;
    (void)b;
    (void)counters;
    atomic_store(&s->has_begun, true);
    usleep(500 * 1000);
    return 0;
}

static void *run_slow(void *ctx)
{
    struct slow *s = ctx;
    EXPECT_OK(writer_run(s->world->writer, take_long, s, NULL));
    return NULL;
}

/* Gives that many parcels of messages at one go, behind `slow` if there is one, then waits for
 * them. */
static void deliver_behind(struct world *w, struct slow *slow, uint32_t partition, unsigned from,
                           bool is_backlog)
{
    struct open_partition *op;
    struct parcel *parcels[PARCELS];
    struct day born_min;
    EXPECT(day_from_civil(1800, 1, 1, &born_min));
    struct message_judge *judge =
        message_judge_create(&(struct message_judge_options){w->keys, born_min});
    const struct catalogue *c = atomic_load(&w->in_force.now);
    struct slice topic = SLICE("credit.submissions.amr");
    EXPECT_OK(partition_open(w->writer, topic, partition, SLICE("amr"), 0, &op, NULL));
    message_judge_by(judge, c);
    for (unsigned i = 0; i < PARCELS; i++) {
        struct parcel *p = parcels[i] = parcel_create();
        struct delivery *d = delivery_begin(p, c, i * OF_EACH);
        struct message_header header = {SLICE("theme"), slice_of(theme)};
        while (p->count < OF_EACH) {
            char code[19];
            world_uscc(from + i * OF_EACH + p->count, "91", code);
            struct message m = {.topic = topic,
                                .partition = (int32_t)partition,
                                .offset = (int64_t)d->next,
                                .time = clock_now(&w->clock),
                                .time_kind = MESSAGE_TIME_APPENDED,
                                .headers = &header,
                                .header_count = 1};
            m.value = arena_printf(p->arena,
                                   "{\"企业名称\":\"广州商店\",\"统一社会信用代码\":\"%s\","
                                   "\"注册日期\":\"2001-02-03\"}",
                                   code);
            EXPECT_OK(message_judge_row(judge, p->arena, SLICE("amr"), &m, &p->rows[p->count],
                                        &d->rows[p->count]));
            p->count++;
            d->next++;
            d->last_time = m.time;
        }
        p->is_pressed = is_backlog;
    }
    if (slow)
        EXPECT_EQ(pthread_create(&slow->thread, NULL, run_slow, slow), 0);
    while (slow && !atomic_load(&slow->has_begun))
        usleep(1000);
    for (unsigned i = 0; i < PARCELS; i++)
        EXPECT_OK(partition_give(w->writer, op, parcels[i]));
    for (unsigned i = 0; i < PARCELS; i++) {
        struct parcel *p = partition_take_back(w->writer, op, true);
        EXPECT_OK(p->result);
        parcel_destroy(p);
    }
    partition_close(w->writer, op);
    message_judge_destroy(judge);
}

static void deliver(struct world *w, uint32_t partition, unsigned from, bool is_backlog)
{
    deliver_behind(w, NULL, partition, from, is_backlog);
}

TEST(messages_that_have_just_come_are_no_backlog_however_many_they_are)
{
    struct world *w = world_that_shifts();
    int64_t by_run = metric_get(METRIC_ROWS_BY_RUN);
    deliver(w, 0, 0, false);
    EXPECT_EQ(metric_get(METRIC_ROWS_BY_RUN), by_run);
    deliver(w, 1, PARCELS * OF_EACH, true);
    EXPECT(metric_get(METRIC_ROWS_BY_RUN) > by_run);
    world_check(w);
    world_close(w);
}

TEST(behind_a_backlog_an_errand_does_not_take_the_rows_that_come_after_it_into_a_batch)
{
    struct world *w = world_that_shifts();
    struct slow slow = {.world = w};
    deliver(w, 0, 0, true);
    int64_t by_batch = metric_get(METRIC_ROWS_BY_BATCH);
    deliver_behind(w, &slow, 1, PARCELS * OF_EACH, true);
    pthread_join(slow.thread, NULL);
    EXPECT_EQ(metric_get(METRIC_ROWS_BY_BATCH), by_batch);
    world_check(w);
    world_close(w);
}

TEST(what_runs_have_put_off_begins_when_the_senders_pause)
{
    struct world *w = world_that_shifts();
    deliver(w, 0, 0, true);
    EXPECT(compaction_is_owed(w->store));
    for (int tries = 0; tries < 60000 && compaction_is_owed(w->store); tries++)
        usleep(1000);
    EXPECT(!compaction_is_owed(w->store));
    world_close(w);
}
