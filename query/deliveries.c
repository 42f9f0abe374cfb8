/* A department's own lists. All sums of an account are taken from the same walk as its lines, so
 * that they never disagree. */
#include "query/deliveries.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/err.h"
#include "base/wire.h"
#include "query/cursor.h"
#include "query/partitions.h"
#include "store/receipts.h"

enum { LIMIT_MAX = 100 };

int query_submissions(struct query *q, struct slice department, unsigned limit, struct slice cursor,
                      struct submission_answer **ret, unsigned *ret_count, struct slice *ret_next)
{
    CHECK(limit > 0 && limit <= LIMIT_MAX);
    struct slice about = arena_printf(q->arena, "submissions|%.*s", FMT_SLICE(department));
    uint64_t before = 0;
    if (cursor.n) {
        struct slice position;
        if (cursor_read(q->arena, q->source->keys, about, cursor, &position) < 0 ||
            position.n != sizeof before)
            return CE_INVALID;
        before = be64_get(position.p);
    }
    struct batch_id *ids = ARENA_ARRAY(q->arena, struct batch_id, limit + 1);
    struct batch_state *states = ARENA_ARRAY(q->arena, struct batch_state, limit + 1);
    unsigned count;
    int r = batch_state_list(q->view, q->arena, department, before, limit + 1, ids, states, &count);
    if (r < 0)
        return r;
    *ret_next = (struct slice){0};
    if (count > limit) {
        uint8_t position[8];
        count = limit;
        be64_put(position, states[limit - 1].number);
        *ret_next = cursor_make(q->arena, q->source->keys, about, slice_make(position, 8));
    }
    *ret = ARENA_ARRAY(q->arena, struct submission_answer, count + 1);
    for (unsigned i = 0; i < count; i++)
        (*ret)[i] = (struct submission_answer){ids[i], states[i]};
    *ret_count = count;
    return 0;
}

/* What is found under way. Lines come by theme and day; days are put into order at the end. */
struct account_walk {
    struct account *account;
    struct arena *arena;
    struct day from, to;
    uint64_t skip;
    unsigned limit;
    unsigned themes_cap, days_cap;
};

static void *grown(struct arena *a, void *list, unsigned count, unsigned *cap, size_t size)
{
    if (count < *cap)
        return list;
    unsigned wider = *cap ? 2 * *cap : 64;
    void *copy = arena_alloc(a, wider * size);
    if (count)
        memcpy(copy, list, count * size);
    *cap = wider;
    return copy;
}

static struct account_theme *theme_of_line(struct account_walk *w, uint16_t theme)
{
    struct account *a = w->account;
    if (a->theme_count && a->themes[a->theme_count - 1].theme == theme)
        return &a->themes[a->theme_count - 1];
    a->themes = grown(w->arena, a->themes, a->theme_count, &w->themes_cap, sizeof *a->themes);
    a->themes[a->theme_count] = (struct account_theme){.theme = theme, .last = DAY_NONE};
    return &a->themes[a->theme_count++];
}

static bool add_line(void *ctx, const struct ledger_line *line)
{
    struct account_walk *w = ctx;
    struct account *a = w->account;
    struct account_theme *theme = theme_of_line(w, line->theme);
    theme->last = line->day;
    a->has_rows = true;
    if (line->day.v < w->from.v || line->day.v > w->to.v)
        return true;
    totals_add(&a->sum, &line->totals);
    totals_add(&theme->totals, &line->totals);
    a->days = grown(w->arena, a->days, a->day_count, &w->days_cap, sizeof *a->days);
    a->days[a->day_count++] = (struct account_day){line->day, line->totals};
    if (a->line_count++ >= w->skip && a->count < w->limit) {
        a->lines[a->count] = *line;
        a->lines[a->count++].department = arena_dup(w->arena, line->department);
    }
    return true;
}

static int day_order(const void *x, const void *y)
{
    const struct account_day *a = x, *b = y;
    return (a->day.v > b->day.v) - (a->day.v < b->day.v);
}

/* Themes share days. */
static void join_days(struct account *a)
{
    unsigned count = 0;
    if (a->day_count)
        qsort(a->days, a->day_count, sizeof *a->days, day_order);
    for (unsigned i = 0; i < a->day_count; i++) {
        if (count && a->days[count - 1].day.v == a->days[i].day.v)
            totals_add(&a->days[count - 1].totals, &a->days[i].totals);
        else
            a->days[count++] = a->days[i];
    }
    a->day_count = count;
}

/* Batches of a department, newest first, page by page. `each` returns false to stop. */
static int each_batch(struct query *q, struct slice department,
                      bool (*each)(void *ctx, const struct batch_id *id,
                                   const struct batch_state *s),
                      void *ctx)
{
    struct batch_id *ids = ARENA_ARRAY(q->arena, struct batch_id, LIMIT_MAX);
    struct batch_state *states = ARENA_ARRAY(q->arena, struct batch_state, LIMIT_MAX);
    uint64_t before = 0;
    for (;;) {
        unsigned count;
        int r =
            batch_state_list(q->view, q->arena, department, before, LIMIT_MAX, ids, states, &count);
        for (unsigned i = 0; r == 0 && i < count; i++)
            if (!each(ctx, &ids[i], &states[i]))
                return 0;
        if (r < 0 || count < LIMIT_MAX)
            return r;
        before = states[count - 1].number;
    }
}

static bool take_newest(void *ctx, const struct batch_id *id, const struct batch_state *s)
{
    struct account *a = ctx;
    (void)id;
    a->last = s->received;
    return s->totals.received == 0;
}

/* What comes by messages is as fresh as the last one. */
static int take_messages(struct query *q, struct slice department, struct account *a)
{
    struct partition_life *list;
    size_t count;
    int r = query_partitions(q, department, &list, &count);
    for (size_t i = 0; r == 0 && i < count; i++)
        if (list[i].state.has_last && list[i].state.last_time.v > a->last_message.v)
            a->last_message = list[i].state.last_time;
    if (a->last_message.v > a->last.v)
        a->last = a->last_message;
    return r;
}

int query_account(struct query *q, struct slice department, struct day from, struct day to,
                  uint64_t skip, unsigned limit, struct account *ret)
{
    *ret = (struct account){.lines = ARENA_ARRAY(q->arena, struct ledger_line, limit + 1)};
    struct account_walk w = {.account = ret,
                             .arena = q->arena,
                             .from = from,
                             .to = day_is_none(to) ? DAY_FOREVER : to,
                             .skip = skip,
                             .limit = limit};
    int r = ledger_walk(q->view, department, DAY_NONE, DAY_FOREVER, add_line, &w);
    join_days(ret);
    if (r == 0 && ret->has_rows)
        r = each_batch(q, department, take_newest, ret);
    return r == 0 ? take_messages(q, department, ret) : r;
}

enum { REJECTED_ROWS_MAX = 50000, BROKEN_RULES_MAX = 1000 };

struct rejected_walk {
    struct query *query;
    struct rejected_rows *ret;
    struct day from, to;
    uint16_t theme; /* of the batch at hand */
    uint64_t row;   /* the last one of it that was counted */
    bool is_full;   /* as many rows as one question may look at */
    int err;
};

static struct broken_rule *rule_of_line(struct rejected_walk *w, const struct receipt_line *line)
{
    struct rejected_rows *ret = w->ret;
    for (unsigned i = 0; i < ret->rule_count; i++) {
        struct broken_rule *b = &ret->rules[i];
        if (b->theme != w->theme || b->rule != line->rule || !slice_eq(b->item, line->item))
            continue;
        if (!slice_eq(b->hint, line->hint))
            b->hint = SLICE("…");
        return b;
    }
    if (ret->rule_count == BROKEN_RULES_MAX)
        return NULL;
    struct broken_rule *b = &ret->rules[ret->rule_count++];
    *b = (struct broken_rule){.theme = w->theme,
                              .rule = line->rule,
                              .item = arena_dup(w->query->arena, line->item),
                              .hint = arena_dup(w->query->arena, line->hint)};
    return b;
}

static bool add_rejected(void *ctx, const struct receipt_line *line)
{
    struct rejected_walk *w = ctx;
    if (line->verdict != VERDICT_REJECTED || !rule_is_known((unsigned)line->rule) ||
        rule_severity(line->rule) != SEVERITY_REJECT)
        return true;
    if (line->row != w->row) {
        if (w->ret->rows == REJECTED_ROWS_MAX) {
            w->is_full = true;
            return false;
        }
        w->ret->rows++;
        w->row = line->row;
    }
    struct broken_rule *b = rule_of_line(w, line);
    if (b)
        b->rows++;
    return true;
}

static bool add_batch(void *ctx, const struct batch_id *id, const struct batch_state *s)
{
    struct rejected_walk *w = ctx;
    struct rejected_rows *ret = w->ret;
    struct day day = day_of(s->received);
    if (day.v < w->from.v)
        return false;
    if (day.v > w->to.v || !s->totals.rejected)
        return true;
    if (ret->batch_count < REJECTED_BATCHES_MAX) {
        struct submission_answer *a = &ret->batches[ret->batch_count++];
        *a = (struct submission_answer){*id, *s};
        a->state.department = arena_dup(w->query->arena, s->department);
        a->state.name = arena_dup(w->query->arena, s->name);
    }
    /* Rows that came by messages are counted with their partition. */
    if (w->is_full || batch_is_fed(s))
        return !w->is_full || ret->batch_count < REJECTED_BATCHES_MAX;
    w->theme = s->theme;
    w->row = 0;
    w->err = receipts_walk(w->query->view, s->number, 0, add_rejected, w);
    return w->err == 0;
}

/* The first offset whose pack may be of these days: back from the end in steps that double. */
static int begin_of(struct query *q, const struct partition_state *s, struct day from,
                    uint64_t *ret)
{
    struct receipt_read pack;
    uint64_t row = s->next, step = 1024;
    int r = 0;
    while (r == 0 && row > s->first) {
        row = row - s->first > step ? row - step : s->first;
        step *= 2;
        r = receipts_read(q->view, q->arena, s->number, row, &pack);
        if (r == 0 && day_of(pack.newest).v < from.v)
            break;
    }
    *ret = row;
    return r == CE_NOT_FOUND ? 0 : r;
}

/* Messages: the log of a partition says of each commit when its newest came, and of no row which
 * theme it was of. */
static int add_messages(struct query *q, const struct partition_state *s, struct rejected_walk *w)
{
    uint64_t row;
    int r = s->totals.rejected ? begin_of(q, s, w->from, &row) : CE_NOT_FOUND;
    w->theme = 0;
    w->row = UINT64_MAX;
    while (r == 0 && row < s->next && !w->is_full) {
        struct receipt_read pack;
        r = receipts_read(q->view, q->arena, s->number, row, &pack);
        if (r < 0 || day_of(pack.newest).v > w->to.v)
            break;
        bool counts = day_of(pack.newest).v >= w->from.v;
        for (size_t i = 0; counts && i < pack.line_count; i++)
            if (!add_rejected(w, &pack.lines[i]))
                break;
        row = pack.end;
    }
    return r == CE_NOT_FOUND ? 0 : r;
}

static int most_rows_first(const void *x, const void *y)
{
    const struct broken_rule *a = x, *b = y;
    if (a->rows != b->rows)
        return a->rows < b->rows ? 1 : -1;
    if (a->theme != b->theme)
        return a->theme < b->theme ? -1 : 1;
    return a->rule != b->rule ? (a->rule < b->rule ? -1 : 1) : slice_cmp(a->item, b->item);
}

int query_rejected(struct query *q, struct slice department, struct day from, struct day to,
                   struct rejected_rows *ret)
{
    *ret = (struct rejected_rows){
        .rules = ARENA_ARRAY(q->arena, struct broken_rule, BROKEN_RULES_MAX),
        .batches = ARENA_ARRAY(q->arena, struct submission_answer, REJECTED_BATCHES_MAX),
    };
    struct rejected_walk w = {
        .query = q, .ret = ret, .from = from, .to = day_is_none(to) ? DAY_FOREVER : to};
    struct partition_life *list;
    size_t count;
    int r = each_batch(q, department, add_batch, &w);
    if (r == 0)
        r = query_partitions(q, department, &list, &count);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = add_messages(q, &list[i].state, &w);
    if (ret->rule_count)
        qsort(ret->rules, ret->rule_count, sizeof *ret->rules, most_rows_first);
    return r < 0 ? r : w.err;
}
