/* An amount and the sum that the text of the row states. */
#include "tests/support/trial.h"
#include "tests/unit/ingest/decision.h"

struct stated_case {
    const char *content, *fine;
    const char *right; /* NULL: nothing is told */
};

TEST(an_amount_in_another_unit_than_its_items_is_told_with_the_right_number)
{
    static const struct stated_case cases[] = {
        {"罚款人民币2000元", "0.2", NULL},
        {"罚款人民币2000元", "2000", "0.2"},
        {"罚款人民币2000元", "2,000.00", "0.2"},
        {"罚款2,000元", "2000", "0.2"},
        {"处以贰仟元整罚款", "2000", "0.2"},
        {"罚款0.2万元", "2000", "0.2"},
        {"罚款0.2万元", "0.2", NULL},
        {"罚款3.5亿元", "3.5", "35000"},
        {"罚款12345.6元", "12345.6", "1.23456"},
        {"没收违法所得300元，罚款5000元", "0.5", NULL},
        {"没收违法所得300元，罚款5000元", "5000", "0.5"},
        /* One sum is right, so nothing is certain. */
        {"罚款2000元，累计2000万元", "2000", NULL},
        /* Another number altogether, or no sum at all. */
        {"罚款2000元", "3", NULL},
        {"罚款，金额见附件", "2000", NULL},
        {"依据第2000条", "2000", NULL},
        {"罚款0元", "0", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        DECIDE(t);
        trial_set(t, "CONTENT", cases[i].content);
        trial_set(t, "FINE", cases[i].fine);
        const struct finding *f = trial_finding(t, RULE_AMOUNT_UNIT);
        if (!f != !cases[i].right)
            FAIL("%s for %s: %s", cases[i].fine, cases[i].content, f ? "told" : "not told");
        if (f)
            EXPECT_SAME(f->hint, slice_of(cases[i].right));
        EXPECT(!trial_judge(t)->rejected);
    }
}

TEST(the_amount_is_stored_as_it_came)
{
    DECIDE(t);
    trial_set(t, "FINE", "2000");
    expect_told(t, RULE_AMOUNT_UNIT, "FINE");
    EXPECT_SLICE(trial_item(t, "FINE"), "2000");
}
