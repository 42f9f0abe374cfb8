/* One item of a theme, and the code sets that items take their values from. In a file an item names
 * its set and its mask; in the resolved text of an entry both are written out, so that the text
 * needs nothing beside it. Both forms are read here:
 *
 *   code_set: penalty-kinds                code_set: {name: penalty-kinds, source: …, values: […]}
 *   mask: person-number                    mask: {name: person-number, keep_first: 1, keep_last: 1}
 */
#include <stdlib.h>

#include "base/check.h"
#include "base/text.h"
#include "record/catalogue_read.h"

static const char *const ITEM_KEYS[] = {
    "code",          "zh",   "en",         "aliases",       "type",     "length",     "required",
    "code_set",      "mask", "visibility", "role",          "happened", "open_ended", "not_before",
    "document_type", "unit", "stated_in",  "required_when", NULL};
static const char *const SET_KEYS[] = {"name", "source", "values", NULL};
static const char *const VALUE_KEYS[] = {"code",          "zh",  "en",  "aliases", "kind",
                                         "identity_card", "sex", "yes", NULL};
static const char *const MASK_KEYS[] = {"name", "keep_first", "keep_last", NULL};

/* Several codes are written side by side with these between them. */
static const struct slice SEPARATORS[] = {{";", 1}, {"；", 3}, {"|", 1}};

enum { CHARS_MAX = 100000, KEEP_MAX = 20, UNIT_CHARS_MAX = 16 };

static int word_order(const void *x, const void *y)
{
    const struct code_word *a = x, *b = y;
    int c = slice_cmp(a->text, b->text);
    return c ? c : (a->value > b->value) - (a->value < b->value);
}

size_t code_words_settle(struct reading *r, struct where at, const struct code_set *set,
                         struct code_word *words, size_t count)
{
    qsort(words, count, sizeof *words, word_order);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (n && slice_eq(words[n - 1].text, words[i].text)) {
            if (words[n - 1].value != words[i].value)
                refuse(r, at,
                       "\"%.*s\" stands for two values of the code set, \"%.*s\" and \"%.*s\"; "
                       "leave it with one",
                       FMT_SLICE(words[i].text), FMT_SLICE(set->values[words[n - 1].value].code),
                       FMT_SLICE(set->values[words[i].value].code));
            continue;
        }
        words[n++] = words[i];
    }
    return n;
}

static void code_set_index(struct reading *r, struct where at, struct code_set *set)
{
    size_t count = 0;
    for (size_t i = 0; i < set->count; i++)
        count += 2 + set->values[i].alias_count;
    struct code_word *words = ARENA_ARRAY(r->a, struct code_word, count + 1);
    struct code_word *folded = ARENA_ARRAY(r->a, struct code_word, count + 1);
    size_t n = 0;
    for (unsigned i = 0; i < set->count; i++) {
        const struct code_value *v = &set->values[i];
        words[n++] = (struct code_word){v->code, i};
        words[n++] = (struct code_word){v->zh, i};
        for (size_t k = 0; k < v->alias_count; k++)
            words[n++] = (struct code_word){v->aliases[k], i};
    }
    for (size_t i = 0; i < n; i++)
        folded[i] = (struct code_word){text_code(r->a, words[i].text), words[i].value};
    set->words = words;
    set->word_count = code_words_settle(r, at, set, words, n);
    set->folded = folded;
    set->folded_count = code_words_settle(r, at, set, folded, n);
}

void code_set_read(struct reading *r, const struct fields *f, struct slice name,
                   struct code_set *ret)
{
    *ret = (struct code_set){.name = name};
    fields_known(r, f, SET_KEYS);
    struct slice own = take_text(r, f, "name");
    if (own.n && !slice_eq(own, name))
        refuse(r, fields_where(f, "name"),
               "the name is \"%.*s\" but the file is that of \"%.*s\"; "
               "make them the same",
               FMT_SLICE(own), FMT_SLICE(name));
    ret->source = want_text(r, f, "source");
    size_t count = 0;
    struct fields *values = take_maps(r, f, "values", &count);
    if (count == 0)
        refuse(r, fields_where(f, "values"),
               "a code set needs at least one value under \"values\"");
    ret->values = ARENA_ARRAY(r->a, struct code_value, count + 1);
    ret->count = count;
    for (size_t i = 0; i < count && !r->err; i++) {
        const struct fields *one = &values[i];
        struct code_value *v = &ret->values[i];
        fields_known(r, one, VALUE_KEYS);
        v->code = want_text(r, one, "code");
        for (size_t k = 0; k < ARRAY_LEN(SEPARATORS); k++)
            if (slice_find(v->code, SEPARATORS[k], 0) >= 0)
                refuse(r, fields_where(one, "code"),
                       "\"%.*s\" holds a separator of lists; use a code without ; and |",
                       FMT_SLICE(v->code));
        v->zh = take_text(r, one, "zh");
        if (v->zh.n == 0)
            v->zh = v->code;
        v->en = want_text(r, one, "en");
        v->aliases = take_texts(r, one, "aliases", &v->alias_count);
        v->kind = take_word(r, one, "kind", &WORDS_KIND, 0);
        v->is_identity_card = take_bool(r, one, "identity_card");
        v->sex = (enum sex)take_word(r, one, "sex", &WORDS_SEX, SEX_NONE);
        v->is_yes = take_bool(r, one, "yes");
        for (size_t k = 0; k < i; k++)
            if (slice_eq(ret->values[k].code, v->code))
                refuse(r, fields_where(one, "code"), "the code \"%.*s\" stands twice; take one out",
                       FMT_SLICE(v->code));
    }
    if (!r->err)
        code_set_index(r, fields_where(f, "values"), ret);
}

static const struct code_set *item_code_set(struct reading *r, const struct fields *f)
{
    const struct field *one = fields_get(f, "code_set");
    if (!one)
        return NULL;
    if (one->value->kind == YAML_MAP) {
        struct fields set = fields_of(r, one->value, one->at.file);
        struct code_set *own = ARENA_NEW(r->a, struct code_set);
        code_set_read(r, &set, want_text(r, &set, "name"), own);
        return own;
    }
    struct slice name = want_text(r, f, "code_set");
    for (size_t i = 0; i < r->set_count; i++)
        if (slice_eq(r->sets[i].name, name)) {
            r->leans_on_wrong = r->leans_on_wrong || r->sets[i].count == 0;
            return &r->sets[i];
        }
    refuse(r, one->at,
           "there is no code set \"%.*s\"; write code-sets/%.*s.yaml or correct the name",
           FMT_SLICE(name), FMT_SLICE(name));
    return NULL;
}

static const struct mask *item_mask(struct reading *r, const struct fields *f)
{
    const struct field *one = fields_get(f, "mask");
    if (!one)
        return NULL;
    if (one->value->kind == YAML_MAP) {
        struct fields mask = fields_of(r, one->value, one->at.file);
        fields_known(r, &mask, MASK_KEYS);
        struct mask *own = ARENA_NEW(r->a, struct mask);
        own->name = want_text(r, &mask, "name");
        own->keep_first = (int)want_int(r, &mask, "keep_first", 0, KEEP_MAX);
        own->keep_last = (int)want_int(r, &mask, "keep_last", 0, KEEP_MAX);
        return own;
    }
    struct slice name = want_text(r, f, "mask");
    const struct mask *found = r->common ? tables_mask(&r->common->tables, name) : NULL;
    if (!found)
        refuse(r, one->at,
               "there is no mask \"%.*s\"; add it to tables/masks.yaml or correct the name",
               FMT_SLICE(name));
    return found;
}

/* Characters allowed where the form of the type limits them already; 0 where a length must be
 * given. */
static int length_by_type(enum item_type t)
{
    switch (t) {
    case ITEM_DATE:
    case ITEM_AMOUNT:
    case ITEM_INTEGER:
        return 40;
    case ITEM_USCC:
    case ITEM_ORGCODE:
    case ITEM_REGNO:
        return 64;
    case ITEM_CODE:
    case ITEM_CODES:
        return 256;
    case ITEM_TEXT:
    case ITEM_NAME:
    case ITEM_CAPITAL:
    case ITEM_NUMBER:
    case ITEM_PERSON_ID:
    case ITEM_CONTACT:
    case ITEM_DOCUMENT:
        return 0;
    }
    UNREACHABLE();
}

/* Persons' numbers and contact data: never public, and to those with leave only masked. */
static void check_personal(struct reading *r, const struct fields *f, const struct item *it)
{
    if (it->type != ITEM_PERSON_ID && it->type != ITEM_CONTACT)
        return;
    struct where at = fields_where(f, "visibility");
    if (it->visibility == VIS_PUBLIC)
        refuse(r, at,
               "\"%.*s\" is a person's number or contact and would be public; "
               "write visibility G, or A with a mask",
               FMT_SLICE(it->code));
    else if (it->visibility == VIS_AUTHORISED && !it->mask)
        refuse(r, at,
               "\"%.*s\" is a person's number or contact and would be shown in full; "
               "add a mask or write visibility G",
               FMT_SLICE(it->code));
}

static void check_type(struct reading *r, const struct fields *f, const struct item *it)
{
    bool coded = it->type == ITEM_CODE || it->type == ITEM_CODES;
    if (coded && !it->code_set)
        refuse(r, fields_where(f, "type"),
               "an item of type %s needs a code set; add code_set: NAME", item_type_code(it->type));
    if (!coded && it->code_set)
        refuse(r, fields_where(f, "code_set"),
               "type %s takes no code set; write type code or codes", item_type_code(it->type));
    if (it->type != ITEM_DATE && (it->happened || it->open_ended))
        refuse(r, fields_where(f, it->happened ? "happened" : "open_ended"),
               "only a date can have this key; take it out or write type date");
    if (it->happened && it->open_ended)
        refuse(
            r, fields_where(f, "open_ended"),
            "a day of something that has happened has no open end; take out one of the two keys");
    if (it->unit.n && it->type != ITEM_AMOUNT)
        refuse(r, fields_where(f, "unit"),
               "only an amount has a unit; take it out or write type amount");
    if (utf8_count(it->unit) > UNIT_CHARS_MAX)
        refuse(r, fields_where(f, "unit"), "the unit is longer than %d characters; shorten it",
               UNIT_CHARS_MAX);
}

void item_read(struct reading *r, const struct fields *f, enum visibility theme_visibility,
               struct item *ret)
{
    *ret = (struct item){.not_before = -1, .document_type = -1, .stated_in = -1};
    fields_known(r, f, ITEM_KEYS);
    ret->code = want_text(r, f, "code");
    if (ret->code.n == 0)
        refuse(r, f->at, "the item has no code; add the key \"code\"");
    code_shape(r, fields_where(f, "code"), ret->code, true);
    ret->member = arena_printf(r->a, "\"%.*s\":", FMT_SLICE(ret->code));
    ret->zh = want_text(r, f, "zh");
    ret->en = want_text(r, f, "en");
    ret->aliases = take_texts(r, f, "aliases", &ret->alias_count);
    ret->type = (enum item_type)take_word(r, f, "type", &WORDS_TYPE, -1);
    int length = length_by_type(ret->type);
    ret->chars_max = (int)(length ? take_int(r, f, "length", 1, CHARS_MAX, length)
                                  : want_int(r, f, "length", 1, CHARS_MAX));
    ret->required = (enum required)take_word(r, f, "required", &WORDS_REQUIRED, REQUIRED_NO);
    ret->code_set = item_code_set(r, f);
    ret->mask = item_mask(r, f);
    ret->visibility =
        (enum visibility)take_word(r, f, "visibility", &WORDS_VISIBILITY, (int)theme_visibility);
    ret->role = (enum item_role)take_word(r, f, "role", &WORDS_ROLE, ROLE_NONE);
    ret->happened = take_bool(r, f, "happened");
    ret->open_ended = take_bool(r, f, "open_ended");
    ret->unit = take_text(r, f, "unit");
    if (r->err || (r->is_partial && !fields_get(f, "type")))
        return;
    check_personal(r, f, ret);
    check_type(r, f, ret);
    ret->visibility = visibility_stricter(ret->visibility, theme_visibility);
}
