/* Mistakes planted in copies of the real catalogue: keys, words, roles, and what must hold between
 * themes. */
#include "tests/unit/record/planted.h"

static const char LICENCE[] = "themes/amr-licence.yaml";
static const char PENALTY[] = "archetypes/penalty.yaml";
static const char REGISTRATION[] = "themes/amr-enterprise-registration.yaml";

static const struct mistake MISTAKES[] = {
    /* keys and words */
    {LICENCE, "archetype: licence\n", "archetype: licence\ncolour: red\n", "colour: red",
     "unknown key \"colour\"", NULL},
    {LICENCE, "zh: 市场监管行政许可信息\n", "", "number: 201", "\"zh\" is missing", NULL},
    {LICENCE, "zh: 市场监管行政许可信息", "zh:", NULL, "no value", NULL},
    {LICENCE, "zh: 市场监管行政许可信息", "zh: [a, b]", NULL, "must be one value", NULL},
    {LICENCE, "zh: 市场监管行政许可信息", "zh: \"bell\\a\"", NULL, "control characters", NULL},
    {LICENCE, "en: Adm", "en: Twice\nen: Adm", "en: Adm", "en", NULL},
    {LICENCE, "number: 201", "number: [201", "code:", "correct the form", NULL},
    {LICENCE, "number: 201", "number: 0", NULL, "from 1 to 65535", NULL},
    {LICENCE, "number: 201", "number: 70000", NULL, "from 1 to 65535", NULL},
    {LICENCE, "version: 1", "version: one", NULL, "whole number", NULL},
    {LICENCE, "code: amr-licence", "code: AMR-Licence", NULL, "small letters", NULL},
    {LICENCE, "code: amr-licence", "code: common", NULL, "choose another code", NULL},
    {LICENCE, "code: amr-licence", "code: amr-licences", NULL, "name it amr-licences.yaml", NULL},
    {LICENCE, "valid_from: 2024-01-01T00:00:00+08:00", "valid_from: 2024-02-30", NULL,
     "an instant like", NULL},
    {LICENCE, "valid_from: 2024-01-01T00:00:00+08:00", "valid_from: soon", NULL, "an instant like",
     NULL},
    {PENALTY, "polarity: negative", "polarity: bad", NULL, "neutral, positive, negative, mixed",
     NULL},
    {PENALTY, "category: supervision", "category: penalties", NULL,
     "registration, supervision, qualification", NULL},
    {PENALTY, "cycle: week", "cycle: sometimes", NULL, "real-time, day, week", NULL},
    {PENALTY, "national_class: 3", "national_class: 14", NULL, "1 to 13", NULL},
    {PENALTY, "kinds: all", "kinds: [enterprise, robot]", NULL, "no kind of subject", NULL},
    {PENALTY, "kinds: all", "kinds: all\nnumber: 5", "number: 5", "belongs to each theme", NULL},
    {PENALTY, "visibility: P", "visibility: X", NULL, "P, A, G, N", NULL},
    {PENALTY, "happened: yes", "happened: maybe", NULL, "yes or no", NULL},
    {PENALTY, "aliases: [相对人名称]", "aliases: 相对人名称", NULL, "must be a list", NULL},
    {PENALTY, "aliases: [相对人名称]", "aliases: [相对人, 相对人]", NULL, "stands twice", NULL},
    /* what is named must exist */
    {LICENCE, "archetype: licence", "archetype: license", NULL, "no archetype \"license\"", NULL},
    {LICENCE, "department: amr", "department: arm", NULL, "no department \"arm\"", NULL},
    {PENALTY, "code_set: penalty-kinds", "code_set: penalties", NULL, "no code set \"penalties\"",
     NULL},
    {SMALL_FILE, "visibility: G}\n", "visibility: A, mask: hidden}\n", "NUMBER",
     "no mask \"hidden\"", NULL},
    {SMALL_FILE, "publication: always", "publication: always\nseverity_default: grave",
     "severity_default", "no class \"grave\" in the set general", NULL},
    {SMALL_FILE, "publication: always", "publication: always\nterms: nobody", "terms: nobody",
     "no set \"nobody\" in tables/terms.yaml", NULL},
    {SMALL_FILE, "publication: always",
     "publication: always\nterms: dishonest-debtors\nseverity_default: minor", "severity_default",
     "no class \"minor\" in the set dishonest-debtors", NULL},
    {SMALL_FILE, "identity: record-id", "identity: [CODE, CASE]", NULL, "no item has that code",
     NULL},
    {SMALL_FILE, "identity: record-id", "identity: CODE", NULL, "a list of item codes", NULL},
    {SMALL_FILE, "day: DAY", "day: NIGHT", NULL, "no item has that code", NULL},
    {LICENCE, "archetype: licence\n", "archetype: licence\nwithout: [XK_NOTHING]\n", "without",
     "take it out", NULL},
    /* identity, day, roles */
    {SMALL_FILE, "identity: record-id", "identity: [CODE, WORD]", NULL, "not always there", NULL},
    {SMALL_FILE, "identity: record-id", "identity: []", NULL, "lists no item", NULL},
    {SMALL_FILE, "day: DAY", "day: CODE", NULL, "of type date", NULL},
    {SMALL_FILE, "type: date, required: yes", "type: date", "day: DAY", "required: yes", NULL},
    {SMALL_FILE, ", role: uscc", "", "number: 900", "who the subject is", NULL},
    {SMALL_FILE, "type: text, length: 100}", "type: text, length: 100, role: name}", "WORD",
     "does not go with type text", NULL},
    {SMALL_FILE, "type: text, length: 100}", "type: uscc, role: uscc}", "WORD", "\"CODE\" already",
     NULL},
    {SMALL_FILE, "type: text, length: 100}", "type: date, not_before: CODE}", "WORD", "two dates",
     NULL},
    {SMALL_FILE, "type: text, length: 100}", "type: text, length: 100, happened: yes}", "WORD",
     "only a date", NULL},
    {SMALL_FILE, "type: text, length: 100}", "type: date, happened: yes, open_ended: yes}", "WORD",
     "no open end", NULL},
    {SMALL_FILE, "type: text, length: 100}", "type: code}", "WORD", "needs a code set", NULL},
    {SMALL_FILE, "type: text, length: 100}", "type: text, length: 9, code_set: penalty-kinds}",
     "WORD", "takes no code set", NULL},
    {SMALL_FILE, "length: 100", "length: 0", "WORD", "from 1 to", NULL},
    {SMALL_FILE, "length: 100", "length: -5", "WORD", "from 1 to", NULL},
    {SMALL_FILE, ", length: 100", "", "WORD", "\"length\" is missing", NULL},
    {SMALL_FILE, "length: 100", "length: 100001", "WORD", "from 1 to", NULL},
    /* more than the store takes */
    {SMALL_FILE, "length: 100", "length: 20001", "WORD", "at most 20000", NULL},
    {SMALL_FILE, "text, length: 100", "capital, length: 20001", "WORD", "at most 20000", NULL},
    {SMALL_FILE, "text, length: 100", "name, length: 1001", "WORD", "at most 1000", NULL},
    {SMALL_FILE, "text, length: 100", "number, length: 257", "WORD", "at most 256", NULL},
    {SMALL_FILE, "text, length: 100", "document, length: 257", "WORD", "at most 256", NULL},
    {SMALL_FILE, "text, length: 100", "uscc, length: 257", "WORD", "at most 256", NULL},
    {SMALL_FILE, "text, length: 100", "registration-number, length: 257", "WORD", "at most 256",
     NULL},
    {SMALL_FILE, "text, length: 100", "organisation-code, length: 257", "WORD", "at most 256",
     NULL},
    {SMALL_FILE, "text, length: 100", "date, length: 257", "WORD", "at most 256", NULL},
    {SMALL_FILE, "text, length: 100", "amount, length: 257", "WORD", "at most 256", NULL},
    {SMALL_FILE, "text, length: 100", "integer, length: 257", "WORD", "at most 256", NULL},
    {SMALL_FILE, "text, length: 100", "code, length: 257, code_set: penalty-kinds", "WORD",
     "at most 256", NULL},
    {SMALL_FILE, "text, length: 100", "codes, length: 257, code_set: penalty-kinds", "WORD",
     "at most 256", NULL},
    {SMALL_FILE, "type: person-id, length: 64", "type: person-id, length: 257", "NUMBER",
     "at most 256", NULL},
    {SMALL_FILE, "type: contact, length: 64", "type: contact, length: 257", "PHONE", "at most 256",
     NULL},
    {PENALTY, "length: 2000", "length: 20001", NULL, "at most 20000", NULL},
    {SMALL_FILE, "code: WORD", "code: word", NULL, "capital letters", NULL},
    {SMALL_FILE, "code: WORD", "code: PHONE", "zh: 说明", "stands twice", NULL},
    {SMALL_FILE, "zh: 说明, en: Words", "zh: 说明, en: Words, aliases: [电话]", "WORD",
     "borne by two items", NULL},
    {SMALL_FILE, "zh: 说明, en: Words", "zh: 说明, en: Words, aliases: [ｐｈｏｎｅ]", "WORD",
     "borne by two items", NULL},
    {SMALL_FILE, "zh: 说明", "zh: 版本", "WORD", "reserved column", NULL},
    {SMALL_FILE, "kinds: all", "kinds: all\nregistration: yes", "registration: yes",
     "category registration", NULL},
    {SMALL_FILE, "kinds: all", "kinds: [individual]\ncounterpart: enterprise",
     "counterpart:", "not among \"kinds\"", NULL},
    /* who may see it, and what may not be collected */
    {SMALL_FILE, "type: person-id, length: 64, visibility: G",
     "type: person-id, length: 64, visibility: P", "NUMBER", "would be public", NULL},
    {SMALL_FILE, "type: person-id, length: 64, visibility: G", "type: person-id, length: 64",
     "NUMBER", "would be public", NULL},
    {SMALL_FILE, "type: person-id, length: 64, visibility: G",
     "type: person-id, length: 64, visibility: A", "NUMBER", "add a mask", NULL},
    {SMALL_FILE, "type: contact, length: 64, visibility: G",
     "type: contact, length: 64, visibility: P, mask: telephone", "PHONE", "would be public", NULL},
    {SMALL_FILE, "publication: always", "publication: never", NULL, "says both", NULL},
    {SMALL_FILE, "visibility: P", "visibility: A", "publication", "publication: never", NULL},
    {SMALL_FILE, "retention_years: 5\n", "", "number: 900", "\"retention_years\" is missing", NULL},
    {SMALL_FILE, "retention_start: decision", "retention_start: permanent", "retention_years",
     "take retention_years out", NULL},
    {SMALL_FILE, "zh: 说明", "zh: 法定代表人宗教信仰", "WORD", "may not be collected", NULL},
    {SMALL_FILE, "zh: 说明", "zh: 存款情况", "WORD", "may not be collected", NULL},
    {SMALL_FILE, "en: Words", "en: Words, aliases: [既往病史]", "WORD", "may not be collected",
     NULL},
    /* between themes */
    {LICENCE, "number: 201", "number: 202", "number: 202", "is that of two themes",
     "themes/ecology-licence.yaml"},
    {"themes/amr-licence.v1.yaml", "",
     "archetype: licence\nnumber: 201\ncode: amr-licence\nversion: 1\nzh: 一\nen: one\n"
     "basis: 无\ndepartment: amr\nvalid_from: 2025-01-01\n",
     "version: 1", "stands twice", NULL},
    {"themes/amr-licence.v2.yaml", "",
     "archetype: licence\nnumber: 201\ncode: amr-licence\nversion: 2\nzh: 一\nen: one\n"
     "basis: 无\ndepartment: amr\nvalid_from: 2023-01-01\n",
     "valid_from", "does not begin after", NULL},
    {"themes/amr-licence.v2.yaml", "",
     "archetype: licence\nnumber: 222\ncode: amr-licence\nversion: 2\nzh: 一\nen: one\n"
     "basis: 无\ndepartment: amr\nvalid_from: 2025-01-01\n",
     "number: 222", "keeps its number", NULL},
    {"themes/amr-licence.v2.yaml", "",
     "archetype: licence\nnumber: 201\ncode: amr-licence\nversion: 2\nzh: 一\nen: one\n"
     "basis: 无\ndepartment: amr\nvalid_from: 2025-01-01\nidentity: record-id\n",
     "identity", "open a new theme", NULL},
    {"themes/README.txt", "", "notes", "notes", "only files NAME.yaml", NULL},
    /* code sets, departments, tables */
    {"code-sets/penalty-kinds.yaml", "{code: 通报批评", "{code: 警告", "Public reprimand",
     "stands twice", NULL},
    {"code-sets/penalty-kinds.yaml", "{code: 罚款", "{code: 罚;款", NULL, "separator of lists",
     NULL},
    {"code-sets/penalty-kinds.yaml", "aliases: [罚金]", "aliases: [警告]", "values:", "two values",
     NULL},
    {"code-sets/penalty-kinds.yaml", "source:", "sources:", NULL, "unknown key \"sources\"", NULL},
    {"code-sets/counterpart-class.yaml", "kind: individual, ", "", "code_set: counterpart-class",
     "says no kind", "archetypes/licence.yaml"},
    {"departments.yaml", "uscc: 11440100YY", "uscc: 11440100YX", NULL,
     "no unified social credit code", NULL},
    {"departments.yaml", "id: edu", "id: drc", "市教育局", "another department", NULL},
    {"departments.yaml", "id: edu", "id: Edu", NULL, "small letters", NULL},
    {"common.yaml", "version: 1", "", "valid_from", "\"version\" is missing", NULL},
    {"tables/masks.yaml", "name: telephone", "name: person-number",
     "{name: person-number, keep_first: 3, keep_last: 4}", "stands twice", NULL},
    {"tables/masks.yaml", "keep_first: 1", "keep_first: -1", NULL, "from 0 to", NULL},
    {"tables/terms.yaml", "from: 2026-04-01", "from: 2026-04-31", NULL, "a day that exists", NULL},
    {"tables/terms.yaml", "from: 2026-04-01", "from: 1949-09-30", NULL, "do not rise in time",
     NULL},
    {"tables/terms.yaml", "from: 2026-04-01", "from: 1949-10-01", "    from: 1949", "overlap",
     NULL},
    {"tables/terms.yaml", "from: 1949-10-01, source",
     "from: 1949-10-01, applied_from: 2026-04-01, source", "    applied_from:", "overlap", NULL},
    {"tables/terms.yaml", "months_min: 3, months_max: 36", "months_min: 37, months_max: 36", NULL,
     "at least 37 months and at most 36", NULL},
    {"tables/terms.yaml", "months_min: 3, months_max: 36", "months_min: 3", "class: ordinary",
     "\"months_max\" is missing", NULL},
    {"tables/terms.yaml", "    source: 《信用修复管理办法》（国家发展改革委令第36号）\n", "",
     "  - class: minor", "\"source\" is missing", NULL},
    {"tables/terms.yaml", "set: market-regulation, class: ordinary",
     "set: market-regulation, class: ordinery", NULL, "leads to the class \"ordinery\"", NULL},
    {"tables/terms.yaml", "set: market-regulation", "set: Market", NULL, "small letters", NULL},
    {"tables/terms.yaml", "months_max: 12\n", "months_max: 12\n    months: 1\n", "    months: 1",
     "unknown key", NULL},
    {"tables/workdays.yaml", "2026-01-01..2026-01-03", "2026-01-01-03", NULL, "is no day", NULL},
    {"tables/workdays.yaml", "2026-01-01..2026-01-03", "2026-01-03..2026-01-01", NULL, "is no day",
     NULL},
    {"tables/workdays.yaml", "2026-01-01..2026-01-03", "2025-12-31..2026-01-03",
     "    off: [2025-12", "not in 2026", NULL},
    {"tables/workdays.yaml", "2026-02-15..2026-02-23", "2026-01-03..2026-01-04",
     "    off: [2026-01-01", "order of time", NULL},
    {"tables/workdays.yaml", "work: [2026-01-04", "work: [2026-01-05", NULL,
     "no Saturday or Sunday", NULL},
    {"tables/workdays.yaml", "work: [2026-01-04", "work: [2026-01-03", NULL, "worked and off",
     NULL},
    {"tables/workdays.yaml", "work: [2026-01-04", "work: [2026-01-10..2026-01-11",
     "    work: [2026-01-10", "one by one", NULL},
    {"tables/workdays.yaml", "year: 2026", "year: 2027", "    off: [2026-01-01", "not in 2027",
     NULL},
    {"tables/workdays.yaml", "  - year: 2026\n", "  - {year: 2028, source: x}\n  - year: 2026\n",
     "  - {year: 2028", "2028 does not follow 2025", NULL},
    {"tables/workdays.yaml", "year: 2015", "year: 2014", "    off: [2015-01-01", "not in 2014",
     NULL},
    {"tables/workdays.yaml", "archetype: licence", "archetype: license", NULL,
     "no archetype \"license\"", NULL},
    {"tables/workdays.yaml", "archetype: penalty, workdays: 7", "workdays: 7, archetype: licence",
     NULL, "has a deadline already", NULL},
    {"tables/workdays.yaml", "workdays: 7", "workdays: 0", NULL, "from 1 to", NULL},
    {"tables/severity.yaml", "class: serious", "class: grave", NULL, "no term is given", NULL},
    {"tables/uscc-classes.yaml", "pair: \"12\"", "pair: \"11\"", "name: 事业单位", "stands twice",
     NULL},
    {"tables/uscc-classes.yaml", "kind: institution", "kind: school", NULL,
     "social-organisation, government", NULL},
    {"tables/dates.yaml", "1899-12-31", "1899-13-31", NULL, "is no day", NULL},
    {"tables/divisions.csv", "", "44010,短\n", NULL, "six digits", NULL},
    {"tables/divisions.csv", "", "440199,某 区\n", NULL, "has no blanks", NULL},
    {"tables/forbidden.yaml", "word: 指纹", "wrod: 指纹", NULL, "unknown key \"wrod\"", NULL},
};

TEST(the_copy_without_a_mistake_is_accepted)
{
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    struct copy copy = copy_make();
    copy_put(&copy, SMALL_FILE, SMALL);
    EXPECT_EQ(load_dir(a, copy.dir)->theme_count, 393);
    arena_destroy(a);
}

TEST(each_planted_mistake_is_refused_with_its_file_and_line)
{
    struct copy copy = copy_make();
    copy_put(&copy, SMALL_FILE, SMALL);
    mistakes_plant(&copy, MISTAKES, ARRAY_LEN(MISTAKES));
}

TEST(the_longest_items_that_the_store_takes_are_accepted)
{
    static const char *const types[] = {
        "text, length: 20000",   "capital, length: 20000",
        "name, length: 1000",    "number, length: 256",
        "document, length: 256", "uscc, length: 256",
        "amount, length: 256",   "codes, length: 256, code_set: penalty-kinds",
    };
    struct copy copy = copy_make();
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
        copy_put(&copy, SMALL_FILE, SMALL);
        copy_edit(&copy, SMALL_FILE, "text, length: 100", types[i]);
        EXPECT_EQ(load_dir(a, copy.dir)->theme_count, 393);
        arena_destroy(a);
    }
}

TEST(a_missing_file_is_named)
{
    struct copy copy = copy_make();
    copy_remove(&copy, "tables/masks.yaml");
    expect_refused(&copy, "tables/masks.yaml", 1, "no such file");
    struct copy other = copy_make();
    copy_remove(&other, "common.yaml");
    expect_refused(&other, "common.yaml", 1, "no such file");
}

TEST(a_word_in_a_harmless_phrase_is_not_forbidden)
{
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    struct copy copy = copy_make();
    copy_edit(&copy, REGISTRATION, "zh: 行业代码", "zh: 疾病预防控制机构");
    /* Not a theme of natural persons. */
    copy_edit(&copy, REGISTRATION, "zh: 地区", "zh: 存款地区");
    EXPECT_EQ(load_dir(a, copy.dir)->theme_count, 392);
    arena_destroy(a);
}

TEST(a_mistake_in_an_archetype_is_told_once_where_it_stands)
{
    struct copy copy = copy_make();
    copy_edit(&copy, PENALTY, "type: amount", "type: money");
    expect_refused(&copy, PENALTY, copy_line(&copy, PENALTY, "type: money"), "amount, capital");
}
