/* What changes in departments and tables. A table is a list of words, a list of rows of which some
 * keys say which row it is, or one value; what a later program adds is told by the same three
 * forms. */
#include <stdlib.h>

#include "record/catalogue_diff_parts.h"
#include "record/wording.h"

/* Keys that say which row of a table a row is. A table that is not here is known by whole rows. */
static const struct {
    const char *table;
    const char *keys[4];
} ROW_KEYS[] = {
    {"classes", {"pair"}},
    {"masks", {"name"}},
    {"terms", {"set", "class", "from", "applied_from"}},
    {"severity_words", {"word", "class"}},
    {"forbidden", {"word"}},
    {"workdays", {"year"}},
    {"deadlines", {"archetype"}},
};

static struct slice row_name(struct diffing *d, struct slice table, const struct json *row)
{
    for (size_t i = 0; i < ARRAY_LEN(ROW_KEYS); i++) {
        if (!slice_eq(table, slice_of(ROW_KEYS[i].table)))
            continue;
        struct slice name = {0};
        for (size_t k = 0; k < 4 && ROW_KEYS[i].keys[k]; k++) {
            struct slice key = slice_of(ROW_KEYS[i].keys[k]);
            struct slice one = json_get_string(row, ROW_KEYS[i].keys[k]);
            if (!one.n)
                one = value_text(d->a, key, json_get(row, ROW_KEYS[i].keys[k]));
            if (one.n)
                name = arena_printf(d->a, "%.*s%s%.*s", FMT_SLICE(name), name.n ? " " : "",
                                    FMT_SLICE(one));
        }
        return name;
    }
    return value_text(d->a, table, row);
}

static const struct json *row_named(struct diffing *d, struct slice table, const struct json *rows,
                                    struct slice name)
{
    for (size_t i = 0; rows && i < rows->count; i++)
        if (slice_eq(row_name(d, table, &rows->items[i]), name))
            return &rows->items[i];
    return NULL;
}

/* ---- consequences ---- */

static void says_missing(struct diffing *d, struct catalogue_change *c)
{
    if (c->kind == CHANGE_TABLE_ADDED)
        change_says(d, c, CHANGE_REJECTS, SLICE("必填项填写该值的行将被退回"),
                    SLICE("rows that say so in a required item will be rejected"));
    else
        change_says(d, c, 0, SLICE("此后作为填写的内容保存"),
                    SLICE("from then on kept as what was filled in"));
}

static void says_shop_word(struct diffing *d, struct catalogue_change *c)
{
    if (c->kind == CHANGE_TABLE_ADDED)
        change_says(d, c, CHANGE_OPENS, SLICE("以此结尾的个体工商户可按名称检索"),
                    SLICE("sole traders whose names end in it can be found by name"));
    else
        change_says(d, c, 0, SLICE("以此结尾的个体工商户只能按代码检索"),
                    SLICE("sole traders whose names end in it are found by code only"));
}

static void says_class(struct diffing *d, struct catalogue_change *c)
{
    if (c->kind == CHANGE_TABLE_GONE)
        change_says(d, c, 0, SLICE("此类代码的行会保存并提示"),
                    SLICE("rows with such codes are stored with a warning"));
    else if (c->kind == CHANGE_TABLE_KEY && slice_eq(c->key, SLICE("kind")))
        change_says(d, c, 0, SLICE("此类主体归入另一主体库"),
                    SLICE("such subjects go to another store"));
}

static void says_severity(struct diffing *d, struct catalogue_change *c)
{
    /* Whichever way it goes, somebody's records may be published for longer. */
    change_says(d, c, CHANGE_OPENS, SLICE("含此词的处罚改按另一严重程度公示"),
                SLICE("penalties with this word are published by another class"));
}

static void says_forbidden(struct diffing *d, struct catalogue_change *c)
{
    if (c->kind == CHANGE_TABLE_ADDED)
        change_says(d, c, CHANGE_REJECTS, SLICE("列名含此词的行将被退回，条目不能再用此名"),
                    SLICE("rows with a column of such a name will be rejected, and no item may "
                          "bear one"));
    else
        change_says(d, c, 0, SLICE("请确认法律不再禁止或另有例外"),
                    SLICE("make sure that the law allows it"));
}

static void says_authority(struct diffing *d, struct catalogue_change *c)
{
    change_says(d, c, 0, SLICE("只影响提示"), SLICE("changes hints only"));
}

static void says_late(struct diffing *d, struct catalogue_change *c)
{
    change_says(d, c, 0, SLICE("影响“迟报”的认定"), SLICE("changes which rows are found late"));
}

static const struct {
    const char *table;
    void (*says)(struct diffing *d, struct catalogue_change *c);
} TABLES[] = {
    {"missing", says_missing},
    {"fillers", says_missing},
    {"shop_words", says_shop_word},
    {"classes", says_class},
    {"severity_words", says_severity},
    {"forbidden", says_forbidden},
    {"workdays", says_late},
    {"deadlines", says_late},
    {"authority_short", says_authority},
};

static void says_of_table(struct diffing *d, struct catalogue_change *c)
{
    for (size_t i = 0; i < ARRAY_LEN(TABLES); i++)
        if (slice_eq(c->of, slice_of(TABLES[i].table)))
            TABLES[i].says(d, c);
}

/* The greatest number of months that the rows of a term's class and set gave before. */
static int64_t months_before(const struct json *rows, const struct json *term)
{
    int64_t most = -1;
    for (size_t i = 0; rows && i < rows->count; i++) {
        const struct json *one = &rows->items[i];
        if (slice_eq(json_get_string(one, "class"), json_get_string(term, "class")) &&
            slice_eq(json_get_string(one, "set"), json_get_string(term, "set")) &&
            slice_cmp(json_get_string(one, "from"), json_get_string(term, "from")) <= 0)
            most = json_get_int(one, "months_max");
    }
    return most;
}

static void says_term(struct diffing *d, struct catalogue_change *c, const struct json *old_rows,
                      const struct json *term)
{
    int64_t was = months_before(old_rows, term), is = json_get_int(term, "months_max");
    if (is > was)
        change_says(d, c, CHANGE_OPENS,
                    arena_printf(d->a, "最长公示 %lld 个月，比原来长", (long long)is),
                    arena_printf(d->a, "published for up to %lld months, longer than before",
                                 (long long)is));
    else if (is < was)
        change_says(
            d, c, 0, arena_printf(d->a, "最长公示 %lld 个月，期满的不再公开", (long long)is),
            arena_printf(d->a, "published for up to %lld months; what is older is no longer public",
                         (long long)is));
}

/* A mask of the table; where it is used, the items tell of it too. */
static void says_mask(struct diffing *d, struct catalogue_change *c, const struct pair *p)
{
    if (p->old && p->now && p->now->kind == JSON_INT && p->now->integer > p->old->integer)
        change_says(d, c, CHANGE_OPENS, SLICE("遮盖得更少"), SLICE("less is covered"));
}

/* ---- the three forms ---- */

static void row_keys(struct diffing *d, struct slice table, const struct json *old_rows,
                     const struct json *old, const struct json *now, struct slice name)
{
    size_t count = 0;
    struct pair *pairs = pairs_changed(d->a, old, now, &count);
    for (size_t i = 0; i < count; i++) {
        const struct pair *p = &pairs[i];
        struct catalogue_change *c = change_key(
            d, p, (struct catalogue_change){.kind = CHANGE_TABLE_KEY, .of = table, .item = name});
        says_of_table(d, c);
        if (slice_eq(table, SLICE("masks")))
            says_mask(d, c, p);
        if (slice_eq(p->key, SLICE("months_max")))
            says_term(d, c, old_rows, now);
    }
}

static void row_whole(struct diffing *d, enum change_kind kind, struct slice table,
                      const struct json *old_rows, const struct json *row)
{
    bool is_word = row->kind != JSON_OBJECT;
    struct slice text = value_text(d->a, table, row);
    struct catalogue_change c = {
        .kind = kind,
        .of = table,
        .item = is_word ? text : row_name(d, table, row),
        .before = kind == CHANGE_TABLE_GONE && !is_word ? text : (struct slice){0},
        .after = kind == CHANGE_TABLE_ADDED && !is_word ? text : (struct slice){0},
    };
    struct catalogue_change *at = change_add(d, c);
    says_of_table(d, at);
    if (kind == CHANGE_TABLE_ADDED && slice_eq(table, SLICE("terms")))
        says_term(d, at, old_rows, row);
}

static void diff_rows(struct diffing *d, const struct pair *p)
{
    size_t told = d->count;
    for (size_t i = 0; p->old && i < p->old->count; i++) {
        const struct json *row = &p->old->items[i];
        struct slice name = row_name(d, p->key, row);
        const struct json *other = row_named(d, p->key, p->now, name);
        if (!other)
            row_whole(d, CHANGE_TABLE_GONE, p->key, p->old, row);
        else if (row->kind == JSON_OBJECT)
            row_keys(d, p->key, p->old, row, other, name);
    }
    for (size_t i = 0; p->now && i < p->now->count; i++) {
        const struct json *row = &p->now->items[i];
        if (!row_named(d, p->key, p->old, row_name(d, p->key, row)))
            row_whole(d, CHANGE_TABLE_ADDED, p->key, p->old, row);
    }
    if (d->count == told)
        change_add(d, (struct catalogue_change){
                          .kind = CHANGE_TABLE_KEY, .of = p->key, .item = SLICE("顺序 order")});
}

/* The next of "110000北京市 110100市辖区 …"; empty at the end. */
static struct slice next_division(struct slice *rest)
{
    return rest->n ? slice_cut(rest, ' ') : (struct slice){0};
}

/* By their codes, which ascend. */
static void diff_divisions(struct diffing *d, const struct pair *p)
{
    struct slice old = p->old ? p->old->string : (struct slice){0},
                 now = p->now ? p->now->string : (struct slice){0};
    struct slice x = next_division(&old), y = next_division(&now);
    size_t was = 0, is = 0, added = 0, gone = 0, renamed = 0;
    while (x.n || y.n) {
        struct slice x_code = {x.p, x.n < 6 ? x.n : 6}, y_code = {y.p, y.n < 6 ? y.n : 6};
        int order = !x.n ? 1 : !y.n ? -1 : slice_cmp(x_code, y_code);
        was += order <= 0;
        is += order >= 0;
        gone += order < 0;
        added += order > 0;
        renamed += order == 0 && !slice_eq(x, y);
        if (order <= 0)
            x = next_division(&old);
        if (order >= 0)
            y = next_division(&now);
    }
    struct catalogue_change *c =
        change_add(d, (struct catalogue_change){.kind = CHANGE_TABLE_KEY,
                                                .of = p->key,
                                                .before = arena_printf(d->a, "%zu", was),
                                                .after = arena_printf(d->a, "%zu", is)});
    change_says(d, c, 0,
                arena_printf(d->a, "新增 %zu 个，删去 %zu 个，更名 %zu 个", added, gone, renamed),
                arena_printf(d->a, "%zu new, %zu taken away, %zu renamed", added, gone, renamed));
}

/* "440102 东山区 2004;…": told by how many there are. */
static void diff_former(struct diffing *d, const struct pair *p)
{
    size_t counts[2] = {0};
    const struct json *sides[2] = {p->old, p->now};
    for (int side = 0; side < 2; side++) {
        struct slice rest = sides[side] ? sides[side]->string : (struct slice){0};
        while (rest.n) {
            slice_cut(&rest, ';');
            counts[side]++;
        }
    }
    change_add(d, (struct catalogue_change){.kind = CHANGE_TABLE_KEY,
                                            .of = p->key,
                                            .before = arena_printf(d->a, "%zu", counts[0]),
                                            .after = arena_printf(d->a, "%zu", counts[1]),
                                            .zh = SLICE("只影响提示"),
                                            .en = SLICE("changes hints only")});
}

static void diff_number(struct diffing *d, const struct pair *p)
{
    struct catalogue_change *c =
        change_add(d, (struct catalogue_change){.kind = CHANGE_TABLE_KEY,
                                                .of = p->key,
                                                .before = value_text(d->a, p->key, p->old),
                                                .after = value_text(d->a, p->key, p->now)});
    bool is_age = slice_eq(p->key, SLICE("full_capacity")) || slice_eq(p->key, SLICE("own_labour"));
    if (is_age && p->old && p->now && p->now->integer > p->old->integer)
        change_says(d, c, CHANGE_REJECTS, SLICE("未满此年龄的自然人的行将被退回"),
                    SLICE("rows of natural persons below that age will be rejected"));
}

static void diff_tables(struct diffing *d, const struct json *old, const struct json *now)
{
    size_t count = 0;
    struct pair *pairs = pairs_changed(d->a, old, now, &count);
    for (size_t i = 0; i < count; i++) {
        const struct pair *p = &pairs[i];
        const struct json *any = p->now ? p->now : p->old;
        if (slice_eq(p->key, SLICE("divisions")))
            diff_divisions(d, p);
        else if (slice_eq(p->key, SLICE("former")))
            diff_former(d, p);
        else if (any->kind == JSON_ARRAY)
            diff_rows(d, p);
        else if (any->kind == JSON_OBJECT)
            row_keys(d, p->key, NULL, p->old, p->now, (struct slice){0});
        else
            diff_number(d, p);
    }
}

/* ---- departments ---- */

static void department_keys(struct diffing *d, const struct json *old, const struct json *now)
{
    size_t count = 0;
    struct pair *pairs = pairs_changed(d->a, old, now, &count);
    for (size_t i = 0; i < count; i++)
        change_key(d, &pairs[i],
                   (struct catalogue_change){.kind = CHANGE_DEPARTMENT_KEY,
                                             .item = json_get_string(now, "id"),
                                             .item_zh = json_get_string(now, "zh")});
}

static void diff_departments(struct diffing *d, const struct json *old, const struct json *now)
{
    for (size_t i = 0; old && i < old->count; i++) {
        const struct json *one = &old->items[i];
        const struct json *other = member_with(now, "id", json_get_string(one, "id"));
        if (other) {
            department_keys(d, one, other);
            continue;
        }
        struct catalogue_change *c =
            change_add(d, (struct catalogue_change){.kind = CHANGE_DEPARTMENT_GONE,
                                                    .item = json_get_string(one, "id"),
                                                    .item_zh = json_get_string(one, "zh"),
                                                    .before = json_get_string(one, "uscc")});
        change_says(d, c, 0, SLICE("其密钥请用 creditctl key remove 收回"),
                    SLICE("take its keys back with creditctl key remove"));
    }
    for (size_t i = 0; now && i < now->count; i++) {
        const struct json *one = &now->items[i];
        if (!member_with(old, "id", json_get_string(one, "id")))
            change_add(d, (struct catalogue_change){.kind = CHANGE_DEPARTMENT_ADDED,
                                                    .item = json_get_string(one, "id"),
                                                    .item_zh = json_get_string(one, "zh"),
                                                    .after = json_get_string(one, "uscc")});
    }
}

void diff_common(struct diffing *d, const struct json *old, const struct json *now)
{
    diff_departments(d, json_get(old, "departments"), json_get(now, "departments"));
    diff_tables(d, json_get(old, "tables"), json_get(now, "tables"));
}
