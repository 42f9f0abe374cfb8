/* Showing progress. A terminal gets one line that changes, at most ten times a second; a log gets a
 * line every five seconds, and none at all for what is done before that. */
#include "daemon/progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/clock.h"

enum { TERMINAL_MS = 100, LOG_MS = 5000, BAR_COLUMNS = 24, LINE_BYTES = 200 };

void bytes_print(int64_t bytes, char out[24])
{
    static const char *const units[] = {"kB", "MB", "GB", "TB"};
    if (bytes < 1000) {
        snprintf(out, 24, "%lld B", (long long)bytes);
        return;
    }
    double v = (double)bytes / 1000;
    size_t unit = 0;
    for (; v >= 999.95 && unit + 1 < ARRAY_LEN(units); unit++)
        v /= 1000;
    snprintf(out, 24, "%.1f %s", v, units[unit]);
}

/* "8.1 MB", "12.4 k rows", and the same for what is done in a second. */
static void amount_print(const struct progress *p, int64_t amount, char out[24])
{
    static const char *const units[] = {"rows", "k rows", "M rows"};
    if (!p->counts_rows) {
        bytes_print(amount, out);
        return;
    }
    double v = (double)amount;
    size_t unit = 0;
    for (; v >= 9999.95 && unit + 1 < ARRAY_LEN(units); unit++)
        v /= 1000;
    snprintf(out, 24, "%.*f %s", unit ? 1 : 0, v, units[unit]);
}

static void duration_print(int64_t seconds, char out[24])
{
    if (seconds >= 3600)
        snprintf(out, 24, "%lld:%02lld:%02lld", (long long)(seconds / 3600),
                 (long long)(seconds / 60 % 60), (long long)(seconds % 60));
    else
        snprintf(out, 24, "%lld:%02lld", (long long)(seconds / 60), (long long)(seconds % 60));
}

/* Bytes a second since the beginning. */
static int64_t rate(const struct progress *p, int64_t now)
{
    int64_t ms = now - p->began_ms;
    return ms > 0 ? p->done * 1000 / ms : 0;
}

static void bar_print(const struct progress *p, int64_t now, char out[LINE_BYTES])
{
    char done[24], total[24], speed[24], left[24] = "-:--";
    char bar[BAR_COLUMNS + 1];
    int64_t per_second = rate(p, now);
    amount_print(p, p->done, done);
    amount_print(p, per_second, speed);
    if (p->total <= 0) {
        snprintf(out, LINE_BYTES, "%s  %s  %s/s", p->what, done, speed);
        return;
    }
    amount_print(p, p->total, total);
    if (per_second > 0)
        duration_print((p->total - p->done + per_second - 1) / per_second, left);
    int64_t filled = p->done * BAR_COLUMNS / p->total;
    memset(bar, '.', BAR_COLUMNS);
    memset(bar, '#', (size_t)(filled > BAR_COLUMNS ? BAR_COLUMNS : filled));
    bar[BAR_COLUMNS] = 0;
    if (p->done >= p->total)
        snprintf(out, LINE_BYTES, "%s  [%s] 100 %%  %s in %.1f s  %s/s", p->what, bar, total,
                 (double)(now - p->began_ms) / 1000, speed);
    else
        snprintf(out, LINE_BYTES, "%s  [%s] %3d %%  %s of %s  %s/s  %s left", p->what, bar,
                 (int)(p->done * 100 / p->total), done, total, speed, left);
}

static void line_put(struct progress *p, const char *line)
{
    int n = (int)strlen(line);
    fprintf(stderr, "\r%s%*s", line, p->shown_columns > n ? p->shown_columns - n : 0, "");
    fflush(stderr);
    p->shown_columns = n;
}

void progress_begin(struct progress *p, const char *what, int64_t total, bool is_quiet)
{
    int64_t now = clock_mono_ms();
    *p = (struct progress){
        .what = what,
        .total = total,
        .is_terminal = isatty(STDERR_FILENO) == 1,
        .is_quiet = is_quiet,
        .began_ms = now,
        .shown_ms = now,
    };
    if (p->is_terminal)
        p->shown_ms = now - TERMINAL_MS;
}

void progress_tell(struct progress *p, int64_t done)
{
    char line[LINE_BYTES];
    int64_t now = clock_mono_ms();
    p->done = done;
    if (p->is_quiet || now - p->shown_ms < (p->is_terminal ? TERMINAL_MS : LOG_MS))
        return;
    p->shown_ms = now;
    if (p->is_terminal) {
        bar_print(p, now, line);
        line_put(p, line);
        return;
    }
    char text[24], total[24];
    amount_print(p, done, text);
    amount_print(p, p->total, total);
    if (p->total > 0)
        fprintf(stderr, "%s: %s of %s (%d %%)\n", p->what, text, total,
                (int)(done * 100 / p->total));
    else
        fprintf(stderr, "%s: %s\n", p->what, text);
}

void progress_clear(struct progress *p)
{
    if (p->is_terminal && p->shown_columns) {
        line_put(p, "");
        fputc('\r', stderr);
    }
    p->shown_columns = 0;
}

void progress_end(struct progress *p)
{
    char line[LINE_BYTES], done[24], speed[24];
    int64_t now = clock_mono_ms();
    if (p->is_quiet)
        return;
    if (p->is_terminal) {
        if (p->total > 0)
            p->done = p->total;
        bar_print(p, now, line);
        line_put(p, line);
        fputc('\n', stderr);
        p->shown_columns = 0;
        return;
    }
    amount_print(p, p->done, done);
    amount_print(p, rate(p, now), speed);
    fprintf(stderr, "%s: %s in %.1f s (%s/s)\n", p->what, done, (double)(now - p->began_ms) / 1000,
            speed);
}
