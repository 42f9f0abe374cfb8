/* What operators decide about stopped partitions: what it leaves, what is refused, what check says.
 */
#include <string.h>

#include "store/decisions.h"
#include "store/ledger.h"
#include "store/published.h"
#include "store/receipts.h"
#include "store/verify.h"
#include "tests/unit/store/temp_store.h"

static struct store *store;
static struct batch *b;
static struct arena *a;
static struct counters counters;

#define TOPIC SLICE("credit.submissions.amr")

/* A partition with offsets 0 to 39, all stored, that has stopped. */
static void open_with(enum stop stop, uint64_t gap)
{
    store = temp_store();
    b = batch_create(store);
    a = arena_create(1 << 20);
    counters = (struct counters){1, 1, 10, 1, {0x18CD6B8F800}};
    struct partition_state s = {.topic = TOPIC,
                                .number = 7,
                                .department = SLICE("amr"),
                                .next = 40,
                                .has_last = true,
                                .last_offset = 39,
                                .last_time = {0x18CD6B8F800},
                                .totals = {.received = 40, .stored = 40},
                                .stop = stop,
                                .gap = gap,
                                .stopped = {0x18CD6B8F900}};
    struct ledger_line line = {SLICE("amr"), 301, day_of(s.last_time), s.totals};
    struct receipt_pack pack;
    receipt_pack_init(&pack);
    for (uint64_t i = 0; i < 40; i++)
        receipt_pack_row(&pack, i, VERDICT_STORED, NULL, (struct slice){0});
    EXPECT_OK(receipt_pack_put(&pack, b, 7));
    receipt_pack_fini(&pack);
    partition_state_put(b, &s);
    ledger_put(b, &line);
    counters_put(b, &counters);
    commit(b);
}

static void close_all(void)
{
    arena_destroy(a);
    batch_destroy(b);
    store_close(store);
}

static int decide(enum decision_kind kind, uint64_t to, struct decision *ret)
{
    struct decision_wanted wanted = {
        .topic = TOPIC, .kind = kind, .to = to, .now = {0x18CD6B90000}, .who = SLICE("root")};
    struct reason why = {{0}};
    int r = decision_make(b, a, &counters, &wanted, ret, &why);
    if (r < 0) {
        EXPECT(why.text[0]);
        batch_clear(b);
        return r;
    }
    counters_put(b, &counters);
    commit(b);
    return 0;
}

static struct partition_state now(void)
{
    struct partition_state s;
    AUTO(view_close) struct view *v = NULL;
    EXPECT_OK(view_open(store, &v));
    EXPECT_OK(partition_state_get(v, a, TOPIC, 0, &s));
    return s;
}

/* What check says of it. */
static const char *mistakes(void)
{
    static const uint8_t master[32] = {1};
    struct keys *keys = keys_fixed(master);
    struct verify_result result;
    EXPECT_OK(verify_store(store, &(struct verify_options){.keys = keys}, &result));
    struct slice text = arena_dup(a, buf_slice(&result.text));
    buf_fini(&result.text);
    keys_destroy(keys);
    return text.n ? text.p : "";
}

TEST(what_retention_took_is_skipped_with_its_size_on_record)
{
    struct decision d;
    open_with(STOP_GAP, 10);
    EXPECT_OK(decide(DECISION_SKIP, 50, &d));
    EXPECT_EQ(d.lost, 10);
    EXPECT_HEX(row_of(store, a, CF_STATE,
                      SLICE("decision/credit.submissions.amr\0\0\0\0\0\0\0\x01\x8C\xD6\xB9\0\0")),
               "01 01 02 0A 0000000000000028 0000000000000032 0A 04726F6F74 00");
    struct partition_state s = now();
    EXPECT_EQ(s.next, 50);
    EXPECT_EQ(s.lost, 10);
    EXPECT_EQ(s.number, 7);
    EXPECT_EQ(s.stop, STOP_NONE);
    EXPECT(!s.has_last);
    EXPECT_EQ(s.totals.received, 40);
    EXPECT_STR(mistakes(), "");
    close_all();
}

TEST(where_the_topic_was_made_anew_the_partition_begins_anew_and_the_old_one_stays_counted)
{
    struct decision d;
    struct partition_life *lives;
    size_t count;
    open_with(STOP_AHEAD, 0);
    EXPECT_ERR(decide(DECISION_SKIP, 5, &d), CE_CONFLICT);
    EXPECT_OK(decide(DECISION_FROM, 0, &d));
    EXPECT_EQ(d.lost, 0);
    struct partition_state s = now();
    EXPECT_EQ(s.number, 10);
    EXPECT_EQ(counters.next_batch, 11);
    EXPECT_EQ(s.first, 0);
    EXPECT_EQ(s.next, 0);
    EXPECT_EQ(s.totals.received, 0);
    struct view *v = NULL;
    EXPECT_OK(view_open(store, &v));
    EXPECT_OK(partition_lives(v, a, &lives, &count));
    view_close(v);
    EXPECT_EQ(count, 2);
    EXPECT(lives[0].has_ended && !lives[1].has_ended);
    EXPECT_EQ(lives[0].state.number, 7);
    EXPECT_EQ(lives[0].state.totals.received, 40);
    EXPECT_EQ(lives[0].generation, 0);
    EXPECT_EQ(lives[1].generation, 1);
    EXPECT_STR(mistakes(), "");
    close_all();
}

TEST(whoever_adopts_the_partition_goes_on_where_it_was)
{
    struct decision d;
    open_with(STOP_CHANGED, 0);
    EXPECT_OK(decide(DECISION_ADOPT, 0, &d));
    struct partition_state s = now();
    EXPECT_EQ(s.next, 40);
    EXPECT_EQ(s.lost, 0);
    EXPECT_EQ(s.stop, STOP_NONE);
    EXPECT_EQ(s.number, 7);
    EXPECT_STR(mistakes(), "");
    close_all();
}

TEST(nothing_is_decided_about_a_partition_that_goes_on_or_is_not_there)
{
    struct decision d;
    open_with(STOP_NONE, 0);
    EXPECT_ERR(decide(DECISION_FROM, 50, &d), CE_CONFLICT);
    EXPECT_ERR(decide(DECISION_ADOPT, 0, &d), CE_CONFLICT);
    close_all();
    open_with(STOP_GONE, 0);
    EXPECT_ERR(decide(DECISION_ADOPT, 0, &d), CE_CONFLICT);
    struct decision_wanted wanted = {
        .topic = SLICE("credit.submissions.tax"), .kind = DECISION_ADOPT, .who = SLICE("root")};
    EXPECT_ERR(decision_make(b, a, &counters, &wanted, &d, NULL), CE_NOT_FOUND);
    close_all();
}

TEST(what_was_left_out_without_a_decision_is_told_and_so_are_receipts_ahead_of_commits)
{
    open_with(STOP_NONE, 0);
    struct partition_state s = now();
    s.lost = 3;
    partition_state_put(b, &s);
    commit(b);
    EXPECT(strstr(mistakes(), "partition 7: it left out what nobody decided to leave out"));
    s.lost = 0;
    partition_state_put(b, &s);
    published_put(b, 7, 40);
    commit(b);
    EXPECT_STR(mistakes(), "");
    published_put(b, 7, 41);
    commit(b);
    EXPECT(strstr(mistakes(), "how far receipts of partition 7 were told is out of place"));
    close_all();
}

TEST(decisions_are_listed_in_their_order)
{
    struct decision d, *list;
    size_t count;
    open_with(STOP_GAP, 10);
    EXPECT_OK(decide(DECISION_SKIP, 50, &d));
    struct view *v = NULL;
    EXPECT_OK(view_open(store, &v));
    EXPECT_OK(decision_list(v, a, &list, &count));
    view_close(v);
    EXPECT_EQ(count, 1);
    EXPECT_SLICE(list[0].topic, "credit.submissions.amr");
    EXPECT_SLICE(list[0].who, "root");
    EXPECT_STR(decision_code(list[0].kind), "skip");
    EXPECT_EQ(list[0].stop, STOP_GAP);
    EXPECT_EQ(list[0].when.v, 0x18CD6B90000);
    close_all();
}

TEST(damaged_decisions_are_refused)
{
    static const struct slice key = {"decision/t\0\0\0\0\1\0\0\0\0\0\0\0\2", 23};
    static const struct slice good = {"\1\1\2\x0A\0\0\0\0\0\0\0\x28\0\0\0\0\0\0\0\x32\x0A\4root\0",
                                      27};
    struct decision d;
    EXPECT_OK(decision_decode(key, good, &d));
    EXPECT_EQ(d.partition, 1);
    for (size_t n = 0; n < good.n; n++)
        EXPECT_ERR(decision_decode(key, slice_make(good.p, n), &d), CE_FORMAT);
    EXPECT_ERR(decision_decode(slice_make(key.p, 22), good, &d), CE_FORMAT);
    char other[27];
    memcpy(other, good.p, sizeof other);
    other[1] = 4;
    EXPECT_ERR(decision_decode(key, slice_make(other, sizeof other), &d), CE_FORMAT);
    other[1] = 1;
    other[2] = 99;
    EXPECT_ERR(decision_decode(key, slice_make(other, sizeof other), &d), CE_FORMAT);
}
