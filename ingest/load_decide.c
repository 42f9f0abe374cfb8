/* The second stage: the rows of one record after the other, each in the order of its coming, go
 * through gate and apply as in the writer, into a batch that is only memory. What stands in it when
 * a record's rows are through is what a store would hold of it. */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/wire.h"
#include "ingest/load_parts.h"
#include "store/source.h"

enum {
    ROWS_AT_ONCE = 4096, /* in the batch, before they are handed on */
    VALUE_BYTES_MAX = 64 << 20,
    EVENT_BYTES_MAX = 256 << 20,
    TELL_ROWS = 1 << 16,
};
/* Hundredths of the memory. */
enum {
    READ_SHARE = 20,
    RECORDS_SHARE = 34,
    VERSIONS_SHARE = 10,
    SMALL_SHARE = 6, /* each of four */
    BATCH_SHARE = 12,
};

/* A record came to a subject (sign 1) or left it (0), with that row of all rows. */
struct coming {
    uint64_t row;
    struct subject_id subject;
    uint8_t sign;
};

struct deciding {
    struct load *load;
    struct batch *batch;
    struct apply apply;
    struct counters counters;
    struct buf events; /* of apply; nobody reads a feed of a first fill */
    struct sorter_pen *pens[SORT_COUNT];
    struct buf value;
    uint64_t rows; /* done */

    /* Of the record at hand. */
    struct record_id id;
    unsigned versions;
    uint64_t number;
    bool is_under; /* it counts for `under` */
    struct subject_id under;
    struct coming *comings;
    size_t coming_count, coming_cap;

    /* Records in the batch whose comings are told. */
    uint64_t *told;
    size_t told_count, told_cap;
};

static int number_order(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return *x == *y ? 0 : *x < *y ? -1 : 1;
}

static int hand_on(void *ctx, enum cf cf, struct slice key, struct slice value)
{
    struct deciding *d = ctx;
    if (cf == CF_BY_SOURCE) /* records come in the order of their ids */
        return fill_put(d->load->o->fill, cf, key, value);
    if (cf == CF_HISTORY)
        return sorter_pen_put(d->pens[SORT_HISTORY], key, value);
    if (cf == CF_BY_TERM)
        return sorter_pen_put(d->pens[SORT_TERMS], key, value);
    CHECK(cf == CF_RECORD);
    uint64_t number = be64_get(key.p + key.n - 8);
    buf_clear(&d->value);
    wire_put_u8(&d->value,
                d->told_count && bsearch(&number, d->told, d->told_count, 8, number_order));
    buf_add_slice(&d->value, value);
    return d->value.err < 0 ? d->value.err
                            : sorter_pen_put(d->pens[SORT_RECORDS], key, buf_slice(&d->value));
}

static int batch_end(struct deciding *d)
{
    if (d->told_count)
        qsort(d->told, d->told_count, sizeof *d->told, number_order);
    int r = batch_take_puts(d->batch, hand_on, d);
    apply_reset(&d->apply);
    d->told_count = 0;
    return r;
}

/* Under which subject the record counts now; revoked ones count for none. */
static int look(struct deciding *d, uint64_t row)
{
    struct slice bytes;
    struct source s;
    int r = batch_peek(d->batch, CF_BY_SOURCE, KEY_SLICE(d->id), &bytes);
    CHECK(r > 0);
    if ((r = source_decode(bytes, &s)) < 0)
        return r;
    bool is_under = !(s.flags & RECORD_REVOKED);
    struct subject_id under = record_key_subject(&s.locator);
    d->number = record_key_number(&s.locator);
    if (is_under == d->is_under && (!is_under || memcmp(under.b, d->under.b, sizeof under.b) == 0))
        return 0;
    if (d->coming_count + 2 > d->coming_cap) {
        d->coming_cap = d->coming_cap ? d->coming_cap * 2 : 16;
        d->comings = realloc(d->comings, d->coming_cap * sizeof *d->comings);
        CHECK(d->comings);
    }
    if (d->is_under)
        d->comings[d->coming_count++] = (struct coming){row, d->under, 0};
    if (is_under)
        d->comings[d->coming_count++] = (struct coming){row, under, 1};
    d->is_under = is_under;
    d->under = under;
    return 0;
}

/* A record that came to its subject with its first row and stayed is told by its number. */
static int tell_comings(struct deciding *d)
{
    int r = 0;
    bool is_plain =
        d->coming_count == 0 || (d->coming_count == 1 && d->comings[0].row == d->number);
    if (is_plain)
        return 0;
    if (d->told_count == d->told_cap) {
        d->told_cap = d->told_cap ? d->told_cap * 2 : 1024;
        d->told = realloc(d->told, d->told_cap * sizeof *d->told);
        CHECK(d->told);
    }
    d->told[d->told_count++] = d->number;
    for (size_t i = 0; r == 0 && i < d->coming_count; i++) {
        const struct coming *c = &d->comings[i];
        uint8_t key[SUBJECT_ID_BYTES + 8 + 1 + 8];
        memcpy(key, c->subject.b, SUBJECT_ID_BYTES);
        be64_put(key + SUBJECT_ID_BYTES, c->row);
        key[SUBJECT_ID_BYTES + 8] = c->sign;
        be64_put(key + SUBJECT_ID_BYTES + 9, d->number);
        r = sorter_pen_put(d->pens[SORT_COMINGS], slice_make(key, sizeof key), (struct slice){0});
    }
    return r;
}

struct former {
    struct deciding *d;
    struct record_key locator;
    int err;
};

static bool each_version(void *ctx, struct slice key, struct slice value)
{
    struct former *f = ctx;
    uint8_t at[RECORD_KEY_BYTES + sizeof(struct version)];
    memcpy(at, f->locator.b, RECORD_KEY_BYTES);
    memcpy(at + RECORD_KEY_BYTES, key.p + 8, sizeof(struct version));
    f->err = sorter_pen_put(f->d->pens[SORT_FORMER], slice_make(at, sizeof at), value);
    return f->err == 0;
}

/* Superseded versions of a current registration give its subject former names. */
static int tell_former(struct deciding *d)
{
    struct slice bytes;
    struct source s;
    struct record r;
    CHECK(batch_peek(d->batch, CF_BY_SOURCE, KEY_SLICE(d->id), &bytes) > 0);
    int e = source_decode(bytes, &s);
    if (e < 0 || (s.flags & RECORD_REVOKED))
        return e;
    CHECK(batch_peek(d->batch, CF_RECORD, KEY_SLICE(s.locator), &bytes) > 0);
    if ((e = record_decode(bytes, &r)) < 0 || !r.about.is_registration)
        return e;
    struct former f = {.d = d, .locator = s.locator};
    uint8_t prefix[8];
    be64_put(prefix, d->number);
    e = batch_walk(d->batch, CF_HISTORY, slice_make(prefix, sizeof prefix), each_version, &f);
    return e < 0 ? e : f.err;
}

static int record_end(struct deciding *d)
{
    int r = d->versions > 1 ? tell_comings(d) : 0;
    if (r == 0 && d->versions > 1)
        r = tell_former(d);
    d->versions = 0;
    d->coming_count = 0;
    d->is_under = false;
    if (r == 0 && batch_rows_all(d->batch) >= ROWS_AT_ONCE)
        r = batch_end(d);
    return r;
}

static int tell_verdict(struct deciding *d, size_t file, uint64_t row,
                        const struct gate_result *gate)
{
    uint8_t key[LOAD_PLACE_BYTES], value[2] = {(uint8_t)gate->verdict, gate->version_reused};
    if (gate->verdict == VERDICT_STORED && !gate->version_reused)
        return 0;
    load_place(file, row, key);
    return sorter_pen_put(d->pens[SORT_VERDICTS], slice_make(key, sizeof key),
                          slice_make(value, sizeof value));
}

static int decide(struct deciding *d, struct slice key, struct slice value)
{
    struct judged row;
    size_t file;
    struct gate_result gate;
    int r = load_row_read(key, value, &row, &file);
    if (r < 0)
        return r;
    if (d->load->o->files[file].is_repeated)
        return 0;
    if (d->versions && memcmp(d->id.b, row.id.b, sizeof row.id.b) != 0)
        r = record_end(d);
    if (r < 0)
        return r;
    uint64_t number = d->load->files[file].rows_before + row.row;
    d->id = row.id;
    d->counters.next_record = number;
    if ((r = apply_row(&d->apply, &row, &gate)) < 0)
        return r;
    d->versions++;
    buf_clear(&d->events);
    if (batch_bytes(d->batch) > d->load->o->memory_bytes / 100 * BATCH_SHARE) {
        struct reason why;
        return load_fail(d->load,
                         reason_set(&why, CE_TOO_LARGE,
                                    "one record has more versions than the memory holds; give more "
                                    "with --memory, or hand the files in with `submit --dir`"),
                         &why);
    }
    if (gate.action != GATE_NOTHING && gate.action != GATE_KEEP_STALE)
        r = look(d, number);
    return r < 0 ? r : tell_verdict(d, file, row.row, &gate);
}

static int decide_all(struct deciding *d)
{
    struct load *l = d->load;
    struct slice key, value;
    int r = load_sorted(l, SORT_ROWS, READ_SHARE);
    while (r == 0 && (r = sorter_next(l->sorters[SORT_ROWS], &key, &value)) > 0) {
        r = decide(d, key, value);
        if (++d->rows % TELL_ROWS == 0) {
            l->o->tell(l->o->ctx, LOAD_DECIDE, (int64_t)d->rows, (int64_t)l->rows);
            if (load_is_stopped(l))
                return CE_PARTIAL;
        }
    }
    if (r == 0 && d->versions)
        r = record_end(d);
    return r < 0 ? r : batch_end(d);
}

int load_decide(struct load *l)
{
    static const struct {
        enum load_sort what;
        unsigned percent;
    } pens[] = {
        {SORT_RECORDS, RECORDS_SHARE}, {SORT_HISTORY, VERSIONS_SHARE}, {SORT_VERDICTS, SMALL_SHARE},
        {SORT_TERMS, SMALL_SHARE},     {SORT_FORMER, SMALL_SHARE},     {SORT_COMINGS, SMALL_SHARE},
    };
    struct deciding d = {.load = l, .batch = batch_create(NULL)};
    buf_init(&d.value, VALUE_BYTES_MAX);
    buf_init(&d.events, EVENT_BYTES_MAX);
    apply_init(&d.apply, d.batch, l->o->keys, &d.counters, &d.events);
    d.apply.leaves_subjects = true;
    for (size_t i = 0; i < ARRAY_LEN(pens); i++)
        d.pens[pens[i].what] = load_pen(l, pens[i].what, pens[i].percent);
    int r = decide_all(&d);
    for (size_t i = 0; i < ARRAY_LEN(pens); i++) {
        if (r == 0)
            r = sorter_pen_end(TAKE(d.pens[pens[i].what]));
        sorter_pen_drop(d.pens[pens[i].what]);
    }
    if (r == 0)
        r = fill_end(l->o->fill, CF_BY_SOURCE);
    sorter_destroy(TAKE(l->sorters[SORT_ROWS]));
    apply_fini(&d.apply);
    batch_destroy(d.batch);
    buf_fini(&d.value);
    buf_fini(&d.events);
    free(d.comings);
    free(d.told);
    return r < 0 ? load_fail(l, r, NULL) : 0;
}
