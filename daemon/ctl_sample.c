/* `creditctl sample`: a city to try the register with. It needs no daemon, and no store. */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "daemon/ctl.h"
#include "daemon/installed.h"
#include "daemon/progress.h"
#include "daemon/terminal.h"
#include "sample/city.h"
#include "sample/population.h"

/* A whole number from least to most; false, having said what is expected. */
static bool number(struct ctl *c, const char *option, uint64_t least, uint64_t most, uint64_t *ret)
{
    const char *given = ctl_option(c, option);
    if (given && (!slice_u64(slice_of(given), ret) || *ret < least || *ret > most)) {
        ctl_say("--%s takes a whole number from %" PRIu64 " to %" PRIu64 ", not %.40s", option,
                least, most, given);
        return false;
    }
    return true;
}

static void tell(void *ctx, uint64_t done, uint64_t expected)
{
    struct progress *p = ctx;
    p->total = (int64_t)expected;
    progress_tell(p, (int64_t)done);
}

static int read_options(struct ctl *c, struct city_options *o)
{
    const char *day = ctl_option(c, "day");
    struct clock clock = clock_real();
    o->seed = 1;
    o->rows_per_subject = CITY_ROWS_PER_SUBJECT;
    o->day = day_of(clock_now(&clock));
    o->out = ctl_option(c, "out");
    if (!ctl_option(c, "subjects") || !o->out)
        return ctl_fail(EXIT_CODE_USAGE, "--subjects N and --out DIR are needed");
    if (!number(c, "subjects", 1, population_max(), &o->subjects) ||
        !number(c, "seed", 0, INT64_MAX, &o->seed) ||
        !number(c, "rows-per-subject", 1, CITY_ROWS_PER_SUBJECT_MAX, &o->rows_per_subject))
        return EXIT_CODE_USAGE;
    if (day && !day_parse_iso(slice_of(day), &o->day))
        return ctl_fail(EXIT_CODE_USAGE, "--day is a day like 2026-03-01, not %.40s", day);
    return EXIT_CODE_OK;
}

static void print_result(struct ctl *c, const struct city_options *o, const struct city_result *r)
{
    const struct totals *t = &r->totals;
    const struct {
        const char *zh, *en;
        unsigned long long count;
    } lines[] = {
        {"已入库", "stored", t->stored},       {"已变更", "changed", t->changed},
        {"重复  ", "duplicate", t->duplicate}, {"过时  ", "stale", t->stale},
        {"退回  ", "rejected", t->rejected},   {"带警告", "warned", t->warned},
    };
    printf("样例城市 Sample city  %s\n  %s 个文件 files, %s 行 rows; 应有的结论 what must come of "
           "them:\n",
           terminal_text(c->arena, slice_of(o->out)), terminal_number(c->arena, (int64_t)r->files),
           terminal_number(c->arena, (int64_t)t->received));
    for (size_t i = 0; i < ARRAY_LEN(lines); i++)
        printf("  %s  %-10s %14s\n", lines[i].zh, lines[i].en,
               terminal_number(c->arena, (int64_t)lines[i].count));
    puts("\n  creditd --set born.earliest=1800-01-01 …      样例中的自然人均生于1880年以前 its "
         "persons were born before 1880");
    printf("  creditctl --data DIR submit --dir %s\n", terminal_shell_word(c->arena, o->out));
}

static int run_sample(struct ctl *c)
{
    struct city_options o = {0};
    struct city_result result;
    struct catalogue *catalogue;
    struct progress progress;
    struct reason why = {""};
    int code = read_options(c, &o);
    if (code != EXIT_CODE_OK)
        return code;
    const char *dir = ctl_option(c, "catalogue");
    if (catalogue_load(c->arena, dir ? dir : installed_catalogue(c->arena), &catalogue, &why) < 0)
        return ctl_fail(EXIT_CODE_REFUSED, "%s", why.text);
    o.catalogue = catalogue;
    o.tell = tell;
    o.ctx = &progress;
    progress_begin(&progress, "sample", 0, ctl_option(c, "quiet"));
    progress.counts_rows = true;
    int r = city_write(&o, &result, &why);
    progress_clear(&progress);
    if (r < 0)
        return ctl_fail(r == CE_CONFLICT ? EXIT_CODE_USAGE : EXIT_CODE_FAILED, "%s", why.text);
    if (!ctl_option(c, "quiet"))
        print_result(c, &o, &result);
    return EXIT_CODE_OK;
}

static const struct option_row sample_options[] = {
    {"subjects", "N", "How many organisations and persons live in the city, one to nine."},
    {"out", "DIR", "An empty folder for the files; made when it is not there."},
    {"seed", "S", "Another number makes another city; default 1."},
    {"day", "YYYY-MM-DD", "The city's today, after which nothing has happened; default: today."},
    {"rows-per-subject", "R",
     "Rows for each subject; default 10. A real city has about 79 (1.55 billion for 19.7 "
     "million)."},
    {"catalogue", "DIR", "The catalogue by which it is written; default: the one installed."},
    {"quiet", NULL, "Shows no progress and prints nothing."},
};

const struct ctl_command ctl_sample_commands[] = {
    {"sample", "--subjects N --out DIR [--seed S]", "Writes the files of an invented city",
     "Writes what the departments of a city hand in, DIR/<department>/<theme>.csv or .ndjson, by\n"
     "the catalogue, with the mistakes that real files hold; manifest.ndjson, which says for "
     "every\n"
     "row what must come of it and why; and summary.json with sums, shares and a few things worth\n"
     "looking at. docs/sample.md tells what there is.\n\n"
     "All of it is invented: codes begin with YY where no registry's do, and persons were born\n"
     "1800 to 1879, which the register refuses unless it is told otherwise. Start it with\n"
     "`creditd --set born.earliest=1800-01-01` and hand the city in with `creditctl submit --dir "
     "DIR`.\n\n"
     "The same options and catalogue give the same bytes. Memory does not grow with the city.",
     sample_options, ARRAY_LEN(sample_options), 0, 0, run_sample},
    {0},
};
