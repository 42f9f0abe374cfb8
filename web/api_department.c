/* What a department sees of its own deliveries: receipts, its account, and
 * what is wrong with its records. */
#include "query/accounts.h"
#include "query/deliveries.h"
#include "query/findings.h"
#include "query/partitions.h"
#include "web/auth.h"
#include "web/lookup.h"
#include "web/paging.h"
#include "web/params.h"
#include "web/problem.h"
#include "web/put.h"
#include "web/receipt.h"
#include "web/routes.h"

/* Of an account as one object. */
enum { DAYS_MAX = 366, RULES_MAX = 100, REMEDY_BYTES_MAX = 4096 };

void api_submission(struct call *c)
{
    receipt_answer_asked(c, c->req->department);
}

/* The department that is asked about: the key's own, or for an operator the one that is named. */
static bool read_department(struct call *c, struct slice named, struct slice *ret)
{
    if (named.n && !auth_owns(c, named))
        return false;
    if (named.n && !catalogue_department(c->source.catalogue, named)) {
        REFUSE(c, DEPARTMENT_UNKNOWN,
               .detail = SLICE("部门见 /v1/catalogue/departments See /v1/catalogue/departments"));
        return false;
    }
    *ret = named.n ? named : c->req->department;
    return true;
}

void api_submissions(struct call *c)
{
    struct slice named = {0}, department, next;
    struct paging page;
    struct submission_answer *list;
    unsigned count;
    if (!param_text(c, "department", 64, &named) || !param_paging(c, &page) ||
        !read_department(c, named, &department))
        return;
    int r = query_submissions(&c->q, department, page.limit, page.cursor, &list, &count, &next);
    if (!list_read(c, r))
        return;
    struct json_out o = call_json(c);
    json_object_begin(&o);
    json_key(&o, "items");
    json_array_begin(&o);
    for (unsigned i = 0; i < count; i++) {
        json_object_begin(&o);
        receipt_head_json(&o, c->source.catalogue, &list[i].id, &list[i].state);
        json_object_end(&o);
    }
    json_array_end(&o);
    put_next(&o, next);
    json_object_end(&o);
}

static void put_theme(struct call *c, struct json_out *o, uint16_t number)
{
    const struct theme *t = catalogue_number_at(c->source.catalogue, number, c->q.now);
    json_put_string(o, "theme", t ? t->code : (struct slice){0});
    if (t)
        put_names(o, "theme_name", t->zh, t->en);
}

static void put_by_theme(struct call *c, struct json_out *o, const struct account *a)
{
    json_key(o, "by_theme");
    json_array_begin(o);
    for (unsigned i = 0; i < a->theme_count; i++) {
        json_object_begin(o);
        put_theme(c, o, a->themes[i].theme);
        put_day(o, "last_day", a->themes[i].last);
        totals_json(o, &a->themes[i].totals);
        json_object_end(o);
    }
    json_array_end(o);
}

static void put_by_day(struct json_out *o, const struct account *a)
{
    unsigned first = a->day_count > DAYS_MAX ? a->day_count - DAYS_MAX : 0;
    json_key(o, "by_day");
    json_array_begin(o);
    for (unsigned i = first; i < a->day_count; i++) {
        json_object_begin(o);
        put_day(o, "day", a->days[i].day);
        totals_json(o, &a->days[i].totals);
        json_object_end(o);
    }
    json_array_end(o);
}

static void put_lines(struct call *c, struct json_out *o, const struct account *a)
{
    json_key(o, "items");
    json_array_begin(o);
    for (unsigned i = 0; i < a->count; i++) {
        json_object_begin(o);
        put_theme(c, o, a->lines[i].theme);
        put_day(o, "day", a->lines[i].day);
        totals_json(o, &a->lines[i].totals);
        json_object_end(o);
    }
    json_array_end(o);
}

/* How long ago the newest row came. */
static void put_freshness(struct call *c, struct json_out *o, const struct account *a)
{
    json_key(o, "freshness");
    json_object_begin(o);
    if (a->has_rows) {
        int64_t age_ms = c->q.now.v - a->last.v;
        put_instant(o, "last_received_at", a->last);
        json_put_u64(o, "age_s", age_ms > 0 ? (uint64_t)age_ms / 1000 : 0);
    } else {
        json_key(o, "last_received_at");
        json_nil(o);
        json_key(o, "age_s");
        json_nil(o);
    }
    if (a->last_message.v) {
        put_instant(o, "last_message_at", a->last_message);
    } else {
        json_key(o, "last_message_at");
        json_nil(o);
    }
    json_object_end(o);
}

/* How far the department's partitions of Apache Kafka were taken, and what was decided. */
static bool put_partitions(struct call *c, struct json_out *o, struct slice department)
{
    struct partition_life *list;
    struct decision *decisions;
    size_t count, decision_count;
    int r = query_partitions(&c->q, department, &list, &count);
    if (r == 0)
        r = query_decisions(&c->q, department, &decisions, &decision_count);
    if (r < 0) {
        call_fail(c, r);
        return false;
    }
    json_key(o, "partitions");
    json_array_begin(o);
    for (size_t i = 0; i < count; i++) {
        uint64_t behind;
        json_object_begin(o);
        partition_json(o, &list[i]);
        json_key(o, "behind");
        if (lookup_behind(c, &list[i], &behind))
            json_u64(o, behind);
        else
            json_nil(o);
        json_object_end(o);
    }
    json_array_end(o);
    decisions_json(o, decisions, decision_count);
    return true;
}

/* Which rules were broken, and what to do about each. */
static void put_rules(struct call *c, struct json_out *o, const struct rejected_rows *rejected)
{
    json_put_u64(o, "rejected_looked_at", rejected->rows);
    json_key(o, "rules");
    json_array_begin(o);
    for (unsigned i = 0; i < rejected->rule_count && i < RULES_MAX; i++) {
        const struct broken_rule *b = &rejected->rules[i];
        AUTO_BUF(remedy, REMEDY_BYTES_MAX);
        rule_remedy(b->rule, b->hint, &remedy);
        json_object_begin(o);
        put_theme(c, o, b->theme);
        json_put_cstr(o, "rule", rule_id(b->rule));
        put_text_or_nil(o, "item", b->item);
        json_put_u64(o, "rows", b->rows);
        json_put_string(o, "remedy", buf_slice(&remedy));
        json_object_end(o);
    }
    json_array_end(o);
}

void api_ledger(struct call *c)
{
    struct slice department;
    struct day from = DAY_NONE, to = DAY_NONE;
    struct window w;
    struct account account;
    struct rejected_rows rejected;
    if (!param_day(c, "from", &from) || !param_day(c, "to", &to) ||
        !read_department(c, c->req->args[0], &department))
        return;
    struct slice about =
        arena_printf(c->req->arena, "ledger|%.*s|%d|%d", FMT_SLICE(department), from.v, to.v);
    if (!window_read(c, about, &w))
        return;
    int r = query_account(&c->q, department, from, to, w.from, w.limit, &account);
    if (r == 0)
        r = query_rejected(&c->q, department, from, to, &rejected);
    if (r < 0) {
        call_fail(c, r);
        return;
    }
    struct json_out o = call_json(c);
    json_object_begin(&o);
    json_put_string(&o, "department", department);
    put_department_name(&o, c->source.catalogue, department);
    put_day(&o, "from", from);
    put_day(&o, "to", to);
    put_freshness(c, &o, &account);
    json_key(&o, "totals");
    json_object_begin(&o);
    totals_json(&o, &account.sum);
    json_object_end(&o);
    put_by_theme(c, &o, &account);
    put_by_day(&o, &account);
    put_rules(c, &o, &rejected);
    put_lines(c, &o, &account);
    if (!put_partitions(c, &o, department))
        return;
    put_next(&o, window_next(c, about, &w, account.line_count));
    json_object_end(&o);
}

enum { FINDING_TEXT_MAX = 16 * 1024 };

/* "key": {"zh": …, "en": …} */
static void put_explanation(struct json_out *o, const struct finding_answer *f)
{
    AUTO_BUF(zh, FINDING_TEXT_MAX);
    AUTO_BUF(en, FINDING_TEXT_MAX);
    finding_zh(f, &zh);
    finding_en(f, &en);
    put_names(o, "explanation", buf_slice(&zh), buf_slice(&en));
    put_names(o, "remedy", slice_of(finding_todo_zh(f->id)), slice_of(finding_todo_en(f->id)));
}

static void put_finding(struct json_out *o, const struct catalogue *c,
                        const struct finding_answer *f)
{
    char record[RECORD_ID_TEXT + 1];
    record_id_print(&f->record, record);
    json_object_begin(o);
    json_put_cstr(o, "kind", finding_kind(f->id));
    json_put_string(o, "theme", f->theme->code);
    put_names(o, "theme_name", f->theme->zh, f->theme->en);
    json_put_cstr(o, "record", record);
    put_text_or_nil(o, "document", f->document);
    put_day(o, "received", f->received);
    put_text_or_nil(o, "law", f->law);
    put_explanation(o, f);
    switch (f->id) {
    case FINDING_NAME_DIFFERS:
    case FINDING_NAME_FORMER:
        json_put_bool(o, "former", f->id == FINDING_NAME_FORMER);
        break;
    case FINDING_LATE:
        put_day(o, "first_received", f->first_received);
        json_put_u64(o, "workdays", (uint64_t)f->workdays);
        json_put_u64(o, "due", (uint64_t)f->due);
        json_put_bool(o, "certain", f->is_certain);
        break;
    case FINDING_SAME_FACT:
        json_put_string(o, "other_department", f->other_department);
        put_department_name(o, c, f->other_department);
        break;
    case FINDING_SUBJECT_UNKNOWN:
    case FINDING_COUNT:
        break;
    }
    json_object_end(o);
}

/* The kind and the theme that were asked for; the theme must be the department's own. */
static bool read_filter(struct call *c, struct slice department, struct findings_filter *ret)
{
    struct slice theme = {0};
    if (!param_text(c, "kind", 64, &ret->kind) || !param_text(c, "theme", 64, &theme))
        return false;
    if (ret->kind.n && !finding_kind_is_known(ret->kind)) {
        AUTO_BUF(kinds, FINDING_TEXT_MAX);
        finding_kinds(&kinds);
        REFUSE(c, PARAM_INVALID, .field = "kind",
               .detail = arena_printf(c->req->arena, "须为下列之一 One of: %.*s",
                                      FMT_SLICE(buf_slice(&kinds))));
        return false;
    }
    const struct theme *t;
    if (!theme.n)
        return true;
    if (!lookup_theme(c, theme, &t))
        return false;
    ret->theme = t->number;
    if (slice_eq(t->department, department))
        return true;
    REFUSE(c, DEPARTMENT_THEME, .field = "theme",
           .detail = SLICE("该主题由其他部门负责 Another department is responsible for it"));
    return false;
}

void api_findings(struct call *c)
{
    struct slice department, next;
    struct findings_filter filter = {0};
    struct paging page;
    struct finding_answer *list;
    unsigned count;
    if (!read_department(c, c->req->args[0], &department) || !read_filter(c, department, &filter) ||
        !param_paging(c, &page))
        return;
    int r =
        query_findings(&c->q, department, &filter, page.limit, page.cursor, &list, &count, &next);
    if (!list_read(c, r))
        return;
    struct json_out o = call_json(c);
    json_object_begin(&o);
    json_put_string(&o, "department", department);
    put_department_name(&o, c->source.catalogue, department);
    json_key(&o, "items");
    json_array_begin(&o);
    for (unsigned i = 0; i < count; i++)
        put_finding(&o, c->source.catalogue, &list[i]);
    json_array_end(&o);
    put_next(&o, next);
    json_object_end(&o);
}
