/* A theme's entry for people: what it is, what a row of it holds, and what else a row may be. Keys
 * stand beside how they are read (record/wording.def), so that both the page and the files of the
 * catalogue are found again. */
#include <stdio.h>

#include "base/attr.h"
#include "daemon/ctl_catalogue.h"
#include "daemon/terminal.h"
#include "record/wording.h"

enum { THEME_JSON_MAX = 64 << 20, KEY_COLUMNS = 18, READ_COLUMNS = 24 };

/* Behind one of these keys is a word, or words, that wording.def reads under the second one. */
static const struct {
    const char *key, *read_as;
} worded[] = {
    {"kinds", "kind"},
    {"counterpart", "kind"},
    {"polarity", "polarity"},
    {"visibility", "visibility"},
    {"publication", "publication"},
    {"severity_default", "severity"},
    {"retention_start", "retention_start"},
    {"cycle", "cycle"},
};

/* "P 公众", or the text as it stands. */
static struct slice word_text(struct arena *a, const char *key, struct slice word)
{
    for (size_t i = 0; i < ARRAY_LEN(worded); i++)
        if (slice_eq(slice_of(key), slice_of(worded[i].key)))
            return arena_printf(a, "%.*s %.*s", FMT_SLICE(word),
                                FMT_SLICE(wording_word(slice_of(worded[i].read_as), word).zh));
    return word;
}

static struct slice append(struct arena *a, struct slice all, const char *between,
                           struct slice more)
{
    return all.n ? arena_printf(a, "%.*s%s%.*s", FMT_SLICE(all), between, FMT_SLICE(more)) : more;
}

/* A text, a number, "A、B" of a list, "A → B、C → D" of an object, whose members may be objects. */
static struct slice value_text(struct arena *a, const char *key, const struct json *v)
{
    struct slice all = {0};
    if (v->kind == JSON_STRING)
        return word_text(a, key, v->string);
    if (v->kind == JSON_INT)
        return arena_printf(a, "%lld", (long long)v->integer);
    if (v->kind == JSON_BOOL)
        return v->boolean ? SLICE("是 yes") : SLICE("否 no");
    for (size_t i = 0; i < v->count; i++) {
        struct slice one = value_text(a, key, &v->items[i]);
        if (v->kind == JSON_OBJECT)
            one = arena_printf(a, v->items[i].kind == JSON_OBJECT ? "%.*s: %.*s" : "%.*s → %.*s",
                               FMT_SLICE(v->keys[i]), FMT_SLICE(one));
        all = append(a, all, "、", one);
    }
    return all;
}

static void print_row(struct ctl *c, unsigned indent, const char *key, const struct json *v)
{
    if (!v)
        return;
    struct slice value = value_text(c->arena, key, v);
    printf("%*s%s%s%s\n", (int)indent, "", terminal_column(c->arena, slice_of(key), KEY_COLUMNS),
           terminal_column(c->arena, wording_key(slice_of(key)).zh, READ_COLUMNS),
           terminal_text(c->arena, value));
}

/* "CF_CFLB = 罚款、没收违法所得（自然人）" */
static const char *condition_text(struct ctl *c, const struct json *v)
{
    struct slice subject = json_get_string(v, "subject");
    const struct json *any = json_get(v, "any");
    struct slice s = json_get_string(v, "item");
    if (any)
        s = append(c->arena, s, " = ", value_text(c->arena, "any", any));
    if (subject.n)
        s = arena_printf(c->arena, "%.*s（%.*s）", FMT_SLICE(s),
                         FMT_SLICE(wording_word(SLICE("subject"), subject).zh));
    return terminal_text(c->arena, s);
}

static void print_item(struct ctl *c, const struct json *item)
{
    struct slice set = json_get_string(json_get(item, "code_set"), "name");
    struct slice type = json_get_string(item, "type"), unit = json_get_string(item, "unit");
    const struct json *when = json_get(item, "required_when");
    struct slice stated = json_get_string(item, "stated_in");
    if (unit.n)
        type = append(c->arena, type, " ", unit);
    printf("  %s%s%s%s%s%s\n", terminal_column(c->arena, json_get_string(item, "code"), 16),
           terminal_column(c->arena, json_get_string(item, "zh"), 44),
           terminal_column(c->arena, type, 22),
           terminal_column(c->arena, json_get_string(item, "required"), 14),
           terminal_column(c->arena, json_get_string(item, "visibility"), 4),
           set.n ? terminal_text(c->arena, set) : "");
    if (when)
        printf("%18s条件必填 required when %s\n", "", condition_text(c, when));
    if (stated.n)
        printf("%18s与 %s 中的文字核对 compared with the words of it\n", "",
               terminal_text(c->arena, stated));
}

static void print_items(struct ctl *c, const struct json *items)
{
    printf("\n  %-16s%s%-22s%-14s%-4s%s\n", "item", terminal_column(c->arena, SLICE("名称"), 44),
           "type", "required", "who", "code set");
    for (size_t i = 0; items && i < items->count; i++)
        print_item(c, &items->items[i]);
    fputs("\nwho: P everybody, A who is authorised, G government, N nobody\n", stdout);
}

static void print_formats(struct ctl *c, const struct json *formats)
{
    static const char *const rows[] = {"marks", "columns", "ignored", "without",
                                       "fill",  "values",  "time"};
    for (size_t i = 0; formats && i < formats->count; i++) {
        const struct json *f = &formats->items[i];
        printf("\n格式 format %s  %s  %s\n", terminal_text(c->arena, json_get_string(f, "name")),
               terminal_text(c->arena, json_get_string(f, "zh")),
               terminal_text(c->arena, json_get_string(f, "en")));
        for (size_t k = 0; k < ARRAY_LEN(rows); k++)
            print_row(c, 2, rows[k], json_get(f, rows[k]));
    }
}

static void print_conditions(struct ctl *c, const struct json *conditions)
{
    if (conditions)
        fputs("\n不得收集 not collected:\n", stdout);
    for (size_t i = 0; conditions && i < conditions->count; i++)
        printf("  %s  %s\n", condition_text(c, &conditions->items[i]),
               terminal_text(c->arena, json_get_string(&conditions->items[i], "law")));
}

int ctl_catalogue_entry(struct ctl *c, struct slice text)
{
    static const char *const rows[] = {
        "code",
        "number",
        "version",
        "valid_from",
        "zh",
        "en",
        "basis",
        "department",
        "category",
        "national_class",
        "kinds",
        "counterpart",
        "polarity",
        "visibility",
        "publication",
        "terms",
        "severity_default",
        "retention_years",
        "retention_start",
        "cycle",
        "identity",
        "day",
    };
    struct json *entry;
    if (json_parse(c->arena, text, THEME_JSON_MAX, &entry, NULL) < 0)
        return ctl_fail(EXIT_CODE_FAILED, "the entry cannot be read");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        print_row(c, 0, rows[i], json_get(entry, rows[i]));
    print_items(c, json_get(entry, "items"));
    print_formats(c, json_get(entry, "formats"));
    print_conditions(c, json_get(entry, "not_collected"));
    return EXIT_CODE_OK;
}
