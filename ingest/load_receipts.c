/* Receipts, ledger and batches of a load: row after row of each file, what was noted of it when it
 * was judged and what the gate said. */
#include <string.h>

#include "base/check.h"
#include "base/wire.h"
#include "ingest/account.h"
#include "ingest/ledger_cache.h"
#include "ingest/load_parts.h"

enum {
    ROWS_MOST = 5000,    /* of a pack, as of a commit of the writer */
    KEPT_MOST = 8 << 20, /* of rejected rows in a pack */
    BATCHES_AT_ONCE = 1000,
    ROW_BYTES_MAX = 64 << 20,
    SHARE = 5, /* hundredths of the memory, each of notes and verdicts */
};

struct telling {
    struct load *load;
    struct batch *log;   /* only memory: one pack */
    struct batch *state; /* of the store */
    struct ledger_cache *ledger;
    struct arena *arena;
    struct receipt_pack pack;
    size_t packed;
    struct slice note_key, note, verdict_key, verdict;
    int has_note, has_verdict; /* as sorter_next */
};

static int next_note(struct telling *t)
{
    t->has_note = sorter_next(t->load->sorters[SORT_NOTES], &t->note_key, &t->note);
    return t->has_note < 0 ? t->has_note : 0;
}

static int next_verdict(struct telling *t)
{
    t->has_verdict = sorter_next(t->load->sorters[SORT_VERDICTS], &t->verdict_key, &t->verdict);
    return t->has_verdict < 0 ? t->has_verdict : 0;
}

static int hand_on(void *ctx, enum cf cf, struct slice key, struct slice value)
{
    struct telling *t = ctx;
    return fill_put(t->load->o->fill, cf, key, value);
}

static int pack_end(struct telling *t, size_t file)
{
    const struct loaded *f = &t->load->files[file];
    t->packed = 0;
    if (receipt_pack_is_empty(&t->pack))
        return 0;
    if (f->columns_n)
        receipt_pack_columns(&t->pack, slice_make(f->columns, f->columns_n));
    int r = receipt_pack_put(&t->pack, t->log, file + 1);
    return r < 0 ? r : batch_take_puts(t->log, hand_on, t);
}

static int tell_row(struct telling *t, size_t file, uint64_t number, struct totals *line)
{
    uint8_t place[LOAD_PLACE_BYTES];
    struct judged row = {0};
    enum verdict v = VERDICT_STORED;
    int r = 0;
    load_place(file, number, place);
    struct slice at = slice_make(place, sizeof place);
    arena_reset(t->arena);
    /* Borrowed from the sorter: what follows it is asked for when the row is told. */
    bool noted = t->has_note > 0 && slice_eq(t->note_key, at);
    if (noted)
        r = load_note_read(t->note, t->arena, &row);
    if (row.rejected)
        v = VERDICT_REJECTED;
    if (r == 0 && t->has_verdict > 0 && slice_eq(t->verdict_key, at)) {
        v = (enum verdict)t->verdict.p[0];
        if (t->verdict.p[1])
            account_reused(t->arena, &row.findings);
        r = next_verdict(t);
    }
    if (r < 0)
        return r;
    t->packed += row.kept.n;
    account_row(&(struct account){&t->load->o->files[file].totals, line, &t->pack}, number, v,
                row.findings, row.kept);
    return noted ? next_note(t) : 0;
}

static int tell_batch(struct telling *t, size_t file)
{
    const struct loaded *f = &t->load->files[file];
    struct load_file *told = &t->load->o->files[file];
    struct totals line = {0};
    int r = 0;
    for (uint64_t row = 1; r == 0 && row <= f->rows; row++) {
        r = tell_row(t, file, row, &line);
        if (r == 0 && (row % ROWS_MOST == 0 || t->packed >= KEPT_MOST))
            r = load_is_stopped(t->load) ? CE_PARTIAL : pack_end(t, file);
    }
    if (r == 0)
        r = pack_end(t, file);
    if (r < 0)
        return r;
    arena_reset(t->arena);
    struct totals *sum = ledger_cache_touch(t->ledger, t->state, t->arena, f->theme->department,
                                            f->theme->number, day_of(f->received));
    if (!sum)
        return CE_IO;
    totals_add(sum, &line);
    struct batch_state state = {
        .number = file + 1,
        .department = f->theme->department,
        .name = slice_of(f->name),
        .theme = f->theme->number,
        .format = f->kind.format,
        .encoding = f->kind.encoding,
        .received = f->received,
        .finished = clock_now(t->load->o->clock),
        .rows_done = f->rows,
        .bytes_done = f->bytes,
        .totals = told->totals,
    };
    memcpy(state.hash, f->hash, sizeof state.hash);
    batch_state_put(t->state, &told->id, &state);
    return 0;
}

/* Notes of files that do not count. */
static int pass_over(struct telling *t, size_t file)
{
    int r = 0;
    while (r == 0 && t->has_note > 0 && be32_get(t->note_key.p) == file)
        r = next_note(t);
    return r;
}

static int tell_all(struct telling *t, struct reason *why)
{
    struct load *l = t->load;
    int r = load_sorted(l, SORT_NOTES, SHARE);
    if (r == 0)
        r = load_sorted(l, SORT_VERDICTS, SHARE);
    if (r == 0)
        r = next_note(t);
    if (r == 0)
        r = next_verdict(t);
    for (size_t i = 0; r == 0 && i < l->o->file_count; i++) {
        const struct load_file *f = &l->o->files[i];
        if (f->is_repeated)
            l->o->files[i].totals = l->o->files[l->files[i].same_as].totals;
        r = f->is_refused || f->is_repeated ? pass_over(t, i) : tell_batch(t, i);
        if (r == 0 && (i + 1) % BATCHES_AT_ONCE == 0)
            r = batch_commit(t->state, why);
    }
    if (r < 0)
        return r;
    CHECK(t->has_note == 0 && t->has_verdict == 0);
    ledger_cache_put(t->ledger, t->state);
    r = batch_commit(t->state, why);
    return r < 0 ? r : fill_end(l->o->fill, CF_LOG);
}

int load_receipts(struct load *l)
{
    struct reason why = {""};
    struct telling t = {.load = l,
                        .log = batch_create(NULL),
                        .state = batch_create(fill_store(l->o->fill)),
                        .ledger = ledger_cache_create(),
                        .arena = arena_create(ROW_BYTES_MAX)};
    receipt_pack_init(&t.pack);
    int r = tell_all(&t, &why);
    receipt_pack_fini(&t.pack);
    arena_destroy(t.arena);
    ledger_cache_destroy(t.ledger);
    batch_destroy(t.state);
    batch_destroy(t.log);
    return r < 0 ? load_fail(l, r, &why) : 0;
}
