/* What a new catalogue changes: each row of the table changes one thing of a small catalogue and
 * says what must be told about it. */
#include "base/err.h"
#include "record/catalogue_diff.h"
#include "tests/support/test.h"
#include "tests/unit/record/catalogue_copy.h"

static const char SMALL_FILE[] = "themes/small.yaml";
static const char SMALL[] =
    "number: 900\n"
    "code: small\n"
    "version: 1\n"
    "valid_from: 2024-01-01T00:00:00+08:00\n"
    "zh: 小主题\n"
    "en: Small theme\n"
    "basis: 某办法\n"
    "department: amr\n"
    "category: administration\n"
    "national_class: 3.2\n"
    "kinds: [enterprise, individual]\n"
    "polarity: neutral\n"
    "visibility: P\n"
    "publication: term\n"
    "severity_default: ordinary\n"
    "retention_years: 5\n"
    "retention_start: decision\n"
    "cycle: month\n"
    "identity: record-id\n"
    "day: DAY\n"
    "not_collected:\n"
    "  - {item: KIND, any: [\"1\"], law: 某条例}\n"
    "formats:\n"
    "  - {name: old, zh: 旧版, en: Old, marks: [OLD], columns: {OLD: CASE}, ignored: [LEFT]}\n"
    "items:\n"
    "  - {code: CODE, zh: 代码, en: Code, type: uscc, required: organisation, role: uscc}\n"
    "  - {code: DAY, zh: 日期, en: Day, type: date, required: yes, happened: yes}\n"
    "  - {code: UNTIL, zh: 截止日期, en: Until, type: date, open_ended: yes, not_before: DAY}\n"
    "  - {code: SEEN, zh: 见到日期, en: Seen, type: date}\n"
    "  - {code: NUMBER, zh: 证件号码, en: Number, type: person-id, length: 64, visibility: G}\n"
    "  - {code: CASE, zh: 文号, en: Case, type: document, length: 64, mask: telephone}\n"
    "  - {code: FINE, zh: 罚款, en: Fine, type: amount, unit: 万元, required_when: {item: KIND, "
    "any: [\"1\"]}}\n"
    "  - {code: KIND, zh: 种类, en: Kind, type: code, code_set: kinds}\n"
    "  - {code: WORD, zh: 说明, en: Words, type: text, length: 100, aliases: [备注, 注释]}\n";
static const char SET_FILE[] = "code-sets/kinds.yaml";
static const char SET[] = "source: 某标准\n"
                          "values:\n"
                          "  - {code: \"1\", zh: 甲, en: One, aliases: [甲类]}\n"
                          "  - {code: \"2\", zh: 乙, en: Two}\n";

/* Text that stands in place of another; what is told: one change and no other. */
struct row {
    const char *file, *find, *put;
    const char *kind, *item, *key;
    unsigned effects;
    const char *zh; /* part of what follows; NULL: nothing does */
};

static const struct row ROWS[] = {
    /* a theme's own keys */
    {SMALL_FILE, "zh: 小主题", "zh: 大主题", "theme.changed", "", "zh", 0, NULL},
    {SMALL_FILE, "en: Small theme", "en: Large theme", "theme.changed", "", "en", 0, NULL},
    {SMALL_FILE, "basis: 某办法", "basis: 某条例", "theme.changed", "", "basis", 0, NULL},
    {SMALL_FILE, "department: amr", "department: tax", "theme.changed", "", "department",
     CHANGE_REJECTS, "amr 不能再报送"},
    {SMALL_FILE, "category: administration", "category: default", "theme.changed", "", "category",
     CHANGE_REFUSED, "另立新主题"},
    {SMALL_FILE, "number: 900", "number: 901", "theme.changed", "", "number", CHANGE_REFUSED,
     "另立新主题"},
    {SMALL_FILE, "identity: record-id", "identity: [DAY]", "theme.changed", "", "identity",
     CHANGE_REFUSED, "另立新主题"},
    {SMALL_FILE, "national_class: 3.2", "national_class: 3", "theme.changed", "", "national_class",
     0, NULL},
    {SMALL_FILE, "[enterprise, individual]", "[enterprise]", "theme.changed", "", "kinds", 0, NULL},
    {SMALL_FILE, "polarity: neutral", "polarity: mixed", "theme.changed", "", "polarity", 0, NULL},
    {SMALL_FILE, "publication: term", "publication: always", "theme.changed", "", "publication",
     CHANGE_OPENS, "公示得更久"},
    {SMALL_FILE, "severity_default: ordinary", "severity_default: serious", "theme.changed", "",
     "severity_default", CHANGE_OPENS, "公示期限"},
    {SMALL_FILE, "severity_default: ordinary", "severity_default: minor", "theme.changed", "",
     "severity_default", 0, "公示期限"},
    {SMALL_FILE, "retention_years: 5", "retention_years: 3", "theme.changed", "", "retention_years",
     0, "不再提供"},
    {SMALL_FILE, "retention_years: 5", "retention_years: 8", "theme.changed", "", "retention_years",
     0, "保存得更久"},
    {SMALL_FILE, "retention_start: decision", "retention_start: performance", "theme.changed", "",
     "retention_start", 0, NULL},
    {SMALL_FILE, "cycle: month", "cycle: week", "theme.changed", "", "cycle", 0, NULL},
    /* items */
    {SMALL_FILE, "  - {code: WORD",
     "  - {code: MORE, zh: 更多, en: More, type: text, length: 9}\n"
     "  - {code: WORD",
     "item.added", "MORE", "", CHANGE_OPENS, "“更多”将向公众公开"},
    {SMALL_FILE, "  - {code: WORD",
     "  - {code: MORE, zh: 更多, en: More, type: text, length: 9, "
     "visibility: A, required: yes}\n  - {code: WORD",
     "item.added", "MORE", "", CHANGE_REJECTS, "缺少“更多”的行将被退回"},
    {SMALL_FILE, "  - {code: WORD",
     "  - {code: MORE, zh: 更多, en: More, type: text, length: 9, "
     "required: person}\n  - {code: WORD",
     "item.added", "MORE", "", CHANGE_REJECTS | CHANGE_OPENS, "自然人的缺少“更多”的行将被退回"},
    {SMALL_FILE, "  - {code: SEEN, zh: 见到日期, en: Seen, type: date}\n", "", "item.gone", "SEEN",
     "", 0, "不再保存"},
    {SMALL_FILE, "code: WORD, zh: 说明", "code: TEXT, zh: 说明", "item.renamed", "TEXT", "", 0,
     "表头写作“WORD”的列不再识别"},
    {SMALL_FILE, "zh: 说明", "zh: 解释", "item.changed", "WORD", "zh", 0, "表头写作“说明”的列"},
    {SMALL_FILE, "zh: 日期", "zh: 日子", "item.changed", "DAY", "zh", CHANGE_REJECTS,
     "表头写作“日期”的列"},
    {SMALL_FILE, "aliases: [备注, 注释]", "aliases: [备注]", "item.changed", "WORD", "aliases", 0,
     "表头写作“注释”的列"},
    {SMALL_FILE, "aliases: [备注, 注释]", "aliases: [备注, 注释, 注]", "item.changed", "WORD",
     "aliases", 0, NULL},
    {SMALL_FILE, "type: text, length: 100", "type: name, length: 100", "item.changed", "WORD",
     "type", 0, NULL},
    {SMALL_FILE, "type: text, length: 100", "type: number, length: 100", "item.changed", "WORD",
     "type", CHANGE_REJECTS, "不是编号的值"},
    {SMALL_FILE, "type: person-id", "type: number", "item.changed", "NUMBER", "type",
     CHANGE_OPENS | CHANGE_REJECTS, "不再作为个人信息加密"},
    {SMALL_FILE, "length: 100", "length: 50", "item.changed", "WORD", "length", CHANGE_REJECTS,
     "超过 50 字"},
    {SMALL_FILE, "length: 100", "length: 200", "item.changed", "WORD", "length", 0, NULL},
    {SMALL_FILE, "required: organisation", "required: yes", "item.changed", "CODE", "required",
     CHANGE_REJECTS, "自然人的缺少“代码”"},
    {SMALL_FILE, "required: organisation", "required: should", "item.changed", "CODE", "required",
     0, "保存并提示"},
    {SMALL_FILE, "required: organisation, ", "", "item.changed", "CODE", "required", 0, "可以不填"},
    {SMALL_FILE, "length: 100, ", "length: 100, required: yes, ", "item.changed", "WORD",
     "required", CHANGE_REJECTS, "缺少“说明”的行将被退回"},
    {SMALL_FILE, "length: 100, ", "length: 100, visibility: A, ", "item.changed", "WORD",
     "visibility", 0, "不再公开"},
    {SMALL_FILE, "visibility: G", "visibility: N", "item.changed", "NUMBER", "visibility", 0, NULL},
    {SMALL_FILE, ", mask: telephone", "", "item.changed", "CASE", "mask", CHANGE_OPENS, "完整显示"},
    {SMALL_FILE, "mask: telephone", "mask: person-number", "item.changed", "CASE", "mask", 0,
     "前 1 位和后 1 位"},
    {SMALL_FILE, "length: 100, ", "length: 100, mask: telephone, ", "item.changed", "WORD", "mask",
     0, "前 3 位和后 4 位"},
    {SMALL_FILE, "happened: yes", "happened: no", "item.changed", "DAY", "happened", 0, NULL},
    {SMALL_FILE, "Seen, type: date", "Seen, type: date, happened: yes", "item.changed", "SEEN",
     "happened", CHANGE_REJECTS, "晚于收到之日"},
    {SMALL_FILE, "Seen, type: date", "Seen, type: date, open_ended: yes", "item.changed", "SEEN",
     "open_ended", 0, "视为长期"},
    {SMALL_FILE, "open_ended: yes, ", "", "item.changed", "UNTIL", "open_ended", 0, "不再视为长期"},
    {SMALL_FILE, "Seen, type: date", "Seen, type: date, not_before: DAY", "item.changed", "SEEN",
     "not_before", CHANGE_REJECTS, "早于 DAY"},
    {SMALL_FILE, ", not_before: DAY", "", "item.changed", "UNTIL", "not_before", 0, NULL},
    {SMALL_FILE, "type: document, length: 64, mask: telephone",
     "type: document, length: 64, mask: telephone, role: document", "item.changed", "CASE", "role",
     0, "读取的内容改变"},
    {SMALL_FILE,
     "  - {code: KIND, zh: 种类, en: Kind, type: code, code_set: kinds}\n"
     "  - {code: WORD, zh: 说明, en: Words, type: text, length: 100, aliases: [备注, 注释]}\n",
     "  - {code: WORD, zh: 说明, en: Words, type: text, length: 100, aliases: [备注, 注释]}\n"
     "  - {code: KIND, zh: 种类, en: Kind, type: code, code_set: kinds}\n",
     "item.order", "", "", 0, NULL},
    /* conditions and formats */
    {SMALL_FILE, ", required_when: {item: KIND, any: [\"1\"]}", "", "item.changed", "FINE",
     "required_when", 0, "不再按条件必填"},
    {SMALL_FILE, "Fine, type: amount, unit: 万元, required_when: {item: KIND, any: [\"1\"]}",
     "Fine, type: amount, unit: 万元, required_when: {item: KIND, any: [\"1\", \"2\"]}",
     "item.changed", "FINE", "required_when", CHANGE_REJECTS, "符合条件而缺少“罚款”的行将被退回"},
    {SMALL_FILE, "unit: 万元", "unit: 元", "item.changed", "FINE", "unit", 0, "另一金额"},
    {SMALL_FILE, "  - {item: KIND, any: [\"1\"], law: 某条例}\n",
     "  - {item: KIND, any: [\"1\"], law: 某条例}\n"
     "  - {item: KIND, any: [\"2\"], subject: person, law: 某条例}\n",
     "condition.added", "KIND", "", CHANGE_REJECTS, "此类行将被退回"},
    {SMALL_FILE, "not_collected:\n  - {item: KIND, any: [\"1\"], law: 某条例}\n", "",
     "condition.gone", "KIND", "", 0, "此类行将予接收"},
    {SMALL_FILE, "formats:\n",
     "formats:\n  - {name: other, zh: 另一, en: Other, marks: [OTHER], "
     "ignored: [OTHER]}\n",
     "format.added", "other", "", 0, "可按该格式报送"},
    {SMALL_FILE,
     "formats:\n  - {name: old, zh: 旧版, en: Old, marks: [OLD], columns: {OLD: CASE}, ignored: "
     "[LEFT]}\n",
     "", "format.gone", "old", "", CHANGE_REJECTS, "按该格式报送的行将被退回"},
    {SMALL_FILE, "ignored: [LEFT]", "ignored: [LEFT, RIGHT]", "format.changed", "old", "ignored", 0,
     NULL},
    {SMALL_FILE, "{OLD: CASE}, ignored: [LEFT]", "{OLD: CASE}", "format.changed", "old", "ignored",
     CHANGE_REJECTS, "按该格式报送的行可能被退回"},
    {SMALL_FILE, "{OLD: CASE}", "{OLD: FINE}", "format.changed", "old", "columns", CHANGE_REJECTS,
     "可能被退回"},
    {SMALL_FILE, "zh: 旧版", "zh: 老版", "format.changed", "old", "zh", 0, NULL},
    /* code sets */
    {SET_FILE, "", "  - {code: \"3\", zh: 丙, en: Three}\n", "value.added", "3", "", 0, NULL},
    {SET_FILE, "  - {code: \"2\", zh: 乙, en: Two}\n", "", "value.gone", "2", "", CHANGE_REJECTS,
     "填“2”的行将被退回"},
    {SET_FILE, "zh: 乙", "zh: 丁", "value.changed", "2", "zh", CHANGE_REJECTS, "填“乙”的行"},
    {SET_FILE, "en: Two", "en: Second", "value.changed", "2", "en", 0, NULL},
    {SET_FILE, "[甲类]", "[甲种]", "value.changed", "1", "aliases", CHANGE_REJECTS,
     "填“甲类”的行将被退回"},
    {SET_FILE, "zh: 乙, en: Two", "zh: 乙, en: Two, kind: individual", "value.changed", "2", "kind",
     0, "另一主体库"},
    {SET_FILE, "source: 某标准", "source: 新标准", "value.changed", "", "source", 0, NULL},
    {SET_FILE,
     "  - {code: \"1\", zh: 甲, en: One, aliases: [甲类]}\n  - {code: \"2\", zh: 乙, en: Two}\n",
     "  - {code: \"2\", zh: 乙, en: Two}\n  - {code: \"1\", zh: 甲, en: One, aliases: [甲类]}\n",
     "value.order", "", "", 0, NULL},
    /* departments */
    {"departments.yaml", "", "  - {id: zoo, uscc: 11440100YY0100539W, zh: 动物园, en: Zoo}\n",
     "department.added", "zoo", "", 0, NULL},
    {"departments.yaml", "zh: 市教育局", "zh: 市教育和体育局", "department.changed", "edu", "zh", 0,
     NULL},
    /* tables */
    {"tables/missing.yaml", "暂无]", "暂无, 空]", "table.added", "空", "", CHANGE_REJECTS,
     "必填项填写该值"},
    {"tables/missing.yaml", ", 暂无]", "]", "table.gone", "暂无", "", 0, "作为填写的内容"},
    {"tables/dates.yaml", "[1899-12-31, ", "[", "table.gone", "1899-12-31", "", 0, "作为填写"},
    {"tables/dates.yaml", "open_end_year_min: 2099", "open_end_year_min: 2090", "table.changed", "",
     "", 0, NULL},
    {"tables/shop-words.yaml", "画廊]", "画廊, 书屋]", "table.added", "书屋", "", CHANGE_OPENS,
     "可按名称检索"},
    {"tables/masks.yaml", "{name: telephone, keep_first: 3", "{name: telephone, keep_first: 2",
     "table.changed", "telephone", "keep_first", 0, NULL},
    {"tables/severity.yaml", "", "  - {word: 新词, class: serious}\n", "table.added",
     "新词 serious", "", CHANGE_OPENS, "另一严重程度"},
    {"tables/workdays.yaml", "work: [2015-01-04, ", "work: [", "table.changed", "2015", "work", 0,
     "迟报"},
    {"tables/workdays.yaml", "licence, workdays: 7", "licence, workdays: 10", "table.changed",
     "licence", "workdays", 0, "迟报"},
    {"tables/uscc-classes.yaml", "kind: institution, name: 事业单位",
     "kind: government, name: 事业单位", "table.changed", "12", "kind", 0, "另一主体库"},
    {"tables/divisions.csv", "", "999999,新区,2025,,gb\n", "table.changed", "", "", 0,
     "新增 1 个，删去 0 个"},
    {"tables/forbidden.yaml", "  - {word: 指纹, law: 征信业管理条例第十四条}\n", "", "table.gone",
     "指纹", "", 0, "请确认法律"},
    {"tables/forbidden.yaml", "", "  - {word: 步态, law: 某法}\n", "table.added", "步态", "",
     CHANGE_REJECTS, "列名含此词"},
    {"tables/forbidden.yaml", "unless: [疾病预防, 疾病防控, 疾病控制]", "unless: [疾病控制]",
     "table.changed", "疾病", "unless", 0, "请确认法律"},
    {"tables/ages.yaml", "own_labour: 16", "own_labour: 17", "table.changed", "", "",
     CHANGE_REJECTS, "未满此年龄"},
    {"tables/authority.yaml", "[省局, ", "[", "table.gone", "省局", "", 0, "只影响提示"},
};

static bool is_version(const struct catalogue_change *c)
{
    return strncmp(change_code(c->kind), "version.", 8) == 0;
}

static struct copy small_copy(void)
{
    struct copy copy = copy_bare();
    copy_put(&copy, SMALL_FILE, SMALL);
    copy_put(&copy, SET_FILE, SET);
    return copy;
}

static struct catalogue_changes diff(struct arena *a, const struct copy *x, const struct copy *y)
{
    struct catalogue_changes all;
    catalogue_diff(a, load_dir(a, x->dir), load_dir(a, y->dir), &all);
    return all;
}

static void expect_told(const struct row *r, const struct catalogue_changes *all)
{
    const struct catalogue_change *found = NULL;
    for (size_t i = 0; i < all->count; i++) {
        const struct catalogue_change *c = &all->list[i];
        if (is_version(c))
            continue;
        /* A mask that changes in its table changes with the items that bear it. */
        bool is_echo = strncmp(r->file, "tables/masks", 12) == 0 && c->theme.n;
        if (found && !is_echo)
            FAIL("“%s” → “%s” told twice: %s %.*s %.*s", r->find, r->put, change_code(c->kind),
                 FMT_SLICE(c->item), FMT_SLICE(c->key));
        if (!is_echo)
            found = c;
    }
    if (!found)
        FAIL("“%s” → “%s” was not told", r->find, r->put);
    if (strcmp(change_code(found->kind), r->kind) != 0)
        FAIL("“%s” → “%s” is %s, not %s", r->find, r->put, change_code(found->kind), r->kind);
    EXPECT_SAME(found->item, slice_of(r->item));
    EXPECT_SAME(found->key, slice_of(r->key));
    if (found->effects != r->effects)
        FAIL("“%s” → “%s” has effects %u, not %u", r->find, r->put, found->effects, r->effects);
    if (!r->zh ? found->zh.n > 0 : slice_find(found->zh, slice_of(r->zh), 0) < 0)
        FAIL("“%s” → “%s” says: %.*s", r->find, r->put, FMT_SLICE(found->zh));
    EXPECT_EQ(found->zh.n == 0, found->en.n == 0);
}

TEST(each_change_is_told_once_with_what_follows_from_it)
{
    struct arena *kept = arena_create(CATALOGUE_ARENA_BYTES);
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    struct copy copy = small_copy();
    const struct catalogue *before = load_dir(kept, copy.dir);
    for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
        char path[512];
        struct catalogue_changes all;
        AUTO_BUF(text, 16 * 1024 * 1024);
        copy_path(&copy, ROWS[i].file, path);
        file_get(path, &text);
        copy_edit(&copy, ROWS[i].file, ROWS[i].find, ROWS[i].put);
        catalogue_diff(a, before, load_dir(a, copy.dir), &all);
        expect_told(&ROWS[i], &all);
        file_put(path, buf_slice(&text));
        arena_reset(a);
    }
    arena_destroy(a);
    arena_destroy(kept);
}

TEST(catalogues_that_say_the_same_have_no_changes)
{
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    struct copy x = small_copy(), y = small_copy();
    copy_edit(&y, SMALL_FILE, "zh: 小主题\nen: Small theme\n",
              "# a comment\nen: Small theme\nzh: \"小主题\"\n");
    EXPECT_EQ(diff(a, &x, &y).count, 0);
    arena_destroy(a);
}

static const struct catalogue_change *the(const struct catalogue_changes *all, const char *kind)
{
    const struct catalogue_change *found = NULL;
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(change_code(all->list[i].kind), kind) == 0) {
            EXPECT(!found);
            found = &all->list[i];
        }
    if (!found)
        FAIL("no %s among %zu changes", kind, all->count);
    return found;
}

TEST(a_theme_that_comes_and_one_that_goes_are_told)
{
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    struct copy x = small_copy(), y = small_copy();
    copy_remove(&y, SMALL_FILE);
    copy_put(&y, "themes/other.yaml", SMALL);
    copy_edit(&y, "themes/other.yaml", "code: small", "code: other");
    struct catalogue_changes all = diff(a, &x, &y);
    EXPECT_EQ(all.count, 2);
    /* It took the number of the one that went, whose records are known by it. */
    const struct catalogue_change *added = the(&all, "theme.added");
    EXPECT_EQ(added->effects, CHANGE_OPENS | CHANGE_REFUSED);
    EXPECT_SLICE(added->theme, "other");
    EXPECT(slice_find(added->zh, SLICE("编号 900 属于 small"), 0) >= 0);
    EXPECT_SLICE(the(&all, "theme.gone")->theme, "small");
    copy_edit(&y, "themes/other.yaml", "number: 900", "number: 902");
    copy_edit(&y, "themes/other.yaml", "visibility: P\npublication: term",
              "visibility: A\npublication: never");
    all = diff(a, &x, &y);
    EXPECT_EQ(the(&all, "theme.added")->effects, 0);
    arena_destroy(a);
}

TEST(an_item_whose_old_code_stays_an_alias_is_renamed_without_consequence)
{
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    struct copy x = small_copy(), y = small_copy();
    copy_edit(&y, SMALL_FILE,
              "code: WORD, zh: 说明, en: Words, type: text, length: 100, aliases: [",
              "code: TEXT, zh: 说明, en: Words, type: text, length: 100, aliases: [WORD, ");
    struct catalogue_changes all = diff(a, &x, &y);
    const struct catalogue_change *c = the(&all, "item.renamed");
    EXPECT_SLICE(c->before, "WORD");
    EXPECT_SLICE(c->after, "TEXT");
    EXPECT_SLICE(c->zh, "");
    EXPECT_EQ(all.count, 3); /* and its aliases, and the version */
    arena_destroy(a);
}

TEST(a_name_that_moves_to_another_format_is_still_read_there)
{
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    struct copy x = small_copy(), y = small_copy();
    copy_edit(&y, SMALL_FILE, "aliases: [备注, 注释]", "aliases: [备注]");
    copy_edit(&y, SMALL_FILE, "columns: {OLD: CASE}", "columns: {OLD: CASE, 注释: WORD}");
    struct catalogue_changes all = diff(a, &x, &y);
    const struct catalogue_change *c = the(&all, "item.changed");
    EXPECT_EQ(c->effects, 0);
    EXPECT_SLICE(c->zh, "表头写作“注释”的列只在旧版格式的行中识别");
    arena_destroy(a);
}

TEST(a_theme_that_opens_tells_it_once_for_all_its_items)
{
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    struct copy x = small_copy(), y = small_copy();
    copy_edit(&x, SMALL_FILE, "visibility: P\npublication: term",
              "visibility: G\npublication: never");
    struct catalogue_changes all = diff(a, &x, &y);
    EXPECT_EQ(all.count, 3); /* and publication, and the version */
    const struct catalogue_change *c = &all.list[0];
    EXPECT_SLICE(c->key, "visibility");
    EXPECT_EQ(c->effects, CHANGE_OPENS);
    EXPECT_SLICE(c->zh, "其记录和其中 8 个条目将向公众公开");
    EXPECT_SLICE(c->before, "政府内部共享 government");
    EXPECT_SLICE(c->after, "公众 everybody");
    all = diff(a, &y, &x);
    EXPECT_EQ(all.list[0].effects, 0);
    EXPECT_SLICE(all.list[0].zh, "其记录不再公开");
    arena_destroy(a);
}

TEST(a_term_that_grows_opens_and_one_that_shrinks_does_not)
{
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    struct copy x = small_copy(), y = small_copy();
    copy_edit(&y, "tables/terms.yaml", "months_max: 12", "months_max: 24");
    struct catalogue_changes all = diff(a, &x, &y);
    EXPECT_EQ(all.list[0].effects, CHANGE_OPENS);
    EXPECT(slice_find(all.list[0].zh, SLICE("最长公示 24 个月"), 0) >= 0);
    all = diff(a, &y, &x);
    EXPECT_EQ(all.list[0].effects, 0);
    EXPECT(slice_find(all.list[0].zh, SLICE("不再公开"), 0) >= 0);
    arena_destroy(a);
}

TEST(a_change_without_a_version_and_a_version_without_a_change_are_told)
{
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    struct copy x = small_copy(), y = small_copy();
    copy_edit(&y, SMALL_FILE, "cycle: month", "cycle: week");
    struct catalogue_changes all = diff(a, &x, &y);
    EXPECT_EQ(all.count, 2);
    EXPECT_EQ(the(&all, "version.forgotten")->effects, CHANGE_REFUSED);
    copy_edit(&y, SMALL_FILE, "version: 1", "version: 2");
    all = diff(a, &x, &y); /* at the same instant */
    EXPECT_EQ(all.count, 2);
    EXPECT_EQ(the(&all, "version.instant")->effects, CHANGE_REFUSED);
    copy_edit(&y, SMALL_FILE, "valid_from: 2024", "valid_from: 2027");
    all = diff(a, &x, &y);
    EXPECT_EQ(all.count, 1);
    all = diff(a, &y, &x);
    EXPECT_EQ(the(&all, "version.lower")->effects, 0);
    copy_edit(&y, SMALL_FILE, "cycle: week", "cycle: month");
    all = diff(a, &x, &y);
    EXPECT_EQ(all.count, 1);
    EXPECT_EQ(the(&all, "version.idle")->effects, 0);
    copy_edit(&x, "common.yaml", "version: 1", "version: 2");
    copy_edit(&x, "common.yaml", "2024-01-01", "2023-01-01");
    all = diff(a, &y, &x);
    EXPECT_SLICE(the(&all, "version.idle")->theme, "");
    arena_destroy(a);
}

TEST(of_several_versions_the_newest_is_compared)
{
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    struct copy x = small_copy(), y = small_copy();
    copy_put(&y, "themes/small.v2.yaml", SMALL);
    copy_edit(&y, "themes/small.v2.yaml", "version: 1\nvalid_from: 2024",
              "version: 2\nvalid_from: 2027");
    copy_edit(&y, "themes/small.v2.yaml", "cycle: month", "cycle: week");
    struct catalogue_changes all = diff(a, &x, &y);
    EXPECT_EQ(all.count, 1);
    EXPECT_SLICE(all.list[0].key, "cycle");
    EXPECT_SLICE(all.list[0].before, "每月 monthly");
    EXPECT_SLICE(all.list[0].after, "每周 weekly");
    arena_destroy(a);
}
