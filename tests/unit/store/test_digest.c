/* The digest: golden bytes, what counts and what does not, order, damage. */
#include "store/digest.h"
#include "tests/unit/store/sample.h"

static const char *hex(const struct digest *d)
{
    static char text[2][65];
    static int turn;
    turn = !turn;
    hex_print(d->b, sizeof d->b, text[turn]);
    return text[turn];
}

static const char *digest_of(struct sample *s, struct sample_record in)
{
    struct digest d = {{0}};
    struct record r = sample_fill(s, &in);
    EXPECT_OK(digest_add_record(&d, s->keys, s->arena, &r));
    return hex(&d);
}

static const char *digest_with(struct sample *s, struct digest_options o)
{
    struct digest d;
    AUTO(view_close) struct view *v = NULL;
    EXPECT_OK(view_open(s->store, &v));
    EXPECT_OK(digest_view(v, s->keys, &o, &d));
    return hex(&d);
}

static const struct sample_record plain = {
    .number = 1, .identity = "a", .pub = "\"name\":\"甲\"", .received = 5, .until = {INT32_MAX}};

TEST(a_sum_carries_through_all_bytes_and_wraps)
{
    struct digest d = {{0}};
    uint8_t ones[32], one[32] = {0};
    memset(ones, 0xFF, sizeof ones);
    one[31] = 1;
    digest_sum(&d, ones);
    digest_sum(&d, one);
    EXPECT_STR(hex(&d), "0000000000000000000000000000000000000000000000000000000000000000");
    digest_sum(&d, one);
    one[31] = 0xFF;
    digest_sum(&d, one);
    EXPECT_STR(hex(&d), "0000000000000000000000000000000000000000000000000000000000000100");
}

TEST(a_record_is_hashed_in_these_bytes)
{
    struct sample s = sample_open();
    struct sample_record in = plain;
    char wanted[65];
    uint8_t hash[32];
    crypt_sha256(SLICE("R\x01\x2D\x02\x01"
                       "a\0\1\1\4name\3甲"),
                 hash);
    hex_print(hash, 32, wanted);
    EXPECT_STR(digest_of(&s, in), wanted);

    in.provider = 258;
    crypt_sha256(SLICE("R\x01\x2D\x02\x01"
                       "a\1\0\0\0\0\0\0\1\2\1\1\4name\3甲"),
                 hash);
    hex_print(hash, 32, wanted);
    EXPECT_STR(digest_of(&s, in), wanted);

    in.is_revoked = true;
    crypt_sha256(SLICE("R\x01\x2D\x02\x01"
                       "a\1\0\0\0\0\0\0\1\2\2\0"),
                 hash);
    hex_print(hash, 32, wanted);
    EXPECT_STR(digest_of(&s, in), wanted);
    in.pub = "\"name\":\"乙\"";
    EXPECT_STR(digest_of(&s, in), wanted); /* the content of a revoke is the operation alone */
    sample_close(&s);
}

TEST(what_the_department_said_counts_and_what_we_added_does_not)
{
    struct sample s = sample_open();
    char base[65];
    snprintf(base, sizeof base, "%s", digest_of(&s, plain));
    struct sample_record in = plain;
    in.received = 6;
    in.number = 9;
    in.name = "某某";
    in.until = DAY_NONE;
    in.subject = sample_enterprise(&s);
    EXPECT_STR(digest_of(&s, in), base);
    in = plain;
    in.pub = "\"empty\":\"\",\"name\":\"甲\"";
    EXPECT_STR(digest_of(&s, in), base);
    in.pub = "\"name\":\"甲 \"";
    EXPECT(strcmp(digest_of(&s, in), base) != 0);
    in.pub = "\"nam\":\"甲\"";
    EXPECT(strcmp(digest_of(&s, in), base) != 0);
    in = plain;
    in.provider = 5;
    EXPECT(strcmp(digest_of(&s, in), base) != 0);
    in = plain;
    in.identity = "b";
    EXPECT(strcmp(digest_of(&s, in), base) != 0);
    in = plain;
    in.is_registration = true; /* another theme */
    EXPECT(strcmp(digest_of(&s, in), base) != 0);
    sample_close(&s);
}

TEST(sealed_items_count_in_clear)
{
    struct sample s = sample_open();
    struct sample_record in = plain;
    char open[65], sealed[65];
    in.pub = "\"id\":\"440106185001010016\",\"name\":\"甲\"";
    snprintf(open, sizeof open, "%s", digest_of(&s, in));
    in.pub = "\"id\":\"4****************6\",\"name\":\"甲\"";
    in.sealed = "\"id\":\"440106185001010016\"";
    in.seals_identity = true;
    snprintf(sealed, sizeof sealed, "%s", digest_of(&s, in));
    EXPECT_STR(sealed, open);
    EXPECT_STR(digest_of(&s, in), open); /* sealed anew with other random bytes */
    sample_close(&s);
}

TEST(items_in_another_order_and_group_give_the_same_digest)
{
    struct sample s = sample_open();
    struct digest a = {{0}}, b = {{0}};
    struct record r = {.pub = SLICE("\"a\":\"1\",\"b\":\"2\"")}, q = {.pub = SLICE("\"b\":\"2\"")};
    q.gov = SLICE("\"a\":\"1\"");
    EXPECT_OK(digest_add_record(&a, s.keys, s.arena, &r));
    EXPECT_OK(digest_add_record(&b, s.keys, s.arena, &q));
    EXPECT_STR(hex(&a), hex(&b));
    sample_close(&s);
}

static struct sample filled(bool backwards)
{
    struct sample s = sample_open();
    struct sample_record records[3] = {plain, plain, plain};
    records[1].identity = "b";
    records[2].identity = "c";
    records[2].is_registration = true;
    for (unsigned i = 0; i < 3; i++) {
        unsigned at = backwards ? 2 - i : i;
        records[at].subject = sample_enterprise(&s);
        records[at].number = i + 1;
        sample_put(&s, &records[at]);
        commit(s.batch);
    }
    return s;
}

TEST(the_order_of_arrival_leaves_no_trace)
{
    struct sample a = filled(false), b = filled(true);
    struct digest_options all = {0};
    EXPECT_STR(digest_with(&a, all), digest_with(&b, all));
    sample_close(&a);
    sample_close(&b);
}

TEST(a_digest_may_be_of_one_theme_alone)
{
    struct sample s = filled(false);
    struct digest sum = {{0}};
    static const uint16_t themes[] = {101, 301};
    for (unsigned i = 0; i < 2; i++) {
        uint8_t part[32];
        EXPECT(hex_parse(slice_of(digest_with(&s, (struct digest_options){.theme = themes[i]})),
                         part, 32));
        digest_sum(&sum, part);
    }
    EXPECT_STR(hex(&sum), digest_with(&s, (struct digest_options){0}));
    EXPECT_STR(digest_with(&s, (struct digest_options){.theme = 999}),
               "0000000000000000000000000000000000000000000000000000000000000000");
    sample_close(&s);
}

TEST(history_and_ledger_count_only_when_asked_for)
{
    struct sample s = filled(false);
    char base[65];
    struct digest_options none = {0}, history = {.with_history = true},
                          ledger = {.with_ledger = true};
    snprintf(base, sizeof base, "%s", digest_with(&s, none));
    EXPECT_STR(digest_with(&s, history), base);
    EXPECT_STR(digest_with(&s, ledger), base);

    struct sample_record old = plain;
    struct record r = sample_fill(&s, &old);
    struct history h = {.record = sample_bytes(&s, &r)};
    struct history_key k = history_key_make(1, &r.head.version);
    AUTO_BUF(bytes, 4096);
    history_encode(&h, &bytes);
    batch_put(s.batch, CF_HISTORY, KEY_SLICE(k), buf_slice(&bytes));
    struct ledger_line line = {SLICE("amr"), 301, {19727}, {1, 1, 0, 0, 0, 0, 0, 0}};
    ledger_put(s.batch, &line);
    commit(s.batch);
    EXPECT_STR(digest_with(&s, none), base);
    EXPECT(strcmp(digest_with(&s, history), base) != 0);
    EXPECT(strcmp(digest_with(&s, ledger), base) != 0);
    EXPECT(strcmp(digest_with(&s, ledger), digest_with(&s, history)) != 0);

    struct digest d, expected;
    uint8_t text[61] = {'H'}, hash[32], part[32];
    EXPECT(hex_parse(slice_of(digest_of(&s, old)), text + 1, 32));
    memcpy(text + 33, r.head.version.b, 28);
    crypt_sha256(slice_make(text, sizeof text), hash);
    EXPECT(hex_parse(slice_of(base), expected.b, 32));
    digest_sum(&expected, hash);
    EXPECT(hex_parse(slice_of(digest_with(&s, history)), d.b, 32));
    EXPECT_STR(hex(&d), hex(&expected));

    crypt_sha256(SLICE("L\3amr\x01\x2D\0\0\x4D\x0F\1\1\0\0\0\0\0\0"), hash);
    EXPECT(hex_parse(slice_of(base), expected.b, 32));
    digest_sum(&expected, hash);
    EXPECT(hex_parse(slice_of(digest_with(&s, ledger)), part, 32));
    memcpy(d.b, part, 32);
    EXPECT_STR(hex(&d), hex(&expected));

    /* The ledger of another theme is another account. */
    struct digest_options one = {.theme = 101, .with_ledger = true};
    EXPECT_STR(digest_with(&s, one), digest_with(&s, (struct digest_options){.theme = 101}));
    sample_close(&s);
}

static int try_digest(struct sample *s, const struct keys *k)
{
    struct digest d;
    struct digest_options all = {0};
    AUTO(view_close) struct view *v = NULL;
    EXPECT_OK(view_open(s->store, &v));
    return digest_view(v, k, &all, &d);
}

TEST(other_keys_and_damaged_rows_are_failures)
{
    static const uint8_t other_master[32] = {1};
    AUTO(keys_destroy) struct keys *other = keys_fixed(other_master);
    struct sample s = sample_open();
    struct sample_record in = plain;
    in.sealed = "\"id\":\"1\"";
    in.subject = sample_enterprise(&s);
    struct record_key k = sample_put(&s, &in);
    commit(s.batch);
    EXPECT_ERR(try_digest(&s, other), CE_CRYPT);
    EXPECT_OK(try_digest(&s, s.keys));
    put_row(s.store, CF_RECORD, KEY_SLICE(k), SLICE("\1"));
    EXPECT_ERR(try_digest(&s, s.keys), CE_FORMAT);
    sample_close(&s);
}
