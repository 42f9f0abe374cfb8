/* A receipt for people. Receipts have a line for every row that was not stored, so that one can be
 * larger than memory; its head comes first and the rows in order, so that the beginning is enough
 * here, and the daemon keeps the whole. */
#include "daemon/receipt_summary.h"

#include <string.h>

#include "base/check.h"
#include "base/json.h"
#include "daemon/terminal.h"
#include "record/verdict.h"

/* The text when it is whole, else its beginning up to the last whole row, closed. */
static struct slice cut_whole(struct arena *a, struct slice text, bool *ret_cut)
{
    bool in_string = false;
    int depth = 0;
    size_t end = 0;
    for (size_t i = 0; i < text.n; i++) {
        char ch = text.p[i];
        if (in_string) {
            if (ch == '\\')
                i++;
            else if (ch == '"')
                in_string = false;
            continue;
        }
        if (ch == '"')
            in_string = true;
        else if (ch == '{' || ch == '[')
            depth++;
        else if (ch == '}' || ch == ']')
            depth--;
        else
            continue;
        /* Just behind the opening of the rows, or behind one of them. */
        if (depth == 2 && (ch == '[' || ch == '}'))
            end = i + 1;
    }
    *ret_cut = depth != 0;
    return depth == 0 ? text : arena_printf(a, "%.*s]}", (int)end, text.p);
}

int receipt_summary_read(struct arena *a, struct slice text, struct receipt_summary *ret)
{
    struct json *json;
    *ret = (struct receipt_summary){0};
    text = cut_whole(a, text, &ret->is_cut);
    if (json_parse(a, text, text.n, &json, NULL) < 0 || json->kind != JSON_OBJECT)
        return CE_FORMAT;
    ret->id = json_get_string(json, "id");
    ret->theme = json_get_string(json, "theme");
    ret->department = json_get_string(json, "department");
    ret->theme_zh = json_get_string(json_get(json, "theme_name"), "zh");
    ret->department_zh = json_get_string(json_get(json, "department_name"), "zh");
    ret->batch = json_get_string(json, "batch");
    ret->is_finished = !slice_eq(json_get_string(json, "state"), SLICE("open"));
    ret->counts = (struct receipt_counts){
        .received = json_get_int(json, "received"),
        .stored = json_get_int(json, "stored"),
        .changed = json_get_int(json, "changed"),
        .duplicate = json_get_int(json, "duplicate"),
        .stale = json_get_int(json, "stale"),
        .rejected = json_get_int(json, "rejected"),
        .warned = json_get_int(json, "warned"),
    };
    ret->rows = json_get(json, "rows");
    return ret->id.n ? 0 : CE_FORMAT;
}

static void print_row(struct arena *a, const struct json *row, FILE *to)
{
    int64_t first = json_get_int(row, "row"), last = json_get_int(row, "to");
    const char *item = terminal_text(a, json_get_string(row, "item"));
    const char *value = terminal_text(a, json_get_string(row, "value"));
    fprintf(to, "  第 %lld 行 row %lld", (long long)first, (long long)first);
    if (last > first)
        fprintf(to, "–%lld", (long long)last);
    fprintf(to, "  %s  %s", terminal_text(a, json_get_string(row, "verdict")),
            terminal_text(a, json_get_string(row, "rule")));
    if (*item)
        fprintf(to, "  %s", item);
    if (*value)
        fprintf(to, " = %s", value);
    const char *remedy = terminal_text(a, json_get_string(row, "remedy"));
    fprintf(to, "\n%s%s%s", *remedy ? "      " : "", remedy, *remedy ? "\n" : "");
}

/* Rows of that verdict, or with NULL those that were stored with a warning; returns how many more
 * may be printed. */
static unsigned print_rows(struct arena *a, const struct receipt_summary *s, const char *verdict,
                           unsigned left, FILE *to)
{
    for (size_t i = 0; s->rows && i < s->rows->count && left; i++) {
        const struct json *row = &s->rows->items[i];
        struct slice is = json_get_string(row, "verdict");
        bool is_stored = slice_eq(is, slice_of(verdict_code(VERDICT_STORED))) ||
                         slice_eq(is, slice_of(verdict_code(VERDICT_CHANGED)));
        if (verdict ? !slice_eq(is, slice_of(verdict)) : !is_stored)
            continue;
        print_row(a, row, to);
        left--;
    }
    return left;
}

/* A Chinese character takes two columns; no word here has more than three. */
static void print_count(struct arena *a, const char *zh, const char *en, int64_t count, FILE *to)
{
    enum { CHARS = 3, BYTES_OF_ONE = 3 };
    int missing = CHARS - (int)(strlen(zh) / BYTES_OF_ONE);
    fprintf(to, "  %s%*s %-10s %12s\n", zh, 2 * missing, "", en, terminal_number(a, count));
}

/* "amr 市场监督管理局" */
static struct slice named(struct arena *a, struct slice code, struct slice zh)
{
    return zh.n ? arena_printf(a, "%.*s %.*s", FMT_SLICE(code), FMT_SLICE(zh)) : code;
}

void receipt_summary_print(struct arena *a, const struct receipt_summary *s, unsigned rows_max,
                           FILE *to)
{
    fprintf(to, "回执 Receipt  %s\n", terminal_text(a, s->id));
    fprintf(to, "  主题 theme  %s    部门 department  %s    批次 batch  %s\n",
            terminal_text(a, named(a, s->theme, s->theme_zh)),
            terminal_text(a, named(a, s->department, s->department_zh)),
            terminal_text(a, s->batch));
    if (!s->is_finished)
        fputs("  未完成，可用同一批次号继续报送 / not finished: hand the same file in again with "
              "this "
              "batch id\n",
              to);
    print_count(a, "收到", "received", s->counts.received, to);
    const int64_t verdicts[VERDICT_LAST + 1] = {
        [VERDICT_STORED] = s->counts.stored,       [VERDICT_CHANGED] = s->counts.changed,
        [VERDICT_DUPLICATE] = s->counts.duplicate, [VERDICT_STALE] = s->counts.stale,
        [VERDICT_REJECTED] = s->counts.rejected,
    };
    for (int v = VERDICT_STORED; v <= VERDICT_LAST; v++)
        print_count(a, verdict_zh((enum verdict)v), verdict_code((enum verdict)v), verdicts[v], to);
    print_count(a, "提示", "warned", s->counts.warned, to);
    if (!s->counts.rejected && !s->counts.stale && !s->counts.warned) {
        fputs("  没有需要处理的行 / no row needs attention\n", to);
        return;
    }
    fputs("需要处理的行 / rows that need attention\n", to);
    unsigned left = print_rows(a, s, verdict_code(VERDICT_REJECTED), rows_max, to);
    left = print_rows(a, s, verdict_code(VERDICT_STALE), left, to);
    left = print_rows(a, s, NULL, left, to);
    if (left == 0 || s->is_cut)
        fputs("  …\n", to);
    fprintf(to, "全部 / all of them: creditctl receipt %s --csv\n", terminal_text(a, s->id));
    if (s->counts.rejected)
        fprintf(
            to,
            "退回的原行，改正后重新报送 / the rejected rows, to correct and send again: creditctl "
            "receipt %s --rejects\n",
            terminal_text(a, s->id));
}
