/* What all pages share: the frame, the headers that keep scripts and frames out, and the card of a
 * record. */
#include "web/page.h"

#include "web/assets.h"
#include "web/routes.h"

enum { ITEMS_BYTES_MAX = 8 << 20 };

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

const char *subject_kind_en(enum subject_kind k)
{
    switch (k) {
    case SUBJECT_ENTERPRISE:
        return "Enterprise";
    case SUBJECT_INDIVIDUAL:
        return "Natural person";
    case SUBJECT_INSTITUTION:
        return "Public institution";
    case SUBJECT_SOCIAL:
        return "Social organisation";
    case SUBJECT_GOVERNMENT:
        return "Government body";
    case SUBJECT_WAITING:
        break;
    }
    return "";
}

/* What a code of a code set means; the code itself when the set does not know it. */
static struct slice code_name(const struct code_set *set, struct slice code)
{
    for (size_t i = 0; i < set->count; i++)
        if (slice_eq(set->values[i].code, code) && set->values[i].zh.n)
            return set->values[i].zh;
    return code;
}

static struct slice shown_value(struct call *c, const struct item *item, struct slice value)
{
    if (!item->code_set)
        return value;
    if (item->type != ITEM_CODES)
        return code_name(item->code_set, value);
    AUTO_BUF(b, 64 * 1024);
    while (value.n) {
        buf_add_slice(&b, code_name(item->code_set, slice_cut(&value, ';')));
        if (value.n)
            buf_add_slice(&b, SLICE("；"));
    }
    return arena_dup(c->req->arena, buf_slice(&b));
}

static void add_items(struct call *c, const struct record_answer *r, struct scope *s)
{
    struct json *values;
    AUTO_BUF(b, ITEMS_BYTES_MAX);
    buf_add_char(&b, '{');
    buf_add_slice(&b, r->items);
    buf_add_char(&b, '}');
    if (b.err || json_parse(c->req->arena, buf_slice(&b), ITEMS_BYTES_MAX, &values, NULL) < 0)
        return;
    for (size_t i = 0; i < r->theme->item_count; i++) {
        const struct item *item = &r->theme->items[i];
        const struct json *value = NULL;
        for (size_t k = 0; k < values->count && !value; k++)
            if (slice_eq(values->keys[k], item->code))
                value = &values->items[k];
        if (!value)
            continue;
        struct scope *entry = scope_add(s, "items");
        scope_text(entry, "zh", item->zh);
        scope_text(entry, "en", item->en);
        scope_text(entry, "value", shown_value(c, item, value->string));
    }
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
    scope_cstr(s, "category_zh", category_zh(r->category));
    scope_cstr(s, "category_en", category_en(r->category));
    scope_text(s, "department_zh", d ? d->zh : t->department);
    scope_text(s, "department_en", d ? d->en : (struct slice){0});
    add_day(c, s, "decided", r->day);
    add_day(c, s, "received", day_of(r->received));
    add_day(c, s, "until", r->public_until);
    add_items(c, r, s);
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
