/* Partitions of Apache Kafka in the store: bytes, lists, damage, and what check says of them. */
#include <string.h>

#include "store/ledger.h"
#include "store/offsets.h"
#include "store/receipts.h"
#include "store/state.h"
#include "store/verify.h"
#include "tests/unit/store/temp_store.h"

static struct partition_state sample(void)
{
    struct partition_state s = {.topic = SLICE("credit.submissions.amr"),
                                .partition = 1,
                                .number = 7,
                                .department = SLICE("amr"),
                                .next = 2,
                                .has_last = true,
                                .last_offset = 1,
                                .last_time = {0x18CD6B8F800},
                                .totals = {2, 1, 0, 0, 0, 1, 0, 0}};
    for (uint8_t i = 0; i < sizeof s.last_hash; i++)
        s.last_hash[i] = i;
    return s;
}

TEST(a_partition_has_these_bytes)
{
    AUTO(store_close) struct store *store = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(store);
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct partition_state s = sample(), back;
    partition_state_put(b, &s);
    commit(b);
    struct slice key = partition_state_key(a, s.topic, s.partition);
    EXPECT_HEX(key, "6F66667365742F 6372656469742E7375626D697373696F6E732E616D72 00 00000001");
    EXPECT_HEX(row_of(store, a, CF_STATE, key),
               "01 0000000000000007 0000000000000000 0000000000000002 00 00 00 0000000000000000"
               "0000000000000001 0000018CD6B8F800 000102030405060708090A0B0C0D0E0F"
               "02 01 00 00 00 01 00 00 03 616D72");
    AUTO(view_close) struct view *v = NULL;
    EXPECT_OK(view_open(store, &v));
    EXPECT_OK(partition_state_get(v, a, s.topic, 1, &back));
    EXPECT_SLICE(back.topic, "credit.submissions.amr");
    EXPECT_SLICE(back.department, "amr");
    EXPECT_EQ(back.next, 2);
    EXPECT_EQ(back.last_offset, 1);
    EXPECT_EQ(back.totals.rejected, 1);
    EXPECT_ERR(partition_state_get(v, a, s.topic, 2, &back), CE_NOT_FOUND);
}

TEST(a_stopped_partition_says_why_and_how_much_is_missing)
{
    AUTO(store_close) struct store *store = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(store);
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct partition_state s = sample(), back;
    s.has_last = false;
    s.stop = STOP_GAP;
    s.gap = 300;
    s.lost = 200;
    s.stopped.v = 5;
    partition_state_put(b, &s);
    commit(b);
    EXPECT_HEX(row_of(store, a, CF_STATE, partition_state_key(a, s.topic, 1)),
               "01 0000000000000007 0000000000000000 0000000000000002 C801 02 AC02 0000000000000005"
               "FFFFFFFFFFFFFFFF 0000000000000000 00000000000000000000000000000000"
               "02 01 00 00 00 01 00 00 03 616D72");
    AUTO(view_close) struct view *v = NULL;
    EXPECT_OK(view_open(store, &v));
    EXPECT_OK(partition_state_get(v, a, s.topic, 1, &back));
    EXPECT(!back.has_last && back.stop == STOP_GAP);
    EXPECT_EQ(back.gap, 300);
    EXPECT_EQ(back.lost, 200);
    EXPECT_STR(stop_code(back.stop), "gap");
    EXPECT_STR(stop_code(STOP_NONE), "");
    EXPECT(stop_zh(STOP_CHANGED)[0] && stop_en(STOP_CHANGED)[0]);
}

TEST(partitions_are_listed_by_topic_and_number)
{
    AUTO(store_close) struct store *store = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(store);
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct partition_state s = sample(), *list;
    size_t count;
    for (uint32_t i = 0; i < 70; i++) {
        s.partition = 69 - i;
        partition_state_put(b, &s);
    }
    s.topic = SLICE("credit.submissions.aab");
    partition_state_put(b, &s);
    commit(b);
    AUTO(view_close) struct view *v = NULL;
    EXPECT_OK(view_open(store, &v));
    EXPECT_OK(partition_state_list(v, a, &list, &count));
    EXPECT_EQ(count, 71);
    EXPECT_SLICE(list[0].topic, "credit.submissions.aab");
    for (uint32_t i = 0; i < 70; i++)
        EXPECT_EQ(list[i + 1].partition, i);
}

TEST(a_damaged_partition_is_refused)
{
    AUTO(store_close) struct store *store = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(store);
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct partition_state s = sample(), back;
    partition_state_put(b, &s);
    commit(b);
    struct slice key = partition_state_key(a, s.topic, 1);
    struct slice good = arena_dup(a, row_of(store, a, CF_STATE, key));
    EXPECT_OK(partition_state_decode(key, good, &back));
    for (size_t n = 0; n < good.n; n++)
        EXPECT_ERR(partition_state_decode(key, slice_make(good.p, n), &back), CE_FORMAT);
    char *bytes = arena_alloc(a, good.n);
    memcpy(bytes, good.p, good.n);
    bytes[26] = 99; /* a stop that nobody knows */
    EXPECT_ERR(partition_state_decode(key, slice_make(bytes, good.n), &back), CE_FORMAT);
    EXPECT_ERR(partition_state_decode(SLICE("offset/"), good, &back), CE_FORMAT);
}

/* A partition with four messages among its offsets 0 to 5, two of which are rows of a batch. */
struct fed_store {
    struct store *store;
    struct batch *batch;
    struct arena *arena;
    struct keys *keys;
    struct partition_state partition;
};

static struct fed_store fed_open(void)
{
    static const uint8_t master[32] = {1};
    struct fed_store f = {temp_store(), NULL, arena_create(1 << 20), keys_fixed(master), sample()};
    f.batch = batch_create(f.store);
    f.partition.number = 1;
    f.partition.next = 6;
    f.partition.last_offset = 5;
    f.partition.totals = (struct totals){4, 3, 0, 0, 0, 1, 0, 0};
    partition_state_put(f.batch, &f.partition);
    struct receipt_pack p;
    receipt_pack_init(&p);
    p.newest = f.partition.last_time;
    receipt_pack_skip(&p, 0, 1);
    receipt_pack_row(&p, 1, VERDICT_STORED, NULL, (struct slice){0});
    receipt_pack_row(&p, 2, VERDICT_STORED, NULL, (struct slice){0});
    receipt_pack_skip(&p, 3, 4);
    receipt_pack_row(&p, 4, VERDICT_REJECTED, NULL, (struct slice){0});
    receipt_pack_row(&p, 5, VERDICT_STORED, NULL, (struct slice){0});
    EXPECT_OK(receipt_pack_put(&p, f.batch, 1));
    p.newest = (struct utc_ms){0};
    receipt_pack_row(&p, 1, VERDICT_STORED, NULL, (struct slice){0});
    receipt_pack_row(&p, 2, VERDICT_STORED, NULL, (struct slice){0});
    EXPECT_OK(receipt_pack_put(&p, f.batch, 2));
    receipt_pack_fini(&p);
    struct batch_state batch = {.number = 2,
                                .department = SLICE("amr"),
                                .name = SLICE("b"),
                                .theme = 101,
                                .format = BATCH_OF_MESSAGES,
                                .encoding = 'u',
                                .received = f.partition.last_time,
                                .rows_done = 2,
                                .totals = {2, 2, 0, 0, 0, 0, 0, 0}};
    struct batch_id id = batch_id_make(f.keys, batch.department, batch.name);
    batch_state_put(f.batch, &id, &batch);
    struct day day = day_of(f.partition.last_time);
    ledger_put(f.batch, &(struct ledger_line){SLICE("amr"), 101, day, {3, 3, 0, 0, 0, 0, 0, 0}});
    ledger_put(f.batch, &(struct ledger_line){SLICE("amr"), 0, day, {1, 0, 0, 0, 0, 1, 0, 0}});
    counters_put(f.batch, &(struct counters){1, 1, 3, 1, f.partition.last_time});
    commit(f.batch);
    return f;
}

static void fed_close(struct fed_store *f)
{
    batch_destroy(f->batch);
    store_close(f->store);
    arena_destroy(f->arena);
    keys_destroy(f->keys);
}

static const char *mistakes(struct fed_store *f)
{
    struct verify_result result;
    EXPECT_OK(verify_store(f->store, &(struct verify_options){.keys = f->keys}, &result));
    struct slice text = arena_dup(f->arena, buf_slice(&result.text));
    buf_fini(&result.text);
    return text.n ? text.p : "";
}

TEST(messages_of_a_batch_are_counted_in_the_ledger_once)
{
    struct fed_store f = fed_open();
    EXPECT_STR(mistakes(&f), "");
    ledger_put(f.batch,
               &(struct ledger_line){
                   SLICE("amr"), 101, day_of(f.partition.last_time), {5, 5, 0, 0, 0, 0, 0, 0}});
    commit(f.batch);
    EXPECT(strstr(mistakes(&f),
                  "ledger: the lines of amr are not the sum of its batches and partitions") !=
           NULL);
    fed_close(&f);
}

TEST(a_receipt_that_leaves_an_offset_out_is_told)
{
    struct fed_store f = fed_open();
    f.partition.next = 7;
    partition_state_put(f.batch, &f.partition);
    commit(f.batch);
    EXPECT(strstr(mistakes(&f), "does not end at its next offset") != NULL);
    f.partition.next = 6;
    f.partition.totals.stored--;
    partition_state_put(f.batch, &f.partition);
    commit(f.batch);
    EXPECT(strstr(mistakes(&f), "partition 1: its verdicts do not add up") != NULL);
    EXPECT(strstr(mistakes(&f), "does not add up to its counts") != NULL);
    EXPECT(strstr(mistakes(&f), "ledger: the lines of amr") != NULL);
    fed_close(&f);
}

TEST(old_packs_of_a_partition_are_found_by_their_time)
{
    struct fed_store f = fed_open();
    uint64_t end;
    struct utc_ms at = f.partition.last_time;
    struct view *v = NULL;
    EXPECT_OK(view_open(f.store, &v));
    EXPECT_OK(receipts_old(v, 1, at, &end));
    EXPECT_EQ(end, 0);
    EXPECT_OK(receipts_old(v, 1, (struct utc_ms){at.v + 1}, &end));
    EXPECT_EQ(end, 6);
    view_close(v);
    fed_close(&f);
}
