/* A subject: its head, an overview of its categories, and its records by category or theme, newest
 * first; and the page of one record. */
#include "web/lookup.h"
#include "web/page.h"
#include "web/params.h"
#include "web/put.h"
#include "web/routes.h"

enum { OVERVIEW_LIMIT = 5 }; /* of each category, where all would be too long to scan */

static const struct {
    enum id_type type;
    const char *zh, *en;
} number_names[] = {
    {ID_REGISTRATION, "工商注册号", "Registration number"},
    {ID_ORGANISATION, "组织机构代码", "Organisation code"},
    {ID_TAX, "税务登记号", "Tax number"},
    {ID_INSTITUTION, "事业单位证书号", "Institution certificate"},
    {ID_SOCIAL, "社会组织登记证号", "Social organisation certificate"},
};

static void add_names(struct scope *s, const char *list, const struct slice *names, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        scope_text(scope_add(s, list), "name", names[i]);
}

static void add_numbers(struct scope *s, const struct subject_answer *subject)
{
    for (unsigned i = 0; i < subject->number_count; i++) {
        for (size_t k = 0; k < ARRAY_LEN(number_names); k++) {
            if (number_names[k].type != subject->numbers[i].type)
                continue;
            struct scope *entry = scope_add(s, "numbers");
            scope_cstr(entry, "zh", number_names[k].zh);
            scope_cstr(entry, "en", number_names[k].en);
            scope_text(entry, "number", subject->numbers[i].number);
        }
    }
}

static void add_head(struct call *c, const struct subject_answer *subject, struct scope *s)
{
    char today[11];
    day_print(c->q.today, today);
    scope_cstr(s, "code", subject->code);
    scope_cstr(s, "kind_zh", subject_kind_zh(subject->kind));
    scope_cstr(s, "kind_en", subject_kind_en(subject->kind));
    scope_text(s, "status", subject->status);
    scope_text(s, "district",
               subject->district_name.n ? subject->district_name : subject->district);
    if (subject->name.n && !subject->name_is_confirmed)
        scope_cstr(s, "unconfirmed", "yes");
    add_names(s, "former", subject->former, subject->former_count);
    add_names(s, "additional", subject->additional, subject->additional_count);
    add_numbers(s, subject);
    scope_text(s, "as_of", arena_dup(c->req->arena, slice_of(today)));
}

static void add_categories(const struct subject_answer *subject, const struct records_filter *f,
                           struct scope *s)
{
    scope_number(s, "total", subject->total);
    if (!f->category && !f->theme.n)
        scope_cstr(s, "all", "yes");
    if (f->category)
        scope_cstr(s, "category_now", category_code(f->category));
    for (int k = CATEGORY_FIRST; k <= CATEGORY_LAST; k++) {
        enum category category = (enum category)k;
        if (!subject->counters[k])
            continue;
        struct scope *entry = scope_add(s, "categories");
        scope_cstr(entry, "category", category_code(category));
        scope_cstr(entry, "zh", category_zh(category));
        scope_cstr(entry, "en", category_en(category));
        scope_number(entry, "count", subject->counters[k]);
        scope_cstr(entry, "current", category == f->category ? "yes" : "");
    }
}

/* A part of the list under its own heading. */
static struct scope *add_group(struct call *c, struct scope *s, struct slice zh, struct slice en,
                               const struct record_answer *records, unsigned count)
{
    struct scope *group = scope_add(s, "groups");
    scope_text(group, "group_zh", zh);
    scope_text(group, "group_en", en);
    for (unsigned i = 0; i < count; i++)
        page_record_scope(c, &records[i], scope_add(group, "records"));
    return group;
}

/* All categories at one glance: of each the newest, and the way to the rest. */
static bool add_overview(struct call *c, const struct subject_answer *subject, struct scope *s)
{
    unsigned limit = subject->total <= PAGE_LIMIT ? PAGE_LIMIT : OVERVIEW_LIMIT;
    for (int k = CATEGORY_FIRST; k <= CATEGORY_LAST; k++) {
        struct records_filter f = {(enum category)k, {0}, DAY_NONE, DAY_NONE};
        struct record_answer *records;
        unsigned count;
        struct slice next;
        if (!subject->counters[k])
            continue;
        if (!lookup_records(c, subject, &f, limit, (struct slice){0}, &records, &count, &next))
            return false;
        struct scope *group = add_group(c, s, slice_of(category_zh(f.category)),
                                        slice_of(category_en(f.category)), records, count);
        scope_number(group, "group_count", subject->counters[k]);
        scope_cstr(group, "group_category", category_code(f.category));
        scope_cstr(group, "group_more", next.n ? "yes" : "");
    }
    return true;
}

/* One category or one theme, page by page. */
static bool add_list(struct call *c, const struct subject_answer *subject,
                     const struct records_filter *f, const struct paging *page, struct scope *s)
{
    struct record_answer *records;
    unsigned count;
    struct slice next;
    if (!lookup_records(c, subject, f, page->limit, page->cursor, &records, &count, &next))
        return false;
    const struct theme *t =
        f->theme.n ? catalogue_theme_at(c->source.catalogue, f->theme, c->q.now) : NULL;
    struct slice zh = t ? t->zh : slice_of(category_zh(f->category));
    struct slice en = t ? t->en : slice_of(category_en(f->category));
    struct scope *group = count ? add_group(c, s, zh, en, records, count) : NULL;
    if (group && !f->theme.n)
        scope_number(group, "group_count", subject->counters[f->category]);
    if (t) {
        scope_text(s, "theme_now", t->code);
        scope_text(s, "theme_now_zh", t->zh);
        scope_text(s, "theme_now_en", t->en);
    }
    scope_text(s, "next", next);
    return true;
}

void page_subject(struct call *c)
{
    struct subject_answer subject;
    struct paging page;
    struct records_filter f = {.from = DAY_NONE, .to = DAY_NONE};
    if (!param_category(c, "category", &f.category) || !param_text(c, "theme", 64, &f.theme) ||
        !param_paging(c, &page) || !lookup_subject(c, c->req->args[0], true, &subject))
        return;
    struct slice code = arena_dup(c->req->arena, slice_of(subject.code));
    struct scope *s = page_scope(c, subject.name.n ? subject.name : code);
    add_head(c, &subject, s);
    scope_text(s, "code", code);
    add_categories(&subject, &f, s);
    bool is_list = f.category || f.theme.n;
    if (is_list ? add_list(c, &subject, &f, &page, s) : add_overview(c, &subject, s))
        page_answer(c, "subject", s);
}

static void add_change(struct call *c, const struct history_answer *h, struct scope *s)
{
    struct scope *entry = scope_add(s, "changes");
    char when[30];
    utc_print(h->from, when);
    struct slice text = arena_dup(c->req->arena, slice_of(when));
    scope_text(entry, "when", text);
    scope_text(entry, "when_text", arena_printf(c->req->arena, "%.10s %.5s", text.p, text.p + 11));
    const struct naming *change = change_naming(h->change);
    scope_cstr(entry, "zh", change->zh);
    scope_cstr(entry, "en", change->en);
}

void page_record(struct call *c)
{
    struct record_answer r;
    struct history_answer *history;
    unsigned count;
    struct subject_answer subject;
    if (!lookup_record(c, c->req->args[0], &r) ||
        !lookup_history(c, c->req->args[0], &history, &count))
        return;
    char code[40];
    subject_id_print(&r.subject, code);
    struct slice code_text = arena_dup(c->req->arena, slice_of(code));
    struct scope *s = page_scope(c, r.theme->zh);
    bool has_name = query_subject_by_id(&c->q, &r.subject, false, &subject) == 0 && subject.name.n;
    scope_text(s, "code", code_text);
    scope_text(s, "subject", has_name ? subject.name : code_text);
    scope_text(s, "number", c->req->args[0]);
    struct scope *card = scope_add(s, "record");
    page_record_scope(c, &r, card);
    scope_text(card, "id", (struct slice){0});
    for (unsigned i = 0; i < count; i++)
        add_change(c, &history[i], s);
    page_answer(c, "record", s);
}
