/* What all pages share: the frame, the headers that keep scripts and frames out, and the card of a
 * record. */
#include "web/page.h"

#include "query/shown.h"
#include "web/assets.h"
#include "web/put.h"
#include "web/routes.h"

struct scope *page_scope(struct call *c, struct slice title)
{
    struct scope *s = scope_create(c->req->arena);
    scope_text(s, "title", title);
    return s;
}

void page_answer(struct call *c, const char *template, const struct scope *s)
{
    struct response *res = c->res;
    response_header(res, "Content-Type", SLICE("text/html; charset=utf-8"));
    response_header(res, "Content-Language", SLICE("zh-CN"));
    response_header(
        res, "Content-Security-Policy",
        SLICE("default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
              "base-uri 'none'; frame-ancestors 'none'"));
    template_render(template, s, &res->body);
}

void page_problem(struct call *c, enum problem p, const struct problem_more *more)
{
    struct scope *s = page_scope(c, slice_of(problem_zh(p)));
    scope_cstr(s, "title_en", problem_en(p));
    scope_number(s, "status_code", problem_status(p));
    if (more)
        scope_text(s, "detail", more->detail);
    page_answer(c, "problem", s);
}

/* Says who the subject is, which the page says already. */
static bool is_about_subject(enum item_role role)
{
    static const enum item_role roles[] = {
        ROLE_NAME,        ROLE_USCC,   ROLE_REGISTRATION, ROLE_ORGANISATION, ROLE_TAX,
        ROLE_INSTITUTION, ROLE_SOCIAL, ROLE_PERSON,       ROLE_COUNTERPART,
    };
    for (size_t i = 0; i < ARRAY_LEN(roles); i++)
        if (roles[i] == role)
            return true;
    return false;
}

/* What the record says comes first, and whom it is about behind it; of a registration that is the
 * same. */
static void add_items(struct arena *a, const struct record_answer *r, struct scope *s)
{
    struct shown *list;
    unsigned count = shown_list(a, r, &list);
    for (unsigned i = 0; i < count; i++) {
        const struct shown *one = &list[i];
        bool is_about = !r->theme->is_registration && is_about_subject(one->role);
        struct scope *entry = scope_add(s, is_about ? "about" : "items");
        if (is_about)
            scope_cstr(s, "has_about", "yes");
        scope_text(entry, "zh", one->zh);
        scope_text(entry, "en", one->en);
        scope_text(entry, "value", one->value);
        if (one->role == ROLE_SEVERITY)
            scope_text(s, "brief", one->value);
    }
}

/* Told by a word and a sign, for colours alone are not seen by everybody. */
static void add_polarity(enum polarity p, struct scope *s)
{
    if (p != POLARITY_POSITIVE && p != POLARITY_NEGATIVE)
        return;
    struct scope *mark = scope_add(s, "polarity");
    const struct naming *names = polarity_naming(p);
    scope_cstr(mark, "polarity_code", names->code);
    scope_cstr(mark, "polarity_sign", p == POLARITY_POSITIVE ? "＋" : "！");
    scope_cstr(mark, "polarity_zh", names->zh);
    scope_cstr(mark, "polarity_en", names->en);
}

static void add_day(struct call *c, struct scope *s, const char *name, struct day d)
{
    char text[11];
    if (day_is_none(d) || d.v == INT32_MAX)
        return;
    day_print(d, text);
    scope_text(s, name, arena_dup(c->req->arena, slice_of(text)));
}

void page_record_scope(struct call *c, const struct record_answer *r, struct scope *s)
{
    const struct theme *t = r->theme;
    const struct department *d = catalogue_department(c->source.catalogue, t->department);
    char id[RECORD_ID_TEXT + 1];
    record_id_print(&r->id, id);
    scope_text(s, "id", arena_dup(c->req->arena, slice_of(id)));
    scope_text(s, "document", r->document);
    scope_text(s, "theme_zh", t->zh);
    scope_text(s, "theme_en", t->en);
    scope_text(s, "theme", t->code);
    scope_text(s, "basis", t->basis);
    add_polarity(t->polarity, s);
    scope_cstr(s, "category_zh", category_zh(r->category));
    scope_cstr(s, "category_en", category_en(r->category));
    scope_text(s, "department_zh", d ? d->zh : t->department);
    scope_text(s, "department_en", d ? d->en : (struct slice){0});
    add_day(c, s, "decided", r->day);
    add_day(c, s, "received", day_of(r->received));
    add_day(c, s, "until", r->public_until);
    add_items(c->req->arena, r, s);
}

void page_static(struct call *c)
{
    static const char *const types[][2] = {
        {".css", "text/css; charset=utf-8"},
        {".svg", "image/svg+xml"},
    };
    struct slice name = c->req->args[0];
    for (unsigned i = 0; i < asset_count; i++) {
        for (size_t t = 0; t < ARRAY_LEN(types); t++) {
            if (!slice_eq(slice_of(assets[i].name), name) ||
                !slice_ends(name, slice_of(types[t][0])))
                continue;
            response_header(c->res, "Content-Type", slice_of(types[t][1]));
            response_header(c->res, "Cache-Control", SLICE("public, max-age=3600"));
            buf_add_slice(&c->res->body, assets[i].bytes);
            return;
        }
    }
    REFUSE(c, NOT_FOUND);
}
