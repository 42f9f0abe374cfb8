/* Receipts: what became of each row, packed for each commit of a batch.
 *
 *   value    format 3, newest message ms LEB128 (0 of a batch), runs (counted bytes), columns
 *            of kept rows (sealed, counted bytes), details (to the end)
 *   run      verdict 1 (0: there are no such rows), rows LEB128
 *   detail   row − first row LEB128, verdict 1, number of findings LEB128,
 *            of a rejected row the row itself (sealed, counted bytes; empty: not kept),
 *            each finding: rule 2, item, value, hint (counted bytes)
 *
 * Rows 5, 6 and 7, stored, stored and rejected by rule 12 of item "name" with value "?", not kept:
 * 03 00 04 0102 0501 00 02 05 01 00 000C 046E616D65 013F 00. The value says nothing of rows that
 * were stored or changed without a warning but their number. */
#include "store/receipts.h"

#include <string.h>

#include "base/check.h"
#include "base/err.h"
#include "base/wire.h"
#include "store/keys.h"

enum { FORMAT = 3, PACKS_A_TIME = 1000 };
static const enum verdict run_of_none = (enum verdict)0;
enum {
    RUNS_BYTES_MAX = 16 << 20,
    COLUMNS_BYTES_MAX = 1 << 20,
    DETAILS_BYTES_MAX = 512 << 20,
    VALUE_BYTES_MAX = 544 << 20
};

void receipt_pack_init(struct receipt_pack *p)
{
    *p = (struct receipt_pack){0};
    buf_init(&p->runs, RUNS_BYTES_MAX);
    buf_init(&p->columns, COLUMNS_BYTES_MAX);
    buf_init(&p->details, DETAILS_BYTES_MAX);
}

void receipt_pack_fini(struct receipt_pack *p)
{
    buf_fini(&p->runs);
    buf_fini(&p->columns);
    buf_fini(&p->details);
}

bool receipt_pack_is_empty(const struct receipt_pack *p)
{
    return p->run_count == 0;
}

static bool is_kept(const struct finding *f, enum verdict v)
{
    switch (rule_severity(f->rule)) {
    case SEVERITY_REJECT:
        return v == VERDICT_REJECTED;
    case SEVERITY_WARN:
        return true;
    case SEVERITY_NOTE:
        return false;
    }
    return false;
}

static void run_end(struct receipt_pack *p)
{
    if (p->run_count == 0)
        return;
    wire_put_u8(&p->runs, (uint8_t)p->run_verdict);
    wire_put_var(&p->runs, p->run_count);
    p->run_count = 0;
}

static void detail_add(struct receipt_pack *p, uint64_t row, enum verdict v,
                       const struct findings *findings, struct slice kept_row)
{
    unsigned kept = 0;
    for (unsigned i = 0; findings && i < findings->count; i++)
        kept += is_kept(&findings->list[i], v);
    if (kept == 0 && v != VERDICT_STALE && v != VERDICT_REJECTED)
        return;
    wire_put_var(&p->details, row - p->first_row);
    wire_put_u8(&p->details, (uint8_t)v);
    wire_put_var(&p->details, kept);
    if (v == VERDICT_REJECTED)
        wire_put_bytes(&p->details, kept_row);
    for (unsigned i = 0; findings && i < findings->count; i++) {
        const struct finding *f = &findings->list[i];
        if (!is_kept(f, v))
            continue;
        wire_put_u16(&p->details, (uint16_t)f->rule);
        wire_put_bytes(&p->details, f->item);
        wire_put_bytes(&p->details, f->value);
        wire_put_bytes(&p->details, f->hint);
    }
}

void receipt_pack_row(struct receipt_pack *p, uint64_t row, enum verdict v,
                      const struct findings *findings, struct slice kept)
{
    CHECK(v >= VERDICT_STORED && v <= VERDICT_REJECTED);
    if (receipt_pack_is_empty(p)) {
        p->first_row = row;
        p->next_row = row;
        p->run_verdict = v;
    }
    CHECK(row == p->next_row);
    if (v != p->run_verdict)
        run_end(p);
    p->run_verdict = v;
    p->run_count++;
    p->next_row++;
    detail_add(p, row, v, findings, kept);
}

void receipt_pack_skip(struct receipt_pack *p, uint64_t from, uint64_t row)
{
    if (receipt_pack_is_empty(p))
        p->first_row = p->next_row = from;
    CHECK(row >= p->next_row);
    if (row == p->next_row)
        return;
    if (p->run_verdict != run_of_none)
        run_end(p);
    p->run_verdict = run_of_none;
    p->run_count += row - p->next_row;
    p->next_row = row;
}

void receipt_pack_columns(struct receipt_pack *p, struct slice sealed)
{
    buf_clear(&p->columns);
    buf_add_slice(&p->columns, sealed);
}

int receipt_pack_put(struct receipt_pack *p, struct batch *b, uint64_t batch_number)
{
    if (receipt_pack_is_empty(p))
        return 0;
    run_end(p);
    AUTO_BUF(value, VALUE_BYTES_MAX);
    wire_put_u8(&value, FORMAT);
    wire_put_var(&value, (uint64_t)p->newest.v);
    wire_put_bytes(&value, buf_slice(&p->runs));
    wire_put_bytes(&value, buf_slice(&p->columns));
    buf_add_slice(&value, buf_slice(&p->details));
    int r = p->runs.err ? p->runs.err : p->columns.err ? p->columns.err : p->details.err;
    r = r < 0 ? r : value.err;
    if (r == 0) {
        struct log_key k = log_key_make(batch_number, p->first_row);
        batch_put(b, CF_LOG, KEY_SLICE(k), buf_slice(&value));
    }
    /* Batches stay open for long, and their packs are large now and then. */
    receipt_pack_fini(p);
    receipt_pack_init(p);
    return r;
}

/* One stored pack while it is read: the run and the detail that come next. */
struct pack_reader {
    struct wire runs, details;
    struct slice columns;
    uint64_t run_row, run_end; /* rows of the present run that are still to come: none when equal */
    enum verdict run_verdict;
    bool has_detail;
    uint64_t detail_row;
    enum verdict detail_verdict;
    uint64_t detail_findings;
    struct slice detail_kept;
    uint64_t first_row;
    uint64_t end_row; /* behind the last run */
    struct utc_ms newest;
    int err;
};

static bool verdict_read(struct wire *w, enum verdict *ret)
{
    uint8_t v = wire_u8(w);
    *ret = (enum verdict)v;
    return v >= VERDICT_STORED && v <= VERDICT_LAST;
}

static void next_run(struct pack_reader *p)
{
    if (p->runs.rest.n == 0) {
        p->run_row = p->run_end;
        return;
    }
    bool known = verdict_read(&p->runs, &p->run_verdict) || p->run_verdict == run_of_none;
    uint64_t rows = wire_var(&p->runs);
    if (!known || p->runs.failed || rows == 0 || rows > UINT64_MAX - p->run_end) {
        p->err = CE_FORMAT;
        return;
    }
    p->run_row = p->run_end;
    p->run_end += rows;
}

static void next_detail(struct pack_reader *p, bool is_first)
{
    uint64_t before = p->detail_row;
    p->has_detail = p->details.rest.n > 0;
    if (!p->has_detail)
        return;
    uint64_t offset = wire_var(&p->details);
    bool known = verdict_read(&p->details, &p->detail_verdict);
    p->detail_findings = wire_var(&p->details);
    p->detail_kept = (struct slice){NULL, 0};
    if (known && p->detail_verdict == VERDICT_REJECTED)
        p->detail_kept = wire_bytes(&p->details);
    if (!known || p->details.failed || p->detail_findings > FINDINGS_MAX ||
        offset >= p->end_row - p->first_row) {
        p->err = CE_FORMAT;
        return;
    }
    p->detail_row = p->first_row + offset;
    if (!is_first && p->detail_row <= before)
        p->err = CE_FORMAT;
}

static void finding_read(struct pack_reader *p, struct receipt_line *ret)
{
    ret->rule = (enum rule)wire_u16(&p->details);
    ret->item = wire_bytes(&p->details);
    ret->value = wire_bytes(&p->details);
    ret->hint = wire_bytes(&p->details);
    if (p->details.failed)
        p->err = CE_FORMAT;
}

/* Opens a pack and counts its rows by verdict (received alone is their sum). */
static int pack_open(struct slice key, struct slice value, struct pack_reader *ret,
                     struct totals *ret_totals)
{
    *ret = (struct pack_reader){0};
    struct wire w = wire_of(value);
    if (key.n != LOG_KEY_BYTES || wire_u8(&w) != FORMAT)
        return CE_FORMAT;
    uint64_t first = be64_get(key.p + 8);
    struct utc_ms newest = {(int64_t)wire_var(&w)};
    struct slice runs = wire_bytes(&w), columns = wire_bytes(&w);
    if (w.failed || runs.n == 0)
        return CE_FORMAT;
    *ret =
        (struct pack_reader){.runs = wire_of(runs), .columns = columns, .details = wire_of(w.rest)};
    ret->first_row = ret->run_row = ret->run_end = first;
    ret->newest = newest;
    *ret_totals = (struct totals){0};
    unsigned long long *const by_verdict[VERDICT_LAST + 1] = {
        [VERDICT_STORED] = &ret_totals->stored,       [VERDICT_CHANGED] = &ret_totals->changed,
        [VERDICT_DUPLICATE] = &ret_totals->duplicate, [VERDICT_STALE] = &ret_totals->stale,
        [VERDICT_REJECTED] = &ret_totals->rejected,
    };
    while (ret->runs.rest.n && ret->err == 0) {
        next_run(ret);
        if (ret->err < 0)
            break;
        if (ret->run_verdict == run_of_none)
            continue;
        *by_verdict[ret->run_verdict] += ret->run_end - ret->run_row;
        ret_totals->received += ret->run_end - ret->run_row;
    }
    ret->end_row = ret->run_end;
    ret->runs = wire_of(runs);
    ret->run_row = ret->run_end = first;
    return ret->err;
}

/* Lines on their way to the caller: a run of duplicates waits until it is known where it ends. */
struct telling {
    uint64_t from_row;
    bool (*each)(void *ctx, const struct receipt_line *line);
    void *ctx;
    struct receipt_line run; /* verdict 0: none waits */
    bool on;
};

static void tell_run(struct telling *t)
{
    if (t->on && t->run.verdict)
        t->on = t->each(t->ctx, &t->run);
    t->run.verdict = (enum verdict)0;
}

static void tell(struct telling *t, const struct receipt_line *line)
{
    tell_run(t);
    if (t->on)
        t->on = t->each(t->ctx, line);
}

/* Rows from `row` to before `end`, of which no detail is kept. */
static void tell_plain(struct telling *t, uint64_t row, uint64_t end, enum verdict v)
{
    if (row < t->from_row)
        row = t->from_row;
    if (row >= end)
        return;
    if (v != VERDICT_DUPLICATE) {
        tell_run(t);
        return;
    }
    if (t->run.verdict && t->run.to + 1 == row) {
        t->run.to = end - 1;
        return;
    }
    tell_run(t);
    t->run = (struct receipt_line){.row = row, .to = end - 1, .verdict = v};
}

static void tell_detail(struct telling *t, struct pack_reader *p)
{
    struct receipt_line line = {.row = p->detail_row,
                                .to = p->detail_row,
                                .verdict = p->detail_verdict,
                                .kept = p->detail_kept};
    bool wanted = p->detail_row >= t->from_row;
    if (p->detail_findings == 0 && wanted)
        tell(t, &line);
    for (uint64_t i = 0; i < p->detail_findings && t->on && p->err == 0; i++) {
        finding_read(p, &line);
        if (p->err == 0 && wanted)
            tell(t, &line);
    }
}

static int pack_tell(struct telling *t, struct pack_reader *p)
{
    next_run(p);
    if (p->err == 0)
        next_detail(p, true);
    while (t->on && p->err == 0 && p->run_row < p->run_end) {
        bool detail_in_run = p->has_detail && p->detail_row < p->run_end;
        tell_plain(t, p->run_row, detail_in_run ? p->detail_row : p->run_end, p->run_verdict);
        if (!detail_in_run) {
            next_run(p);
            continue;
        }
        if (p->detail_verdict != p->run_verdict)
            return CE_FORMAT;
        tell_detail(t, p);
        p->run_row = p->detail_row + 1;
        if (t->on && p->err == 0)
            next_detail(p, false);
        if (p->err == 0 && p->run_row == p->run_end)
            next_run(p);
    }
    return p->err;
}

int receipts_walk(struct view *v, uint64_t batch_number, uint64_t from_row,
                  bool (*each)(void *ctx, const struct receipt_line *line), void *ctx)
{
    struct telling t = {.from_row = from_row, .each = each, .ctx = ctx, .on = true};
    struct log_key from = log_key_make(batch_number, from_row);
    struct slice prefix = slice_make(from.b, 8);
    int e = 0;
    /* The pack that holds the row begins at or before it. */
    struct walk *w = walk_open(v, CF_LOG, prefix, prefix);
    walk_seek_back(w, KEY_SLICE(from));
    if (!walk_valid(w))
        walk_seek(w, prefix);
    for (; t.on && e == 0 && walk_valid(w); walk_next(w)) {
        struct pack_reader p;
        struct totals totals;
        e = pack_open(walk_key(w), walk_value(w), &p, &totals);
        if (e == 0)
            e = pack_tell(&t, &p);
    }
    if (e == 0)
        tell_run(&t);
    int r = walk_close(w);
    return e < 0 ? e : r;
}

int receipts_columns(struct view *v, struct arena *a, uint64_t batch_number, struct slice *ret)
{
    struct log_key last = log_key_make(batch_number, UINT64_MAX);
    struct slice prefix = slice_make(last.b, 8);
    int e = 0;
    *ret = (struct slice){NULL, 0};
    /* Each pack has those of the packs before it. */
    struct walk *w = walk_open(v, CF_LOG, prefix, prefix);
    walk_seek_back(w, KEY_SLICE(last));
    if (walk_valid(w)) {
        struct pack_reader p;
        struct totals totals;
        e = pack_open(walk_key(w), walk_value(w), &p, &totals);
        if (e == 0)
            *ret = arena_dup(a, p.columns);
    }
    int r = walk_close(w);
    return e < 0 ? e : r;
}

/* Rows of a pack with at least one warning. */
static int warned(struct pack_reader *p, unsigned long long *ret)
{
    next_detail(p, true);
    while (p->err == 0 && p->has_detail) {
        bool warns = false;
        for (uint64_t i = 0; i < p->detail_findings && p->err == 0; i++) {
            struct receipt_line line;
            finding_read(p, &line);
            warns = warns || (p->err == 0 && rule_is_known((unsigned)line.rule) &&
                              rule_severity(line.rule) == SEVERITY_WARN);
        }
        *ret += warns;
        if (p->err == 0)
            next_detail(p, false);
    }
    return p->err;
}

int receipts_totals(struct view *v, uint64_t batch_number, struct totals *ret)
{
    struct log_key from = log_key_make(batch_number, 0);
    struct slice prefix = slice_make(from.b, 8);
    struct totals sum = {0};
    int e = 0;
    struct walk *w = walk_open(v, CF_LOG, prefix, prefix);
    for (; e == 0 && walk_valid(w); walk_next(w)) {
        struct pack_reader p;
        struct totals totals;
        e = pack_open(walk_key(w), walk_value(w), &p, &totals);
        if (e == 0)
            e = warned(&p, &totals.warned);
        if (e == 0)
            totals_add(&sum, &totals);
    }
    int r = walk_close(w);
    if (e < 0 || r < 0)
        return e < 0 ? e : r;
    *ret = sum;
    return 0;
}

int receipts_extent(struct view *v, uint64_t batch_number, uint64_t *ret_from, uint64_t *ret_end)
{
    struct log_key from = log_key_make(batch_number, 0);
    struct slice prefix = slice_make(from.b, 8);
    uint64_t first = 0, end = 0;
    int e = 0;
    struct walk *w = walk_open(v, CF_LOG, prefix, prefix);
    for (bool is_first = true; e == 0 && walk_valid(w); walk_next(w), is_first = false) {
        struct pack_reader p;
        struct totals totals;
        e = pack_open(walk_key(w), walk_value(w), &p, &totals);
        if (e < 0)
            break;
        if (is_first)
            first = p.first_row;
        else if (p.first_row != end)
            e = CE_FORMAT;
        end = p.end_row;
    }
    int r = walk_close(w);
    if (e < 0 || r < 0)
        return e < 0 ? e : r;
    *ret_from = first;
    *ret_end = end;
    return 0;
}

int receipts_old(struct view *v, uint64_t number, struct utc_ms limit, uint64_t *ret_end)
{
    struct log_key from = log_key_make(number, 0);
    struct slice prefix = slice_make(from.b, 8);
    uint64_t end = 0;
    int e = 0;
    struct walk *w = walk_open(v, CF_LOG, prefix, prefix);
    for (int i = 0; e == 0 && i < PACKS_A_TIME && walk_valid(w); walk_next(w), i++) {
        struct pack_reader p;
        struct totals totals;
        e = pack_open(walk_key(w), walk_value(w), &p, &totals);
        if (e < 0 || p.newest.v >= limit.v)
            break;
        end = p.end_row;
    }
    int r = walk_close(w);
    if (e < 0 || r < 0)
        return e < 0 ? e : r;
    *ret_end = end;
    return 0;
}

/* A list in the arena that grows by doubling. */
static void *grown(struct arena *a, void *list, size_t count, size_t size)
{
    if (count & (count - 1) || count == 1)
        return list;
    void *wider = arena_alloc(a, (count ? 2 * count : 2) * size);
    if (count)
        memcpy(wider, list, count * size);
    return wider;
}

static void read_runs(struct arena *a, struct pack_reader *p, struct receipt_read *ret)
{
    for (next_run(p); p->err == 0 && p->run_row < p->run_end; next_run(p)) {
        ret->runs = grown(a, ret->runs, ret->run_count, sizeof *ret->runs);
        ret->runs[ret->run_count++] =
            (struct receipt_run){p->run_row, p->run_end - 1, p->run_verdict};
    }
}

static void read_line(struct arena *a, struct receipt_read *ret, struct receipt_line line)
{
    line.kept = (struct slice){NULL, 0};
    line.item = arena_dup(a, line.item);
    line.value = arena_dup(a, line.value);
    line.hint = arena_dup(a, line.hint);
    ret->lines = grown(a, ret->lines, ret->line_count, sizeof *ret->lines);
    ret->lines[ret->line_count++] = line;
}

static void read_lines(struct arena *a, struct pack_reader *p, struct receipt_read *ret)
{
    for (next_detail(p, true); p->err == 0 && p->has_detail; next_detail(p, false)) {
        struct receipt_line line = {
            .row = p->detail_row, .to = p->detail_row, .verdict = p->detail_verdict};
        if (p->detail_findings == 0)
            read_line(a, ret, line);
        for (uint64_t i = 0; i < p->detail_findings && p->err == 0; i++) {
            finding_read(p, &line);
            if (p->err == 0)
                read_line(a, ret, line);
        }
    }
}

int receipts_read(struct view *v, struct arena *a, uint64_t batch_number, uint64_t row,
                  struct receipt_read *ret)
{
    struct log_key from = log_key_make(batch_number, row);
    struct slice prefix = slice_make(from.b, 8);
    struct pack_reader p = {0};
    struct totals totals;
    int e = 0;
    struct walk *w = walk_open(v, CF_LOG, prefix, prefix);
    walk_seek_back(w, KEY_SLICE(from));
    if (!walk_valid(w))
        walk_seek(w, prefix);
    if (walk_valid(w) && (e = pack_open(walk_key(w), walk_value(w), &p, &totals)) == 0 &&
        p.end_row <= row) {
        walk_next(w);
        if (walk_valid(w))
            e = pack_open(walk_key(w), walk_value(w), &p, &totals);
    }
    bool is_there = e == 0 && walk_valid(w);
    if (is_there) {
        *ret = (struct receipt_read){.first = p.first_row, .end = p.end_row, .newest = p.newest};
        read_runs(a, &p, ret);
        if (p.err == 0)
            read_lines(a, &p, ret);
        e = p.err;
    }
    int r = walk_close(w);
    if (e < 0 || r < 0)
        return e < 0 ? e : r;
    return is_there ? 0 : CE_NOT_FOUND;
}
