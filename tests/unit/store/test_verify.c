/* Proof of a store: a whole one has no mistake, and each damage is told. */
#include "store/digest.h"
#include "store/verify.h"
#include "tests/unit/store/sample.h"

enum { RECEIVED = 1000 };

/* Five records: a registration, a penalty with a term, a revoked one that was another's, a revoke
 * that waits, a person's; one batch that brought them. */
struct whole {
    struct sample s;
    struct subject_id enterprise, person, waiting;
    struct record_key registration, penalty, revoked, waits, sealed;
    struct record_id penalty_id;
    size_t numbers_bytes; /* of the check */
};

static struct sample_record record(uint64_t number, struct subject_id subject, const char *identity)
{
    return (struct sample_record){.number = number,
                                  .subject = subject,
                                  .identity = identity,
                                  .pub = "\"a\":\"1\"",
                                  .received = RECEIVED,
                                  .until = DAY_FOREVER};
}

static void put_accounts(struct sample *s, uint64_t gap)
{
    struct totals t = {5, 4, 1, 0, 0, 0, 0, 0};
    struct batch_state state = {.number = 1,
                                .department = SLICE("amr"),
                                .name = SLICE("one"),
                                .theme = 301,
                                .format = 'c',
                                .received = {RECEIVED},
                                .finished = {RECEIVED + 1},
                                .rows_done = 5,
                                .totals = t};
    struct batch_id id = batch_id_make(s->keys, state.department, state.name);
    batch_state_put(s->batch, &id, &state);
    struct ledger_line line = {SLICE("amr"), 301, day_of(state.received), t};
    ledger_put(s->batch, &line);
    struct receipt_pack p;
    receipt_pack_init(&p);
    for (uint64_t row = 1; row <= 5; row++)
        receipt_pack_row(&p, row, row == 5 ? VERDICT_CHANGED : VERDICT_STORED, NULL,
                         (struct slice){0});
    EXPECT_OK(receipt_pack_put(&p, s->batch, 1));
    receipt_pack_fini(&p);
    batch_put(s->batch, CF_EVENT, SLICE("\0\0\0\0\0\0\0\1"), SLICE("\1\0"));
    struct counters c = {5 * gap + 1, 2, 2, 2, {RECEIVED}};
    counters_put(s->batch, &c);
}

/* Numbers of records stand `gap` apart. */
static struct whole whole_spread(uint64_t gap)
{
    struct whole w = {.s = sample_open()};
    struct sample *s = &w.s;
    w.enterprise = sample_enterprise(s);
    w.person = sample_person(s);

    struct sample_record in = record(gap, w.enterprise, "reg");
    in.is_registration = true;
    in.name = "广州甲乙丙有限公司";
    w.registration = sample_put(s, &in);

    in = record(2 * gap, w.enterprise, "pen");
    in.name = "甲乙丙";
    in.provider = 3;
    in.until = (struct day){20000};
    in.retained = (struct day){21000};
    in.sealed = "\"b\":\"440106185001010016\"";
    w.penalty = sample_put(s, &in);
    w.penalty_id = sample_fill(s, &in).head.id;

    in = record(3 * gap, w.enterprise, "rev");
    in.is_revoked = true;
    in.until = (struct day){20000};
    in.received = RECEIVED + 10;
    w.revoked = sample_put(s, &in);
    in.is_revoked = false;
    in.received = RECEIVED;
    struct record old = sample_fill(s, &in);
    struct history h = {w.enterprise, {RECEIVED}, {RECEIVED + 10}, {0}, sample_bytes(s, &old)};
    struct history_key k = history_key_make(3 * gap, &old.head.version);
    AUTO_BUF(bytes, 1 << 20);
    history_encode(&h, &bytes);
    batch_put(s->batch, CF_HISTORY, KEY_SLICE(k), buf_slice(&bytes));

    in = record(4 * gap, w.enterprise, "unknown");
    in.is_revoked = true;
    in.seals_identity = true;
    in.pub = "";
    w.waiting.b[0] = SUBJECT_WAITING;
    struct record_id id = sample_fill(s, &in).head.id;
    memcpy(w.waiting.b + 1, id.b, sizeof id.b);
    in.subject = w.waiting;
    w.waits = sample_put(s, &in);

    in = record(5 * gap, w.person, "person");
    in.name = "某某";
    in.seals_identity = true;
    in.until = DAY_NONE;
    w.sealed = sample_put(s, &in);

    sample_subject(s, &w.enterprise, 1);
    sample_subject(s, &w.person, 0);
    put_accounts(s, gap);
    commit(s->batch);
    return w;
}

static struct whole whole_open(void)
{
    return whole_spread(1);
}

static const char *check_with(struct whole *w, const struct keys *k, const struct catalogue *c,
                              struct verify_result *ret)
{
    struct verify_result result;
    struct verify_options o = {.keys = k, .catalogue = c, .numbers_bytes = w->numbers_bytes};
    EXPECT_OK(verify_store(w->s.store, &o, &result));
    struct slice text = arena_dup(w->s.arena, buf_slice(&result.text));
    buf_fini(&result.text);
    EXPECT_EQ(result.mistakes == 0, text.n == 0);
    if (ret)
        *ret = result;
    return text.n ? text.p : "";
}

static const char *check(struct whole *w)
{
    return check_with(w, w->s.keys, NULL, NULL);
}

TEST(a_whole_store_has_no_mistake)
{
    struct whole w = whole_open();
    struct verify_result r;
    EXPECT_STR(check_with(&w, w.s.keys, NULL, &r), "");
    EXPECT_EQ(r.records, 5);
    EXPECT_EQ(r.subjects, 2);
    EXPECT_EQ(r.history, 1);
    EXPECT_EQ(r.names, 1);
    EXPECT_EQ(r.links, 2);
    EXPECT_EQ(r.terms, 2); /* of the penalty: publication and retention */
    EXPECT_EQ(r.batches, 1);
    struct digest d;
    struct digest_options all = {0};
    struct view *v = NULL;
    EXPECT_OK(view_open(w.s.store, &v));
    EXPECT_OK(digest_view(v, w.s.keys, &all, &d));
    view_close(v);
    EXPECT_EQ(memcmp(r.digest, d.b, 32), 0);
    sample_close(&w.s);
}

TEST(an_empty_store_has_no_mistake)
{
    struct whole w = {.s = sample_open()};
    EXPECT_STR(check(&w), "");
    sample_close(&w.s);
}

/* One damage and a piece of the line that tells it. Bytes are XORed into a value; absent: the row
 * is taken away. */
static void expect_told(struct whole *w, enum cf cf, struct slice key, struct slice value,
                        const char *line)
{
    struct slice good = row_of(w->s.store, w->s.arena, cf, key);
    if (value.p)
        put_row(w->s.store, cf, key, value);
    else
        delete_row(w->s.store, cf, key);
    const char *text = check(w);
    if (!strstr(text, line))
        FAIL("expected \"%s\" among:\n%s", line, text);
    if (good.p)
        put_row(w->s.store, cf, key, good);
    else
        delete_row(w->s.store, cf, key);
    EXPECT_STR(check(w), "");
}

/* The row's value with a few bytes changed. */
static struct slice altered(struct whole *w, enum cf cf, struct slice key, size_t at, uint8_t mask)
{
    struct slice bytes = arena_dup(w->s.arena, row_of(w->s.store, w->s.arena, cf, key));
    EXPECT(at < bytes.n);
    ((char *)(uintptr_t)bytes.p)[at] ^= (char)mask;
    return bytes;
}

TEST(a_damaged_record_is_told)
{
    struct whole w = whole_open();
    struct slice penalty = KEY_SLICE(w.penalty), gone = {0};
    expect_told(&w, CF_RECORD, penalty, SLICE("\1"), "record 2: its bytes cannot be read");
    expect_told(&w, CF_RECORD, penalty, gone, "leads to record 2, which is not there");
    expect_told(&w, CF_RECORD, SLICE("short"), SLICE("\1"), "record: a key of 5 bytes");
    expect_told(&w, CF_RECORD, penalty, altered(&w, CF_RECORD, penalty, 63, 1),
                "record 2: its day is not that of its key");
    expect_told(&w, CF_RECORD, penalty, altered(&w, CF_RECORD, penalty, 40, 1),
                "record 2: its id does not follow from its identity");
    size_t last = row_of(w.s.store, w.s.arena, CF_RECORD, penalty).n - 1;
    expect_told(&w, CF_RECORD, penalty, altered(&w, CF_RECORD, penalty, last, 1),
                "record 2: its sealed part does not open");
    struct slice waits = KEY_SLICE(w.waits);
    expect_told(&w, CF_RECORD, waits, altered(&w, CF_RECORD, waits, 1, 1),
                "record 4: it waits and is no revoke");
    sample_close(&w.s);
}

TEST(a_record_in_another_place_is_told)
{
    struct whole w = whole_open();
    struct slice bytes = row_of(w.s.store, w.s.arena, CF_RECORD, KEY_SLICE(w.penalty));
    struct record_key other = w.penalty;
    other.b[31] = 9;
    expect_told(&w, CF_RECORD, KEY_SLICE(other), bytes, "record 9: the counter stands at 6");
    expect_told(&w, CF_RECORD, KEY_SLICE(other), bytes,
                "record 9: by_source leads to another place");
    other = w.penalty;
    other.b[19] = 7; /* category */
    expect_told(&w, CF_RECORD, KEY_SLICE(other), bytes, "record 2: its number is there twice");
    other.b[19] = 9;
    expect_told(&w, CF_RECORD, KEY_SLICE(other), bytes, "record 2: there is no category 9");
    other = w.waits;
    other.b[5] ^= 1;
    bytes = row_of(w.s.store, w.s.arena, CF_RECORD, KEY_SLICE(w.waits));
    expect_told(&w, CF_RECORD, KEY_SLICE(other), bytes, "record 4: it waits for another record");
    sample_close(&w.s);
}

TEST(by_source_that_disagrees_is_told)
{
    struct whole w = whole_open();
    struct slice key = KEY_SLICE(w.penalty_id), gone = {0};
    expect_told(&w, CF_BY_SOURCE, key, gone, "record 2: by_source does not know it");
    expect_told(&w, CF_BY_SOURCE, key, SLICE("\1"), "record 2: its bytes in by_source");
    expect_told(&w, CF_BY_SOURCE, key, altered(&w, CF_BY_SOURCE, key, 8, 1),
                "record 2: by_source has another version");
    expect_told(&w, CF_BY_SOURCE, key, altered(&w, CF_BY_SOURCE, key, 45, 1),
                "record 2: by_source has other flags");
    expect_told(&w, CF_BY_SOURCE, key, altered(&w, CF_BY_SOURCE, key, 77, 1),
                "record 2: by_source leads to another place");
    struct slice value = row_of(w.s.store, w.s.arena, CF_BY_SOURCE, key);
    expect_told(&w, CF_BY_SOURCE, SLICE("one row too many.."), value,
                "leads to record 2, which is not there");
    expect_told(&w, CF_BY_SOURCE, SLICE("one row too many.."), SLICE("\1"),
                "by_source: a row cannot be read");
    sample_close(&w.s);
}

TEST(by_source_may_be_ahead_by_received_time_or_position)
{
    struct whole w = whole_open();
    struct slice key = KEY_SLICE(w.penalty_id);
    put_row(w.s.store, CF_BY_SOURCE, key, altered(&w, CF_BY_SOURCE, key, 28, 0x10));
    EXPECT_STR(check(&w), "");
    put_row(w.s.store, CF_BY_SOURCE, key, altered(&w, CF_BY_SOURCE, key, 12, 1));
    EXPECT_STR(check(&w), "");
    sample_close(&w.s);
}

TEST(history_without_its_record_is_told)
{
    struct whole w = whole_open();
    struct version v = version_make(RECEIVED, (struct utc_ms){RECEIVED}, 0, 1);
    struct history_key k = history_key_make(3, &v), other = history_key_make(77, &v);
    struct slice good = row_of(w.s.store, w.s.arena, CF_HISTORY, KEY_SLICE(k));
    EXPECT(good.p != NULL);
    expect_told(&w, CF_HISTORY, KEY_SLICE(other), good,
                "a version of record 77, which is not there");
    expect_told(&w, CF_HISTORY, KEY_SLICE(k), SLICE("\1"), "a version of record 3 cannot be read");
    expect_told(&w, CF_HISTORY, KEY_SLICE(k), altered(&w, CF_HISTORY, KEY_SLICE(k), 20, 1),
                "a version of record 3 ended before it began");
    expect_told(&w, CF_HISTORY, SLICE("short"), good, "history: a key of 5 bytes");
    sample_close(&w.s);
}

TEST(numbers_that_do_not_fit_into_memory_are_checked_part_by_part)
{
    struct whole w = whole_spread(7); /* 7, 14, … 35 */
    struct version v = version_make(RECEIVED, (struct utc_ms){RECEIVED}, 0, 1);
    struct history_key k = history_key_make(21, &v);
    struct slice good = row_of(w.s.store, w.s.arena, CF_HISTORY, KEY_SLICE(k));
    struct slice bytes = row_of(w.s.store, w.s.arena, CF_RECORD, KEY_SLICE(w.penalty));
    EXPECT(good.p != NULL);
    for (w.numbers_bytes = 1; w.numbers_bytes <= 5; w.numbers_bytes++) { /* 8 to 40 at one time */
        struct verify_result r;
        EXPECT_STR(check_with(&w, w.s.keys, NULL, &r), "");
        EXPECT_EQ(r.history, 1);
        struct history_key other = history_key_make(22, &v);
        expect_told(&w, CF_HISTORY, KEY_SLICE(other), good, "version of record 22, which is not");
        other = history_key_make(35, &v);
        put_row(w.s.store, CF_HISTORY, KEY_SLICE(other), good);
        EXPECT_STR(check_with(&w, w.s.keys, NULL, &r), "");
        EXPECT_EQ(r.history, 2);
        delete_row(w.s.store, CF_HISTORY, KEY_SLICE(other));
        other = history_key_make(UINT64_C(1) << 50, &v);
        expect_told(&w, CF_HISTORY, KEY_SLICE(other), good, "which is not there");
        struct record_key twice = w.penalty;
        twice.b[19] = 7; /* category */
        expect_told(&w, CF_RECORD, KEY_SLICE(twice), bytes, "record 14: its number is there twice");
        twice = w.penalty;
        memset(twice.b + 24, 0x7F, 8); /* behind the counter: not worth as many walks */
        expect_told(&w, CF_RECORD, KEY_SLICE(twice), bytes, "the counter stands at 36");
    }
    sample_close(&w.s);
}

TEST(a_subject_row_that_its_records_do_not_make_is_told)
{
    struct whole w = whole_open();
    struct slice key = KEY_SLICE(w.enterprise), person = KEY_SLICE(w.person), gone = {0};
    expect_told(&w, CF_SUBJECT, key, gone,
                "subject 91440106YY00000288: its row is not what its records make of it");
    expect_told(&w, CF_SUBJECT, key, SLICE("\1"),
                "subject 91440106YY00000288: its row cannot be read");
    struct slice bytes = row_of(w.s.store, w.s.arena, CF_SUBJECT, key);
    expect_told(&w, CF_SUBJECT, key, altered(&w, CF_SUBJECT, key, bytes.n - 1, 1),
                "subject 91440106YY00000288: its row is not");
    expect_told(&w, CF_SUBJECT, person, gone, "subject of a natural person: its row is not");
    expect_told(&w, CF_SUBJECT, person, altered(&w, CF_SUBJECT, person, 1, 1),
                "subject of a natural person: it stands in the name index");
    struct subject_id nobody =
        subject_id_make(w.s.keys, SUBJECT_ENTERPRISE, ID_REGISTRATION, SLICE("440106000000999"));
    expect_told(&w, CF_SUBJECT, KEY_SLICE(nobody), row_of(w.s.store, w.s.arena, CF_SUBJECT, person),
                "subject R-440106000000999: it has a row and no current record");
    expect_told(&w, CF_SUBJECT, SLICE("short"), bytes, "subject: a key of 5 bytes");
    expect_told(&w, CF_SUBJECT, key, altered(&w, CF_SUBJECT, key, 1, 0x40),
                "subject 91440106YY00000288: its search number is not below the counter");
    sample_close(&w.s);
}

TEST(a_subject_whose_records_are_all_revoked_has_no_row)
{
    struct whole w = whole_open();
    struct sample *s = &w.s;
    struct subject_id other =
        subject_id_make(s->keys, SUBJECT_ENTERPRISE, ID_REGISTRATION, SLICE("440106000000999"));
    struct sample_record in = record(6, other, "gone");
    in.is_revoked = true;
    sample_put(s, &in);
    struct counters c = {7, 2, 2, 2, {RECEIVED}};
    counters_put(s->batch, &c);
    commit(s->batch);
    EXPECT_STR(check(&w), "");
    expect_told(&w, CF_SUBJECT, KEY_SLICE(other),
                row_of(s->store, s->arena, CF_SUBJECT, KEY_SLICE(w.person)),
                "subject R-440106000000999: it has a row and no current record");
    sample_close(s);
}

TEST(names_that_do_not_follow_from_the_subject_are_told)
{
    struct whole w = whole_open();
    struct slice row = SLICE("i\0\0\0\0\1"), gone = {0};
    struct slice posting = SLICE("g\0\x75\x32\0\x4E\x59\0\0\0\0\1");
    expect_told(&w, CF_NAME, row, gone, "name: a subject's row of search number 1 is missing");
    expect_told(&w, CF_NAME, row, altered(&w, CF_NAME, row, 25, 1),
                "name: a subject's row of search number 1 has another value");
    expect_told(&w, CF_NAME, posting, gone, "name: a posting of search number 1 is missing");
    expect_told(&w, CF_NAME, posting, SLICE("\2"),
                "name: a posting of search number 1 has another value");
    expect_told(&w, CF_NAME, SLICE("g\0\x75\x32\0\x4E\x59\0\0\0\0\2"), SLICE("\1"),
                "name: a posting that nothing demands: 1 times");
    expect_told(&w, CF_NAME, SLICE("i\0\0\0\0\2"), SLICE("\1"),
                "name: a subject's row that nothing demands: 1 times");
    sample_close(&w.s);
}

TEST(links_and_terms_that_do_not_follow_are_told)
{
    struct whole w = whole_open();
    uint8_t number[18];
    struct slice gone = {0};
    subject_number_key(w.s.keys, ID_ORGANISATION, SLICE("YY0000028"), number);
    struct link_key l = link_key_make(number, &w.enterprise);
    expect_told(&w, CF_LINK, KEY_SLICE(l), gone, "link: a row is missing");
    expect_told(&w, CF_LINK, KEY_SLICE(l), SLICE("\2"), "link: a row has another value");
    l.b[5] ^= 1;
    expect_told(&w, CF_LINK, KEY_SLICE(l), SLICE("\1"), "link: a row that nothing demands");
    struct term_key t = term_key_make((struct day){20000}, &w.penalty_id);
    expect_told(&w, CF_BY_TERM, KEY_SLICE(t), gone, "by_term: a row 80004e20");
    expect_told(&w, CF_BY_TERM, KEY_SLICE(t), SLICE("\1\2"), "by_term: a row 80004e20");
    t = term_key_make((struct day){21000}, &w.penalty_id);
    expect_told(&w, CF_BY_TERM, KEY_SLICE(t), gone, "by_term: a row 80005208");
    t = term_key_make((struct day){20001}, &w.penalty_id);
    expect_told(&w, CF_BY_TERM, KEY_SLICE(t), SLICE("\1\1"), "by_term: a row that nothing demands");
    sample_close(&w.s);
}

TEST(accounts_that_do_not_add_up_are_told)
{
    struct whole w = whole_open();
    struct slice gone = {0};
    struct batch_id id = batch_id_make(w.s.keys, SLICE("amr"), SLICE("one"));
    struct slice batch = arena_printf(w.s.arena, "batch/%.*s", (int)sizeof id.b, (char *)id.b);
    memcpy((char *)(uintptr_t)batch.p + 6, id.b, sizeof id.b);
    batch.n = 6 + sizeof id.b;
    struct log_key log = log_key_make(1, 1), other = log_key_make(2, 1);
    struct slice line = SLICE("amr\0\x01\x2D\x80\0\0\0");
    EXPECT(row_of(w.s.store, w.s.arena, CF_LEDGER, line).p != NULL);

    expect_told(&w, CF_LOG, KEY_SLICE(log), SLICE("\3\0\2\1\4\0"),
                "log: the receipt of batch 1 does not add up");
    expect_told(&w, CF_LOG, KEY_SLICE(log), SLICE("\3\0\4\1\4\5\1\0\4\5\0\1x"),
                "log: 1 of the rows kept with the receipt of batch 1 do not open");
    expect_told(&w, CF_LOG, KEY_SLICE(log), SLICE("\7"),
                "log: the receipt of batch 1 cannot be read");
    expect_told(&w, CF_LOG, KEY_SLICE(other), SLICE("\3\0\2\1\4\0"),
                "log: rows of batch or partition 2, which is not there");
    expect_told(&w, CF_LEDGER, line, gone, "ledger: batch 1 has no line");
    expect_told(&w, CF_LEDGER, line, SLICE("\1\5\5\0\0\0\0\0\0"),
                "ledger: the line of amr, theme 301, 1970-01-01 is not the sum");
    expect_told(&w, CF_LEDGER, SLICE("amr\0\x01\x2D\x80\0\0\1"), SLICE("\1\5\5\0\0\0\0\0\0"),
                "ledger: the line of amr, theme 301, 1970-01-02 is not the sum");
    expect_told(&w, CF_LEDGER, line, SLICE("\1"), "ledger: a line cannot be read");
    expect_told(&w, CF_STATE, batch, SLICE("\1"), "state: a batch cannot be read");
    expect_told(&w, CF_STATE, SLICE("batch-number/\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFE"), gone,
                "state: a row in a list of batches");
    expect_told(&w, CF_EVENT, SLICE("\0\0\0\0\0\0\0\2"), SLICE("\1\0"),
                "event 2: the counter stands at 2");
    expect_told(&w, CF_EVENT, SLICE("\1"), SLICE("\1\0"), "event: a key of 1 bytes");
    sample_close(&w.s);
}

TEST(counters_below_what_is_used_are_told)
{
    struct whole w = whole_open();
    static const struct {
        struct counters c;
        const char *line;
    } low[] = {
        {{5, 2, 2, 2, {RECEIVED}}, "record 5: the counter stands at 5"},
        {{6, 1, 2, 2, {RECEIVED}}, "its search number is not below the counter"},
        {{6, 2, 1, 2, {RECEIVED}}, "batch 1: the counter stands at 1"},
        {{6, 2, 2, 1, {RECEIVED}}, "event 1: the counter stands at 1"},
        {{6, 2, 2, 2, {RECEIVED - 1}}, "batch 1: it came after the newest received time"},
    };
    for (size_t i = 0; i < ARRAY_LEN(low); i++) {
        counters_put(w.s.batch, &low[i].c);
        struct slice bytes = {0};
        EXPECT_EQ(batch_peek(w.s.batch, CF_STATE, SLICE("counters"), &bytes), 1);
        bytes = arena_dup(w.s.arena, bytes);
        batch_clear(w.s.batch);
        expect_told(&w, CF_STATE, SLICE("counters"), bytes, low[i].line);
    }
    expect_told(&w, CF_STATE, SLICE("counters"), SLICE("\1"), "the counters cannot be read");
    sample_close(&w.s);
}

TEST(details_that_were_swept_are_no_mistake)
{
    struct whole w = whole_open();
    struct log_key log = log_key_make(1, 1);
    expect_told(&w, CF_LOG, KEY_SLICE(log), (struct slice){0}, "does not add up to its counts");
    swept_put(w.s.batch, (struct utc_ms){RECEIVED + 1});
    commit(w.s.batch);
    expect_told(&w, CF_LOG, KEY_SLICE(log), (struct slice){0}, "does not add up to its counts");
    swept_put(w.s.batch, (struct utc_ms){RECEIVED + 2});
    commit(w.s.batch);
    delete_row(w.s.store, CF_LOG, KEY_SLICE(log));
    EXPECT_STR(check(&w), "");
    sample_close(&w.s);
}

TEST(other_keys_are_told_and_no_content_is)
{
    struct whole w = whole_open();
    static const uint8_t other_master[32] = {1};
    AUTO(keys_destroy) struct keys *other = keys_fixed(other_master);
    struct verify_result r;
    const char *text = check_with(&w, other, NULL, &r);
    EXPECT(strstr(text, "record 2: its sealed part does not open with these keys") != NULL);
    EXPECT(strstr(text, "某") == NULL && strstr(text, "甲") == NULL);
    EXPECT(strstr(text, "440106185001010016") == NULL);
    sample_close(&w.s);
}

TEST(only_the_first_hundred_mistakes_are_told_and_all_are_counted)
{
    struct whole w = whole_open();
    for (uint32_t i = 0; i < 150; i++)
        batch_put(w.s.batch, CF_EVENT, slice_make(&i, sizeof i), SLICE("\1"));
    commit(w.s.batch);
    struct verify_result r;
    const char *text = check_with(&w, w.s.keys, NULL, &r);
    EXPECT_EQ(r.mistakes, 150);
    unsigned lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    EXPECT_EQ(lines, 100);
    sample_close(&w.s);
}

static void count(void *ctx, uint64_t rows)
{
    uint64_t *last = ctx;
    EXPECT(rows > *last);
    *last = rows;
}

TEST(progress_is_told_in_rising_numbers)
{
    struct whole w = whole_open();
    for (uint64_t i = 2; i < 3000; i++) {
        uint8_t key[8];
        be64_put(key, i);
        batch_put(w.s.batch, CF_EVENT, slice_make(key, 8), SLICE("\1\0"));
    }
    struct counters c = {6, 2, 2, 3000, {RECEIVED}};
    counters_put(w.s.batch, &c);
    commit(w.s.batch);
    uint64_t last = 0;
    struct verify_result r;
    struct verify_options o = {.keys = w.s.keys, .progress = count, .ctx = &last};
    EXPECT_OK(verify_store(w.s.store, &o, &r));
    EXPECT_EQ(r.mistakes, 0);
    EXPECT(last >= 3000);
    buf_fini(&r.text);
    sample_close(&w.s);
}

TEST(no_changed_byte_of_any_row_crashes_the_check)
{
    struct whole w = whole_open();
    for (int cf = 0; cf < CF_COUNT; cf++) {
        struct {
            struct slice key, value;
        } rows[40];
        size_t n = 0;
        struct view *v = NULL;
        EXPECT_OK(view_open(w.s.store, &v));
        struct walk *walk = walk_open(v, (enum cf)cf, (struct slice){0}, (struct slice){0});
        for (; walk_valid(walk) && n < ARRAY_LEN(rows); walk_next(walk), n++) {
            rows[n].key = arena_dup(w.s.arena, walk_key(walk));
            rows[n].value = arena_dup(w.s.arena, walk_value(walk));
        }
        EXPECT_OK(walk_close(walk));
        view_close(v);
        for (size_t i = 0; i < n; i++) {
            for (size_t at = 0; at < rows[i].value.n; at += 1 + rows[i].value.n / 6) {
                put_row(w.s.store, (enum cf)cf, rows[i].key,
                        altered(&w, (enum cf)cf, rows[i].key, at, 0x81));
                check(&w);
                put_row(w.s.store, (enum cf)cf, rows[i].key, rows[i].value);
            }
        }
    }
    EXPECT_STR(check(&w), "");
    sample_close(&w.s);
}
