/* Rules: their numbers and ids are published and stay, and each says in two languages what to do.
 */
#include <stdio.h>
#include <stdlib.h>

#include "record/rule.h"
#include "tests/support/test.h"

enum { NUMBERS = 128 };

static const char *severity_name(enum severity s)
{
    switch (s) {
    case SEVERITY_REJECT:
        return "reject";
    case SEVERITY_WARN:
        return "warn";
    case SEVERITY_NOTE:
        return "note";
    }
    return "";
}

TEST(numbers_ids_and_severities_are_those_that_were_published)
{
    FILE *f = fopen(test_source("tests/data/rules.txt"), "r");
    EXPECT(f != NULL);
    char line[200], id[100], severity[20];
    unsigned number, listed = 0, known = 0;
    while (fgets(line, sizeof line, f)) {
        if (line[0] == '#')
            continue;
        EXPECT_EQ(sscanf(line, "%u %99s %19s", &number, id, severity), 3);
        listed++;
        if (strcmp(severity, "retired") == 0) {
            EXPECT(!rule_is_known(number));
            continue;
        }
        known++;
        EXPECT_STR(rule_id((enum rule)number), id);
        EXPECT_STR(severity_name(rule_severity((enum rule)number)), severity);
    }
    fclose(f);
    EXPECT(listed >= 46);
    for (unsigned i = 0; i < NUMBERS; i++)
        known -= rule_is_known(i);
    EXPECT_EQ(known, 0);
}

TEST(every_id_is_given_once)
{
    for (unsigned i = 1; i < NUMBERS; i++)
        for (unsigned k = 1; k < i; k++)
            if (rule_is_known(i) && rule_is_known(k) &&
                strcmp(rule_id((enum rule)i), rule_id((enum rule)k)) == 0)
                FAIL("%u and %u are both %s", k, i, rule_id((enum rule)i));
}

TEST(a_number_of_a_newer_program_is_no_rule)
{
    EXPECT(!rule_is_known(0));
    EXPECT(!rule_is_known(NUMBERS));
    EXPECT(!rule_is_known(4000000000u));
    EXPECT_STR(rule_id((enum rule)NUMBERS), "");
    EXPECT_STR(rule_law(RULE_NONE), "");
    EXPECT_EQ(rule_severity((enum rule)NUMBERS), SEVERITY_NOTE);
    AUTO_BUF(b, 1000);
    rule_remedy((enum rule)NUMBERS, SLICE("x"), &b);
    EXPECT_EQ(b.n, 0);
}

static bool has_han(struct slice s)
{
    for (size_t i = 0; i < s.n;) {
        uint32_t c = utf8_next(s, &i);
        if (c >= 0x4E00 && c <= 0x9FFF)
            return true;
    }
    return false;
}

/* Chinese first, then English, and no gap left open. */
TEST(every_remedy_is_in_both_languages_and_takes_its_hint)
{
    AUTO_BUF(b, 4000);
    for (unsigned i = 1; i < NUMBERS; i++) {
        if (!rule_is_known(i))
            continue;
        buf_clear(&b);
        rule_remedy((enum rule)i, SLICE("HINT"), &b);
        struct slice text = buf_slice(&b);
        ptrdiff_t middle = slice_find(text, SLICE("。 "), 0);
        if (b.err || middle < 0 || slice_find(text, SLICE("{}"), 0) >= 0)
            FAIL("%s: %.*s", rule_id((enum rule)i), FMT_SLICE(text));
        struct slice zh = {text.p, (size_t)middle}, en = slice_from(text, (size_t)middle + 3);
        bool zh_hint = slice_find(zh, SLICE("HINT"), 0) >= 0;
        bool en_hint = slice_find(en, SLICE("HINT"), 0) >= 0;
        if (!has_han(zh) || has_han(en) || !slice_ends(en, SLICE(".")) || zh_hint != en_hint)
            FAIL("%s: %.*s", rule_id((enum rule)i), FMT_SLICE(text));
    }
}

TEST(a_remedy_names_what_would_be_right)
{
    AUTO_BUF(b, 4000);
    rule_remedy(RULE_USCC_CHECK, SLICE("8"), &b);
    EXPECT_SLICE(buf_slice(&b),
                 "校验码不符：按前 17 位应为 8；请与登记机关核实后更正。 The check character is "
                 "wrong: the first 17 would need 8; confirm with the registry and correct it.");
    EXPECT_STR(rule_law(RULE_USCC_CHECK), "GB 32100-2015");
    /* A hint is put in as it is, even if it looks like a gap itself. */
    buf_clear(&b);
    rule_remedy(RULE_CODE_UNKNOWN, SLICE("{}"), &b);
    EXPECT(slice_find(buf_slice(&b), SLICE("（{}）"), 0) >= 0);
}

static void add(struct findings *f, enum rule r, int times)
{
    for (int i = 0; i < times; i++)
        findings_add(f, (struct finding){.rule = r});
}

TEST(findings_say_what_they_hold)
{
    struct findings f = {0};
    EXPECT(!findings_rejects(&f) && !findings_warns(&f));
    add(&f, RULE_USCC_DIVISION, 1);
    EXPECT(!findings_rejects(&f) && !findings_warns(&f));
    add(&f, RULE_USCC_CLASS, 1);
    EXPECT(!findings_rejects(&f) && findings_warns(&f));
    add(&f, RULE_USCC_CHECK, 1);
    EXPECT(findings_rejects(&f) && findings_warns(&f));
    EXPECT_EQ(f.count, 3);
    EXPECT_EQ(f.more, 0);
}

TEST(a_worse_finding_takes_the_place_of_a_lesser_one_when_there_is_no_room)
{
    struct findings f = {0};
    add(&f, RULE_USCC_CLASS, FINDINGS_MAX - 1);
    add(&f, RULE_USCC_DIVISION, 1);
    add(&f, RULE_USCC_DIVISION, 5);
    EXPECT_EQ(f.more, 5);
    EXPECT_EQ(f.list[FINDINGS_MAX - 1].rule, RULE_USCC_DIVISION);
    add(&f, RULE_USCC_INNER_CHECK, 1);
    EXPECT_EQ(f.list[FINDINGS_MAX - 1].rule, RULE_USCC_INNER_CHECK);
    EXPECT(!findings_rejects(&f));
    add(&f, RULE_USCC_CHECK, 1);
    EXPECT(findings_rejects(&f) && findings_warns(&f));
    EXPECT_EQ(f.count, FINDINGS_MAX);
    EXPECT_EQ(f.more, 7);
    add(&f, RULE_USCC_CHECK, FINDINGS_MAX);
    EXPECT(!findings_warns(&f));
    add(&f, RULE_USCC_LENGTH, 1);
    EXPECT_EQ(f.list[FINDINGS_MAX - 1].rule, RULE_USCC_CHECK);
}

TEST(only_what_may_not_be_collected_may_not_be_kept)
{
    EXPECT(rule_forbids_keeping(RULE_ROW_NOT_COLLECTED));
    EXPECT(rule_forbids_keeping(RULE_SUBJECT_MINOR));
    EXPECT(rule_forbids_keeping(RULE_ITEM_FORBIDDEN));
    EXPECT(!rule_forbids_keeping(RULE_ITEM_MISSING) && !rule_forbids_keeping(RULE_ITEM_UNKNOWN));
}
