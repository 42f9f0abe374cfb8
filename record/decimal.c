/* Decimal numbers as text: amounts are never rounded, so they never become floating point. */
#include "record/decimal.h"

#include <string.h>

enum { DIGITS_MAX = 40, EXPONENT_MAX = 30 };

/* The digits of a number one after another, and how many of them stand before the point. */
struct digits {
    char d[DIGITS_MAX];
    int count;
    int whole;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool digit_add(struct digits *ds, char c)
{
    if (ds->count == DIGITS_MAX)
        return false;
    ds->d[ds->count++] = c;
    return true;
}

/* Digits before the point. With separators every group but the first has three. */
static bool whole_read(struct slice s, size_t *i, struct digits *ds)
{
    int group = 0, separators = 0;
    for (; *i < s.n && (is_digit(s.p[*i]) || s.p[*i] == ','); (*i)++) {
        if (s.p[*i] == ',') {
            if (group == 0 || group > 3 || (separators && group != 3))
                return false;
            separators++;
            group = 0;
            continue;
        }
        group++;
        if (!digit_add(ds, s.p[*i]))
            return false;
    }
    ds->whole = ds->count;
    return !separators || group == 3;
}

static bool exponent_read(struct slice s, size_t *i, int *ret)
{
    bool negative = false;
    int v = 0, digits = 0;
    if (*i < s.n && (s.p[*i] == '+' || s.p[*i] == '-'))
        negative = s.p[(*i)++] == '-';
    for (; *i < s.n && is_digit(s.p[*i]) && digits < 3; (*i)++, digits++)
        v = v * 10 + (s.p[*i] - '0');
    *ret = negative ? -v : v;
    return digits > 0 && v <= EXPONENT_MAX;
}

/* Prints d with the point behind the first `whole` digits, which may lie outside of them. */
static bool print(const struct digits *ds, bool negative, struct decimal *ret)
{
    int first = 0, end = ds->count;
    while (first < end && ds->d[first] == '0')
        first++;
    while (end > first && ds->d[end - 1] == '0')
        end--;
    int from = first < ds->whole ? first : ds->whole; /* zeros behind the point count as digits */
    int to = end > ds->whole ? end : ds->whole;
    if (first == end)
        from = to = ds->whole;
    if (to - from + 3 > DECIMAL_CHARS_MAX)
        return false;
    size_t n = 0;
    if (negative && first < end)
        ret->text[n++] = '-';
    if (from == ds->whole)
        ret->text[n++] = '0';
    for (int i = from; i < to; i++) {
        if (i == ds->whole)
            ret->text[n++] = '.';
        ret->text[n++] = i >= 0 && i < ds->count ? ds->d[i] : '0';
    }
    ret->n = n;
    ret->is_whole = to == ds->whole;
    return true;
}

bool decimal_read(struct slice s, struct decimal *ret)
{
    struct digits ds = {0};
    size_t i = 0;
    bool negative = false;
    if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
        negative = s.p[i++] == '-';
    if (!whole_read(s, &i, &ds))
        return false;
    if (i < s.n && s.p[i] == '.')
        for (i++; i < s.n && is_digit(s.p[i]); i++)
            if (!digit_add(&ds, s.p[i]))
                return false;
    if (ds.count == 0)
        return false;
    int exponent = 0;
    if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
        i++;
        if (!exponent_read(s, &i, &exponent))
            return false;
    }
    ds.whole += exponent;
    return i == s.n && print(&ds, negative, ret);
}
