/* Rows before the judge: each rule with a row that keeps it and one that breaks it, and whom, what
 * and which version a row is about. Codes and numbers are those of synthetic bodies and persons. */
#include "base/text.h"
#include "ingest/judge.h"
#include "tests/support/test.h"
#include "tests/support/theme.h"
#include "tests/support/trial.h"

#define TRIAL(name, theme) AUTO(trial_close) struct trial *name = trial_open(theme)

/* A value that a rule lets pass and one that it does not, in a row that is good otherwise. */
struct rule_case {
    enum rule rule;
    const char *theme, *column, *keeps, *breaks;
};
static const struct rule_case rule_cases[] = {
    {RULE_TEXT_DAMAGED, "penalty", "CF_XDR_MC", "某某公司", "某\xEF\xBF\xBD公司"},
    {RULE_TEXT_DAMAGED, "penalty", "CF_WSH", "穗〔2024〕1号",
     "穗\xEF\xBF\xBD"
     "1号"},
    {RULE_TEXT_DAMAGED, "memo", "_id", "m-1", "m\xEF\xBF\xBD"},
    {RULE_TEXT_DAMAGED_ELSEWHERE, "penalty", "CF_SY", "内容", "内\xEF\xBF\xBD"},
    {RULE_TEXT_CONTROLS, "penalty", "CF_SY", "内\t容", "内\x01容"},
    {RULE_TEXT_LENGTH, "penalty", "CF_XDR_ZZJG", "D2143569X", NULL},
    {RULE_ITEM_MISSING, "penalty", "CF_SY", "内容", NULL},
    {RULE_ITEM_MISSING, "penalty", "CF_SY", "内容", "暂无"},
    {RULE_ITEM_MISSING, "registration", "NAME", "某某公司", "/"},
    {RULE_ITEM_MISSING, "registration", "REGDATE", "2003-05-06", "1900-01-01"},
    {RULE_ITEM_UNKNOWN, "penalty", "何物", "", "值"},
    {RULE_CONDITIONAL_MISSING, "penalty", "CF_FRDB", "某某", NULL},
    {RULE_CODE_UNKNOWN, "penalty", "CF_XDR_LB", "个体工商户", "其他"},
    {RULE_DATE_INVALID, "penalty", "CF_JDRQ", "2024-02-29", "2023-02-29"},
    {RULE_DATE_FUTURE, "penalty", "CF_JDRQ", "2024-06-01", "2024-06-02"},
    {RULE_DATE_ORDER, "penalty", "CF_YXQ", "2024-03-05", "2024-03-04"},
    {RULE_AMOUNT_INVALID, "penalty", "CF_NR_FK", "1,000.5", "壹仟"},
    {RULE_NUMBER_INVALID, "penalty", "CF_CS", "3", "3.5"},
    {RULE_USCC_MISSING, "registration", "CODE", "91440106YY00000288", NULL},
    {RULE_USCC_MISSING, "penalty", "CF_XDR_SHXYM", "91440106YY00000288", "N/A"},
    {RULE_USCC_LENGTH, "registration", "CODE", "91440106YY00000288", "91440106YY0000028"},
    {RULE_USCC_ALPHABET, "registration", "CODE", "91440106YY00000288", "91440106YY0000O288"},
    {RULE_USCC_CHECK, "registration", "CODE", "91440106YY00102340", "91440106YY00102341"},
    {RULE_USCC_PLACEHOLDER, "registration", "CODE", "91440106YY00000288", "XXXXXXXXXXXXXXXXXX"},
    {RULE_USCC_INNER_CHECK, "registration", "CODE", "914403001922038216", "914403001922038203"},
    {RULE_USCC_CLASS, "penalty", "CF_XDR_SHXYM", "52440106YY0000044Y", "81440106YY000001X9"},
    {RULE_USCC_DIVISION, "penalty", "CF_XDR_SHXYM", "914403001922038216", "911100001000044477"},
    {RULE_USCC_IS_REGISTRATION, "registration", "CODE", "91440106YY00000288", "440301103097413"},
    {RULE_USCC_IS_ORGANISATION, "registration", "CODE", "91440106YY00000288", "D2143569X"},
    {RULE_USCC_IS_PERSON, "registration", "CODE", "91440106YY00000288", "440106185001010016"},
    {RULE_SUBJECT_MISSING, "memo", "M_CODE", "91440106YY00000288", NULL},
    {RULE_SUBJECT_CLASS, "registration", "CODE", "92440106YY00000360", "12440106YY0000028D"},
    {RULE_ORGCODE_INVALID, "penalty", "CF_XDR_ZZJG", "D2143569-X", "D2143569-1"},
    {RULE_REGNO_CHECK, "penalty", "CF_XDR_GSZC", "440301103097413", "100000000003962"},
    {RULE_ITEM_MASKED, "penalty", "CF_FR_ZJHM", "440106185001010016", "440106********0016"},
    {RULE_CONTACT_MASKED, "penalty", "CF_LXDH", "020-12345678", "138****0000"},
    {RULE_IDENTITY_PERSON, "memo", "_id", "440106-1", "440106185001010016"},
    {RULE_IDENTITY_PERSON, "penalty", "_id", "440106", "４４０１０６１８５００１０１００１６"},
    {RULE_IDENTITY_MISSING, "memo", "_id", "m-1", NULL},
    {RULE_IDENTITY_MISSING, "memo", "_id", "m-1", "NULL"},
    {RULE_VERSION_INVALID, "penalty", "_version", "0", "-1"},
    {RULE_VERSION_INVALID, "penalty", "_version", "9223372036854775807", "9223372036854775808"},
    {RULE_VERSION_INVALID, "penalty", "_version", "１２", "1.5"},
    {RULE_VERSION_INVALID, "penalty", "_time", "2024-05-05 10:11:12", "2024-05-35"},
    {RULE_VERSION_INVALID, "penalty", "_time", "1714876272000", "1969-01-01"},
    {RULE_OP_UNKNOWN, "penalty", "_op", "change", "delete"},
    {RULE_NUMBER_ROUNDED, "registration", "CODE", "91440106YY00000288", "9.14403E+17"},
    {RULE_NUMBER_ROUNDED, "penalty", "CF_WSH", "9.14403E17", "9.14403001922038E+017"},
    {RULE_NUMBER_ROUNDED, "memo", "_id", "1E12", "1E+12"},
    {RULE_CELL_ERROR, "penalty", "BZ", "内容 #REF!", "#REF!"},
    {RULE_CELL_ERROR, "penalty", "BZ", "#1", "#N/A"},
};

TEST(each_rule_lets_the_right_value_pass_and_tells_of_the_wrong_one)
{
    for (size_t i = 0; i < ARRAY_LEN(rule_cases); i++) {
        const struct rule_case *c = &rule_cases[i];
        TRIAL(t, c->theme);
        trial_set(t, c->column, c->keeps);
        if (trial_finding(t, c->rule))
            FAIL("%s is told of %s", rule_id(c->rule), c->keeps);
        if (trial_judge(t)->rejected)
            FAIL("%s: %s is rejected by %s", c->column, c->keeps,
                 rule_id(trial_judge(t)->findings->list[0].rule));
        if (c->rule == RULE_TEXT_LENGTH)
            continue;
        trial_set(t, c->column, c->breaks);
        if (!trial_finding(t, c->rule))
            FAIL("%s is not told of %s", rule_id(c->rule), c->breaks ? c->breaks : "nothing");
        EXPECT_EQ(trial_judge(t)->rejected, rule_severity(c->rule) == SEVERITY_REJECT);
    }
}

TEST(a_text_may_be_as_long_as_its_item_says)
{
    TRIAL(t, "memo");
    AUTO_BUF(text, 1000);
    for (int i = 0; i < 100; i++)
        buf_add_slice(&text, SLICE("字"));
    trial_set_slice(t, "M_TEXT", buf_slice(&text));
    EXPECT(!trial_finding(t, RULE_TEXT_LENGTH));
    buf_add_slice(&text, SLICE("字"));
    trial_set_slice(t, "M_TEXT", buf_slice(&text));
    EXPECT(trial_finding(t, RULE_TEXT_LENGTH) && trial_judge(t)->rejected);
}

/* Natural persons. */
static void person(struct trial *t, const char *number)
{
    trial_set(t, "CF_XDR_LB", "自然人");
    trial_set(t, "CF_XDR_SHXYM", NULL);
    trial_set(t, "CF_FRDB", NULL);
    trial_set(t, "CF_XDR_MC", "某某");
    trial_set(t, "CF_XDR_ZJHM", number);
}

TEST(a_persons_number_must_be_right)
{
    static const struct {
        enum rule rule;
        const char *number;
    } cases[] = {
        {RULE_IDNUM_LENGTH, "4401061850010100"},  {RULE_IDNUM_ALPHABET, "44010618500101001A"},
        {RULE_IDNUM_DATE, "440106185002290013"},  {RULE_IDNUM_PROVINCE, "190106185001010016"},
        {RULE_IDNUM_CHECK, "440106185001010017"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        TRIAL(t, "penalty");
        person(t, cases[i].number);
        const struct finding *f = trial_finding(t, cases[i].rule);
        if (!f)
            FAIL("%s is not told of %s", rule_id(cases[i].rule), cases[i].number);
        EXPECT(trial_judge(t)->rejected);
        EXPECT_EQ(trial_judge(t)->findings->count, 1);
        EXPECT(slice_find(f->value, SLICE("***"), 0) == 1);
    }
}

TEST(a_right_persons_number_makes_the_person_the_subject)
{
    TRIAL(t, "penalty");
    person(t, "44010618500101018x");
    const struct judged *j = trial_judge(t);
    EXPECT(!j->rejected && j->has_subject && j->findings == NULL);
    struct subject_id wanted =
        subject_id_make(trial_keys(t), SUBJECT_INDIVIDUAL, ID_PERSON, SLICE("44010618500101018X"));
    EXPECT_SAME(slice_make(j->subject.b, 19), slice_make(wanted.b, 19));
    /* A person's class goes before a code that stands in the row too. */
    trial_set(t, "CF_XDR_SHXYM", "91440106YY00000288");
    EXPECT_EQ(subject_id_kind(&trial_judge(t)->subject), SUBJECT_INDIVIDUAL);
}

TEST(an_old_number_of_15_digits_is_the_same_person)
{
    TRIAL(t, "penalty");
    person(t, "110105491231002");
    struct subject_id old = trial_judge(t)->subject;
    EXPECT(trial_judge(t)->has_subject);
    trial_set(t, "CF_XDR_ZJHM", "11010519491231002X");
    EXPECT_SAME(slice_make(trial_judge(t)->subject.b, 19), slice_make(old.b, 19));
}

TEST(another_document_is_another_kind_of_number)
{
    TRIAL(t, "penalty");
    person(t, "E1234567");
    EXPECT(trial_finding(t, RULE_IDNUM_LENGTH));
    trial_set(t, "CF_XDR_ZJLX", "护照");
    const struct judged *j = trial_judge(t);
    EXPECT(!j->rejected && j->findings == NULL);
    struct subject_id wanted =
        subject_id_make(trial_keys(t), SUBJECT_INDIVIDUAL, ID_PERSON_OTHER, SLICE("E1234567"));
    EXPECT_SAME(slice_make(j->subject.b, 19), slice_make(wanted.b, 19));
    trial_set(t, "CF_XDR_ZJLX", "身份证");
    EXPECT(trial_finding(t, RULE_IDNUM_LENGTH));
}

TEST(a_person_without_a_number_is_told_once)
{
    TRIAL(t, "penalty");
    person(t, NULL);
    EXPECT(trial_finding(t, RULE_ITEM_MISSING));
    EXPECT_SLICE(trial_finding(t, RULE_ITEM_MISSING)->item, "CF_XDR_ZJHM");
    EXPECT_EQ(trial_judge(t)->findings->count, 1);
}

/* Organisations. */
static void expect_subject(struct trial *t, enum subject_kind kind, enum id_type type,
                           const char *number)
{
    const struct judged *j = trial_judge(t);
    if (j->rejected)
        FAIL("rejected by %s", rule_id(j->findings->list[0].rule));
    struct subject_id wanted = subject_id_make(trial_keys(t), kind, type, slice_of(number));
    EXPECT(j->has_subject);
    EXPECT_SAME(slice_make(j->subject.b, 19), slice_make(wanted.b, 19));
}

TEST(the_unified_code_goes_before_every_other_number)
{
    TRIAL(t, "penalty");
    trial_set(t, "CF_XDR_ZJHM", "440106185001010016");
    trial_set(t, "CF_XDR_SHZZ", "粤社证字001号");
    expect_subject(t, SUBJECT_ENTERPRISE, ID_USCC, "91440106YY00000288");
    trial_set(t, "CF_XDR_SHXYM", NULL);
    expect_subject(t, SUBJECT_SOCIAL, ID_SOCIAL, "粤社证字001号");
    trial_set(t, "CF_XDR_SYDW", "144010600001");
    expect_subject(t, SUBJECT_INSTITUTION, ID_INSTITUTION, "144010600001");
    trial_set(t, "CF_XDR_SWDJ", "粤地税字440106001");
    expect_subject(t, SUBJECT_ENTERPRISE, ID_TAX, "粤地税字440106001");
    trial_set(t, "CF_XDR_GSZC", "440301103097413");
    expect_subject(t, SUBJECT_ENTERPRISE, ID_REGISTRATION, "440301103097413");
    trial_set(t, "CF_XDR_ZZJG", "D2143569-X");
    expect_subject(t, SUBJECT_ENTERPRISE, ID_ORGANISATION, "D2143569X");
    EXPECT(!trial_finding(t, RULE_USCC_MISSING));
}

TEST(a_trader_without_any_code_is_found_by_the_owners_number)
{
    TRIAL(t, "penalty");
    trial_set(t, "CF_XDR_LB", "个体工商户");
    trial_set(t, "CF_XDR_SHXYM", NULL);
    trial_set(t, "CF_XDR_ZJHM", "440106185001010016");
    expect_subject(t, SUBJECT_INDIVIDUAL, ID_PERSON, "440106185001010016");
}

TEST(the_kind_comes_from_the_code)
{
    static const struct {
        const char *code;
        enum subject_kind kind;
    } cases[] = {
        {"11440106YY000001XG", SUBJECT_GOVERNMENT}, {"12440106YY0000028D", SUBJECT_INSTITUTION},
        {"51440106YY00000367", SUBJECT_SOCIAL},     {"52440106YY0000044Y", SUBJECT_SOCIAL},
        {"92440106YY00000360", SUBJECT_ENTERPRISE}, {"93440106YY0000044P", SUBJECT_ENTERPRISE},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        TRIAL(t, "penalty");
        trial_set(t, "CF_XDR_SHXYM", cases[i].code);
        expect_subject(t, cases[i].kind, ID_USCC, cases[i].code);
        EXPECT(!trial_finding(t, RULE_SUBJECT_CLASS));
    }
}

TEST(a_wrong_code_is_told_once_and_not_as_missing)
{
    TRIAL(t, "registration");
    trial_set(t, "CODE", "91440106YY00000289");
    EXPECT(trial_finding(t, RULE_USCC_CHECK));
    EXPECT_EQ(trial_judge(t)->findings->count, 1);
    EXPECT_SLICE(trial_finding(t, RULE_USCC_CHECK)->item, "CODE");
    EXPECT_SLICE(trial_finding(t, RULE_USCC_CHECK)->value, "91440106YY00000289");
    EXPECT_SLICE(trial_finding(t, RULE_USCC_CHECK)->hint, "8");
}

TEST(everything_that_is_wrong_is_told_at_once)
{
    TRIAL(t, "penalty");
    trial_set(t, "CF_JDRQ", "2024-13-01");
    trial_set(t, "CF_NR_FK", "x");
    trial_set(t, "CF_SY", NULL);
    trial_set(t, "_op", "?");
    EXPECT_EQ(trial_judge(t)->findings->count, 4);
}

TEST(a_rejection_behind_many_warnings_still_rejects)
{
    TRIAL(t, "penalty");
    static char names[60][16];
    for (int i = 0; i < 60; i++) {
        snprintf(names[i], sizeof names[i], "x%d", i);
        trial_set(t, names[i], "1");
    }
    EXPECT(!trial_judge(t)->rejected);
    trial_set(t, "CF_SY", NULL);
    EXPECT(trial_judge(t)->rejected);
    EXPECT(findings_rejects(trial_judge(t)->findings));
}

TEST(a_row_that_could_not_be_read_is_rejected_by_that)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    static const uint8_t master[32] = {1};
    AUTO(keys_destroy) struct keys *k = keys_fixed(master);
    AUTO(judge_destroy)
    struct judge *j = judge_create(&(struct judge_options){.keys = k,
                                                           .catalogue = theme_catalogue(),
                                                           .theme = theme_named("penalty"),
                                                           .received = {1717207200000}});
    static const enum rule rules[] = {RULE_CSV_FIELDS, RULE_TEXT_ENCODING, RULE_ROW_SIZE,
                                      RULE_JSON_INVALID};
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        struct judged out;
        struct raw_row row = {
            .row = 5, .end_bytes = 77, .unreadable = rules[i], .hint = SLICE("8 ≠ 9")};
        EXPECT_OK(judge_row(j, a, &row, &out));
        EXPECT(out.rejected && out.row == 5 && out.end_bytes == 77);
        EXPECT_EQ(out.findings->count, 1);
        EXPECT_EQ(out.findings->list[0].rule, rules[i]);
        EXPECT_SLICE(out.findings->list[0].hint, "8 ≠ 9");
    }
    theme_catalogue_drop();
}

/* Identity. */
static struct slice id_of(struct trial *t)
{
    const struct judged *j = trial_judge(t);
    EXPECT(!j->rejected);
    return arena_dup(trial_arena(t), slice_make(j->id.b, sizeof j->id.b));
}

TEST(the_identity_is_the_same_in_every_spelling)
{
    TRIAL(t, "penalty");
    struct slice id = id_of(t);
    trial_set(t, "CF_WSH", "穗天市监罚[2024] １号");
    EXPECT_SAME(id_of(t), id);
    trial_set(t, "CF_XDR_MC", " 广州某某　贸易有限公司");
    EXPECT_SAME(id_of(t), id);
    trial_set(t, "CF_CFJGDM", "11440106-yy000001xg");
    EXPECT_SAME(id_of(t), id);
    /* The subject's code is no part of it: corrected, the record moves. */
    trial_set(t, "CF_XDR_SHXYM", "914403001922038216");
    EXPECT_SAME(id_of(t), id);
    trial_set(t, "CF_WSH", "穗天市监罚〔2024〕2号");
    EXPECT(!slice_eq(id_of(t), id));
}

TEST(a_record_id_goes_before_the_items)
{
    TRIAL(t, "penalty");
    struct slice by_items = id_of(t);
    EXPECT_EQ((unsigned char)trial_record(t).identity.p[0], 2);
    trial_set(t, "_id", " case-7 ");
    EXPECT(!slice_eq(id_of(t), by_items));
    EXPECT_SLICE(trial_record(t).identity, "\1case-7");
    struct slice by_id = id_of(t);
    trial_set(t, "CF_WSH", "另一文号");
    EXPECT_SAME(id_of(t), by_id);
}

TEST(a_record_id_has_at_most_128_characters)
{
    TRIAL(t, "memo");
    AUTO_BUF(id, 1000);
    for (int i = 0; i < 128; i++)
        buf_add_slice(&id, SLICE("号"));
    trial_set_slice(t, "_id", buf_slice(&id));
    EXPECT(!trial_judge(t)->rejected);
    buf_add_slice(&id, SLICE("号"));
    trial_set_slice(t, "_id", buf_slice(&id));
    EXPECT_SLICE(trial_finding(t, RULE_TEXT_LENGTH)->item, "_id");
}

TEST(an_item_that_folds_to_nothing_identifies_nothing)
{
    TRIAL(t, "penalty");
    trial_set(t, "CF_XDR_MC", "（）");
    EXPECT(trial_finding(t, RULE_IDENTITY_MISSING));
    EXPECT_SLICE(trial_finding(t, RULE_IDENTITY_MISSING)->item, "CF_XDR_MC");
}

/* Versions. */
static uint64_t provider(struct trial *t)
{
    EXPECT(!trial_judge(t)->rejected);
    return version_provider(&trial_judge(t)->version);
}

TEST(the_version_is_the_providers_number_or_time_or_the_received_time)
{
    TRIAL(t, "penalty");
    EXPECT_EQ(provider(t), 1717207200000);
    EXPECT(!trial_judge(t)->has_provider);
    EXPECT_EQ(trial_record(t).head.flags, 0);
    trial_set(t, "_time", "2024-05-05 10:11:12");
    EXPECT_EQ(provider(t), 1714875072000);
    EXPECT(trial_judge(t)->has_provider);
    trial_set(t, "_version", "42");
    EXPECT_EQ(provider(t), 42);
    EXPECT_EQ(trial_record(t).head.flags, RECORD_HAS_PROVIDER);
    struct version v = trial_judge(t)->version;
    EXPECT_EQ(version_received(&v).v, 1717207200000);
    EXPECT_EQ(be32_get(v.b + 16), 0);
    EXPECT_EQ(be64_get(v.b + 20), 1);
    trial_set(t, "_version", "无");
    EXPECT_EQ(provider(t), 1714875072000);
}

TEST(the_time_of_a_version_comes_in_every_form_of_a_date)
{
    static const char *const forms[] = {
        "2024-05-05T10:11:12+08:00",
        "2024-05-05T02:11:12Z",
        "2024/5/5 10:11:12",
        "2024.5.5 10:11:12",
        "20240505101112",
        "20240505 101112",
        "2024年5月5日10时11分12秒",
        "２０２４年５月５日　１０：１１：１２",
        "1714875072000",
        "２０２４０５０５１０１１１２",
    };
    static const char *const wrong[] = {
        "2024/5/35",     "2024.13.5",    "20240535",       "20240505256000",
        "2024年5月35日", "171487507200", "2024/5/5 10:61", "1969/12/31",
    };
    TRIAL(t, "penalty");
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        trial_set(t, "_time", forms[i]);
        if (provider(t) != 1714875072000 || !trial_judge(t)->has_provider)
            FAIL("%s was read as %llu", forms[i], (unsigned long long)provider(t));
    }
    trial_set(t, "_time", "2024年5月5日");
    EXPECT_EQ(provider(t), 1714838400000);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        trial_set(t, "_time", wrong[i]);
        if (!trial_finding(t, RULE_VERSION_INVALID))
            FAIL("%s was read", wrong[i]);
        EXPECT(trial_judge(t)->rejected);
    }
}

/* Operations. */
TEST(operations_are_read_in_both_languages)
{
    static const char *const upserts[] = {NULL,   "",     "add", "ADD", "Change",
                                          "新增", "变更", "Ａ",  "u",   " 新 增 "};
    static const char *const revokes[] = {"revoke", "REVOKE", "撤销", "r", "Ｒ"};
    TRIAL(t, "penalty");
    for (size_t i = 0; i < ARRAY_LEN(upserts); i++) {
        trial_set(t, "_op", upserts[i]);
        EXPECT(!trial_judge(t)->rejected);
        EXPECT_EQ(trial_judge(t)->operation, OPERATION_UPSERT);
    }
    for (size_t i = 0; i < ARRAY_LEN(revokes); i++) {
        trial_set(t, "_op", revokes[i]);
        EXPECT(!trial_judge(t)->rejected);
        EXPECT_EQ(trial_judge(t)->operation, OPERATION_REVOKE);
    }
}

TEST(a_revoke_needs_its_identity_only)
{
    TRIAL(t, "penalty");
    trial_set(t, "_op", "revoke");
    static const char *const rest[] = {"CF_XDR_LB", "CF_XDR_SHXYM", "CF_FRDB", "CF_SY",
                                       "CF_CFLB",   "CF_NR_FK",     "CF_JDRQ", "CF_CFJG"};
    for (size_t i = 0; i < ARRAY_LEN(rest); i++)
        trial_set(t, rest[i], NULL);
    const struct judged *j = trial_judge(t);
    EXPECT(!j->rejected && !j->has_subject && j->findings == NULL);
    EXPECT(day_is_none(j->head.day) && day_is_none(j->head.public_until));
    EXPECT_EQ(j->head.flags, RECORD_REVOKED);
    trial_set(t, "CF_WSH", NULL);
    EXPECT(trial_finding(t, RULE_IDENTITY_MISSING) && trial_judge(t)->rejected);
}

TEST(what_comes_with_a_revoke_is_kept_and_must_be_right)
{
    TRIAL(t, "penalty");
    trial_set(t, "_op", "revoke");
    EXPECT(trial_judge(t)->has_subject);
    EXPECT_SLICE(trial_item(t, "CF_SY"), "未按规定公示");
    trial_set(t, "CF_JDRQ", "2024-13-01");
    EXPECT(trial_finding(t, RULE_DATE_INVALID) && trial_judge(t)->rejected);
}

/* Today. */
TEST(today_is_the_day_of_receipt_in_utc_plus_8)
{
    TRIAL(t, "penalty");
    trial_set(t, "CF_JDRQ", "2024-06-02");
    trial_receive(t, "2024-06-01T15:59:59Z");
    EXPECT(trial_finding(t, RULE_DATE_FUTURE));
    trial_receive(t, "2024-06-01T16:00:00Z");
    EXPECT(!trial_finding(t, RULE_DATE_FUTURE));
}

TEST(an_open_end_is_never_before_the_beginning)
{
    TRIAL(t, "penalty");
    trial_set(t, "CF_YXQ", "1900-01-01");
    EXPECT(!trial_judge(t)->rejected);
    EXPECT_SLICE(trial_item(t, "CF_YXQ"), "2099-12-31");
    trial_set(t, "CF_YXQ", "2024-03-01");
    EXPECT_SLICE(trial_finding(t, RULE_DATE_ORDER)->hint, "2024-03-05 > 2024-03-01");
}
