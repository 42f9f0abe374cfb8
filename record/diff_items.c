/* What changes in the items of a theme. An item is found again by its code; one that went while
 * another came that bears its names was renamed. */
#include "record/catalogue_diff_parts.h"
#include "record/wording.h"

struct item_pair {
    struct pair p;
    const struct json *old, *now; /* the items */
    struct slice name;            /* “名称”, as it will be */
};

static struct slice code_of(const struct json *item)
{
    return json_get_string(item, "code");
}

static bool is_required(const struct json *item)
{
    return !slice_eq(json_get_string(item, "required"), SLICE("no"));
}

/* A row's column with that heading is read as this item. */
static bool bears(const struct json *item, struct slice name)
{
    return slice_eq(code_of(item), name) || slice_eq(json_get_string(item, "zh"), name) ||
           list_holds(json_get(item, "aliases"), name);
}

/* ---- consequences ---- */

/* Of whom an item is required: bit 0 organisations, bit 1 persons. */
static unsigned required_of(const struct json *v)
{
    if (!v || v->kind != JSON_STRING)
        return 0;
    return slice_eq(v->string, SLICE("yes"))            ? 3
           : slice_eq(v->string, SLICE("organisation")) ? 1
           : slice_eq(v->string, SLICE("person"))       ? 2
                                                        : 0;
}

static void says_required_of(struct diffing *d, struct catalogue_change *c, struct slice name,
                             unsigned of)
{
    static const struct {
        const char *zh, *en;
    } whose[] = {{"", ""},
                 {"法人及非法人组织的", " of organisations"},
                 {"自然人的", " of natural persons"},
                 {"", ""}};
    change_says(d, c, CHANGE_REJECTS,
                arena_printf(d->a, "%s缺少%.*s的行将被退回", whose[of].zh, FMT_SLICE(name)),
                arena_printf(d->a, "rows%s without it will be rejected", whose[of].en));
}

static void says_required(struct diffing *d, struct catalogue_change *c, const struct item_pair *p)
{
    unsigned was = required_of(p->p.old), is = required_of(p->p.now);
    if (is & ~was)
        says_required_of(d, c, p->name, is & ~was);
    else if (p->p.now && slice_eq(p->p.now->string, SLICE("should")))
        change_says(d, c, 0, arena_printf(d->a, "缺少%.*s的行会保存并提示", FMT_SLICE(p->name)),
                    SLICE("rows without it are stored with a warning"));
    else
        change_says(d, c, 0, SLICE("可以不填"), SLICE("it may be left out"));
}

static void says_required_when(struct diffing *d, struct catalogue_change *c,
                               const struct item_pair *p)
{
    if (p->p.now)
        change_says(d, c, CHANGE_REJECTS,
                    arena_printf(d->a, "符合条件而缺少%.*s的行将被退回", FMT_SLICE(p->name)),
                    SLICE("rows to which it applies will be rejected without the item"));
    else
        change_says(d, c, 0, SLICE("不再按条件必填"), SLICE("no longer required by condition"));
}

static bool is_shown(const struct json *item)
{
    return slice_eq(json_get_string(item, "visibility"), SLICE("P"));
}

static void says_visibility(struct diffing *d, struct catalogue_change *c,
                            const struct item_pair *p)
{
    const struct json *mask = json_get(p->now, "mask");
    if (is_shown(p->now))
        change_says(
            d, c, CHANGE_OPENS,
            arena_printf(d->a, "%.*s将向公众公开%s", FMT_SLICE(p->name), mask ? "（遮盖后）" : ""),
            arena_printf(d->a, "it becomes visible to the public%s", mask ? ", masked" : ""));
    else if (is_shown(p->old))
        change_says(d, c, 0, arena_printf(d->a, "%.*s不再公开", FMT_SLICE(p->name)),
                    SLICE("it is no longer public"));
}

static void says_mask(struct diffing *d, struct catalogue_change *c, const struct item_pair *p)
{
    if (!p->p.now) {
        change_says(d, c, is_shown(p->now) ? CHANGE_OPENS : 0,
                    arena_printf(d->a, "%.*s将完整显示", FMT_SLICE(p->name)),
                    SLICE("it is shown in full"));
        return;
    }
    int64_t was = p->p.old
                      ? json_get_int(p->p.old, "keep_first") + json_get_int(p->p.old, "keep_last")
                      : INT64_MAX;
    int64_t is = json_get_int(p->p.now, "keep_first") + json_get_int(p->p.now, "keep_last");
    bool opens = is > was && is_shown(p->now);
    change_says(d, c, opens ? CHANGE_OPENS : 0,
                arena_printf(d->a, "显示前 %lld 位和后 %lld 位，其余遮盖",
                             (long long)json_get_int(p->p.now, "keep_first"),
                             (long long)json_get_int(p->p.now, "keep_last")),
                arena_printf(d->a, "the first %lld and the last %lld characters are shown",
                             (long long)json_get_int(p->p.now, "keep_first"),
                             (long long)json_get_int(p->p.now, "keep_last")));
}

static void says_type(struct diffing *d, struct catalogue_change *c, const struct item_pair *p)
{
    struct slice was = p->p.old->string, is = p->p.now->string;
    bool was_sealed = slice_eq(was, SLICE("person-id")) || slice_eq(was, SLICE("contact"));
    bool is_sealed = slice_eq(is, SLICE("person-id")) || slice_eq(is, SLICE("contact"));
    if (was_sealed && !is_sealed)
        change_says(d, c, CHANGE_OPENS, SLICE("不再作为个人信息加密保存"),
                    SLICE("no longer sealed as personal data"));
    if (!slice_eq(is, SLICE("text")) && !slice_eq(is, SLICE("name"))) {
        struct wording w = wording_word(SLICE("type"), is);
        change_says(d, c, CHANGE_REJECTS,
                    arena_printf(d->a, "不是%.*s的值将使该行被退回", FMT_SLICE(w.zh)),
                    arena_printf(d->a, "rows with another value than that (%.*s) will be rejected",
                                 FMT_SLICE(w.en)));
    }
}

static void says_length(struct diffing *d, struct catalogue_change *c, const struct item_pair *p)
{
    if (p->p.now->integer < p->p.old->integer)
        change_says(d, c, CHANGE_REJECTS,
                    arena_printf(d->a, "超过 %lld 字的行将被退回", (long long)p->p.now->integer),
                    arena_printf(d->a, "rows with more than %lld characters will be rejected",
                                 (long long)p->p.now->integer));
}

/* A column of one of the theme's other formats: read in rows of that format alone. */
static bool is_of_a_format(const struct diffing *d, struct slice name)
{
    const struct json *formats = json_get(d->new_theme, "formats");
    for (size_t i = 0; formats && i < formats->count; i++) {
        const struct json *columns = json_get(&formats->items[i], "columns");
        for (size_t k = 0; columns && k < columns->count; k++)
            if (slice_eq(columns->keys[k], name))
                return true;
    }
    return false;
}

static void says_names(struct diffing *d, struct catalogue_change *c, const struct item_pair *p)
{
    const struct json *aliases = json_get(p->old, "aliases");
    for (size_t i = 0; i <= (aliases ? aliases->count : 0); i++) {
        struct slice name = i == 0 ? json_get_string(p->old, "zh") : aliases->items[i - 1].string;
        /* One change of an item tells it: that of its name, or else that of its aliases. */
        bool is_here = slice_eq(p->p.key, i == 0 ? SLICE("zh") : SLICE("aliases"));
        if (!is_here || bears(p->now, name))
            continue;
        if (is_of_a_format(d, name)) {
            change_says(
                d, c, 0,
                arena_printf(d->a, "表头写作“%.*s”的列只在旧版格式的行中识别", FMT_SLICE(name)),
                arena_printf(d->a,
                             "a column headed “%.*s” is read in rows of another "
                             "format only",
                             FMT_SLICE(name)));
            continue;
        }
        change_says(
            d, c, is_required(p->now) ? CHANGE_REJECTS : 0,
            arena_printf(d->a, "表头写作“%.*s”的列不再识别", FMT_SLICE(name)),
            arena_printf(d->a, "a column headed “%.*s” is no longer read", FMT_SLICE(name)));
    }
}

static void says_happened(struct diffing *d, struct catalogue_change *c, const struct item_pair *p)
{
    if (p->p.now)
        change_says(d, c, CHANGE_REJECTS, SLICE("晚于收到之日的日期将使该行被退回"),
                    SLICE("rows with a day after the day of receipt will be rejected"));
}

static void says_open_ended(struct diffing *d, struct catalogue_change *c,
                            const struct item_pair *p)
{
    if (p->p.now)
        change_says(d, c, 0, SLICE("2099-12-31 等视为长期"),
                    SLICE("2099-12-31 and the like mean without end"));
    else
        change_says(d, c, 0, SLICE("2099-12-31 等不再视为长期"),
                    SLICE("2099-12-31 and the like no longer mean without end"));
}

static void says_not_before(struct diffing *d, struct catalogue_change *c,
                            const struct item_pair *p)
{
    if (p->p.now)
        change_says(
            d, c, CHANGE_REJECTS,
            arena_printf(d->a, "早于 %.*s 的日期将使该行被退回", FMT_SLICE(p->p.now->string)),
            arena_printf(d->a, "rows with a day before %.*s will be rejected",
                         FMT_SLICE(p->p.now->string)));
}

static void says_unit(struct diffing *d, struct catalogue_change *c, const struct item_pair *p)
{
    (void)p;
    change_says(d, c, 0, SLICE("同样的数字将表示另一金额；请通知报送部门"),
                SLICE("the same number will mean another sum; tell those who hand in"));
}

static void says_role(struct diffing *d, struct catalogue_change *c, const struct item_pair *p)
{
    (void)p;
    change_says(d, c, 0, SLICE("登记册从该列读取的内容改变"),
                SLICE("changes what the register reads from the column"));
}

static const struct {
    const char *key;
    void (*says)(struct diffing *d, struct catalogue_change *c, const struct item_pair *p);
} ITEM_KEYS[] = {
    {"zh", says_names},
    {"aliases", says_names},
    {"type", says_type},
    {"length", says_length},
    {"required", says_required},
    {"required_when", says_required_when},
    {"mask", says_mask},
    {"visibility", says_visibility},
    {"happened", says_happened},
    {"open_ended", says_open_ended},
    {"not_before", says_not_before},
    {"unit", says_unit},
    {"role", says_role},
};

/* ---- one item ---- */

/* Told with the theme already: the item goes with it. */
static bool goes_with_the_theme(const struct diffing *d, const struct pair *p)
{
    const struct json *was = json_get(d->old_theme, "visibility"),
                      *is = json_get(d->new_theme, "visibility");
    return slice_eq(p->key, SLICE("visibility")) && !json_same(was, is) && json_same(p->now, is);
}

static void item_key(struct diffing *d, const struct item_pair *p)
{
    struct catalogue_change *c =
        change_key(d, &p->p,
                   (struct catalogue_change){.kind = CHANGE_ITEM_KEY,
                                             .item = code_of(p->now),
                                             .item_zh = json_get_string(p->now, "zh")});
    for (size_t i = 0; i < ARRAY_LEN(ITEM_KEYS); i++)
        if (slice_eq(p->p.key, slice_of(ITEM_KEYS[i].key)))
            ITEM_KEYS[i].says(d, c, p);
}

static void diff_item(struct diffing *d, const struct json *old, const struct json *now)
{
    size_t count = 0;
    struct pair *pairs = pairs_changed(d->a, old, now, &count);
    struct item_pair p = {.old = old, .now = now, .name = quoted_name(d->a, now)};
    for (size_t i = 0; i < count; i++) {
        p.p = pairs[i];
        if (slice_eq(p.p.key, SLICE("code")) || goes_with_the_theme(d, &p.p))
            continue;
        const struct slice set = SLICE("name");
        bool is_set = slice_eq(p.p.key, SLICE("code_set"));
        if (!is_set || !slice_eq(json_get_string(p.p.old, set.p), json_get_string(p.p.now, set.p)))
            item_key(d, &p);
        if (is_set && p.p.old && p.p.now)
            diff_code_set(d, p.p.old, p.p.now);
    }
}

static void item_added(struct diffing *d, const struct json *item)
{
    struct slice name = quoted_name(d->a, item);
    struct catalogue_change *c =
        change_add(d, (struct catalogue_change){
                          .kind = CHANGE_ITEM_ADDED,
                          .item = code_of(item),
                          .item_zh = json_get_string(item, "zh"),
                          .after = value_text(d->a, SLICE("type"), json_get(item, "type"))});
    unsigned of = required_of(json_get(item, "required"));
    if (of)
        says_required_of(d, c, name, of);
    if (json_get(item, "required_when"))
        change_says(d, c, CHANGE_REJECTS,
                    arena_printf(d->a, "符合条件而缺少%.*s的行将被退回", FMT_SLICE(name)),
                    SLICE("rows to which it applies will be rejected without the item"));
    if (is_shown(item))
        change_says(d, c, CHANGE_OPENS, arena_printf(d->a, "%.*s将向公众公开", FMT_SLICE(name)),
                    SLICE("it becomes visible to the public"));
}

static void item_gone(struct diffing *d, const struct json *item)
{
    struct catalogue_change *c =
        change_add(d, (struct catalogue_change){
                          .kind = CHANGE_ITEM_GONE,
                          .item = code_of(item),
                          .item_zh = json_get_string(item, "zh"),
                          .before = value_text(d->a, SLICE("type"), json_get(item, "type"))});
    change_says(d, c, 0, SLICE("该列的值不再保存，报送时会提示"),
                SLICE("values of that column are no longer stored, and a warning says so"));
    if (is_shown(item))
        change_says(d, c, 0, SLICE("不再公开"), SLICE("no longer public"));
}

/* ---- all of them ---- */

/* The new item that a gone one became: it bears its code, or alone bears its name. */
static const struct json *renamed_to(const struct json *old, const struct json *now,
                                     const struct json *item)
{
    for (size_t i = 0; i < now->count; i++) {
        const struct json *other = &now->items[i];
        bool is_new = !member_with(old, "code", code_of(other));
        if (is_new && (bears(other, code_of(item)) || bears(other, json_get_string(item, "zh"))))
            return other;
    }
    return NULL;
}

static bool was_renamed(const struct json *old, const struct json *now, const struct json *item)
{
    for (size_t i = 0; i < old->count; i++) {
        const struct json *other = &old->items[i];
        if (!member_with(now, "code", code_of(other)) && renamed_to(old, now, other) == item)
            return true;
    }
    return false;
}

static void item_renamed(struct diffing *d, const struct json *old, const struct json *now)
{
    struct catalogue_change *c =
        change_add(d, (struct catalogue_change){.kind = CHANGE_ITEM_RENAMED,
                                                .item = code_of(now),
                                                .item_zh = json_get_string(now, "zh"),
                                                .before = code_of(old),
                                                .after = code_of(now)});
    if (!bears(now, code_of(old)))
        change_says(d, c, is_required(now) ? CHANGE_REJECTS : 0,
                    arena_printf(d->a, "表头写作“%.*s”的列不再识别", FMT_SLICE(code_of(old))),
                    arena_printf(d->a, "a column headed “%.*s” is no longer read",
                                 FMT_SLICE(code_of(old))));
    diff_item(d, old, now);
}

/* Items of both lists stand in the same order. */
static bool order_is_same(const struct json *old, const struct json *now)
{
    size_t at = 0;
    for (size_t i = 0; i < old->count; i++) {
        if (!member_with(now, "code", code_of(&old->items[i])))
            continue;
        while (at < now->count && !member_with(old, "code", code_of(&now->items[at])))
            at++;
        if (at == now->count || !slice_eq(code_of(&old->items[i]), code_of(&now->items[at++])))
            return false;
    }
    return true;
}

void diff_items(struct diffing *d, const struct json *old, const struct json *now)
{
    for (size_t i = 0; i < old->count; i++) {
        const struct json *item = &old->items[i], *other = member_with(now, "code", code_of(item));
        const struct json *renamed = other ? NULL : renamed_to(old, now, item);
        if (other)
            diff_item(d, item, other);
        else if (renamed)
            item_renamed(d, item, renamed);
        else
            item_gone(d, item);
    }
    for (size_t i = 0; i < now->count; i++)
        if (!member_with(old, "code", code_of(&now->items[i])) &&
            !was_renamed(old, now, &now->items[i]))
            item_added(d, &now->items[i]);
    if (!order_is_same(old, now))
        change_add(d, (struct catalogue_change){.kind = CHANGE_ITEM_ORDER});
}
