/* `creditctl findings`: what is wrong, or may be, with a department's records as the register
 * stands now; for people, or as CSV for a spreadsheet. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/check.h"
#include "base/csv.h"
#include "daemon/ctl.h"
#include "daemon/terminal.h"

enum { LINE_BYTES_MAX = 64 << 10 };

/* "中文 English" */
static struct slice both(struct ctl *c, const struct json *item, const char *key)
{
    const struct json *names = json_get(item, key);
    struct slice zh = json_get_string(names, "zh"), en = json_get_string(names, "en");
    return arena_printf(c->arena, "%.*s %.*s", FMT_SLICE(zh), FMT_SLICE(en));
}

static void print_finding(struct ctl *c, void *ctx, const struct json *item)
{
    (void)ctx;
    struct slice document = json_get_string(item, "document");
    printf("%s%s%s%s%s\n    %s\n    %s\n",
           terminal_column(c->arena, json_get_string(item, "kind"), 17),
           terminal_column(c->arena, json_get_string(item, "record"), 31),
           terminal_column(c->arena, ctl_named(c, item, "theme", "theme_name"), 56),
           terminal_column(c->arena, document.n ? document : SLICE("-"), 32),
           terminal_text(c->arena, json_get_string(item, "received")),
           terminal_text(c->arena, both(c, item, "explanation")),
           terminal_text(c->arena, both(c, item, "remedy")));
}

static void print_line(struct ctl *c, void *ctx, const struct json *item)
{
    (void)ctx;
    static const char *const plain[] = {"kind", "record", "theme", "document", "received"};
    AUTO_BUF(b, LINE_BYTES_MAX);
    for (size_t i = 0; i < ARRAY_LEN(plain); i++)
        csv_put(&b, json_get_string(item, plain[i]), i == 0);
    csv_put(&b, json_get_string(json_get(item, "theme_name"), "zh"), false);
    csv_put(&b, both(c, item, "explanation"), false);
    csv_put(&b, both(c, item, "remedy"), false);
    printf("%.*s\r\n", FMT_SLICE(buf_slice(&b)));
}

static int run_findings(struct ctl *c)
{
    const char *department = ctl_option(c, "department"), *kind = ctl_option(c, "kind"),
               *theme = ctl_option(c, "theme");
    if (!department)
        return ctl_fail(EXIT_CODE_USAGE, "--department needs a department's id such as amr");
    const char *path = arena_printf(c->arena, "/v1/departments/%s/findings?limit=100%s%s%s%s",
                                    ctl_escape(c, department), kind ? "&kind=" : "",
                                    kind ? ctl_escape(c, kind) : "", theme ? "&theme=" : "",
                                    theme ? ctl_escape(c, theme) : "")
                           .p;
    uint64_t count;
    bool as_csv = ctl_option(c, "csv") != NULL;
    if (as_csv)
        fputs("\xEF\xBB\xBF类型 kind,记录编号 record,主题 theme,文号 document,接收日期 received,"
              "主题名称 theme_name,说明 explanation,处理 remedy\r\n",
              stdout);
    int code = ctl_pages(c, path, as_csv ? print_line : print_finding, NULL, &count);
    if (code == EXIT_CODE_OK && !as_csv)
        ctl_say("共 %llu 条 / %llu findings", (unsigned long long)count, (unsigned long long)count);
    return code;
}

static const struct option_row findings_options[] = {
    {"department", "D", "The department's id in departments.yaml."},
    {"kind", "K", "Only subject.unknown, name.differs, late or same-fact."},
    {"theme", "T", "Only the records of this theme."},
    {"csv", NULL, "A table for a spreadsheet."},
};

const struct ctl_command ctl_findings_commands[] = {
    {"findings", "--department D [--kind K] [--theme T] [--csv]",
     "Lists what may be wrong with a department's records",
     "Goes through the department's current records and compares them with what else the register\n"
     "holds: subjects without a registration, other names than the registered ones, records that\n"
     "came late, and the same fact from two departments. Nothing is rejected for it. A large\n"
     "department takes a while; the daemon goes on serving.",
     findings_options, ARRAY_LEN(findings_options), 0, 0, run_findings},
    {0},
};
