/* Traces of spreadsheets in values. */
#include "ingest/spreadsheet.h"

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/* Eleven digits before the last are twelve, which is what spreadsheets begin to write so. */
enum { EXPONENT_MIN = 11, EXPONENT_DIGITS_MAX = 3 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t digits_at(struct slice s, size_t i)
{
    size_t n = 0;
    while (i + n < s.n && is_digit(s.p[i + n]))
        n++;
    return n;
}

bool spreadsheet_rounded(struct slice s)
{
    size_t i = s.n && s.p[0] == '-' ? 1 : 0;
    if (i >= s.n || !is_digit(s.p[i]) || (i + 1 < s.n && is_digit(s.p[i + 1])))
        return false;
    i++;
    if (i < s.n && s.p[i] == '.') {
        size_t n = digits_at(s, i + 1);
        if (n == 0)
            return false;
        i += 1 + n;
    }
    if (i + 2 >= s.n || (s.p[i] != 'E' && s.p[i] != 'e') || s.p[i + 1] != '+')
        return false;
    struct slice exponent = slice_from(s, i + 2);
    uint64_t value;
    return exponent.n <= EXPONENT_DIGITS_MAX && slice_u64(exponent, &value) &&
           value >= EXPONENT_MIN;
}

bool spreadsheet_error(struct slice s)
{
    static const char *const errors[] = {
        "#N/A",   "#REF!", "#VALUE!", "#NAME?", "#DIV/0!",
        "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA",
    };
    if (s.n == 0 || (s.p[0] != '#' && s.p[0] != 'E'))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(errors); i++)
        if (slice_eq_nocase(s, slice_of(errors[i])))
            return true;
    return s.n == 7 && slice_starts(s, SLICE("Err:")) && slice_all_digits(slice_from(s, 4));
}
