/* Natural persons as subjects. Only persons with full civil capacity are credit subjects, and from
 * a younger age those who live on their own labour (Civil Code Art. 17 and 18): the ages are data
 * (tables/ages.yaml). What a finding shows says nothing of the person but that there is one. */
#include "ingest/person.h"

#include "ingest/term.h"

enum { MONTHS_OF_YEAR = 12, DIVISION_DIGITS = 6, SEX_PLACE = 16 };

static const struct item *item_with(const struct judging *j, enum item_role role)
{
    int i = j->theme->role_item[role];
    return i < 0 ? NULL : &j->theme->items[i];
}

static void tell(struct judging *j, enum rule rule, enum item_role role, struct slice hint)
{
    const struct item *item = item_with(j, role);
    if (item)
        sink_item(&j->sink, rule, item, SLICE(""), hint);
    else
        sink_column(&j->sink, rule, SLICE(""), SLICE(""), hint);
}

static void check_agreement(struct judging *j)
{
    const struct cell *sex = judging_role(j, ROLE_SEX), *birth = judging_role(j, ROLE_BIRTH);
    enum sex says = (j->number.number[SEX_PLACE] - '0') % 2 ? SEX_MALE : SEX_FEMALE;
    if (sex && sex->code && sex->code->sex != SEX_NONE && sex->code->sex != says)
        tell(j, RULE_IDNUM_INCONSISTENT, ROLE_SEX, SLICE(""));
    if (birth && birth->day.v != j->number.born.v)
        tell(j, RULE_IDNUM_INCONSISTENT, ROLE_BIRTH, SLICE(""));
}

/* The number of a foreigner's residence card has a country where others have a division. */
static void check_division(struct judging *j)
{
    struct slice six = {j->number.number, DIVISION_DIGITS};
    uint64_t division = 0;
    if (six.p[0] != '9' && slice_u64(six, &division) &&
        !tables_division_known(j->tables, (unsigned)division))
        tell(j, RULE_IDNUM_DIVISION, ROLE_PERSON, six);
}

/* A registration says that somebody is there, so who it is about must be of age now. */
static void check_age(struct judging *j)
{
    const struct cell *birth = judging_role(j, ROLE_BIRTH),
                      *labour = judging_role(j, ROLE_OWN_LABOUR);
    struct day born = j->has_number ? j->number.born : birth ? birth->day : DAY_NONE;
    struct day on = j->theme->is_registration ? j->today : term_day(j);
    bool works = labour && labour->code && labour->code->is_yes;
    int age = works ? j->tables->age_own_labour : j->tables->age_full;
    if (day_is_none(born) || day_is_none(on) || age == 0)
        return;
    if (day_add_months(born, age * MONTHS_OF_YEAR).v > on.v)
        tell(j, RULE_SUBJECT_MINOR, j->has_number ? ROLE_PERSON : ROLE_BIRTH,
             arena_printf(j->scratch, "%d", age));
}

void person_check(struct judging *j)
{
    if (j->kind != SUBJECT_INDIVIDUAL)
        return;
    check_age(j); /* by the day of birth also when the number is missing or wrong */
    if (!j->has_number)
        return;
    check_agreement(j);
    check_division(j);
}
