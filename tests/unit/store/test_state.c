/* Counters, batches, keys of departments, catalogue entries: bytes, lists, damage. */
#include "store/state.h"
#include "tests/unit/store/temp_store.h"

struct fixture {
    struct store *store;
    struct batch *batch;
    struct arena *arena;
    struct view *view;
};

static struct fixture begin(void)
{
    struct fixture f = {.store = temp_store(), .arena = arena_create(1 << 20)};
    f.batch = batch_create(f.store);
    return f;
}

static struct view *look(struct fixture *f)
{
    view_close(f->view);
    f->view = NULL;
    EXPECT_OK(view_open(f->store, &f->view));
    return f->view;
}

static void end(struct fixture *f)
{
    view_close(f->view);
    batch_destroy(f->batch);
    store_close(f->store);
    arena_destroy(f->arena);
}

TEST(a_new_store_counts_from_one)
{
    struct fixture f = begin();
    struct counters c;
    EXPECT_OK(counters_get(look(&f), f.arena, &c));
    EXPECT_EQ(c.next_record, 1);
    EXPECT_EQ(c.next_search, 1);
    EXPECT_EQ(c.next_batch, 1);
    EXPECT_EQ(c.next_event, 1);
    EXPECT_EQ(c.newest_received.v, 0);
    end(&f);
}

TEST(counters_have_these_bytes)
{
    struct fixture f = begin();
    struct counters c = {2, 3, 4, 5, {0x18CD6B8F800}}, back;
    counters_put(f.batch, &c);
    commit(f.batch);
    EXPECT_HEX(row_of(f.store, f.arena, CF_STATE, SLICE("counters")),
               "01 0000000000000002 0000000000000003 0000000000000004 0000000000000005 "
               "0000018CD6B8F800");
    EXPECT_OK(counters_get(look(&f), f.arena, &back));
    EXPECT_EQ(memcmp(&back, &c, sizeof c), 0);
    end(&f);
}

TEST(damaged_counters_are_refused)
{
    struct fixture f = begin();
    struct counters c;
    char bytes[42] = {1};
    for (size_t n = 0; n <= sizeof bytes; n++) {
        put_row(f.store, CF_STATE, SLICE("counters"), slice_make(bytes, n));
        int r = counters_get(look(&f), f.arena, &c);
        EXPECT_EQ(r, n == 41 ? 0 : CE_FORMAT);
    }
    bytes[0] = 2;
    put_row(f.store, CF_STATE, SLICE("counters"), slice_make(bytes, 41));
    EXPECT_ERR(counters_get(look(&f), f.arena, &c), CE_FORMAT);
    end(&f);
}

static struct batch_state sample(uint64_t number, const char *department)
{
    struct batch_state s = {.number = number,
                            .department = slice_of(department),
                            .name = SLICE("2024-01-05"),
                            .theme = 3,
                            .format = 'c',
                            .encoding = 'a',
                            .received = {0x18CD6B8F800},
                            .finished = {0x18CD6B8F801},
                            .rows_done = 300,
                            .bytes_done = 5,
                            .totals = {3, 2, 0, 0, 0, 1, 0, 0}};
    memset(s.hash, 0xAB, sizeof s.hash);
    return s;
}

static struct batch_id id_of(char c)
{
    struct batch_id id;
    memset(id.b, c, sizeof id.b);
    return id;
}

TEST(a_batch_has_these_bytes)
{
    struct fixture f = begin();
    struct batch_id id = id_of('x');
    struct batch_state s = sample(7, "amr"), back;
    batch_state_put(f.batch, &id, &s);
    EXPECT_EQ(batch_rows_all(f.batch), 3);
    commit(f.batch);
    struct slice bytes = row_of(f.store, f.arena, CF_STATE, SLICE("batch/xxxxxxxxxx"));
    EXPECT_HEX(bytes, "03 0000000000000007 0000018CD6B8F800 0000018CD6B8F801 0003 63 61 AC02 05 "
                      "ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB "
                      "03 02 00 00 00 01 00 00 03616D72 0A323032342D30312D3035 00");
    EXPECT_HEX(
        row_of(f.store, f.arena, CF_STATE, SLICE("batch-number/\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xF8")),
        "01 78787878787878787878");
    EXPECT_HEX(
        row_of(f.store, f.arena, CF_STATE, SLICE("batch-of/amr\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xF8")),
        "01 78787878787878787878");

    EXPECT_OK(batch_state_get(look(&f), f.arena, &id, &back));
    EXPECT_EQ(back.number, 7);
    EXPECT_SLICE(back.department, "amr");
    EXPECT_SLICE(back.name, "2024-01-05");
    EXPECT_EQ(back.theme, 3);
    EXPECT_EQ(back.format, 'c');
    EXPECT_EQ(back.received.v, s.received.v);
    EXPECT_EQ(back.finished.v, s.finished.v);
    EXPECT_EQ(back.rows_done, 300);
    EXPECT_EQ(back.bytes_done, 5);
    EXPECT_EQ(memcmp(back.hash, s.hash, 32), 0);
    EXPECT_EQ(memcmp(&back.totals, &s.totals, sizeof s.totals), 0);
    for (size_t n = 0; n < bytes.n; n++)
        EXPECT_ERR(batch_state_decode(slice_make(bytes.p, n), &back), CE_FORMAT);
    EXPECT(!back.is_published && !batch_is_fed(&back));
    id = id_of('y');
    EXPECT_ERR(batch_state_get(f.view, f.arena, &id, &back), CE_NOT_FOUND);
    end(&f);
}

TEST(a_batch_that_is_published_knows_its_partition_and_its_attempt)
{
    struct fixture f = begin();
    struct batch_id id = id_of('x');
    struct batch_state s = sample(7, "amr"), back;
    s.is_published = true;
    s.partition = 2;
    memset(s.upload, 0xCD, sizeof s.upload);
    batch_state_put(f.batch, &id, &s);
    commit(f.batch);
    struct slice bytes = row_of(f.store, f.arena, CF_STATE, SLICE("batch/xxxxxxxxxx"));
    EXPECT_HEX(slice_from(bytes, bytes.n - 15), "01 00000002 CDCDCDCDCDCDCDCDCDCD");
    EXPECT_OK(batch_state_decode(bytes, &back));
    EXPECT(back.is_published && batch_is_fed(&back));
    EXPECT_EQ(back.partition, 2);
    EXPECT_EQ(memcmp(back.upload, s.upload, sizeof s.upload), 0);
    for (size_t n = 0; n < bytes.n; n++)
        EXPECT_ERR(batch_state_decode(slice_make(bytes.p, n), &back), CE_FORMAT);
    end(&f);
}

TEST(the_id_of_a_batch_follows_from_department_and_name)
{
    uint8_t master[32] = {1}, other_master[32] = {2};
    AUTO(keys_destroy) struct keys *k = keys_fixed(master);
    AUTO(keys_destroy) struct keys *other = keys_fixed(other_master);
    struct batch_id a = batch_id_make(k, SLICE("amr"), SLICE("1"));
    struct batch_id same = batch_id_make(k, SLICE("amr"), SLICE("1"));
    struct batch_id b = batch_id_make(k, SLICE("am"), SLICE("r1"));
    struct batch_id c = batch_id_make(other, SLICE("amr"), SLICE("1"));
    EXPECT_EQ(memcmp(a.b, same.b, sizeof a.b), 0);
    EXPECT(memcmp(a.b, b.b, sizeof a.b) != 0);
    EXPECT(memcmp(a.b, c.b, sizeof a.b) != 0);
    uint8_t hash[16];
    crypt_hash16(k, KEY_BATCH,
                 SLICE("amr\0"
                       "1"),
                 hash);
    EXPECT_SAME(slice_make(a.b, sizeof a.b), slice_make(hash, sizeof a.b));
}

TEST(batches_are_listed_newest_first_and_by_department)
{
    struct fixture f = begin();
    static const char *const departments[] = {"amr", "am", "amr", "transport", "amr"};
    for (unsigned i = 0; i < 5; i++) {
        struct batch_id id = id_of((char)('e' - i)); /* ids are in another order than numbers */
        struct batch_state s = sample(i + 1, departments[i]);
        batch_state_put(f.batch, &id, &s);
    }
    commit(f.batch);
    struct view *v = look(&f);
    struct batch_id ids[9];
    struct batch_state list[9];
    unsigned n;
    EXPECT_OK(batch_state_list(v, f.arena, (struct slice){0}, 0, 9, ids, list, &n));
    EXPECT_EQ(n, 5);
    for (unsigned i = 0; i < n; i++) {
        EXPECT_EQ(list[i].number, 5 - i);
        EXPECT_EQ(ids[i].b[0], 'a' + (int)i);
    }
    EXPECT_OK(batch_state_list(v, f.arena, (struct slice){0}, 4, 2, ids, list, &n));
    EXPECT_EQ(n, 2);
    EXPECT_EQ(list[0].number, 3);
    EXPECT_EQ(list[1].number, 2);
    EXPECT_OK(batch_state_list(v, f.arena, (struct slice){0}, 1, 9, ids, list, &n));
    EXPECT_EQ(n, 0);
    EXPECT_OK(batch_state_list(v, f.arena, SLICE("amr"), 0, 9, ids, list, &n));
    EXPECT_EQ(n, 3);
    EXPECT_EQ(list[2].number, 1);
    EXPECT_OK(batch_state_list(v, f.arena, SLICE("amr"), 5, 1, ids, list, &n));
    EXPECT_EQ(n, 1);
    EXPECT_EQ(list[0].number, 3);
    EXPECT_OK(batch_state_list(v, f.arena, SLICE("nobody"), 0, 9, ids, list, &n));
    EXPECT_EQ(n, 0);
    char longest[300];
    memset(longest, 'a', sizeof longest);
    EXPECT_OK(batch_state_list(v, f.arena, slice_make(longest, 300), 0, 9, ids, list, &n));
    EXPECT_EQ(n, 0);
    end(&f);
}

TEST(a_listed_batch_that_is_not_there_is_damage)
{
    struct fixture f = begin();
    struct batch_id id = id_of('x'), ids[2];
    struct batch_state s = sample(1, "amr"), list[2];
    unsigned n;
    batch_state_put(f.batch, &id, &s);
    commit(f.batch);
    delete_row(f.store, CF_STATE, SLICE("batch/xxxxxxxxxx"));
    EXPECT_ERR(batch_state_list(look(&f), f.arena, (struct slice){0}, 0, 2, ids, list, &n),
               CE_FORMAT);
    end(&f);
}

TEST(keys_of_departments_are_kept_by_hash)
{
    struct fixture f = begin();
    struct department_key a = {SLICE("amr"), SLICE("nightly job"), {0x18CD6B8F800}, {0}};
    struct department_key b = {SLICE("transport"), SLICE(""), {1}, {0}}, back;
    memset(a.hash, 'a', 32);
    memset(b.hash, 'b', 32);
    department_key_put(f.batch, &b);
    department_key_put(f.batch, &a);
    commit(f.batch);
    EXPECT_HEX(row_of(f.store, f.arena, CF_STATE, SLICE("key/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")),
               "01 0000018CD6B8F800 03616D72 0B6E696768746C79206A6F62");
    EXPECT_OK(department_key_get(look(&f), f.arena, a.hash, &back));
    EXPECT_SLICE(back.department, "amr");
    EXPECT_SLICE(back.name, "nightly job");
    EXPECT_EQ(back.created.v, a.created.v);
    EXPECT_EQ(memcmp(back.hash, a.hash, 32), 0);

    struct department_key *list;
    size_t n;
    EXPECT_OK(department_key_list(f.view, f.arena, &list, &n));
    EXPECT_EQ(n, 2);
    EXPECT_SLICE(list[0].department, "amr");
    EXPECT_SLICE(list[1].department, "transport");
    EXPECT_EQ(list[1].hash[31], 'b');

    department_key_delete(f.batch, a.hash);
    commit(f.batch);
    EXPECT_ERR(department_key_get(look(&f), f.arena, a.hash, &back), CE_NOT_FOUND);
    EXPECT_OK(department_key_list(f.view, f.arena, &list, &n));
    EXPECT_EQ(n, 1);
    put_row(f.store, CF_STATE, SLICE("key/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"), SLICE("\x01"));
    EXPECT_ERR(department_key_get(look(&f), f.arena, b.hash, &back), CE_FORMAT);
    EXPECT_ERR(department_key_list(f.view, f.arena, &list, &n), CE_FORMAT);
    end(&f);
}

TEST(catalogue_entries_come_back_by_number_and_version)
{
    struct fixture f = begin();
    struct catalogue_entry in[3] = {
        {258, 1, SLICE("{\"b\":1}")}, {0, 2, SLICE("{}")}, {0, 1, SLICE("{\"a\":1}")}};
    for (int i = 0; i < 3; i++)
        catalogue_entry_put(f.batch, &in[i]);
    commit(f.batch);
    EXPECT_HEX(row_of(f.store, f.arena, CF_STATE, SLICE("entry/\x01\x02\0\0\0\x01")),
               "01 7B2262223A317D");
    struct catalogue_entry *list;
    size_t n;
    EXPECT_OK(catalogue_entry_list(look(&f), f.arena, &list, &n));
    EXPECT_EQ(n, 3);
    EXPECT_EQ(list[0].number, 0);
    EXPECT_EQ(list[0].version, 1);
    EXPECT_SLICE(list[0].json, "{\"a\":1}");
    EXPECT_EQ(list[1].version, 2);
    EXPECT_EQ(list[2].number, 258);
    put_row(f.store, CF_STATE, SLICE("entry/\0\0\0\0\0\x09"), SLICE(""));
    EXPECT_ERR(catalogue_entry_list(look(&f), f.arena, &list, &n), CE_FORMAT);
    end(&f);
}
