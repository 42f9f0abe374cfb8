/* Batches, receipts, ledger, events, and what partitions (verify_offsets.c) brought into them:
 * counts must add up, numbers must be below their counters. */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/err.h"
#include "store/kept.h"
#include "store/keys.h"
#include "store/ledger.h"
#include "store/receipts.h"
#include "store/verify_parts.h"

enum { BATCH_KEY_BYTES = 6 + BATCH_ID_BYTES, FORMAT = 1 };

/* The ledger in memory, ascending; batches are taken away from it until nothing is left. */
struct account {
    struct verifier *v;
    struct ledger_line *lines;
    size_t count, cap;
    struct utc_ms swept; /* of what came before, details may be gone */
};

static bool add_line(void *ctx, const struct ledger_line *line)
{
    struct account *a = ctx;
    if (a->count == a->cap) {
        a->cap = a->cap ? a->cap * 2 : 1024;
        a->lines = realloc(a->lines, a->cap * sizeof *a->lines);
        CHECK(a->lines);
    }
    a->lines[a->count] = *line;
    a->lines[a->count++].department = arena_dup(a->v->keep, line->department);
    return true;
}

static int line_order(const void *x, const void *y)
{
    const struct ledger_line *a = x, *b = y;
    int c = slice_cmp(a->department, b->department);
    if (c == 0)
        c = (a->theme > b->theme) - (a->theme < b->theme);
    return c ? c : (a->day.v > b->day.v) - (a->day.v < b->day.v);
}

static void totals_take(struct totals *from, const struct totals *t)
{
    from->received -= t->received;
    from->stored -= t->stored;
    from->changed -= t->changed;
    from->duplicate -= t->duplicate;
    from->stale -= t->stale;
    from->rejected -= t->rejected;
    from->warned -= t->warned;
    from->noted -= t->noted;
}

static bool totals_are_zero(const struct totals *t)
{
    static const struct totals zero;
    return memcmp(t, &zero, sizeof zero) == 0;
}

static bool verdicts_equal(const struct totals *a, const struct totals *b)
{
    return a->received == b->received && a->stored == b->stored && a->changed == b->changed &&
           a->duplicate == b->duplicate && a->stale == b->stale && a->rejected == b->rejected;
}

/* A batch that came by messages was counted with their partition. */
static void check_fed(struct account *a, const struct batch_state *s)
{
    struct fed *f = verify_fed(a->v, s->department);
    if (f)
        f->of_batches += s->totals.received;
    else
        verify_mistake(a->v, "batch %llu: it came by messages, and its department has no partition",
                       (unsigned long long)s->number);
}

static void check_ledger(struct account *a, const struct batch_state *s)
{
    struct ledger_line sought = {s->department, s->theme, day_of(s->received), {0}};
    struct ledger_line *line = NULL;
    if (a->count)
        line = bsearch(&sought, a->lines, a->count, sizeof *a->lines, line_order);
    if (line)
        totals_take(&line->totals, &s->totals);
    else if (!totals_are_zero(&s->totals))
        verify_mistake(a->v, "ledger: batch %llu has no line", (unsigned long long)s->number);
}

/* The rows that are kept with a receipt. */
struct kept_check {
    struct verifier *v;
    struct buf plain;
    struct kept_columns columns;
    struct slice values[KEPT_COLUMNS_MAX];
    uint64_t row; /* the last one, which has a line for each finding */
    uint64_t bad;
};

static bool check_kept(void *ctx, const struct receipt_line *line)
{
    struct kept_check *c = ctx;
    if (line->kept.n && line->row != c->row &&
        kept_row_open(c->v->keys, line->kept, &c->plain, c->values, c->columns.count) < 0)
        c->bad++;
    c->row = line->row;
    return true;
}

static int check_kept_rows(struct verifier *v, const struct batch_state *s)
{
    struct slice sealed;
    struct kept_check *c = ARENA_NEW(v->arena, struct kept_check);
    c->v = v;
    int r = receipts_columns(v->view, v->arena, s->number, &sealed);
    if (r == 0 && sealed.n && kept_columns_open(v->keys, v->arena, sealed, &c->columns) < 0)
        c->bad++;
    buf_init(&c->plain, 2 * KEPT_ROW_BYTES_MAX);
    if (r == 0)
        r = receipts_walk(v->view, s->number, 0, check_kept, c);
    buf_fini(&c->plain);
    if (c->bad)
        verify_mistake(v, "log: %llu of the rows kept with the receipt of batch %llu do not open",
                       (unsigned long long)c->bad, (unsigned long long)s->number);
    return r;
}

static int check_receipt(struct account *a, const struct batch_state *s)
{
    struct totals t;
    int r = receipts_totals(a->v->view, s->number, &t);
    if (r == CE_FORMAT) {
        verify_mistake(a->v, "log: the receipt of batch %llu cannot be read",
                       (unsigned long long)s->number);
        return 0;
    }
    if (r < 0)
        return r;
    bool was_swept = t.received == 0 && s->received.v < a->swept.v &&
                     (s->finished.v ? s->finished.v < a->swept.v : s->format == BATCH_OF_MESSAGES);
    if (!was_swept && !verdicts_equal(&t, &s->totals))
        verify_mistake(a->v, "log: the receipt of batch %llu does not add up to its counts",
                       (unsigned long long)s->number);
    return t.rejected ? check_kept_rows(a->v, s) : 0;
}

void verify_number(struct verifier *v, const char *whose, unsigned long long number)
{
    if (number == 0 || number >= v->counters.next_batch)
        verify_mistake(v, "%s %llu: the counter stands at %llu", whose, number,
                       (unsigned long long)v->counters.next_batch);
    if (!bitmap_add(&v->batches, number))
        verify_mistake(v, "%s %llu: its number is there twice", whose, number);
}

static void check_state(struct verifier *v, const struct batch_state *s)
{
    unsigned long long number = s->number;
    const struct totals *t = &s->totals;
    verify_number(v, "batch", number);
    if (s->received.v > v->counters.newest_received.v)
        verify_mistake(v, "batch %llu: it came after the newest received time", number);
    if (t->received != t->stored + t->changed + t->duplicate + t->stale + t->rejected)
        verify_mistake(v, "batch %llu: its verdicts do not add up to the rows received", number);
}

int verify_batch_demands(struct verifier *v, struct slice key, struct slice value)
{
    struct batch_state s;
    if (key.n != BATCH_KEY_BYTES || batch_state_decode(value, &s) < 0)
        return 0;
    uint8_t id[1 + BATCH_ID_BYTES] = {FORMAT};
    memcpy(id + 1, key.p + 6, BATCH_ID_BYTES);
    AUTO_BUF(list, 128);
    buf_add_slice(&list, SLICE("batch-number/"));
    wire_put_u64(&list, ~s.number);
    int r = verify_demand(v, DEMAND_LIST, buf_slice(&list), slice_make(id, sizeof id));
    buf_clear(&list);
    buf_add_slice(&list, SLICE("batch-of/"));
    buf_add_slice(&list, s.department);
    buf_add_char(&list, '\0');
    wire_put_u64(&list, ~s.number);
    return r < 0 ? r : verify_demand(v, DEMAND_LIST, buf_slice(&list), slice_make(id, sizeof id));
}

static int each_batch(struct verifier *v, struct slice key, struct slice value)
{
    struct batch_state s;
    v->result->batches++;
    if (key.n != BATCH_KEY_BYTES || batch_state_decode(value, &s) < 0) {
        verify_mistake(v, "state: a batch cannot be read");
        return 0;
    }
    check_state(v, &s);
    if (batch_is_fed(&s))
        check_fed(v->account, &s);
    else
        check_ledger(v->account, &s);
    int r = verify_batch_demands(v, key, value);
    return r < 0 ? r : check_receipt(v->account, &s);
}

/* Details of a batch that nobody knows. */
static int each_pack(struct verifier *v, struct slice key, struct slice value)
{
    (void)value;
    if (key.n != LOG_KEY_BYTES)
        verify_mistake(v, "log: a key of %zu bytes", key.n);
    else if (!bitmap_has(&v->batches, be64_get(key.p)))
        verify_mistake(v, "log: rows of batch or partition %llu, which is not there",
                       (unsigned long long)be64_get(key.p));
    return 0;
}

static int each_event(struct verifier *v, struct slice key, struct slice value)
{
    (void)value;
    if (key.n != 8)
        verify_mistake(v, "event: a key of %zu bytes", key.n);
    else if (be64_get(key.p) >= v->counters.next_event)
        verify_mistake(v, "event %llu: the counter stands at %llu",
                       (unsigned long long)be64_get(key.p),
                       (unsigned long long)v->counters.next_event);
    return 0;
}

static void tell_line(struct verifier *v, const struct ledger_line *l)
{
    char day[11];
    day_print(l->day, day);
    verify_mistake(v, "ledger: the line of %.*s, theme %u, %s is not the sum of its batches",
                   (int)(l->department.n < 64 ? l->department.n : 64), l->department.p, l->theme,
                   day);
}

/* What batches leave of the lines is nothing; of a department with partitions it is, over all
 * lines, what these were counted. A partition does not know what it brought of which theme. */
static void check_rest(struct account *a)
{
    for (size_t i = 0; i < a->v->fed_count; i++)
        if (a->v->fed[i].of_batches > a->v->fed[i].totals.received)
            verify_mistake(a->v, "batches of %.*s have more rows than its partitions had messages",
                           FMT_SLICE(a->v->fed[i].department));
    for (size_t i = 0; i < a->count; i++) {
        const struct ledger_line *l = &a->lines[i];
        struct fed *f = verify_fed(a->v, l->department);
        if (f)
            totals_take(&f->totals, &l->totals);
        else if (!totals_are_zero(&l->totals))
            tell_line(a->v, l);
    }
    for (size_t i = 0; i < a->v->fed_count; i++) {
        const struct fed *f = &a->v->fed[i];
        if (!totals_are_zero(&f->totals))
            verify_mistake(a->v,
                           "ledger: the lines of %.*s are not the sum of its batches and "
                           "partitions",
                           FMT_SLICE(f->department));
    }
}

int verify_accounts(struct verifier *v)
{
    struct account a = {.v = v};
    v->account = &a;
    int r = swept_get(v->view, v->keep, &a.swept);
    if (r == 0)
        r = ledger_walk(v->view, (struct slice){0}, (struct day){INT32_MIN},
                        (struct day){INT32_MAX}, add_line, &a);
    if (r == CE_FORMAT) {
        verify_mistake(v, "ledger: a line cannot be read");
        r = 0;
    }
    if (r == 0)
        r = verify_offsets(v);
    if (r == 0)
        r = verify_walk(v, CF_STATE, SLICE("batch/"), each_batch);
    if (r == 0)
        check_rest(&a);
    free(a.lines);
    free(v->fed);
    v->fed = NULL;
    v->account = NULL;
    if (r == 0)
        r = verify_walk(v, CF_LOG, (struct slice){0}, each_pack);
    return r < 0 ? r : verify_walk(v, CF_EVENT, (struct slice){0}, each_event);
}
