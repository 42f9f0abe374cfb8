/* Mistakes as people make them in every file of a catalogue, planted one by one in a small one of
 * its own: each is refused with the file and the line in which it stands, what is wrong and what to
 * do. */
#include "tests/unit/record/planted.h"

static const char CASES[] = "archetypes/cases.yaml";
static const char TAX[] = "themes/tax-case.yaml";
static const char PORT[] = "themes/port-case.yaml";
static const char KINDS[] = "code-sets/case-kinds.yaml";
static const char OFFICES[] = "departments.yaml";
static const char TERMS[] = "tables/terms.yaml";
static const char WORDS[] = "tables/severity.yaml";
static const char WORKDAYS[] = "tables/workdays.yaml";
static const char COMMON[] = "common.yaml";

static const struct {
    const char *file, *text;
} FILES[] = {
    {"common.yaml", "version: 1\nvalid_from: 2024-01-01T00:00:00+08:00\n"},
    {"departments.yaml",
     "source: 某地\n"
     "departments:\n"
     "  - {id: tax, uscc: 11440100YY01003443, zh: 市税务局, en: Tax Service}\n"
     "  - {id: port, uscc: 11440100YY0100272A, zh: 市港务局, en: Port Authority}\n"},
    {"tables/terms.yaml",
     "source: 某令\n"
     "terms:\n"
     "  - {class: minor, months_max: 0, from: 1949-10-01, source: 某令}\n"
     "  - {class: ordinary, months_min: 3, months_max: 12, from: 1949-10-01, source: 某令}\n"
     "  - {class: serious, months_max: 36, from: 1949-10-01, source: 某令}\n"
     "  - {class: serious, months_max: 48, from: 2026-04-01, source: 新令}\n"},
    {"tables/severity.yaml", "source: 某令\n"
                             "severity_words:\n"
                             "  - {word: 吊销, class: serious}\n"
                             "  - {word: 罚款, class: ordinary}\n"
                             "  - {word: 警告, class: minor}\n"},
    {"tables/workdays.yaml",
     "source: 某通知\n"
     "deadlines:\n"
     "  - {archetype: cases, workdays: 7, law: 某令}\n"
     "workdays:\n"
     "  - {year: 2025, source: 某通知, off: [2025-01-01], work: []}\n"
     "  - {year: 2026, source: 某通知, off: [2026-01-01..2026-01-03], work: [2026-01-04]}\n"},
    {"code-sets/case-kinds.yaml", "source: 某标准\n"
                                  "values:\n"
                                  "  - {code: 警告, en: Warning, aliases: [告诫]}\n"
                                  "  - {code: 罚款, en: Fine}\n"
                                  "  - {code: 吊销, en: Revocation}\n"},
    {"archetypes/cases.yaml",
     "category: supervision\n"
     "national_class: 3\n"
     "kinds: all\n"
     "polarity: negative\n"
     "visibility: P\n"
     "publication: term\n"
     "retention_years: 5\n"
     "retention_start: decision\n"
     "cycle: week\n"
     "identity: [CASE, CODE]\n"
     "day: DECIDED\n"
     "not_collected:\n"
     "  - {item: KIND, any: [警告], subject: person, law: 某条例第十三条}\n"
     "formats:\n"
     "  - name: \"2016\"\n"
     "    zh: 旧版\n"
     "    en: Old\n"
     "    marks: [OLD_CASE]\n"
     "    columns: {OLD_CASE: CASE}\n"
     "    ignored: [OLD_ID]\n"
     "    without: [REASON]\n"
     "    fill: {OFFICE: \"@department\"}\n"
     "    values: {KIND: {\"1\": 警告}}\n"
     "    time: STAMP\n"
     "items:\n"
     "  - {code: NAME, zh: 名称, en: Name, type: name, length: 200, required: yes, role: name}\n"
     "  - {code: CODE, zh: 统一代码, en: Code, type: uscc, required: yes, role: uscc}\n"
     "  - {code: CASE, zh: 文号, en: Case, type: document, length: 64, required: yes}\n"
     "  - {code: DECIDED, zh: 决定日期, en: Decided, type: date, required: yes}\n"
     "  - {code: ENDS, zh: 截止日期, en: Ends, type: date, open_ended: yes, not_before: DECIDED}\n"
     "  - {code: KIND, zh: 种类, en: Kind, type: codes, required: yes, code_set: case-kinds}\n"
     "  - {code: REASON, zh: 事由, en: Reason, type: text, length: 500, required: yes}\n"
     "  - {code: FINE, zh: 金额, en: Fine, type: amount, unit: 万元, stated_in: REASON}\n"
     "  - {code: LOST, zh: 没收金额, en: Lost, type: amount, required_when: {item: KIND, any: "
     "[罚款]}}\n"
     "  - {code: OFFICE, zh: 机关代码, en: Office, type: uscc, required: yes, role: authority}\n"
     "  - {code: PHONE, zh: 电话, en: Phone, type: contact, length: 30, visibility: G}\n"},
    {"themes/tax-case.yaml", "number: 901\n"
                             "code: tax-case\n"
                             "version: 1\n"
                             "valid_from: 2024-01-01T00:00:00+08:00\n"
                             "zh: 税务案件\n"
                             "en: Tax cases\n"
                             "basis: 某法\n"
                             "department: tax\n"
                             "archetype: cases\n"},
    {"themes/port-case.yaml", "number: 902\n"
                              "code: port-case\n"
                              "version: 1\n"
                              "valid_from: 2024-01-01T00:00:00+08:00\n"
                              "zh: 港务案件\n"
                              "en: Port cases\n"
                              "basis: 某法\n"
                              "department: port\n"
                              "archetype: cases\n"
                              "without: [FINE]\n"
                              "items:\n"
                              "  - {code: REASON, length: 200}\n"
                              "  - {code: SHIP, zh: 船名, en: Ship, type: text, length: 50}\n"},
};

static struct copy small_catalogue(void)
{
    struct copy copy = copy_bare();
    for (size_t i = 0; i < ARRAY_LEN(FILES); i++)
        copy_put(&copy, FILES[i].file, FILES[i].text);
    return copy;
}

/* A second version of a theme, in a file of its own. */
#define PORT_2(number, version, from, more)                                                        \
    "number: " number "\ncode: port-case\nversion: " version "\nvalid_from: " from                 \
    "\nzh: 港务案件\nen: Port cases\nbasis: 某法\ndepartment: port\narchetype: cases\n" more

static const struct mistake MISTAKES[] = {
    /* departments */
    {OFFICES, "11440100YY01003443", "11440100YY01003441", NULL, "no unified social credit code",
     NULL},
    {OFFICES, "11440100YY0100272A", "11440100YYO100272A", NULL, "no unified social credit code",
     NULL},
    {OFFICES, "id: port", "id: tax", "市港务局", "that of another department", NULL},
    {OFFICES, "uscc: 11440100YY0100272A", "uscc: 11440100YY01003443", "市港务局",
     "that of another department", NULL},
    {OFFICES, "zh: 市港务局", "zh: 市税务局", "id: port", "name of another department", NULL},
    {OFFICES, ", en: Port Authority", "", "id: port", "\"en\" is missing", NULL},
    {OFFICES, "departments:", "department:", NULL, "unknown key \"department\"", NULL},
    {COMMON, "valid_from: 2024-01-01T00:00:00+08:00\n", "", "version", "is missing", NULL},
    {COMMON, "version: 1", "version: 0", NULL, "from 1 to", NULL},
    /* code sets */
    {KINDS, "{code: 罚款", "{code: 警告", "en: Fine", "stands twice", NULL},
    {KINDS, "en: Fine}", "en: Fine, aliases: [告诫]}", "values:", "two values", NULL},
    {KINDS, "en: Fine}", "en: Fine, aliases: [ 警告 ]}", "values:", "two values", NULL},
    {KINDS, "source: 某标准\n", "", "values:", "\"source\" is missing", NULL},
    {KINDS, "en: Fine", "english: Fine", NULL, "unknown key \"english\"", NULL},
    {KINDS, "{code: 罚款", "{code: 罚款|没收", NULL, "separator of lists", NULL},
    {KINDS, "en: Fine}", "en: Fine, kind: company}", "en: Fine", "enterprise, individual", NULL},
    /* archetypes */
    {CASES, "category: supervision", "code: cases\ncategory: supervision", "code: cases",
     "belongs to each theme", NULL},
    {CASES, "code_set: case-kinds", "code_set: case-kind", NULL, "no code set \"case-kind\"", NULL},
    {CASES, "type: document", "type: documents", NULL, "document", NULL},
    {CASES, "code: CASE, zh: 文号", "code: CASE, colour: red, zh: 文号", NULL,
     "unknown key \"colour\"", NULL},
    {CASES, "length: 200", "length: many", NULL, "whole number", NULL},
    {CASES, "identity: [CASE, CODE]", "identity: [CASE, ENDS]", NULL, "not always there", NULL},
    {CASES, "identity: [CASE, CODE]", "identity: [CASE, CASE]", NULL, "stands twice", NULL},
    {CASES, "day: DECIDED", "day: ENDS", NULL, "not always there", NULL},
    {CASES, "en: Decided, type: date", "en: Decided, type: date, open_ended: yes", "code: DECIDED",
     "cannot be without end", NULL},
    {CASES, "en: Decided, type: date", "en: Decided, type: date, not_before: ENDS", "code: DECIDED",
     "back to itself", NULL},
    {CASES, ", role: authority", ", role: uscc", "code: OFFICE", "\"CODE\" already", NULL},
    {CASES, ", visibility: G}", "}", "code: PHONE", "would be public", NULL},
    {CASES, "retention_years: 5", "retention_years: 3", NULL, "ends before publication", NULL},
    {CASES, "publication: term", "publication: never", NULL, "says both", NULL},
    /* conditions, formats, units */
    {CASES, "any: [警告], subject", "any: [警示], subject", "item: KIND, any: [警示]", "警示",
     NULL},
    {CASES, "{item: KIND, any: [警告]", "{item: SORT, any: [警告]", NULL, "\"SORT\"", NULL},
    {CASES, ", law: 某条例第十三条", "", "item: KIND, any: [警告]", "\"law\" is missing", NULL},
    {CASES, "subject: person", "subject: people", NULL, "person, organisation", NULL},
    {CASES, "{item: KIND, any: [罚款]}", "{item: KIND, any: []}", "code: LOST", "any", NULL},
    {CASES, "marks: [OLD_CASE]", "marks: [CASE]", NULL, "CASE", NULL},
    {CASES, "marks: [OLD_CASE]", "marks: [OTHER]", NULL, "OTHER", NULL},
    {CASES, "columns: {OLD_CASE: CASE}", "columns: {OLD_CASE: CASUS}", NULL, "CASUS", NULL},
    {CASES, "ignored: [OLD_ID]", "ignored: [OLD_ID, OLD_CASE]", "columns:", "stands twice", NULL},
    {CASES, "without: [REASON]", "without: [DECIDED]", NULL, "DECIDED", NULL},
    {CASES, "{OFFICE: \"@department\"}", "{OFFICE: \"@office\"}", NULL, "@office", NULL},
    {CASES, "{\"1\": 警告}", "{\"1\": 警示}", NULL, "警示", NULL},
    {CASES, "unit: 万元, ", "", "code: FINE", "stated_in", NULL},
    {CASES, "stated_in: REASON", "stated_in: ENDS", "code: FINE", "stated_in", NULL},
    /* terms, severity, working days, ages */
    {TERMS, "months_min: 3, months_max: 12", "months_min: 24, months_max: 12", "class: ordinary",
     "months_min", NULL},
    {TERMS, "from: 2026-04-01", "from: 1949-09-01", NULL, "do not rise in time", NULL},
    {TERMS, "from: 2026-04-01", "from: 2026-02-29", NULL, "a day that exists", NULL},
    {TERMS, ", source: 新令", "", "from: 2026-04-01", "\"source\" is missing", NULL},
    {WORDS, "class: serious", "class: grave", NULL, "grave", NULL},
    {WORKDAYS, "archetype: cases", "archetype: casus", NULL, "no archetype \"casus\"", NULL},
    {WORKDAYS, "{year: 2026", "{year: 2025", "off: [2026-01-01..2026-01-03]", "2025", NULL},
    {WORKDAYS, "2026-01-01..2026-01-03", "2026-01-03..2026-01-01", NULL, "2026-01-0", NULL},
    {WORKDAYS, "work: [2026-01-04]", "work: [2026-01-06]", "off: [2026-01-01..2026-01-03]",
     "2026-01-06", NULL},
    {"tables/ages.yaml", "own_labour: 16", "own_labour: 19", NULL, "above \"full_capacity\"", NULL},
    /* themes */
    {TAX, "code: tax-case", "code: tax-cases", NULL, "name it tax-cases.yaml", NULL},
    {TAX, "department: tax", "department: taxes", NULL, "no department \"taxes\"", NULL},
    {TAX, "archetype: cases", "archetype: case", NULL, "no archetype \"case\"", NULL},
    {TAX, "archetype: cases\n", "archetype: cases\nwithout: [CASE]\n",
     "identity:", "no item has that code", CASES},
    {TAX, "archetype: cases\n", "archetype: cases\nvisibility: G\n",
     "publication:", "publication: never", CASES},
    {TAX, "archetype: cases\n", "archetype: cases\nterms: tax\n", "terms: tax", "no set \"tax\"",
     NULL},
    {TAX, "archetype: cases\n", "archetype: cases\nseverity_default: grave\n", "severity_default",
     "no class \"grave\"", NULL},
    {PORT, "{code: REASON, length: 200}", "{code: REASON, length: 200, visibility: Q}",
     "code: REASON", "P, A, G, N", NULL},
    {PORT, "without: [FINE]", "without: [REASON]", NULL, "take it out", NULL},
    {PORT, "zh: 船名, en: Ship", "zh: 文号, en: Ship", "code: SHIP", "borne by two items", NULL},
    {PORT, "zh: 船名, en: Ship", "zh: 船名, aliases: [名称], en: Ship", "code: SHIP",
     "borne by two items", NULL},
    {PORT, "zh: 船名, en: Ship", "zh: 记录编号, en: Ship", "code: SHIP", "reserved column", NULL},
    {PORT, "zh: 船名, en: Ship", "zh: 船员血型, en: Ship", "code: SHIP", "may not be collected",
     NULL},
    {PORT, "  - {code: SHIP", "  - {code: REASON", "zh: 船名", "stands twice", NULL},
    /* between themes, and versions of one */
    {PORT, "number: 902", "number: 901", "number: 901", "is that of two themes", TAX},
    {PORT, "zh: 港务案件", "zh: 税务案件", "zh: 税务案件", "a name of its own", TAX},
    {"themes/port-case.v1.yaml", "", PORT_2("902", "1", "2027-01-01", ""), "version: 1",
     "stands twice", NULL},
    {"themes/port-case.v2.yaml", "", PORT_2("903", "2", "2027-01-01", ""), "number: 903",
     "keeps its number", NULL},
    {"themes/port-case.v2.yaml", "", PORT_2("902", "2", "2023-01-01", ""), "valid_from",
     "does not begin after", NULL},
    {"themes/port-case.v2.yaml", "", PORT_2("902", "2", "2027-01-01", "category: default\n"),
     "category", "changes the category", NULL},
    {"themes/port-case.v2.yaml", "", PORT_2("902", "2", "2027-01-01", "identity: [CASE]\n"),
     "identity", "changes the identity", NULL},
    {"themes/port-case.v3.yaml", "", PORT_2("902", "2", "2027-01-01", ""), "code: port-case",
     "name it port-case.yaml", NULL},
    /* the form of files */
    {TAX, "zh: 税务案件\n", "zh: 税务案件\nzh: 税案\n", "zh: 税案", "zh", NULL},
    {TAX, "zh: 税务案件", "zh: &name 税务案件", NULL, "anchor", NULL},
    {TAX, "number: 901", "number: !!int 901", NULL, "tag", NULL},
    {TAX, "number: 901", "number: {901", "code:", "correct the form", NULL},
    {TAX, "basis: 某法", "basis:\t某法\n\tmore: x", "\tmore", "correct the form", NULL},
    {TAX, "zh: 税务案件", "zh: \xCB\xB0\xCE\xF1", "zh: ", "UTF-8", NULL},
    {"themes/notes.txt", "", "notes", "notes", "only files NAME.yaml", NULL},
    {"themes/empty.yaml", "", "\n", "\n", "correct the form", NULL},
    {"themes/list.yaml", "", "- number: 5\n", "- number", "keys with values", NULL},
};

TEST(the_small_catalogue_without_a_mistake_is_accepted)
{
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    struct copy copy = small_catalogue();
    EXPECT_EQ(load_dir(a, copy.dir)->theme_count, 2);
    arena_destroy(a);
}

TEST(every_mistake_is_refused_with_its_file_and_line_and_what_to_do)
{
    struct copy copy = small_catalogue();
    EXPECT(ARRAY_LEN(MISTAKES) >= 40);
    mistakes_plant(&copy, MISTAKES, ARRAY_LEN(MISTAKES));
}

TEST(a_public_theme_in_which_nothing_is_public_is_refused)
{
    struct copy copy = small_catalogue();
    copy_put(&copy, "themes/dark.yaml",
             "number: 903\ncode: dark\nversion: 1\nvalid_from: 2024-01-01\nzh: 暗\nen: Dark\n"
             "basis: 某法\ndepartment: tax\ncategory: supervision\nnational_class: 3\nkinds: all\n"
             "polarity: neutral\nvisibility: P\npublication: always\nretention_start: permanent\n"
             "cycle: week\nidentity: record-id\nday: DAY\nitems:\n"
             "  - {code: CODE, zh: 代码, en: C, type: uscc, role: uscc, visibility: A}\n"
             "  - {code: DAY, zh: 日期, en: D, type: date, required: yes, visibility: G}\n");
    expect_refused(&copy, "themes/dark.yaml", copy_line(&copy, "themes/dark.yaml", "visibility: P"),
                   "none of its items is");
}

/* ---- all at once ---- */

struct told {
    char text[16][512];
    size_t count;
};

static void tell(void *ctx, const char *mistake)
{
    struct told *t = ctx;
    EXPECT(t->count < ARRAY_LEN(t->text));
    EXPECT(snprintf(t->text[t->count++], sizeof t->text[0], "%s", mistake) > 0);
}

static struct told check(const struct copy *copy, int wanted)
{
    struct told t = {.count = 0};
    struct catalogue *c;
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    EXPECT_EQ(catalogue_check(a, copy->dir, tell, &t, &c), wanted);
    arena_destroy(a);
    return t;
}

TEST(a_check_tells_the_first_mistake_of_each_file)
{
    struct copy copy = small_catalogue();
    EXPECT_EQ(check(&copy, 0).count, 0);
    copy_put(&copy, "code-sets/case-zones.yaml", "values:\n  - {code: A, en: A}\n");
    copy_put(&copy, "code-sets/notes.txt", "notes");
    copy_edit(&copy, TAX, "version: 1", "version: one");
    copy_edit(&copy, TAX, "en: Tax cases", "en:");
    copy_put(&copy, "themes/list.yaml", "- number: 5\n");
    struct told t = check(&copy, CE_INVALID);
    EXPECT_EQ(t.count, 4);
    EXPECT(strstr(t.text[0], "code-sets/notes.txt:1: "));
    EXPECT(strstr(t.text[1], "code-sets/case-zones.yaml:1: "));
    EXPECT(strstr(t.text[2], "themes/list.yaml:1: "));
    EXPECT(strstr(t.text[3], "themes/tax-case.yaml:3: "));
}

TEST(what_follows_from_another_files_mistake_is_not_told)
{
    struct copy copy = small_catalogue();
    copy_edit(&copy, CASES, "type: document", "type: documents");
    EXPECT_EQ(check(&copy, CE_INVALID).count, 1); /* and nothing of the themes that name it */
    copy_edit(&copy, CASES, "type: documents", "type: document");
    /* The condition names a value that could not be read. */
    copy_edit(&copy, KINDS, "en: Warning", "englisch: Warning");
    struct told t = check(&copy, CE_INVALID);
    EXPECT_EQ(t.count, 1);
    EXPECT(strstr(t.text[0], "case-kinds.yaml:3: unknown key"));
}

TEST(without_departments_and_tables_a_check_ends)
{
    struct copy copy = small_catalogue();
    copy_edit(&copy, OFFICES, "id: tax", "id: Tax");
    copy_edit(&copy, TAX, "version: 1", "version: one");
    struct told t = check(&copy, CE_INVALID);
    EXPECT_EQ(t.count, 1);
    EXPECT(strstr(t.text[0], "departments.yaml:3: "));
}
