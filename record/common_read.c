/* Departments and the tables of facts for judging, from their files or from the stored entry
 * "common". The keys of the table files lie side by side in the entry, so that one reader serves
 * both:
 *
 *   {"number":0,"code":"common","version":1,"valid_from":"…","departments":[{…}],
 *    "tables":{"classes":[{…}],"divisions":"110000北京市 110100市辖区 …","former":"440102 东山区
 * 2004;…", "missing":["/", …], …}} */
#include <stdlib.h>

#include "base/check.h"
#include "base/text.h"
#include "record/catalogue_read.h"
#include "record/identifier.h"

static const char *const TABLE_KEYS[] = {
    "former", /* may be missing; it comes with the next one */
    "divisions",  "classes",  "missing",        "fillers",   "open_end_year_min", "shop_words",
    "masks",      "terms",    "severity_words", "forbidden", "authority_short",   "full_capacity",
    "own_labour", "workdays", "deadlines",      NULL};
enum { DIVISIONS_KEY = 1, AGE_MAX = 30 };
static const char *const DEPARTMENT_KEYS[] = {"id", "uscc", "zh", "en", NULL};
static const char *const CLASS_KEYS[] = {"pair", "kind", "name", NULL};
static const char *const MASK_KEYS[] = {"name", "keep_first", "keep_last", NULL};
static const char *const FORBIDDEN_KEYS[] = {"word", "law", "unless", "persons_only", NULL};

static int department_order(const void *x, const void *y)
{
    const struct department *a = x, *b = y;
    return slice_cmp(a->id, b->id);
}

static void read_departments(struct reading *r, const struct fields *f, struct common *c)
{
    size_t count = 0;
    struct fields *list = take_maps(r, f, "departments", &count);
    if (count == 0)
        refuse(r, fields_where(f, "departments"),
               "there are no departments; list them under \"departments\"");
    c->departments = ARENA_ARRAY(r->a, struct department, count + 1);
    c->department_count = count;
    for (size_t i = 0; i < count && !r->err; i++) {
        struct department *d = &c->departments[i];
        fields_known(r, &list[i], DEPARTMENT_KEYS);
        d->id = want_text(r, &list[i], "id");
        code_shape(r, fields_where(&list[i], "id"), d->id, false);
        d->uscc = want_text(r, &list[i], "uscc");
        d->zh = want_text(r, &list[i], "zh");
        d->en = want_text(r, &list[i], "en");
        if (!r->err && !uscc_is_valid(d->uscc))
            refuse(r, fields_where(&list[i], "uscc"),
                   "\"%.*s\" is no unified social credit code; compare its 18 characters with the "
                   "certificate",
                   FMT_SLICE(d->uscc));
        for (size_t k = 0; k < i && !r->err; k++) {
            if (!r->is_stored && slice_eq(c->departments[k].zh, d->zh))
                refuse(r, fields_where(&list[i], "zh"),
                       "\"%.*s\" is the name of another department too; tell them apart",
                       FMT_SLICE(d->zh));
            bool same_id = slice_eq(c->departments[k].id, d->id);
            if (same_id || slice_eq(c->departments[k].uscc, d->uscc))
                refuse(r, fields_where(&list[i], same_id ? "id" : "uscc"),
                       "\"%.*s\" is that of another department already; correct one of them",
                       FMT_SLICE(same_id ? d->id : d->uscc));
        }
    }
    if (!r->err)
        qsort(c->departments, count, sizeof *c->departments, department_order);
}

static void read_classes(struct reading *r, const struct fields *f, struct tables *t)
{
    struct fields *list = take_maps(r, f, "classes", &t->class_count);
    struct uscc_class *classes = ARENA_ARRAY(r->a, struct uscc_class, t->class_count + 1);
    for (size_t i = 0; i < t->class_count && !r->err; i++) {
        fields_known(r, &list[i], CLASS_KEYS);
        struct slice pair = want_text(r, &list[i], "pair");
        classes[i].kind = take_word(r, &list[i], "kind", &WORDS_KIND, -1);
        classes[i].name = want_text(r, &list[i], "name");
        if (r->err)
            return;
        if (pair.n != 2)
            refuse(r, fields_where(&list[i], "pair"),
                   "\"%.*s\" is not the first two characters of a code; write two",
                   FMT_SLICE(pair));
        else
            memcpy(classes[i].pair, pair.p, 2);
        for (size_t k = 0; k < i; k++)
            if (memcmp(classes[k].pair, classes[i].pair, 2) == 0)
                refuse(r, fields_where(&list[i], "pair"),
                       "the pair \"%s\" stands twice; take one out", classes[i].pair);
    }
    t->classes = classes;
}

/* As tables_is_missing compares: NFKC, capital letters. */
static struct slice missing_form(struct reading *r, struct slice word)
{
    struct slice wide = text_nfkc(r->a, word);
    char *p = arena_alloc(r->a, wide.n + 1);
    for (size_t i = 0; i < wide.n; i++)
        p[i] = wide.p[i] >= 'a' && wide.p[i] <= 'z' ? (char)(wide.p[i] - 'a' + 'A') : wide.p[i];
    return slice_make(p, wide.n);
}

static void read_words(struct reading *r, const struct fields *f, struct tables *t)
{
    struct slice *missing = take_texts(r, f, "missing", &t->missing_count);
    for (size_t i = 0; i < t->missing_count; i++)
        missing[i] = missing_form(r, missing[i]);
    t->missing = missing;
    t->shop_words = take_texts(r, f, "shop_words", &t->shop_word_count);
    struct slice *days = take_texts(r, f, "fillers", &t->filler_count);
    struct day *fillers = ARENA_ARRAY(r->a, struct day, t->filler_count + 1);
    for (size_t i = 0; i < t->filler_count; i++)
        if (!day_parse_iso(days[i], &fillers[i]))
            refuse(r, fields_where(f, "fillers"), "\"%.*s\" is no day; write it like 1900-01-01",
                   FMT_SLICE(days[i]));
    t->fillers = fillers;
    t->open_end_year_min = (int)want_int(r, f, "open_end_year_min", 2050, 9999);
    t->authority_short = take_texts(r, f, "authority_short", &t->authority_short_count);
}

static void read_ages(struct reading *r, const struct fields *f, struct tables *t)
{
    t->age_full = (int)want_int(r, f, "full_capacity", 0, AGE_MAX);
    t->age_own_labour = (int)want_int(r, f, "own_labour", 0, AGE_MAX);
    if (t->age_own_labour > t->age_full)
        refuse(r, fields_where(f, "own_labour"),
               "\"own_labour\" is above \"full_capacity\"; write an age not above %d", t->age_full);
}

static void read_forbidden(struct reading *r, const struct fields *f, struct tables *t)
{
    struct fields *list = take_maps(r, f, "forbidden", &t->forbidden_count);
    struct forbidden_word *words = ARENA_ARRAY(r->a, struct forbidden_word, t->forbidden_count + 1);
    for (size_t i = 0; i < t->forbidden_count && !r->err; i++) {
        fields_known(r, &list[i], FORBIDDEN_KEYS);
        words[i].word = want_text(r, &list[i], "word");
        words[i].law = want_text(r, &list[i], "law");
        words[i].unless = take_texts(r, &list[i], "unless", &words[i].unless_count);
        words[i].persons_only = take_bool(r, &list[i], "persons_only");
    }
    t->forbidden = words;
}

static void read_masks(struct reading *r, const struct fields *f, struct tables *t)
{
    struct fields *list = take_maps(r, f, "masks", &t->mask_count);
    struct mask *masks = ARENA_ARRAY(r->a, struct mask, t->mask_count + 1);
    for (size_t i = 0; i < t->mask_count && !r->err; i++) {
        fields_known(r, &list[i], MASK_KEYS);
        masks[i].name = want_text(r, &list[i], "name");
        code_shape(r, fields_where(&list[i], "name"), masks[i].name, false);
        masks[i].keep_first = (int)want_int(r, &list[i], "keep_first", 0, 20);
        masks[i].keep_last = (int)want_int(r, &list[i], "keep_last", 0, 20);
        for (size_t k = 0; k < i; k++)
            if (slice_eq(masks[k].name, masks[i].name))
                refuse(r, fields_where(&list[i], "name"),
                       "the mask \"%.*s\" stands twice; rename one", FMT_SLICE(masks[i].name));
    }
    t->masks = masks;
}

void common_read(struct reading *r, const struct fields *f, const struct fields *tables,
                 struct common *ret)
{
    ret->version = (uint32_t)want_int(r, f, "version", 1, UINT32_MAX);
    ret->valid_from = want_instant(r, f, "valid_from");
    fields_known(r, tables, TABLE_KEYS);
    for (size_t i = DIVISIONS_KEY; TABLE_KEYS[i] && !r->err; i++)
        if (!fields_get(tables, TABLE_KEYS[i]) &&
            !(i == DIVISIONS_KEY && ret->tables.division_count))
            refuse(r, tables->at, "the table \"%s\" is missing; add it", TABLE_KEYS[i]);
    if (!r->err)
        read_departments(r, f, ret);
    if (r->err)
        return;
    read_classes(r, tables, &ret->tables);
    divisions_read(r, tables, &ret->tables);
    read_words(r, tables, &ret->tables);
    read_masks(r, tables, &ret->tables);
    terms_read(r, tables, &ret->tables);
    read_forbidden(r, tables, &ret->tables);
    read_ages(r, tables, &ret->tables);
    workdays_read(r, tables, &ret->tables);
    if (!r->err)
        ret->json = common_render(r->a, ret);
    if (!r->err && ret->json.n == 0)
        refuse(r, f->at, "departments and tables are larger than %d bytes; make them smaller",
               ENTRY_BYTES_MAX);
}
