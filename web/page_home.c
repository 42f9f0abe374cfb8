/* The first page: the search box and what is public today. */
#include "query/accounts.h"
#include "web/page.h"
#include "web/routes.h"
#include "web/server.h"

static void add_count(struct scope *figures, const char *list, const char *zh, const char *en,
                      uint64_t count)
{
    struct scope *entry = scope_add(figures, list);
    scope_cstr(entry, "zh", zh);
    scope_cstr(entry, "en", en);
    scope_number(entry, "count", count);
}

/* "2026-06-01 09:00" of an RFC 3339 text. */
static struct slice minute_of(struct arena *a, struct slice instant)
{
    return arena_printf(a, "%.10s %.5s", instant.p, instant.p + 11);
}

static void add_figures(struct call *c, const struct statistics *f, struct scope *s)
{
    struct scope *figures = scope_add(s, "figures");
    uint64_t subjects = 0, records = 0;
    for (int k = SUBJECT_KIND_FIRST; k <= SUBJECT_KIND_LAST; k++) {
        enum subject_kind kind = (enum subject_kind)k;
        subjects += f->subjects[k];
        if (kind != SUBJECT_INDIVIDUAL)
            add_count(figures, "kinds", subject_kind_zh(kind), subject_kind_en(kind),
                      f->subjects[k]);
    }
    for (int k = CATEGORY_FIRST; k <= CATEGORY_LAST; k++) {
        records += f->records[k];
        add_count(figures, "categories", category_zh((enum category)k),
                  category_en((enum category)k), f->records[k]);
    }
    scope_number(figures, "subjects_total", subjects);
    scope_number(figures, "records_total", records);
    scope_number(figures, "departments", f->departments);
    scope_number(figures, "themes", f->themes);
    char when[30];
    utc_print(f->as_of, when);
    struct slice as_of = arena_dup(c->req->arena, slice_of(when));
    scope_text(figures, "as_of", as_of);
    scope_text(figures, "as_of_text", minute_of(c->req->arena, as_of));
}

void page_home(struct call *c)
{
    struct statistics f;
    struct scope *s = page_scope(c, SLICE("查询"));
    /* The search box is there even when the figures are not. */
    if (query_statistics(&c->q, c->web->statistics, &f) == 0)
        add_figures(c, &f, s);
    page_answer(c, "home", s);
}
