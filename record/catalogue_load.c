/* The folder of the catalogue. Order matters: departments and tables first, because themes name
 * them; code sets and archetypes next, each checked on its own so that a mistake is told where it
 * was made and not in each theme that uses it; themes last, each laid over its archetype:
 *
 *   archetypes/licence.yaml     visibility: P …  items: [{code: XK_WSH, length: 128, …}, …]
 *   themes/amr-licence.yaml     archetype: licence, number: 201 …  items: [{code: XK_WSH, length:
 * 64}], without: [BZ]
 *
 * An item of the theme changes the keys it names in the archetype's item of the same code, or is
 * added behind them. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "record/catalogue_read.h"

enum { FILE_BYTES_MAX = 4 * 1024 * 1024 };

struct archetype {
    struct slice name;
    struct fields keys;
    struct fields *items;
    size_t item_count;
    bool is_wrong; /* was told so: themes that name it cannot be judged */
};

struct loading {
    struct reading r;
    void (*say)(void *ctx, const char *mistake); /* NULL: the first mistake ends it */
    void *ctx;
    size_t mistakes; /* that were told */
    const char *dir;
    struct archetype *archetypes;
    size_t archetype_count;
    struct catalogue *c;
    struct fields tables;
    struct fields *theme_keys; /* of c->themes before they are sorted */
};

/* File names of a folder, ascending. */
struct names {
    struct slice *list;
    size_t count;
};

static const char *path_of(struct loading *l, const char *folder, struct slice name)
{
    return arena_printf(l->r.a, "%s/%s%s%.*s", l->dir, folder, *folder ? "/" : "", FMT_SLICE(name))
        .p;
}

/* Behind a file: whether it is right. Where somebody listens, its mistake is told and the next file
 * can be read; what may follow from the mistake of another file is not told again. */
static bool settle(struct loading *l)
{
    bool is_right = !l->r.err && !l->r.leans_on_wrong;
    if (l->say && l->r.err) {
        if (!l->r.leans_on_wrong) {
            l->say(l->ctx, l->r.why->text);
            l->mistakes++;
        }
        l->r.err = 0;
    }
    l->r.leans_on_wrong = false;
    return is_right;
}

static struct slice file_read(struct reading *r, const char *path)
{
    struct where at = {path, 1};
    struct slice text = {0};
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0) {
        refuse(r, at,
               errno == ENOENT ? "there is no such file; write it"
                               : "cannot be opened (%s); see to its rights",
               strerror(errno));
    } else if (!S_ISREG(st.st_mode) || st.st_size > FILE_BYTES_MAX) {
        refuse(r, at, "not a file of at most %d bytes; make it smaller", FILE_BYTES_MAX);
    } else {
        char *p = arena_alloc(r->a, (size_t)st.st_size + 1);
        ssize_t n = 1;
        for (text = slice_make(p, 0); text.n < (size_t)st.st_size && n > 0;
             text.n += (size_t)(n > 0 ? n : 0))
            n = read(fd, p + text.n, (size_t)st.st_size - text.n);
        if (n < 0)
            refuse(r, at, "cannot be read (%s); try again", strerror(errno));
    }
    if (fd >= 0)
        close(fd);
    return text;
}

static struct fields file_fields(struct loading *l, const char *path)
{
    struct fields f = {.at = {path, 1}};
    struct slice text = file_read(&l->r, path);
    if (l->r.err)
        return f;
    struct yaml *root = NULL;
    struct reason why = {{0}};
    if (yaml_parse(l->r.a, text, &root, &why) < 0) {
        l->r.err =
            reason_set(l->r.why, CE_INVALID, "%s:%s; correct the form of the file", path, why.text);
        return f;
    }
    return fields_of(&l->r, root, path);
}

static int name_order(const void *x, const void *y)
{
    return slice_cmp(*(const struct slice *)x, *(const struct slice *)y);
}

static struct names folder_names(struct loading *l, const char *folder)
{
    struct names names = {0};
    const char *path = path_of(l, "", slice_of(folder));
    DIR *d = opendir(path);
    if (!d) {
        refuse(&l->r, (struct where){path, 1}, "cannot be opened as a folder (%s); make it",
               strerror(errno));
        return names;
    }
    size_t room = 16;
    names.list = ARENA_ARRAY(l->r.a, struct slice, room);
    for (struct dirent *e; (e = readdir(d));) {
        if (e->d_name[0] == '.')
            continue;
        if (names.count == room) {
            struct slice *more = ARENA_ARRAY(l->r.a, struct slice, room * 2);
            memcpy(more, names.list, room * sizeof *more);
            names.list = more;
            room *= 2;
        }
        names.list[names.count++] = arena_dup(l->r.a, slice_of(e->d_name));
    }
    closedir(d);
    qsort(names.list, names.count, sizeof *names.list, name_order);
    size_t n = 0;
    for (size_t i = 0; i < names.count; i++) {
        bool is_yaml = slice_ends(names.list[i], SLICE(".yaml")) && names.list[i].n > 5;
        if (!is_yaml)
            refuse(&l->r, (struct where){path_of(l, folder, names.list[i]), 1},
                   "only files NAME.yaml belong here; rename it or move it away");
        if (settle(l))
            names.list[n++] = names.list[i];
    }
    names.count = n;
    return names;
}

static struct slice stem(struct slice name)
{
    return (struct slice){name.p, name.n - 5};
}

/* Keys that must all be there, and no others. */
static void fields_exactly(struct reading *r, const struct fields *f, const char *const *keys)
{
    fields_known(r, f, keys);
    for (size_t k = 0; keys[k]; k++)
        if (!fields_get(f, keys[k]))
            refuse(r, f->at, "the key \"%s\" is missing; add it", keys[k]);
}

static void load_tables(struct loading *l, struct fields *ret, struct common *common)
{
    static const struct {
        const char *file;
        const char *keys[5];
    } FILES[] = {
        {"uscc-classes.yaml", {"source", "classes"}},
        {"missing.yaml", {"source", "missing"}},
        {"dates.yaml", {"source", "fillers", "open_end_year_min"}},
        {"shop-words.yaml", {"source", "shop_words"}},
        {"masks.yaml", {"source", "masks"}},
        {"terms.yaml", {"source", "terms"}},
        {"severity.yaml", {"source", "severity_words"}},
        {"workdays.yaml", {"source", "workdays", "deadlines"}},
        {"forbidden.yaml", {"source", "forbidden"}},
        {"authority.yaml", {"source", "authority_short"}},
        {"ages.yaml", {"source", "full_capacity", "own_labour"}},
    };
    *ret = (struct fields){.at = {path_of(l, "", SLICE("tables")), 1}};
    for (size_t i = 0; i < ARRAY_LEN(FILES) && !l->r.err; i++) {
        struct fields f = file_fields(l, path_of(l, "tables", slice_of(FILES[i].file)));
        fields_exactly(&l->r, &f, FILES[i].keys);
        *ret = fields_over(&l->r, ret, &f);
    }
    if (l->r.err)
        return;
    /* Each file has its source; the entry keeps those that a reader must see, in terms and code
     * sets. */
    struct fields kept = {.at = {path_of(l, "", SLICE("tables")), 1}, .list = ret->list};
    for (size_t i = 0; i < ret->count; i++)
        if (!slice_eq(ret->list[i].key, SLICE("source")))
            kept.list[kept.count++] = ret->list[i];
    *ret = kept;

    const char *divisions = path_of(l, "tables", SLICE("divisions.csv"));
    struct slice text = file_read(&l->r, divisions);
    if (!l->r.err)
        divisions_read_csv(&l->r, text, divisions, &common->tables);
}

static void load_common(struct loading *l)
{
    static const char *const KEYS[] = {"version", "valid_from", NULL};
    static const char *const LIST_KEYS[] = {"source", "departments", NULL};
    struct common *common = ARENA_NEW(l->r.a, struct common);
    struct fields own = file_fields(l, path_of(l, "", SLICE("common.yaml")));
    fields_exactly(&l->r, &own, KEYS);
    struct fields departments = file_fields(l, path_of(l, "", SLICE("departments.yaml")));
    fields_exactly(&l->r, &departments, LIST_KEYS);
    struct fields tables = {0};
    if (!l->r.err)
        load_tables(l, &tables, common);
    if (l->r.err)
        return;
    l->tables = tables;
    struct fields all = fields_over(&l->r, &departments, &own);
    common_read(&l->r, &all, &tables, common);
    l->c->commons = ARENA_ARRAY(l->r.a, struct common *, 1);
    l->c->commons[l->c->common_count++] = common;
    l->r.common = common;
}

static void load_code_sets(struct loading *l)
{
    struct names names = folder_names(l, "code-sets");
    struct code_set *sets = ARENA_ARRAY(l->r.a, struct code_set, names.count + 1);
    for (size_t i = 0; i < names.count && !l->r.err; i++) {
        struct fields f = file_fields(l, path_of(l, "code-sets", names.list[i]));
        if (!l->r.err)
            code_set_read(&l->r, &f, stem(names.list[i]), &sets[i]);
        if (!settle(l))
            sets[i] = (struct code_set){.name = stem(names.list[i])};
    }
    l->r.sets = sets;
    l->r.set_count = names.count;
}

static void load_archetypes(struct loading *l)
{
    static const char *const OWN[] = {"number", "code",       "version",   "valid_from", "zh",
                                      "en",     "department", "archetype", "without"};
    struct names names = folder_names(l, "archetypes");
    l->archetypes = ARENA_ARRAY(l->r.a, struct archetype, names.count + 1);
    for (size_t i = 0; i < names.count && !l->r.err; i++) {
        struct archetype *at = &l->archetypes[l->archetype_count++];
        at->name = stem(names.list[i]);
        at->keys = file_fields(l, path_of(l, "archetypes", names.list[i]));
        for (size_t k = 0; k < ARRAY_LEN(OWN); k++)
            if (fields_get(&at->keys, OWN[k]))
                refuse(&l->r, fields_where(&at->keys, OWN[k]),
                       "\"%s\" belongs to each theme and not to an archetype; move it there",
                       OWN[k]);
        at->items = take_maps(&l->r, &at->keys, "items", &at->item_count);
        l->r.is_partial = true;
        if (!l->r.err)
            theme_read(&l->r, &at->keys, at->items, at->item_count);
        l->r.is_partial = false;
        at->is_wrong = !settle(l);
    }
}

static const struct archetype *archetype_of(struct loading *l, const struct fields *f)
{
    static const struct archetype NONE = {0};
    struct slice name = take_text(&l->r, f, "archetype");
    if (name.n == 0)
        return &NONE;
    for (size_t i = 0; i < l->archetype_count; i++)
        if (slice_eq(l->archetypes[i].name, name))
            return &l->archetypes[i];
    refuse(&l->r, fields_where(f, "archetype"),
           "there is no archetype \"%.*s\"; write archetypes/%.*s.yaml or correct the name",
           FMT_SLICE(name), FMT_SLICE(name));
    return &NONE;
}

/* Archetypes are known after the tables that name them. */
static void check_deadlines(struct loading *l)
{
    size_t count = 0;
    struct fields *list = take_maps(&l->r, &l->tables, "deadlines", &count);
    for (size_t i = 0; i < count; i++)
        (void)archetype_of(l, &list[i]);
}

static struct slice code_of(const struct fields *item)
{
    const struct field *one = fields_get(item, "code");
    return one && one->value->kind == YAML_SCALAR ? one->value->scalar : (struct slice){0};
}

static const struct fields *item_with(const struct fields *items, size_t count, struct slice code)
{
    for (size_t i = 0; i < count && code.n; i++)
        if (slice_eq(code_of(&items[i]), code))
            return &items[i];
    return NULL;
}

/* The archetype's items, changed and left out as the theme says, then the theme's own. */
static struct fields *items_merge(struct loading *l, const struct fields *f,
                                  const struct archetype *from, size_t *ret_count)
{
    size_t own_count = 0, without_count = 0, n = 0;
    struct fields *own = take_maps(&l->r, f, "items", &own_count);
    struct slice *without = take_texts(&l->r, f, "without", &without_count);
    struct fields *all = ARENA_ARRAY(l->r.a, struct fields, from->item_count + own_count + 1);
    *ret_count = 0;
    for (size_t i = 0; i < without_count; i++)
        if (!item_with(from->items, from->item_count, without[i]) ||
            item_with(own, own_count, without[i]))
            refuse(&l->r, fields_where(f, "without"),
                   "\"without\" names \"%.*s\", which the archetype does not have or the theme "
                   "changes; take it out",
                   FMT_SLICE(without[i]));
    for (size_t i = 0; i < own_count; i++)
        if (item_with(own, i, code_of(&own[i])))
            refuse(&l->r, fields_where(&own[i], "code"),
                   "the item code \"%.*s\" stands twice; rename one", FMT_SLICE(code_of(&own[i])));
    if (l->r.err)
        return all;
    for (size_t i = 0; i < from->item_count; i++) {
        struct slice code = code_of(&from->items[i]);
        const struct fields *change = item_with(own, own_count, code);
        bool leave = false;
        for (size_t k = 0; k < without_count; k++)
            leave = leave || slice_eq(without[k], code);
        if (!leave)
            all[n++] = change ? fields_over(&l->r, &from->items[i], change) : from->items[i];
    }
    for (size_t i = 0; i < own_count; i++)
        if (!item_with(from->items, from->item_count, code_of(&own[i])))
            all[n++] = own[i];
    *ret_count = n;
    return all;
}

/* CODE.yaml, or CODE.vN.yaml where several versions lie side by side. */
static void check_file_name(struct loading *l, const struct fields *f, struct slice name,
                            const struct theme *t)
{
    struct slice plain = arena_printf(l->r.a, "%.*s.yaml", FMT_SLICE(t->code));
    struct slice versioned = arena_printf(l->r.a, "%.*s.v%u.yaml", FMT_SLICE(t->code), t->version);
    if (!slice_eq(name, plain) && !slice_eq(name, versioned))
        refuse(&l->r, fields_where(f, "code"),
               "the code is \"%.*s\" but the file is %.*s; name it %.*s", FMT_SLICE(t->code),
               FMT_SLICE(name), FMT_SLICE(plain));
}

static void load_theme(struct loading *l, struct slice name)
{
    struct fields f = file_fields(l, path_of(l, "themes", name));
    if (l->r.err)
        return;
    const struct archetype *from = archetype_of(l, &f);
    if (from->is_wrong)
        return;
    struct fields keys = fields_over(&l->r, &from->keys, &f);
    size_t count = 0;
    struct fields *items = items_merge(l, &f, from, &count);
    if (l->r.err)
        return;
    struct theme *t = theme_read(&l->r, &keys, items, count);
    if (!l->r.err)
        check_file_name(l, &f, name, t);
    if (l->r.err)
        return;
    l->theme_keys[l->c->theme_count] = keys;
    l->c->themes[l->c->theme_count++] = t;
}

static void load_themes(struct loading *l)
{
    struct names names = folder_names(l, "themes");
    l->c->themes = ARENA_ARRAY(l->r.a, struct theme *, names.count + 1);
    l->theme_keys = ARENA_ARRAY(l->r.a, struct fields, names.count + 1);
    for (size_t i = 0; i < names.count && !l->r.err; i++) {
        load_theme(l, names.list[i]);
        settle(l);
    }
}

static int zh_order(const void *x, const void *y)
{
    const struct theme *a = *(struct theme *const *)x, *b = *(struct theme *const *)y;
    int c = slice_cmp(a->zh, b->zh);
    return c ? c : slice_cmp(a->code, b->code);
}

/* People tell themes apart by their names. */
static void check_names(struct loading *l, struct theme *const *unsorted)
{
    struct theme **by_zh = ARENA_ARRAY(l->r.a, struct theme *, l->c->theme_count + 1);
    memcpy(by_zh, unsorted, l->c->theme_count * sizeof(struct theme *));
    qsort(by_zh, l->c->theme_count, sizeof(struct theme *), zh_order);
    for (size_t i = 1; i < l->c->theme_count; i++) {
        const struct theme *a = by_zh[i - 1], *b = by_zh[i];
        for (size_t k = 0;
             slice_eq(a->zh, b->zh) && !slice_eq(a->code, b->code) && k < l->c->theme_count; k++)
            if (unsorted[k] == b)
                refuse(&l->r, fields_where(&l->theme_keys[k], "zh"),
                       "\"%.*s\" is the name of \"%.*s\" too; give each theme a name of its own",
                       FMT_SLICE(b->zh), FMT_SLICE(a->code));
    }
}

static void check_together(struct loading *l)
{
    struct theme **unsorted = ARENA_ARRAY(l->r.a, struct theme *, l->c->theme_count + 1);
    memcpy(unsorted, l->c->themes, l->c->theme_count * sizeof(struct theme *));
    check_names(l, unsorted);
    catalogue_index(l->r.a, l->c);
    const struct theme *theme = NULL;
    const char *key = NULL;
    struct reason why = {{0}};
    if (catalogue_agrees(l->c, &theme, &key, &why))
        return;
    for (size_t i = 0; i < l->c->theme_count; i++)
        if (unsorted[i] == theme)
            refuse(&l->r, fields_where(&l->theme_keys[i], key), "%s", why.text);
}

static int load(struct loading *l, struct catalogue **ret)
{
    void (*const steps[])(struct loading *) = {load_common,     load_code_sets, load_archetypes,
                                               check_deadlines, load_themes,    check_together};
    l->c = ARENA_NEW(l->r.a, struct catalogue);
    for (size_t i = 0; i < ARRAY_LEN(steps) && !l->r.err; i++) {
        steps[i](l);
        /* Without departments and tables nothing else can be judged. */
        if (!settle(l) && i == 0)
            break;
    }
    if (l->r.err || l->mistakes)
        return CE_INVALID;
    *ret = l->c;
    return 0;
}

int catalogue_load(struct arena *a, const char *dir, struct catalogue **ret,
                   struct reason *reterr_why)
{
    struct reason why = {{0}};
    struct loading l = {.r = {.a = a, .why = &why}, .dir = dir};
    int r = load(&l, ret);
    return r == 0 ? 0 : reason_set(reterr_why, l.r.err, "%s", why.text);
}

int catalogue_check(struct arena *a, const char *dir, void (*say)(void *ctx, const char *mistake),
                    void *ctx, struct catalogue **ret)
{
    struct reason why = {{0}};
    struct loading l = {.r = {.a = a, .why = &why}, .dir = dir, .say = say, .ctx = ctx};
    return load(&l, ret);
}
