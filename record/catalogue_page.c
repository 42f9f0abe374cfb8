/* The page from top to bottom: how to read it, indexes by category and department, themes by
 * department, archetypes, code sets. With some hundred themes it is long, so nothing stands twice:
 * a theme tells what is its own and names the archetype for the rest. */
#include "record/catalogue_page.h"

#include <stdlib.h>

#include "base/check.h"
#include "record/catalogue_page_parts.h"
#include "record/catalogue_read.h"

enum { VALUES_SHOWN = 80 };

static bool is_newest(const struct catalogue *c, size_t i)
{
    return i + 1 == c->theme_count || !slice_eq(c->themes[i]->code, c->themes[i + 1]->code);
}

static const struct theme *archetype_of(const struct catalogue *c, const struct theme *t)
{
    for (size_t i = 0; t->archetype.n && i < c->archetype_count; i++)
        if (slice_eq(c->archetypes[i]->archetype, t->archetype))
            return c->archetypes[i];
    return NULL;
}

static void put_link(struct page *p, const struct theme *t)
{
    buf_printf(p->b, "[");
    page_text(p, t->zh);
    buf_printf(p->b, "](#theme-%.*s)", FMT_SLICE(t->code));
}

/* ---- how to read it, and indexes ---- */

static void put_head(struct page *p, size_t themes)
{
    const struct common *common = catalogue_newest_common(p->c);
    buf_printf(
        p->b,
        "# 公共信用信息目录 Catalogue\n\n"
        "本页由 `creditctl catalogue page` 从目录文件生成，请勿直接修改。共 %zu 个主题，%zu "
        "个部门。\n\n"
        "Printed by `creditctl catalogue page` from the catalogue's files; not to be edited. %zu "
        "themes, %zu departments.\n\n"
        "- 报送：CSV 或 NDJSON；列名可写代码、名称或别名，次序不限。如何报送见 "
        "[submission.md](formats/submission.md)。\n"
        "  Hand in CSV or NDJSON; a column is headed by its code, its name or another name, in any "
        "order.\n"
        "- "
        "每一主题由一个部门负责（一数一源）。多个主题共有的条目列在模板中，主题下只列其自有的条目。"
        "\n"
        "  Each theme is the matter of one department. Items that several themes share are listed "
        "with their archetype, and a theme lists what is its own.\n"
        "- "
        "谁可见：公众、本人及经授权者、政府内部共享、仅来源部门；主题与条目以较严者为准，条目未写的"
        "与主题相同。\n"
        "  Who may see it: everybody; the subject and who is authorised; government; the source "
        "alone. The stricter of theme and item holds; an item that says nothing is seen as its "
        "theme "
        "is.\n"
        "- 示例行均为虚构。 Example rows are invented.\n",
        themes, common->department_count, themes, common->department_count);
}

static void put_categories(struct page *p)
{
    buf_printf(p->b,
               "\n## 按类别 By category\n\n| 类别 Category | 主题 Themes | |\n|---|---|---|\n");
    for (size_t k = 0; k < WORDS_CATEGORY.count; k++) {
        enum category category = (enum category)WORDS_CATEGORY.list[k].value;
        size_t count = 0;
        for (size_t i = 0; i < p->c->theme_count; i++)
            count += is_newest(p->c, i) && p->c->themes[i]->category == category;
        buf_printf(p->b, "| %s %s | %zu | ", category_zh(category), category_en(category), count);
        bool is_first = true;
        for (size_t i = 0; i < p->c->theme_count; i++) {
            if (!is_newest(p->c, i) || p->c->themes[i]->category != category)
                continue;
            buf_printf(p->b, "%s", is_first ? "" : "、");
            is_first = false;
            put_link(p, p->c->themes[i]);
        }
        buf_printf(p->b, " |\n");
    }
}

static size_t themes_of(struct page *p, struct slice department)
{
    size_t count = 0;
    for (size_t i = 0; i < p->c->theme_count; i++)
        count += is_newest(p->c, i) && slice_eq(p->c->themes[i]->department, department);
    return count;
}

static void put_departments(struct page *p)
{
    const struct common *common = catalogue_newest_common(p->c);
    buf_printf(p->b, "\n## 按部门 By department\n\n"
                     "| 部门 Department | 编号 Id | 主题 Themes |\n|---|---|---|\n");
    for (size_t i = 0; i < common->department_count; i++) {
        const struct department *d = &common->departments[i];
        size_t count = themes_of(p, d->id);
        if (count)
            buf_printf(p->b, "| [%.*s](#department-%.*s) ", FMT_SLICE(d->zh), FMT_SLICE(d->id));
        else
            buf_printf(p->b, "| %.*s ", FMT_SLICE(d->zh));
        buf_printf(p->b, "%.*s | `%.*s` | %zu |\n", FMT_SLICE(d->en), FMT_SLICE(d->id), count);
    }
}

/* ---- one theme ---- */

static void put_who(struct page *p, const struct theme *t)
{
    char visibility[2] = {(char)t->visibility, 0};
    buf_printf(p->b, "- 谁可见 Who may see it: ");
    page_word(p, "visibility", slice_of(visibility));
    buf_printf(p->b, "；");
    page_word(p, "publication", slice_of(words_text(&WORDS_PUBLICATION, (int)t->publication)));
    buf_printf(p->b, "。保存 Kept: ");
    if (t->retention_years)
        buf_printf(p->b, "%d年 years，自 from ", t->retention_years);
    page_word(p, "retention_start", t->retention_start);
    buf_printf(p->b, "。更新 Updated: ");
    page_word(p, "cycle", t->cycle);
    buf_printf(p->b, "\n");
}

static void put_identity(struct page *p, const struct theme *t)
{
    buf_printf(p->b, "- 记录的标识 A record is known by: ");
    if (t->identity == IDENTITY_RECORD_ID)
        page_word(p, "identity", SLICE("record-id"));
    for (size_t i = 0; i < t->identity_count; i++)
        buf_printf(p->b, "%s`%.*s`", i ? "＋" : "", FMT_SLICE(t->items[t->identity_items[i]].code));
    buf_printf(p->b, "。记录日期 Its day: `%.*s`\n", FMT_SLICE(t->items[t->day_item].code));
}

static void put_facts(struct page *p, const struct theme *t)
{
    buf_printf(p->b, "- 法律依据 Legal basis: ");
    page_text(p, t->basis);
    buf_printf(p->b, "\n- 类别 Category: %s %s（国家目录 national class %.*s）。主体 Subjects: ",
               category_zh(t->category), category_en(t->category), FMT_SLICE(t->national_class));
    bool is_first = true;
    unsigned all = (2u << SUBJECT_KIND_LAST) - (1u << SUBJECT_KIND_FIRST);
    if (t->kinds == all)
        page_word(p, "subject", SLICE("all"));
    for (int k = SUBJECT_KIND_FIRST; k <= SUBJECT_KIND_LAST && t->kinds != all; k++) {
        if (!(t->kinds & (1 << k)))
            continue;
        buf_printf(p->b, "%s", is_first ? "" : "、");
        is_first = false;
        page_word(p, "kind", slice_of(words_text(&WORDS_KIND, k)));
    }
    buf_printf(p->b, "。性质 Polarity: ");
    page_word(p, "polarity", slice_of(words_text(&WORDS_POLARITY, (int)t->polarity)));
    buf_printf(p->b, "\n");
    put_who(p, t);
    put_identity(p, t);
}

/* Items that the archetype has not, or has otherwise; how many, and those of it that are left out.
 */
static size_t own_items(struct page *p, const struct theme *t, const struct theme *from,
                        bool *ret_own, struct slice *ret_without, size_t *ret_without_count)
{
    size_t count = 0;
    for (size_t i = 0; i < t->item_count; i++) {
        const struct item *there = theme_item(from, t->items[i].code);
        ret_own[i] = !there || !page_item_same(p, from, there, t, &t->items[i]);
        count += ret_own[i];
    }
    *ret_without_count = 0;
    for (size_t i = 0; i < from->item_count; i++)
        if (!theme_item(t, from->items[i].code))
            ret_without[(*ret_without_count)++] = from->items[i].code;
    return count;
}

static void put_example(struct page *p, const struct theme *t)
{
    struct slice csv = catalogue_example(p->a, p->c, t);
    buf_printf(p->b, "\n示例 Example (`%.*s`):\n\n```csv\n%.*s```\n", FMT_SLICE(t->code),
               FMT_SLICE(csv));
}

static void put_names(struct page *p, const struct theme *t)
{
    char day[11];
    day_print(day_of(t->valid_from), day);
    page_text(p, t->zh);
    buf_printf(p->b, " `%.*s`\n\n", FMT_SLICE(t->code));
    page_text(p, t->en);
    buf_printf(p->b, "（编号 number %u，第%u版 version，自 from %s）\n\n", t->number, t->version,
               day);
}

static void put_whole(struct page *p, const struct theme *t)
{
    page_items(p, t, NULL);
    page_formats(p, t);
    page_conditions(p, t);
    put_example(p, t);
}

static bool same_formats(const struct theme *t, const struct theme *from)
{
    for (size_t i = 0; i < t->format_count && t->format_count == from->format_count; i++)
        if (!slice_eq(t->formats[i].name, from->formats[i].name))
            return false;
    return t->format_count == from->format_count;
}

/* Behind the facts: the archetype, and items that are not as there. */
static void put_own(struct page *p, const struct theme *t, const struct theme *from)
{
    bool *own = ARENA_ARRAY(p->a, bool, t->item_count + 1);
    struct slice *without = ARENA_ARRAY(p->a, struct slice, from->item_count + 1);
    size_t without_count = 0;
    size_t own_count = own_items(p, t, from, own, without, &without_count);
    buf_printf(p->b, "- 条目 Items: 模板 archetype [%.*s](#archetype-%.*s)",
               FMT_SLICE(t->archetype), FMT_SLICE(t->archetype));
    if (without_count) {
        buf_printf(p->b, "，不含 without ");
        page_codes(p, without, without_count);
    }
    buf_printf(p->b, "%s", own_count ? "，另有或不同的 and its own:\n" : "\n");
    if (own_count)
        page_items(p, t, own);
    if (!same_formats(t, from))
        page_formats(p, t);
    if (t->not_collected_count != from->not_collected_count)
        page_conditions(p, t);
}

static void put_theme(struct page *p, const struct theme *t)
{
    const struct theme *from = archetype_of(p->c, t);
    buf_printf(p->b, "\n<a id=\"theme-%.*s\"></a>\n#### ", FMT_SLICE(t->code));
    put_names(p, t);
    put_facts(p, t);
    if (from)
        put_own(p, t, from);
    else
        put_whole(p, t);
}

static void put_themes(struct page *p)
{
    const struct common *common = catalogue_newest_common(p->c);
    buf_printf(p->b, "\n## 主题 Themes\n");
    for (size_t k = 0; k < common->department_count; k++) {
        const struct department *d = &common->departments[k];
        if (!themes_of(p, d->id))
            continue;
        buf_printf(p->b, "\n<a id=\"department-%.*s\"></a>\n### %.*s %.*s\n", FMT_SLICE(d->id),
                   FMT_SLICE(d->zh), FMT_SLICE(d->en));
        for (size_t i = 0; i < p->c->theme_count; i++)
            if (is_newest(p->c, i) && slice_eq(p->c->themes[i]->department, d->id))
                put_theme(p, p->c->themes[i]);
    }
}

/* ---- what they share ---- */

static void put_archetype(struct page *p, const struct theme *from)
{
    const struct theme *first = NULL;
    size_t count = 0;
    for (size_t i = 0; i < p->c->theme_count; i++) {
        const struct theme *t = p->c->themes[i];
        if (!is_newest(p->c, i) || !slice_eq(t->archetype, from->archetype))
            continue;
        first = first ? first : t;
        count++;
    }
    if (!first)
        return;
    buf_printf(p->b,
               "\n<a id=\"archetype-%.*s\"></a>\n### 模板 Archetype `%.*s`\n\n"
               "%zu 个主题采用 themes use it.\n",
               FMT_SLICE(from->archetype), FMT_SLICE(from->archetype), count);
    page_items(p, from, NULL);
    page_formats(p, from);
    page_conditions(p, from);
    put_example(p, first);
}

static int set_order(const void *x, const void *y)
{
    const struct code_set *a = *(const struct code_set *const *)x;
    const struct code_set *b = *(const struct code_set *const *)y;
    return slice_cmp(a->name, b->name);
}

static void put_set(struct page *p, const struct code_set *set)
{
    buf_printf(p->b, "\n<a id=\"set-%.*s\"></a>\n### 代码集 Code set `%.*s`\n\n来源 Source: ",
               FMT_SLICE(set->name), FMT_SLICE(set->name));
    page_text(p, set->source);
    buf_printf(p->b, "\n");
    for (size_t i = 0; i < set->count && i < VALUES_SHOWN; i++) {
        const struct code_value *v = &set->values[i];
        buf_printf(p->b, "\n- `%.*s` ", FMT_SLICE(v->code));
        if (!slice_eq(v->zh, v->code)) {
            page_text(p, v->zh);
            buf_add_char(p->b, ' ');
        }
        page_text(p, v->en);
        for (size_t k = 0; k < v->alias_count; k++) {
            buf_printf(p->b, "%s", k ? "、" : "；也可写作 also ");
            page_text(p, v->aliases[k]);
        }
    }
    if (set->count > VALUES_SHOWN)
        buf_printf(p->b,
                   "\n- …共 %zu 个值，全部见 %zu values, all of them in "
                   "`catalogue/code-sets/%.*s.yaml`",
                   set->count, set->count, FMT_SLICE(set->name));
    buf_printf(p->b, "\n");
}

/* The code sets of those themes, each once. */
static void put_sets(struct page *p, const struct theme *const *themes, size_t theme_count)
{
    size_t most = 1, count = 0;
    for (size_t i = 0; i < theme_count; i++)
        most += themes[i]->item_count;
    const struct code_set **sets = ARENA_ARRAY(p->a, const struct code_set *, most);
    for (size_t i = 0; i < theme_count; i++)
        for (size_t k = 0; k < themes[i]->item_count; k++)
            if (themes[i]->items[k].code_set)
                sets[count++] = themes[i]->items[k].code_set;
    if (!count)
        return;
    qsort(sets, count, sizeof *sets, set_order);
    buf_printf(p->b, "\n## 代码集 Code sets\n");
    for (size_t i = 0; i < count; i++)
        if (i == 0 || sets[i - 1] != sets[i])
            put_set(p, sets[i]);
}

void catalogue_page(struct arena *a, const struct catalogue *c, struct buf *ret)
{
    struct page p = {a, ret, c};
    size_t themes = 0;
    for (size_t i = 0; i < c->theme_count; i++)
        themes += is_newest(c, i);
    put_head(&p, themes);
    put_categories(&p);
    put_departments(&p);
    put_themes(&p);
    buf_printf(ret, "\n## 模板 Archetypes\n");
    for (size_t i = 0; i < c->archetype_count; i++)
        put_archetype(&p, c->archetypes[i]);
    put_sets(&p, (const struct theme *const *)c->themes, c->theme_count);
}

void catalogue_page_theme(struct arena *a, const struct catalogue *c, const struct theme *t,
                          struct buf *ret)
{
    struct page p = {a, ret, c};
    const struct theme *one[1] = {t};
    const struct department *d = catalogue_department(c, t->department);
    buf_printf(ret, "# ");
    put_names(&p, t);
    if (d)
        buf_printf(ret, "- 责任部门 Department: %.*s %.*s (`%.*s`)\n", FMT_SLICE(d->zh),
                   FMT_SLICE(d->en), FMT_SLICE(d->id));
    put_facts(&p, t);
    put_whole(&p, t);
    put_sets(&p, one, 1);
}
