/* `creditctl search`: what a visitor's search shows, at a terminal. */
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "daemon/ctl.h"
#include "daemon/terminal.h"

static struct slice member(const struct json *hit, const char *key)
{
    struct slice s = json_get_string(hit, key);
    return s.n ? s : SLICE("-");
}

/* By its name where it has one. */
static struct slice named(const struct json *hit, const char *names, const char *code)
{
    struct slice zh = json_get_string(json_get(hit, names), "zh");
    return zh.n ? zh : member(hit, code);
}

static int run_search(struct ctl *c)
{
    const char *limit = ctl_option(c, "limit");
    const char *path = arena_printf(c->arena, "/v1/search?q=%s&limit=%s",
                                    ctl_escape(c, c->words[0]), ctl_escape(c, limit ? limit : "20"))
                           .p;
    if (ctl_option(c, "json")) {
        int code = ctl_copy(c, path);
        if (code == EXIT_CODE_OK)
            fputc('\n', stdout);
        return code;
    }
    const struct json *answer = NULL;
    int code = ctl_ask(c, "GET", path, &answer);
    if (code != EXIT_CODE_OK)
        return code;
    const struct json *items = json_get(answer, "items");
    for (size_t i = 0; items && i < items->count; i++) {
        const struct json *hit = &items->items[i];
        struct slice district = json_get_string(hit, "district_name");
        printf("%s%s%s%s%s\n", terminal_column(c->arena, member(hit, "code"), 20),
               terminal_column(c->arena, member(hit, "name"), 48),
               terminal_column(c->arena, named(hit, "kind_name", "kind"), 16),
               terminal_column(c->arena, member(hit, "status"), 12),
               terminal_text(c->arena, district.n ? district : member(hit, "district")));
    }
    if (!items || !items->count)
        ctl_say("没有查到 / nothing was found");
    else if (json_get_string(answer, "next").n)
        ctl_say("这是前 %zu 条 / these are the first %zu; a longer text finds fewer", items->count,
                items->count);
    return EXIT_CODE_OK;
}

static const struct option_row search_options[] = {
    {"limit", "N", "At most so many hits, up to 100; default 20."},
    {"json", NULL, "Prints the answer of the API as it is."},
};

const struct ctl_command ctl_search_commands[] = {
    {"search", "TEXT [--limit N] [--json]", "Finds subjects by a part of a name or by any code",
     "Finds subjects as the public sees them: by any part of a name from two characters, former\n"
     "names included, or by any code, however it is typed.",
     search_options, ARRAY_LEN(search_options), 1, 1, run_search},
    {0},
};
