#pragma once
/* A theme that uses everything the catalogue's language has, with tables of its own, for tests of
 * the rules that hang on it. In the form of stored entries. */
#include "tests/support/test.h"
#include "tests/support/trial.h"

static const char DECISION_COMMON[] =
    "number: 0\n"
    "code: common\n"
    "version: 1\n"
    "valid_from: 2024-01-01\n"
    "departments: [{id: amr, uscc: 11440106YY000001XG, zh: 某市市场监督管理局, en: Bureau}]\n"
    "tables:\n"
    "  classes: [{pair: \"11\", kind: government, name: 机关}, {pair: \"91\", kind: enterprise, "
    "name: 企业}]\n"
    "  divisions: \"100000 110105 440102 440105 440106 650108 810000\"\n"
    "  former: \"440102 东山区 2004;440103 荔湾区 1999=;650108 东山区 2006\"\n"
    "  missing: ['\\N', 'NULL', '/', '—', '--', '— —', 无, 暂无]\n"
    "  fillers: [1899-12-31, 1900-01-01]\n"
    "  open_end_year_min: 2099\n"
    "  shop_words: [店]\n"
    "  masks: []\n"
    "  terms: [{class: ordinary, months_max: 36, from: 1949-10-01, source: 无}]\n"
    "  workdays: []\n"
    "  deadlines: []\n"
    "  severity_words: []\n"
    "  forbidden:\n"
    "    - {word: 宗教信仰, law: 某法第十四条}\n"
    "    - {word: 疾病, law: 某法第十四条, unless: [疾病预防]}\n"
    "    - {word: 存款, law: 某法第十四条, persons_only: yes}\n"
    "  authority_short: [区局, 市局, 发改委]\n"
    "  full_capacity: 18\n"
    "  own_labour: 16\n";

static const char DECISION[] =
    "number: 1\n"
    "code: decision\n"
    "version: 1\n"
    "valid_from: 2024-01-01\n"
    "zh: 决定\n"
    "en: Decision\n"
    "basis: 无\n"
    "department: amr\n"
    "category: supervision\n"
    "national_class: 3\n"
    "kinds: all\n"
    "counterpart: enterprise\n"
    "polarity: negative\n"
    "visibility: P\n"
    "publication: always\n"
    "severity_default: ordinary\n"
    "retention_years: 5\n"
    "retention_start: decision\n"
    "cycle: week\n"
    "identity: [CASE, OFFICE]\n"
    "day: DAY\n"
    "not_collected:\n"
    "  - {item: PROCEDURE, any: [简易], subject: person, law: 某条例第十三条}\n"
    "  - {item: FACTS, any: [轻微违法, 及时改正], law: 某条例第九条}\n"
    "  - {item: PROCEDURE, any: [内部], subject: organisation, law: 某条例第十条}\n"
    "formats:\n"
    "  - name: \"2016\"\n"
    "    zh: 旧版\n"
    "    en: Older format\n"
    "    marks: [OLD_NAME, SJC]\n"
    "    columns: {OLD_NAME: NAME, OLD_CODE: CODE, FACTS: CONTENT, OLD_FACTS: FACTS,\n"
    "      OLD_KIND1: KIND, OLD_KIND2: KIND}\n"
    "    ignored: [DFBM]\n"
    "    without: [FINE, BUREAU, CLASS]\n"
    "    fill: {OFFICE: \"@department\", BUREAU: \"@department.zh\", CLASS: 法人}\n"
    "    values: {KIND: {\"0\": 警告, \"1\": 罚款}, STATUS: {\"0\": \"1\"}}\n"
    "    time: SJC\n"
    "  - name: system\n"
    "    zh: 系统\n"
    "    en: System\n"
    "    marks: [SYS_NO]\n"
    "    columns: {SYS_NO: CASE}\n"
    "    fill: {STATUS: \"2\"}\n"
    "items:\n"
    "  - {code: NAME, zh: 名称, en: Name, type: name, length: 100, required: yes, role: name}\n"
    "  - {code: CLASS, zh: 类别, en: Class, type: code, required: yes, role: counterpart, "
    "code_set:\n"
    "      {name: class, source: 无, values: [{code: 法人, en: Legal, kind: enterprise},\n"
    "       {code: 自然人, en: Person, kind: individual}]}}\n"
    "  - {code: CODE, zh: 代码, en: Code, type: uscc, required: organisation, role: uscc}\n"
    "  - {code: REGNO, zh: 注册号, en: Registration, type: registration-number, length: 50}\n"
    "  - {code: ORGNO, zh: 机构代码, en: Organisation, type: organisation-code}\n"
    "  - {code: PERSON, zh: 证件号码, en: Number, type: person-id, length: 64, visibility: G,\n"
    "     required: person, role: person, document_type: PAPER}\n"
    "  - {code: PAPER, zh: 证件类型, en: Paper, type: code, code_set:\n"
    "      {name: paper, source: 无, values: [{code: 身份证, en: Card, identity_card: yes},\n"
    "       {code: 护照, en: Passport}]}}\n"
    "  - {code: SEX, zh: 性别, en: Sex, type: code, role: sex, visibility: G, code_set:\n"
    "      {name: sex, source: 无, values: [{code: 男, en: Male, sex: male},\n"
    "       {code: 女, en: Female, sex: female}, {code: 未知, en: Unknown}]}}\n"
    "  - {code: BIRTH, zh: 出生日期, en: Birth, type: date, role: birth, visibility: G}\n"
    "  - {code: WORKS, zh: 自食其力, en: Works, type: code, role: own-labour, visibility: G, "
    "code_set:\n"
    "      {name: answer, source: 无, values: [{code: 是, en: Yes, yes: yes}, {code: 否, en: "
    "No}]}}\n"
    "  - {code: CASE, zh: 文号, en: Case, type: document, length: 64, required: yes, role: "
    "document}\n"
    "  - {code: FACTS, zh: 事实, en: Facts, type: text, length: 1000}\n"
    "  - {code: CONTENT, zh: 内容, en: Content, type: text, length: 1000, required: yes}\n"
    "  - {code: KIND, zh: 处罚种类, en: Kind, type: codes, required: yes, code_set:\n"
    "      {name: kind, source: 无, values: [{code: 警告, en: Warning}, {code: 罚款, en: Fine, "
    "aliases: [罚金]},\n"
    "       {code: 吊销, en: Revocation}]}}\n"
    "  - {code: PROCEDURE, zh: 程序, en: Procedure, type: code, code_set:\n"
    "      {name: procedure, source: 无, values: [{code: 简易, en: Simple}, {code: 普通, en: "
    "Ordinary},\n"
    "       {code: 内部, en: Internal}]}}\n"
    "  - {code: STATUS, zh: 状态, en: Status, type: code, code_set:\n"
    "      {name: status, source: 无, values: [{code: \"1\", zh: 有效, en: Valid, aliases: "
    "[正常]},\n"
    "       {code: \"2\", zh: 无效, en: Invalid}]}}\n"
    "  - {code: FINE, zh: 罚款金额, en: Fine, type: amount, unit: 万元, stated_in: CONTENT,\n"
    "     required_when: {item: KIND, any: [罚款]}}\n"
    "  - {code: LICENCE, zh: 证照, en: Licence, type: text, length: 100,\n"
    "     required_when: {item: CONTENT, any: [吊销, 暂扣]}}\n"
    "  - {code: DAY, zh: 决定日期, en: Day, type: date, required: yes, happened: yes}\n"
    "  - {code: END, zh: 截止日期, en: End, type: date, open_ended: yes, not_before: DAY}\n"
    "  - {code: OFFICE, zh: 机关代码, en: Office, type: uscc, required: yes, role: authority}\n"
    "  - {code: BUREAU, zh: 机关, en: Bureau, type: text, length: 100, required: yes,\n"
    "     role: authority-name}\n"
    "  - {code: DISTRICT, zh: 区划, en: District, type: text, length: 50, role: district}\n";

/* A good row about an organisation. */
static inline struct trial *decision_open(void)
{
    static const char *const row[][2] = {
        {"NAME", "某某贸易有限公司"},
        {"CLASS", "法人"},
        {"CODE", "91440106YY00000288"},
        {"CASE", "某罚〔2024〕1号"},
        {"FACTS", "未按规定公示"},
        {"CONTENT", "罚款人民币2000元"},
        {"KIND", "罚款"},
        {"FINE", "0.2"},
        {"DAY", "2024-03-05"},
        {"OFFICE", "11440106YY000001XG"},
        {"BUREAU", "某市市场监督管理局"},
    };
    struct trial *t = trial_open_text(DECISION_COMMON, DECISION);
    for (size_t i = 0; i < ARRAY_LEN(row); i++)
        trial_set(t, row[i][0], row[i][1]);
    return t;
}

/* A good row about a person. */
static inline struct trial *decision_of(const char *number)
{
    struct trial *t = decision_open();
    trial_set(t, "NAME", "某某");
    trial_set(t, "CLASS", "自然人");
    trial_set(t, "CODE", NULL);
    trial_set(t, "PERSON", number);
    return t;
}

#define DECIDE(name) AUTO(trial_close) struct trial *name = decision_open()
#define DECIDE_OF(name, number) AUTO(trial_close) struct trial *name = decision_of(number)

static inline void expect_clean(struct trial *t)
{
    const struct judged *j = trial_judge(t);
    if (j->findings)
        FAIL("told of %s", rule_id(j->findings->list[0].rule));
    EXPECT(!j->rejected);
}

/* Told, on that item, and nothing worse than the rule itself. */
static inline const struct finding *expect_told(struct trial *t, enum rule rule, const char *item)
{
    const struct finding *f = trial_finding(t, rule);
    if (!f)
        FAIL("not told of %s", rule_id(rule));
    EXPECT_SAME(f->item, slice_of(item));
    EXPECT_EQ(trial_judge(t)->rejected, rule_severity(rule) == SEVERITY_REJECT);
    return f;
}
