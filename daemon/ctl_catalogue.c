/* The catalogue at the command line: `catalogue check`, `list`, `show`, `departments`, `load`;
 * `diff`, `page` and what `show` prints are in files of their own.
 * Files are checked here, without a daemon; what is in force is asked of it. */
#include "daemon/ctl_catalogue.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "daemon/installed.h"
#include "daemon/terminal.h"
#include "record/catalogue_near.h"

static void print_theme(struct ctl *c, struct slice code, int64_t version, struct slice category,
                        struct slice department, struct slice zh, struct slice en)
{
    printf("%s%4lld  %s%s%s  %s\n", terminal_column(c->arena, code, 32), (long long)version,
           terminal_column(c->arena, category, 16), terminal_column(c->arena, department, 20),
           terminal_text(c->arena, zh), terminal_text(c->arena, en));
}

struct mistakes {
    struct ctl *c;
    size_t count;
};

static void say_mistake(void *ctx, const char *mistake)
{
    struct mistakes *m = ctx;
    m->count++;
    ctl_say("%s", terminal_text(m->c->arena, slice_of(mistake)));
}

static int run_check(struct ctl *c)
{
    struct catalogue *catalogue;
    struct mistakes m = {.c = c};
    const char *dir = c->word_count ? c->words[0] : installed_catalogue(c->arena);
    AUTO(arena_destroy) struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    if (catalogue_check(a, dir, say_mistake, &m, &catalogue) < 0)
        return ctl_fail(EXIT_CODE_REFUSED, "%zu 处错误 %zu mistake%s", m.count, m.count,
                        m.count == 1 ? "" : "s");
    printf("the catalogue in %s is right: %zu themes, %zu departments\n", dir,
           catalogue->theme_count, catalogue_newest_common(catalogue)->department_count);
    return EXIT_CODE_OK;
}

static int list_files(struct ctl *c, const char *dir)
{
    struct catalogue *catalogue;
    AUTO(arena_destroy) struct arena *a = NULL;
    int code = ctl_catalogue_read(c, dir, &a, &catalogue);
    for (size_t i = 0; code == EXIT_CODE_OK && i < catalogue->theme_count; i++) {
        const struct theme *t = catalogue->themes[i];
        print_theme(c, t->code, t->version, slice_of(category_code(t->category)), t->department,
                    t->zh, t->en);
    }
    return code;
}

static int run_list(struct ctl *c)
{
    const char *dir = ctl_option(c, "dir");
    if (dir)
        return list_files(c, dir);
    struct slice next = {0};
    do {
        const struct json *answer = NULL;
        const char *path = arena_printf(c->arena, "/v1/catalogue?limit=100%s%s",
                                        next.n ? "&cursor=" : "", next.n ? next.p : "")
                               .p;
        int code = ctl_ask(c, "GET", path, &answer);
        if (code != EXIT_CODE_OK)
            return code;
        const struct json *items = json_get(answer, "items");
        for (size_t i = 0; items && i < items->count; i++) {
            const struct json *t = &items->items[i], *name = json_get(t, "name");
            print_theme(c, json_get_string(t, "code"), json_get_int(t, "version"),
                        json_get_string(t, "category"), json_get_string(t, "department"),
                        json_get_string(name, "zh"), json_get_string(name, "en"));
        }
        next = json_get_string(answer, "next");
    } while (next.n);
    return EXIT_CODE_OK;
}

static int run_departments(struct ctl *c)
{
    struct slice next = {0};
    do {
        const struct json *answer = NULL;
        const char *path = arena_printf(c->arena, "/v1/catalogue/departments?limit=100%s%s",
                                        next.n ? "&cursor=" : "", next.n ? next.p : "")
                               .p;
        int code = ctl_ask(c, "GET", path, &answer);
        if (code != EXIT_CODE_OK)
            return code;
        const struct json *items = json_get(answer, "items");
        for (size_t i = 0; items && i < items->count; i++) {
            const struct json *d = &items->items[i], *name = json_get(d, "name");
            printf("%s%s%s  %s\n", terminal_column(c->arena, json_get_string(d, "id"), 20),
                   terminal_column(c->arena, json_get_string(d, "uscc"), 20),
                   terminal_text(c->arena, json_get_string(name, "zh")),
                   terminal_text(c->arena, json_get_string(name, "en")));
        }
        next = json_get_string(answer, "next");
    } while (next.n);
    return EXIT_CODE_OK;
}

static int show_text(struct ctl *c, struct slice text)
{
    if (!ctl_option(c, "json"))
        return ctl_catalogue_entry(c, text);
    printf("%.*s\n", FMT_SLICE(text));
    return EXIT_CODE_OK;
}

static void say_near(struct ctl *c, const struct catalogue *catalogue, struct slice code)
{
    const struct theme *near[CATALOGUE_NEAR_MAX];
    const struct utc_ms newest = {INT64_MAX};
    unsigned count = utf8_valid_prefix(code) == code.n
                         ? catalogue_near(c->arena, catalogue, code, newest, near)
                         : 0;
    for (unsigned i = 0; i < count; i++)
        ctl_say("您要找的是不是 did you mean %.*s（%.*s）", FMT_SLICE(near[i]->code),
                FMT_SLICE(near[i]->zh));
}

static int show_files(struct ctl *c, const char *dir, struct slice code)
{
    struct catalogue *catalogue;
    AUTO(arena_destroy) struct arena *a = NULL;
    const struct theme *found = NULL;
    int r = ctl_catalogue_read(c, dir, &a, &catalogue);
    if (r != EXIT_CODE_OK)
        return r;
    for (size_t i = 0; i < catalogue->theme_count; i++)
        if (slice_eq(catalogue->themes[i]->code, code))
            found = catalogue->themes[i];
    if (!found) {
        ctl_say("目录 %s 中没有主题 %s / the catalogue has no such theme", dir, code.p);
        say_near(c, catalogue, code);
        return EXIT_CODE_FAILED;
    }
    return show_text(c, found->json);
}

int ctl_catalogue_fetch(struct ctl *c, struct slice code, struct slice *ret)
{
    int status = 0;
    struct reason why = {""};
    const char *path =
        arena_printf(c->arena, "/v1/catalogue/%s", ctl_escape(c, arena_dup(c->arena, code).p)).p;
    int r = ctl_fetch(c, "GET", path, &status, ret, &why);
    if (r == CE_UNAVAILABLE)
        return ctl_no_daemon(c);
    if (r < 0)
        return ctl_fail(EXIT_CODE_FAILED, "%s", why.text);
    if (status == 200)
        return EXIT_CODE_OK;
    ctl_say_problem(c, status, *ret);
    return EXIT_CODE_FAILED;
}

static int run_show(struct ctl *c)
{
    const char *dir = ctl_option(c, "dir");
    if (dir)
        return show_files(c, dir, slice_of(c->words[0]));
    struct slice body;
    int code = ctl_catalogue_fetch(c, slice_of(c->words[0]), &body);
    return code == EXIT_CODE_OK ? show_text(c, body) : code;
}

static int run_load(struct ctl *c)
{
    const char *path = "/v1/operator/catalogue";
    if (c->word_count) {
        /* The daemon stands in another folder than we. */
        char dir[PATH_MAX];
        if (!realpath(c->words[0], dir))
            return ctl_fail(EXIT_CODE_FAILED, "%s: %s", c->words[0], strerror(errno));
        path = arena_printf(c->arena, "%s?dir=%s", path, ctl_escape(c, dir)).p;
    }
    const struct json *answer = NULL;
    int code = ctl_ask(c, "POST", path, &answer);
    if (code == EXIT_CODE_OK)
        printf("in force: %lld themes; %lld entries are new\n",
               (long long)json_get_int(answer, "themes"),
               (long long)json_get_int(answer, "new_entries"));
    else if (code == EXIT_CODE_REFUSED)
        ctl_say("the catalogue that was in force stays in force");
    return code;
}

static const struct option_row dir_options[] = {
    {"dir", "DIR", "Reads the files in DIR instead of asking creditd."},
};
static const struct option_row diff_options[] = {
    {"json", NULL, "Prints the changes as JSON."},
};
static const struct option_row show_options[] = {
    {"dir", "DIR", "Reads the files in DIR instead of asking creditd."},
    {"json", NULL, "Prints the entry as it is stored."},
};

const struct ctl_command ctl_catalogue_commands[] = {
    {"catalogue check", "[DIR]", "Checks a folder of catalogue files",
     "Reads all files of a catalogue (default: the one installed) and says what is wrong with "
     "file,\n"
     "line and reason: the first mistake of each file. Needs no creditd. Exit status 0: right; 5: "
     "a\n"
     "mistake was found.",
     NULL, 0, 0, 1, run_check},
    {"catalogue diff", "A B [--json]", "Says what a new catalogue changes",
     "Compares two folders of catalogue files, or `current` (what creditd has in force) with one, "
     "and\n"
     "says in words what changes for whoever hands in rows or asks. What makes more public, or "
     "rejects\n"
     "more rows, is marked and comes first. Exit status 0: no change; 1: changes; 5: one of the "
     "two\n"
     "cannot be read.",
     diff_options, ARRAY_LEN(diff_options), 2, 2, ctl_catalogue_diff},
    {"catalogue page", "DIR [THEME]", "Prints the catalogue as a page for people",
     "Prints a page in Markdown, Chinese first: themes by category and department, what each is, "
     "who\n"
     "may see it and for how long, its items in words, code sets, and example rows. With THEME "
     "that\n"
     "one alone, with all its items.",
     NULL, 0, 1, 2, ctl_catalogue_page},
    {"catalogue list", "[--dir DIR]", "Lists the themes in force",
     "Lists themes: code, version, category, responsible department, names.", dir_options,
     ARRAY_LEN(dir_options), 0, 0, run_list},
    {"catalogue show", "THEME [--json] [--dir DIR]", "Shows a theme with its items",
     "Shows what the theme is, and what a row of it may hold: for each item its code, name, type,\n"
     "unit, whether it is required and when, who may see it, and its code set; then the other\n"
     "formats that are read, and what may not be collected. Columns of a CSV file are named by "
     "code\n"
     "or name.",
     show_options, ARRAY_LEN(show_options), 1, 1, run_show},
    {"catalogue departments", "", "Lists the departments",
     "Lists the departments: id, unified social credit code, names.", NULL, 0, 0, 0,
     run_departments},
    {"catalogue load", "[DIR]", "Puts a changed catalogue into force",
     "Lets creditd read the files in DIR (default: its own folder), check them and put what is "
     "new\n"
     "into force. With a mistake nothing changes: exit status 5, and the old one stays in force.",
     NULL, 0, 0, 1, run_load},
    {0},
};
