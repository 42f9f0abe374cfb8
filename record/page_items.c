/* Items, formats and conditions of the page: tables of what a column holds, in words. */
#include "record/catalogue_page_parts.h"
#include "record/catalogue_read.h"

void page_text(struct page *p, struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] && strchr("|*_<[`\\", s.p[i]))
            buf_add_char(p->b, '\\');
        buf_add_char(p->b, s.p[i] == '\n' ? ' ' : s.p[i]);
    }
}

void page_word(struct page *p, const char *key, struct slice word)
{
    struct wording w = wording_word(slice_of(key), word);
    page_text(p, w.zh);
    if (!slice_eq(w.zh, w.en)) {
        buf_add_char(p->b, ' ');
        page_text(p, w.en);
    }
}

void page_codes(struct page *p, const struct slice *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buf_printf(p->b, "%s`%.*s`", i ? "、" : "", FMT_SLICE(list[i]));
}

static void put_words(struct page *p, const struct slice *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buf_printf(p->b, "%s", i ? "、" : "");
        page_text(p, list[i]);
    }
}

/* ---- cells ---- */

static void put_type(struct page *p, const struct item *it)
{
    bool is_many = it->type == ITEM_CODES;
    switch (it->type) {
    case ITEM_CODE:
    case ITEM_CODES:
        buf_printf(p->b, "[代码集 %.*s](#set-%.*s) %s", FMT_SLICE(it->code_set->name),
                   FMT_SLICE(it->code_set->name),
                   is_many ? "中的一个或多个值 one or more of its values"
                           : "中的一个值 one of its values");
        return;
    case ITEM_TEXT:
    case ITEM_NAME:
    case ITEM_CAPITAL:
    case ITEM_NUMBER:
    case ITEM_PERSON_ID:
    case ITEM_CONTACT:
    case ITEM_DOCUMENT: {
        struct wording w = wording_word(SLICE("type"), slice_of(item_type_code(it->type)));
        buf_printf(p->b, "%.*s，至多%d字 %.*s, up to %d characters", FMT_SLICE(w.zh), it->chars_max,
                   FMT_SLICE(w.en), it->chars_max);
        return;
    }
    case ITEM_DATE:
    case ITEM_AMOUNT:
    case ITEM_INTEGER:
    case ITEM_USCC:
    case ITEM_ORGCODE:
    case ITEM_REGNO:
        page_word(p, "type", slice_of(item_type_code(it->type)));
        if (it->unit.n)
            buf_printf(p->b, "（%.*s）", FMT_SLICE(it->unit));
        return;
    }
}

/* Remarks are separated; the first has nothing before it. */
static void next_remark(struct page *p, bool *has_one)
{
    buf_printf(p->b, "%s", *has_one ? "；" : "");
    *has_one = true;
}

static void put_named(struct page *p, bool *has_one, const char *zh, const char *en,
                      struct slice code)
{
    next_remark(p, has_one);
    buf_printf(p->b, "%s `%.*s` %s", zh, FMT_SLICE(code), en);
}

static void put_when(struct page *p, const struct theme *t, const struct condition *when)
{
    buf_printf(p->b, "`%.*s` 为 is ", FMT_SLICE(t->items[when->item].code));
    put_words(p, when->any, when->any_count);
}

static void put_remarks(struct page *p, const struct theme *t, const struct item *it)
{
    bool has_one = false;
    if (it->role != ROLE_NONE) {
        next_remark(p, &has_one);
        page_word(p, "role", slice_of(words_text(&WORDS_ROLE, (int)it->role)));
    }
    if (it->required_when) {
        next_remark(p, &has_one);
        put_when(p, t, it->required_when);
        buf_printf(p->b, " 时必填 then required");
    }
    if (it->happened) {
        next_remark(p, &has_one);
        buf_printf(p->b, "不晚于收到之日 not after the day of receipt");
    }
    if (it->open_ended) {
        next_remark(p, &has_one);
        buf_printf(p->b, "可为长期 may be without end");
    }
    if (it->not_before >= 0)
        put_named(p, &has_one, "不早于", "not before it", t->items[it->not_before].code);
    if (it->document_type >= 0)
        put_named(p, &has_one, "证件类型见", "says which document",
                  t->items[it->document_type].code);
    if (it->stated_in >= 0)
        put_named(p, &has_one, "与", "所述金额核对 compared with its words",
                  t->items[it->stated_in].code);
    if (it->mask) {
        next_remark(p, &has_one);
        buf_printf(p->b, "公开时只显示前%d位后%d位 masked but for the first %d and last %d",
                   it->mask->keep_first, it->mask->keep_last, it->mask->keep_first,
                   it->mask->keep_last);
    }
    if (it->alias_count) {
        next_remark(p, &has_one);
        buf_printf(p->b, "列名也可写作 also headed ");
        put_words(p, it->aliases, it->alias_count);
    }
}

static void put_item(struct page *p, const struct theme *t, const struct item *it)
{
    char visibility[2] = {(char)it->visibility, 0};
    buf_printf(p->b, "| ");
    page_text(p, it->zh);
    buf_printf(p->b, "<br>");
    page_text(p, it->en);
    buf_printf(p->b, " | `%.*s` | ", FMT_SLICE(it->code));
    put_type(p, it);
    buf_printf(p->b, " | ");
    page_word(p, "required", slice_of(words_text(&WORDS_REQUIRED, (int)it->required)));
    buf_printf(p->b, " | ");
    if (it->visibility != t->visibility)
        page_word(p, "visibility", slice_of(visibility));
    buf_printf(p->b, " | ");
    put_remarks(p, t, it);
    buf_printf(p->b, " |\n");
}

void page_items(struct page *p, const struct theme *of, const bool *shown)
{
    buf_printf(p->b,
               "\n| 列名 Column | 代码 Code | 内容 Holds | 必填 Required | 谁可见 Who sees it | "
               "说明 Remarks |\n|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < of->item_count; i++)
        if (!shown || shown[i])
            put_item(p, of, &of->items[i]);
}

/* ---- formats and conditions ---- */

static void put_format(struct page *p, const struct theme *t, const struct format *f)
{
    buf_printf(p->b, "\n- %.*s %.*s（`%.*s`）：有以下任一列的行 rows with one of the columns ",
               FMT_SLICE(f->zh), FMT_SLICE(f->en), FMT_SLICE(f->name));
    page_codes(p, f->marks, f->mark_count);
    if (f->column_count)
        buf_printf(p->b, "；列的对应 columns ");
    for (size_t i = 0; i < f->column_count; i++) {
        buf_printf(p->b, "%s", i ? "、" : "");
        page_text(p, f->columns[i].name);
        buf_printf(p->b, "→`%.*s`", FMT_SLICE(t->items[f->columns[i].item].code));
    }
    if (f->without_count)
        buf_printf(p->b, "；可缺 may lack ");
    for (size_t i = 0; i < f->without_count; i++)
        buf_printf(p->b, "%s`%.*s`", i ? "、" : "", FMT_SLICE(t->items[f->without[i]].code));
    if (f->fill_count)
        buf_printf(p->b, "；自动填入 filled in ");
    for (size_t i = 0; i < f->fill_count; i++)
        buf_printf(p->b, "%s`%.*s`", i ? "、" : "", FMT_SLICE(t->items[f->fills[i].item].code));
    if (f->ignored_count) {
        buf_printf(p->b, "；略过的列 passed over ");
        put_words(p, f->ignored, f->ignored_count);
    }
    if (f->time.n)
        buf_printf(p->b, "；更新时间列 column of the time `%.*s`", FMT_SLICE(f->time));
}

void page_formats(struct page *p, const struct theme *of)
{
    if (!of->format_count)
        return;
    buf_printf(p->b, "\n旧版格式也可报送 Other formats are taken too:\n");
    for (size_t i = 0; i < of->format_count; i++)
        put_format(p, of, &of->formats[i]);
    buf_printf(p->b, "\n");
}

void page_conditions(struct page *p, const struct theme *of)
{
    if (!of->not_collected_count)
        return;
    buf_printf(p->b, "\n依法不得收集 May not be collected:\n");
    for (size_t i = 0; i < of->not_collected_count; i++) {
        const struct not_collected *n = &of->not_collected[i];
        if (!n->when.any_count)
            continue; /* of an archetype: it names an item that themes give */
        buf_printf(p->b, "\n- ");
        page_word(p, "subject", slice_of(words_text(&WORDS_WHOM, (int)n->subject)));
        buf_printf(p->b, "，");
        put_when(p, of, &n->when);
        buf_printf(p->b, "（");
        page_text(p, n->law);
        buf_printf(p->b, "）");
    }
    buf_printf(p->b, "\n");
}

/* ---- what is a theme's own ---- */

static struct slice code_at(const struct theme *t, int item)
{
    return item >= 0 ? t->items[item].code : (struct slice){0};
}

static bool same_list(const struct slice *x, size_t n, const struct slice *y, size_t m)
{
    for (size_t i = 0; i < n && n == m; i++)
        if (!slice_eq(x[i], y[i]))
            return false;
    return n == m;
}

static bool holds(const struct condition *when, const struct code_set *set, struct arena *a,
                  struct slice word)
{
    for (size_t i = 0; i < when->any_count; i++) {
        const struct code_value *v = set ? code_set_find(set, a, when->any[i]) : NULL;
        if (slice_eq(v ? v->code : when->any[i], word))
            return true;
    }
    return false;
}

/* An archetype's words are as they were written, a theme's are codes. */
static bool same_when(struct page *p, const struct theme *x, const struct condition *i,
                      const struct theme *y, const struct condition *k)
{
    if (!i || !k)
        return i == k;
    const struct code_set *set = x->items[i->item].code_set;
    bool same = slice_eq(x->items[i->item].code, y->items[k->item].code);
    for (size_t n = 0; n < k->any_count; n++)
        same = same && holds(i, set, p->a, k->any[n]);
    for (size_t n = 0; n < i->any_count; n++) {
        const struct code_value *v = set ? code_set_find(set, p->a, i->any[n]) : NULL;
        same = same && holds(k, NULL, p->a, v ? v->code : i->any[n]);
    }
    return same;
}

bool page_item_same(struct page *p, const struct theme *x, const struct item *i,
                    const struct theme *y, const struct item *k)
{
    /* What an archetype says of who sees it is narrowed by the theme that uses it. */
    enum visibility as_here = visibility_stricter(i->visibility, y->visibility);
    bool is_as_theme = i->visibility == x->visibility && k->visibility == y->visibility;
    return slice_eq(i->code, k->code) && slice_eq(i->zh, k->zh) && slice_eq(i->en, k->en) &&
           i->type == k->type && i->chars_max == k->chars_max && i->required == k->required &&
           i->code_set == k->code_set && i->mask == k->mask && i->role == k->role &&
           i->happened == k->happened && i->open_ended == k->open_ended &&
           slice_eq(i->unit, k->unit) && (is_as_theme || as_here == k->visibility) &&
           same_list(i->aliases, i->alias_count, k->aliases, k->alias_count) &&
           slice_eq(code_at(x, i->not_before), code_at(y, k->not_before)) &&
           slice_eq(code_at(x, i->document_type), code_at(y, k->document_type)) &&
           slice_eq(code_at(x, i->stated_in), code_at(y, k->stated_in)) &&
           same_when(p, x, i->required_when, y, k->required_when);
}
