/* Citizen identity numbers: checking one, and telling one from a code of an organisation. Finding
 * them inside text is left to record/idnum_text.c. */
#include <string.h>

#include "record/identifier.h"

enum { LONG = 18, SHORT = 15 };

/* First two digits (GB/T 2260): 31 provinces, 71 81 82 83 Taiwan, Hong Kong, Macao residents'
 * permits. */
bool idnum_is_province(const char p[2])
{
    int v = (p[0] - '0') * 10 + (p[1] - '0');
    return (v >= 11 && v <= 15) || (v >= 21 && v <= 23) || (v >= 31 && v <= 37) ||
           (v >= 41 && v <= 46) || (v >= 50 && v <= 54) || (v >= 61 && v <= 65) || v == 71 ||
           (v >= 81 && v <= 83);
}

/* Permanent residence cards of foreigners: 9, the province, then the country; the rest as ever. */
static bool is_foreign(const char *p)
{
    return p[0] == '9' && idnum_is_province(p + 1);
}

static int number_of(const char *p, int digits)
{
    int v = 0;
    for (int i = 0; i < digits; i++)
        v = v * 10 + (p[i] - '0');
    return v;
}

static char check_char(const char first17[17])
{
    static const uint8_t weights[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (int i = 0; i < 17; i++)
        sum += (first17[i] - '0') * weights[i];
    return "10X98765432"[sum % 11];
}

/* Fifteen digits become eighteen: the century is put in; sequences 996 to 999 were given to those
 * born before 1900. */
static void lengthen(const char *p, char out[LONG])
{
    memcpy(out, p, 6);
    int sequence = number_of(p + 12, 3);
    memcpy(out + 6, sequence >= 996 ? "18" : "19", 2);
    memcpy(out + 8, p + 6, 9);
    out[17] = check_char(out);
}

struct idnum_result idnum_check(struct slice code, struct day born_min, struct day today)
{
    struct idnum_result ret = {.born = DAY_NONE};
    if (code.n != LONG && code.n != SHORT) {
        ret.rejected = RULE_IDNUM_LENGTH;
        return ret;
    }
    size_t digits = code.n == LONG ? 17 : 15;
    char last = code.p[code.n - 1];
    if (!slice_all_digits((struct slice){code.p, digits}) ||
        !((last >= '0' && last <= '9') || last == 'X')) {
        ret.rejected = RULE_IDNUM_ALPHABET;
        return ret;
    }
    if (code.n == LONG)
        memcpy(ret.number, code.p, LONG);
    else
        lengthen(code.p, ret.number);
    const char *n = ret.number;
    if (!idnum_is_province(n) && !is_foreign(n))
        ret.rejected = RULE_IDNUM_PROVINCE;
    else if (!day_from_civil(number_of(n + 6, 4), number_of(n + 10, 2), number_of(n + 12, 2),
                             &ret.born) ||
             ret.born.v < born_min.v || ret.born.v > today.v)
        ret.rejected = RULE_IDNUM_DATE;
    else if (check_char(n) != n[17])
        ret.rejected = RULE_IDNUM_CHECK;
    return ret;
}

static bool is_birth_date(int year, int month, int day)
{
    struct day d;
    return year >= 1800 && year <= 2100 && day_from_civil(year, month, day, &d);
}

/* Of 17,000 real codes one in 1,700 fails the check within; of identity numbers that pass the outer
 * check, one in 11 passes it. The third condition halves that again. */
static bool is_surely_uscc(const char *d)
{
    bool is_division = idnum_is_province(d + 2) || (d[2] == '1' && d[3] == '0');
    return is_division && uscc_is_valid((struct slice){d, LONG}) &&
           orgcode_is_valid((struct slice){d + 8, 9});
}

bool idnum_is_shaped(struct slice digits)
{
    const char *d = digits.p;
    if (digits.n == SHORT)
        return idnum_is_province(d) &&
               is_birth_date(1900 + number_of(d + 6, 2), number_of(d + 8, 2),
                             number_of(d + 10, 2)) &&
               !regno_is_valid(digits);
    if (digits.n != LONG ||
        !is_birth_date(number_of(d + 6, 4), number_of(d + 10, 2), number_of(d + 12, 2)))
        return false;
    /* Nearly all unified codes begin with 9 too, so here the check must be right. */
    bool is_begin = idnum_is_province(d) || (is_foreign(d) && check_char(d) == d[17]);
    return is_begin && !is_surely_uscc(d);
}

bool idnum_is_instead(struct slice code)
{
    /* The year first: nearly every unified code has another digit there. */
    return code.n == LONG && (code.p[6] == '1' || code.p[6] == '2') &&
           slice_all_digits((struct slice){code.p, 17}) && idnum_is_shaped(code) &&
           (check_char(code.p) == code.p[17] || uscc_is_valid(code));
}
