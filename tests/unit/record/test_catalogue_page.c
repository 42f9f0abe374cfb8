/* The catalogue as a page: what a clerk finds on it, and that the one in docs/ is that of today's
 * files. */
#include "base/err.h"
#include "record/catalogue_page.h"
#include "record/identifier.h"
#include "tests/support/test.h"
#include "tests/unit/record/catalogue_copy.h"

enum { PAGE_BYTES_MAX = 64 << 20 };

static const char THEME[] =
    "number: 900\n"
    "code: small\n"
    "version: 2\n"
    "valid_from: 2025-03-01T00:00:00+08:00\n"
    "zh: 小|主题\n"
    "en: Small theme\n"
    "basis: 某办法第*一*条\n"
    "department: amr\n"
    "category: administration\n"
    "national_class: 3.2\n"
    "kinds: [enterprise, individual]\n"
    "polarity: negative\n"
    "visibility: P\n"
    "publication: term\n"
    "retention_years: 5\n"
    "retention_start: decision\n"
    "cycle: month\n"
    "identity: [CODE, DAY]\n"
    "day: DAY\n"
    "not_collected:\n"
    "  - {item: KIND, any: [\"1\"], subject: person, law: 某条例第九条}\n"
    "formats:\n"
    "  - {name: \"2016\", zh: 旧版, en: Old, marks: [OLD], columns: {OLD: WORD}, ignored: [LEFT]}\n"
    "items:\n"
    "  - {code: CODE, zh: 代码, en: Code, type: uscc, required: yes, role: uscc}\n"
    "  - {code: DAY, zh: 日期, en: Day, type: date, required: yes, happened: yes}\n"
    "  - {code: UNTIL, zh: 截止日期, en: Until, type: date, open_ended: yes, not_before: DAY}\n"
    "  - {code: NUMBER, zh: 证件号码, en: Number, type: person-id, length: 64, visibility: G}\n"
    "  - {code: CASE, zh: 文号, en: Case, type: document, length: 64, mask: telephone}\n"
    "  - {code: KIND, zh: 种类, en: Kind, type: codes, code_set: kinds, required: should}\n"
    "  - {code: FINE, zh: 罚款, en: Fine, type: amount, unit: 万元, required_when: {item: KIND, "
    "any: [\"2\"]}}\n"
    "  - {code: WORD, zh: 说明, en: Words, type: text, length: 100, required: organisation, "
    "aliases: [备注, 注释]}\n";

static struct copy small_copy(void)
{
    struct copy copy = copy_bare();
    copy_put(&copy, "themes/small.yaml", THEME);
    copy_put(&copy, "code-sets/kinds.yaml",
             "source: 某标准\n"
             "values:\n"
             "  - {code: \"1\", zh: 甲, en: One, aliases: [甲类, 一类]}\n"
             "  - {code: \"2\", zh: 乙, en: Two}\n");
    return copy;
}

static struct slice page_of(struct arena *a, const struct catalogue *c)
{
    AUTO_BUF(b, PAGE_BYTES_MAX);
    catalogue_page(a, c, &b);
    EXPECT_EQ(b.err, 0);
    return arena_dup(a, buf_slice(&b));
}

static void expect_says(struct slice page, const char *text)
{
    if (slice_find(page, slice_of(text), 0) < 0)
        FAIL("the page does not say: %s", text);
}

TEST(a_theme_is_told_in_words)
{
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    struct copy copy = small_copy();
    struct slice page = page_of(a, load_dir(a, copy.dir));
    static const char *const SAYS[] = {
        "共 1 个主题，51 个部门",
        "| 管理 Administration | 1 | [小\\|主题](#theme-small) |",
        "| [市市场监督管理局](#department-amr) Administration for Market Regulation | `amr` | 1 |",
        "#### 小\\|主题 `small`\n\nSmall theme（编号 number 900，第2版 version，自 from "
        "2025-03-01）",
        "- 法律依据 Legal basis: 某办法第\\*一\\*条\n",
        "- 类别 Category: 管理 Administration（国家目录 national class 3.2）。主体 Subjects: 企业 "
        "enterprises、自然人 natural persons。性质 Polarity: 失信 negative\n",
        "- 谁可见 Who may see it: 公众 everybody；按期限公示 for its term。保存 Kept: 5年 "
        "years，自 "
        "from 记录之日 the record's day。更新 Updated: 每月 monthly\n",
        "- 记录的标识 A record is known by: `CODE`＋`DAY`。记录日期 Its day: `DAY`\n",
        "| 代码<br>Code | `CODE` | 统一社会信用代码 unified social credit code | 是 yes |  | "
        "主体的统一社会信用代码 unified code of the subject |\n",
        "| 日期<br>Day | `DAY` | 日期 day | 是 yes |  | 不晚于收到之日 not after the day of "
        "receipt |\n",
        "可为长期 may be without end；不早于 `DAY` not before it |\n",
        "| `NUMBER` | 个人证件号码（加密保存），至多64字 number of a person's document, sealed, up "
        "to 64 "
        "characters | 否 no | 政府内部共享 government |  |\n",
        "公开时只显示前3位后4位 masked but for the first 3 and last 4",
        "[代码集 kinds](#set-kinds) 中的一个或多个值 one or more of its values | 应填，缺少时提示 "
        "should "
        "be there |",
        "金额或数量（数字） amount（万元） | 否 no |  | `KIND` 为 is 2 时必填 then required |\n",
        "| 文字，至多100字 text, up to 100 characters | 法人及非法人组织必填 of organisations |  | "
        "列名也可写作 also headed 备注、注释 |\n",
        "- 旧版 Old（`2016`）：有以下任一列的行 rows with one of the columns `OLD`；列的对应 "
        "columns "
        "OLD→`WORD`；略过的列 passed over LEFT\n",
        "- 自然人 natural persons，`KIND` 为 is 1（某条例第九条）\n",
        "```csv\nCODE,DAY,WORD\n91440106YY000001X8,2026-01-05,示例\n```\n",
        "### 代码集 Code set `kinds`\n\n来源 Source: 某标准\n\n- `1` 甲 One；也可写作 also "
        "甲类、一类\n- `2` "
        "乙 Two\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(SAYS); i++)
        expect_says(page, SAYS[i]);
    arena_destroy(a);
}

TEST(what_themes_share_stands_once_and_a_theme_tells_its_own)
{
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    struct copy copy = small_copy();
    /* The theme's items become those of an archetype. */
    AUTO_BUF(text, 1 << 20);
    char path[512];
    copy_path(&copy, "themes/small.yaml", path);
    file_get(path, &text);
    ptrdiff_t at = slice_find(buf_slice(&text), SLICE("items:\n"), 0);
    EXPECT(at > 0);
    copy_put(&copy, "archetypes/shared.yaml",
             arena_dup(a, slice_from(buf_slice(&text), (size_t)at)).p);
    copy_put(&copy, "themes/small.yaml",
             arena_printf(a,
                          "%.*sarchetype: shared\nwithout: [NUMBER]\nitems:\n"
                          "  - {code: WORD, length: 50}\n"
                          "  - {code: MORE, zh: 更多, en: More, type: integer}\n",
                          (int)at, text.p)
                 .p);
    struct slice page = page_of(a, load_dir(a, copy.dir));
    expect_says(
        page, "- 条目 Items: 模板 archetype [shared](#archetype-shared)，不含 without "
              "`NUMBER`，另有或不同的 and its own:\n\n"
              "| 列名 Column | 代码 Code | 内容 Holds | 必填 Required | 谁可见 Who sees it | 说明 "
              "Remarks |\n|---|---|---|---|---|---|\n"
              "| 说明<br>Words | `WORD` | 文字，至多50字 text, up to 50 characters |");
    expect_says(page, "| 更多<br>More | `MORE` | 整数 whole number | 否 no |  |  |\n");
    expect_says(page, "### 模板 Archetype `shared`\n\n1 个主题采用 themes use it.\n");
    /* Once in the archetype, and not in the theme. */
    ptrdiff_t first = slice_find(page, SLICE("`UNTIL` |"), 0);
    EXPECT(first > slice_find(page, SLICE("Archetype `shared`"), 0));
    EXPECT(slice_find(page, SLICE("`UNTIL` |"), (size_t)first + 1) < 0);
    arena_destroy(a);
}

/* Every link leads to a place on the page. */
static void expect_links(struct arena *a, struct slice page)
{
    size_t count = 0;
    for (ptrdiff_t at = 0; (at = slice_find(page, SLICE("](#"), (size_t)at)) >= 0; at++) {
        struct slice rest = slice_from(page, (size_t)at + 3);
        struct slice name = slice_cut(&rest, ')');
        struct slice anchor = arena_printf(a, "<a id=\"%.*s\"></a>", FMT_SLICE(name));
        if (slice_find(page, anchor, 0) < 0)
            FAIL("nothing on the page is called %.*s", FMT_SLICE(name));
        count++;
    }
    EXPECT(count > 0);
}

TEST(the_page_in_docs_is_that_of_the_catalogue)
{
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    AUTO_BUF(text, PAGE_BYTES_MAX);
    struct slice page = page_of(a, load_dir(a, test_source("catalogue")));
    file_get(test_source("docs/catalogue.md"), &text);
    if (!slice_eq(page, buf_slice(&text)))
        FAIL("docs/catalogue.md is out of date; write it anew: creditctl catalogue page catalogue "
             "> docs/catalogue.md");
    expect_links(a, page);
    arena_destroy(a);
}

TEST(one_theme_is_told_with_all_its_items)
{
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    const struct catalogue *c = load_dir(a, test_source("catalogue"));
    const struct theme *t = catalogue_theme_at(c, SLICE("amr-penalty"), instant("2026-01-01"));
    AUTO_BUF(b, PAGE_BYTES_MAX);
    catalogue_page_theme(a, c, t, &b);
    struct slice page = buf_slice(&b);
    expect_says(page,
                "- 责任部门 Department: 市市场监督管理局 Administration for Market Regulation "
                "(`amr`)\n");
    for (size_t i = 0; i < t->item_count; i++)
        expect_says(page, arena_printf(a, "| `%.*s` |", FMT_SLICE(t->items[i].code)).p);
    expect_links(a, page);
    arena_destroy(a);
}

TEST(invented_numbers_are_of_the_ranges_that_nobody_has)
{
    struct day born_min, today;
    EXPECT(day_from_civil(1800, 1, 1, &born_min) && day_from_civil(2026, 1, 1, &today));
    static const char *const CODES[] = {"91440106YY000001X8", "12440106YY000001XD",
                                        "51440106YY000001XC", "11440106YY000001XG"};
    for (size_t i = 0; i < ARRAY_LEN(CODES); i++)
        EXPECT(uscc_is_valid(slice_of(CODES[i])));
    EXPECT(orgcode_is_valid(SLICE("YY000001X")));
    EXPECT(regno_is_valid(SLICE("440106000000010")));
    EXPECT_EQ(idnum_check(SLICE("440106186001050012"), born_min, today).rejected, 0);
}
