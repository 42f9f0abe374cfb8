/* One theme from its keys, with the archetype put in already, or from the resolved text that the
 * store keeps: both are the same keys. What must hold between the parts is in theme_check.c. */
#include "base/check.h"
#include "base/text.h"
#include "record/catalogue_read.h"

static const char *const THEME_KEYS[] = {"number",
                                         "code",
                                         "version",
                                         "valid_from",
                                         "zh",
                                         "en",
                                         "basis",
                                         "department",
                                         "archetype",
                                         "category",
                                         "national_class",
                                         "kinds",
                                         "counterpart",
                                         "polarity",
                                         "visibility",
                                         "publication",
                                         "severity_default",
                                         "retention_years",
                                         "retention_start",
                                         "cycle",
                                         "identity",
                                         "day",
                                         "registration",
                                         "items",
                                         "without",
                                         "terms",
                                         "formats",
                                         "not_collected",
                                         NULL};

enum { RETENTION_YEARS_MAX = 100, NATIONAL_CLASSES = 13 };

static void read_names(struct reading *r, const struct fields *f, struct theme *t)
{
    t->number = (uint16_t)want_int(r, f, "number", 1, UINT16_MAX);
    t->code = want_text(r, f, "code");
    code_shape(r, fields_where(f, "code"), t->code, false);
    if (slice_eq(t->code, SLICE("common")))
        refuse(r, fields_where(f, "code"),
               "\"common\" is the entry of departments and tables; "
               "choose another code");
    t->version = (uint32_t)want_int(r, f, "version", 1, UINT32_MAX);
    t->valid_from = want_instant(r, f, "valid_from");
    t->zh = want_text(r, f, "zh");
    t->en = want_text(r, f, "en");
    t->basis = want_text(r, f, "basis");
    t->department = want_text(r, f, "department");
    t->archetype = take_text(r, f, "archetype");
}

static void read_kinds(struct reading *r, const struct fields *f, struct theme *t)
{
    const struct field *one = fields_get(f, "kinds");
    if (one && one->value->kind == YAML_SCALAR && slice_eq(one->value->scalar, SLICE("all"))) {
        for (int k = SUBJECT_KIND_FIRST; k <= SUBJECT_KIND_LAST; k++)
            t->kinds |= (uint8_t)(1 << k);
    } else {
        size_t count = 0;
        struct slice *words = take_texts(r, f, "kinds", &count);
        for (size_t i = 0; i < count && !r->err; i++) {
            int kind = words_find(&WORDS_KIND, words[i]);
            char list[200];
            words_list(&WORDS_KIND, list, sizeof list);
            if (kind < 0)
                refuse(r, fields_where(f, "kinds"),
                       "\"%.*s\" is no kind of subject; write all, or a list of: %s",
                       FMT_SLICE(words[i]), list);
            else
                t->kinds |= (uint8_t)(1 << kind);
        }
        if (!r->is_partial && t->kinds == 0)
            refuse(r, fields_where(f, "kinds"),
                   "\"kinds\" must say which subjects the theme lists; write all, or a list such "
                   "as [enterprise]");
    }
    int usual = SUBJECT_ENTERPRISE;
    for (int k = SUBJECT_KIND_LAST; k >= SUBJECT_KIND_FIRST; k--)
        if (t->kinds & (1 << k))
            usual = k;
    t->counterpart = (enum subject_kind)take_word(r, f, "counterpart", &WORDS_KIND, usual);
}

/* "3", or "3.2" for a part of the class. */
static void read_national_class(struct reading *r, const struct fields *f, struct theme *t)
{
    t->national_class = want_text(r, f, "national_class");
    struct slice rest = t->national_class;
    struct slice head = slice_cut(&rest, '.');
    uint64_t n = 0;
    bool fine = slice_u64(head, &n) && n >= 1 && n <= NATIONAL_CLASSES;
    if (rest.p)
        fine = fine && slice_all_digits(rest) && rest.n > 0;
    if (t->national_class.n && !fine)
        refuse(r, fields_where(f, "national_class"),
               "\"national_class\" is \"%.*s\"; write the number of the national catalogue's "
               "class, 1 to %d",
               FMT_SLICE(t->national_class), NATIONAL_CLASSES);
}

static struct slice want_listed(struct reading *r, const struct fields *f, const char *key,
                                const struct words *w)
{
    take_word(r, f, key, w, -1);
    return take_text(r, f, key);
}

static void read_rules(struct reading *r, const struct fields *f, struct theme *t)
{
    t->category = (enum category)take_word(r, f, "category", &WORDS_CATEGORY, -1);
    read_national_class(r, f, t);
    read_kinds(r, f, t);
    t->polarity = (enum polarity)take_word(r, f, "polarity", &WORDS_POLARITY, -1);
    t->visibility = (enum visibility)take_word(r, f, "visibility", &WORDS_VISIBILITY, -1);
    t->publication = (enum publication)take_word(r, f, "publication", &WORDS_PUBLICATION, -1);
    t->severity_default = take_text(r, f, "severity_default");
    if (t->severity_default.n == 0)
        t->severity_default = SLICE("ordinary");
    t->retention_years = (int)take_int(r, f, "retention_years", 1, RETENTION_YEARS_MAX, 0);
    t->retention_start = want_listed(r, f, "retention_start", &WORDS_RETENTION);
    t->cycle = want_listed(r, f, "cycle", &WORDS_CYCLE);
    t->is_registration = take_bool(r, f, "registration");
    t->terms = take_text(r, f, "terms");
    code_shape(r, fields_where(f, "terms"), t->terms, false);
    if (t->terms.n == 0)
        t->terms = SLICE("general");
}

int item_named(struct reading *r, const struct theme *t, const struct fields *f, const char *key,
               struct slice code)
{
    for (size_t i = 0; i < t->item_count; i++)
        if (slice_eq(t->items[i].code, code))
            return (int)i;
    if (!r->is_partial)
        refuse(r, fields_where(f, key),
               "\"%s\" names \"%.*s\", but no item has that code; correct it or add the item", key,
               FMT_SLICE(code));
    return -1;
}

static int take_item(struct reading *r, const struct theme *t, const struct fields *f,
                     const char *key)
{
    struct slice code = take_text(r, f, key);
    return code.n ? item_named(r, t, f, key, code) : -1;
}

static void read_items(struct reading *r, const struct fields *items, size_t count, struct theme *t)
{
    t->items = ARENA_ARRAY(r->a, struct item, count + 1);
    for (size_t i = 0; i < count && !r->err; i++) {
        item_read(r, &items[i], t->visibility, &t->items[i]);
        t->items[i].index = (unsigned)i;
        for (size_t k = 0; k < i; k++)
            if (slice_eq(t->items[k].code, t->items[i].code))
                refuse(r, fields_where(&items[i], "code"),
                       "the item code \"%.*s\" stands twice; rename one",
                       FMT_SLICE(t->items[i].code));
        t->item_count = i + 1;
    }
    for (size_t i = 0; i < t->item_count && !r->err; i++) {
        t->items[i].not_before = take_item(r, t, &items[i], "not_before");
        t->items[i].document_type = take_item(r, t, &items[i], "document_type");
        t->items[i].stated_in = take_item(r, t, &items[i], "stated_in");
    }
}

static void read_identity(struct reading *r, const struct fields *f, struct theme *t)
{
    const struct field *one = fields_get(f, "identity");
    if (!one || one->value->kind == YAML_SCALAR) {
        struct slice word = want_text(r, f, "identity");
        if (word.n && !slice_eq(word, SLICE("record-id")))
            refuse(r, fields_where(f, "identity"),
                   "\"identity\" is \"%.*s\"; write record-id, or a list of item codes in brackets",
                   FMT_SLICE(word));
        return;
    }
    t->identity = IDENTITY_ITEMS;
    struct slice *codes = take_texts(r, f, "identity", &t->identity_count);
    unsigned *indexes = ARENA_ARRAY(r->a, unsigned, t->identity_count + 1);
    for (size_t i = 0; i < t->identity_count && !r->err; i++)
        indexes[i] = (unsigned)item_named(r, t, f, "identity", codes[i]);
    if (t->identity_count == 0)
        refuse(r, fields_where(f, "identity"), "\"identity\" lists no item; name at least one");
    t->identity_items = indexes;
}

struct theme *theme_read(struct reading *r, const struct fields *f, const struct fields *items,
                         size_t item_count)
{
    struct theme *t = ARENA_NEW(r->a, struct theme);
    for (size_t i = 0; i < THEME_ROLES; i++)
        t->role_item[i] = -1;
    fields_known(r, f, THEME_KEYS);
    read_names(r, f, t);
    read_rules(r, f, t);
    if (item_count > THEME_ITEMS_MAX)
        refuse(r, fields_where(f, "items"), "%zu items are too many; at most %d", item_count,
               THEME_ITEMS_MAX);
    if (r->err)
        return t;
    read_items(r, items, item_count, t);
    t->day_item = -1;
    if (!r->err)
        conditions_read(r, f, items, t);
    if (!r->err) {
        read_identity(r, f, t);
        struct slice day = want_text(r, f, "day");
        if (day.n)
            t->day_item = item_named(r, t, f, "day", day);
    }
    if (!r->err && !r->is_partial)
        theme_check(r, t, f, items);
    if (!r->err)
        theme_index(r, t, items);
    if (!r->err)
        formats_read(r, f, t);
    if (!r->err && !r->is_partial) {
        t->json = theme_render(r->a, t);
        if (t->json.n == 0)
            refuse(r, f->at,
                   "the theme with its code sets is larger than %d bytes; use smaller code sets",
                   ENTRY_BYTES_MAX);
    }
    return t;
}
