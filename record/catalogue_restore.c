/* The catalogue as the store keeps it: one JSON text for each entry version. JSON is YAML, so the
 * texts are read by the reader of the files. They were checked when they came into force; what
 * cannot be read now is damage or comes from a later program, never a mistake of a person. */
#include "record/catalogue_read.h"

static void read_common(struct reading *r, const struct fields *f, const struct catalogue_entry *e,
                        struct catalogue *c)
{
    static const char *const KEYS[] = {"number",      "code",   "version", "valid_from",
                                       "departments", "tables", NULL};
    fields_known(r, f, KEYS);
    const struct field *tables = fields_get(f, "tables");
    if (!tables) {
        refuse(r, f->at, "the entry has no tables");
        return;
    }
    struct fields inner = fields_of(r, tables->value, tables->at.file);
    struct common *common = ARENA_NEW(r->a, struct common);
    if (!r->err)
        common_read(r, f, &inner, common);
    if (!r->err && common->version != e->version)
        refuse(r, f->at, "the entry has another version than its key");
    common->json = arena_dup(r->a, e->json);
    c->commons[c->common_count++] = common;
}

static void read_theme(struct reading *r, const struct fields *f, const struct catalogue_entry *e,
                       struct catalogue *c)
{
    size_t count = 0;
    struct fields *items = take_maps(r, f, "items", &count);
    if (r->err)
        return;
    struct theme *t = theme_read(r, f, items, count);
    if (!r->err && (t->version != e->version || t->number != e->number))
        refuse(r, f->at, "the entry has another number or version than its key");
    t->json = arena_dup(r->a, e->json);
    c->themes[c->theme_count++] = t;
}

int catalogue_restore(struct arena *a, const struct catalogue_entry *entries, size_t count,
                      struct catalogue **ret, struct reason *reterr_why)
{
    struct reason why = {{0}};
    struct reading r = {.a = a, .why = &why, .is_stored = true};
    struct catalogue *c = ARENA_NEW(a, struct catalogue);
    c->commons = ARENA_ARRAY(a, struct common *, count + 1);
    c->themes = ARENA_ARRAY(a, struct theme *, count + 1);
    for (size_t i = 0; i < count && !r.err; i++) {
        const struct catalogue_entry *e = &entries[i];
        struct slice file = arena_printf(a, "stored entry %u version %u", e->number, e->version);
        struct yaml *root = NULL;
        struct reason detail = {{0}};
        if (yaml_parse(a, e->json, &root, &detail) < 0)
            return reason_set(reterr_why, CE_FORMAT, "%s:%s", file.p, detail.text);
        struct fields f = fields_of(&r, root, file.p);
        if (!r.err && e->number == 0)
            read_common(&r, &f, e, c);
        else if (!r.err)
            read_theme(&r, &f, e, c);
    }
    if (r.err)
        return reason_set(reterr_why, CE_FORMAT, "%s", why.text);
    if (c->common_count == 0)
        return reason_set(reterr_why, CE_FORMAT,
                          "the stored catalogue has no departments and tables");
    catalogue_index(a, c);
    *ret = c;
    return 0;
}
