/* Receipts: packed bytes, lines in row order across commits, sums, damage. */
#include "store/keys.h"
#include "store/receipts.h"
#include "tests/unit/store/temp_store.h"

static struct findings found(enum rule rule, const char *item, const char *value)
{
    struct findings f = {.count = 1};
    f.list[0] = (struct finding){rule, slice_of(item), slice_of(value), {0}};
    return f;
}

struct told {
    char text[2048];
    unsigned rows, rows_max;
};

static bool tell(void *ctx, const struct receipt_line *l)
{
    struct told *t = ctx;
    size_t n = strlen(t->text);
    n += (size_t)snprintf(t->text + n, sizeof t->text - n, "%llu", (unsigned long long)l->row);
    if (l->to > l->row)
        n += (size_t)snprintf(t->text + n, sizeof t->text - n, "-%llu", (unsigned long long)l->to);
    n += (size_t)snprintf(t->text + n, sizeof t->text - n, " %s", verdict_code(l->verdict));
    if (l->rule)
        n += (size_t)snprintf(t->text + n, sizeof t->text - n, "(%s %.*s=%.*s%.*s)",
                              rule_id(l->rule), FMT_SLICE(l->item), FMT_SLICE(l->value),
                              FMT_SLICE(l->hint));
    snprintf(t->text + n, sizeof t->text - n, "; ");
    return ++t->rows < t->rows_max;
}

static const char *lines(struct store *s, uint64_t batch, uint64_t from, unsigned rows_max)
{
    static struct told t;
    t = (struct told){.rows_max = rows_max};
    AUTO(view_close) struct view *v = NULL;
    EXPECT_OK(view_open(s, &v));
    EXPECT_OK(receipts_walk(v, batch, from, tell, &t));
    return t.text;
}

static struct totals totals(struct store *s, uint64_t batch)
{
    struct totals t;
    AUTO(view_close) struct view *v = NULL;
    EXPECT_OK(view_open(s, &v));
    EXPECT_OK(receipts_totals(v, batch, &t));
    return t;
}

/* Packs rows from `first` on, one letter each: s stored, c changed, d duplicate, o stale, r
 * rejected; a capital letter carries a warning. */
static void pack(struct receipt_pack *p, uint64_t first, const char *rows)
{
    static const char letters[] = "scdor";
    struct findings warning = found(RULE_VERSION_REUSED, "x", "v");
    for (uint64_t row = first; *rows; rows++, row++) {
        bool warns = *rows < 'a';
        const char *at = strchr(letters, warns ? *rows + 32 : *rows);
        EXPECT(at != NULL);
        receipt_pack_row(p, row, (enum verdict)(VERDICT_STORED + (at - letters)),
                         warns ? &warning : NULL, SLICE("k"));
    }
}

static void put(struct store *s, uint64_t batch, uint64_t first, const char *rows)
{
    struct receipt_pack p;
    receipt_pack_init(&p);
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    pack(&p, first, rows);
    EXPECT_OK(receipt_pack_put(&p, b, batch));
    EXPECT(receipt_pack_is_empty(&p));
    commit(b);
    receipt_pack_fini(&p);
}

TEST(a_pack_has_these_bytes)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct receipt_pack p;
    receipt_pack_init(&p);
    EXPECT(receipt_pack_is_empty(&p));
    EXPECT_OK(receipt_pack_put(&p, b, 7));
    EXPECT_EQ(batch_rows_all(b), 0);

    struct findings f = found(RULE_USCC_CHECK, "name", "?");
    receipt_pack_row(&p, 5, VERDICT_STORED, NULL, (struct slice){0});
    receipt_pack_row(&p, 6, VERDICT_STORED, NULL, (struct slice){0});
    receipt_pack_row(&p, 7, VERDICT_REJECTED, &f, (struct slice){0});
    EXPECT(!receipt_pack_is_empty(&p));
    EXPECT_OK(receipt_pack_put(&p, b, 7));
    commit(b);
    struct log_key k = log_key_make(7, 5);
    char wanted[128];
    snprintf(wanted, sizeof wanted, "03 00 04 0102 0501 00 02 05 01 00 %04X 046E616D65 013F 00",
             (unsigned)RULE_USCC_CHECK);
    EXPECT_HEX(row_of(s, a, CF_LOG, KEY_SLICE(k)), wanted);
    EXPECT_STR(lines(s, 7, 0, 9), "7 rejected(uscc.check name=?); ");

    for (uint64_t row = 8; row < 308; row++)
        receipt_pack_row(&p, row, VERDICT_DUPLICATE, NULL, (struct slice){0});
    EXPECT_OK(receipt_pack_put(&p, b, 7));
    commit(b);
    k = log_key_make(7, 8);
    EXPECT_HEX(row_of(s, a, CF_LOG, KEY_SLICE(k)), "03 00 03 03AC02 00");
    EXPECT_STR(lines(s, 7, 0, 9), "7 rejected(uscc.check name=?); 8-307 duplicate; ");
    receipt_pack_fini(&p);
}

TEST(stored_and_changed_rows_without_a_warning_do_not_come)
{
    AUTO(store_close) struct store *s = temp_store();
    put(s, 1, 1, "ssccss");
    EXPECT_STR(lines(s, 1, 0, 9), "");
    put(s, 2, 1, "sSccC");
    EXPECT_STR(lines(s, 2, 0, 9), "2 stored(version.reused x=v); 5 changed(version.reused x=v); ");
}

TEST(stale_and_rejected_rows_come_even_without_a_finding)
{
    AUTO(store_close) struct store *s = temp_store();
    put(s, 1, 1, "sooOrs");
    EXPECT_STR(lines(s, 1, 0, 9), "2 stale; 3 stale; 4 stale(version.reused x=v); 5 rejected; ");
}

TEST(each_row_comes_in_one_place)
{
    AUTO(store_close) struct store *s = temp_store();
    put(s, 1, 1, "ddDddsdD");
    EXPECT_STR(lines(s, 1, 0, 9), "1-2 duplicate; 3 duplicate(version.reused x=v); 4-5 duplicate; "
                                  "7 duplicate; 8 duplicate(version.reused x=v); ");
}

TEST(runs_of_duplicates_that_cross_commits_are_joined)
{
    AUTO(store_close) struct store *s = temp_store();
    put(s, 1, 1, "sdd");
    put(s, 1, 4, "ddd");
    put(s, 1, 7, "dsd");
    put(s, 1, 10, "rd");
    put(s, 2, 12, "dd");
    EXPECT_STR(lines(s, 1, 0, 9), "2-7 duplicate; 9 duplicate; 10 rejected; 11 duplicate; ");
    EXPECT_STR(lines(s, 2, 0, 9), "12-13 duplicate; ");
    EXPECT_STR(lines(s, 3, 0, 9), "");
}

TEST(a_walk_may_begin_at_any_row)
{
    AUTO(store_close) struct store *s = temp_store();
    put(s, 1, 1, "rdddd");
    put(s, 1, 6, "ddrdR");
    EXPECT_STR(lines(s, 1, 1, 9), "1 rejected; 2-7 duplicate; 8 rejected; 9 duplicate; "
                                  "10 rejected(version.reused x=v); ");
    EXPECT_STR(lines(s, 1, 2, 9),
               "2-7 duplicate; 8 rejected; 9 duplicate; 10 rejected(version.reused x=v); ");
    EXPECT_STR(lines(s, 1, 4, 1), "4-7 duplicate; ");
    EXPECT_STR(lines(s, 1, 6, 2), "6-7 duplicate; 8 rejected; ");
    EXPECT_STR(lines(s, 1, 8, 1), "8 rejected; ");
    EXPECT_STR(lines(s, 1, 9, 1), "9 duplicate; ");
    EXPECT_STR(lines(s, 1, 10, 9), "10 rejected(version.reused x=v); ");
    EXPECT_STR(lines(s, 1, 11, 9), "");
    EXPECT_STR(lines(s, 1, UINT64_MAX, 9), "");
}

TEST(notes_are_not_kept_and_several_findings_are)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    struct receipt_pack p;
    receipt_pack_init(&p);
    struct findings f = {.count = 3};
    f.list[0] = (struct finding){RULE_USCC_CHECK, SLICE("a"), SLICE(""), SLICE("h")};
    f.list[1] = (struct finding){RULE_VERSION_REUSED, SLICE("b"), SLICE("2"), SLICE("")};
    f.list[2] = (struct finding){RULE_NONE, SLICE("c"), SLICE("3"), SLICE("")};
    for (unsigned n = 1; n < 500 && f.list[2].rule == RULE_NONE; n++)
        if (rule_is_known(n) && rule_severity((enum rule)n) == SEVERITY_NOTE)
            f.list[2].rule = (enum rule)n;
    EXPECT(f.list[2].rule != RULE_NONE);
    receipt_pack_row(&p, 1, VERDICT_REJECTED, &f, (struct slice){0});
    receipt_pack_row(&p, 2, VERDICT_STORED, &f, (struct slice){0});
    EXPECT_OK(receipt_pack_put(&p, b, 1));
    commit(b);
    EXPECT_STR(lines(s, 1, 0, 9), "1 rejected(uscc.check a=h); 1 rejected(version.reused b=2); "
                                  "2 stored(version.reused b=2); ");
    receipt_pack_fini(&p);
}

static bool tell_kept(void *ctx, const struct receipt_line *l)
{
    struct told *t = ctx;
    size_t n = strlen(t->text);
    snprintf(t->text + n, sizeof t->text - n, "%llu %.*s; ", (unsigned long long)l->row,
             FMT_SLICE(l->kept));
    return true;
}

TEST(rejected_rows_are_kept_and_the_last_pack_knows_all_columns)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    struct findings f = found(RULE_USCC_CHECK, "a", "");
    f.list[f.count++] = (struct finding){.rule = RULE_DATE_INVALID};
    struct slice columns;
    struct receipt_pack p;
    receipt_pack_init(&p);
    receipt_pack_row(&p, 1, VERDICT_REJECTED, &f, SLICE("one"));
    receipt_pack_row(&p, 2, VERDICT_STORED, NULL, (struct slice){0});
    receipt_pack_columns(&p, SLICE("early"));
    EXPECT_OK(receipt_pack_put(&p, b, 4));
    commit(b);
    receipt_pack_row(&p, 3, VERDICT_REJECTED, NULL, (struct slice){0});
    receipt_pack_row(&p, 4, VERDICT_REJECTED, NULL, SLICE("four"));
    receipt_pack_columns(&p, SLICE("later"));
    receipt_pack_columns(&p, SLICE("last"));
    EXPECT_OK(receipt_pack_put(&p, b, 4));
    commit(b);
    put(s, 5, 1, "s");
    AUTO(view_close) struct view *v = NULL;
    EXPECT_OK(view_open(s, &v));
    struct told t = {.rows_max = 99};
    EXPECT_OK(receipts_walk(v, 4, 0, tell_kept, &t));
    EXPECT_STR(t.text, "1 one; 1 one; 3 ; 4 four; ");
    EXPECT_OK(receipts_columns(v, a, 4, &columns));
    EXPECT_SLICE(columns, "last");
    EXPECT_OK(receipts_columns(v, a, 5, &columns));
    EXPECT_EQ(columns.n, 0);
    EXPECT_OK(receipts_columns(v, a, 3, &columns));
    EXPECT_EQ(columns.n, 0);
    receipt_pack_fini(&p);
}

TEST(totals_add_up_over_commits)
{
    AUTO(store_close) struct store *s = temp_store();
    put(s, 1, 1, "sScdDo");
    put(s, 1, 7, "rRddO");
    put(s, 2, 1, "s");
    struct totals t = totals(s, 1);
    EXPECT_EQ(t.received, 11);
    EXPECT_EQ(t.stored, 2);
    EXPECT_EQ(t.changed, 1);
    EXPECT_EQ(t.duplicate, 4);
    EXPECT_EQ(t.stale, 2);
    EXPECT_EQ(t.rejected, 2);
    EXPECT_EQ(t.warned, 4);
    EXPECT_EQ(t.noted, 0);
    EXPECT_EQ(totals(s, 3).received, 0);
}

static void expect_damaged(struct slice key, struct slice value)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(view_close) struct view *v = NULL;
    struct told t = {.rows_max = 1000};
    put_row(s, CF_LOG, key, value);
    EXPECT_OK(view_open(s, &v));
    EXPECT_ERR(receipts_walk(v, 0, 0, tell, &t), CE_FORMAT);
}

TEST(damaged_packs_are_refused)
{
    struct slice key = SLICE("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1");
    static const struct slice bad[] = {
        {"", 0},                            /* nothing */
        {"\1\2\1\1", 4},                    /* an older format */
        {"\3\2\1\1\0", 5},                  /* a newer one */
        {"\2\0\0", 3},                      /* no run */
        {"\2\2\0\1\0", 5},                  /* no such verdict */
        {"\2\2\6\1\0", 5},                  /* nor this */
        {"\2\2\1\0\0", 5},                  /* a run of no rows */
        {"\2\3\1\1", 4},                    /* cut */
        {"\2\2\1\1", 4},                    /* no columns */
        {"\2\2\1\1\2x", 6},                 /* columns that are cut */
        {"\2\2\5\1\0\0\5", 7},              /* a detail without its count */
        {"\2\2\5\1\0\0\5\0", 8},            /* a rejected row without the row */
        {"\2\2\5\1\0\0\5\0\2x", 10},        /* a row that is cut */
        {"\2\2\5\1\0\1\5\0\0", 9},          /* a detail behind the last row */
        {"\2\2\5\1\0\0\4\0", 8},            /* another verdict than the run's */
        {"\2\2\5\2\0\0\5\0\0\0\5\0\0", 13}, /* the same row twice */
        {"\2\2\5\1\0\0\5\1\0\0\1\1a", 13},  /* a finding that is cut */
        {"\2\2\5\1\0\0\5\x7f\0", 9},        /* more findings than a row has */
        {"\2\x14\1\xff\xff\xff\xff\xff\xff\xff\xff\xff\1\1\xff\xff\xff\xff\xff\xff\xff\xff\1\0",
         23},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        expect_damaged(key, bad[i]);
    expect_damaged(slice_make(key.p, 15), SLICE("\2\2\1\1\0"));
}

TEST(a_damaged_pack_never_crashes_whatever_byte_is_changed)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    put(s, 1, 1, "sScdDorRddO");
    struct log_key k = log_key_make(1, 1);
    struct slice good = row_of(s, a, CF_LOG, KEY_SLICE(k));
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    for (size_t i = 0; i < good.n; i++) {
        for (unsigned change = 1; change < 256; change *= 2) {
            struct slice bytes = arena_dup(a, good);
            ((char *)(uintptr_t)bytes.p)[i] ^= (char)change;
            batch_put(b, CF_LOG, KEY_SLICE(k), bytes);
            commit(b);
            AUTO(view_close) struct view *v = NULL;
            struct told t = {.rows_max = 20};
            struct totals sum;
            EXPECT_OK(view_open(s, &v));
            int r = receipts_walk(v, 1, 0, tell, &t);
            EXPECT(r == 0 || r == CE_FORMAT);
            r = receipts_totals(v, 1, &sum);
            EXPECT(r == 0 || r == CE_FORMAT);
        }
    }
}

/* A pack taken apart: "1-3: 1-2 stored; 3 rejected; | 3 rejected(…); " */
static const char *taken_apart(struct store *s, uint64_t batch, uint64_t row)
{
    static struct told t;
    t = (struct told){.rows_max = 1000};
    AUTO(view_close) struct view *v = NULL;
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct receipt_read p;
    EXPECT_OK(view_open(s, &v));
    int r = receipts_read(v, a, batch, row, &p);
    if (r == CE_NOT_FOUND)
        return "none";
    EXPECT_OK(r);
    snprintf(t.text, sizeof t.text, "%llu-%llu: ", (unsigned long long)p.first,
             (unsigned long long)p.end - 1);
    for (size_t i = 0; i < p.run_count; i++)
        tell(&t, &(struct receipt_line){
                     .row = p.runs[i].row, .to = p.runs[i].to, .verdict = p.runs[i].verdict});
    size_t n = strlen(t.text);
    snprintf(t.text + n, sizeof t.text - n, "| ");
    for (size_t i = 0; i < p.line_count; i++)
        tell(&t, &p.lines[i]);
    return t.text;
}

TEST(a_pack_is_found_by_any_of_its_rows_and_taken_apart)
{
    AUTO(store_close) struct store *s = temp_store();
    EXPECT_STR(taken_apart(s, 1, 1), "none");
    put(s, 1, 1, "ssSdr");
    put(s, 1, 6, "o");
    put(s, 2, 9, "c");
    const char *first = "1-5: 1-3 stored; 4 duplicate; 5 rejected; | 3 stored(version.reused x=v); "
                        "5 rejected; ";
    EXPECT_STR(taken_apart(s, 1, 0), first);
    EXPECT_STR(taken_apart(s, 1, 1), first);
    EXPECT_STR(taken_apart(s, 1, 5), first);
    EXPECT_STR(taken_apart(s, 1, 6), "6-6: 6 stale; | 6 stale; ");
    EXPECT_STR(taken_apart(s, 1, 7), "none");
    EXPECT_STR(taken_apart(s, 2, 1), "9-9: 9 changed; | ");
    EXPECT_STR(taken_apart(s, 3, 1), "none");
}
