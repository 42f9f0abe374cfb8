/* Batches (design §8): a repetition is harmless, an interruption is made good, other bytes are
 * refused. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/metric.h"
#include "ingest/encoding.h"
#include "ingest/reader.h"
#include "tests/support/power.h"
#include "tests/support/world.h"

static const char *const theme = "amr-enterprise-registration";

/* A registration file of so many rows, with quotes, line breaks in quotes, blanks, a BOM and mixed
 * line ends. */
static struct slice file_of(struct world *w, unsigned first, unsigned rows)
{
    AUTO_BUF(b, 16 << 20);
    buf_add_slice(&b, SLICE("\xEF\xBB\xBF企业名称,统一社会信用代码,注册日期,经营范围\r\n"));
    for (unsigned i = first; i < first + rows; i++) {
        char code[19];
        world_uscc(i, "91", code);
        if (i % 5 == 4)
            code[17] = code[17] == '1' ? '2' : '1'; /* a wrong check character */
        buf_printf(&b, "广州第%u商店,%s,2001-02-%02u,\"批发;\"\"零售\"\"%s\"%s", i, code,
                   i % 28 + 1, i % 3 ? "" : "\n第二行", i % 2 ? "\r\n" : "\n");
    }
    return arena_dup(w->arena, buf_slice(&b));
}

static void expect_same(struct totals a, struct totals b)
{
    EXPECT_EQ(a.received, b.received);
    EXPECT_EQ(a.stored, b.stored);
    EXPECT_EQ(a.duplicate, b.duplicate);
    EXPECT_EQ(a.rejected, b.rejected);
}

TEST(the_same_batch_again_gives_the_first_receipt_and_counts_nothing_twice)
{
    struct world *w = world_open();
    struct slice file = file_of(w, 0, 50);
    struct batch_id id, again;
    EXPECT_EQ(world_try(w, NULL, theme, "b-1", file, SIZE_MAX, &id), SUBMISSION_DONE);
    struct slice first = world_receipt(w, &id);
    clock_set(&w->clock, (struct utc_ms){clock_now(&w->clock).v + 86400000});
    EXPECT_EQ(world_try(w, NULL, theme, "b-1", file, SIZE_MAX, &again), SUBMISSION_DONE);
    EXPECT_SAME(world_receipt(w, &again), first);
    EXPECT_EQ(world_totals(w, &id).received, 50);
    world_check(w);
    world_close(w);
}

/* Opens it, as an upload does before its first row, and leaves. Its number. */
static uint64_t open_only(struct world *w, const char *batch)
{
    struct open_batch *ob;
    struct reason why = {{0}};
    int r = writer_open_batch(w->writer, SLICE("amr"), slice_of(batch), slice_of(theme),
                              (struct body_kind){READER_CSV, ENCODING_AUTO}, 0, &ob, &why);
    if (r < 0)
        FAIL("%s: %s", batch, why.text);
    uint64_t number = ob->state.number;
    writer_close_batch(w->writer, ob);
    return number;
}

struct powerless {
    uint64_t number; /* of "b" */
    off_t told;      /* how long the log was when "a" was told */
};

__attribute__((constructor)) static void play_the_one_without_power(void)
{
    int end, opens_first, dir;
    const char *said = getenv("POWER_CHILD");
    if (!said || sscanf(said, "%d %d %n", &end, &opens_first, &dir) != 2)
        return;
    struct powerless child = {0};
    struct batch_id id;
    struct world *w = world_open_in(said + dir);
    int64_t unsynced = metric_get(METRIC_COMMITS_UNSYNCED);
    if (opens_first)
        child.number = open_only(w, "b");
    world_try(w, NULL, theme, "a", file_of(w, 0, 20), SIZE_MAX, &id);
    child.told = power_log_bytes(w->dir);
    if (!opens_first)
        child.number = open_only(w, "b");
    bool is_written = write(end, &child, sizeof child) == sizeof child;
    _exit(is_written && metric_get(METRIC_COMMITS_UNSYNCED) == unsynced + 2 ? 0 : 1);
}

/* In a process of its own: submits "a" before or after it opens "b", and dies; of the log remains
 * what "a" was told on. The number that "b" had. */
static uint64_t submit_open_and_lose_power(struct world *w, bool opens_first)
{
    struct powerless child = {0};
    char said[4096];
    int ends[2];
    writer_stop(TAKE(w->writer));
    store_close(TAKE(w->store));
    EXPECT_EQ(pipe(ends), 0);
    snprintf(said, sizeof said, "%d %d %s", ends[1], opens_first, w->dir);
    EXPECT_EQ(test_again("POWER_CHILD", said), 0);
    EXPECT_EQ(read(ends[0], &child, sizeof child), sizeof child);
    close(ends[0]);
    close(ends[1]);
    power_cut(w->dir, child.told);
    world_restart(w);
    return child.number;
}

TEST(a_power_cut_may_take_a_batch_that_was_only_opened_and_nothing_that_was_told)
{
    struct world *w = world_open();
    struct batch_id a, b, c;
    uint64_t lost = submit_open_and_lose_power(w, false);
    EXPECT_EQ(open_only(w, "c"), lost);
    EXPECT(open_only(w, "b") != lost);
    EXPECT_EQ(world_try(w, NULL, theme, "a", file_of(w, 0, 20), SIZE_MAX, &a), SUBMISSION_DONE);
    EXPECT_EQ(world_try(w, NULL, theme, "c", file_of(w, 20, 20), SIZE_MAX, &c), SUBMISSION_DONE);
    EXPECT_EQ(world_try(w, NULL, theme, "b", file_of(w, 0, 20), SIZE_MAX, &b), SUBMISSION_DONE);
    EXPECT(world_totals(w, &a).stored > 0);
    EXPECT_EQ(world_totals(w, &c).stored, world_totals(w, &a).stored);
    EXPECT_EQ(world_totals(w, &b).stored, 0);
    world_check(w);
    world_close(w);
}

TEST(a_batch_that_was_only_opened_is_safe_with_the_next_rows_of_anybody)
{
    struct world *w = world_open();
    uint64_t number = submit_open_and_lose_power(w, true);
    EXPECT_EQ(open_only(w, "b"), number);
    world_check(w);
    world_close(w);
}

TEST(the_same_file_under_another_batch_is_all_duplicates)
{
    struct world *w = world_open();
    struct slice file = file_of(w, 0, 50);
    struct totals first = world_submit(w, theme, NULL, file),
                  second = world_submit(w, theme, NULL, file);
    EXPECT_EQ(first.stored, 40);
    EXPECT_EQ(second.duplicate, 40);
    EXPECT_EQ(second.rejected, 10);
    world_check(w);
    world_close(w);
}

TEST(a_finished_batch_with_other_bytes_is_refused)
{
    struct world *w = world_open();
    struct batch_id id;
    EXPECT_EQ(world_try(w, NULL, theme, "b-1", file_of(w, 0, 20), SIZE_MAX, &id), SUBMISSION_DONE);
    EXPECT_EQ(world_try(w, NULL, theme, "b-1", file_of(w, 1, 20), SIZE_MAX, &id),
              SUBMISSION_CONFLICT);
    EXPECT_EQ(world_try(w, NULL, theme, "b-1", file_of(w, 0, 21), SIZE_MAX, &id),
              SUBMISSION_CONFLICT);
    EXPECT_EQ(world_try(w, NULL, theme, "b-1", file_of(w, 0, 19), SIZE_MAX, &id),
              SUBMISSION_CONFLICT);
    EXPECT_EQ(world_totals(w, &id).received, 20);
    world_close(w);
}

TEST(a_done_prefix_with_other_bytes_is_refused)
{
    struct world *w = world_open();
    struct batch_id id;
    struct slice file = file_of(w, 0, 20);
    EXPECT_EQ(world_try(w, NULL, theme, "b-1", file, file.n - 20, &id), SUBMISSION_CUT);
    EXPECT(world_totals(w, &id).received > 0);
    EXPECT_EQ(world_try(w, NULL, theme, "b-1", file_of(w, 1, 20), SIZE_MAX, &id),
              SUBMISSION_CONFLICT);
    EXPECT_EQ(world_try(w, NULL, theme, "b-1", file_of(w, 0, 2), SIZE_MAX, &id),
              SUBMISSION_CONFLICT);
    EXPECT_EQ(world_try(w, NULL, theme, "b-1", file, SIZE_MAX, &id), SUBMISSION_DONE);
    EXPECT_EQ(world_totals(w, &id).received, 20);
    world_close(w);
}

TEST(an_upload_cut_at_any_byte_and_repeated_ends_as_an_uninterrupted_one)
{
    struct world *whole = world_open();
    struct slice file = file_of(whole, 0, 12);
    struct batch_id id;
    EXPECT_EQ(world_try(whole, NULL, theme, "b", file, SIZE_MAX, &id), SUBMISSION_DONE);
    struct totals wanted = world_totals(whole, &id);
    const char *digest = world_digest(whole);

    struct world *w = world_open();
    for (size_t cut = 0; cut < file.n; cut++) {
        char name[32];
        snprintf(name, sizeof name, "b-%zu", cut);
        EXPECT_EQ(world_try(w, NULL, theme, name, file, cut, &id), SUBMISSION_CUT);
        EXPECT_EQ(world_try(w, NULL, theme, name, file, cut / 2, &id), SUBMISSION_CUT);
        EXPECT_EQ(world_try(w, NULL, theme, name, file, SIZE_MAX, &id), SUBMISSION_DONE);
        struct totals t = world_totals(w, &id);
        EXPECT_EQ(t.received, wanted.received);
        EXPECT_EQ(t.rejected, wanted.rejected);
        EXPECT_EQ(t.stored + t.duplicate, wanted.stored);
    }
    EXPECT_STR(world_digest(w), digest);
    world_check(w);
    world_close(w);

    /* One batch, cut again and again a little later each time. */
    w = world_open();
    for (size_t cut = 0; cut < file.n; cut += 7)
        EXPECT_EQ(world_try(w, NULL, theme, "b", file, cut, &id), SUBMISSION_CUT);
    world_restart(w);
    EXPECT_EQ(world_try(w, NULL, theme, "b", file, SIZE_MAX, &id), SUBMISSION_DONE);
    expect_same(world_totals(w, &id), wanted);
    EXPECT_STR(world_digest(w), digest);
    world_close(w);
    world_close(whole);
}

struct client {
    struct world *w;
    struct slice file;
    enum submission_end end;
    struct batch_id id;
};

static void *upload(void *ctx)
{
    struct client *c = ctx;
    c->end = world_try(c->w, "amr", theme, "same", c->file, SIZE_MAX, &c->id);
    return NULL;
}

TEST(two_clients_with_one_batch_id_at_the_same_time_get_one_receipt)
{
    struct world *w = world_open();
    struct slice file = file_of(w, 0, 3000);
    struct client clients[2] = {{.w = w, .file = file}, {.w = w, .file = file}};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, upload, &clients[i]);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    EXPECT_EQ(clients[0].end, SUBMISSION_DONE);
    EXPECT_EQ(clients[1].end, SUBMISSION_DONE);
    EXPECT_EQ(memcmp(clients[0].id.b, clients[1].id.b, BATCH_ID_BYTES), 0);
    EXPECT_EQ(world_totals(w, &clients[0].id).received, 3000);
    EXPECT_EQ(world_totals(w, &clients[0].id).stored, 2400);
    world_check(w);
    world_close(w);
}

TEST(a_batch_id_belongs_to_its_department_and_to_one_theme)
{
    struct world *w = world_open();
    struct batch_id a, b;
    struct slice file = file_of(w, 0, 5);
    EXPECT_EQ(world_try(w, NULL, theme, "b-1", file, SIZE_MAX, &a), SUBMISSION_DONE);
    EXPECT_EQ(world_try(w, NULL, "amr-penalty", "b-1", file, SIZE_MAX, &b), SUBMISSION_CONFLICT);
    EXPECT(memcmp(a.b, b.b, BATCH_ID_BYTES) == 0); /* its receipt can be asked for */
    EXPECT_EQ(world_try(w, "tax", theme, "b-1", file, SIZE_MAX, &b), SUBMISSION_DONE);
    EXPECT(memcmp(a.b, b.b, BATCH_ID_BYTES) != 0);
    world_close(w);
}

TEST(a_department_or_batch_id_that_no_key_can_hold_is_refused_and_leaves_nothing)
{
    struct world *w = world_open();
    struct batch_id id;
    struct slice file = file_of(w, 0, 5);
    char name[66] = {0}, department[66] = {0};
    memset(name, 'b', 65);
    memset(department, 'd', 65);
    EXPECT_EQ(world_try(w, "", theme, "b-1", file, SIZE_MAX, &id), SUBMISSION_REFUSED);
    EXPECT_EQ(world_try(w, department, theme, "b-1", file, SIZE_MAX, &id), SUBMISSION_REFUSED);
    EXPECT_EQ(world_try(w, NULL, theme, name, file, SIZE_MAX, &id), SUBMISSION_REFUSED);
    struct open_batch *ob = NULL;
    struct reason why = {{0}};
    EXPECT_ERR(writer_open_batch(w->writer, SLICE("amr"), SLICE(""), slice_of(theme),
                                 (struct body_kind){'c', 'a'}, 0, &ob, &why),
               CE_INVALID);
    EXPECT(ob == NULL);
    EXPECT_STR(why.text, "a batch id has 1 to 64 bytes");
    EXPECT_ERR(writer_open_batch(w->writer, slice_of(department), SLICE("b-1"), slice_of(theme),
                                 (struct body_kind){'c', 'a'}, 0, &ob, &why),
               CE_INVALID);
    EXPECT_STR(why.text, "the id of a department has 1 to 64 bytes");
    /* No number was given away, and the longest ones are taken. */
    name[64] = department[64] = 0;
    EXPECT_EQ(world_try(w, department, theme, name, file, SIZE_MAX, &id), SUBMISSION_DONE);
    struct view *v;
    struct batch_state state;
    EXPECT_OK(view_open(w->store, &v));
    EXPECT_OK(batch_state_get(v, w->arena, &id, &state));
    view_close(v);
    EXPECT_EQ(state.number, 1);
    world_check(w);
    world_close(w);
}

TEST(a_header_without_any_column_of_the_theme_is_refused_and_counts_nothing)
{
    struct world *w = world_open();
    struct batch_id id;
    EXPECT_EQ(world_try(w, NULL, theme, "b-1", SLICE("foo,bar\n1,2\n"), SIZE_MAX, &id),
              SUBMISSION_REFUSED);
    EXPECT_EQ(world_try(w, NULL, theme, "b-1", file_of(w, 0, 5), SIZE_MAX, &id), SUBMISSION_DONE);
    EXPECT_EQ(world_totals(w, &id).received, 5);
    world_close(w);
}

TEST(details_of_old_receipts_go_and_their_counts_stay)
{
    struct world *w = world_open();
    struct batch_id old, young;
    w->receipt_days = 30;
    world_restart(w);
    EXPECT_EQ(world_try(w, NULL, theme, "old", file_of(w, 0, 20), SIZE_MAX, &old), SUBMISSION_DONE);
    EXPECT(slice_find(world_receipt(w, &old), SLICE("uscc.check"), 0) > 0);
    clock_set(&w->clock, (struct utc_ms){clock_now(&w->clock).v + 31 * INT64_C(86400000)});
    EXPECT_EQ(world_try(w, NULL, theme, "young", file_of(w, 20, 20), SIZE_MAX, &young),
              SUBMISSION_DONE);
    EXPECT(slice_find(world_receipt(w, &old), SLICE("uscc.check"), 0) < 0);
    EXPECT(slice_find(world_receipt(w, &young), SLICE("uscc.check"), 0) > 0);
    EXPECT_EQ(world_totals(w, &old).rejected, 4);
    world_check(w);
    world_close(w);
}

/* In GB18030 behind a header that does not say so; the first rows do not either. */
static struct slice gb18030_file(struct world *w)
{
    AUTO_BUF(b, 16 << 20);
    buf_add_slice(&b, SLICE("ENT_NAME,USCC,REG_DATE\n"));
    for (unsigned i = 0; i < 400; i++) {
        char code[19];
        world_uscc(i, "91", code);
        buf_printf(&b, "%s%u,%s,2001-02-%02u\n",
                   i < 30         ? "Shop "
                   : i % 100 < 97 ? "\xB9\xE3\xD6\xDD\xC9\xCC\xB5\xEA" /* 广州商店 */
                                  : "广州商店",
                   i, code, i % 28 + 1);
    }
    return arena_dup(w->arena, buf_slice(&b));
}

TEST(a_file_whose_encoding_was_found_is_read_the_same_when_it_is_taken_up_again)
{
    struct world *w = world_open();
    struct slice file = gb18030_file(w);
    struct batch_id whole, cut;
    EXPECT_EQ(world_try(w, NULL, theme, "whole", file, SIZE_MAX, &whole), SUBMISSION_DONE);
    EXPECT_EQ(world_totals(w, &whole).stored, 388);
    EXPECT_EQ(world_totals(w, &whole).rejected, 12);
    struct world *other = world_open();
    const size_t cuts[] = {100, file.n / 4, file.n / 2, file.n - 1};
    for (size_t i = 0; i < ARRAY_LEN(cuts); i++)
        EXPECT_EQ(world_try(other, NULL, theme, "cut", file, cuts[i], &cut), SUBMISSION_CUT);
    EXPECT_EQ(world_try(other, NULL, theme, "cut", file, SIZE_MAX, &cut), SUBMISSION_DONE);
    expect_same(world_totals(other, &cut), world_totals(w, &whole));
    EXPECT_STR(world_digest(other), world_digest(w));
    world_check(other);
    world_close(other);
    world_close(w);
}

TEST(with_the_smallest_queue_and_commit_a_file_ends_in_the_same_store)
{
    struct world *w = world_open(), *small = world_open();
    small->queue_bytes = small->commit_bytes = 1;
    world_restart(small);
    struct slice file = file_of(w, 0, 4000);
    struct batch_id id, other;
    EXPECT_EQ(world_try(w, NULL, theme, "b", file, SIZE_MAX, &id), SUBMISSION_DONE);
    EXPECT_EQ(world_try(small, NULL, theme, "b", file, SIZE_MAX, &other), SUBMISSION_DONE);
    expect_same(world_totals(small, &other), world_totals(w, &id));
    EXPECT_STR(world_digest(small), world_digest(w));
    EXPECT_EQ(writer_queue_bytes(small->writer), 0);
    EXPECT_EQ(writer_commit_bytes(small->writer), 0);
    world_check(small);
    world_close(small);
    world_close(w);
}

static struct submission_options options_of(struct world *w, unsigned running_max)
{
    return (struct submission_options){
        .writer = w->writer,
        .keys = w->keys,
        .department = SLICE("amr"),
        .theme = slice_of(theme),
        .kind = {READER_CSV, ENCODING_AUTO},
        .running_max = running_max,
        .turns_max = 1,
        .parcel_bytes = 1,
    };
}

TEST(no_more_submissions_run_than_may_and_with_one_turn_all_come_to_their_end)
{
    enum { MOST = 3 };
    struct world *w = world_open();
    struct submission_options o = options_of(w, MOST);
    struct submission *all[MOST], *one;
    struct slice file = file_of(w, 0, 40);
    EXPECT(day_from_civil(1800, 1, 1, &o.born_min));
    for (int i = 0; i < MOST; i++)
        EXPECT_OK(submission_start(&o, &all[i], NULL));
    EXPECT_EQ(submissions_running(), MOST);
    struct reason why;
    EXPECT_ERR(submission_start(&o, &one, &why), CE_UNAVAILABLE);
    EXPECT_STR(why.text, "3 submissions are running; try again later");
    for (int i = 0; i < MOST; i++) {
        EXPECT_EQ(submission_feed(all[i], file), file.n);
        submission_finish(all[i]);
    }
    for (int i = 0; i < MOST; i++) {
        while (submission_state(all[i], NULL, NULL) == SUBMISSION_RUNNING)
            usleep(1000);
        EXPECT_EQ(submission_state(all[i], NULL, NULL), SUBMISSION_DONE);
    }
    EXPECT_EQ(submissions_running(), 0); /* whoever was told may begin the next one */
    for (int i = 0; i < MOST; i++)
        submission_destroy(all[i]);
    world_check(w);
    world_close(w);
}
