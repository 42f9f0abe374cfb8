/* Schemas: a new store, an old one, one that is too new, and steps that run again. */
#include "base/fault.h"
#include "store/migrate.h"
#include "store/names.h"
#include "store/source.h"
#include "store/state.h"
#include "tests/unit/store/temp_store.h"

static struct counters counters_of(struct store *s)
{
    AUTO(view_close) struct view *v = NULL;
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct counters c;
    EXPECT_OK(view_open(s, &v));
    EXPECT_OK(counters_get(v, a, &c));
    return c;
}

static void make_old(struct store *s)
{
    put_row(s, CF_STATE, SLICE("schema"), SLICE("\0\0\0\1"));
    delete_row(s, CF_STATE, SLICE("counters"));
}

TEST(a_new_store_has_the_present_schema)
{
    const char *dir = test_tempdir();
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    AUTO(store_close) struct store *s = store_in(dir);
    EXPECT_HEX(row_of(s, a, CF_STATE, SLICE("schema")), "00000002");
    EXPECT_EQ(rows_of(s, CF_STATE, (struct slice){0}), 1);
    EXPECT_OK(migrate_run(s, NULL));
    EXPECT_EQ(rows_of(s, CF_STATE, (struct slice){0}), 1);
}

TEST(a_store_of_a_newer_program_is_refused_with_the_remedy)
{
    const char *dir = test_tempdir();
    struct store *s = store_in(dir);
    put_row(s, CF_STATE, SLICE("schema"), SLICE("\0\0\0\3"));
    store_close(s);
    struct store_options o = {.dir = dir};
    struct reason why = {""};
    EXPECT_ERR(store_open(&o, &s, &why), CE_FORMAT);
    EXPECT(strstr(why.text, "schema 3") && strstr(why.text, "newer"));
}

TEST(a_store_that_does_not_say_its_schema_is_refused)
{
    static const struct slice damaged[] = {{"", 0}, {"\2", 1}, {"\0\0\0\0", 4}, {"\0\0\0\0\2", 5}};
    struct store_options o = {.dir = test_tempdir()};
    struct reason why = {""};
    for (size_t i = 0; i <= ARRAY_LEN(damaged); i++) {
        o.dir = test_tempdir();
        struct store *s = store_in(o.dir);
        put_row(s, CF_LOG, SLICE("0123456701234567"), SLICE("x"));
        if (i < ARRAY_LEN(damaged))
            put_row(s, CF_STATE, SLICE("schema"), damaged[i]);
        else
            delete_row(s, CF_STATE, SLICE("schema"));
        store_close(s);
        EXPECT_ERR(store_open(&o, &s, &why), CE_FORMAT);
        EXPECT(*why.text != '\0');
    }
}

TEST(an_empty_old_store_counts_from_one)
{
    const char *dir = test_tempdir();
    struct store *s = store_in(dir);
    make_old(s);
    store_close(s);
    s = store_in(dir);
    struct counters c = counters_of(s);
    EXPECT_EQ(c.next_record, 1);
    EXPECT_EQ(c.next_search, 1);
    EXPECT_EQ(c.next_batch, 1);
    EXPECT_EQ(c.next_event, 1);
    store_close(s);
}

/* What a store of schema 1 held: numbers lie in its rows alone. */
static void fill_old(struct store *s)
{
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    struct subject_id subject = {"\x01"
                                 "91440106YY00000288"};
    struct version v = version_make(1, (struct utc_ms){1}, 0, 1);
    struct record_id id = {"\0\1"
                           "0123456789abcdef"};
    struct source source = {
        .version = v,
        .locator = record_key_make(&subject, CATEGORY_ADMINISTRATION, (struct day){19727}, 300)};
    uint8_t bytes[SOURCE_BYTES];
    source_encode(&source, bytes);
    batch_put(b, CF_BY_SOURCE, KEY_SLICE(id), slice_make(bytes, sizeof bytes));
    batch_put(b, CF_RECORD, KEY_SLICE(source.locator), SLICE("a record"));
    struct history_key h = history_key_make(17, &v);
    batch_put(b, CF_HISTORY, KEY_SLICE(h), SLICE("a version"));
    struct slice name = SLICE("甲乙");
    names_put(b, 70000, &subject, NULL, 0, &name, 1);
    struct log_key l = log_key_make(11, 1001);
    batch_put(b, CF_LOG, KEY_SLICE(l), SLICE("a receipt"));
    batch_put(b, CF_EVENT, SLICE("\0\0\0\0\0\0\1\1"), SLICE("an event"));
    struct batch_state state = {
        .number = 9, .department = SLICE("amr"), .name = SLICE("n"), .received = {1700000000000}};
    struct batch_id batch = {{1}};
    batch_state_put(b, &batch, &state);
    commit(b);
}

static void expect_derived(struct store *s)
{
    struct counters c = counters_of(s);
    EXPECT_EQ(c.next_record, 301);
    EXPECT_EQ(c.next_search, 70001);
    EXPECT_EQ(c.next_batch, 12);
    EXPECT_EQ(c.next_event, 258);
    EXPECT_EQ(c.newest_received.v, 1700000000000);
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    EXPECT_HEX(row_of(s, a, CF_STATE, SLICE("schema")), "00000002");
}

TEST(the_step_from_1_to_2_derives_the_counters_from_what_is_stored)
{
    const char *dir = test_tempdir();
    struct store *s = store_in(dir);
    fill_old(s);
    make_old(s);
    store_close(s);
    s = store_in(dir);
    expect_derived(s);
    store_close(s);
}

TEST(a_step_that_runs_again_changes_nothing)
{
    AUTO(store_close) struct store *s = temp_store();
    fill_old(s);
    make_old(s);
    EXPECT_OK(migrate_run(s, NULL));
    expect_derived(s);
    put_row(s, CF_STATE, SLICE("schema"), SLICE("\0\0\0\1"));
    EXPECT_OK(migrate_run(s, NULL));
    expect_derived(s);
}

TEST(a_step_never_lowers_a_counter)
{
    AUTO(store_close) struct store *s = temp_store();
    fill_old(s);
    make_old(s);
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    struct counters c = {1000, 2, 1000, 2, {1800000000000}};
    counters_put(b, &c);
    commit(b);
    EXPECT_OK(migrate_run(s, NULL));
    c = counters_of(s);
    EXPECT_EQ(c.next_record, 1000);
    EXPECT_EQ(c.next_search, 70001);
    EXPECT_EQ(c.next_batch, 1000);
    EXPECT_EQ(c.next_event, 258);
    EXPECT_EQ(c.newest_received.v, 1800000000000);
}

TEST(a_step_over_damaged_rows_fails_and_changes_nothing)
{
    static const struct {
        enum cf cf;
        struct slice key, value;
    } bad[] = {
        {CF_BY_SOURCE, {"0123456789abcdefgh", 18}, {"\1", 1}},
        {CF_RECORD, {"short", 5}, {"x", 1}},
        {CF_HISTORY, {"short", 5}, {"x", 1}},
        {CF_NAME, {"i\1", 2}, {"x", 1}},
        {CF_LOG, {"\1", 1}, {"x", 1}},
        {CF_EVENT, {"\1", 1}, {"x", 1}},
        {CF_STATE, {"batch/0123456789", 16}, {"\1", 1}},
        {CF_STATE, {"counters", 8}, {"\1", 1}},
    };
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        AUTO(store_close) struct store *s = temp_store();
        struct reason why = {""};
        make_old(s);
        put_row(s, bad[i].cf, bad[i].key, bad[i].value);
        EXPECT_ERR(migrate_run(s, &why), CE_FORMAT);
        EXPECT(strstr(why.text, "from schema 1 to 2") != NULL);
        EXPECT_HEX(row_of(s, a, CF_STATE, SLICE("schema")), "00000001");
    }
}

#ifdef CREDENCE_FAULTS

TEST(a_step_whose_commit_fails_is_run_again_at_the_next_start)
{
    AUTO(store_close) struct store *s = temp_store();
    fill_old(s);
    make_old(s);
    struct reason why;
    fault_arm(FAULT_COMMIT_FAILS, 1);
    EXPECT_ERR(migrate_run(s, &why), CE_FAULT);
    EXPECT_OK(store_reopen(s, &why));
    EXPECT_OK(migrate_run(s, &why));
    expect_derived(s);
}
#endif
