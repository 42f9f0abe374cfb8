/* Citizen identity numbers: checking one, and finding them inside text. Finding is generous,
 * because a number that is shown cannot be taken back: a shape with a known province and a
 * plausible birth date is enough. */
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "record/identifier.h"

enum { LONG = 18, SHORT = 15 };

/* First two digits (domain §1.3): 31 provinces, 71 81 82 83 Taiwan, Hong Kong, Macao residents'
 * permits. */
static bool is_province(const char *p)
{
    int v = (p[0] - '0') * 10 + (p[1] - '0');
    return (v >= 11 && v <= 15) || (v >= 21 && v <= 23) || (v >= 31 && v <= 37) ||
           (v >= 41 && v <= 46) || (v >= 50 && v <= 54) || (v >= 61 && v <= 65) || v == 71 ||
           (v >= 81 && v <= 83);
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
    /* 9xxxxx: permanent residence cards of foreigners carry the same check and another inner
     * structure. */
    if (!is_province(n) && n[0] != '9')
        ret.rejected = RULE_IDNUM_PROVINCE;
    else if (!day_from_civil(number_of(n + 6, 4), number_of(n + 10, 2), number_of(n + 12, 2),
                             &ret.born) ||
             ret.born.v < born_min.v || ret.born.v > today.v)
        ret.rejected = RULE_IDNUM_DATE;
    else if (check_char(n) != n[17])
        ret.rejected = RULE_IDNUM_CHECK;
    return ret;
}

/* ASCII digit, or 'X' for the check character, of a character in any width; 0 for anything else. */
static char digit_of(uint32_t c)
{
    if (c >= 0xFF01 && c <= 0xFF5E)
        c -= 0xFEE0;
    if (c >= '0' && c <= '9')
        return (char)c;
    return c == 'X' || c == 'x' ? 'X' : 0;
}

/* One of these between digits does not hide a number. */
static bool is_gap_at(struct slice text, size_t at)
{
    uint32_t c = utf8_next(text, &at);
    return c == ' ' || c == '-' || c == '\t' || c == 0x3000 || c == 0xA0 || c == 0xAD ||
           c == 0x2010 || c == 0x2011 || c == 0xFF0D || (c >= 0x200B && c <= 0x200D) ||
           c == 0x2060 || c == 0xFEFF;
}

static bool is_letter(uint32_t c)
{
    if (c >= 0xFF01 && c <= 0xFF5E)
        c -= 0xFEE0;
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_birth_date(int year, int month, int day)
{
    struct day d;
    return year >= 1800 && year <= 2100 && day_from_civil(year, month, day, &d);
}

static bool is_number(const char *d, size_t n)
{
    if (n == LONG)
        return (is_province(d) || d[0] == '9') &&
               is_birth_date(number_of(d + 6, 4), number_of(d + 10, 2), number_of(d + 12, 2)) &&
               !uscc_is_valid((struct slice){d, n});
    return n == SHORT && is_province(d) &&
           is_birth_date(1900 + number_of(d + 6, 2), number_of(d + 8, 2), number_of(d + 10, 2)) &&
           !regno_is_valid((struct slice){d, n});
}

/* A number that begins at a digit before which no digit stands. */
struct found {
    char digits[LONG];
    size_t count; /* 0: none begins there */
    size_t end;
};

/* Digits of one character in any width; 0 behind the end. */
static char digit_at(struct slice text, size_t at, size_t *ret_next)
{
    *ret_next = at;
    return at < text.n ? digit_of(utf8_next(text, ret_next)) : 0;
}

/* Reads on over single gaps. A number ends where a group of digits ends, so that one which stands
 * among other digits, a telephone number behind it say, is found too, but not a part of a longer
 * group. Of two the longer one counts. */
static struct found found_at(struct slice text, size_t at, bool after_letter)
{
    struct found f = {.count = 0};
    size_t count = 0, next;
    while (count < LONG) {
        char d = digit_at(text, at, &next);
        if (!d && count && next > at && is_gap_at(text, at))
            d = digit_at(text, next, &next);
        if (!d || (d == 'X' && count != LONG - 1))
            break;
        f.digits[count++] = d;
        at = next;
        size_t behind;
        char after = digit_at(text, at, &behind);
        bool group_ends = d == 'X' || !after || after == 'X';
        /* Digits that go on from letters belong to a code (a unified code, a licence number),
         * unless they have the full length of a number. */
        bool fits = count == LONG || (count == SHORT && !after_letter);
        if (group_ends && fits && is_number(f.digits, count)) {
            f.count = count;
            f.end = at;
        }
    }
    return f;
}

/* Whether a digit of full width begins at i. */
static bool is_wide_digit(struct slice text, size_t i)
{
    const unsigned char *p = (const unsigned char *)text.p + i;
    return text.n - i >= 3 && p[0] == 0xEF && p[1] == 0xBC && p[2] >= 0x90 && p[2] <= 0x99;
}

static bool is_ascii_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The first digit of any width at or behind i, or the end. Nearly all text has few digits, and all
 * of it is looked through, so it goes by sixteen bytes where it can. */
static size_t next_digit(struct slice text, size_t i)
{
#ifdef __SSE2__
    const __m128i below = _mm_set1_epi8('0' - 1), above = _mm_set1_epi8('9' + 1);
    const __m128i lead = _mm_set1_epi8((char)0xEF), second = _mm_set1_epi8((char)0xBC);
    for (; text.n - i >= 17; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(text.p + i));
        __m128i w = _mm_loadu_si128((const __m128i *)(const void *)(text.p + i + 1));
        __m128i digit = _mm_and_si128(_mm_cmpgt_epi8(v, below), _mm_cmplt_epi8(v, above));
        __m128i wide = _mm_and_si128(_mm_cmpeq_epi8(v, lead), _mm_cmpeq_epi8(w, second));
        unsigned mask = (unsigned)_mm_movemask_epi8(_mm_or_si128(digit, wide));
        for (; mask; mask &= mask - 1) {
            size_t at = i + (size_t)__builtin_ctz(mask);
            if (is_ascii_digit(text.p[at]) || is_wide_digit(text, at))
                return at;
        }
    }
#endif
    while (i < text.n && !is_ascii_digit(text.p[i]) && !is_wide_digit(text, i))
        i++;
    return i;
}

/* The character that ends at i, if it is ASCII or of full width; else 0. */
static uint32_t char_before(struct slice text, size_t i)
{
    if (i == 0)
        return 0;
    if ((unsigned char)text.p[i - 1] < 0x80)
        return (unsigned char)text.p[i - 1];
    size_t at = i >= 3 ? i - 3 : 0, next = at;
    uint32_t c = utf8_next(text, &next);
    return next == i ? c : 0;
}

static bool find(struct slice text, size_t from, size_t *ret_at, struct found *ret)
{
    for (size_t at = next_digit(text, from); at < text.n; at = next_digit(text, at + 1)) {
        uint32_t before = at == from ? 0 : char_before(text, at);
        char d = digit_of(before);
        if (d && d != 'X')
            continue;
        *ret = found_at(text, at, is_letter(before));
        if (ret->count) {
            *ret_at = at;
            return true;
        }
    }
    return false;
}

bool idnum_in_text(struct slice text, size_t from, size_t *ret_at, size_t *ret_bytes)
{
    struct found f;
    if (!find(text, from, ret_at, &f))
        return false;
    *ret_bytes = f.end - *ret_at;
    return true;
}

struct slice idnum_mask_text(struct arena *a, struct slice text)
{
    size_t at;
    struct found f;
    if (!find(text, 0, &at, &f))
        return text;
    char *out = arena_alloc(a, text.n + 1);
    size_t n = 0, from = 0;
    do {
        memcpy(out + n, text.p + from, at - from);
        n += at - from;
        out[n++] = f.digits[0];
        memset(out + n, '*', f.count - 2);
        n += f.count - 2;
        out[n++] = f.digits[f.count - 1];
        from = f.end;
    } while (find(text, from, &at, &f));
    memcpy(out + n, text.p + from, text.n - from);
    return (struct slice){out, n + text.n - from};
}
