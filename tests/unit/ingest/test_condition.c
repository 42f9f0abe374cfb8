/* What hangs on the value of another item. */
#include "tests/support/trial.h"
#include "tests/unit/ingest/decision.h"

TEST(an_item_is_required_when_another_has_one_of_the_values)
{
    DECIDE(t);
    expect_clean(t);
    trial_set(t, "FINE", NULL);
    const struct finding *f = expect_told(t, RULE_ITEM_MISSING_WHEN, "FINE");
    EXPECT_SLICE(f->hint, "处罚种类：罚款");
    trial_set(t, "FINE", "暂无");
    expect_told(t, RULE_ITEM_MISSING_WHEN, "FINE");
    /* Among several, and by another word. */
    trial_set(t, "KIND", "警告；罚金");
    expect_told(t, RULE_ITEM_MISSING_WHEN, "FINE");
    trial_set(t, "KIND", "警告");
    EXPECT(!trial_finding(t, RULE_ITEM_MISSING_WHEN));
}

TEST(a_word_anywhere_in_a_text_is_enough)
{
    DECIDE(t);
    trial_set(t, "CONTENT", "罚款人民币2000元，并暂扣许可证");
    EXPECT_SLICE(expect_told(t, RULE_ITEM_MISSING_WHEN, "LICENCE")->hint, "内容：暂扣");
    trial_set(t, "LICENCE", "许可证1号");
    expect_clean(t);
}

TEST(a_condition_whose_item_is_missing_or_wrong_requires_nothing)
{
    DECIDE(t);
    trial_set(t, "FINE", NULL);
    trial_set(t, "KIND", "死刑");
    EXPECT(trial_finding(t, RULE_CODE_UNKNOWN) && !trial_finding(t, RULE_ITEM_MISSING_WHEN));
    trial_set(t, "KIND", NULL);
    EXPECT(trial_finding(t, RULE_ITEM_MISSING) && !trial_finding(t, RULE_ITEM_MISSING_WHEN));
}

TEST(a_wrong_value_is_not_told_as_missing_too)
{
    DECIDE(t);
    trial_set(t, "FINE", "两千");
    EXPECT(trial_finding(t, RULE_AMOUNT_INVALID) && !trial_finding(t, RULE_ITEM_MISSING_WHEN));
}

TEST(a_revoke_needs_nothing_that_a_condition_asks_for)
{
    DECIDE(t);
    trial_set(t, "_op", "revoke");
    trial_set(t, "FINE", NULL);
    trial_set(t, "PROCEDURE", "内部");
    expect_clean(t);
}

TEST(a_row_that_may_not_be_collected_is_rejected_with_the_law)
{
    DECIDE(t);
    trial_set(t, "FACTS", "占道经营，系轻微违法");
    EXPECT_SLICE(expect_told(t, RULE_ROW_NOT_COLLECTED, "FACTS")->hint, "某条例第九条");
    EXPECT(trial_judge(t)->is_forbidden);
    trial_set(t, "FACTS", "占道经营");
    expect_clean(t);
}

TEST(what_may_not_be_collected_can_hang_on_who_it_is_about)
{
    DECIDE_OF(person, "440106185001010016");
    trial_set(person, "PROCEDURE", "简易");
    EXPECT_SLICE(expect_told(person, RULE_ROW_NOT_COLLECTED, "PROCEDURE")->hint, "某条例第十三条");
    trial_set(person, "PROCEDURE", "内部");
    expect_clean(person);
    trial_set(person, "PROCEDURE", "普通");
    expect_clean(person);

    DECIDE(firm);
    trial_set(firm, "PROCEDURE", "简易");
    expect_clean(firm);
    trial_set(firm, "PROCEDURE", "内部");
    EXPECT_SLICE(expect_told(firm, RULE_ROW_NOT_COLLECTED, "PROCEDURE")->hint, "某条例第十条");
}

TEST(a_column_that_may_not_be_collected_keeps_the_row_out)
{
    DECIDE(t);
    trial_set(t, "户主宗教 信仰", "某教");
    EXPECT_SLICE(expect_told(t, RULE_ITEM_FORBIDDEN, "户主宗教 信仰")->hint, "某法第十四条");
    EXPECT(!trial_finding(t, RULE_ITEM_UNKNOWN));
    trial_set(t, "户主宗教 信仰", "/");
    expect_clean(t);
    trial_set(t, "疾病预防机构", "某中心");
    expect_told(t, RULE_ITEM_UNKNOWN, "疾病预防机构");
}

TEST(some_columns_may_not_be_collected_of_persons_only)
{
    DECIDE(firm);
    trial_set(firm, "银行存款", "100");
    expect_told(firm, RULE_ITEM_UNKNOWN, "银行存款");
    DECIDE_OF(person, "440106185001010016");
    trial_set(person, "银行存款", "100");
    expect_told(person, RULE_ITEM_FORBIDDEN, "银行存款");
    /* A revoke stores nothing of it and must not fail. */
    trial_set(person, "_op", "revoke");
    expect_told(person, RULE_ITEM_UNKNOWN, "银行存款");
}
