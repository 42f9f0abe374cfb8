/* Days and instants, printed and read. A day of the register is one of UTC+8 in every year and
 * season, so it is plain arithmetic, and the machine's time zone and its tables are never asked.
 * Which day "today" is, is for the caller to say. */
#include "base/civil.h"

#include <string.h>

#define MS_A_DAY INT64_C(86400000)
#define ZONE_MS INT64_C(28800000) /* UTC+8 */

/* Days from 1970-01-01 to the first and last day that have a four-digit year. */
#define FIRST_DAY (-719162)
#define LAST_DAY 2932896

static const uint8_t month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in(int year, int month)
{
    return month_days[month - 1] + (month == 2 && is_leap(year));
}

/* Leap days in the years 1 to `year`. */
static int leaps_until(int year)
{
    return year / 4 - year / 100 + year / 400;
}

static int days_before_year(int year)
{
    return 365 * (year - 1) + leaps_until(year - 1);
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int clamp_day(int64_t v)
{
    return v < FIRST_DAY ? FIRST_DAY : v > LAST_DAY ? LAST_DAY : (int)v;
}

struct day day_of(struct utc_ms t)
{
    /* Two steps, because adding the zone to the greatest instant would overflow. */
    int64_t rest = t.v % MS_A_DAY + (t.v % MS_A_DAY < 0 ? MS_A_DAY : 0);
    int64_t v = floor_div(t.v, MS_A_DAY) + (rest + ZONE_MS >= MS_A_DAY);
    if (v <= INT32_MIN)
        return (struct day){INT32_MIN + 1};
    return (struct day){v > INT32_MAX ? INT32_MAX : (int32_t)v};
}

struct utc_ms day_start(struct day d)
{
    return (struct utc_ms){d.v * MS_A_DAY - ZONE_MS};
}

bool day_from_civil(int year, int month, int day, struct day *ret)
{
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > days_in(year, month))
        return false;
    int v = days_before_year(year) + FIRST_DAY + day - 1;
    for (int m = 1; m < month; m++)
        v += days_in(year, m);
    ret->v = v;
    return true;
}

void day_to_civil(struct day d, int *year, int *month, int *day)
{
    int since = clamp_day(d.v) - FIRST_DAY;
    /* Never too late, and at most one year too early. */
    int y = since / 366 + 1;
    y += (since - days_before_year(y)) / 366;
    while (since >= days_before_year(y + 1))
        y++;
    int left = since - days_before_year(y);
    int m = 1;
    while (left >= days_in(y, m))
        left -= days_in(y, m++);
    *year = y;
    *month = m;
    *day = left + 1;
}

struct day day_add_months(struct day d, int months)
{
    if (day_is_none(d) || d.v == INT32_MAX)
        return d;
    int year, month, day;
    day_to_civil(d, &year, &month, &day);
    int64_t count = year * INT64_C(12) + month - 1 + months;
    if (count < 12)
        return (struct day){FIRST_DAY};
    if (count >= INT64_C(10000) * 12)
        return DAY_FOREVER;
    year = (int)(count / 12);
    month = (int)(count % 12) + 1;
    if (day > days_in(year, month))
        day = days_in(year, month);
    struct day later = d;
    (void)day_from_civil(year, month, day, &later);
    return later;
}

/* Takes exactly `n` digits off the front. */
static bool take_digits(struct slice *s, size_t n, int *ret)
{
    int v = 0;
    if (s->n < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (s->p[i] < '0' || s->p[i] > '9')
            return false;
        v = v * 10 + (s->p[i] - '0');
    }
    *s = slice_from(*s, n);
    *ret = v;
    return true;
}

static bool take_char(struct slice *s, char c)
{
    if (s->n == 0 || s->p[0] != c)
        return false;
    *s = slice_from(*s, 1);
    return true;
}

static bool take_day(struct slice *s, struct day *ret)
{
    int year, month, day;
    return take_digits(s, 4, &year) && take_char(s, '-') && take_digits(s, 2, &month) &&
           take_char(s, '-') && take_digits(s, 2, &day) && day_from_civil(year, month, day, ret);
}

/* "10:11:12" and a fraction of one to nine digits, of which the milliseconds count. Second 60 is
 * let through: whether it was a leap second shows when the zone is known. */
static bool take_time(struct slice *s, int64_t *ret_ms, bool *ret_is_leap)
{
    int hour, minute, second, ms = 0, digits = 0;
    if (!take_digits(s, 2, &hour) || !take_char(s, ':') || !take_digits(s, 2, &minute) ||
        !take_char(s, ':') || !take_digits(s, 2, &second))
        return false;
    if (take_char(s, '.')) {
        for (int digit; take_digits(s, 1, &digit); digits++)
            if (digits < 3)
                ms = ms * 10 + digit;
        if (digits == 0 || digits > 9)
            return false;
        for (; digits < 3; digits++)
            ms *= 10;
    }
    if (hour > 23 || minute > 59 || second > 60)
        return false;
    *ret_is_leap = second == 60;
    *ret_ms = ((hour * INT64_C(60) + minute) * 60 + second) * 1000 + ms;
    return true;
}

/* "Z" or "+08:00"; nothing at all is UTC+8. */
static bool take_zone(struct slice *s, int64_t *ret_ms)
{
    if (s->n == 0) {
        *ret_ms = ZONE_MS;
        return true;
    }
    if (take_char(s, 'Z') || take_char(s, 'z')) {
        *ret_ms = 0;
        return true;
    }
    int hour, minute;
    bool west = s->p[0] == '-';
    if (!west && s->p[0] != '+')
        return false;
    *s = slice_from(*s, 1);
    if (!take_digits(s, 2, &hour) || !take_char(s, ':') || !take_digits(s, 2, &minute) ||
        hour > 23 || minute > 59)
        return false;
    *ret_ms = (hour * INT64_C(60) + minute) * 60000 * (west ? -1 : 1);
    return true;
}

bool day_parse_iso(struct slice s, struct day *ret)
{
    struct day d;
    if (!take_day(&s, &d) || s.n)
        return false;
    *ret = d;
    return true;
}

/* So many digits, and what stands behind them. By hand, because an answer prints a hundred. */
static char *put(char *at, unsigned v, int digits, char behind)
{
    for (int i = digits - 1; i >= 0; i--, v /= 10)
        at[i] = (char)('0' + v % 10);
    at[digits] = behind;
    return at + digits + 1;
}

void day_print(struct day d, char out[11])
{
    int year, month, day;
    day_to_civil(d, &year, &month, &day);
    char *at = put(out, (unsigned)year, 4, '-');
    at = put(at, (unsigned)month, 2, '-');
    put(at, (unsigned)day, 2, '\0');
}

void utc_print(struct utc_ms t, char out[30])
{
    struct day d = day_of(t);
    int64_t ms = 0;
    if (d.v >= FIRST_DAY && d.v <= LAST_DAY)
        ms = t.v - day_start(d).v;
    day_print(d, out);
    out[10] = 'T';
    char *at = put(out + 11, (unsigned)(ms / 3600000) % 24, 2, ':');
    at = put(at, (unsigned)(ms / 60000 % 60), 2, ':');
    at = put(at, (unsigned)(ms / 1000 % 60), 2, '.');
    at = put(at, (unsigned)(ms % 1000), 3, '+');
    memcpy(at, "08:00", sizeof "08:00");
}

bool utc_parse(struct slice s, struct utc_ms *ret)
{
    int64_t ms, zone;
    if (s.n == 13 && slice_all_digits(s))
        return slice_i64(s, &ret->v);
    struct day d;
    if (!take_day(&s, &d))
        return false;
    if (s.n == 0) {
        *ret = day_start(d);
        return true;
    }
    bool is_leap;
    if ((!take_char(&s, 'T') && !take_char(&s, 't') && !take_char(&s, ' ')) ||
        !take_time(&s, &ms, &is_leap) || !take_zone(&s, &zone) || s.n)
        return false;
    int64_t t = d.v * MS_A_DAY + ms - zone;
    /* Leap seconds stand at the end of a UTC day and are counted as the second after it. */
    if (is_leap && floor_div(t, 1000) * 1000 % MS_A_DAY != 0)
        return false;
    ret->v = t;
    return true;
}
