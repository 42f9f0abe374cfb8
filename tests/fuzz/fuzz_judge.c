/* Submissions up to the judge's verdict, by the themes of the real catalogue: rows are counted
 * without a gap, each is accepted or rejected with a reason, what is accepted can be read again and
 * is the same a second time, and no identity number that came in stands in clear in what is stored
 * or told.
 *
 *   byte 0   bit 0 NDJSON, bits 1-3 theme, bits 4-7 length of pieces
 *   the rest the body */
#include "base/check.h"
#include "base/text.h"
#include "ingest/judge.h"
#include "record/identifier.h"
#include "tests/fuzz/fuzz.h"

enum { ARENA_BYTES = 256 * 1024 * 1024 };

static const char *const themes[] = {"amr-enterprise-registration", "amr-penalty", "amr-licence",
                                     "transport-penalty"};

struct bench {
    struct arena *memory;
    struct catalogue *catalogue;
    struct keys *keys;
    struct judge *judges[ARRAY_LEN(themes)];
    const struct theme *themes[ARRAY_LEN(themes)];
};

static struct bench *bench_open(void)
{
    static struct bench b;
    static const uint8_t master[32] = {3};
    struct utc_ms received;
    struct day born_min;
    struct reason why;
    if (b.memory)
        return &b;
    b.memory = arena_create(CATALOGUE_ARENA_BYTES);
    CHECK(catalogue_load(b.memory, CREDENCE_CATALOGUE_DIR, &b.catalogue, &why) == 0);
    b.keys = keys_fixed(master);
    CHECK(utc_parse(SLICE("2026-06-01T10:00:00+08:00"), &received) &&
          day_from_civil(1800, 1, 1, &born_min));
    for (size_t i = 0; i < ARRAY_LEN(themes); i++) {
        b.themes[i] = catalogue_theme_at(b.catalogue, slice_of(themes[i]), received);
        CHECK(b.themes[i]);
        b.judges[i] = judge_create(&(struct judge_options){.keys = b.keys,
                                                           .catalogue = b.catalogue,
                                                           .theme = b.themes[i],
                                                           .received = received,
                                                           .born_min = born_min});
    }
    return &b;
}

/* One row's outcome and where an identity number must not be. */
struct outcome {
    struct judged judged;
    struct record record, waiting;
    struct slice open[3 + FINDINGS_MAX * 3];
    size_t open_count;
};

/* The bytes without the sealed part, which stands last. */
static struct slice unsealed(struct slice bytes, const struct record *r)
{
    return slice_make(bytes.p, bytes.n - r->sealed.n);
}

static void outcome_fill(struct outcome *o)
{
    const struct judged *j = &o->judged;
    if (!j->rejected) {
        CHECK(record_decode(j->bytes, &o->record) == 0);
        o->open[o->open_count++] = unsealed(j->bytes, &o->record);
    }
    if (j->waiting.n) {
        CHECK(record_decode(j->waiting, &o->waiting) == 0);
        o->open[o->open_count++] = unsealed(j->waiting, &o->waiting);
    }
    for (unsigned i = 0; j->findings && i < j->findings->count; i++) {
        o->open[o->open_count++] = j->findings->list[i].item;
        o->open[o->open_count++] = j->findings->list[i].value;
        o->open[o->open_count++] = j->findings->list[i].hint;
    }
}

static void check_nowhere(const struct outcome *o, struct slice what)
{
    for (size_t i = 0; i < o->open_count; i++)
        CHECK(slice_find(o->open[i], what, 0) < 0);
}

/* All texts of a row, without their control characters. */
struct texts {
    struct slice list[2 * READER_FIELDS_MAX + 5];
    size_t count;
};

static struct texts *texts_of(struct arena *a, const struct raw_row *row)
{
    struct texts *t = ARENA_NEW(a, struct texts);
    const struct slice reserved[] = {row->id, row->version, row->time, row->op, row->reason};
    for (size_t i = 0; i < ARRAY_LEN(reserved); i++)
        t->list[t->count++] = text_clean(a, reserved[i]).text;
    for (size_t i = 0; i < row->count; i++) {
        t->list[t->count++] = text_clean(a, row->values[i].value).text;
        t->list[t->count++] = text_clean(a, row->values[i].column).text;
    }
    return t;
}

static size_t occurrences(const struct texts *t, struct slice what)
{
    size_t count = 0;
    for (size_t i = 0; i < t->count; i++)
        for (ptrdiff_t at = 0; (at = slice_find(t->list[i], what, (size_t)at)) >= 0; at++)
            count++;
    return count;
}

/* Every number in the text, as it stands there and as bare digits; but not one that stands in
 * longer digits elsewhere in the row too, where it is no number. */
static void check_hidden(const struct outcome *o, const struct texts *t, struct slice text)
{
    size_t at, bytes;
    for (size_t from = 0; idnum_in_text(text, from, &at, &bytes); from = at + bytes) {
        char digits[64];
        size_t n = 0;
        for (size_t i = at; i < at + bytes;) {
            uint32_t c = utf8_next(text, &i);
            if (c >= 0xFF01 && c <= 0xFF5E)
                c -= 0xFEE0;
            if ((c >= '0' && c <= '9') || c == 'X' || c == 'x')
                digits[n++] = (char)(c == 'x' ? 'X' : c);
        }
        struct slice as_it_stands = slice_make(text.p + at, bytes), bare = slice_make(digits, n);
        if (occurrences(t, as_it_stands) == 1)
            check_nowhere(o, as_it_stands);
        if (occurrences(t, bare) <= 1)
            check_nowhere(o, bare);
    }
}

static void check_row(struct bench *b, struct arena *a, struct judge *judge,
                      const struct raw_row *row)
{
    struct outcome *o = ARENA_NEW(a, struct outcome), *again = ARENA_NEW(a, struct outcome);
    CHECK(judge_row(judge, a, row, &o->judged) == 0);
    CHECK(judge_row(judge, a, row, &again->judged) == 0);
    outcome_fill(o);
    outcome_fill(again);
    CHECK(o->judged.rejected == (o->judged.findings && findings_rejects(o->judged.findings)));
    CHECK(o->judged.rejected == again->judged.rejected && o->open_count == again->open_count);
    for (size_t i = 0; i < o->open_count; i++)
        CHECK(slice_eq(o->open[i], again->open[i]));
    CHECK(memcmp(o->judged.content, again->judged.content, 16) == 0);
    const struct texts *t = texts_of(a, row);
    for (size_t i = 0; i < t->count; i++)
        check_hidden(o, t, t->list[i]);
    if (o->judged.rejected)
        return;
    struct slice identity;
    struct record_item *items;
    size_t count;
    CHECK(record_items(a, b->keys, &o->record, &identity, &items, &count) == 0);
    CHECK(identity.n > 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 1 || n > 8192)
        return 0;
    struct bench *b = bench_open();
    size_t theme = (data[0] >> 1 & 7) % ARRAY_LEN(themes), piece = (data[0] >> 4) * 37u + 1;
    struct slice body = slice_make(data + 1, n - 1);
    AUTO(reader_destroy)
    struct reader *r =
        reader_create(data[0] & 1 ? READER_NDJSON : READER_CSV, ENCODING_AUTO, b->themes[theme]);
    AUTO(arena_destroy) struct arena *a = arena_create(ARENA_BYTES);
    struct raw_row row;
    uint64_t rows = 0, end = 0;
    for (;;) {
        enum reader_step step = reader_next(r, a, &row);
        if (step == READER_END || step == READER_REFUSED)
            return 0;
        if (step == READER_ROW) {
            CHECK(row.row == ++rows && row.end_bytes > end && row.end_bytes < n);
            end = row.end_bytes;
            check_row(b, a, b->judges[theme], &row);
            continue;
        }
        arena_reset(a);
        if (body.n == 0) {
            reader_finish(r);
            continue;
        }
        struct slice next = {body.p, body.n < piece ? body.n : piece};
        body = slice_from(body, next.n);
        reader_feed(r, next);
    }
}
