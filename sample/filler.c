/* Filling rows: whom a record is about and when it was, then one value for each item. */
#include "sample/filler.h"

#include <string.h>

#include "base/check.h"
#include "sample/digits.h"
#include "sample/names.h"

enum {
    YEARS_DAYS = 2190,     /* records of the last six years */
    RECENT_DAYS = 20,      /* the first record of a theme */
    PERSONS_PER_CENT = 30, /* where a theme is about both */
    FILLED_PER_CENT = 75,  /* of what may be left out */
};

uint64_t filler_subjects(const struct filler *f)
{
    uint64_t n = 0;
    for (unsigned c = 0; c < CLASS_COUNT; c++)
        if (f->classes & 1u << c)
            n += population_count(f->population, (enum org_class)c);
    return f->has_organisations ? n : f->population->persons;
}

/* The n-th organisation of the theme's classes, class by class; or, `skewed`, one of a class that
 * was drawn by size, a few of which have much of everything. */
static uint64_t organisation_at(const struct filler *f, uint64_t n, bool skewed, struct dice *d)
{
    for (unsigned c = 0; c < CLASS_COUNT; c++) {
        uint64_t count = population_count(f->population, (enum org_class)c);
        if (!(f->classes & 1u << c))
            continue;
        if (n < count)
            return population_place(f->population, (enum org_class)c,
                                    skewed ? dice_uneven(d, count) : n);
        n -= count;
    }
    UNREACHABLE();
}

static struct day day_of_matter(const struct filler *f, struct matter *m)
{
    int32_t today = f->population->today.v, first = today - YEARS_DAYS;
    if (m->record == 0 && !f->theme->is_registration)
        return (struct day){today - RECENT_DAYS};
    if (!m->is_person && f->theme->is_registration)
        return m->organisation.registered;
    if (!m->is_person && m->organisation.registered.v > first)
        first = m->organisation.registered.v;
    return (struct day){today - 1 - (int32_t)dice_skewed(&m->dice, (uint64_t)(today - first - 1))};
}

bool filler_matter(const struct filler *f, uint64_t record, enum need need, struct matter *ret)
{
    static const unsigned yuan[] = {500, 1000, 2000, 3000, 5000, 10000, 20000, 50000, 100000};
    struct matter *m = ret;
    m->record = record;
    m->dice = dice_of(f->seed, record);
    bool both = f->has_organisations && f->has_persons;
    bool is_person = f->has_persons;
    if (both)
        is_person = !f->theme->is_registration && record > 0 &&
                    (need == NEED_PERSON ||
                     (need == NEED_ANYONE && dice_chance(&m->dice, PERSONS_PER_CENT)));
    m->is_person = is_person;
    uint64_t place = 0;
    if (is_person) {
        uint64_t persons = f->population->persons;
        place = record == 0 || f->theme->is_registration ? record % persons
                                                         : dice_uneven(&m->dice, persons);
    } else {
        uint64_t count = filler_subjects(f);
        bool in_turn = record == 0 || f->theme->is_registration;
        place = organisation_at(f, in_turn ? record % count : dice_below(&m->dice, count), !in_turn,
                                &m->dice);
        population_organisation(f->population, place, &m->organisation);
        place = m->organisation.representative;
    }
    population_person(f->population, place, &m->person);
    m->day = day_of_matter(f, m);
    m->yuan = yuan[dice_below(&m->dice, ARRAY_LEN(yuan))];
    return need == NEED_ANYONE || is_person == (need == NEED_PERSON);
}

void matter_organisation_code(const struct matter *m, char ret[9])
{
    memcpy(ret, m->organisation.code + 8, 9);
}

/* 440106, then a number by which nobody was ever registered: eight digits of the place. */
void matter_registration_number(const struct matter *m, char ret[15])
{
    uint64_t rest = m->organisation.place % 100000000;
    memcpy(ret, district_code(m->organisation.district), 6);
    for (int i = 13; i >= 6; i--, rest /= 10)
        ret[i] = (char)('0' + rest % 10);
    ret[14] = digits_registration(ret);
}

/* ---- values ---- */

struct filling {
    const struct filler *f;
    const struct matter *m;
    struct draft *d;
    struct dice dice;
    unsigned kinds[2]; /* values of the kinds of penalty that this record has */
    unsigned kind_count;
};

static struct slice value_of(const struct item *item, unsigned value)
{
    return item->code_set->values[value].code;
}

static struct slice make_counterpart(struct filling *g, const struct item *item)
{
    const struct code_set *set = item->code_set;
    bool is_trader = !g->m->is_person && g->m->organisation.class == CLASS_TRADER;
    const struct code_value *best = NULL;
    for (size_t i = 0; i < set->count; i++) {
        const struct code_value *v = &set->values[i];
        if ((v->kind == SUBJECT_INDIVIDUAL) != g->m->is_person)
            continue;
        bool says_trader =
            slice_find(v->code, SLICE("个体"), 0) >= 0 || slice_find(v->zh, SLICE("个体"), 0) >= 0;
        if (!best || says_trader == is_trader)
            best = best && says_trader != is_trader ? best : v;
        if (best == v && says_trader == is_trader)
            break;
    }
    return best ? best->code : (struct slice){NULL, 0};
}

/* Short numbers have no room for the city. */
static uint64_t number_of(const struct filling *g, const struct item *item)
{
    enum { LONG = 20 };
    return item->chars_max < LONG ? g->m->record : filler_record_number(g->f, g->m->record);
}

/* "样市监罚〔2025〕1024号", of a court "（2025）样0101民初1024号". The record counts in it. */
static struct slice make_document(struct filling *g, const struct item *item)
{
    int year, month, day;
    day_to_civil(g->m->day, &year, &month, &day);
    struct draft *d = g->d;
    size_t from = d->used;
    bool is_case = slice_find(item->zh, SLICE("案号"), 0) >= 0;
    const char *word = g->f->severity >= 0                                       ? "罚"
                       : slice_find(g->f->theme->code, SLICE("licence"), 0) >= 0 ? "许"
                                                                                 : "函";
    if (is_case)
        draft_join(d, "（", NULL);
    else
        draft_join(d, g->f->deciding->mark, word, "〔", NULL);
    draft_digits(d, (uint64_t)year, 4);
    draft_join(d, is_case ? "）样0101民初" : "〕", NULL);
    draft_number(d, number_of(g, item) + 1);
    draft_join(d, "号", NULL);
    return slice_make(d->memory + from, d->used - from);
}

/* Two letters of the item's code, the year, and the record. */
static struct slice make_number(struct filling *g, const struct item *item)
{
    int year, month, day;
    day_to_civil(g->m->day, &year, &month, &day);
    struct draft *d = g->d;
    if (item->chars_max < 12)
        return draft_digits(d, g->m->record + 1, item->chars_max < 4 ? 1 : 4);
    size_t from = d->used;
    draft_text(d, slice_make(item->code.p, item->code.n < 2 ? item->code.n : 2));
    draft_digits(d, (uint64_t)year, 4);
    draft_number(d, 100000 + number_of(g, item));
    return slice_make(d->memory + from, d->used - from);
}

static struct slice make_amount(struct filling *g, const struct item *item)
{
    bool is_wan =
        slice_eq(item->unit, SLICE("万元")) || slice_find(item->zh, SLICE("万元"), 0) >= 0;
    uint64_t yuan = g->m->yuan;
    bool is_score = slice_ends(item->zh, SLICE("分")) || slice_ends(item->zh, SLICE("分数"));
    if (is_score)
        return draft_number(g->d, 60 + yuan % 41);
    if (!is_wan)
        return draft_number(g->d, yuan);
    size_t from = g->d->used;
    draft_number(g->d, yuan / 10000);
    if (yuan % 10000) {
        draft_join(g->d, ".", NULL);
        draft_digits(g->d, yuan % 10000, 4);
        while (g->d->memory[g->d->used - 1] == '0')
            g->d->used--;
    }
    return slice_make(g->d->memory + from, g->d->used - from);
}

static struct slice make_capital(struct filling *g)
{
    static const char *const forms[] = {"100万元人民币", "500.0000(万人民币元)", "1,000万人民币",
                                        "50.00万元", "人民币3000万元整"};
    return slice_of(forms[dice_below(&g->dice, ARRAY_LEN(forms))]);
}

static struct slice make_penalty(struct filling *g)
{
    struct draft *d = g->d;
    const struct item *item = g->f->severity >= 0 ? &g->f->theme->items[g->f->severity] : NULL;
    size_t from = d->used;
    for (unsigned i = 0; item && i < g->kind_count; i++) {
        struct slice kind = item->code_set->values[g->kinds[i]].zh;
        if (i)
            draft_join(d, "；", NULL);
        draft_text(d, kind);
        if (slice_find(kind, SLICE("罚款"), 0) < 0 && slice_find(kind, SLICE("没收"), 0) < 0)
            continue;
        draft_join(d, "人民币", NULL);
        draft_number(d, g->m->yuan);
        draft_join(d, "元", NULL);
    }
    return d->used > from ? slice_make(d->memory + from, d->used - from) : SLICE("责令改正");
}

static struct slice make_facts(struct filling *g)
{
    struct draft *d = g->d;
    size_t from = d->used;
    draft_join(d, "经查，当事人于", NULL);
    draft_day(d, (struct day){g->m->day.v - 5 - (int32_t)dice_below(&g->dice, 60)});
    draft_join(d, "在", NAMES_CITY,
               g->m->is_person ? "" : district_name(g->m->organisation.district),
               g->f->deciding->act, "。", NULL);
    return slice_make(d->memory + from, d->used - from);
}

static struct slice make_contact(struct filling *g, const struct item *item)
{
    struct draft *d = g->d;
    size_t from = d->used;
    bool is_mail = slice_find(item->zh, SLICE("邮"), 0) >= 0;
    draft_join(d, is_mail ? "contact" : "020-0", NULL); /* no number in the city begins with 0 */
    draft_digits(d, dice_below(&g->dice, 10000000), 7);
    draft_join(d, is_mail ? "@example.cn" : "", NULL);
    return slice_make(d->memory + from, d->used - from);
}

static struct slice make_address(struct filling *g)
{
    char text[120];
    unsigned district = g->m->is_person ? (unsigned)(g->m->person.place % DISTRICT_COUNT)
                                        : g->m->organisation.district;
    uint64_t who = g->m->is_person ? g->m->person.place : g->m->organisation.place;
    return draft_text(g->d, slice_make(text, address_print(who, district, text)));
}

static struct slice make_district(struct filling *g, const struct item *item)
{
    unsigned district = g->m->is_person ? (unsigned)(g->m->person.place % DISTRICT_COUNT)
                                        : g->m->organisation.district;
    return slice_of(item->type == ITEM_NUMBER ? district_code(district) : district_name(district));
}

/* Of a public institution, or of a social organisation; others have none. */
static struct slice make_certificate(struct filling *g, const struct item *item)
{
    bool is_social = item->role == ROLE_SOCIAL;
    enum subject_kind kind = class_kind(g->m->organisation.class);
    if (kind != (is_social ? SUBJECT_SOCIAL : SUBJECT_INSTITUTION))
        return (struct slice){NULL, 0};
    size_t from = g->d->used;
    draft_join(g->d, is_social ? "SY" : "SJ", NULL);
    draft_digits(g->d, g->m->organisation.place, 9);
    return slice_make(g->d->memory + from, g->d->used - from);
}

static struct slice make_other(struct filling *g, bool is_code)
{
    struct organisation other;
    population_organisation(g->f->population,
                            dice_mix(g->m->record, 17) % g->f->population->organisations, &other);
    return draft_text(g->d, is_code ? slice_make(other.code, sizeof other.code) : other.name);
}

/* The day with which a date is compared, or INT32_MIN. */
static int32_t first_of(const struct filling *g, const struct item *item)
{
    return item->not_before >= 0 ? g->d->days[item->not_before].v : INT32_MIN;
}

static struct slice put_day(struct filling *g, const struct item *item, int32_t day)
{
    g->d->days[item->index] = (struct day){day};
    return draft_day(g->d, (struct day){day});
}

static struct slice make_past(struct filling *g, const struct item *item)
{
    enum { DAYS = 30 };
    int32_t first = first_of(g, item);
    if (first == INT32_MIN)
        return put_day(g, item, g->m->day.v - 1 - (int32_t)dice_below(&g->dice, DAYS));
    int32_t left = g->f->population->today.v - first;
    return put_day(g, item,
                   first + (int32_t)dice_below(&g->dice, (uint64_t)(left < DAYS ? left : DAYS)));
}

static struct slice make_end(struct filling *g, const struct item *item)
{
    if (item->open_ended && dice_chance(&g->dice, 25))
        return SLICE("2099-12-31");
    int32_t first = first_of(g, item), day = g->m->day.v;
    return put_day(g, item,
                   (first > day ? first : day) + 365 * (1 + (int32_t)dice_below(&g->dice, 5)));
}

static struct slice make_near(struct filling *g, const struct item *item)
{
    int32_t first = first_of(g, item);
    return put_day(g, item,
                   first == INT32_MIN ? g->m->day.v : first + (int32_t)dice_below(&g->dice, 300));
}

/* Days before the theme's own: a decision cannot come before its application. */
static struct slice make_day_before(struct filling *g, const struct item *item, int steps)
{
    return put_day(g, item, g->m->day.v - 10 * steps);
}

/* How many dates lie between this one and the theme's day, by `not_before`; 0: it is none of them.
 */
static int steps_before_day(const struct theme *t, unsigned i)
{
    int steps = 1, at = t->items[t->day_item].not_before;
    for (; at >= 0 && steps <= (int)t->item_count; steps++, at = t->items[at].not_before)
        if (at == (int)i)
            return steps;
    return 0;
}

/* Code sets begin with what is usual: nearly all who are registered exist. */
static uint64_t usual_value(struct filling *g, const struct item *item, const struct maker *m)
{
    enum { AS_EVER_PER_CENT = 88 };
    if (item->role == ROLE_STATUS && (g->m->record == 0 || dice_chance(&g->dice, AS_EVER_PER_CENT)))
        return 0;
    return dice_skewed(&g->dice, m->value_count);
}

/* One value; the kinds of penalty, of which there may be two, were drawn before. */
static struct slice make_values(struct filling *g, const struct item *item, const struct maker *m)
{
    if ((int)item->index != g->f->severity || g->kind_count == 0)
        return value_of(item, m->values[usual_value(g, item, m)]);
    struct draft *d = g->d;
    size_t from = d->used;
    for (unsigned i = 0; i < g->kind_count; i++) {
        if (i)
            draft_join(d, "；", NULL);
        draft_text(d, value_of(item, g->kinds[i]));
    }
    return slice_make(d->memory + from, d->used - from);
}

/* Whether the words of the catalogue make it so grave that it is published in every set of terms.
 */
static bool is_published(const struct filler *f, struct slice kind)
{
    const struct tables *t = f->tables;
    struct slice class = f->theme->severity_default;
    for (size_t i = t->severity_word_count; i > 0; i--)
        if (slice_find(kind, t->severity_words[i - 1].word, 0) >= 0)
            class = t->severity_words[i - 1].class_code;
    return slice_eq(class, SLICE("ordinary")) || slice_eq(class, SLICE("serious"));
}

/* The kinds of penalty of a record, or how grave it is: fines more often than not, now and then two
 * kinds. The first record of a theme is one that is published. */
static void draw_kinds(struct filling *g)
{
    const struct filler *f = g->f;
    g->kind_count = 0;
    if (f->severity < 0)
        return;
    const struct item *item = &f->theme->items[f->severity];
    const struct maker *m = &f->makers[f->severity];
    unsigned first = m->values[dice_below(&g->dice, m->value_count)];
    for (size_t i = 0; i < m->value_count; i++) {
        struct slice kind = value_of(item, m->values[i]);
        bool is_fine = slice_find(kind, SLICE("罚款"), 0) >= 0 && dice_chance(&g->dice, 60);
        bool is_due = g->m->record == 0 && !is_published(f, value_of(item, first));
        if (is_fine || (is_due && is_published(f, kind)))
            first = m->values[i];
    }
    g->kinds[g->kind_count++] = first;
    unsigned other = m->values[dice_below(&g->dice, m->value_count)];
    if (item->type == ITEM_CODES && g->m->record > 0 && other != first && dice_chance(&g->dice, 15))
        g->kinds[g->kind_count++] = other;
}

static struct slice make_sex(struct filling *g, const struct item *item)
{
    enum sex sex = g->m->person.is_male ? SEX_MALE : SEX_FEMALE;
    for (size_t i = 0; item->code_set && i < item->code_set->count; i++)
        if (item->code_set->values[i].sex == sex)
            return item->code_set->values[i].code;
    return (struct slice){NULL, 0};
}

/* What no list knows reads "样例" and the item's name. */
static struct slice make_plain(struct filling *g, const struct item *item)
{
    size_t from = g->d->used;
    draft_join(g->d, "样例", NULL);
    draft_text(g->d, item->zh);
    return slice_make(g->d->memory + from, g->d->used - from);
}

static struct slice make_value(struct filling *g, const struct item *item, const struct maker *m)
{
    const struct matter *matter = g->m;
    struct draft *d = g->d;
    char text[18];
    switch (m->how) {
    case MAKE_NOTHING:
        return (struct slice){NULL, 0};
    case MAKE_SUBJECT_NAME:
        return matter->is_person ? matter->person.name : matter->organisation.name;
    case MAKE_SUBJECT_CODE:
        return slice_make(matter->organisation.code, sizeof matter->organisation.code);
    case MAKE_SUBJECT_PERSON:
    case MAKE_PERSON_NUMBER:
        return slice_make(matter->person.number, sizeof matter->person.number);
    case MAKE_REGISTRATION_NUMBER:
        matter_registration_number(matter, text);
        return draft_text(d, slice_make(text, 15));
    case MAKE_ORGANISATION_CODE:
        matter_organisation_code(matter, text);
        return draft_text(d, slice_make(text, 9));
    case MAKE_TAX_NUMBER:
        return slice_make(matter->organisation.code, sizeof matter->organisation.code);
    case MAKE_CERTIFICATE:
        return make_certificate(g, item);
    case MAKE_COUNTERPART:
        return make_counterpart(g, item);
    case MAKE_PERSON_NAME:
        return matter->person.name;
    case MAKE_DOCUMENT_KIND:
        return d->values[m->follows].n ? SLICE("身份证") : (struct slice){NULL, 0};
    case MAKE_DOCUMENT:
        return make_document(g, item);
    case MAKE_DEPARTMENT_CODE:
        return g->f->department->uscc;
    case MAKE_DEPARTMENT_NAME:
        return g->f->department->zh;
    case MAKE_OTHER_CODE:
    case MAKE_OTHER_NAME:
        return make_other(g, m->how == MAKE_OTHER_CODE);
    case MAKE_CONTACT:
        return make_contact(g, item);
    case MAKE_DISTRICT:
        return make_district(g, item);
    case MAKE_ADDRESS:
        return make_address(g);
    case MAKE_DAY:
        return put_day(g, item, matter->day.v);
    case MAKE_BIRTH:
        return put_day(g, item, matter->person.born.v);
    case MAKE_PAST: {
        int steps = steps_before_day(g->f->theme, item->index);
        return steps ? make_day_before(g, item, steps) : make_past(g, item);
    }
    case MAKE_NEAR:
        return make_near(g, item);
    case MAKE_END:
        return make_end(g, item);
    case MAKE_SEX:
        return make_sex(g, item);
    case MAKE_AMOUNT:
        return make_amount(g, item);
    case MAKE_INTEGER:
        return draft_number(d, 1 + dice_below(&g->dice, 60));
    case MAKE_CAPITAL:
        return make_capital(g);
    case MAKE_NUMBER:
        return make_number(g, item);
    case MAKE_VALUE:
    case MAKE_VALUES:
        return make_values(g, item, m);
    case MAKE_WORDS:
        return m->choices[dice_below(&g->dice, m->choice_count)];
    case MAKE_LICENCE:
        return g->f->has_organisations ? slice_of(g->f->deciding->licence) : SLICE("职业资格证书");
    case MAKE_ALLOWS:
        return slice_of(g->f->deciding->allows);
    case MAKE_ACT:
        return slice_of(g->f->deciding->act);
    case MAKE_LAW:
        return slice_of(g->f->deciding->law);
    case MAKE_FACTS:
        return make_facts(g);
    case MAKE_PENALTY:
        return make_penalty(g);
    case MAKE_PLAIN:
        return make_plain(g, item);
    }
    UNREACHABLE();
}

bool condition_holds(const struct theme *t, const struct condition *c, const struct draft *d)
{
    struct slice v = d->values[c->item];
    bool is_word = t->items[c->item].type != ITEM_CODE;
    for (size_t i = 0; v.n && i < c->any_count; i++)
        if (is_word ? slice_find(v, c->any[i], 0) >= 0 : slice_eq(v, c->any[i]))
            return true;
    return false;
}

void filler_fill(const struct filler *f, const struct matter *m, struct draft *d)
{
    struct filling g = {.f = f, .m = m, .d = d, .dice = m->dice};
    draw_kinds(&g);
    for (size_t k = 0; k < f->theme->item_count; k++) {
        unsigned i = f->order[k];
        const struct item *item = &f->theme->items[i];
        const struct maker *how = &f->makers[i];
        if (!how->is_there || (m->is_person ? how->for_organisation : how->for_person))
            continue;
        if (item->required_when ? !condition_holds(f->theme, item->required_when, d)
                                : how->is_optional && m->record > 0 && how->follows < 0 &&
                                      !dice_chance(&g.dice, FILLED_PER_CENT))
            continue;
        struct slice v = make_value(&g, item, how);
        bool has_length = item->chars_max > 0 && v.n > (size_t)item->chars_max;
        d->values[i] = has_length ? draft_cut(v, item->chars_max) : v;
    }
}

uint64_t filler_record_number(const struct filler *f, uint64_t record)
{
    enum { CITIES = 100000, OF_A_CITY = 10 * 1000 * 1000 };
    return (f->population->seed - 1) % CITIES * OF_A_CITY + record;
}
