/* What changes in one theme: its own keys and its other formats. Items are in diff_items.c. */
#include "record/catalogue_diff_parts.h"
#include "record/wording.h"

#define KEY_IS(p, literal) slice_eq((p)->key, SLICE(literal))

/* Place of a word in a list that goes from the strictest to the widest, or -1. */
static int rank_of(const struct json *v, const char *const *words)
{
    for (int i = 0; v && words[i]; i++)
        if (v->kind == JSON_STRING && slice_eq(v->string, slice_of(words[i])))
            return i;
    return -1;
}

static void says_visibility(struct diffing *d, struct catalogue_change *c, const struct pair *p)
{
    bool was = p->old && slice_eq(p->old->string, SLICE("P"));
    bool is = p->now && slice_eq(p->now->string, SLICE("P"));
    size_t shown = 0;
    const struct json *items = json_get(is ? d->new_theme : d->old_theme, "items");
    for (size_t i = 0; items && i < items->count; i++)
        shown += slice_eq(json_get_string(&items->items[i], "visibility"), SLICE("P"));
    if (is && !was)
        change_says(
            d, c, CHANGE_OPENS, arena_printf(d->a, "其记录和其中 %zu 个条目将向公众公开", shown),
            arena_printf(d->a, "its records and %zu of their items become visible to the public",
                         shown));
    if (was && !is)
        change_says(d, c, 0, SLICE("其记录不再公开"), SLICE("its records are no longer public"));
}

static void says_publication(struct diffing *d, struct catalogue_change *c, const struct pair *p)
{
    static const char *const order[] = {"never", "term", "always", NULL};
    if (rank_of(p->now, order) > rank_of(p->old, order))
        change_says(d, c, CHANGE_OPENS, SLICE("公示得更久"), SLICE("published for longer"));
    else
        change_says(d, c, 0, SLICE("公示期满的记录不再公开"),
                    SLICE("records whose term is over are no longer public"));
}

static void says_severity(struct diffing *d, struct catalogue_change *c, const struct pair *p)
{
    static const char *const order[] = {"minor", "ordinary", "serious", NULL};
    int was = rank_of(p->old, order), is = rank_of(p->now, order);
    change_says(d, c, is > was || is < 0 ? CHANGE_OPENS : 0,
                SLICE("没有严重程度用词的记录按此确定公示期限"),
                SLICE("decides the term of publication of records in which no severity word "
                      "occurs"));
}

static void says_department(struct diffing *d, struct catalogue_change *c, const struct pair *p)
{
    change_says(d, c, CHANGE_REJECTS,
                arena_printf(d->a, "%.*s 不能再报送，改由 %.*s 报送", FMT_SLICE(p->old->string),
                             FMT_SLICE(p->now->string)),
                arena_printf(d->a, "%.*s may no longer hand it in, %.*s does",
                             FMT_SLICE(p->old->string), FMT_SLICE(p->now->string)));
}

static void says_retention(struct diffing *d, struct catalogue_change *c, const struct pair *p)
{
    int64_t was = p->old ? p->old->integer : INT64_MAX, is = p->now ? p->now->integer : INT64_MAX;
    if (is < was)
        change_says(d, c, 0, SLICE("保存期满的记录不再提供"),
                    SLICE("records whose retention is over are no longer shown to anybody"));
    else
        change_says(d, c, 0, SLICE("记录保存得更久"), SLICE("records are kept for longer"));
}

static void says_kept_for_ever(struct diffing *d, struct catalogue_change *c, const struct pair *p)
{
    (void)p;
    change_says(d, c, CHANGE_REFUSED,
                SLICE("已有记录以此查找，不能更改，装载时将被拒绝；请另立新主题"),
                SLICE("records are found by it and it cannot change: refused at loading; open a "
                      "new theme"));
}

static void says_day(struct diffing *d, struct catalogue_change *c, const struct pair *p)
{
    (void)p;
    change_says(d, c, 0, SLICE("此后收到的记录按新的日期排列和计算期限"),
                SLICE("records received from then on are sorted, and their terms counted, by the "
                      "new day"));
}

/* What has consequences; other keys are told without. */
static const struct {
    const char *key;
    void (*says)(struct diffing *d, struct catalogue_change *c, const struct pair *p);
} THEME_KEYS[] = {
    {"number", says_kept_for_ever},
    {"category", says_kept_for_ever},
    {"identity", says_kept_for_ever},
    {"department", says_department},
    {"visibility", says_visibility},
    {"publication", says_publication},
    {"severity_default", says_severity},
    {"retention_years", says_retention},
    {"day", says_day},
};

static void theme_key(struct diffing *d, const struct pair *p)
{
    struct catalogue_change *c =
        change_key(d, p, (struct catalogue_change){.kind = CHANGE_THEME_KEY});
    for (size_t i = 0; i < ARRAY_LEN(THEME_KEYS); i++)
        if (slice_eq(p->key, slice_of(THEME_KEYS[i].key)))
            THEME_KEYS[i].says(d, c, p);
}

/* ---- what may not be collected ---- */

static const struct json *same_in(const struct json *list, const struct json *one)
{
    for (size_t i = 0; list && i < list->count; i++)
        if (json_same(&list->items[i], one))
            return &list->items[i];
    return NULL;
}

static void diff_conditions(struct diffing *d, const struct pair *p)
{
    for (size_t i = 0; p->old && i < p->old->count; i++) {
        const struct json *one = &p->old->items[i];
        if (same_in(p->now, one))
            continue;
        struct catalogue_change *c =
            change_add(d, (struct catalogue_change){.kind = CHANGE_CONDITION_GONE,
                                                    .item = json_get_string(one, "item"),
                                                    .before = value_text(d->a, p->key, one)});
        change_says(d, c, 0, SLICE("此类行将予接收；请确认已无法律禁止"),
                    SLICE("such rows will be taken; make sure that no law forbids it any more"));
    }
    for (size_t i = 0; p->now && i < p->now->count; i++) {
        const struct json *one = &p->now->items[i];
        if (same_in(p->old, one))
            continue;
        struct catalogue_change *c =
            change_add(d, (struct catalogue_change){.kind = CHANGE_CONDITION_ADDED,
                                                    .item = json_get_string(one, "item"),
                                                    .after = value_text(d->a, p->key, one)});
        change_says(d, c, CHANGE_REJECTS, SLICE("此类行将被退回"),
                    SLICE("such rows will be rejected"));
    }
}

/* ---- other formats ---- */

/* Something that the format allowed is not there any more, or says something else. */
static bool takes_away(const struct json *old, const struct json *now)
{
    for (size_t i = 0; old && i < old->count; i++) {
        if (old->kind == JSON_ARRAY && !list_holds(now, old->items[i].string))
            return true;
        const struct json *other = NULL;
        for (size_t k = 0; old->kind == JSON_OBJECT && now && k < now->count; k++)
            if (slice_eq(now->keys[k], old->keys[i]))
                other = &now->items[k];
        if (old->kind == JSON_OBJECT && !json_same(&old->items[i], other))
            return true;
    }
    return old && !now;
}

static void diff_format(struct diffing *d, const struct json *old, const struct json *now)
{
    size_t count = 0;
    struct pair *pairs = pairs_changed(d->a, old, now, &count);
    for (size_t i = 0; i < count; i++) {
        const struct pair *p = &pairs[i];
        struct catalogue_change *c =
            change_key(d, p,
                       (struct catalogue_change){.kind = CHANGE_FORMAT_KEY,
                                                 .item = json_get_string(now, "name"),
                                                 .item_zh = json_get_string(now, "zh")});
        bool is_name = KEY_IS(p, "zh") || KEY_IS(p, "en");
        if (!is_name && (takes_away(p->old, p->now) || KEY_IS(p, "marks") || KEY_IS(p, "time")))
            change_says(d, c, CHANGE_REJECTS, SLICE("按该格式报送的行可能被退回"),
                        SLICE("rows in that format may be rejected"));
    }
}

static void diff_formats(struct diffing *d, const struct pair *p)
{
    for (size_t i = 0; p->old && i < p->old->count; i++) {
        const struct json *one = &p->old->items[i];
        const struct json *other = member_with(p->now, "name", json_get_string(one, "name"));
        if (other) {
            diff_format(d, one, other);
            continue;
        }
        struct catalogue_change *c =
            change_add(d, (struct catalogue_change){.kind = CHANGE_FORMAT_GONE,
                                                    .item = json_get_string(one, "name"),
                                                    .before = json_get_string(one, "zh")});
        change_says(d, c, CHANGE_REJECTS, SLICE("按该格式报送的行将被退回"),
                    SLICE("rows in that format will be rejected"));
    }
    for (size_t i = 0; p->now && i < p->now->count; i++) {
        const struct json *one = &p->now->items[i];
        if (member_with(p->old, "name", json_get_string(one, "name")))
            continue;
        struct catalogue_change *c =
            change_add(d, (struct catalogue_change){.kind = CHANGE_FORMAT_ADDED,
                                                    .item = json_get_string(one, "name"),
                                                    .after = json_get_string(one, "zh")});
        change_says(d, c, 0, SLICE("可按该格式报送"), SLICE("rows in that format are taken"));
    }
}

void diff_theme(struct diffing *d, const struct json *old, const struct json *now)
{
    d->old_theme = old;
    d->new_theme = now;
    size_t count = 0;
    struct pair *pairs = pairs_changed(d->a, old, now, &count);
    for (size_t i = 0; i < count; i++) {
        const struct pair *p = &pairs[i];
        /* Versions are looked at when it is known whether anything else changed. */
        if (KEY_IS(p, "version") || KEY_IS(p, "valid_from"))
            continue;
        if (KEY_IS(p, "items"))
            diff_items(d, p->old, p->now);
        else if (KEY_IS(p, "formats"))
            diff_formats(d, p);
        else if (KEY_IS(p, "not_collected"))
            diff_conditions(d, p);
        else
            theme_key(d, p);
    }
}
