/* What became of many files, for people. */
#include "daemon/receipt_table.h"

#include "daemon/terminal.h"

enum { THEME_COLUMNS = 44 };

void receipt_table_head(struct arena *a)
{
    printf("%s     行 rows  退回 rejected  警告 warned  回执 receipt\n",
           terminal_column(a, SLICE("主题 theme"), THEME_COLUMNS));
}

void receipt_table_line(struct arena *a, struct slice theme, const struct receipt_counts *n,
                        struct slice id)
{
    printf("%s%12s  %13s%13s  %s\n", terminal_column(a, theme, THEME_COLUMNS),
           terminal_number(a, n->received), terminal_number(a, n->rejected),
           terminal_number(a, n->warned), terminal_text(a, id));
    fflush(stdout);
}

void receipt_table_sum(struct arena *a, size_t files, const struct receipt_counts *sum)
{
    printf("\n%s 个文件 files: 收到 received %s = 已入库 stored %s + 已变更 changed %s + 重复 "
           "duplicate "
           "%s + 过时 stale %s + 退回 rejected %s; 带警告 warned %s\n",
           terminal_number(a, (int64_t)files), terminal_number(a, sum->received),
           terminal_number(a, sum->stored), terminal_number(a, sum->changed),
           terminal_number(a, sum->duplicate), terminal_number(a, sum->stale),
           terminal_number(a, sum->rejected), terminal_number(a, sum->warned));
}

void receipt_counts_add(struct receipt_counts *sum, const struct receipt_counts *n)
{
    sum->received += n->received;
    sum->stored += n->stored;
    sum->changed += n->changed;
    sum->duplicate += n->duplicate;
    sum->stale += n->stale;
    sum->rejected += n->rejected;
    sum->warned += n->warned;
}
