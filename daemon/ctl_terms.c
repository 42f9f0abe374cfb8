/* `creditctl terms`: what ends on a day, publication or retention, as a table or as the API says
 * it. Nothing of natural persons but that there is one. */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/civil.h"
#include "daemon/ctl.h"
#include "daemon/terminal.h"

static bool holds(const struct json *list, const char *word)
{
    for (size_t i = 0; list && i < list->count; i++)
        if (slice_eq(list->items[i].string, slice_of(word)))
            return true;
    return false;
}

static struct slice subject_of(const struct json *item)
{
    struct slice name = json_get_string(item, "name"), code = json_get_string(item, "subject");
    return name.n ? name : code.n ? code : SLICE("自然人 person");
}

static void print_ending(struct ctl *c, void *ctx, const struct json *item)
{
    (void)ctx;
    const struct json *ends = json_get(item, "ends");
    bool publication = holds(ends, "publication"), retention = holds(ends, "retention");
    printf("%s%s%s%s%s\n", terminal_column(c->arena, json_get_string(item, "record"), 31),
           terminal_column(c->arena, ctl_named(c, item, "theme", "theme_name"), 56),
           terminal_column(c->arena, ctl_named(c, item, "department", "department_name"), 36),
           terminal_column(c->arena, subject_of(item), 44),
           publication && retention ? "公示、保存 publication, retention"
           : publication            ? "公示 publication"
                                    : "保存 retention");
}

static int run_terms(struct ctl *c)
{
    const char *on = ctl_option(c, "on"), *theme = ctl_option(c, "theme");
    struct day day;
    if (!on || !day_parse_iso(slice_of(on), &day))
        return ctl_fail(EXIT_CODE_USAGE, "--on needs a day such as 2027-05-02");
    const char *path = arena_printf(c->arena, "/v1/operator/terms?limit=100&on=%s%s%s", on,
                                    theme ? "&theme=" : "", theme ? ctl_escape(c, theme) : "")
                           .p;
    uint64_t count;
    bool as_json = ctl_option(c, "json") != NULL;
    int code = ctl_pages(c, path, as_json ? NULL : print_ending, NULL, &count);
    if (code == EXIT_CODE_OK && !as_json)
        ctl_say("%s 到期 %llu 条 / %llu records end on %s", on, (unsigned long long)count,
                (unsigned long long)count, on);
    return code;
}

static const struct option_row terms_options[] = {
    {"on", "DAY", "The day, such as 2027-05-02, past or to come."},
    {"theme", "T", "Only the records of this theme."},
    {"json", NULL, "Prints the pages of the API as they are, one a line."},
};

const struct ctl_command ctl_terms_commands[] = {
    {"terms", "--on DAY [--theme T] [--json]", "Lists what ends on a day: publication, retention",
     "One line for each record whose publication (公示) or retention (保存) ends with the "
     "beginning\n"
     "of that day: record, theme, department, subject, what ends. Nothing has to be done for it:\n"
     "answers go by the clock. A natural person is shown as such, without name or number.",
     terms_options, ARRAY_LEN(terms_options), 0, 0, run_terms},
    {0},
};
