/* Natural persons as subjects. Their numbers are of the synthetic range, so who is young here was
 * born and is judged in the nineteenth century. */
#include "tests/support/trial.h"
#include "tests/unit/ingest/decision.h"

/* Born on 1850-01-01, a man. */
static const char MAN[] = "440106185001010016";

TEST(a_person_is_of_age_on_the_day_of_the_record_or_is_no_subject)
{
    DECIDE_OF(t, MAN);
    expect_clean(t);
    trial_set(t, "DAY", "1868-01-01");
    expect_clean(t);
    trial_set(t, "DAY", "1867-12-31");
    EXPECT_SLICE(expect_told(t, RULE_SUBJECT_MINOR, "PERSON")->hint, "18");
    EXPECT_EQ(trial_finding(t, RULE_SUBJECT_MINOR)->value.n, 0);
    trial_set(t, "_op", "revoke");
    expect_clean(t);
}

TEST(from_sixteen_on_who_lives_on_own_labour_is_a_subject)
{
    DECIDE_OF(t, MAN);
    trial_set(t, "DAY", "1866-01-01");
    expect_told(t, RULE_SUBJECT_MINOR, "PERSON");
    trial_set(t, "WORKS", "否");
    expect_told(t, RULE_SUBJECT_MINOR, "PERSON");
    trial_set(t, "WORKS", "是");
    expect_clean(t);
    trial_set(t, "DAY", "1865-12-31");
    EXPECT_SLICE(expect_told(t, RULE_SUBJECT_MINOR, "PERSON")->hint, "16");
}

TEST(of_another_document_the_birth_date_says_the_age)
{
    DECIDE_OF(t, "E1234567");
    trial_set(t, "PAPER", "护照");
    trial_set(t, "DAY", "2024-03-05");
    trial_set(t, "BIRTH", "2006-03-05");
    expect_clean(t);
    trial_set(t, "BIRTH", "2006-03-06");
    expect_told(t, RULE_SUBJECT_MINOR, "BIRTH");
    trial_set(t, "BIRTH", NULL);
    expect_clean(t);
}

TEST(an_organisation_has_no_age)
{
    DECIDE(t);
    trial_set(t, "BIRTH", "2020-01-01");
    trial_set(t, "SEX", "女");
    expect_clean(t);
}

TEST(sex_and_birth_date_agree_with_the_number)
{
    DECIDE_OF(t, MAN);
    trial_set(t, "SEX", "男");
    trial_set(t, "BIRTH", "1850-01-01");
    expect_clean(t);
    trial_set(t, "SEX", "未知");
    expect_clean(t);
    trial_set(t, "SEX", "女");
    EXPECT_EQ(expect_told(t, RULE_IDNUM_INCONSISTENT, "SEX")->value.n, 0);
    trial_set(t, "SEX", NULL);
    trial_set(t, "BIRTH", "1850-01-02");
    EXPECT_EQ(expect_told(t, RULE_IDNUM_INCONSISTENT, "BIRTH")->value.n, 0);
    /* A woman's number. */
    trial_set(t, "PERSON", "440106185202290026");
    trial_set(t, "BIRTH", "1852-02-29");
    trial_set(t, "SEX", "女");
    expect_clean(t);
    trial_set(t, "SEX", "男");
    expect_told(t, RULE_IDNUM_INCONSISTENT, "SEX");
}

TEST(a_division_in_no_table_is_noted)
{
    DECIDE_OF(t, "810000185001010011");
    expect_clean(t);
    trial_set(t, "PERSON", "820000185001010021");
    const struct finding *f = expect_told(t, RULE_IDNUM_DIVISION, "PERSON");
    EXPECT_SLICE(f->hint, "820000");
    EXPECT_EQ(f->value.n, 0);
}
