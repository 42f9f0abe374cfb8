/* Ledger lines: bytes, order, spans of days, damage. */
#include "store/ledger.h"
#include "tests/unit/store/temp_store.h"

static const struct totals some = {3, 2, 0, 0, 0, 1, 0, 0};

struct told {
    char text[512];
    unsigned rows, rows_max;
};

static bool tell(void *ctx, const struct ledger_line *line)
{
    struct told *t = ctx;
    size_t n = strlen(t->text);
    snprintf(t->text + n, sizeof t->text - n, "%.*s/%d/%d=%llu ", FMT_SLICE(line->department),
             line->theme, line->day.v, line->totals.received);
    return ++t->rows < t->rows_max;
}

static const char *lines(struct store *s, struct slice department, int from, int to,
                         unsigned rows_max)
{
    static struct told t;
    t = (struct told){.rows_max = rows_max};
    AUTO(view_close) struct view *v = NULL;
    EXPECT_OK(view_open(s, &v));
    EXPECT_OK(ledger_walk(v, department, (struct day){from}, (struct day){to}, tell, &t));
    return t.text;
}

TEST(a_ledger_line_has_these_bytes)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct ledger_line line = {SLICE("amr"), 1, {19727}, some};
    ledger_put(b, &line);
    commit(b);
    EXPECT_HEX(row_of(s, a, CF_LEDGER, SLICE("amr\0\0\x01\x80\0\x4D\x0F")),
               "01 03 02 00 00 00 01 00 00");
}

TEST(a_line_that_is_not_there_counts_nothing)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct totals t = some, zero = {0};
    EXPECT_OK(ledger_get(b, a, SLICE("amr"), 1, (struct day){19727}, &t));
    EXPECT_EQ(memcmp(&t, &zero, sizeof t), 0);
    struct ledger_line line = {SLICE("amr"), 1, {19727}, some};
    ledger_put(b, &line);
    EXPECT_OK(ledger_get(b, a, SLICE("amr"), 1, (struct day){19727}, &t));
    EXPECT_EQ(memcmp(&t, &some, sizeof t), 0);
    commit(b);
    EXPECT_OK(ledger_get(b, a, SLICE("amr"), 1, (struct day){19727}, &t));
    EXPECT_EQ(t.stored, 2);
    EXPECT_OK(ledger_get(b, a, SLICE("amr"), 2, (struct day){19727}, &t));
    EXPECT_EQ(t.stored, 0);
    EXPECT_OK(ledger_get(b, a, SLICE("am"), 1, (struct day){19727}, &t));
    EXPECT_EQ(t.stored, 0);
}

TEST(lines_are_walked_by_department_and_days)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    static const struct ledger_line in[] = {{{"amr", 3}, 1, {-1}, {1, 1, 0, 0, 0, 0, 0, 0}},
                                            {{"amr", 3}, 1, {0}, {2, 2, 0, 0, 0, 0, 0, 0}},
                                            {{"amr", 3}, 256, {0}, {3, 3, 0, 0, 0, 0, 0, 0}},
                                            {{"amrx", 4}, 1, {0}, {4, 4, 0, 0, 0, 0, 0, 0}},
                                            {{"am", 2}, 2, {19727}, {5, 5, 0, 0, 0, 0, 0, 0}}};
    for (size_t i = 0; i < ARRAY_LEN(in); i++)
        ledger_put(b, &in[i]);
    commit(b);
    struct slice all = {0};
    EXPECT_STR(lines(s, all, INT32_MIN, INT32_MAX, 9),
               "am/2/19727=5 amr/1/-1=1 amr/1/0=2 amr/256/0=3 amrx/1/0=4 ");
    EXPECT_STR(lines(s, SLICE("amr"), INT32_MIN, INT32_MAX, 9),
               "amr/1/-1=1 amr/1/0=2 amr/256/0=3 ");
    EXPECT_STR(lines(s, SLICE("amr"), 0, 0, 9), "amr/1/0=2 amr/256/0=3 ");
    EXPECT_STR(lines(s, all, -1, -1, 9), "amr/1/-1=1 ");
    EXPECT_STR(lines(s, all, INT32_MIN, INT32_MAX, 2), "am/2/19727=5 amr/1/-1=1 ");
    EXPECT_STR(lines(s, SLICE("a"), INT32_MIN, INT32_MAX, 9), "");
}

TEST(damaged_lines_are_refused)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    static const struct {
        struct slice key, value;
    } bad[] = {
        {{"amr", 3}, {"\1\0\0\0\0\0\0\0\0", 9}},
        {{"\0\0\1\x80\0\0\0", 7}, {"\1\0\0\0\0\0\0\0\0", 9}},
        {{"amr\0\0\1\x80\0\0", 9}, {"\1\0\0\0\0\0\0\0\0", 9}},
        {{"amr\0\0\1\x80\0\0\0", 10}, {"\2\0\0\0\0\0\0\0\0", 9}},
        {{"amr\0\0\1\x80\0\0\0", 10}, {"\1\0\0\0\0\0\0\0", 8}},
        {{"amr\0\0\1\x80\0\0\0", 10}, {"", 0}},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        AUTO(store_close) struct store *s = temp_store();
        AUTO(view_close) struct view *v = NULL;
        struct told t = {.rows_max = 9};
        put_row(s, CF_LEDGER, bad[i].key, bad[i].value);
        EXPECT_OK(view_open(s, &v));
        EXPECT_ERR(ledger_walk(v, (struct slice){0}, (struct day){INT32_MIN},
                               (struct day){INT32_MAX}, tell, &t),
                   CE_FORMAT);
        EXPECT_EQ(t.rows, 0);
    }
}
