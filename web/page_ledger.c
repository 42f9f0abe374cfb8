/* The account of a department for its clerks: how fresh it is, what became of the rows of each day
 * and theme, which rules were broken most and the files of rejected rows. The picture is drawn
 * here, of whole numbers in a field that the page stretches, so that it needs neither scripts nor
 * styles of its own. */
#include "query/accounts.h"
#include "query/deliveries.h"
#include "query/partitions.h"
#include "record/wording.h"
#include "web/lookup.h"
#include "web/page.h"
#include "web/params.h"
#include "web/receipt.h"
#include "web/routes.h"
#include "web/sign.h"

enum {
    DAYS_USUAL = 30,
    DAYS_MOST = 3660,
    BARS_MOST = 92,
    BAR_WIDTH = 10,
    BARS_HEIGHT = 1000,
    BARS_FULL =
        980, /* the greatest bar; the rest is for parts that are drawn higher than they are */
    PART_LEAST = 5,
    RULES_SHOWN = 10,
    TEXT_MAX = 4096,
};

/* The five of a sum, in the order in which they are stacked. */
static const struct {
    enum verdict verdict;
    const char *en;
} parts[] = {
    {VERDICT_STORED, "stored"}, {VERDICT_CHANGED, "changed"},   {VERDICT_DUPLICATE, "duplicate"},
    {VERDICT_STALE, "stale"},   {VERDICT_REJECTED, "rejected"},
};

static void add_totals(struct scope *s, const struct totals *t)
{
    scope_number(s, "received", t->received);
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        scope_number(s, parts[i].en, totals_of(t, parts[i].verdict));
}

static struct slice day_text(struct arena *a, struct day d)
{
    char text[11];
    day_print(d, text);
    return arena_dup(a, slice_of(text));
}

struct span {
    struct day from, to;
    int days;
    int step; /* days of one bar */
};

static bool read_span(struct call *c, struct span *ret)
{
    ret->to = c->q.today;
    ret->from = DAY_NONE;
    if (!param_day(c, "from", &ret->from) || !param_day(c, "to", &ret->to))
        return false;
    if (day_is_none(ret->from))
        ret->from.v = ret->to.v - DAYS_USUAL + 1;
    ret->days = ret->to.v - ret->from.v + 1;
    ret->step = (ret->days + BARS_MOST - 1) / BARS_MOST;
    if (ret->days >= 1 && ret->days <= DAYS_MOST)
        return true;
    REFUSE(c, PARAM_INVALID, .field = "from",
           .detail =
               SLICE("起始日期不得晚于截止日期，至多相隔十年 The first day must not be later than "
                     "the last one, nor more than ten years before it"));
    return false;
}

static void add_bar(struct arena *a, struct scope *s, const struct span *span, int index,
                    const struct totals *t, uint64_t most)
{
    struct scope *bar = scope_add(s, "bars");
    struct day first = {span->from.v + index * span->step}, last = {first.v + span->step - 1};
    uint64_t top = BARS_HEIGHT;
    if (last.v > span->to.v)
        last = span->to;
    AUTO_BUF(label, TEXT_MAX);
    buf_add_slice(&label, day_text(a, first));
    if (last.v > first.v)
        buf_printf(&label, " – %s", day_text(a, last).p);
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        uint64_t count = totals_of(t, parts[i].verdict);
        uint64_t height = most ? count * BARS_FULL / most : 0;
        if (!count)
            continue;
        if (height < PART_LEAST)
            height = PART_LEAST;
        if (height > top)
            height = top;
        top -= height;
        struct scope *part = scope_add(bar, "parts");
        scope_cstr(part, "verdict", parts[i].en);
        scope_text(part, "y", arena_printf(a, "%llu", (unsigned long long)top));
        scope_text(part, "height", arena_printf(a, "%llu", (unsigned long long)height));
        buf_printf(&label, "，%s %s %llu", verdict_zh(parts[i].verdict), parts[i].en,
                   (unsigned long long)count);
    }
    scope_text(bar, "x", arena_printf(a, "%d", index * BAR_WIDTH + 1));
    scope_text(bar, "label", arena_dup(a, buf_slice(&label)));
}

static void add_picture(struct arena *a, const struct account *account, const struct span *span,
                        struct scope *s)
{
    int count = (span->days + span->step - 1) / span->step;
    struct totals *bars = ARENA_ARRAY(a, struct totals, (size_t)count);
    uint64_t most = 0;
    memset(bars, 0, (size_t)count * sizeof *bars);
    for (unsigned i = 0; i < account->day_count; i++) {
        struct totals *bar = &bars[(account->days[i].day.v - span->from.v) / span->step];
        totals_add(bar, &account->days[i].totals);
        if (bar->received > most)
            most = bar->received;
    }
    for (int i = 0; i < count; i++)
        add_bar(a, s, span, i, &bars[i], most);
    scope_text(s, "bars_width", arena_printf(a, "%d", count * BAR_WIDTH));
    scope_number(s, "bars_most", most);
    if (span->step > 1)
        scope_number(s, "bars_step", (uint64_t)span->step);
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        struct scope *legend = scope_add(s, "legend");
        scope_cstr(legend, "verdict", parts[i].en);
        scope_cstr(legend, "zh", verdict_zh(parts[i].verdict));
    }
}

static void add_days(struct arena *a, const struct account *account, struct scope *s)
{
    for (unsigned i = account->day_count; i-- > 0;) {
        struct scope *entry = scope_add(s, "days");
        scope_text(entry, "day", day_text(a, account->days[i].day));
        add_totals(entry, &account->days[i].totals);
    }
}

static const struct account_theme *account_of(const struct account *a, uint16_t number)
{
    for (unsigned i = 0; i < a->theme_count; i++)
        if (a->themes[i].theme == number)
            return &a->themes[i];
    return NULL;
}

static void add_theme(struct call *c, const struct theme *t, const struct account_theme *a,
                      struct scope *s)
{
    struct wording cycle = wording_word(SLICE("cycle"), t->cycle);
    struct scope *entry = scope_add(s, a ? "themes" : "never");
    scope_cstr(s, a ? "has_themes" : "has_never", "yes");
    scope_text(entry, "zh", t->zh);
    scope_text(entry, "en", t->en);
    scope_text(entry, "code", t->code);
    scope_text(entry, "cycle_zh", cycle.zh);
    scope_text(entry, "cycle_en", cycle.en);
    if (!a)
        return;
    scope_text(entry, "last", day_text(c->req->arena, a->last));
    add_totals(entry, &a->totals);
    if (a->totals.rejected)
        scope_text(entry, "share",
                   arena_printf(c->req->arena, "%.1f%%",
                                100.0 * (double)a->totals.rejected / (double)a->totals.received));
}

/* Every theme that is the department's today, also those of which nothing ever came. */
static void add_themes(struct call *c, struct slice department, const struct account *account,
                       struct scope *s)
{
    const struct catalogue *all = c->source.catalogue;
    for (size_t i = 0; i < all->theme_count; i++) {
        const struct theme *t = all->by_number[i];
        if (catalogue_number_at(all, t->number, c->q.now) != t)
            continue;
        const struct account_theme *a = account_of(account, t->number);
        if (a || slice_eq(t->department, department))
            add_theme(c, t, a, s);
    }
}

static void add_rules(struct call *c, const struct rejected_rows *rejected, struct scope *s)
{
    struct arena *a = c->req->arena;
    for (unsigned i = 0; i < rejected->rule_count && i < RULES_SHOWN; i++) {
        const struct broken_rule *b = &rejected->rules[i];
        const struct theme *t = catalogue_number_at(c->source.catalogue, b->theme, c->q.now);
        const struct item *item = t && b->item.n ? theme_item(t, b->item) : NULL;
        AUTO_BUF(remedy, TEXT_MAX);
        rule_remedy(b->rule, b->hint, &remedy);
        struct scope *entry = scope_add(s, "rules");
        scope_cstr(entry, "rule", rule_id(b->rule));
        scope_number(entry, "rows", b->rows);
        scope_text(entry, "item", item ? item->zh : b->item);
        scope_text(entry, "item_en", item ? item->en : (struct slice){0});
        scope_text(entry, "theme_zh", t ? t->zh : (struct slice){0});
        scope_text(entry, "remedy", arena_dup(a, buf_slice(&remedy)));
    }
}

static struct slice minute_text(struct arena *a, struct utc_ms t)
{
    char text[30];
    utc_print(t, text);
    return arena_printf(a, "%.10s %.5s", text, text + 11);
}

static void add_files(struct call *c, const struct rejected_rows *rejected, struct scope *s)
{
    struct arena *a = c->req->arena;
    for (unsigned i = 0; i < rejected->batch_count; i++) {
        const struct submission_answer *b = &rejected->batches[i];
        const struct theme *t =
            catalogue_number_at(c->source.catalogue, b->state.theme, b->state.received);
        char id[2 * BATCH_ID_BYTES];
        base32_print(b->id.b, sizeof b->id.b, id);
        struct scope *entry = scope_add(s, "files");
        scope_text(entry, "id", arena_dup(a, slice_of(id)));
        scope_text(entry, "name", b->state.name);
        scope_text(entry, "when", minute_text(a, b->state.received));
        scope_text(entry, "theme_zh", t ? t->zh : (struct slice){0});
        add_totals(entry, &b->state.totals);
    }
}

/* "3 小时前 3 hours ago". */
static void add_freshness(struct call *c, const struct account *account, struct scope *s)
{
    static const struct {
        int64_t ms;
        const char *zh, *en;
    } units[] = {
        {(int64_t)24 * 60 * 60 * 1000, "天", "days"},
        {60 * 60 * 1000, "小时", "hours"},
        {60 * 1000, "分钟", "minutes"},
    };
    if (!account->has_rows)
        return;
    struct scope *fresh = scope_add(s, "fresh");
    int64_t age = c->q.now.v > account->last.v ? c->q.now.v - account->last.v : 0;
    size_t u = 0;
    while (u + 1 < ARRAY_LEN(units) && age < 2 * units[u].ms)
        u++;
    scope_text(fresh, "last", minute_text(c->req->arena, account->last));
    scope_number(fresh, "age", (uint64_t)(age / units[u].ms));
    scope_cstr(fresh, "unit_zh", units[u].zh);
    scope_cstr(fresh, "unit_en", units[u].en);
}

static struct slice number_text(struct arena *a, uint64_t v)
{
    return arena_printf(a, "%llu", (unsigned long long)v);
}

/* By messages: how far each partition was taken, and what operators decided about one that stopped.
 */
static int add_partitions(struct call *c, struct slice department, struct scope *s)
{
    struct partition_life *list;
    struct decision *decisions;
    size_t count, decision_count;
    struct arena *a = c->req->arena;
    int r = query_partitions(&c->q, department, &list, &count);
    if (r == 0)
        r = query_decisions(&c->q, department, &decisions, &decision_count);
    for (size_t i = 0; r == 0 && i < count; i++) {
        const struct partition_state *p = &list[i].state;
        uint64_t behind;
        if (list[i].has_ended)
            continue;
        struct scope *entry = scope_add(s, "partitions");
        scope_cstr(s, "has_partitions", "yes");
        scope_text(entry, "partition", number_text(a, p->partition));
        scope_number(entry, "received", p->totals.received);
        if (p->has_last)
            scope_text(entry, "last", minute_text(a, p->last_time));
        if (lookup_behind(c, &list[i], &behind))
            scope_number(entry, "behind", behind);
        if (p->lost)
            scope_number(entry, "lost", p->lost);
        if (p->stop != STOP_NONE) {
            scope_cstr(entry, "stop_zh", stop_zh(p->stop));
            scope_cstr(entry, "stop_en", stop_en(p->stop));
            scope_number(entry, "gap", p->gap);
        }
    }
    for (size_t i = 0; r == 0 && i < decision_count; i++) {
        struct scope *entry = scope_add(s, "decisions");
        scope_cstr(s, "has_decisions", "yes");
        scope_text(entry, "when", minute_text(a, decisions[i].when));
        scope_text(entry, "partition", number_text(a, decisions[i].partition));
        scope_number(entry, "lost", decisions[i].lost);
        scope_number(entry, "from", decisions[i].from);
        scope_number(entry, "to", decisions[i].to);
    }
    return r;
}

static void show(struct call *c, struct slice department, const struct span *span,
                 const struct account *account, const struct rejected_rows *rejected)
{
    struct arena *a = c->req->arena;
    const struct department *d = catalogue_department(c->source.catalogue, department);
    struct scope *s = page_scope(c, SLICE("部门账目"));
    scope_text(s, "department_zh", d ? d->zh : department);
    scope_text(s, "department_en", d ? d->en : (struct slice){0});
    scope_text(s, "from", day_text(a, span->from));
    scope_text(s, "to", day_text(a, span->to));
    scope_text(s, "today", day_text(a, c->q.today));
    add_totals(s, &account->sum);
    if (account->sum.received)
        scope_cstr(s, "has_rows", "yes");
    add_freshness(c, account, s);
    add_picture(a, account, span, s);
    add_days(a, account, s);
    add_themes(c, department, account, s);
    add_rules(c, rejected, s);
    if (rejected->rows < account->sum.rejected)
        scope_number(s, "looked_at", rejected->rows);
    add_files(c, rejected, s);
    int r = add_partitions(c, department, s);
    if (r < 0) {
        call_fail(c, r);
        return;
    }
    response_header(c->res, "Cache-Control", SLICE("no-store"));
    response_header(c->res, "Referrer-Policy", SLICE("same-origin"));
    page_answer(c, "ledger", s);
}

void page_ledger(struct call *c)
{
    struct slice department;
    struct span span;
    struct account account;
    struct rejected_rows rejected;
    bool has_failed;
    if (!sign_department(c, &department, &has_failed)) {
        if (!has_failed)
            sign_form(c, false);
        return;
    }
    if (!read_span(c, &span))
        return;
    int r = query_account(&c->q, department, span.from, span.to, 0, 0, &account);
    if (r == 0)
        r = query_rejected(&c->q, department, span.from, span.to, &rejected);
    if (r < 0)
        call_fail(c, r);
    else
        show(c, department, &span, &account, &rejected);
}

void page_ledger_file(struct call *c)
{
    struct slice department;
    bool has_failed;
    response_header(c->res, "Cache-Control", SLICE("no-store"));
    if (!sign_department(c, &department, &has_failed)) {
        if (!has_failed)
            sign_form(c, false);
        return;
    }
    receipt_answer_asked(c, department);
}
