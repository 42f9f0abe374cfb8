/* Two catalogues side by side. Entries are compared as the store would keep them (entry_write.c),
 * for that text holds all that an entry means, archetype and code sets put in, and nothing else. A
 * theme is found again by its code; its newest version on either side counts. */
#include "record/catalogue_diff.h"

#include "base/check.h"
#include "record/catalogue_diff_parts.h"
#include "record/catalogue_read.h"

static const struct {
    const char *code, *zh, *en;
} KINDS[] = {
#define CHANGE(id, code, zh, en) {code, zh, en},
#include "record/change.def"
#undef CHANGE
};

const char *change_code(enum change_kind k)
{
    return KINDS[k].code;
}

const char *change_zh(enum change_kind k)
{
    return KINDS[k].zh;
}

const char *change_en(enum change_kind k)
{
    return KINDS[k].en;
}

struct catalogue_change *change_add(struct diffing *d, struct catalogue_change c)
{
    if (d->count == d->room) {
        struct catalogue_change *more =
            ARENA_ARRAY(d->a, struct catalogue_change, d->room ? d->room * 2 : 64);
        if (d->count)
            memcpy(more, d->list, d->count * sizeof *more);
        d->room = d->room ? d->room * 2 : 64;
        d->list = more;
    }
    if (d->theme) {
        c.theme = d->theme->code;
        c.theme_zh = d->theme->zh;
    }
    d->list[d->count] = c;
    return &d->list[d->count++];
}

struct catalogue_change *change_key(struct diffing *d, const struct pair *p,
                                    struct catalogue_change c)
{
    c.key = p->key;
    c.before = value_text(d->a, p->key, p->old);
    c.after = value_text(d->a, p->key, p->now);
    return change_add(d, c);
}

void change_says(struct diffing *d, struct catalogue_change *c, unsigned effects, struct slice zh,
                 struct slice en)
{
    c->effects |= effects;
    c->zh = c->zh.n ? arena_printf(d->a, "%.*s；%.*s", FMT_SLICE(c->zh), FMT_SLICE(zh)) : zh;
    c->en = c->en.n ? arena_printf(d->a, "%.*s; %.*s", FMT_SLICE(c->en), FMT_SLICE(en)) : en;
}

static const struct theme *newest(const struct catalogue *c, struct slice code)
{
    const struct theme *found = NULL;
    for (size_t i = 0; i < c->theme_count; i++)
        if (slice_eq(c->themes[i]->code, code))
            found = c->themes[i]; /* they ascend by version */
    return found;
}

static const struct theme *with_number(const struct catalogue *c, uint16_t number)
{
    for (size_t i = 0; i < c->theme_count; i++)
        if (c->themes[i]->number == number)
            return c->themes[i];
    return NULL;
}

static const struct json *parsed(struct diffing *d, struct slice text)
{
    struct json *v = NULL;
    CHECK(json_parse(d->a, text, ENTRY_BYTES_MAX, &v, NULL) == 0);
    return v;
}

/* ---- versions ---- */

static struct slice instant_text(struct diffing *d, struct utc_ms t)
{
    char text[30];
    utc_print(t, text);
    return arena_dup(d->a, slice_of(text));
}

struct stamp {
    uint32_t version;
    struct utc_ms from;
};

static void diff_versions(struct diffing *d, struct stamp old, struct stamp now, bool is_changed)
{
    struct catalogue_change c = {.before = arena_printf(d->a, "%u", old.version),
                                 .after = arena_printf(d->a, "%u", now.version)};
    if (now.version < old.version) {
        c.kind = CHANGE_VERSION_LOWER;
        c.zh = SLICE("装载时不改变已生效的版本；请在现行版本上修改，并写下一个版本号");
        c.en = SLICE("loading it leaves the version in force as it is; change that one and give it "
                     "the next version");
        change_add(d, c);
    } else if (now.version == old.version && is_changed) {
        c.kind = CHANGE_VERSION_FORGOTTEN;
        c.effects = CHANGE_REFUSED;
        c.zh = SLICE("若旧版已生效，装载时将被拒绝；请写下一个版本号和尚未到来的生效时间");
        c.en =
            SLICE("refused at loading if the old one is in force; give it the next version and a "
                  "valid_from that is still to come");
        change_add(d, c);
    } else if (now.version > old.version && !is_changed) {
        c.kind = CHANGE_VERSION_IDLE;
        c.zh = SLICE("新版本与旧版本相同；如属误改请改回");
        c.en = SLICE("the new version says what the old one says; take it back if it is an "
                     "oversight");
        change_add(d, c);
    }
    if (now.version > old.version && now.from.v <= old.from.v) {
        c.kind = CHANGE_VERSION_INSTANT;
        c.effects = CHANGE_REFUSED;
        c.before = instant_text(d, old.from);
        c.after = instant_text(d, now.from);
        c.zh = SLICE("装载时将被拒绝；新版本的 valid_from 须晚于旧版本");
        c.en = SLICE("refused at loading; a new version begins after the one before it");
        change_add(d, c);
    }
}

/* ---- themes ---- */

static void theme_added(struct diffing *d, const struct catalogue *old, const struct theme *t)
{
    struct catalogue_change *c =
        change_add(d, (struct catalogue_change){.kind = CHANGE_THEME_ADDED, .after = t->zh});
    const struct theme *other = with_number(old, t->number);
    if (other)
        change_says(d, c, CHANGE_REFUSED,
                    arena_printf(d->a, "编号 %u 属于 %.*s，装载时将被拒绝", t->number,
                                 FMT_SLICE(other->code)),
                    arena_printf(d->a, "the number %u is that of %.*s: refused at loading",
                                 t->number, FMT_SLICE(other->code)));
    if (t->visibility == VIS_PUBLIC)
        change_says(d, c, CHANGE_OPENS, SLICE("其记录将向公众公开"),
                    SLICE("its records become visible to the public"));
}

static void theme_gone(struct diffing *d)
{
    struct catalogue_change *c =
        change_add(d, (struct catalogue_change){.kind = CHANGE_THEME_GONE, .before = d->theme->zh});
    change_says(d, c, 0, SLICE("已生效的主题仍然有效，装载不会将其停用"),
                SLICE("what was in force stays in force: loading does not end it"));
}

static void diff_one(struct diffing *d, const struct theme *old, const struct theme *now)
{
    struct slice before = theme_render(d->a, old), after = theme_render(d->a, now);
    size_t count = d->count;
    d->set_count = 0;
    if (!slice_eq(before, after))
        diff_theme(d, parsed(d, before), parsed(d, after));
    diff_versions(d, (struct stamp){old->version, old->valid_from},
                  (struct stamp){now->version, now->valid_from}, d->count > count);
}

static void diff_commons(struct diffing *d, const struct catalogue *old,
                         const struct catalogue *now)
{
    const struct common *x = catalogue_newest_common(old), *y = catalogue_newest_common(now);
    struct slice before = common_render(d->a, x), after = common_render(d->a, y);
    size_t count = d->count;
    if (!slice_eq(before, after))
        diff_common(d, parsed(d, before), parsed(d, after));
    diff_versions(d, (struct stamp){x->version, x->valid_from},
                  (struct stamp){y->version, y->valid_from}, d->count > count);
}

void catalogue_diff(struct arena *a, const struct catalogue *old, const struct catalogue *now,
                    struct catalogue_changes *ret)
{
    struct diffing d = {.a = a};
    for (size_t i = 0; i < now->theme_count; i++) {
        d.theme = now->themes[i];
        if (d.theme != newest(now, d.theme->code))
            continue;
        const struct theme *before = newest(old, d.theme->code);
        if (before)
            diff_one(&d, before, d.theme);
        else
            theme_added(&d, old, d.theme);
    }
    for (size_t i = 0; i < old->theme_count; i++) {
        d.theme = old->themes[i];
        if (d.theme == newest(old, d.theme->code) && !newest(now, d.theme->code))
            theme_gone(&d);
    }
    d.theme = NULL;
    diff_commons(&d, old, now);
    *ret = (struct catalogue_changes){d.list, d.count};
}
