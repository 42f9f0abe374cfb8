/* A catalogue is a history: what was ever in force stays, and files may only add to its end. So a
 * row can be judged again years later by the entry version under which it came in, and two machines
 * that read the same rows judge them alike. Versions are compared by their text as this program
 * renders it, so that an entry which an older program stored is not taken for another one. */
#include "base/check.h"
#include "record/catalogue_read.h"

struct joining {
    struct arena *a;
    struct catalogue *all;
    struct catalogue_entry *fresh;
    size_t fresh_count;
    struct utc_ms newest_applied;
    struct reason *why;
};

static const struct common *common_version(const struct catalogue *c, uint32_t version)
{
    for (size_t i = 0; c && i < c->common_count; i++)
        if (c->commons[i]->version == version)
            return c->commons[i];
    return NULL;
}

static int fresh_add(struct joining *j, const char *name, struct utc_ms valid_from,
                     struct catalogue_entry e)
{
    if (j->newest_applied.v != 0 && valid_from.v <= j->newest_applied.v) {
        char begins[30], newest[30];
        utc_print(valid_from, begins);
        utc_print(j->newest_applied, newest);
        return reason_set(
            j->why, CE_CONFLICT,
            "version %u of %s begins at %s, but rows received until %s are judged already; write a "
            "valid_from that is still to come",
            e.version, name, begins, newest);
    }
    j->fresh[j->fresh_count++] = e;
    return 0;
}

static int differs(struct joining *j, const char *name, uint32_t version)
{
    return reason_set(j->why, CE_CONFLICT,
                      "version %u of %s is stored with another content; take the change back, or "
                      "give it the next "
                      "version and a valid_from that is still to come",
                      version, name);
}

static int join_common(struct joining *j, const struct catalogue *old, struct common *c)
{
    const char *name = "departments and tables (common.yaml)";
    const struct common *stored = common_version(old, c->version);
    if (stored) {
        bool same = slice_eq(common_render(j->a, stored), common_render(j->a, c));
        return same ? 0 : differs(j, name, c->version);
    }
    j->all->commons[j->all->common_count++] = c;
    return fresh_add(j, name, c->valid_from, (struct catalogue_entry){0, c->version, c->json});
}

static int join_theme(struct joining *j, const struct catalogue *old, struct theme *t)
{
    struct slice name = arena_printf(j->a, "theme \"%.*s\"", FMT_SLICE(t->code));
    for (size_t i = 0; old && i < old->theme_count; i++) {
        const struct theme *stored = old->themes[i];
        if (!slice_eq(stored->code, t->code) || stored->version != t->version)
            continue;
        bool same = slice_eq(theme_render(j->a, stored), theme_render(j->a, t));
        return same ? 0 : differs(j, name.p, t->version);
    }
    j->all->themes[j->all->theme_count++] = t;
    return fresh_add(j, name.p, t->valid_from,
                     (struct catalogue_entry){t->number, t->version, t->json});
}

int catalogue_join(struct arena *a, const struct catalogue *old, const struct catalogue *files,
                   struct utc_ms newest_applied, struct catalogue **ret,
                   struct catalogue_entry **ret_new, size_t *ret_new_count,
                   struct reason *reterr_why)
{
    size_t commons = files->common_count + (old ? old->common_count : 0);
    size_t themes = files->theme_count + (old ? old->theme_count : 0);
    struct joining j = {.a = a, .newest_applied = newest_applied, .why = reterr_why};
    j.all = ARENA_NEW(a, struct catalogue);
    j.all->commons = ARENA_ARRAY(a, struct common *, commons + 1);
    j.all->themes = ARENA_ARRAY(a, struct theme *, themes + 1);
    j.fresh = ARENA_ARRAY(a, struct catalogue_entry, commons + themes + 1);
    for (size_t i = 0; old && i < old->common_count; i++)
        j.all->commons[j.all->common_count++] = old->commons[i];
    for (size_t i = 0; old && i < old->theme_count; i++)
        j.all->themes[j.all->theme_count++] = old->themes[i];

    int err = 0;
    for (size_t i = 0; i < files->common_count && !err; i++)
        err = join_common(&j, old, files->commons[i]);
    for (size_t i = 0; i < files->theme_count && !err; i++)
        err = join_theme(&j, old, files->themes[i]);
    if (err)
        return err;
    catalogue_index(a, j.all);
    const struct theme *theme = NULL;
    const char *key = NULL;
    if (!catalogue_agrees(j.all, &theme, &key, reterr_why))
        return CE_CONFLICT;
    *ret = j.all;
    *ret_new = j.fresh;
    *ret_new_count = j.fresh_count;
    return 0;
}
