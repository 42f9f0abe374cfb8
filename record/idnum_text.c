/* Identity numbers inside text: finding and masking them. Finding is generous, because a number
 * that is shown cannot be taken back. Which digits have the shape of one is left to record/idnum.c.
 */
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "record/identifier.h"

enum { LONG = 18, SHORT = 15, GAP_MAX = 3 };

/* ASCII digit, or 'X' for the check character, of a character in any width; 0 for anything else.
 * What looks like an X is written for it. */
static char digit_of(uint32_t c)
{
    if (c >= 0xFF01 && c <= 0xFF5E)
        c -= 0xFEE0;
    if (c >= '0' && c <= '9')
        return (char)c;
    bool is_x =
        c == 'X' || c == 'x' || c == 0xD7 || c == 0x2169 || c == 0x2179 || c == 0x425 || c == 0x445;
    return is_x ? 'X' : 0;
}

/* Blanks, line ends, hyphens and dashes, and what takes no room on paper. */
static bool is_gap(uint32_t c)
{
    return c == ' ' || c == '-' || (c >= 0x09 && c <= 0x0D) || c == 0xA0 || c == 0xAD ||
           c == 0x3000 || (c >= 0x2000 && c <= 0x200D) || (c >= 0x2010 && c <= 0x2015) ||
           c == 0x202F || c == 0x2060 || c == 0x2212 || c == 0xFE63 || c == 0xFEFF || c == 0xFF0D;
}

/* Points, strokes and low lines, which stand between numbers of many kinds. */
static bool is_sign(uint32_t c)
{
    if (c >= 0xFF01 && c <= 0xFF5E)
        c -= 0xFEE0;
    return c == '.' || c == '/' || c == '_' || c == 0xB7 || c == 0x30FB;
}

static bool is_digit(char d)
{
    return d >= '0' && d <= '9';
}

static bool is_letter(uint32_t c)
{
    if (c >= 0xFF01 && c <= 0xFF5E)
        c -= 0xFEE0;
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Digit or X that stands at `at`; 0 for anything else, and behind the end. */
static char digit_at(struct slice text, size_t at, size_t *ret_next)
{
    *ret_next = at;
    if (at >= text.n)
        return 0;
    if ((unsigned char)text.p[at] < 0x80) {
        *ret_next = at + 1;
        return digit_of((unsigned char)text.p[at]);
    }
    return digit_of(utf8_next(text, ret_next));
}

/* The same behind a gap, or behind one sign, which is told. */
static char digit_behind_gap(struct slice text, size_t at, size_t *ret_next, bool *ret_has_sign)
{
    size_t behind = at;
    if (at < text.n && is_sign(utf8_next(text, &behind))) {
        *ret_has_sign = true;
        return digit_at(text, behind, ret_next);
    }
    for (int i = 0; i < GAP_MAX && at < text.n; i++) {
        if (!is_gap(utf8_next(text, &at)))
            return 0;
        char d = digit_at(text, at, ret_next);
        if (d)
            return d;
    }
    return 0;
}

struct found {
    char digits[LONG];
    size_t count; /* 0: none begins there */
    size_t at, end;
};

/* Whether a right unified code in ASCII begins here: one of fifteen digits and three letters looks
 * like an old identity number with text behind it. */
static bool is_uscc_at(struct slice text, size_t at)
{
    char code[LONG];
    size_t behind;
    if (text.n - at < LONG || digit_at(text, at + LONG, &behind) ||
        (behind > at + LONG && is_letter((unsigned char)text.p[at + LONG])))
        return false;
    for (size_t i = 0; i < LONG; i++) {
        char c = text.p[at + i];
        code[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    return uscc_is_valid((struct slice){code, LONG});
}

/* Whether the shape is that of a number, its check character is right, and the person was born
 * before that year. */
static bool is_right(const struct found *f, int before_year)
{
    struct day first = DAY_NONE, last = DAY_NONE;
    day_from_civil(1800, 1, 1, &first);
    day_from_civil(before_year - 1, 12, 31, &last);
    struct slice number = {f->digits, LONG};
    return idnum_is_shaped(number) && idnum_check(number, first, last).rejected == RULE_NONE;
}

/* Other long numbers are made of a division, a day and a serial number, and signs stand in rows of
 * sums and days, so there the shape is not enough. Within a longer group what is found is a
 * telephone number in front, or a sole trader's tax number (the owner's number and two digits). */
enum { BORN_BEFORE_WITHIN = 2001, BORN_BEFORE_SIGNS = 2101 };

/* Whether eighteen digits may follow one another from here: then the seventeenth byte is one of
 * them, or a byte of a wider one. */
static bool may_run_on(struct slice text, size_t from)
{
    char c = text.p[from + LONG - 2];
    return is_digit(c) || (unsigned char)c >= 0x80;
}

/* Reads on over gaps. A number ends where a group of digits ends, so that one which stands among
 * other digits, a telephone number behind it say, is found too. Of two the longer one counts. */
static void found_at(struct slice text, size_t from, uint32_t before, struct found *f)
{
    bool is_within = is_digit(digit_of(before)), has_gap = false, has_sign = false;
    f->at = from;
    f->count = 0;
    if (text.n - from < (is_within ? LONG : SHORT) || (is_within && !may_run_on(text, from)))
        return;
    for (size_t count = 0, at = from, next; count < LONG;) {
        char d = digit_at(text, at, &next);
        if (!d && count && !is_within) {
            d = digit_behind_gap(text, at, &next, &has_sign);
            has_gap = true;
        }
        if (!d || (d == 'X' && count != LONG - 1))
            return;
        f->digits[count++] = d;
        at = next;
        if (count == 2 && f->digits[0] != '9' && !idnum_is_province(f->digits))
            return;
        if (count != LONG && (count != SHORT || is_within))
            continue;
        bool is_whole = !is_within && (d == 'X' || !is_digit(digit_at(text, at, &next)));
        /* Digits that go on from letters belong to a code (a unified code, a licence number),
         * unless they have the full length of a number. */
        bool fits = count == LONG || (!is_letter(before) && !is_uscc_at(text, from));
        bool is_one = fits && idnum_is_shaped((struct slice){f->digits, count});
        if (has_sign)
            is_one = is_whole && count == LONG && is_right(f, BORN_BEFORE_SIGNS);
        else if (!is_whole)
            is_one = count == LONG && !has_gap && is_right(f, BORN_BEFORE_WITHIN);
        if (is_one) {
            f->count = count;
            f->end = at;
        }
    }
}

/* Whether a digit of full width begins at i. */
static bool is_wide_digit(struct slice text, size_t i)
{
    const unsigned char *p = (const unsigned char *)text.p + i;
    return text.n - i >= 3 && p[0] == 0xEF && p[1] == 0xBC && p[2] >= 0x90 && p[2] <= 0x99;
}

/* One bit for each of the sixteen bytes at p with which a digit of any width begins. Reads two
 * bytes more. */
#ifdef __SSE2__
static unsigned digits_of_16(const char *p)
{
    const __m128i *at = (const __m128i *)(const void *)p;
    __m128i v = _mm_loadu_si128(at);
    __m128i ascii = _mm_and_si128(_mm_cmpgt_epi8(v, _mm_set1_epi8('0' - 1)),
                                  _mm_cmplt_epi8(v, _mm_set1_epi8('9' + 1)));
    __m128i lead = _mm_cmpeq_epi8(v, _mm_set1_epi8((char)0xEF));
    unsigned mask = (unsigned)_mm_movemask_epi8(ascii);
    if (_mm_movemask_epi8(lead) == 0)
        return mask;
    __m128i second = _mm_loadu_si128((const __m128i *)(const void *)(p + 1));
    __m128i third = _mm_loadu_si128((const __m128i *)(const void *)(p + 2));
    __m128i digit = _mm_and_si128(_mm_cmpgt_epi8(third, _mm_set1_epi8((char)0x8F)),
                                  _mm_cmplt_epi8(third, _mm_set1_epi8((char)0x9A)));
    __m128i wide = _mm_and_si128(lead, _mm_cmpeq_epi8(second, _mm_set1_epi8((char)0xBC)));
    return mask | (unsigned)_mm_movemask_epi8(_mm_and_si128(wide, digit));
}
#endif

/* The first digit of any width at or behind i, or the end. */
static size_t next_digit(struct slice text, size_t i)
{
    if (i >= text.n)
        return text.n;
#ifdef __SSE2__
    for (; text.n - i >= 18; i += 16) {
        unsigned mask = digits_of_16(text.p + i);
        if (mask)
            return i + (size_t)__builtin_ctz(mask);
    }
#endif
    while (i < text.n && !is_digit(text.p[i]) && !is_wide_digit(text, i))
        i++;
    return i;
}

/* Whether there may be as many digits behind `from` as the shortest number has. All text is looked
 * through for numbers and nearly none holds so many, so they are counted first, sixteen bytes at a
 * time; at the end whatever begins like a full-width digit counts as one. */
static bool has_digits(struct slice text, size_t from)
{
    size_t i = from;
    int count = 0;
    if (from >= text.n || text.n - from < SHORT)
        return false;
#ifdef __SSE2__
    for (; text.n - i >= 18 && count < SHORT; i += 16) {
        unsigned digits = digits_of_16(text.p + i);
        if (digits)
            count += __builtin_popcount(digits);
    }
#endif
    if (count >= SHORT)
        return true;
    for (; i < text.n; i++)
        count += is_digit(text.p[i]) || text.p[i] == '\xEF';
    return count >= SHORT;
}

bool idnum_may_be_in_text(struct slice text)
{
    return has_digits(text, 0);
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

static bool find(struct slice text, size_t from, struct found *ret)
{
    if (!has_digits(text, from))
        return false;
    for (size_t at = next_digit(text, from); at < text.n; at = next_digit(text, at + 1)) {
        found_at(text, at, char_before(text, at), ret);
        if (ret->count)
            return true;
    }
    return false;
}

bool idnum_in_text(struct slice text, size_t from, size_t *ret_at, size_t *ret_bytes)
{
    struct found f;
    if (!find(text, from, &f))
        return false;
    *ret_at = f.at;
    *ret_bytes = f.end - f.at;
    return true;
}

/* More bytes than a number may have before its last digit, with the widest digits and gaps. A
 * character that is kept may complete a number that began so far before it. */
enum { BACK_BYTES = 17 * (3 + 3 * GAP_MAX) + 1 };

/* Bytes that go are marked, and taken out in one go at the end, so that many numbers do not move
 * the rest of the text as many times. */
struct slice idnum_mask_text(struct arena *a, struct slice text)
{
    struct found f;
    if (!find(text, 0, &f))
        return text;
    char *p = arena_alloc(a, text.n);
    bool *goes = ARENA_ARRAY(a, bool, text.n);
    memcpy(p, text.p, text.n);
    do {
        p[f.at] = f.digits[0];
        memset(p + f.at + 1, '*', f.end - f.at - 2);
        p[f.end - 1] = f.digits[f.count - 1];
        memset(goes + f.at + f.count - 1, true, f.end - f.at - f.count);
    } while (find((struct slice){p, text.n}, f.at > BACK_BYTES ? f.at - BACK_BYTES : 0, &f));
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        if (!goes[i])
            p[n++] = p[i];
    return (struct slice){p, n};
}
