/* Formats, conditions, units and roles of a theme: what they mean once read, that they survive
 * being stored, and that each mistake in them is refused. */
#include "tests/unit/record/planted.h"

/* The small theme with everything that this file is about. */
static const char RICH[] =
    "number: 900\n"
    "code: small\n"
    "version: 1\n"
    "valid_from: 2024-01-01T00:00:00+08:00\n"
    "zh: 小主题\n"
    "en: Small theme\n"
    "basis: 无\n"
    "department: amr\n"
    "category: administration\n"
    "national_class: 3.2\n"
    "kinds: all\n"
    "polarity: neutral\n"
    "visibility: P\n"
    "publication: always\n"
    "retention_years: 5\n"
    "retention_start: behaviour-end\n"
    "cycle: month\n"
    "terms: market-regulation\n"
    "identity: [CASE, OFFICE]\n"
    "day: DAY\n"
    "not_collected:\n"
    "  - {item: PROCEDURE, any: [简易], subject: person, law: 某条例第十三条}\n"
    "  - {item: WORD, any: [轻微, 已改正], law: 某条例第九条}\n"
    "formats:\n"
    "  - name: \"2016\"\n"
    "    zh: 旧版\n"
    "    en: Older format\n"
    "    marks: [OLD_WORD, SJC, DFBM]\n"
    "    columns: {OLD_WORD: WORD, WORD: SENTENCE, OLD_NO: CASE}\n"
    "    ignored: [DFBM]\n"
    "    without: [KIND, SENTENCE]\n"
    "    fill: {OFFICE: \"@department\", BUREAU: \"@department.zh\", KIND: 其他}\n"
    "    values: {KIND: {\"1\": 警告, 罚款: 警告, \"2\": 罚金}, PROCEDURE: {S: 简易}}\n"
    "    time: SJC\n"
    "  - {name: other, zh: 另一, en: Another, marks: [OTHER], ignored: [OTHER]}\n"
    "items:\n"
    "  - {code: CODE, zh: 代码, en: Code, type: uscc, role: uscc}\n"
    "  - {code: CASE, zh: 案号, en: Case, type: document, length: 64, required: yes}\n"
    "  - {code: DAY, zh: 日期, en: Day, type: date, required: yes, happened: yes}\n"
    "  - {code: WORD, zh: 说明, en: Words, type: text, length: 100}\n"
    "  - {code: SENTENCE, zh: 内容, en: Content, type: text, length: 100, required: yes}\n"
    "  - {code: KIND, zh: 类别, en: Kind, type: codes, code_set: penalty-kinds, required: yes}\n"
    "  - {code: PROCEDURE, zh: 程序, en: Procedure, type: code, code_set: procedures}\n"
    "  - {code: FINE, zh: 罚款, en: Fine, type: amount, unit: 万元, stated_in: SENTENCE,\n"
    "     required_when: {item: KIND, any: [罚金, 罚款, 没收违法所得]}}\n"
    "  - {code: OFFICE, zh: 机关代码, en: Office, type: uscc, required: yes, role: authority}\n"
    "  - {code: BUREAU, zh: 机关, en: Bureau, type: text, length: 100, role: authority-name}\n"
    "  - {code: SEX, zh: 性别, en: Sex, type: code, code_set: sexes, role: sex}\n"
    "  - {code: BIRTH, zh: 出生日期, en: Birth, type: date, role: birth, visibility: G}\n"
    "  - {code: ENDED, zh: 行为终了, en: Ended, type: date, role: ended}\n"
    "  - {code: WORKS, zh: 自食其力, en: Works, type: code, code_set: answers, role: own-labour}\n";

static struct copy rich(void)
{
    struct copy copy = copy_make();
    copy_put(&copy, SMALL_FILE, RICH);
    copy_put(&copy, "code-sets/procedures.yaml",
             "source: 无\nvalues:\n  - {code: 简易, en: Simple, aliases: [简易程序]}\n"
             "  - {code: 普通, en: Ordinary}\n");
    copy_put(&copy, "code-sets/sexes.yaml",
             "source: 无\nvalues:\n  - {code: 男, en: Male, sex: male}\n"
             "  - {code: 女, en: Female, sex: female}\n  - {code: 未知, en: Unknown}\n");
    copy_put(&copy, "code-sets/answers.yaml",
             "source: 无\nvalues:\n  - {code: 是, en: Yes, yes: yes}\n  - {code: 否, en: No}\n");
    return copy;
}

static const struct theme *small_of(const struct catalogue *c)
{
    const struct theme *t = catalogue_theme_at(c, SLICE("small"), instant("2026-01-01"));
    EXPECT(t != NULL);
    return t;
}

static const struct item *item(const struct theme *t, const char *code)
{
    const struct item *it = theme_item(t, slice_of(code));
    if (!it)
        FAIL("no item %s", code);
    return it;
}

static void expect_rich(struct arena *a, const struct theme *t)
{
    EXPECT_SLICE(t->terms, "market-regulation");
    EXPECT_EQ(t->not_collected_count, 2);
    EXPECT_EQ(t->not_collected[0].subject, WHOM_PERSON);
    EXPECT_EQ(t->not_collected[0].when.item, item(t, "PROCEDURE")->index);
    EXPECT_SLICE(t->not_collected[0].when.any[0], "简易");
    EXPECT_SLICE(t->not_collected[0].law, "某条例第十三条");
    EXPECT_EQ(t->not_collected[1].subject, WHOM_ALL);
    EXPECT_EQ(t->not_collected[1].when.any_count, 2);

    const struct item *fine = item(t, "FINE");
    EXPECT_SLICE(fine->unit, "万元");
    EXPECT_EQ(fine->stated_in, (int)item(t, "SENTENCE")->index);
    EXPECT_EQ(fine->required_when->item, item(t, "KIND")->index);
    EXPECT_EQ(fine->required_when->any_count, 2); /* 罚金 is another word for 罚款 */
    EXPECT_SLICE(fine->required_when->any[0], "罚款");
    EXPECT(item(t, "SENTENCE")->required_when == NULL && item(t, "SENTENCE")->stated_in == -1);

    EXPECT_EQ(t->role_item[ROLE_SEX], (int)item(t, "SEX")->index);
    EXPECT_EQ(t->role_item[ROLE_BIRTH], (int)item(t, "BIRTH")->index);
    EXPECT_EQ(t->role_item[ROLE_ENDED], (int)item(t, "ENDED")->index);
    EXPECT_EQ(t->role_item[ROLE_AUTHORITY_NAME], (int)item(t, "BUREAU")->index);
    EXPECT_EQ(t->role_item[ROLE_OWN_LABOUR], (int)item(t, "WORKS")->index);
    EXPECT_EQ(code_set_find(item(t, "SEX")->code_set, a, SLICE("女"))->sex, SEX_FEMALE);
    EXPECT_EQ(code_set_find(item(t, "SEX")->code_set, a, SLICE("男"))->sex, SEX_MALE);
    EXPECT(code_set_find(item(t, "WORKS")->code_set, a, SLICE("是"))->is_yes);
    EXPECT(!code_set_find(item(t, "WORKS")->code_set, a, SLICE("否"))->is_yes);

    EXPECT_EQ(t->format_count, 2);
    const struct format *f = &t->formats[0];
    EXPECT_SLICE(f->name, "2016");
    EXPECT_SLICE(f->zh, "旧版");
    EXPECT_SLICE(f->en, "Older format");
    EXPECT_EQ(f->fill_count, 3);
    EXPECT_EQ(f->fills[0].kind, FILL_DEPARTMENT_CODE);
    EXPECT_EQ(f->fills[1].kind, FILL_DEPARTMENT_NAME);
    EXPECT_EQ(f->fills[2].kind, FILL_TEXT);
    EXPECT_SLICE(f->fills[2].text, "其他");
    EXPECT(f->is_without[item(t, "KIND")->index] && f->is_without[item(t, "SENTENCE")->index]);
    EXPECT(!f->is_without[item(t, "CASE")->index]);
    EXPECT_EQ(t->formats[1].index, 1);
}

TEST(everything_that_a_theme_says_is_read_and_survives_being_stored)
{
    struct copy copy = rich();
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    const struct catalogue *files = load_dir(a, copy.dir);
    const struct theme *t = small_of(files);
    expect_rich(a, t);
    const struct common *c = catalogue_newest_common(files);
    struct catalogue_entry entries[] = {{0, c->version, c->json}, {t->number, t->version, t->json}};
    struct catalogue *stored = NULL;
    struct reason why = {{0}};
    if (catalogue_restore(a, entries, ARRAY_LEN(entries), &stored, &why) < 0)
        FAIL("not restored: %s", why.text);
    expect_rich(a, small_of(stored));
    /* The text is the same again, and so are the tables. */
    struct catalogue *joined = NULL;
    struct catalogue_entry *fresh = NULL;
    size_t fresh_count = 0;
    EXPECT_OK(
        catalogue_join(a, stored, files, (struct utc_ms){0}, &joined, &fresh, &fresh_count, &why));
    for (size_t i = 0; i < fresh_count; i++)
        EXPECT(fresh[i].number != 0 && fresh[i].number != t->number);
    const struct tables *tables = catalogue_tables_at(stored, instant("2026-01-01"));
    EXPECT_EQ(tables->age_full, 18);
    EXPECT_EQ(tables->age_own_labour, 16);
    EXPECT(tables->authority_short_count > 0);
    EXPECT_EQ(tables->forbidden_count, c->tables.forbidden_count);
    EXPECT_EQ(tables->former.count, c->tables.former.count);
    EXPECT_EQ(tables->by_name.count, c->tables.by_name.count);
    EXPECT(tables_forbidden(tables, SLICE("宗教信仰"), false) != NULL);
    arena_destroy(a);
}

static enum column_meaning meaning(struct arena *a, const struct theme *t, const struct format *f,
                                   const char *name)
{
    return theme_column(t, f, a, slice_of(name)).meaning;
}

TEST(a_column_means_what_its_format_says_and_else_what_the_theme_says)
{
    struct copy copy = rich();
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    const struct theme *t = small_of(load_dir(a, copy.dir));
    const struct format *old = theme_format_marked(t, a, SLICE("ｏｌｄ＿word "));
    EXPECT(old == &t->formats[0]);
    EXPECT(theme_format_marked(t, a, SLICE("DFBM")) == old);
    EXPECT(theme_format_marked(t, a, SLICE("OTHER")) == &t->formats[1]);
    EXPECT(theme_format_marked(t, a, SLICE("OLD_NO")) == NULL);
    EXPECT(theme_format_marked(t, a, SLICE("WORD")) == NULL);

    EXPECT(theme_column(t, old, a, SLICE("old_word")).item == item(t, "WORD"));
    EXPECT(theme_column(t, old, a, SLICE("WORD")).item == item(t, "SENTENCE"));
    EXPECT(theme_column(t, old, a, SLICE("说明")).item == item(t, "WORD"));
    EXPECT(theme_column(t, NULL, a, SLICE("WORD")).item == item(t, "WORD"));
    EXPECT_EQ(meaning(a, t, old, "DFBM"), COLUMN_IGNORED);
    EXPECT_EQ(meaning(a, t, old, "SJC"), COLUMN_TIME);
    EXPECT_EQ(meaning(a, t, old, "nothing"), COLUMN_UNKNOWN);
    EXPECT_EQ(meaning(a, t, NULL, "SJC"), COLUMN_UNKNOWN);
    EXPECT_EQ(meaning(a, t, NULL, "OLD_NO"), COLUMN_UNKNOWN);
    EXPECT_EQ(meaning(a, t, &t->formats[1], "OLD_NO"), COLUMN_UNKNOWN);
    EXPECT_EQ(theme_column(t, old, a, SLICE("更新时间")).reserved, RESERVED_TIME);
    arena_destroy(a);
}

TEST(words_of_a_format_go_before_those_of_the_code_set)
{
    struct copy copy = rich();
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    const struct theme *t = small_of(load_dir(a, copy.dir));
    const struct item *kind = item(t, "KIND");
    const struct code_set *set = t->formats[0].sets[kind->index];
    EXPECT(t->formats[0].sets[item(t, "SEX")->index] == NULL);
    EXPECT_SLICE(code_set_find(set, a, SLICE("1"))->code, "警告");
    EXPECT_SLICE(code_set_find(set, a, SLICE("２"))->code, "罚款");
    EXPECT_SLICE(code_set_find(set, a, SLICE("罚款"))->code, "警告");
    EXPECT_SLICE(code_set_find(set, a, SLICE("罚 款"))->code, "警告");
    EXPECT_SLICE(code_set_find(set, a, SLICE("罚金"))->code, "罚款");
    EXPECT_SLICE(code_set_find(set, a, SLICE("行政拘留"))->code, "行政拘留");
    EXPECT_SLICE(code_set_find(kind->code_set, a, SLICE("罚款"))->code, "罚款");
    EXPECT(code_set_find(kind->code_set, a, SLICE("1")) == NULL);
    arena_destroy(a);
}

TEST(what_a_theme_leaves_out_is_left_out_of_its_archetypes_formats)
{
    struct copy copy = copy_make();
    copy_edit(&copy, "archetypes/licence.yaml", "items:\n",
              "formats:\n"
              "  - name: old\n    zh: 旧\n    en: Old\n    marks: [OLD_BZ]\n"
              "    columns: {OLD_BZ: BZ}\n    without: [BZ]\n    fill: {BZ: 无}\n"
              "items:\n");
    copy_edit(&copy, "themes/amr-licence.yaml", "archetype: licence\n",
              "archetype: licence\nwithout: [BZ]\n");
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    const struct catalogue *c = load_dir(a, copy.dir);
    const struct theme *t = catalogue_theme_at(c, SLICE("amr-licence"), instant("2026-01-01"));
    EXPECT_EQ(t->formats[0].fill_count + t->formats[0].without_count, 0);
    EXPECT_EQ(meaning(a, t, theme_format_marked(t, a, SLICE("OLD_BZ")), "OLD_BZ"), COLUMN_IGNORED);
    t = catalogue_theme_at(c, SLICE("ecology-licence"), instant("2026-01-01"));
    EXPECT_SLICE(theme_column(t, &t->formats[0], a, SLICE("OLD_BZ")).item->code, "BZ");
    arena_destroy(a);
}

static const struct mistake MISTAKES[] = {
    /* formats */
    {SMALL_FILE, "    en: Older format\n", "", "  - name: \"2016\"", "\"en\" is missing", NULL},
    {SMALL_FILE, "    marks: [OLD_WORD, SJC, DFBM]\n", "", "  - name: \"2016\"", "has no marks",
     NULL},
    {SMALL_FILE, "marks: [OLD_WORD,", "marks: [NEW_WORD,", NULL, "no column of the format", NULL},
    {SMALL_FILE, "marks: [OLD_WORD,", "marks: [WORD,", NULL, "column of the theme itself", NULL},
    {SMALL_FILE, "marks: [OTHER], ignored: [OTHER]", "marks: [ｄｆｂｍ], ignored: [DFBM]",
     "  - {name: other", "of the format \"2016\" already", NULL},
    {SMALL_FILE, "name: other", "name: \"2016\"", "  - {name: \"2016\"", "stands twice", NULL},
    {SMALL_FILE, "    time: SJC", "    tmie: SJC", NULL, "unknown key \"tmie\"", NULL},
    {SMALL_FILE, "columns: {OLD_WORD: WORD", "columns: {OLD_WORD: WORDS", NULL,
     "no item has that code", NULL},
    {SMALL_FILE, "OLD_NO: CASE}", "old_word: CASE}", "    columns:", "stands twice", NULL},
    {SMALL_FILE, "OLD_NO: CASE}", "版本: CASE}", "    columns:", "reserved column", NULL},
    {SMALL_FILE, "ignored: [DFBM]", "ignored: [DFBM, OLD_NO]", "    columns:", "stands twice",
     NULL},
    {SMALL_FILE, "    time: SJC", "    time: 更新时间", NULL, "reserved column", NULL},
    {SMALL_FILE, "    without: [KIND", "    without: [DAY", NULL, "is the day", NULL},
    {SMALL_FILE, "    without: [KIND", "    without: [CASE", NULL, "part of the identity", NULL},
    {SMALL_FILE, "    without: [KIND", "    without: [KNID", NULL, "no item has that code", NULL},
    {SMALL_FILE, "OFFICE: \"@department\"", "OFFICE: \"@office\"",
     "    fill:", "stands for nothing", NULL},
    {SMALL_FILE, "OFFICE: \"@department\"", "CASE: \"@department\"", "    fill:", "does not fit",
     NULL},
    {SMALL_FILE, "BUREAU: \"@department.zh\"", "DAY: \"@department.zh\"",
     "    fill:", "does not fit", NULL},
    {SMALL_FILE, "KIND: 其他}", "KIND: 死刑}", "    fill:", "no value of \"KIND\"", NULL},
    {SMALL_FILE, "KIND: 其他}", "KIND: [其他]}", "    fill:", "must have one value", NULL},
    {SMALL_FILE, "\"2\": 罚金", "\"2\": 死刑", "    values:", "no value of \"KIND\"", NULL},
    {SMALL_FILE, "罚款: 警告", "１: 罚款", "    values:", "two values", NULL},
    {SMALL_FILE, "PROCEDURE: {S: 简易}", "WORD: {S: 简易}", "    values:", "has no code set", NULL},
    {SMALL_FILE, "PROCEDURE: {S: 简易}", "PROCEDURE: S", "    values:", "keys with values", NULL},
    /* conditions */
    {SMALL_FILE, "required_when: {item: KIND", "required_when: {item: KNID",
     "     required_when:", "no item has that code", NULL},
    {SMALL_FILE, "any: [罚金, 罚款", "any: [死刑, 罚款",
     "     required_when:", "no value of \"KIND\"", NULL},
    {SMALL_FILE, ", any: [罚金, 罚款, 没收违法所得]", "", "     required_when:", "lists no value",
     NULL},
    {SMALL_FILE, "required_when: {item: KIND", "required_when: {item: DAY",
     "     required_when:", "of type code, codes or text", NULL},
    {SMALL_FILE, "unit: 万元, stated_in: SENTENCE", "required: yes",
     "     required_when:", "always required", NULL},
    {SMALL_FILE, "required_when: {item", "required_when: {itme",
     "     required_when:", "unknown key \"itme\"", NULL},
    {SMALL_FILE, "subject: person", "subject: child", "  - {item: PROCEDURE", "all, person", NULL},
    {SMALL_FILE, ", law: 某条例第十三条", "", "  - {item: PROCEDURE", "\"law\" is missing", NULL},
    {SMALL_FILE, "any: [简易]", "any: [快速]", "  - {item: PROCEDURE", "no value of \"PROCEDURE\"",
     NULL},
    {SMALL_FILE, "terms: market-regulation", "terms: Market", NULL, "small letters", NULL},
    /* units and roles */
    {SMALL_FILE, "type: text, length: 100}", "type: text, length: 100, unit: 元}",
     "  - {code: WORD", "only an amount has a unit", NULL},
    {SMALL_FILE, "unit: 万元", "unit: 万元万元万元万元万元万元万元万元万元", "  - {code: FINE",
     "longer than 16", NULL},
    {SMALL_FILE, "unit: 万元", "unit: 吨", "  - {code: FINE", "元, 万元 or 亿元", NULL},
    {SMALL_FILE, "stated_in: SENTENCE", "stated_in: KIND", "  - {code: FINE", "元, 万元 or 亿元",
     NULL},
    {SMALL_FILE, "code_set: sexes, role: sex", "code_set: answers, role: sex", "  - {code: SEX",
     "sex: male or sex: female", NULL},
    {SMALL_FILE, "code_set: answers, role: own-labour", "code_set: sexes, role: own-labour",
     "  - {code: WORKS", "yes: yes", NULL},
    {SMALL_FILE, "type: date, role: ended", "type: text, length: 10, role: ended",
     "  - {code: ENDED", "does not go with type text", NULL},
    {"code-sets/sexes.yaml", "sex: male", "sex: man", "code: 男", "male, female", NULL},
    {"code-sets/answers.yaml", "yes: yes", "yes: perhaps", "code: 是", "yes or no", NULL},
    /* tables */
    {"tables/ages.yaml", "own_labour: 16", "own_labour: 19", NULL, "above \"full_capacity\"", NULL},
    {"tables/ages.yaml", "full_capacity: 18", "full_capacity: full", NULL, "whole number", NULL},
    {"tables/authority.yaml", "authority_short:", "authority_shorts:", NULL, "unknown key", NULL},
    {"tables/divisions.csv", "440102,东山区,1980,2004", "440102,东山区,1980,04", NULL, "is no year",
     NULL},
};

TEST(each_planted_mistake_of_the_language_is_refused_with_its_file_and_line)
{
    struct copy copy = rich();
    mistakes_plant(&copy, MISTAKES, ARRAY_LEN(MISTAKES));
}

TEST(an_eighth_format_is_taken_and_a_ninth_is_not)
{
    struct copy copy = rich();
    for (int i = 3; i <= 9; i++) {
        char more[100];
        snprintf(more, sizeof more,
                 "  - {name: f%d, zh: 甲, en: A, marks: [F%d], ignored: [F%d]}\nitems:\n", i, i, i);
        copy_edit(&copy, SMALL_FILE, "items:\n", more);
        if (i == 8) {
            struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
            EXPECT_EQ(small_of(load_dir(a, copy.dir))->format_count, THEME_FORMATS_MAX);
            arena_destroy(a);
        }
    }
    expect_refused(&copy, SMALL_FILE, copy_line(&copy, SMALL_FILE, "formats:"), "at most 8");
}

TEST(a_format_of_256_columns_is_taken_and_one_more_is_not)
{
    struct copy copy = rich();
    AUTO_BUF(names, 1 << 16);
    buf_add_slice(&names, SLICE("ignored: [OTHER"));
    for (int i = 1; i < FORMAT_NAMES_MAX; i++)
        buf_printf(&names, ", X%d", i);
    buf_add_slice(&names, SLICE("]}"));
    buf_add_char(&names, 0);
    copy_edit(&copy, SMALL_FILE, "ignored: [OTHER]}", names.p);
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    EXPECT_EQ(small_of(load_dir(a, copy.dir))->formats[1].name_count, FORMAT_NAMES_MAX);
    arena_destroy(a);
    copy_edit(&copy, SMALL_FILE, "ignored: [OTHER", "time: Y, ignored: [OTHER");
    expect_refused(&copy, SMALL_FILE, copy_line(&copy, SMALL_FILE, "name: other"), "256 columns");
}
