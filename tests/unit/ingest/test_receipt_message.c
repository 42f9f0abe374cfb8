/* Receipts as messages: every offset once, rows with what to do, and where long ones are divided.
 */
#include "base/arena.h"
#include "base/json.h"
#include "ingest/receipt_message.h"
#include "tests/support/test.h"

enum { ROWS_MAX = 400 };

static const struct receipt_about about = {{"credit.submissions.amr", 22}, 2, 0, {"amr", 3}};

static struct receipt_run runs[ROWS_MAX];
static struct receipt_line lines[ROWS_MAX];

/* One letter for each row from 100 on: s stored, d duplicate, o stale, r rejected, - none. */
static struct receipt_read pack_of(const char *rows)
{
    struct receipt_read p = {.first = 100, .end = 100, .runs = runs, .lines = lines};
    for (; *rows; rows++, p.end++) {
        enum verdict v = *rows == 's'   ? VERDICT_STORED
                         : *rows == 'd' ? VERDICT_DUPLICATE
                         : *rows == 'o' ? VERDICT_STALE
                         : *rows == 'r' ? VERDICT_REJECTED
                                        : (enum verdict)0;
        if (!p.run_count || runs[p.run_count - 1].verdict != v)
            runs[p.run_count++] = (struct receipt_run){p.end, p.end, v};
        runs[p.run_count - 1].to = p.end;
        if (v == VERDICT_STALE)
            lines[p.line_count++] = (struct receipt_line){p.end, p.end, v, .rule = RULE_NONE};
        if (v == VERDICT_REJECTED)
            lines[p.line_count++] = (struct receipt_line){.row = p.end,
                                                          .to = p.end,
                                                          .verdict = v,
                                                          .rule = RULE_USCC_CHECK,
                                                          .item = SLICE("USCC"),
                                                          .value = SLICE("91\"1"),
                                                          .hint = SLICE("X")};
    }
    return p;
}

static const struct json *parsed(struct arena *a, const struct buf *b)
{
    struct json *json;
    EXPECT_OK(b->err);
    EXPECT_OK(json_parse(a, buf_slice(b), 1 << 24, &json, NULL));
    return json;
}

TEST(a_message_covers_every_offset_and_tells_what_to_do)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 24);
    AUTO_BUF(b, 1 << 20);
    struct receipt_read p = pack_of("sss-ddro");
    EXPECT_EQ(receipt_message_put(&about, &p, 100, 1 << 20, &b), 108);
    const struct json *m = parsed(a, &b);
    EXPECT_SLICE(json_get_string(m, "id"), "credit.submissions.amr/2/100-107");
    EXPECT_EQ(json_get_int(m, "format"), 1);
    EXPECT_SLICE(json_get_string(m, "department"), "amr");
    EXPECT_EQ(json_get_int(m, "partition"), 2);
    EXPECT_EQ(json_get_int(m, "first_offset"), 100);
    EXPECT_EQ(json_get_int(m, "last_offset"), 107);
    EXPECT_EQ(json_get_int(m, "received"), 7);
    EXPECT_EQ(json_get_int(m, "stored"), 3);
    EXPECT_EQ(json_get_int(m, "duplicate"), 2);
    EXPECT_EQ(json_get_int(m, "stale"), 1);
    EXPECT_EQ(json_get_int(m, "rejected"), 1);
    const struct json *told = json_get(m, "runs");
    EXPECT_EQ(told->count, 5);
    EXPECT_SLICE(json_get_string(&told->items[1], "verdict"), "none");
    EXPECT_EQ(json_get_int(&told->items[2], "from"), 104);
    EXPECT_EQ(json_get_int(&told->items[2], "to"), 105);
    const struct json *rows = json_get(m, "rows");
    EXPECT_EQ(rows->count, 2);
    EXPECT_EQ(json_get_int(&rows->items[0], "offset"), 106);
    EXPECT_SLICE(json_get_string(&rows->items[0], "rule"), "uscc.check");
    EXPECT_SLICE(json_get_string(&rows->items[0], "item"), "USCC");
    EXPECT_SLICE(json_get_string(&rows->items[0], "value"), "91\"1");
    EXPECT(slice_find(json_get_string(&rows->items[0], "remedy"), SLICE("应为 X"), 0) > 0);
    EXPECT_SLICE(json_get_string(&rows->items[1], "rule"), "version.stale");
    EXPECT(json_get_string(&rows->items[1], "remedy").n > 0);
}

/* Tells the pack in parts of about so many bytes; all parts together must be the pack. */
static unsigned divided(const struct receipt_read *p, size_t bytes)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 26);
    unsigned parts = 0;
    size_t rows = 0;
    uint64_t from = p->first, next = p->first, received = 0;
    for (; from < p->end; parts++) {
        AUTO_BUF(b, 1 << 20);
        uint64_t end = receipt_message_put(&about, p, from, bytes, &b);
        const struct json *m = parsed(a, &b), *told = json_get(m, "runs");
        EXPECT(end > from && end <= p->end);
        EXPECT(b.n < bytes + 1000);
        EXPECT_EQ(json_get_int(m, "first_offset"), from);
        EXPECT_EQ(json_get_int(m, "last_offset"), end - 1);
        for (size_t i = 0; i < told->count; i++) {
            EXPECT_EQ(json_get_int(&told->items[i], "from"), next);
            next = (uint64_t)json_get_int(&told->items[i], "to") + 1;
        }
        EXPECT_EQ(next, end);
        const struct json *list = json_get(m, "rows");
        for (size_t i = 0; i < list->count; i++) {
            uint64_t offset = (uint64_t)json_get_int(&list->items[i], "offset");
            EXPECT(offset >= from && offset < end);
        }
        rows += list->count;
        received += (uint64_t)json_get_int(m, "received");
        from = end;
    }
    EXPECT_EQ(rows, p->line_count);
    EXPECT_EQ(received, p->end - p->first);
    return parts;
}

TEST(a_long_one_is_divided_between_rows_and_nothing_is_lost_or_told_twice)
{
    char rows[ROWS_MAX];
    memset(rows, 'r', sizeof rows);
    rows[300] = '\0';
    struct receipt_read p = pack_of(rows);
    EXPECT(divided(&p, 4000) > 10);
    EXPECT_EQ(divided(&p, 1 << 20), 1);
    for (int i = 0; i < 300; i++)
        rows[i] = i % 2 ? 's' : 'd';
    p = pack_of(rows);
    EXPECT(divided(&p, 2000) > 5);
    EXPECT_EQ(divided(&p, 2), 300);
}

TEST(telling_a_part_again_tells_the_same)
{
    char rows[201] = {0};
    memset(rows, 'r', 200);
    struct receipt_read p = pack_of(rows);
    AUTO_BUF(once, 1 << 20);
    AUTO_BUF(again, 1 << 20);
    uint64_t end = receipt_message_put(&about, &p, 100, 3000, &once);
    EXPECT(end > 101 && end < 300);
    EXPECT_EQ(receipt_message_put(&about, &p, 100, 3000, &again), end);
    EXPECT_SAME(buf_slice(&again), buf_slice(&once));
}

TEST(what_was_swept_before_it_was_told_is_told_as_forgotten)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    AUTO_BUF(b, 1 << 16);
    receipt_message_put_swept(&about, 5, 10, &b);
    const struct json *m = parsed(a, &b);
    EXPECT_SLICE(json_get_string(m, "id"), "credit.submissions.amr/2/5-9");
    EXPECT_SLICE(json_get_string(&json_get(m, "runs")->items[0], "verdict"), "forgotten");
    EXPECT_EQ(json_get_int(&json_get(m, "runs")->items[0], "to"), 9);
}

TEST(a_partition_that_was_begun_anew_has_ids_of_its_own)
{
    char id[RECEIPT_ID_BYTES];
    struct receipt_about second = about;
    second.generation = 1;
    receipt_message_id(&second, 0, 7, id);
    EXPECT_STR(id, "credit.submissions.amr/2.1/0-7");
}
