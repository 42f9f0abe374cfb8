/* Days and instants as they come in files of departments. What a filler means is left to cleaning.
 */
#include "ingest/date.h"

enum { MINUTES_OF_DAY = 24 * 60, MINUTES_UTC8 = 8 * 60, MS_DIGITS = 13 };

/* A cursor over the text; every reading moves it only when it succeeds. */
struct cursor {
    struct slice s;
    size_t i;
};

static void skip_blanks(struct cursor *c)
{
    while (c->i < c->s.n && (c->s.p[c->i] == ' ' || c->s.p[c->i] == '\t'))
        c->i++;
}

static bool skip_word(struct cursor *c, struct slice word)
{
    if (!slice_starts(slice_from(c->s, c->i), word))
        return false;
    c->i += word.n;
    return true;
}

static size_t digits_ahead(const struct cursor *c)
{
    size_t n = 0;
    while (c->i + n < c->s.n && c->s.p[c->i + n] >= '0' && c->s.p[c->i + n] <= '9')
        n++;
    return n;
}

/* A number of at least `min` digits; takes at most `max`. */
static bool number_read(struct cursor *c, size_t min, size_t max, int *ret)
{
    size_t n = digits_ahead(c);
    if (n < min)
        return false;
    if (n > max)
        n = max;
    int v = 0;
    for (size_t k = 0; k < n; k++)
        v = v * 10 + (c->s.p[c->i++] - '0');
    *ret = v;
    return true;
}

/* Year, month and day; a year has four digits, so that nothing is guessed. */
static bool civil_read(struct cursor *c, int *y, int *m, int *d)
{
    size_t digits = digits_ahead(c);
    if (digits == 8 || digits == 14)
        return number_read(c, 4, 4, y) && number_read(c, 2, 2, m) && number_read(c, 2, 2, d);
    if (digits != 4 || !number_read(c, 4, 4, y))
        return false;
    skip_blanks(c);
    if (skip_word(c, SLICE("年"))) {
        skip_blanks(c);
        if (!number_read(c, 1, 2, m))
            return false;
        skip_blanks(c);
        if (!skip_word(c, SLICE("月")))
            return false;
        skip_blanks(c);
        if (!number_read(c, 1, 2, d))
            return false;
        skip_blanks(c);
        return skip_word(c, SLICE("日"));
    }
    char separator = c->i < c->s.n ? c->s.p[c->i] : 0;
    if (separator != '-' && separator != '/' && separator != '.')
        return false;
    struct slice again = {&separator, 1};
    return skip_word(c, again) && number_read(c, 1, 2, m) && skip_word(c, again) &&
           number_read(c, 1, 2, d);
}

/* What stands behind the day. */
struct time {
    int minutes; /* of the day */
    int seconds; /* 60: a leap second, perhaps */
    int ms;
};

/* Digits behind a point, of which three count. */
static bool fraction_read(struct cursor *c, int *ret_ms)
{
    size_t n = digits_ahead(c);
    int ms = 0;
    for (size_t k = 0; k < 3; k++)
        ms = ms * 10 + (k < n ? c->s.p[c->i + k] - '0' : 0);
    c->i += n;
    *ret_ms = ms;
    return n > 0;
}

/* ":SS[.fraction]", or "分[SS秒]". */
static bool seconds_read(struct cursor *c, bool is_han, struct time *t)
{
    if (is_han) {
        if (!skip_word(c, SLICE("分")))
            return false;
        if (digits_ahead(c) == 0)
            return true;
        return number_read(c, 1, 2, &t->seconds) && t->seconds < 60 && skip_word(c, SLICE("秒"));
    }
    if (!skip_word(c, SLICE(":")))
        return true;
    if (!number_read(c, 1, 2, &t->seconds) || t->seconds > 60)
        return false;
    if (skip_word(c, SLICE(".")) || skip_word(c, SLICE(",")))
        return fraction_read(c, &t->ms);
    return true;
}

static bool time_read(struct cursor *c, struct time *ret)
{
    struct time t = {0};
    int h = 0, m = 0;
    size_t digits = digits_ahead(c);
    bool fine;
    if (digits == 6 || digits == 4) {
        fine = number_read(c, 2, 2, &h) && number_read(c, 2, 2, &m) &&
               (digits == 4 || (number_read(c, 2, 2, &t.seconds) && t.seconds <= 60));
    } else {
        fine = number_read(c, 1, 2, &h);
        bool is_han = fine && (skip_word(c, SLICE("时")) || skip_word(c, SLICE("点")));
        if (is_han && digits_ahead(c) == 0) {
            *ret = (struct time){.minutes = h * 60};
            return h < 24;
        }
        fine = fine && (is_han || skip_word(c, SLICE(":"))) && number_read(c, 1, 2, &m) &&
               seconds_read(c, is_han, &t);
    }
    t.minutes = h * 60 + m;
    *ret = t;
    return fine && m < 60 && (h < 24 || (h == 24 && m == 0 && t.seconds == 0 && t.ms == 0));
}

/* "Z" or "+08:00": minutes that the zone is ahead of UTC. */
static bool zone_read(struct cursor *c, int *ret_minutes)
{
    if (skip_word(c, SLICE("Z")) || skip_word(c, SLICE("z"))) {
        *ret_minutes = 0;
        return true;
    }
    bool west = skip_word(c, SLICE("-"));
    int h, m;
    if ((!west && !skip_word(c, SLICE("+"))) || !number_read(c, 2, 2, &h))
        return false;
    (void)skip_word(c, SLICE(":"));
    if (!number_read(c, 2, 2, &m) || h > 14 || m > 59)
        return false;
    *ret_minutes = west ? -(h * 60 + m) : h * 60 + m;
    return true;
}

/* A day as it is written, and the time behind it, in the zone's own clock. */
struct moment {
    struct day day;
    struct time time;
    int zone; /* minutes ahead of UTC */
};

static bool moment_read(struct slice text, struct moment *ret)
{
    struct cursor c = {text, 0};
    int y, m, d;
    *ret = (struct moment){.zone = MINUTES_UTC8};
    if (!civil_read(&c, &y, &m, &d) || !day_from_civil(y, m, d, &ret->day))
        return false;
    size_t end = c.i;
    skip_blanks(&c);
    if (c.i == text.n)
        return true;
    /* A compact time may follow a compact day at once, and any time may follow 日; else something
     * stands between. */
    bool apart = c.i > end || skip_word(&c, SLICE("T")) || skip_word(&c, SLICE("t")) ||
                 slice_ends(slice_make(text.p, end), SLICE("日"));
    if (!(apart || (end == 8 && digits_ahead(&c) == 6)) || !time_read(&c, &ret->time))
        return false;
    skip_blanks(&c);
    if (c.i < text.n && !zone_read(&c, &ret->zone))
        return false;
    return c.i == text.n;
}

bool date_read(struct slice text, struct day *ret)
{
    struct moment m;
    if (!moment_read(text, &m))
        return false;
    int shifted = m.time.minutes + MINUTES_UTC8 - m.zone; /* less than a day off either way */
    *ret = m.day;
    if (m.zone != MINUTES_UTC8 && shifted < 0)
        ret->v--;
    if (m.zone != MINUTES_UTC8 && shifted >= MINUTES_OF_DAY)
        ret->v++;
    return true;
}

bool date_read_instant(struct slice text, struct utc_ms *ret)
{
    struct moment m;
    if (text.n == MS_DIGITS && slice_all_digits(text))
        return slice_i64(text, &ret->v);
    if (!moment_read(text, &m))
        return false;
    int64_t minutes = (int64_t)m.day.v * MINUTES_OF_DAY + m.time.minutes - m.zone;
    if (m.time.seconds == 60 && (minutes + 1) % MINUTES_OF_DAY != 0)
        return false;
    ret->v = (minutes * 60 + m.time.seconds) * 1000 + m.time.ms;
    return true;
}
