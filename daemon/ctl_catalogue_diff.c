/* `catalogue diff`: what a new catalogue changes, in words. What opens something to the public
 * comes first, then what rejects more rows and what cannot be loaded; then the rest, theme by
 * theme. A change that many themes share (they have an archetype in common) is told once. */
#include <stdio.h>

#include "base/check.h"
#include "base/json.h"
#include "daemon/ctl_catalogue.h"
#include "daemon/terminal.h"
#include "record/catalogue_diff.h"
#include "record/wording.h"

enum {
    JSON_BYTES_MAX = 256 << 20,
    TEXT_BYTES_MAX = 4 << 20,
    ENTRIES_MAX = 65536,
    THEMES_NAMED = 6
};

/* ---- what is in force ---- */

struct entries {
    struct catalogue_entry *list;
    size_t count, room;
};

static int fetch_entry(struct ctl *c, struct arena *a, struct slice code, struct entries *all)
{
    struct slice body;
    struct reason why = {""};
    struct json *json;
    int fetched = ctl_catalogue_fetch(c, code, &body);
    if (fetched != EXIT_CODE_OK)
        return fetched;
    if (json_parse(c->arena, body, JSON_BYTES_MAX, &json, &why) < 0)
        return ctl_fail(EXIT_CODE_FAILED, "the answer of creditd cannot be read: %s", why.text);
    if (all->count == ENTRIES_MAX)
        return ctl_fail(EXIT_CODE_FAILED, "creditd knows more than %d themes", ENTRIES_MAX);
    all->list[all->count++] =
        (struct catalogue_entry){(uint16_t)json_get_int(json, "number"),
                                 (uint32_t)json_get_int(json, "version"), arena_dup(a, body)};
    return EXIT_CODE_OK;
}

static int fetch_all(struct ctl *c, struct arena *a, struct entries *all)
{
    int code = fetch_entry(c, a, SLICE("common"), all);
    struct slice next = {0};
    do {
        const struct json *answer = NULL;
        const char *path = arena_printf(c->arena, "/v1/catalogue?limit=100%s%s",
                                        next.n ? "&cursor=" : "", next.n ? next.p : "")
                               .p;
        if (code == EXIT_CODE_OK)
            code = ctl_ask(c, "GET", path, &answer);
        const struct json *items = json_get(answer, "items");
        for (size_t i = 0; code == EXIT_CODE_OK && items && i < items->count; i++)
            code = fetch_entry(c, a, json_get_string(&items->items[i], "code"), all);
        next = json_get_string(answer, "next");
    } while (code == EXIT_CODE_OK && next.n);
    return code;
}

static int read_current(struct ctl *c, struct arena *a, struct catalogue **ret)
{
    struct reason why = {""};
    struct entries all = {.list = ARENA_ARRAY(a, struct catalogue_entry, ENTRIES_MAX)};
    if (fetch_all(c, a, &all) != EXIT_CODE_OK)
        return EXIT_CODE_REFUSED;
    if (catalogue_restore(a, all.list, all.count, ret, &why) < 0)
        return ctl_fail(EXIT_CODE_REFUSED, "what creditd has in force cannot be read: %s",
                        why.text);
    return EXIT_CODE_OK;
}

int ctl_catalogue_read(struct ctl *c, const char *where, struct arena **ret_arena,
                       struct catalogue **ret)
{
    struct reason why = {""};
    AUTO(arena_destroy) struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    int code = EXIT_CODE_OK;
    if (slice_eq(slice_of(where), SLICE("current")))
        code = read_current(c, a, ret);
    else if (catalogue_load(a, where, ret, &why) < 0)
        code = ctl_fail(EXIT_CODE_REFUSED, "%s", terminal_text(c->arena, slice_of(why.text)));
    if (code == EXIT_CODE_OK)
        *ret_arena = TAKE(a);
    return code;
}

/* ---- as text ---- */

/* The same is changed in the same way, whatever the theme. */
static bool is_alike(const struct catalogue_change *x, const struct catalogue_change *y)
{
    return x->kind == y->kind && x->effects == y->effects && !x->theme.n == !y->theme.n &&
           slice_eq(x->item, y->item) && slice_eq(x->of, y->of) && slice_eq(x->key, y->key) &&
           slice_eq(x->before, y->before) && slice_eq(x->after, y->after) &&
           slice_eq(x->zh, y->zh) && slice_eq(x->en, y->en);
}

static bool is_of_versions(enum change_kind k)
{
    return k == CHANGE_VERSION_FORGOTTEN || k == CHANGE_VERSION_IDLE || k == CHANGE_VERSION_LOWER ||
           k == CHANGE_VERSION_INSTANT;
}

static void put_wording(struct buf *b, struct wording w)
{
    buf_add_slice(b, w.zh);
    if (!slice_eq(w.zh, w.en))
        buf_printf(b, " %.*s", FMT_SLICE(w.en));
}

/* "条目 item CF_YXQ 处罚有效期：必填 required  是 yes → 否 no" */
static struct slice change_text(struct ctl *c, const struct catalogue_change *one)
{
    AUTO_BUF(b, TEXT_BYTES_MAX);
    buf_printf(&b, "%s %s", change_zh(one->kind), change_en(one->kind));
    if (one->of.n) {
        buf_add_char(&b, ' ');
        put_wording(&b, wording_key(one->of));
    }
    if (one->item.n)
        buf_printf(&b, " %.*s", FMT_SLICE(one->item));
    if (one->item_zh.n && !slice_eq(one->item_zh, one->item))
        buf_printf(&b, " %.*s", FMT_SLICE(one->item_zh));
    if (one->key.n) {
        buf_printf(&b, "：");
        put_wording(&b, wording_key(one->key));
    }
    /* A key has a value on both sides; a whole thing is there or not. */
    bool has_both = one->key.n || (one->before.n && one->after.n);
    if (has_both)
        buf_printf(&b, "  %.*s → %.*s", FMT_SLICE(one->before.n ? one->before : SLICE("无 none")),
                   FMT_SLICE(one->after.n ? one->after : SLICE("无 none")));
    else if (!slice_eq(one->before, one->item_zh) && !slice_eq(one->after, one->item_zh))
        buf_printf(&b, "  %.*s", FMT_SLICE(one->before.n ? one->before : one->after));
    return arena_dup(c->arena, buf_slice(&b));
}

struct telling {
    struct ctl *c;
    const struct catalogue_changes *all;
    bool *told;
};

/* The codes of the themes that share a change, the first of them told with its name. */
static struct slice themes_text(struct telling *t, size_t first, size_t *ret_count)
{
    struct arena *a = t->c->arena;
    const struct catalogue_change *one = &t->all->list[first];
    struct slice text = {0};
    *ret_count = 0;
    for (size_t i = first; i < t->all->count; i++) {
        const struct catalogue_change *other = &t->all->list[i];
        if (t->told[i] || !is_alike(one, other))
            continue;
        t->told[i] = true;
        if (++*ret_count <= THEMES_NAMED)
            text = arena_printf(a, "%.*s%s%.*s", FMT_SLICE(text), *ret_count > 1 ? ", " : "",
                                FMT_SLICE(other->theme));
    }
    if (*ret_count > THEMES_NAMED)
        text = arena_printf(a, "%.*s, …", FMT_SLICE(text));
    return text;
}

static void tell(struct telling *t, size_t i)
{
    struct arena *a = t->c->arena;
    const struct catalogue_change *one = &t->all->list[i];
    size_t count = 0;
    struct slice themes = themes_text(t, i, &count);
    printf("  %s%s%s", one->effects & CHANGE_REFUSED ? "[不能装载 refused] " : "",
           one->effects & CHANGE_OPENS ? "[更公开 more public] " : "",
           one->effects & CHANGE_REJECTS ? "[更多退回 more rejected] " : "");
    if (count > 1)
        printf("%zu 个主题 %zu themes (%s)  ", count, count, terminal_text(a, themes));
    else if (one->theme.n)
        printf("%s %s  ", terminal_text(a, themes), terminal_text(a, one->theme_zh));
    else if (is_of_versions(one->kind))
        printf("common.yaml 部门和表 departments and tables  ");
    printf("%s\n", terminal_text(a, change_text(t->c, one)));
    if (one->zh.n)
        printf("      → %s\n        %s\n", terminal_text(a, one->zh), terminal_text(a, one->en));
}

/* One section: those of which the mask of effects, or the kind, says that they belong there. */
static void tell_some(struct telling *t, const char *heading, unsigned effects, bool versions)
{
    bool is_first = true;
    for (size_t i = 0; i < t->all->count; i++) {
        const struct catalogue_change *one = &t->all->list[i];
        bool belongs = effects    ? (one->effects & effects) != 0
                       : versions ? is_of_versions(one->kind)
                                  : true;
        if (t->told[i] || !belongs)
            continue;
        if (is_first)
            printf("\n%s\n", heading);
        is_first = false;
        tell(t, i);
    }
}

static void print_text(struct ctl *c, const struct catalogue_changes *all)
{
    struct telling t = {c, all, ARENA_ARRAY(c->arena, bool, all->count + 1)};
    size_t opens = 0, rejects = 0, refused = 0;
    for (size_t i = 0; i < all->count; i++) {
        opens += (all->list[i].effects & CHANGE_OPENS) != 0;
        rejects += (all->list[i].effects & CHANGE_REJECTS) != 0;
        refused += (all->list[i].effects & CHANGE_REFUSED) != 0;
    }
    printf("目录有 %zu 处变化，其中 %zu 处更公开，%zu 处退回更多行\n"
           "%zu changes: %zu make more public, %zu reject more rows\n",
           all->count, opens, rejects, all->count, opens, rejects);
    if (refused)
        printf("其中 %zu 处不能装载 %zu cannot be loaded\n", refused, refused);
    tell_some(&t, "更公开 More becomes public", CHANGE_OPENS, false);
    tell_some(&t, "退回更多行 More rows are rejected", CHANGE_REJECTS, false);
    tell_some(&t, "不能装载 Cannot be loaded", CHANGE_REFUSED, false);
    tell_some(&t, "版本 Versions", 0, true);
    tell_some(&t, "其他变化 Other changes", 0, false);
}

/* ---- as JSON ---- */

static void put_if(struct json_out *o, const char *key, struct slice s)
{
    if (s.n)
        json_put_string(o, key, s);
}

static int print_json(const struct catalogue_changes *all)
{
    AUTO_BUF(b, JSON_BYTES_MAX);
    struct json_out o = json_out_of(&b);
    json_object_begin(&o);
    json_key(&o, "changes");
    json_array_begin(&o);
    for (size_t i = 0; i < all->count; i++) {
        const struct catalogue_change *one = &all->list[i];
        json_object_begin(&o);
        json_put_cstr(&o, "kind", change_code(one->kind));
        put_if(&o, "theme", one->theme);
        put_if(&o, "of", one->of);
        put_if(&o, "item", one->item);
        put_if(&o, "item_zh", one->item_zh);
        put_if(&o, "key", one->key);
        put_if(&o, "before", one->before);
        put_if(&o, "after", one->after);
        json_put_bool(&o, "more_public", one->effects & CHANGE_OPENS);
        json_put_bool(&o, "more_rejected", one->effects & CHANGE_REJECTS);
        json_put_bool(&o, "refused", one->effects & CHANGE_REFUSED);
        put_if(&o, "zh", one->zh);
        put_if(&o, "en", one->en);
        json_object_end(&o);
    }
    json_array_end(&o);
    json_object_end(&o);
    if (b.err)
        return ctl_fail(EXIT_CODE_REFUSED, "the changes are more than can be printed");
    printf("%.*s\n", FMT_SLICE(buf_slice(&b)));
    return all->count ? EXIT_CODE_FAILED : EXIT_CODE_OK;
}

int ctl_catalogue_diff(struct ctl *c)
{
    AUTO(arena_destroy) struct arena *a = NULL, *b = NULL;
    struct catalogue *old, *now;
    int code = ctl_catalogue_read(c, c->words[0], &a, &old);
    if (code == EXIT_CODE_OK)
        code = ctl_catalogue_read(c, c->words[1], &b, &now);
    if (code != EXIT_CODE_OK)
        return code;
    struct catalogue_changes all;
    catalogue_diff(c->arena, old, now, &all);
    if (ctl_option(c, "json"))
        return print_json(&all);
    if (all.count == 0) {
        puts("目录相同 The catalogues say the same");
        return EXIT_CODE_OK;
    }
    print_text(c, &all);
    return EXIT_CODE_FAILED;
}
