/* One line for each event, written by one write(2) so that lines of different threads never mix.
 * Which events there are and what they carry is for those who log; this file keeps a line a line,
 * whatever stands in a value, and keeps identity numbers out.
 *
 *     2023-01-05T10:11:12.345+08:00 info store.opened dir=/var/lib/credence ms=41
 *     2023-01-05T10:11:13.001+08:00 unusual batch.refused file="second half.csv" id=(masked) */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/civil.h"
#include "base/clock.h"

/* A line of at most 4096 bytes reaches a pipe in one piece. */
enum { LINE_BYTES = 4096, VALUE_BYTES = 300 };

static _Atomic int least_level = LOG_INFO;

struct line {
    size_t n;
    char at[LINE_BYTES];
};

static const char *level_name(enum log_level level)
{
    switch (level) {
    case LOG_DEBUG:
        return "debug";
    case LOG_INFO:
        return "info";
    case LOG_UNUSUAL:
        return "unusual";
    case LOG_BROKEN:
        return "broken";
    }
    return "broken";
}

void log_set_level(enum log_level least)
{
    atomic_store_explicit(&least_level, least, memory_order_relaxed);
}

/* Callers see to it that there is room. */
static void put(struct line *l, const char *p, size_t n)
{
    memcpy(l->at + l->n, p, n);
    l->n += n;
}

static void put_text(struct line *l, const char *text)
{
    put(l, text, strlen(text));
}

/* '0' to '9' as such or in full width; -1 for anything else. */
static int digit_of(uint32_t c)
{
    if (c >= '0' && c <= '9')
        return (int)(c - '0');
    return c >= 0xFF10 && c <= 0xFF19 ? (int)(c - 0xFF10) : -1;
}

static bool is_x(uint32_t c)
{
    return c == 'X' || c == 'x' || c == 0xFF38 || c == 0xFF58;
}

/* A run of 18 or 15 digits, or of 17 and more before an X. Check digits and birthdays are not
 * asked: a number with a slip in it is somebody's number still. */
static bool looks_like_identity_number(struct slice s)
{
    size_t run = 0;
    for (size_t i = 0; i < s.n;) {
        uint32_t c = utf8_next(s, &i);
        if (digit_of(c) >= 0) {
            run++;
            continue;
        }
        if (run == 15 || run == 18 || (run >= 17 && is_x(c)))
            return true;
        run = 0;
    }
    return run == 15 || run == 18;
}

static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029;
}

static bool needs_quotes(struct slice s)
{
    if (s.n == 0)
        return true;
    for (size_t i = 0; i < s.n;) {
        uint32_t c = utf8_next(s, &i);
        if (c == ' ' || c == '"' || c == '\\' || c == '=' || c == 0xFFFD || is_control(c))
            return true;
    }
    return false;
}

/* At most VALUE_BYTES of it, in quotes when it would not be one word; what is no printable text
 * shows as \xNN, byte by byte. */
static void put_value(struct line *l, struct slice s)
{
    if (looks_like_identity_number(s)) {
        put_text(l, "(masked)");
        return;
    }
    bool quotes = needs_quotes(s), cut = false;
    size_t start = l->n;
    if (quotes)
        put_text(l, "\"");
    for (size_t i = 0; i < s.n && !cut;) {
        size_t from = i;
        uint32_t c = utf8_next(s, &i);
        if (c == '"' || c == '\\')
            put_text(l, "\\");
        if (c == '\n')
            put_text(l, "\\n");
        else if (is_control(c) || c == 0xFFFD)
            for (size_t k = from; k < i; k++)
                l->n += (size_t)snprintf(l->at + l->n, 5, "\\x%02x", (unsigned char)s.p[k]);
        else
            put(l, s.p + from, i - from);
        cut = i < s.n && l->n - start >= VALUE_BYTES;
    }
    if (cut)
        put_text(l, "…");
    if (quotes)
        put_text(l, "\"");
}

static void put_field(struct line *l, const struct log_field *f)
{
    char number[24];
    put_text(l, " ");
    put_text(l, f->key);
    put_text(l, "=");
    if (f->kind == LOG_FIELD_STR) {
        put_value(l, f->str);
    } else {
        int n = snprintf(number, sizeof number, "%lld", (long long)f->num);
        put_value(l, slice_make(number, (size_t)n));
    }
}

static void write_line(const struct line *l)
{
    size_t done = 0;
    while (done < l->n) {
        ssize_t n = write(STDERR_FILENO, l->at + done, l->n - done);
        if (n < 0 && errno == EINTR)
            continue;
        /* A log that cannot be written must not stop the register. */
        if (n <= 0)
            return;
        done += (size_t)n;
    }
}

void log_fields(enum log_level level, const char *event, const struct log_field *fields,
                unsigned count)
{
    if ((int)level < atomic_load_explicit(&least_level, memory_order_relaxed))
        return;
    int saved = errno;
    struct line l = {0};
    struct clock clock = clock_real();
    char now[30];
    utc_print(clock_now(&clock), now);
    l.n = (size_t)snprintf(l.at, 200, "%s %s %.100s", now, level_name(level), event);
    for (unsigned i = 0; i < count; i++) {
        /* Room for the longest field, the mark and the line end. */
        if (l.n + strlen(fields[i].key) + VALUE_BYTES + 64 > sizeof l.at) {
            put_text(&l, " …");
            break;
        }
        put_field(&l, &fields[i]);
    }
    put_text(&l, "\n");
    write_line(&l);
    errno = saved;
}
