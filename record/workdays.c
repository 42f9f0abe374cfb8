/* Counting working days: by the week with one division, and then what the notices change, which are
 * some thirty days a year. Around New Year 2026, off from 1 to 3 January and worked on Sunday the
 * 4th:
 *
 *   Wed 31 Dec 2025 → Mon 5 Jan 2026: Sunday the 4th and Monday the 5th, 2 working days */
#include "record/workdays.h"

/* Monday is 0; 1970-01-01 was a Thursday. */
static int64_t week_of(int64_t d, int *ret_day)
{
    int64_t since_monday = d + 3, week = since_monday / 7;
    if (since_monday < 7 * week)
        week--;
    *ret_day = (int)(since_monday - 7 * week);
    return week;
}

/* Mondays to Fridays up to the day, from the first Monday before 1970 on. */
static int64_t weekdays_until(struct day d)
{
    int day;
    int64_t week = week_of(d.v, &day);
    return 5 * week + (day < 5 ? day + 1 : 5);
}

static bool is_weekday(struct day d)
{
    int day;
    (void)week_of(d.v, &day);
    return day < 5;
}

/* How many of the ascending days are not later than `d`. */
static size_t count_until(const struct day *list, size_t count, struct day d)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list[middle].v <= d.v)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool has(const struct day *list, size_t count, struct day d)
{
    size_t n = count_until(list, count, d);
    return n > 0 && list[n - 1].v == d.v;
}

bool workdays_has(const struct workdays *w, struct day d)
{
    return is_weekday(d) ? !has(w->off, w->off_count, d) : has(w->work, w->work_count, d);
}

static bool is_certain(const struct workdays *w, struct day first, struct day last)
{
    return w->year_count && first.v >= w->known_from.v && last.v <= w->known_to.v;
}

int workdays_between(const struct workdays *w, struct day a, struct day b, bool *ret_is_certain)
{
    if (ret_is_certain)
        *ret_is_certain = b.v <= a.v || is_certain(w, (struct day){a.v + 1}, b);
    if (b.v <= a.v)
        return 0;
    int64_t n = weekdays_until(b) - weekdays_until(a);
    n -= (int64_t)(count_until(w->off, w->off_count, b) - count_until(w->off, w->off_count, a));
    n += (int64_t)(count_until(w->work, w->work_count, b) - count_until(w->work, w->work_count, a));
    return (int)n;
}

struct day workdays_add(const struct workdays *w, struct day d, int n, bool *ret_is_certain)
{
    struct day at = d;
    while (n > 0) {
        at.v++;
        n -= workdays_has(w, at);
    }
    if (ret_is_certain)
        *ret_is_certain = at.v == d.v || is_certain(w, (struct day){d.v + 1}, at);
    return at;
}
