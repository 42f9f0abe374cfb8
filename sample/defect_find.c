/* Where a mistake can be planted so that it is the only one: what else a rule would then say of the
 * row must be known when it is planted. A broken number of the subject, for instance, leaves only
 * the class that row or theme declare, so it is planted where these say what the subject is. */
#include "base/check.h"
#include "sample/defect.h"

static const struct theme *theme_of(const struct layout *l)
{
    return l->filler->theme;
}

static bool is_there(const struct layout *l, int at)
{
    return at >= 0 && l->filler->makers[at].is_there;
}

static bool identifies_record(const struct theme *t, size_t at)
{
    for (size_t i = 0; i < t->identity_count; i++)
        if (t->identity_items[i] == at)
            return true;
    return false;
}

/* Whether a condition looks at the item, or a sum is told in it. */
static bool is_looked_at(const struct theme *t, size_t at)
{
    for (size_t i = 0; i < t->item_count; i++) {
        const struct item *other = &t->items[i];
        if ((other->required_when && other->required_when->item == at) ||
            other->stated_in == (int)at || other->document_type == (int)at)
            return true;
    }
    for (size_t i = 0; i < t->not_collected_count; i++)
        if (t->not_collected[i].when.item == at)
            return true;
    return false;
}

/* Whether another date must not be earlier than this one. */
static bool is_first_of_two(const struct theme *t, size_t at)
{
    for (size_t i = 0; i < t->item_count; i++)
        if (t->items[i].not_before == (int)at)
            return true;
    return false;
}

typedef bool fits(const struct layout *l, const struct item *item);

/* One of the items that fit, another one in each theme. */
static int choose(const struct layout *l, fits *fit)
{
    const struct theme *t = theme_of(l);
    size_t begin = l->filler->seed % t->item_count;
    for (size_t k = 0; k < t->item_count; k++) {
        size_t i = (begin + k) % t->item_count;
        if (is_there(l, (int)i) && fit(l, &t->items[i]))
            return (int)i;
    }
    return DEFECT_NOWHERE;
}

static int role(const struct layout *l, enum item_role r)
{
    int at = theme_of(l)->role_item[r];
    return is_there(l, at) ? at : DEFECT_NOWHERE;
}

/* ---- the subject ---- */

/* Without its number the subject is an organisation, or a person, as the row or the theme says. */
static bool is_declared(const struct layout *l, bool is_person)
{
    return role(l, ROLE_COUNTERPART) >= 0 ||
           (theme_of(l)->counterpart == SUBJECT_INDIVIDUAL) == is_person;
}

int find_subject_code(const struct layout *l)
{
    return l->filler->has_organisations && is_declared(l, false) ? role(l, ROLE_USCC)
                                                                 : DEFECT_NOWHERE;
}

int find_subject_code_due(const struct layout *l)
{
    int at = find_subject_code(l);
    if (at < 0)
        return at;
    enum required r = theme_of(l)->items[at].required;
    return r == REQUIRED_YES || r == REQUIRED_ORGANISATION ? at : DEFECT_NOWHERE;
}

/* A class of organisations that the theme does not list, and there is no registry to have it. */
int find_subject_code_free(const struct layout *l)
{
    const struct theme *t = theme_of(l);
    bool lists_all = t->kinds & 1 << SUBJECT_GOVERNMENT;
    return lists_all || t->is_registration ? DEFECT_NOWHERE : find_subject_code(l);
}

int find_registration_instead(const struct layout *l)
{
    int code = find_subject_code(l), number = role(l, ROLE_REGISTRATION);
    if (code < 0 || number < 0 || theme_of(l)->items[code].required == REQUIRED_YES ||
        theme_of(l)->items[code].required == REQUIRED_SHOULD ||
        identifies_record(theme_of(l), (size_t)code))
        return DEFECT_NOWHERE;
    return number;
}

int find_subject_person(const struct layout *l)
{
    return l->filler->has_persons && is_declared(l, true) ? role(l, ROLE_PERSON) : DEFECT_NOWHERE;
}

int find_subject_person_due(const struct layout *l)
{
    int at = find_subject_person(l);
    if (at < 0)
        return at;
    enum required r = theme_of(l)->items[at].required;
    return r == REQUIRED_YES || r == REQUIRED_PERSON ? at : DEFECT_NOWHERE;
}

/* ---- other numbers ---- */

static bool is_other_person(const struct layout *l, const struct item *item)
{
    (void)l;
    return item->type == ITEM_PERSON_ID && item->role != ROLE_PERSON;
}
int find_other_person(const struct layout *l)
{
    return choose(l, is_other_person);
}

static bool is_other_code(const struct layout *l, const struct item *item)
{
    (void)l;
    return item->type == ITEM_USCC && item->role != ROLE_USCC;
}
int find_other_code(const struct layout *l)
{
    return choose(l, is_other_code);
}

static bool is_organisation_code(const struct layout *l, const struct item *item)
{
    return item->type == ITEM_ORGCODE && !identifies_record(theme_of(l), item->index);
}
int find_organisation_code(const struct layout *l)
{
    return find_subject_code(l) < 0 ? DEFECT_NOWHERE : choose(l, is_organisation_code);
}

static bool is_registration_number(const struct layout *l, const struct item *item)
{
    return item->type == ITEM_REGNO && !identifies_record(theme_of(l), item->index);
}
int find_registration_number(const struct layout *l)
{
    return choose(l, is_registration_number);
}

/* ---- items ---- */

static bool is_plain_text(const struct layout *l, const struct item *item)
{
    return item->type == ITEM_TEXT && item->role == ROLE_NONE && !item->required_when &&
           !identifies_record(theme_of(l), item->index) && !is_looked_at(theme_of(l), item->index);
}

/* A former format may do without what is required today. */
static bool is_due(const struct layout *l, const struct item *item)
{
    return item->required == REQUIRED_YES && !(l->is_former && l->former->is_without[item->index]);
}

static bool is_due_text(const struct layout *l, const struct item *item)
{
    return is_plain_text(l, item) && is_due(l, item);
}
int find_due_text(const struct layout *l)
{
    return choose(l, is_due_text);
}

static bool is_optional_text(const struct layout *l, const struct item *item)
{
    return is_plain_text(l, item) && item->required == REQUIRED_NO;
}
int find_optional_text(const struct layout *l)
{
    return choose(l, is_optional_text);
}

enum { ROOMY_CHARS = 100, SHORT_CHARS = 500 };

static bool is_roomy_text(const struct layout *l, const struct item *item)
{
    return is_plain_text(l, item) && item->chars_max >= ROOMY_CHARS &&
           (item->required == REQUIRED_YES || item->required == REQUIRED_NO);
}
int find_text(const struct layout *l)
{
    return choose(l, is_roomy_text);
}

static bool is_short_text(const struct layout *l, const struct item *item)
{
    return is_plain_text(l, item) && item->chars_max <= SHORT_CHARS;
}
int find_short_text(const struct layout *l)
{
    return choose(l, is_short_text);
}

int find_due_name(const struct layout *l)
{
    int at = role(l, ROLE_NAME);
    return at >= 0 && is_due(l, &theme_of(l)->items[at]) ? at : DEFECT_NOWHERE;
}

int find_name_elsewhere(const struct layout *l)
{
    return theme_of(l)->is_registration ? DEFECT_NOWHERE : find_due_name(l);
}

static bool is_should(const struct layout *l, const struct item *item)
{
    (void)l;
    return item->required == REQUIRED_SHOULD;
}
int find_should(const struct layout *l)
{
    return choose(l, is_should);
}

static bool is_code(const struct layout *l, const struct item *item)
{
    return (item->type == ITEM_CODE || item->type == ITEM_CODES) &&
           item->role != ROLE_COUNTERPART && item->role != ROLE_OWN_LABOUR &&
           l->filler->makers[item->index].how != MAKE_DOCUMENT_KIND &&
           !is_looked_at(theme_of(l), item->index) && !item->required_when;
}
int find_code(const struct layout *l)
{
    return choose(l, is_code);
}

int find_day(const struct layout *l)
{
    return theme_of(l)->day_item;
}

/* What has happened, and nothing must come behind it. */
static bool is_past(const struct layout *l, const struct item *item)
{
    return item->happened && item->role != ROLE_BIRTH && !is_first_of_two(theme_of(l), item->index);
}
int find_past(const struct layout *l)
{
    return choose(l, is_past);
}

/* The day comes first: an end before it. */
static bool is_ordered(const struct layout *l, const struct item *item)
{
    const struct theme *t = theme_of(l);
    return item->not_before >= 0 && is_there(l, item->not_before) &&
           t->items[item->not_before].required == REQUIRED_YES &&
           !is_first_of_two(t, (size_t)item->index);
}
int find_ordered(const struct layout *l)
{
    return choose(l, is_ordered);
}

static bool is_optional_day(const struct layout *l, const struct item *item)
{
    return item->type == ITEM_DATE && item->required == REQUIRED_NO && !item->open_ended &&
           item->role == ROLE_NONE && !item->required_when &&
           !is_first_of_two(theme_of(l), item->index);
}
int find_optional_day(const struct layout *l)
{
    return choose(l, is_optional_day);
}

static bool is_open_day(const struct layout *l, const struct item *item)
{
    return item->open_ended && item->role == ROLE_NONE &&
           !is_first_of_two(theme_of(l), item->index);
}
int find_open_day(const struct layout *l)
{
    return choose(l, is_open_day);
}

static bool is_amount(const struct layout *l, const struct item *item)
{
    return item->type == ITEM_AMOUNT && item->stated_in < 0 &&
           !identifies_record(theme_of(l), item->index) && !is_looked_at(theme_of(l), item->index);
}
int find_amount(const struct layout *l)
{
    return choose(l, is_amount);
}

static bool is_integer(const struct layout *l, const struct item *item)
{
    return item->type == ITEM_INTEGER && !identifies_record(theme_of(l), item->index);
}
int find_integer(const struct layout *l)
{
    return choose(l, is_integer);
}

/* ---- rows ---- */

int find_row(const struct layout *l)
{
    (void)l;
    return DEFECT_ROW;
}

int find_csv(const struct layout *l)
{
    return l->is_ndjson ? DEFECT_NOWHERE : DEFECT_ROW;
}

int find_ndjson(const struct layout *l)
{
    return l->is_ndjson ? DEFECT_ROW : DEFECT_NOWHERE;
}

int find_foreign(const struct layout *l)
{
    return l->has_foreign ? DEFECT_ROW : DEFECT_NOWHERE;
}

int find_forbidden(const struct layout *l)
{
    return l->has_forbidden ? DEFECT_ROW : DEFECT_NOWHERE;
}

int find_id(const struct layout *l)
{
    return l->has_id ? DEFECT_ROW : DEFECT_NOWHERE;
}

int find_record_id(const struct layout *l)
{
    return theme_of(l)->identity == IDENTITY_RECORD_ID ? DEFECT_ROW : DEFECT_NOWHERE;
}

int find_version(const struct layout *l)
{
    return l->has_version || l->has_time ? DEFECT_ROW : DEFECT_NOWHERE;
}

int find_op(const struct layout *l)
{
    return l->has_op ? DEFECT_ROW : DEFECT_NOWHERE;
}

/* ---- what several items say together ---- */

static bool is_due_when(const struct layout *l, const struct item *item)
{
    return item->required_when && item->required == REQUIRED_NO &&
           is_there(l, (int)item->required_when->item) && item->role == ROLE_NONE &&
           !is_looked_at(theme_of(l), item->index) && item->document_type < 0;
}
int find_when(const struct layout *l)
{
    return choose(l, is_due_when);
}

/* Of persons or of everybody; the defect is planted in rows of persons. */
int find_not_collected(const struct layout *l)
{
    const struct theme *t = theme_of(l);
    for (size_t i = 0; i < t->not_collected_count; i++)
        if (t->not_collected[i].subject != WHOM_ORGANISATION &&
            is_there(l, (int)t->not_collected[i].when.item))
            return (int)t->not_collected[i].when.item;
    return DEFECT_NOWHERE;
}

int find_partner(const struct layout *l)
{
    return l->partner ? DEFECT_ROW : DEFECT_NOWHERE;
}

static bool is_stated(const struct layout *l, const struct item *item)
{
    return item->type == ITEM_AMOUNT && item->stated_in >= 0 && is_there(l, item->stated_in) &&
           slice_eq(item->unit, SLICE("万元"));
}
int find_stated_amount(const struct layout *l)
{
    return choose(l, is_stated);
}

int find_sex(const struct layout *l)
{
    return role(l, ROLE_SEX);
}

int find_birth(const struct layout *l)
{
    return role(l, ROLE_BIRTH);
}

/* The theme's day is compared with nothing, and counts: a registration asks for the age of today.
 */
int find_day_alone(const struct layout *l)
{
    const struct theme *t = theme_of(l);
    bool is_alone = t->items[t->day_item].not_before < 0 && !t->is_registration;
    return l->filler->has_persons && is_alone ? t->day_item : DEFECT_NOWHERE;
}

int find_authority_name(const struct layout *l)
{
    return role(l, ROLE_AUTHORITY_NAME);
}

int find_district(const struct layout *l)
{
    int at = role(l, ROLE_DISTRICT);
    return at >= 0 && theme_of(l)->items[at].type == ITEM_TEXT ? at : DEFECT_NOWHERE;
}

/* A text, else an amount or a number that means nothing for the rest of the row. */
static bool is_changeable_number(const struct layout *l, const struct item *item)
{
    return (is_amount(l, item) || is_integer(l, item)) && !item->required_when;
}
int find_changeable(const struct layout *l)
{
    int at = choose(l, is_roomy_text);
    return at >= 0 ? at : choose(l, is_changeable_number);
}
