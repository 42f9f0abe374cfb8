/* The list of what was found. */
#include "web/lookup.h"
#include "web/page.h"
#include "web/params.h"
#include "web/routes.h"

static void add_hit(const struct search_hit *hit, struct scope *s)
{
    const struct subject_answer *subject = &hit->subject;
    struct scope *entry = scope_add(s, "hits");
    scope_text(entry, "name", subject->name);
    scope_cstr(entry, "code", subject->code);
    scope_cstr(entry, "kind_zh", subject_kind_zh(subject->kind));
    scope_cstr(entry, "kind_en", subject_kind_en(subject->kind));
    scope_text(entry, "status", subject->status);
    scope_text(entry, "district",
               subject->district_name.n ? subject->district_name : subject->district);
    struct slice by = slice_of(hit->matched_by);
    if (slice_eq(by, SLICE("former-name")))
        scope_text(entry, "former", hit->matched);
    else if (!slice_eq(by, SLICE("name")) && !slice_eq(by, SLICE("code")))
        scope_text(entry, "other", hit->matched);
}

void page_search(struct call *c)
{
    struct slice text = {0}, next;
    struct paging page;
    struct search_hit *hits;
    unsigned count;
    if (!param_required(c, "q") || !param_text(c, "q", SEARCH_CHARS_MAX, &text) ||
        !param_paging(c, &page) ||
        !lookup_search(c, text, page.limit, page.cursor, &hits, &count, &next))
        return;
    struct scope *s = page_scope(c, SLICE("查询结果"));
    scope_text(s, "q", text);
    scope_text(s, "next", next);
    for (unsigned i = 0; i < count; i++)
        add_hit(&hits[i], s);
    page_answer(c, "search", s);
}
