/* The catalogue as anyone may read it: which themes and departments there are, and what a theme's
 * entry says. */
#include "web/lookup.h"
#include "web/paging.h"
#include "web/params.h"
#include "web/problem.h"
#include "web/put.h"
#include "web/routes.h"

/* The themes in force now, ascending by code. */
static size_t themes_now(struct call *c, const struct theme ***ret)
{
    const struct catalogue *cat = c->source.catalogue;
    *ret = ARENA_ARRAY(c->req->arena, const struct theme *, cat->theme_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < cat->theme_count; i++) {
        const struct theme *t = cat->themes[i];
        if (t->valid_from.v > c->q.now.v)
            continue;
        if (count && slice_eq((*ret)[count - 1]->code, t->code))
            count--;
        (*ret)[count++] = t;
    }
    return count;
}

static void put_theme(struct call *c, struct json_out *o, const struct theme *t)
{
    json_object_begin(o);
    json_put_string(o, "code", t->code);
    json_put_u64(o, "number", t->number);
    json_put_u64(o, "version", t->version);
    put_instant(o, "valid_from", t->valid_from);
    put_names(o, "name", t->zh, t->en);
    json_put_cstr(o, "category", category_code(t->category));
    put_names(o, "category_name", slice_of(category_zh(t->category)),
              slice_of(category_en(t->category)));
    json_put_string(o, "department", t->department);
    put_department_name(o, c->source.catalogue, t->department);
    json_put_string(o, "basis", t->basis);
    json_put_string(o, "cycle", t->cycle);
    json_put_u64(o, "item_count", t->item_count);
    json_object_end(o);
}

void api_catalogue(struct call *c)
{
    const struct theme **themes;
    struct window w;
    if (!window_read(c, SLICE("catalogue"), &w))
        return;
    size_t count = themes_now(c, &themes);
    struct json_out o = call_json(c);
    json_object_begin(&o);
    json_key(&o, "items");
    json_array_begin(&o);
    for (size_t i = w.from; i < count && i < w.from + w.limit; i++)
        put_theme(c, &o, themes[i]);
    json_array_end(&o);
    put_next(&o, window_next(c, SLICE("catalogue"), &w, count));
    json_object_end(&o);
}

void api_catalogue_departments(struct call *c)
{
    struct window w;
    if (!window_read(c, SLICE("departments"), &w))
        return;
    const struct theme **themes;
    size_t theme_count = themes_now(c, &themes);
    const struct common *common = catalogue_newest_common(c->source.catalogue);
    struct json_out o = call_json(c);
    json_object_begin(&o);
    json_key(&o, "items");
    json_array_begin(&o);
    for (size_t i = w.from; i < common->department_count && i < w.from + w.limit; i++) {
        const struct department *d = &common->departments[i];
        json_object_begin(&o);
        json_put_string(&o, "id", d->id);
        json_put_string(&o, "uscc", d->uscc);
        put_names(&o, "name", d->zh, d->en);
        json_key(&o, "themes");
        json_array_begin(&o);
        for (size_t k = 0; k < theme_count; k++)
            if (slice_eq(themes[k]->department, d->id))
                json_slice(&o, themes[k]->code);
        json_array_end(&o);
        json_object_end(&o);
    }
    json_array_end(&o);
    put_next(&o, window_next(c, SLICE("departments"), &w, common->department_count));
    json_object_end(&o);
}

static const struct theme *theme_of_version(const struct catalogue *cat, struct slice code,
                                            uint64_t version)
{
    for (size_t i = 0; i < cat->theme_count; i++)
        if (slice_eq(cat->themes[i]->code, code) && cat->themes[i]->version == version)
            return cat->themes[i];
    return NULL;
}

/* Departments and tables: an entry like those of themes, of that version or in force now. */
static const struct common *common_of(struct call *c, uint64_t version)
{
    const struct catalogue *cat = c->source.catalogue;
    const struct common *found = NULL;
    for (size_t i = 0; i < cat->common_count; i++) {
        const struct common *one = cat->commons[i];
        if (version ? one->version == version : !found || one->valid_from.v <= c->q.now.v)
            found = one;
    }
    return found;
}

void api_catalogue_theme(struct call *c)
{
    uint64_t version = 0;
    if (!param_number(c, "version", 1, UINT32_MAX, &version))
        return;
    struct slice code = c->req->args[0];
    const struct common *common = slice_eq(code, SLICE("common")) ? common_of(c, version) : NULL;
    if (common) {
        struct json_out o = call_json(c);
        json_raw(&o, common->json);
        return;
    }
    const struct theme *t = version ? theme_of_version(c->source.catalogue, code, version)
                                    : catalogue_theme_at(c->source.catalogue, code, c->q.now);
    if (!t) {
        refuse_theme(c, code);
        return;
    }
    struct json_out o = call_json(c);
    json_raw(&o, t->json);
}
