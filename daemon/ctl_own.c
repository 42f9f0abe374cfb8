/* `creditctl own`: what the register says of somebody who stands at the counter. The number is read
 * and not named on the command line, where other users of the machine and the shell's history would
 * see it. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/attr.h"
#include "daemon/ctl.h"
#include "daemon/terminal.h"
#include "record/category.h"

enum { NUMBER_BYTES = 256, PAGE = 100, COLUMNS = 34 };

/* The answers to a question, page by page. */
struct pages {
    const struct json **list;
    size_t count, room;
};

/* ---- reading the number ---- */

/* A line of standard input, without what stands around the number. */
static bool read_line(char out[NUMBER_BYTES])
{
    if (!fgets(out, NUMBER_BYTES, stdin))
        return false;
    struct slice line = slice_trim(slice_of(out));
    memmove(out, line.p, line.n);
    out[line.n] = 0;
    return line.n > 0;
}

static struct termios terminal_before;

/* Whoever breaks off keeps a terminal that shows what is typed. */
static void break_off(int number)
{
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal_before);
    signal(number, SIG_DFL);
    raise(number);
}

static bool silence(void)
{
    struct termios silent;
    if (tcgetattr(STDIN_FILENO, &terminal_before) < 0)
        return false;
    signal(SIGINT, break_off);
    signal(SIGTERM, break_off);
    silent = terminal_before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    return tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
}

/* The same at a terminal, which does not show what is typed. */
static bool prompt(char out[NUMBER_BYTES])
{
    bool is_silent = silence();
    fputs("统一社会信用代码或身份证件号码（不显示）\nUnified code or identity number (not shown): ",
          stderr);
    bool has_line = read_line(out);
    if (is_silent)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal_before);
    fputc('\n', stderr);
    return has_line;
}

/* ---- printing ---- */

static struct slice member(const struct json *of, const char *key)
{
    return json_get_string(of, key);
}

/* "企业 Enterprise" of an object with both names. */
static struct slice both(struct ctl *c, const struct json *names)
{
    struct slice zh = member(names, "zh"), en = member(names, "en");
    return arena_printf(c->arena, "%.*s %.*s", FMT_SLICE(zh), FMT_SLICE(en));
}

static void print_line(struct ctl *c, const char *indent, struct slice name, struct slice value)
{
    if (!value.n)
        return;
    printf("%s%s%s\n", indent, terminal_column(c->arena, name, COLUMNS),
           terminal_text(c->arena, value));
}

static void print_list(struct ctl *c, struct slice name, const struct json *list)
{
    for (size_t i = 0; list && i < list->count; i++)
        print_line(c, "  ", name, list->items[i].string);
}

static void print_subject(struct ctl *c, const struct json *answer)
{
    const struct json *s = json_get(answer, "subject");
    struct slice district = member(s, "district_name");
    printf("本主体信用信息 / what the register says of this subject    %s\n",
           terminal_text(c->arena, member(answer, "as_of")));
    print_line(c, "  ", SLICE("名称 Name"), member(s, "name"));
    print_line(c, "  ", SLICE("代码 Code"), member(s, "code"));
    print_line(c, "  ", SLICE("主体类别 Kind"), both(c, json_get(s, "kind_name")));
    print_line(c, "  ", SLICE("状态 Status"), member(s, "status"));
    print_line(c, "  ", SLICE("所在区域 District"), district.n ? district : member(s, "district"));
    print_list(c, SLICE("其他名称 Further name"), json_get(s, "names"));
    print_list(c, SLICE("曾用名 Former name"), json_get(s, "former_names"));
    printf("  共 %lld 条记录 / %lld records in all\n", (long long)json_get_int(answer, "total"),
           (long long)json_get_int(answer, "total"));
}

static struct slice publication(struct ctl *c, const struct json *record)
{
    struct slice until = member(record, "public_until");
    bool is_public = json_get(record, "is_public") && json_get(record, "is_public")->boolean;
    if (!is_public)
        return until.n
                   ? arena_printf(c->arena, "未公开（公示期至 %.*s）not public (term until %.*s)",
                                  FMT_SLICE(until), FMT_SLICE(until))
                   : SLICE("不公开 never public");
    return until.n ? arena_printf(c->arena, "公开至 public until %.*s", FMT_SLICE(until))
                   : SLICE("公开 public");
}

/* The items in the order of the catalogue, each in words where there are any. */
static void print_items(struct ctl *c, const struct json *theme, const struct json *record)
{
    const struct json *items = json_get(theme, "items"), *words = json_get(record, "words");
    for (size_t i = 0; items && i < items->count; i++) {
        const char *code = arena_dup(c->arena, member(&items->items[i], "code")).p;
        struct slice word = words ? member(words, code) : (struct slice){0};
        print_line(c, "       ", member(&items->items[i], "zh"),
                   word.n ? word : member(json_get(record, "items"), code));
    }
}

static void print_record(struct ctl *c, const struct json *theme, const struct json *record,
                         size_t number)
{
    printf("\n  %zu. %s\n", number, terminal_text(c->arena, both(c, json_get(theme, "name"))));
    print_line(c, "     ", SLICE("文号 Document"), member(record, "document"));
    print_line(c, "     ", SLICE("日期 Date"), member(record, "decided"));
    print_line(c, "     ", SLICE("提供部门 Provided by"),
               both(c, json_get(theme, "department_name")));
    print_line(c, "     ", SLICE("依据 Legal basis"), member(theme, "basis"));
    print_line(c, "     ", SLICE("更新时间 Received"), member(record, "received"));
    print_line(c, "     ", SLICE("公示 Publication"), publication(c, record));
    print_line(c, "     ", SLICE("保存至 Kept until"), member(record, "retain_until"));
    print_items(c, theme, record);
    print_line(c, "     ", SLICE("记录编号 Record"), member(record, "id"));
}

/* What the answer says of a record's theme. */
static const struct json *theme_of(struct ctl *c, const struct json *answer,
                                   const struct json *record)
{
    return json_get(json_get(answer, "themes"), arena_dup(c->arena, member(record, "theme")).p);
}

/* Category by category, as the catalogue counts them; within each the newest first. */
static void print_records(struct ctl *c, const struct pages *pages)
{
    for (int k = CATEGORY_FIRST; k <= CATEGORY_LAST; k++) {
        enum category category = (enum category)k;
        size_t number = 0;
        for (size_t p = 0; p < pages->count; p++) {
            const struct json *items = json_get(pages->list[p], "items");
            for (size_t i = 0; items && i < items->count; i++) {
                const struct json *record = &items->items[i];
                const struct json *theme = theme_of(c, pages->list[p], record);
                if (!slice_eq(member(theme, "category"), slice_of(category_code(category))))
                    continue;
                if (!number)
                    printf("\n%s %s  %lld\n", category_zh(category), category_en(category),
                           (long long)json_get_int(json_get(pages->list[0], "counters"),
                                                   category_code(category)));
                print_record(c, theme, record, ++number);
            }
        }
    }
}

/* ---- the command ---- */

static struct slice body_of(struct ctl *c, const char *number, struct slice cursor)
{
    const char *category = ctl_option(c, "category");
    AUTO_BUF(b, 8192);
    struct json_out o = json_out_of(&b);
    json_object_begin(&o);
    json_put_cstr(&o, "number", number);
    if (category)
        json_put_cstr(&o, "category", category);
    json_put_u64(&o, "limit", PAGE);
    if (cursor.n)
        json_put_string(&o, "cursor", cursor);
    json_object_end(&o);
    return arena_dup(c->arena, buf_slice(&b));
}

static const struct json **pages_add(struct ctl *c, struct pages *p)
{
    if (p->count == p->room) {
        p->room = 2 * p->room + 4;
        const struct json **more = ARENA_ARRAY(c->arena, const struct json *, p->room);
        if (p->count)
            memcpy(more, p->list, p->count * sizeof(*more));
        p->list = more;
    }
    return &p->list[p->count++];
}

/* All pages, because whoever asks for what is said of them gets all of it. */
static int ask_all(struct ctl *c, const char *number, struct pages *ret)
{
    struct slice cursor = {0}, text;
    do {
        const struct json **page = pages_add(c, ret);
        int code = ctl_send(c, "/v1/operator/own", body_of(c, number, cursor), page, &text);
        if (code != EXIT_CODE_OK)
            return code;
        if (ctl_option(c, "json"))
            printf("%.*s\n", FMT_SLICE(text));
        cursor = member(*page, "next");
    } while (cursor.n);
    return EXIT_CODE_OK;
}

static int run_own(struct ctl *c)
{
    char number[NUMBER_BYTES];
    struct pages pages = {0};
    const char *category = ctl_option(c, "category");
    if (category && !category_of(slice_of(category)))
        return ctl_fail(EXIT_CODE_USAGE, "--category is one of registration, supervision, "
                                         "qualification, default, enforcement, administration, "
                                         "public-benefit, judgment");
    if (!(isatty(STDIN_FILENO) ? prompt(number) : read_line(number)))
        return ctl_fail(
            EXIT_CODE_USAGE,
            "没有读到号码：请在提示后输入，或经标准输入给出。 No number was read: type it at "
            "the prompt, or give it on standard input");
    int code = ask_all(c, number, &pages);
    explicit_bzero(number, sizeof number);
    if (code != EXIT_CODE_OK || ctl_option(c, "json"))
        return code;
    const struct json *found = json_get(pages.list[0], "found");
    if (!found || !found->boolean) {
        puts("无记录 no records");
        return EXIT_CODE_OK;
    }
    print_subject(c, pages.list[0]);
    print_records(c, &pages);
    return EXIT_CODE_OK;
}

static const struct option_row own_options[] = {
    {"category", "C", "Records of this category alone, such as registration or judgment."},
    {"json", NULL, "Prints the answers of the API as they are, one line for each 100 records."},
};

const struct ctl_command ctl_own_commands[] = {
    {"own", "[--category C] [--json]", "Shows a subject what is said of it",
     "Reads a unified code or an identity number, from a prompt that does not show it or from\n"
     "standard input, and prints all that the register says of that subject and may tell it:\n"
     "public records and others, natural persons' too. See the person's papers first. The daemon\n"
     "logs that somebody asked, and not for whom.",
     own_options, ARRAY_LEN(own_options), 0, 0, run_own},
    {0},
};
