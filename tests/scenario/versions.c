/* A catalogue changes while rows come in: each upload is judged by the version that is in force at
 * its received time, from its first row to its last, whatever its sender read before. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fault.h"
#include "ingest/reader.h"
#include "ingest/writer_parts.h"
#include "tests/support/world.h"
#include "tests/unit/record/catalogue_copy.h"

/* Its version, when it begins, and whether the word must be there. */
static const char THEME[] =
    "number: 9900\n"
    "code: changing\n"
    "version: %u\n"
    "valid_from: %s\n"
    "zh: 变动的主题\n"
    "en: A theme that changes\n"
    "basis: 无\n"
    "department: amr\n"
    "category: administration\n"
    "national_class: 3\n"
    "kinds: all\n"
    "polarity: neutral\n"
    "visibility: P\n"
    "publication: always\n"
    "retention_years: 5\n"
    "retention_start: decision\n"
    "cycle: month\n"
    "identity: [CODE, DAY]\n"
    "day: DAY\n"
    "items:\n"
    "  - {code: CODE, zh: 代码, en: Code, type: uscc, required: yes, role: uscc}\n"
    "  - {code: DAY, zh: 日期, en: Day, type: date, required: yes}\n"
    "  - {code: WORD, zh: 词, en: Word, type: text, length: 10, required: %s}\n";

static void write_version(const struct copy *copy, unsigned version, struct utc_ms from,
                          const char *required)
{
    char text[2000], begins[30];
    utc_print(from, begins);
    EXPECT(snprintf(text, sizeof text, THEME, version, begins, required) < (int)sizeof text);
    copy_put(copy, "themes/changing.yaml", text);
}

static struct utc_ms later(const struct world *w, int64_t ms)
{
    return (struct utc_ms){clock_now(&w->clock).v + ms};
}

/* A register with version 1, by which the word may be missing. */
static struct world *world_with(const struct copy *copy)
{
    struct world *w = world_open();
    write_version(copy, 1, later(w, -86400000), "no");
    world_load(w, copy->dir);
    return w;
}

/* Rows without the word. */
static struct slice rows(struct world *w, unsigned first, unsigned count)
{
    AUTO_BUF(b, 16 << 20);
    buf_add_slice(&b, SLICE("CODE,DAY,WORD\n"));
    for (unsigned i = first; i < first + count; i++) {
        char code[19];
        world_uscc(i, "91", code);
        buf_printf(&b, "%s,2026-01-%02u,\n", code, i % 28 + 1);
    }
    return arena_dup(w->arena, buf_slice(&b));
}

static const struct theme *theme_at(const struct world *w, struct utc_ms t)
{
    return catalogue_theme_at(w->catalogue, SLICE("changing"), t);
}

/* ---- between the join and the commit ---- */

struct opener {
    struct world *w;
    const struct catalogue *coming;
    pthread_t thread;
    struct open_batch *batch;
    int result;
};

static void *open_it(void *ctx)
{
    struct opener *o = ctx;
    o->result =
        writer_open_batch(o->w->writer, SLICE("amr"), SLICE("b-race"), SLICE("changing"),
                          (struct body_kind){READER_CSV, ENCODING_AUTO}, 0, &o->batch, NULL);
    return NULL;
}

/* Lets somebody open a batch who comes to his turn directly behind the change, before its commit.
 */
static int change_while_one_waits(void *ctx, struct batch *b, struct counters *counters)
{
    struct opener *o = ctx;
    (void)b;
    (void)counters;
    if (pthread_create(&o->thread, NULL, open_it, o) != 0)
        return CE_IO;
    while (queue_length(o->w->writer->queue) == 0)
        usleep(100);
    writer_put_catalogue(o->w->writer, o->coming);
    return 0;
}

TEST(a_batch_that_is_opened_within_the_commit_of_a_change_is_judged_by_the_new_version)
{
    struct copy copy = copy_bare();
    struct world *w = world_with(&copy);
    write_version(&copy, 2, later(w, 1000), "yes");
    struct catalogue *joined;
    struct catalogue_entry *fresh;
    size_t count;
    EXPECT_OK(catalogue_join(w->arena, w->catalogue, load_dir(w->arena, copy.dir),
                             writer_newest_received(w->writer), &joined, &fresh, &count, NULL));
    EXPECT_EQ(count, 1);
    clock_set(&w->clock, later(w, 2000));
    struct opener o = {.w = w, .coming = joined};
    EXPECT_OK(writer_run(w->writer, change_while_one_waits, &o, NULL));
    pthread_join(o.thread, NULL);
    EXPECT_OK(o.result);
    EXPECT_EQ(o.batch->theme->version, 2);
    EXPECT(o.batch->catalogue == joined);
    EXPECT(o.batch->state.received.v >= o.batch->theme->valid_from.v);
    EXPECT(atomic_load(&w->in_force.now) == joined);
    writer_close_batch(w->writer, o.batch);
    world_close(w);
}

/* ---- uploads ---- */

static struct batch_state state_of(struct world *w, const struct batch_id *id)
{
    struct view *v;
    struct batch_state state;
    EXPECT_OK(view_open(w->store, &v));
    int r = batch_state_get(v, w->arena, id, &state);
    view_close(v);
    EXPECT(r == 0 || r == CE_NOT_FOUND);
    return r == 0 ? state : (struct batch_state){0};
}

static struct submission *begin(struct world *w, const char *batch)
{
    struct submission_options o = {.writer = w->writer,
                                   .keys = w->keys,
                                   .department = SLICE("amr"),
                                   .theme = SLICE("changing"),
                                   .batch_name = slice_of(batch),
                                   .kind = {READER_CSV, ENCODING_AUTO},
                                   .busy_wait_ms = 10000};
    struct submission *s;
    EXPECT_OK(submission_start(&o, &s, NULL));
    return s;
}

static void feed(struct submission *s, struct slice text)
{
    while (text.n) {
        size_t n = submission_feed(s, text);
        text = slice_from(text, n);
        if (!n)
            usleep(200);
    }
}

static struct totals end(struct world *w, struct submission *s)
{
    struct batch_id id;
    enum submission_end how;
    submission_finish(s);
    while ((how = submission_state(s, &id, NULL)) == SUBMISSION_RUNNING)
        usleep(200);
    submission_destroy(s);
    EXPECT_EQ(how, SUBMISSION_DONE);
    return world_totals(w, &id);
}

TEST(an_upload_that_streams_across_a_change_is_judged_by_the_version_of_its_received_time)
{
    struct copy copy = copy_bare();
    struct world *w = world_with(&copy);
    struct submission *s = begin(w, "b-long");
    struct slice text = rows(w, 0, 2000);
    feed(s, (struct slice){text.p, text.n / 2});
    struct batch_id id;
    submission_state(s, &id, NULL);
    while (state_of(w, &id).rows_done == 0)
        usleep(1000);
    write_version(&copy, 2, later(w, 1000), "yes");
    world_load(w, copy.dir);
    clock_set(&w->clock, later(w, 5000));
    EXPECT_EQ(theme_at(w, clock_now(&w->clock))->version, 2);
    struct totals short_one = world_submit(w, "changing", "b-short", rows(w, 5000, 10));
    EXPECT_EQ(short_one.rejected, 10);
    feed(s, slice_from(text, text.n / 2));
    struct totals long_one = end(w, s);
    EXPECT_EQ(long_one.received, 2000);
    EXPECT_EQ(long_one.stored, 2000);
    world_check(w);
    world_close(w);
}

TEST(an_upload_that_is_taken_up_again_after_a_change_keeps_the_version_it_began_with)
{
    struct copy copy = copy_bare();
    struct world *w = world_with(&copy);
    struct slice text = rows(w, 0, 50);
    struct batch_id id;
    EXPECT_EQ(world_try(w, NULL, "changing", "b-cut", text, text.n / 2, &id), SUBMISSION_CUT);
    write_version(&copy, 2, later(w, 1000), "yes");
    world_load(w, copy.dir);
    world_restart(w);
    clock_set(&w->clock, later(w, 86400000));
    EXPECT_EQ(world_try(w, NULL, "changing", "b-cut", text, SIZE_MAX, &id), SUBMISSION_DONE);
    EXPECT_EQ(world_totals(w, &id).stored, 50);
    world_close(w);
}

/* ---- a stream of uploads ---- */

enum { SENDERS = 3, UPLOADS = 40, CHANGES = 8 };

struct sender {
    struct world *w;
    unsigned first;
    struct batch_id ids[UPLOADS];
    pthread_t thread;
};
static atomic_uint senders_done;

static void *send_many(void *ctx)
{
    struct sender *s = ctx;
    for (unsigned i = 0; i < UPLOADS; i++) {
        char name[32], text[200], code[19];
        snprintf(name, sizeof name, "s-%u-%u", s->first, i);
        world_uscc(s->first + i, "91", code);
        int n = snprintf(text, sizeof text, "CODE,DAY,WORD\n%s,2026-01-05,\n", code);
        if (world_try(s->w, "amr", "changing", name, (struct slice){text, (size_t)n}, SIZE_MAX,
                      &s->ids[i]) != SUBMISSION_DONE)
            break;
    }
    atomic_fetch_add(&senders_done, 1);
    return NULL;
}

TEST(while_uploads_stream_in_every_one_is_judged_by_the_version_of_its_received_time)
{
    struct copy copy = copy_bare();
    struct world *w = world_with(&copy);
    struct sender senders[SENDERS];
    /* The clock stands: received times rise by one with each upload. */
    write_version(&copy, 2, later(w, 20), "yes");
    world_load(w, copy.dir);
    for (unsigned i = 0; i < SENDERS; i++) {
        senders[i] = (struct sender){.w = w, .first = 1000 * (i + 1)};
        EXPECT_EQ(pthread_create(&senders[i].thread, NULL, send_many, &senders[i]), 0);
    }
    /* A change that would begin among uploads that came meanwhile is refused and made again. */
    for (unsigned version = 3; version < 3 + CHANGES && atomic_load(&senders_done) < SENDERS;) {
        struct utc_ms newest = writer_newest_received(w->writer);
        size_t fresh = 0;
        write_version(&copy, version, (struct utc_ms){newest.v + 3}, version % 2 ? "no" : "yes");
        int r = in_force_load(&w->in_force, w->writer, copy.dir, &fresh, NULL);
        EXPECT(r == 0 || r == CE_CONFLICT);
        version += r == 0;
    }
    for (unsigned i = 0; i < SENDERS; i++)
        pthread_join(senders[i].thread, NULL);
    w->catalogue = atomic_load(&w->in_force.now);
    unsigned stored = 0, rejected = 0;
    for (unsigned i = 0; i < SENDERS; i++)
        for (unsigned k = 0; k < UPLOADS; k++) {
            struct batch_state state = state_of(w, &senders[i].ids[k]);
            bool refuses = theme_at(w, state.received)->version % 2 == 0;
            EXPECT_EQ(state.totals.rejected, refuses);
            EXPECT_EQ(state.totals.stored, !refuses);
            stored += (unsigned)state.totals.stored;
            rejected += (unsigned)state.totals.rejected;
        }
    EXPECT_EQ(stored + rejected, SENDERS * UPLOADS);
    EXPECT(stored >= 20 && rejected > 0);
    world_check(w);
    world_close(w);
}

#ifdef CREDENCE_FAULTS

TEST(a_change_whose_commit_fails_is_not_in_force_and_can_be_made_again)
{
    struct copy copy = copy_bare();
    struct world *w = world_with(&copy);
    write_version(&copy, 2, later(w, 1000), "yes");
    const struct catalogue *before = w->catalogue;
    size_t fresh = 0;
    fault_arm(FAULT_COMMIT_FAILS, 1);
    EXPECT(in_force_load(&w->in_force, w->writer, copy.dir, &fresh, NULL) < 0);
    fault_arm(FAULT_COMMIT_FAILS, -1);
    EXPECT(atomic_load(&w->in_force.now) == before);
    for (int tries = 0; tries < 1000 && !writer_is_well(w->writer); tries++)
        usleep(10000);
    clock_set(&w->clock, later(w, 500));
    EXPECT_EQ(world_submit(w, "changing", "b-1", rows(w, 0, 5)).stored, 5);
    world_load(w, copy.dir);
    clock_set(&w->clock, later(w, 1000));
    EXPECT_EQ(world_submit(w, "changing", "b-2", rows(w, 10, 5)).rejected, 5);
    world_check(w);
    world_close(w);
}

#endif
