/* What is found out once for a theme: how each of its items is made. */
#include <string.h>

#include "base/check.h"
#include "sample/filler.h"

static const struct deciding decidings[] = {
#define DEPARTMENT(id, mark, licence, allows, act, law) {id, mark, licence, allows, act, law},
#include "sample/departments.def"
#undef DEPARTMENT
};

struct word_row {
    const char *part, *texts;
};
static const struct word_row word_rows[] = {
#define WORDS(part, texts) {part, texts},
#include "sample/words.def"
#undef WORDS
};

struct word_make {
    const char *word;
    enum make how;
};
static const struct word_make word_makes[] = {
    {"@licence", MAKE_LICENCE},
    {"@allows", MAKE_ALLOWS},
    {"@act", MAKE_ACT},
    {"@law", MAKE_LAW},
    {"@facts", MAKE_FACTS},
    {"@penalty", MAKE_PENALTY},
    {"@person", MAKE_PERSON_NAME},
    {"@organisation", MAKE_OTHER_NAME},
    {"@address", MAKE_ADDRESS},
    {"@department", MAKE_DEPARTMENT_NAME},
};

static bool holds(struct slice s, const char *part)
{
    return slice_find(s, slice_of(part), 0) >= 0;
}

/* Whether one of the words, separated by |, occurs. */
static bool holds_one(struct slice s, const char *words)
{
    for (struct slice rest = slice_of(words); rest.p;) {
        struct slice word = slice_cut(&rest, '|');
        if (word.n && slice_find(s, word, 0) >= 0)
            return true;
    }
    return false;
}

static const struct deciding *deciding_of(struct slice department)
{
    const struct deciding *d = decidings;
    while (*d->id && !slice_eq(slice_of(d->id), department))
        d++;
    return d;
}

unsigned filler_classes_named(const struct theme *t)
{
    unsigned ret = 0;
    for (unsigned c = 0; c < CLASS_COUNT; c++)
        if (t->kinds & 1 << class_kind((enum org_class)c) &&
            holds_one(t->zh, class_words((enum org_class)c)))
            ret |= 1u << c;
    return ret;
}

static unsigned classes_of(const struct theme *t, unsigned others)
{
    unsigned named = filler_classes_named(t), listed = 0;
    for (unsigned c = 0; c < CLASS_COUNT; c++)
        if (t->kinds & 1 << class_kind((enum org_class)c))
            listed |= 1u << c;
    if (named)
        return named;
    return t->is_registration && (listed & ~others) ? listed & ~others : listed;
}

static void choose_words(struct arena *a, const struct item *item, struct maker *m)
{
    const struct word_row *best = NULL;
    for (size_t i = 0; i < ARRAY_LEN(word_rows); i++)
        if (holds(item->zh, word_rows[i].part) &&
            (!best || strlen(word_rows[i].part) > strlen(best->part)))
            best = &word_rows[i];
    m->how = MAKE_PLAIN;
    if (!best)
        return;
    for (size_t i = 0; i < ARRAY_LEN(word_makes); i++)
        if (strcmp(best->texts, word_makes[i].word) == 0) {
            m->how = word_makes[i].how;
            return;
        }
    struct slice *list = ARENA_ARRAY(a, struct slice, strlen(best->texts));
    size_t n = 0;
    for (struct slice rest = slice_of(best->texts); rest.p;) {
        struct slice text = slice_cut(&rest, '|');
        if (text.n <= (size_t)item->chars_max || utf8_count(text) <= (size_t)item->chars_max)
            list[n++] = text;
    }
    if (n == 0)
        return;
    m->how = MAKE_WORDS;
    m->choices = list;
    m->choice_count = n;
}

static enum make make_of_role(enum item_role role)
{
    switch (role) {
    case ROLE_NAME:
        return MAKE_SUBJECT_NAME;
    case ROLE_USCC:
        return MAKE_SUBJECT_CODE;
    case ROLE_REGISTRATION:
        return MAKE_REGISTRATION_NUMBER;
    case ROLE_ORGANISATION:
        return MAKE_ORGANISATION_CODE;
    case ROLE_TAX:
        return MAKE_TAX_NUMBER;
    case ROLE_INSTITUTION:
    case ROLE_SOCIAL:
        return MAKE_CERTIFICATE;
    case ROLE_PERSON:
        return MAKE_SUBJECT_PERSON;
    case ROLE_COUNTERPART:
        return MAKE_COUNTERPART;
    case ROLE_DOCUMENT:
        return MAKE_DOCUMENT;
    case ROLE_AUTHORITY:
        return MAKE_DEPARTMENT_CODE;
    case ROLE_DISTRICT:
        return MAKE_DISTRICT;
    case ROLE_UNTIL:
        return MAKE_END;
    case ROLE_SEX:
        return MAKE_SEX;
    case ROLE_BIRTH:
        return MAKE_BIRTH;
    case ROLE_AUTHORITY_NAME:
        return MAKE_DEPARTMENT_NAME;
    case ROLE_NONE:
    case ROLE_STATUS:
    case ROLE_SEVERITY:
    case ROLE_ENDED:
    case ROLE_OWN_LABOUR:
        return MAKE_NOTHING;
    }
    UNREACHABLE();
}

static enum make make_of_date(const struct theme *t, const struct item *item)
{
    if ((int)item->index == t->day_item)
        return MAKE_DAY;
    if (item->happened)
        return MAKE_PAST;
    if (item->open_ended || holds_one(item->zh, "截止|至|到期|期限|止"))
        return MAKE_END;
    return MAKE_NEAR;
}

static void make_of_type(struct arena *a, const struct theme *t, const struct item *item,
                         struct maker *m)
{
    switch (item->type) {
    case ITEM_TEXT:
        choose_words(a, item, m);
        return;
    case ITEM_NAME:
        choose_words(a, item, m);
        if (m->how == MAKE_PLAIN)
            m->how = MAKE_PERSON_NAME;
        return;
    case ITEM_CODE:
        m->how = MAKE_VALUE;
        return;
    case ITEM_CODES:
        m->how = MAKE_VALUES;
        return;
    case ITEM_DATE:
        m->how = make_of_date(t, item);
        return;
    case ITEM_AMOUNT:
        m->how = MAKE_AMOUNT;
        return;
    case ITEM_INTEGER:
        m->how = MAKE_INTEGER;
        return;
    case ITEM_CAPITAL:
        m->how = MAKE_CAPITAL;
        return;
    case ITEM_USCC:
        m->how = holds_one(item->zh, "机关|来源|部门|法院|认定|评定|受理|征收|发证|登记|处罚|许可")
                     ? MAKE_DEPARTMENT_CODE
                     : MAKE_OTHER_CODE;
        return;
    case ITEM_ORGCODE:
        m->how = MAKE_ORGANISATION_CODE;
        return;
    case ITEM_REGNO:
        m->how = MAKE_REGISTRATION_NUMBER;
        return;
    case ITEM_NUMBER:
        m->how = MAKE_NUMBER;
        return;
    case ITEM_PERSON_ID:
        m->how = MAKE_PERSON_NUMBER;
        return;
    case ITEM_CONTACT:
        m->how = holds_one(item->zh, "地址|住址|住所") ? MAKE_ADDRESS : MAKE_CONTACT;
        return;
    case ITEM_DOCUMENT:
        m->how = MAKE_DOCUMENT;
        return;
    }
    UNREACHABLE();
}

/* Whether rows with that value may not be collected, of whomever. */
static bool is_uncollected(const struct theme *t, const struct item *item, struct slice code)
{
    for (size_t i = 0; i < t->not_collected_count; i++) {
        const struct condition *c = &t->not_collected[i].when;
        for (size_t k = 0; c->item == item->index && k < c->any_count; k++)
            if (slice_eq(c->any[k], code))
                return true;
    }
    return false;
}

/* The values of a code set that good rows have. */
static void choose_values(struct arena *a, const struct theme *t, const struct item *item,
                          struct maker *m)
{
    const struct code_set *set = item->code_set;
    size_t n = set ? set->count : 0;
    unsigned *list = ARENA_ARRAY(a, unsigned, n + 1);
    for (unsigned i = 0; i < n; i++)
        if (!is_uncollected(t, item, set->values[i].code))
            list[m->value_count++] = i;
    m->values = list;
}

/* Whether the column is in the file. Nearly all optional ones are. */
static bool is_column(const struct filler *f, const struct item *item)
{
    if (item->required != REQUIRED_NO || item->role != ROLE_NONE || item->happened ||
        item->required_when)
        return true;
    return dice_mix(f->seed, 0x636f6c + item->index) % 100 < 88;
}

static void plan_item(struct arena *a, struct filler *f, unsigned i)
{
    const struct theme *t = f->theme;
    const struct item *item = &t->items[i];
    struct maker *m = &f->makers[i];
    *m = (struct maker){.follows = -1};
    m->how = make_of_role(item->role);
    if (m->how == MAKE_NOTHING)
        make_of_type(a, t, item, m);
    if (item->type == ITEM_CODE || item->type == ITEM_CODES)
        choose_values(a, t, item, m);
    if (item->role == ROLE_SEVERITY && m->value_count)
        f->severity = (int)i;
    m->for_organisation = item->required == REQUIRED_ORGANISATION ||
                          item->required == REQUIRED_SHOULD ||
                          (item->role >= ROLE_USCC && item->role <= ROLE_SOCIAL) ||
                          (item->required == REQUIRED_NO && holds_one(item->zh, "法定代表|负责人"));
    m->for_person = item->required == REQUIRED_PERSON ||
                    ((item->role == ROLE_PERSON || item->role == ROLE_SEX ||
                      item->role == ROLE_BIRTH || item->role == ROLE_OWN_LABOUR) &&
                     item->required != REQUIRED_YES);
    m->is_optional =
        item->required == REQUIRED_NO && (item->role == ROLE_NONE || item->role == ROLE_ENDED);
    m->is_there = is_column(f, item);
    m->is_past = item->happened || (int)i == t->day_item;
}

/* The kind of a document comes and goes with its number. */
static void plan_documents(struct filler *f)
{
    const struct theme *t = f->theme;
    for (size_t i = 0; i < t->item_count; i++) {
        int kind = t->items[i].document_type;
        if (kind < 0)
            continue;
        struct maker *m = &f->makers[kind];
        m->how = MAKE_DOCUMENT_KIND;
        m->follows = (int)i;
        m->is_there = f->makers[i].is_there;
        m->for_organisation = f->makers[i].for_organisation;
        m->for_person = f->makers[i].for_person;
    }
}

/* What a past day is compared with lies in the past as well. An item comes behind those that it
 * depends on. */
static void plan_order(struct filler *f)
{
    const struct theme *t = f->theme;
    for (size_t i = 0; i < t->item_count; i++) {
        if (!f->makers[i].is_past)
            continue;
        int at = t->items[i].not_before;
        for (size_t steps = 0; at >= 0 && steps < t->item_count; steps++) {
            f->makers[at].is_past = true;
            if (f->makers[at].how != MAKE_DAY)
                f->makers[at].how = MAKE_PAST;
            at = t->items[at].not_before;
        }
    }
    bool is_put[THEME_ITEMS_MAX] = {false};
    size_t n = 0;
    for (size_t round = 0; n < t->item_count && round <= t->item_count; round++)
        for (size_t i = 0; i < t->item_count; i++) {
            const struct condition *when = t->items[i].required_when;
            int first = t->items[i].not_before, document = f->makers[i].follows;
            if (is_put[i] || (first >= 0 && !is_put[first]) ||
                (document >= 0 && !is_put[document]) || (when && !is_put[when->item]))
                continue;
            is_put[i] = true;
            f->order[n++] = (unsigned)i;
        }
    CHECK(n == t->item_count);
}

/* Whether the items that identify differ in every record: a number that counts, or in a
 * registration the subject's code, for each of which there is one record. */
static bool is_unique(const struct filler *f)
{
    const struct theme *t = f->theme;
    enum { DIGITS = 24 };
    for (size_t i = 0; i < t->identity_count; i++) {
        const struct item *item = &t->items[t->identity_items[i]];
        enum make how = f->makers[item->index].how;
        if ((how == MAKE_DOCUMENT || how == MAKE_NUMBER) && item->chars_max >= DIGITS)
            return true;
        if (t->is_registration && (how == MAKE_SUBJECT_CODE || how == MAKE_SUBJECT_PERSON))
            return true;
    }
    return false;
}

struct filler *filler_create(struct arena *a, const struct population *p, const struct catalogue *c,
                             const struct theme *t, unsigned others)
{
    struct filler *f = ARENA_NEW(a, struct filler);
    *f = (struct filler){
        .population = p,
        .theme = t,
        .department = catalogue_department(c, t->department),
        .deciding = deciding_of(t->department),
        .tables = &catalogue_newest_common(c)->tables,
        .seed = dice_mix(p->seed, t->number),
        .severity = -1,
    };
    CHECK(f->department);
    for (unsigned i = 0; i < t->item_count; i++)
        plan_item(a, f, i);
    plan_documents(f);
    plan_order(f);
    int code = t->role_item[ROLE_USCC], person = t->role_item[ROLE_PERSON];
    bool has_number = code >= 0;
    for (int role = ROLE_REGISTRATION; role <= ROLE_SOCIAL; role++)
        has_number = has_number || t->role_item[role] >= 0;
    f->classes = has_number ? classes_of(t, others) : 0;
    f->has_organisations = f->classes != 0;
    f->has_persons = t->kinds & 1 << SUBJECT_INDIVIDUAL && person >= 0 &&
                     !(code >= 0 && t->items[code].required == REQUIRED_YES);
    f->is_unique = is_unique(f);
    return f;
}
