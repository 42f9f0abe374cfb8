/* Publishing receipts: in order, at least once, and never behind one that was not delivered. */
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

#include "ingest/publish.h"
#include "store/keys.h"
#include "store/offsets.h"
#include "store/published.h"
#include "store/receipts.h"
#include "tests/support/world.h"

/* A broker that takes the first `most` messages of each round, and remembers what it took. */
struct broker {
    struct arena *arena;
    char ids[8192];
    struct slice last_value;
    size_t most;
    _Atomic unsigned rounds;
    atomic_bool is_stopped;
};

static struct world *world;
static struct broker broker;
static struct publish_options options;

static int deliver(void *ctx, const struct publish_message *list, size_t count, bool *ret_done,
                   struct reason *why)
{
    struct broker *b = ctx;
    for (size_t i = 0; i < count && i < b->most; i++) {
        size_t n = strlen(b->ids);
        snprintf(b->ids + n, sizeof b->ids - n, "%.*s>%u %.*s; ", FMT_SLICE(list[i].topic),
                 list[i].partition, FMT_SLICE(list[i].id));
        b->last_value = arena_dup(b->arena, list[i].value);
        ret_done[i] = true;
    }
    atomic_fetch_add(&b->rounds, 1);
    return count <= b->most ? 0 : reason_set(why, CE_UNAVAILABLE, "no broker answers");
}

static void stop(void *ctx)
{
    struct broker *b = ctx;
    atomic_store(&b->is_stopped, true);
}

static size_t turn;

static void open_all(void)
{
    turn = 0;
    world = world_open();
    broker = (struct broker){.arena = world->arena, .most = 1000};
    options = (struct publish_options){.store = world->store,
                                       .writer = world->writer,
                                       .deliver = deliver,
                                       .stop = stop,
                                       .ctx = &broker,
                                       .idle_ms = 1};
}

/* What a commit of a partition leaves: its row, and a pack of `rows` (s stored, r rejected). */
struct taken {
    struct partition_state state;
    const char *rows;
};

static int put_taken(void *ctx, struct batch *b, struct counters *counters)
{
    const struct taken *t = ctx;
    struct findings f = {.count = 1};
    struct receipt_pack pack;
    (void)counters;
    f.list[0] = (struct finding){RULE_USCC_CHECK, SLICE("USCC"), SLICE("91"), SLICE("X")};
    receipt_pack_init(&pack);
    uint64_t row = t->state.next - strlen(t->rows);
    for (const char *r = t->rows; *r; r++, row++)
        receipt_pack_row(&pack, row, *r == 's' ? VERDICT_STORED : VERDICT_REJECTED,
                         *r == 's' ? NULL : &f, (struct slice){0});
    EXPECT_OK(receipt_pack_put(&pack, b, t->state.number));
    receipt_pack_fini(&pack);
    partition_state_put(b, &t->state);
    return 0;
}

static void take(const char *department, uint32_t partition, uint64_t number, uint64_t next,
                 const char *rows)
{
    struct taken t = {
        .state = {.topic = arena_printf(world->arena, "credit.submissions.%s", department),
                  .partition = partition,
                  .number = number,
                  .department = slice_of(department),
                  .next = next},
        .rows = rows};
    EXPECT_OK(writer_run(world->writer, put_taken, &t, NULL));
}

static int round_with(const struct publish_options *o, struct reason *why)
{
    int delivered;
    int r = publish_round(o, &turn, &delivered, why);
    return r < 0 ? r : delivered;
}

static const char *told(int count)
{
    static char ids[sizeof broker.ids];
    EXPECT_EQ(round_with(&options, NULL), count);
    memcpy(ids, broker.ids, sizeof ids);
    broker.ids[0] = '\0';
    return ids;
}

static void close_all(void)
{
    world_close(world);
}

TEST(every_commit_of_every_partition_is_told_once_and_in_order)
{
    open_all();
    EXPECT_STR(told(0), "");
    take("amr", 0, 1, 3, "ssr");
    take("tax", 1, 2, 1, "s");
    take("amr", 0, 1, 5, "ss");
    EXPECT_STR(told(3), "credit.receipts.amr>0 credit.submissions.amr/0/0-2; "
                        "credit.receipts.amr>0 credit.submissions.amr/0/3-4; "
                        "credit.receipts.tax>1 credit.submissions.tax/1/0-0; ");
    EXPECT_STR(told(0), "");
    take("amr", 0, 1, 6, "r");
    EXPECT_STR(told(1), "credit.receipts.amr>0 credit.submissions.amr/0/5-5; ");
    EXPECT(slice_find(broker.last_value, SLICE("\"rule\":\"uscc.check\""), 0) > 0);
    close_all();
}

TEST(what_was_not_delivered_is_told_again_and_nothing_behind_it_counts)
{
    open_all();
    take("amr", 0, 1, 1, "s");
    take("amr", 0, 1, 2, "s");
    take("amr", 0, 1, 3, "s");
    broker.most = 0;
    struct reason why;
    EXPECT_ERR(round_with(&options, &why), CE_UNAVAILABLE);
    EXPECT_STR(why.text, "no broker answers");
    broker.most = 2;
    EXPECT_ERR(round_with(&options, &why), CE_UNAVAILABLE);
    broker.ids[0] = '\0';
    broker.most = 1000;
    EXPECT_STR(told(1), "credit.receipts.amr>0 credit.submissions.amr/0/2-2; ");
    close_all();
}

/* As if the department "amr" had no topic. */
static int deliver_others(void *ctx, const struct publish_message *list, size_t count,
                          bool *ret_done, struct reason *why)
{
    (void)ctx;
    int r = 0;
    for (size_t i = 0; i < count; i++) {
        ret_done[i] = !slice_eq(list[i].topic, SLICE("credit.receipts.amr"));
        if (!ret_done[i])
            r = CE_NOT_FOUND;
    }
    return r < 0 ? reason_set(why, r, "no topic") : 0;
}

TEST(a_department_without_a_topic_holds_no_other_one_up)
{
    open_all();
    take("amr", 0, 1, 1, "s");
    take("tax", 0, 2, 1, "s");
    struct publish_options o = options;
    o.deliver = deliver_others;
    int delivered;
    EXPECT_ERR(publish_round(&o, &turn, &delivered, NULL), CE_NOT_FOUND);
    EXPECT_EQ(delivered, 1);
    EXPECT_STR(told(1), "credit.receipts.amr>0 credit.submissions.amr/0/0-0; ");
    close_all();
}

TEST(where_there_is_more_than_a_round_takes_partitions_take_turns)
{
    open_all();
    for (uint32_t i = 0; i < 3; i++)
        for (uint64_t next = 1; next <= 3; next++)
            take("amr", i, i + 1, next, "s");
    options.round_messages = 4;
    EXPECT_STR(told(4), "credit.receipts.amr>0 credit.submissions.amr/0/0-0; "
                        "credit.receipts.amr>0 credit.submissions.amr/0/1-1; "
                        "credit.receipts.amr>0 credit.submissions.amr/0/2-2; "
                        "credit.receipts.amr>1 credit.submissions.amr/1/0-0; ");
    EXPECT_STR(told(4), "credit.receipts.amr>2 credit.submissions.amr/2/0-0; "
                        "credit.receipts.amr>2 credit.submissions.amr/2/1-1; "
                        "credit.receipts.amr>2 credit.submissions.amr/2/2-2; "
                        "credit.receipts.amr>1 credit.submissions.amr/1/1-1; ");
    EXPECT_STR(told(1), "credit.receipts.amr>1 credit.submissions.amr/1/2-2; ");
    close_all();
}

/* Only the last of a round arrives: the ones before it would be missing. */
static int deliver_last(void *ctx, const struct publish_message *list, size_t count, bool *ret_done,
                        struct reason *why)
{
    (void)ctx, (void)list;
    ret_done[count - 1] = true;
    return reason_set(why, CE_TIMEOUT, "no answer");
}

TEST(one_that_arrives_behind_a_gap_is_told_again)
{
    open_all();
    take("amr", 0, 1, 1, "s");
    take("amr", 0, 1, 2, "s");
    struct publish_options o = options;
    o.deliver = deliver_last;
    EXPECT_ERR(round_with(&o, NULL), CE_TIMEOUT);
    EXPECT_STR(told(2), "credit.receipts.amr>0 credit.submissions.amr/0/0-0; "
                        "credit.receipts.amr>0 credit.submissions.amr/0/1-1; ");
    close_all();
}

TEST(a_restart_goes_on_where_it_was)
{
    open_all();
    take("amr", 0, 1, 2, "sr");
    told(1);
    take("amr", 0, 1, 3, "r");
    world_restart(world);
    options.store = world->store;
    options.writer = world->writer;
    EXPECT_STR(told(1), "credit.receipts.amr>0 credit.submissions.amr/0/2-2; ");
    close_all();
}

TEST(a_receipt_that_is_too_long_is_told_in_parts_that_hold_together)
{
    open_all();
    take("amr", 0, 1, 30, "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrr");
    options.message_bytes = 8000;
    broker.most = 1;
    EXPECT_ERR(round_with(&options, NULL), CE_UNAVAILABLE);
    const char *first = arena_dup(world->arena, slice_of(broker.ids)).p;
    EXPECT(strcmp(first, "credit.receipts.amr>0 credit.submissions.amr/0/0-29; ") != 0);
    unsigned last;
    EXPECT_EQ(sscanf(first, "credit.receipts.amr>0 credit.submissions.amr/0/0-%u;", &last), 1);
    broker.ids[0] = '\0';
    broker.most = 1000;
    EXPECT(round_with(&options, NULL) > 0);
    unsigned next;
    EXPECT_EQ(sscanf(broker.ids, "credit.receipts.amr>0 credit.submissions.amr/0/%u-", &next), 1);
    EXPECT_EQ(next, last + 1);
    EXPECT(strstr(broker.ids, "-29; ") != NULL);
    close_all();
}

static int sweep(void *ctx, struct batch *b, struct counters *counters)
{
    struct log_key from = log_key_make(1, 0), to = log_key_make(1, *(uint64_t *)ctx);
    (void)counters;
    batch_delete_range(b, CF_LOG, KEY_SLICE(from), KEY_SLICE(to));
    return 0;
}

TEST(what_was_swept_before_it_could_be_told_is_told_as_forgotten)
{
    open_all();
    take("amr", 0, 1, 2, "ss");
    take("amr", 0, 1, 4, "ss");
    uint64_t end = 2;
    EXPECT_OK(writer_run(world->writer, sweep, &end, NULL));
    EXPECT_STR(told(2), "credit.receipts.amr>0 credit.submissions.amr/0/0-1; "
                        "credit.receipts.amr>0 credit.submissions.amr/0/2-3; ");
    take("amr", 0, 1, 6, "ss");
    end = 6;
    EXPECT_OK(writer_run(world->writer, sweep, &end, NULL));
    EXPECT_STR(told(1), "credit.receipts.amr>0 credit.submissions.amr/0/4-5; ");
    EXPECT(slice_find(broker.last_value, SLICE("forgotten"), 0) > 0);
    close_all();
}

TEST(the_thread_tells_by_itself_and_ends_when_it_is_asked_to)
{
    open_all();
    take("amr", 0, 1, 1, "s");
    struct publish *p = publish_start(&options);
    while (atomic_load(&broker.rounds) < 1)
        sched_yield();
    publish_stop(p);
    EXPECT(atomic_load(&broker.is_stopped));
    EXPECT_STR(broker.ids, "credit.receipts.amr>0 credit.submissions.amr/0/0-0; ");
    broker.ids[0] = '\0';
    EXPECT_STR(told(0), "");
    close_all();
}
