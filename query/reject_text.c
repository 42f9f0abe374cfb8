/* The reject file: the rejected rows of a batch as they came, in CSV, each with its number, the
 * rules it broke and what to do. It is made to be opened in a spreadsheet, corrected and handed in
 * again, so what a spreadsheet would take for a number or a date is guarded (csv_put_as_text), and
 * the three columns that are added are read past (record/reserved.def). It holds what the
 * department itself sent, unmasked.
 *
 * Rows of an upload that was published were kept as their messages, for whoever takes messages
 * knows nothing of the other rows: their columns are gathered by one walk before the first line. */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/csv.h"
#include "base/err.h"
#include "base/scan.h"
#include "query/accounts.h"
#include "store/kept.h"

enum {
    PIECE_BYTES = 32 * 1024,
    ARENA_LIMIT = 64 << 20,
    SCRATCH_LIMIT = 16 << 20,
    REMEDY_MAX = 64 * 1024
};

struct reject_text {
    struct query_source source;
    struct arena *arena;
    struct batch_state state; /* as it was when the file was asked for */
    const struct theme *theme;
    struct kept_columns columns;
    bool head_is_out, has_ended;
    uint64_t next_row;
    uint64_t told; /* rows that are out */
    /* The row whose findings are being gathered; 0: none. */
    uint64_t row;
    bool was_kept, does_not_open;
    struct buf plain, rules, remedies;
    struct slice values[KEPT_COLUMNS_MAX]; /* in `plain` */
    /* Of a published upload. */
    struct scan *scan;
    struct arena *scratch;      /* of one row */
    struct kept_columns packed; /* the one column of messages */
    struct slice one[KEPT_COLUMNS_MAX];
    struct buf *out;
    size_t out_from; /* where this piece begins in it */
};

static void line_out(struct reject_text *t, const struct slice *values, struct slice row,
                     struct slice rules, struct slice remedies)
{
    for (size_t i = 0; i < t->columns.count; i++)
        csv_put_as_text(t->out, values[i], i == 0);
    csv_put_as_text(t->out, row, t->columns.count == 0);
    csv_put_as_text(t->out, rules, false);
    csv_put_as_text(t->out, remedies, false);
    buf_add_slice(t->out, SLICE("\r\n"));
}

static void head_out(struct reject_text *t)
{
    buf_add_slice(t->out, SLICE("\xEF\xBB\xBF"));
    for (size_t i = 0; i < t->columns.count; i++) {
        /* A name is a formula or nothing that a spreadsheet would alter. */
        struct slice name = t->columns.names[i];
        bool is_formula = name.n && memchr("=+-@", name.p[0], 4);
        (is_formula ? csv_put_as_text : csv_put)(t->out, name, i == 0);
    }
    csv_put(t->out, SLICE("_row"), t->columns.count == 0);
    csv_put(t->out, SLICE("_rule"), false);
    csv_put(t->out, SLICE("_remedy"), false);
    buf_add_slice(t->out, SLICE("\r\n"));
}

static void row_out(struct reject_text *t)
{
    char number[24];
    if (t->row == 0)
        return;
    snprintf(number, sizeof number, "%llu", (unsigned long long)t->row);
    if (!t->was_kept) {
        memset(t->values, 0, sizeof t->values);
        if (t->remedies.n)
            buf_add_char(&t->remedies, '\n');
        buf_printf(
            &t->remedies,
            "原行未保留（过长、无法读出或含有不得归集的信息），请从所报送的文件中取第 %s 行。 "
            "The row itself was not kept (too long, unreadable, or with what may not be "
            "collected): take row %s from the file that was sent.",
            number, number);
    }
    line_out(t, t->values, slice_of(number), buf_slice(&t->rules), buf_slice(&t->remedies));
    t->row = 0;
    t->told++;
}

/* A message's members, by place; one that is no flat object stands in the column #1. False: it does
 * not open. */
static bool unpack(struct reject_text *t, const struct receipt_line *l)
{
    struct scan_pair *pairs;
    size_t count, place = 0;
    const char *why;
    bool is_flat = l->rule != RULE_JSON_INVALID;
    memset(t->values, 0, sizeof t->values);
    arena_reset(t->scratch);
    if (kept_row_open(t->source.keys, l->kept, &t->plain, t->one, t->packed.count) < 0)
        return false;
    if (scan_object(t->scan, t->scratch, t->one[0], KEPT_COLUMNS_MAX, &pairs, &count, &why) < 0)
        is_flat = false;
    for (size_t i = 0; is_flat && i < count; i++)
        is_flat = pairs[i].kind != SCAN_NESTED;
    if (!is_flat) {
        pairs = ARENA_NEW(t->scratch, struct scan_pair);
        pairs[0] = (struct scan_pair){.key = SLICE("#1"), .value = t->one[0]};
        count = 1;
    }
    for (size_t i = 0; i < count; i++)
        if (kept_columns_place(&t->columns, t->arena, i ? place + 1 : 0, pairs[i].key, &place))
            t->values[place] = pairs[i].value;
    return true;
}

static bool each_packed(void *ctx, const struct receipt_line *l)
{
    struct reject_text *t = ctx;
    if (l->kept.n && l->row <= t->state.rows_done && !unpack(t, l))
        t->does_not_open = true;
    return !t->does_not_open;
}

static int find_columns(struct reject_text *t, struct view *v)
{
    t->packed = t->columns;
    t->columns.count = 0;
    t->scan = scan_create();
    t->scratch = arena_create(SCRATCH_LIMIT);
    int r = t->packed.count == 1 ? receipts_walk(v, t->state.number, 1, each_packed, t) : 0;
    return r == 0 && t->does_not_open ? CE_CRYPT : r;
}

static bool open_row(struct reject_text *t, const struct receipt_line *l)
{
    if (t->state.is_published)
        return unpack(t, l);
    return kept_row_open(t->source.keys, l->kept, &t->plain, t->values, t->columns.count) == 0;
}

static void row_begin(struct reject_text *t, const struct receipt_line *l)
{
    t->row = l->row;
    t->was_kept = l->kept.n > 0;
    buf_clear(&t->rules);
    buf_clear(&t->remedies);
    if (t->was_kept && !open_row(t, l))
        t->does_not_open = true;
}

/* "［企业名称］必填项缺失…", one line each. */
static void finding_add(struct reject_text *t, const struct receipt_line *l)
{
    if (!l->rule)
        return;
    const struct item *item = theme_item(t->theme, l->item);
    struct slice name = item ? item->zh : l->item;
    buf_printf(&t->rules, "%s%s", t->rules.n ? "; " : "", rule_id(l->rule));
    if (t->remedies.n)
        buf_add_char(&t->remedies, '\n');
    if (name.n)
        buf_printf(&t->remedies, "［%.*s］", FMT_SLICE(name));
    rule_remedy(l->rule, l->hint, &t->remedies);
}

static bool each_line(void *ctx, const struct receipt_line *l)
{
    struct reject_text *t = ctx;
    if (l->verdict != VERDICT_REJECTED)
        return true;
    if (l->row != t->row) {
        row_out(t);
        if (l->row > t->state.rows_done)
            return false;
        if (t->out->n - t->out_from >= PIECE_BYTES) {
            t->next_row = l->row;
            return false;
        }
        row_begin(t, l);
    }
    finding_add(t, l);
    return !t->does_not_open;
}

static int read_batch(struct reject_text *t, const struct batch_id *id)
{
    struct slice sealed;
    struct view *v;
    int r = view_open(t->source.store, &v);
    if (r < 0)
        return r;
    r = batch_state_get(v, t->arena, id, &t->state);
    if (r == 0)
        r = receipts_columns(v, t->arena, t->state.number, &sealed);
    if (r == 0 && sealed.n)
        r = kept_columns_open(t->source.keys, t->arena, sealed, &t->columns);
    if (r == 0 && t->state.is_published)
        r = find_columns(t, v);
    view_close(v);
    if (r < 0)
        return r;
    t->theme = catalogue_number_at(t->source.catalogue, t->state.theme, t->state.received);
    return t->theme ? 0 : CE_NOT_FOUND;
}

int reject_text_open(const struct query_source *s, const struct batch_id *id,
                     struct reject_text **ret)
{
    struct reject_text *t = calloc(1, sizeof *t);
    CHECK(t);
    t->source = *s;
    t->next_row = 1;
    t->arena = arena_create(ARENA_LIMIT);
    buf_init(&t->plain, 2 * KEPT_ROW_BYTES_MAX);
    buf_init(&t->rules, REMEDY_MAX);
    buf_init(&t->remedies, REMEDY_MAX);
    int r = read_batch(t, id);
    if (r < 0) {
        reject_text_close(t);
        return r;
    }
    *ret = t;
    return 0;
}

/* Rejected rows of which nothing is kept any more. */
static void rest_out(struct reject_text *t)
{
    if (t->told >= t->state.totals.rejected)
        return;
    unsigned long long missing = t->state.totals.rejected - t->told;
    AUTO_BUF(remedy, REMEDY_MAX);
    buf_printf(
        &remedy,
        "另有 %llu 行的明细已不再保存。 The details of %llu further rows are no longer kept.",
        missing, missing);
    memset(t->values, 0, sizeof t->values);
    line_out(t, t->values, SLICE(""), SLICE(""), buf_slice(&remedy));
}

bool reject_text_next(struct reject_text *t, struct buf *b)
{
    if (t->has_ended)
        return false;
    t->out = b;
    t->out_from = b->n;
    if (!t->head_is_out)
        head_out(t);
    t->head_is_out = true;
    uint64_t from = t->next_row;
    t->next_row = UINT64_MAX;
    /* A view for each piece: a client that reads slowly must not hold the store open. */
    struct view *v;
    int r = view_open(t->source.store, &v);
    if (r == 0) {
        r = receipts_walk(v, t->state.number, from, each_line, t);
        view_close(v);
    }
    if (r == 0 && t->does_not_open)
        r = CE_CRYPT;
    if (r < 0) {
        b->err = r;
        t->has_ended = true;
        return false;
    }
    if (t->next_row == UINT64_MAX) {
        row_out(t);
        rest_out(t);
        t->has_ended = true;
    }
    return true;
}

void reject_text_close(struct reject_text *t)
{
    if (!t)
        return;
    buf_fini(&t->plain);
    buf_fini(&t->rules);
    buf_fini(&t->remedies);
    scan_destroy(t->scan);
    arena_destroy(t->scratch);
    arena_destroy(t->arena);
    free(t);
}
