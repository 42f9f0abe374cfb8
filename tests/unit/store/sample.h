#pragma once
/* A register of a few records written row by row, as a writer would leave it. */
#include "base/check.h"
#include "store/ends.h"
#include "store/keys.h"
#include "store/ledger.h"
#include "store/names.h"
#include "store/receipts.h"
#include "store/source.h"
#include "store/state.h"
#include "store/subject.h"
#include "tests/unit/store/temp_store.h"

struct sample {
    struct store *store;
    struct keys *keys;
    struct batch *batch;
    struct arena *arena;
};

/* What a test may want to say of a record; the rest follows. */
struct sample_record {
    uint64_t number;
    struct subject_id subject;
    const char *identity; /* behind the \1 of a record id */
    const char *pub;      /* members */
    const char *sealed;   /* items in clear; NULL: nothing is sealed */
    const char *name;     /* of the subject, NULL for none */
    bool is_registration, is_revoked, seals_identity;
    uint64_t provider; /* 0: gave none */
    uint64_t received;
    struct day until, retained; /* retained 0: for ever */
};

static inline struct subject_id sample_enterprise(const struct sample *s)
{
    return subject_id_make(s->keys, SUBJECT_ENTERPRISE, ID_USCC, SLICE("91440106YY00000288"));
}

static inline struct subject_id sample_person(const struct sample *s)
{
    return subject_id_make(s->keys, SUBJECT_INDIVIDUAL, ID_PERSON, SLICE("440106185001010016"));
}

/* Fills a record; slices live in the arena. */
static inline struct record sample_fill(struct sample *s, const struct sample_record *in)
{
    struct record r = {.pub = slice_of(in->pub)};
    struct slice identity = arena_printf(s->arena, "\1%s", in->identity);
    r.head.flags =
        (uint8_t)((in->is_revoked ? RECORD_REVOKED : 0) | (in->provider ? RECORD_HAS_PROVIDER : 0));
    r.head.theme = in->is_registration ? 101 : 301;
    r.head.entry = 1;
    r.head.version = version_make(in->provider ? in->provider : in->received,
                                  (struct utc_ms){(int64_t)in->received}, 0, 1);
    r.head.id = record_id_make(s->keys, r.head.theme, identity);
    r.head.current_from.v = (int64_t)in->received;
    r.head.day.v = subject_id_kind(&in->subject) == SUBJECT_WAITING ? 0 : 19727;
    r.head.public_until = in->until;
    r.head.ended = DAY_NONE;
    r.head.retain_until = in->retained.v ? in->retained : DAY_FOREVER;
    r.head.visibility = VIS_PUBLIC;
    r.about.is_registration = in->is_registration;
    if (in->name) {
        r.about.names[0].text = slice_of(in->name);
        r.about.name_count = 1;
    }
    if (in->is_registration) {
        r.about.status = SLICE("存续");
        r.about.numbers[0] = (struct record_number){ID_REGISTRATION, SLICE("440106000000288")};
        r.about.numbers[1] = (struct record_number){ID_ORGANISATION, SLICE("YY0000028")};
        r.about.number_count = 2;
    }
    if (in->seals_identity || in->sealed) {
        AUTO_BUF(clear, 4096);
        AUTO_BUF(sealed, 4096);
        buf_printf(&clear, "{");
        if (in->seals_identity)
            buf_printf(&clear, "\"i\":\"\\u0001%s\"%s", in->identity, in->sealed ? "," : "");
        if (in->sealed)
            buf_printf(&clear, "\"c\":{%s}", in->sealed);
        buf_printf(&clear, "}");
        EXPECT_OK(crypt_seal(s->keys, KEY_ITEMS, buf_slice(&clear), &sealed));
        r.sealed = arena_dup(s->arena, buf_slice(&sealed));
    }
    if (!in->seals_identity)
        r.identity = identity;
    return r;
}

static inline struct slice sample_bytes(struct sample *s, const struct record *r)
{
    AUTO_BUF(b, 1 << 20);
    record_encode(r, &b);
    CHECK(b.err == 0);
    return arena_dup(s->arena, buf_slice(&b));
}

/* Gathers the record with the rows that lead to it. */
static inline struct record_key sample_put(struct sample *s, const struct sample_record *in)
{
    struct record r = sample_fill(s, in);
    struct record_key k = record_key_make(
        &in->subject, in->is_registration ? CATEGORY_REGISTRATION : CATEGORY_ADMINISTRATION,
        r.head.day, in->number);
    struct source source = {.version = r.head.version, .flags = r.head.flags, .locator = k};
    uint8_t bytes[SOURCE_BYTES];
    source_encode(&source, bytes);
    batch_put(s->batch, CF_RECORD, KEY_SLICE(k), sample_bytes(s, &r));
    batch_put(s->batch, CF_BY_SOURCE, KEY_SLICE(r.head.id), slice_make(bytes, sizeof bytes));
    struct ends_row ends[ENDS_MAX];
    unsigned count = ends_of(&r.head, ends);
    for (unsigned i = 0; i < count; i++) {
        uint8_t value[END_BYTES];
        struct term_key t = term_key_make(ends[i].day, &r.head.id);
        ends_encode(ends[i].what, value);
        batch_put(s->batch, CF_BY_TERM, KEY_SLICE(t), slice_make(value, sizeof value));
    }
    return k;
}

/* Gathers the subject's row with names and links, as its records make it. */
static inline void sample_subject(struct sample *s, const struct subject_id *id,
                                  uint64_t search_number)
{
    static const char format[1] = {1};
    struct subject row = {.search_number = search_number};
    bool exists;
    EXPECT_OK(subject_compute(s->batch, s->arena, id, &row, &exists));
    EXPECT(exists);
    AUTO_BUF(bytes, 1 << 20);
    subject_encode(&row, &bytes);
    batch_put(s->batch, CF_SUBJECT, KEY_SLICE(*id), buf_slice(&bytes));
    struct slice names[SUBJECT_NAMES_MAX];
    if (search_number)
        names_put(s->batch, search_number, id, NULL, 0, names,
                  names_of_subject(s->arena, &row, names));
    for (unsigned i = 0; i < row.number_count; i++) {
        uint8_t number[18];
        subject_number_key(s->keys, row.numbers[i].type, row.numbers[i].number, number);
        struct link_key l = link_key_make(number, id);
        batch_put(s->batch, CF_LINK, KEY_SLICE(l), slice_make(format, 1));
    }
}

static inline struct sample sample_open(void)
{
    static const uint8_t master[32] = "a master key for tests only ....";
    struct sample s = {.store = temp_store(), .arena = arena_create(64 << 20)};
    s.keys = keys_fixed(master);
    s.batch = batch_create(s.store);
    return s;
}

static inline void sample_close(struct sample *s)
{
    batch_destroy(s->batch);
    store_close(s->store);
    keys_destroy(s->keys);
    arena_destroy(s->arena);
}
