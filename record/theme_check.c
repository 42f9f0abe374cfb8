/* What must hold between the parts of a theme, beyond the form of each: identity, day, roles, who
 * may see it, and what may not be collected about persons at all. */
#include "base/check.h"
#include "record/catalogue_read.h"
#include "record/money.h"
#include "record/term.h"

static void check_identity(struct reading *r, const struct theme *t, const struct fields *f)
{
    for (size_t i = 0; i < t->identity_count; i++) {
        const struct item *it = &t->items[t->identity_items[i]];
        if (it->required != REQUIRED_YES)
            refuse(
                r, fields_where(f, "identity"),
                "\"%.*s\" is part of the identity but not always there; write required: yes for it "
                "or leave it out",
                FMT_SLICE(it->code));
    }
}

static void check_day(struct reading *r, const struct theme *t, const struct fields *f)
{
    const struct item *it = &t->items[t->day_item];
    if (it->type != ITEM_DATE)
        refuse(r, fields_where(f, "day"),
               "the day \"%.*s\" is of type %s; name an item of type date", FMT_SLICE(it->code),
               item_type_code(it->type));
    if (it->required != REQUIRED_YES)
        refuse(r, fields_where(f, "day"),
               "the day \"%.*s\" is not always there; write required: yes for it",
               FMT_SLICE(it->code));
}

static bool role_takes(enum item_role role, enum item_type type)
{
    switch (role) {
    case ROLE_NONE:
        return true;
    case ROLE_NAME:
        return type == ITEM_NAME;
    case ROLE_USCC:
    case ROLE_AUTHORITY:
        return type == ITEM_USCC;
    case ROLE_REGISTRATION:
        return type == ITEM_REGNO;
    case ROLE_ORGANISATION:
        return type == ITEM_ORGCODE;
    case ROLE_TAX:
    case ROLE_INSTITUTION:
    case ROLE_SOCIAL:
        return type == ITEM_NUMBER;
    case ROLE_PERSON:
        return type == ITEM_PERSON_ID;
    case ROLE_COUNTERPART:
        return type == ITEM_CODE;
    case ROLE_DOCUMENT:
        return type == ITEM_DOCUMENT;
    case ROLE_STATUS:
    case ROLE_DISTRICT:
    case ROLE_SEVERITY:
        return type == ITEM_TEXT || type == ITEM_CODE || type == ITEM_CODES || type == ITEM_NUMBER;
    case ROLE_UNTIL:
    case ROLE_BIRTH:
    case ROLE_ENDED:
        return type == ITEM_DATE;
    case ROLE_SEX:
    case ROLE_OWN_LABOUR:
        return type == ITEM_CODE;
    case ROLE_AUTHORITY_NAME:
        return type == ITEM_TEXT || type == ITEM_NAME;
    }
    UNREACHABLE();
}

/* A role that reads its meaning from the code set needs a value that has one. */
static void check_meaning(struct reading *r, const struct item *it, struct where at)
{
    bool found = it->role != ROLE_SEX && it->role != ROLE_OWN_LABOUR;
    for (size_t i = 0; it->code_set && i < it->code_set->count && !found; i++) {
        const struct code_value *v = &it->code_set->values[i];
        found = it->role == ROLE_SEX ? v->sex != SEX_NONE : v->is_yes;
    }
    if (!found)
        refuse(r, at, "no value of the code set of \"%.*s\" says %s; add it there",
               FMT_SLICE(it->code), it->role == ROLE_SEX ? "sex: male or sex: female" : "yes: yes");
}

/* Fills role_item on the way. */
static void check_roles(struct reading *r, struct theme *t, const struct fields *f,
                        const struct fields *items)
{
    for (size_t i = 0; i < t->item_count; i++) {
        const struct item *it = &t->items[i];
        struct where at = fields_where(&items[i], "role");
        const char *role = words_text(&WORDS_ROLE, (int)it->role);
        if (it->role == ROLE_NONE)
            continue;
        if (!role_takes(it->role, it->type))
            refuse(r, at, "the role %s does not go with type %s; change one of them", role,
                   item_type_code(it->type));
        if (t->role_item[it->role] >= 0)
            refuse(r, at, "the role %s is that of \"%.*s\" already; one item can have it", role,
                   FMT_SLICE(t->items[t->role_item[it->role]].code));
        t->role_item[it->role] = (int)i;
        check_meaning(r, it, at);
    }
    bool found = false;
    for (int role = ROLE_USCC; role <= ROLE_PERSON; role++)
        found = found || t->role_item[role] >= 0;
    if (!found)
        refuse(
            r, f->at,
            "no item says who the subject is; give one the role uscc, registration, organisation, "
            "tax, institution, social or person");
    int counterpart = t->role_item[ROLE_COUNTERPART];
    for (size_t i = 0; counterpart >= 0 && t->items[counterpart].code_set &&
                       i < t->items[counterpart].code_set->count;
         i++) {
        const struct code_value *v = &t->items[counterpart].code_set->values[i];
        if (v->kind == 0)
            refuse(r, fields_where(&items[counterpart], "code_set"),
                   "the value \"%.*s\" of the counterpart's class says no kind; add kind: to it in "
                   "the code set",
                   FMT_SLICE(v->code));
    }
}

static void check_references(struct reading *r, const struct theme *t, const struct fields *items)
{
    for (size_t i = 0; i < t->item_count; i++) {
        const struct item *it = &t->items[i];
        if (it->not_before >= 0 &&
            (it->type != ITEM_DATE || t->items[it->not_before].type != ITEM_DATE ||
             it->not_before == (int)i))
            refuse(r, fields_where(&items[i], "not_before"),
                   "\"not_before\" compares two dates; name another item of type date, from an "
                   "item of type date");
        if (it->document_type >= 0 &&
            (it->type != ITEM_PERSON_ID || t->items[it->document_type].type != ITEM_CODE))
            refuse(r, fields_where(&items[i], "document_type"),
                   "\"document_type\" goes from an item of type person-id to one of type code; "
                   "change one of them");
        if (it->stated_in >= 0 &&
            (money_unit(it->unit) == 0 || t->items[it->stated_in].type != ITEM_TEXT))
            refuse(
                r, fields_where(&items[i], "stated_in"),
                "\"stated_in\" goes from an amount with unit 元, 万元 or 亿元 to an item of type "
                "text; change one of them");
    }
}

static void check_publication(struct reading *r, const struct theme *t, const struct fields *f)
{
    bool is_public = t->visibility == VIS_PUBLIC;
    if (is_public && t->publication == PUBLISH_NEVER)
        refuse(r, fields_where(f, "publication"),
               "visibility P with publication never says both; write visibility A or G, or "
               "publication always or term");
    if (!is_public && t->publication != PUBLISH_NEVER)
        refuse(r, fields_where(f, "publication"),
               "what is not of visibility P is not published; write publication: never");
    bool permanent = slice_eq(t->retention_start, SLICE("permanent"));
    if (permanent != (t->retention_years == 0))
        refuse(r, fields_where(f, "retention_years"),
               permanent ? "retention_start permanent has no years; take retention_years out"
                         : "\"retention_years\" is missing; write how many years from %.*s on, or "
                           "retention_start: permanent",
               FMT_SLICE(t->retention_start));
}

static void check_common(struct reading *r, const struct theme *t, const struct fields *f)
{
    const struct common *c = r->common;
    bool found = false;
    for (size_t i = 0; i < c->department_count; i++)
        found = found || slice_eq(c->departments[i].id, t->department);
    if (!found)
        refuse(r, fields_where(f, "department"),
               "there is no department \"%.*s\"; add it to departments.yaml or correct the id",
               FMT_SLICE(t->department));
    if (!terms_have_set(&c->tables, t->terms))
        refuse(r, fields_where(f, "terms"),
               "there is no set \"%.*s\" in tables/terms.yaml; write one of its sets",
               FMT_SLICE(t->terms));
    if (!terms_have_class(&c->tables, t->terms, t->severity_default))
        refuse(r, fields_where(f, "severity_default"),
               "there is no class \"%.*s\" in the set %.*s of tables/terms.yaml; write one of its "
               "classes",
               FMT_SLICE(t->severity_default), FMT_SLICE(t->terms));
}

static void check_registration(struct reading *r, const struct theme *t, const struct fields *f)
{
    if (!t->is_registration)
        return;
    if (t->category != CATEGORY_REGISTRATION)
        refuse(
            r, fields_where(f, "registration"),
            "a registration is of category registration; change the category or take this key out");
    int name = t->role_item[ROLE_NAME];
    if (name < 0 || t->items[name].required != REQUIRED_YES)
        refuse(r, fields_where(f, "registration"),
               "a registration names its subject; give an item with required: yes the role name");
}

/* What the store and its indexes take: names are cut into pairs of characters, numbers are keys. */
enum { NAME_CHARS_MAX = 1000, NUMBER_CHARS_MAX = 256, TEXT_CHARS_MAX = 20000 };

static int chars_max_of(enum item_type type)
{
    switch (type) {
    case ITEM_TEXT:
    case ITEM_CAPITAL:
        return TEXT_CHARS_MAX;
    case ITEM_NAME:
        return NAME_CHARS_MAX;
    case ITEM_CODE:
    case ITEM_CODES:
    case ITEM_DATE:
    case ITEM_AMOUNT:
    case ITEM_INTEGER:
    case ITEM_USCC:
    case ITEM_ORGCODE:
    case ITEM_REGNO:
    case ITEM_NUMBER:
    case ITEM_PERSON_ID:
    case ITEM_CONTACT:
    case ITEM_DOCUMENT:
        return NUMBER_CHARS_MAX;
    }
    UNREACHABLE();
}

static void check_lengths(struct reading *r, const struct theme *t, const struct fields *items)
{
    for (size_t i = 0; i < t->item_count; i++) {
        const struct item *it = &t->items[i];
        int most = chars_max_of(it->type);
        if (it->chars_max > most)
            refuse(r, fields_where(&items[i], "length"),
                   "\"%.*s\" has length %d; an item of type %s holds at most %d characters, write "
                   "a smaller length",
                   FMT_SLICE(it->code), it->chars_max, item_type_code(it->type), most);
    }
}

static void check_forbidden(struct reading *r, const struct theme *t, const struct fields *items)
{
    for (size_t i = 0; i < t->item_count; i++) {
        const struct item *it = &t->items[i];
        for (size_t n = 0; n <= it->alias_count; n++) {
            struct slice text = n == 0 ? it->zh : it->aliases[n - 1];
            const struct forbidden_word *w =
                tables_forbidden(&r->common->tables, text, t->kinds & (1 << SUBJECT_INDIVIDUAL));
            if (w)
                refuse(r, fields_where(&items[i], n == 0 ? "zh" : "aliases"),
                       "\"%.*s\" may not be collected (%.*s, %.*s); take the item out",
                       FMT_SLICE(text), FMT_SLICE(w->word), FMT_SLICE(w->law));
        }
    }
}

void theme_check(struct reading *r, struct theme *t, const struct fields *f,
                 const struct fields *items)
{
    if (t->item_count == 0)
        refuse(r, fields_where(f, "items"), "the theme has no items; add them under \"items\"");
    if (t->day_item < 0)
        refuse(r, fields_where(f, "day"), "\"day\" names no item; write the code of a date");
    if (r->err)
        return;
    check_roles(r, t, f, items);
    check_identity(r, t, f);
    check_day(r, t, f);
    check_references(r, t, items);
    /* A stored entry was in force and must be readable for ever: what follows is policy, which may
     * grow. */
    if (r->is_stored)
        return;
    check_publication(r, t, f);
    check_registration(r, t, f);
    if (!(t->kinds & (1 << t->counterpart)))
        refuse(r, fields_where(f, "counterpart"),
               "the counterpart is not among \"kinds\"; add it there");
    check_common(r, t, f);
    check_lengths(r, t, items);
    check_forbidden(r, t, items);
    theme_sense(r, t, f, items);
}
