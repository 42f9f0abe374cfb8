/* Every value of every record passes through here, and nearly all of them are made of ASCII, common
 * Han characters, their punctuation and full-width ASCII. For these this file knows by itself what
 * NFKC makes of a character (easy_next), works on UTF-8 in one pass and copies nothing that stays
 * as it is. The first other character hands the whole text to ICU, which works in UTF-16. Which
 * values are cleaned, and how, is left to the record's rules. */
#include "base/text.h"

#include <stdlib.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>

#include "base/check.h"

enum form { FORM_NFKC, FORM_CODE, FORM_FOLD };

#define HARD UINT32_MAX

static bool is_han_lead(unsigned char lead, unsigned char second)
{
    return (lead >= 0xE5 && lead <= 0xE9) || (lead == 0xE4 && second >= 0xB8);
}

/* Of the characters that begin with E2 or E3: what NFKC leaves alone without looking at neighbours.
 */
static uint32_t easy_punctuation(const unsigned char *p)
{
    uint32_t c = (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
    bool stays = (c >= 0x200B && c <= 0x2010) || (c >= 0x2012 && c <= 0x2015) ||
                 (c >= 0x2018 && c <= 0x201F) || (c >= 0x3001 && c <= 0x301F);
    if (c == 0x3000)
        return ' ';
    return stays ? c : HARD;
}

/* What NFKC makes of the character at *i, which moves behind it; HARD when ICU must say. None of
 * the answers joins with a neighbour, so a text of easy characters only is done when each of them
 * is. */
static inline uint32_t easy_next(struct slice s, size_t *i)
{
    const unsigned char *p = (const unsigned char *)s.p + *i;
    size_t left = s.n - *i;
    if (p[0] < 0x80) {
        *i += 1;
        return p[0];
    }
    if (p[0] == 0xC2 && left >= 2 && (p[1] == 0xB7 || p[1] == 0xA0)) {
        *i += 2;
        return p[1] == 0xB7 ? 0xB7 : ' ';
    }
    if (p[0] < 0xE2 || left < 3)
        return HARD;
    *i += 3;
    if (is_han_lead(p[0], p[1]))
        return (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
    if (p[0] == 0xE2 || p[0] == 0xE3)
        return easy_punctuation(p);
    if (p[0] == 0xEF && ((p[1] == 0xBC && p[2] >= 0x81) || (p[1] == 0xBD && p[2] <= 0x9E)))
        return ((uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F)) - 0xEE0; /* U+FF01… → U+0021… */
    if (p[0] == 0xEF && p[1] == 0xBB && p[2] == 0xBF)
        return 0xFEFF;
    return HARD;
}

/* White_Space of Unicode, which does not grow. */
static bool is_blank(uint32_t c)
{
    return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
           c == 0x205F || c == 0x3000;
}

/* Takes no room on paper: zero-width characters, BOM, direction marks, variation selectors. */
static bool is_ignorable(uint32_t c)
{
    return u_hasBinaryProperty((UChar32)c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
}

static bool is_bracket_or_quote(uint32_t c)
{
    return (U_MASK(u_charType((UChar32)c)) &
            (U_GC_PS_MASK | U_GC_PE_MASK | U_GC_PI_MASK | U_GC_PF_MASK)) ||
           u_hasBinaryProperty((UChar32)c, UCHAR_QUOTATION_MARK) || c == '<' || c == '>';
}

/* Whether the form leaves the character out. */
static bool is_dropped(enum form form, uint32_t c)
{
    switch (form) {
    case FORM_NFKC:
        return false;
    case FORM_CODE:
        return is_blank(c) || is_ignorable(c) || u_hasBinaryProperty((UChar32)c, UCHAR_DASH);
    case FORM_FOLD:
        return is_blank(c) || is_ignorable(c) || is_bracket_or_quote(c);
    }
    UNREACHABLE();
}

static bool is_dropped_ascii(enum form form, uint32_t c)
{
    switch (form) {
    case FORM_NFKC:
        return false;
    case FORM_CODE:
        return c == '-' || c == ' ' || (c >= 0x09 && c <= 0x0D);
    case FORM_FOLD:
        return c == ' ' || (c >= 0x09 && c <= 0x0D) || c == '(' || c == ')' || c == '[' ||
               c == ']' || c == '{' || c == '}' || c == '<' || c == '>' || c == '"' || c == '\'';
    }
    UNREACHABLE();
}

static uint32_t ascii_case(enum form form, uint32_t c)
{
    if (form == FORM_CODE && c >= 'a' && c <= 'z')
        return c - 32;
    if (form == FORM_FOLD && c >= 'A' && c <= 'Z')
        return c + 32;
    return c;
}

/* ASCII of which most codes and numbers are made, and which stays as it is. */
static inline bool is_plain(enum form form, char c)
{
    switch (form) {
    case FORM_NFKC:
        return (unsigned char)c < 0x80;
    case FORM_CODE:
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
    case FORM_FOLD:
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
    }
    UNREACHABLE();
}

/* The form in one pass; false when the text holds a character for ICU. */
static inline bool easy_form(enum form form, struct arena *a, struct slice s, struct slice *ret)
{
    char *out = NULL; /* made at the first change */
    size_t w = 0, i = 0;
    while (i < s.n && is_plain(form, s.p[i]))
        i++;
    while (i < s.n) {
        size_t at = i;
        uint32_t c = easy_next(s, &i);
        if (c == HARD)
            return false;
        bool dropped = c < 0x80 ? is_dropped_ascii(form, c)
                                : (c < 0x4E00 || c > 0x9FFF) && is_dropped(form, c);
        uint32_t cased = ascii_case(form, c);
        bool same = !dropped && cased == c && (c >= 0x80 || i - at == 1);
        if (same && !out)
            continue;
        if (!out) {
            out = arena_alloc(a, s.n);
            memcpy(out, s.p, at);
            w = at;
        }
        if (dropped)
            continue;
        if (cased < 0x80)
            out[w++] = (char)cased;
        else
            for (size_t k = at; k < i; k++)
                out[w++] = s.p[k];
    }
    *ret = out ? slice_make(out, w) : s;
    return true;
}

/* UTF-16 on its way through ICU; most values fit into `small`. */
struct wide {
    UChar *p;
    int32_t n, cap;
    UChar small[512];
};

static void wide_init(struct wide *w)
{
    w->p = w->small;
    w->n = 0;
    w->cap = (int32_t)ARRAY_LEN(w->small);
}

static void wide_fini(struct wide *w)
{
    if (w->p != w->small)
        free(w->p);
}

static void wide_room(struct wide *w, int32_t n)
{
    if (n <= w->cap)
        return;
    wide_fini(w);
    w->p = malloc((size_t)n * sizeof *w->p);
    CHECK(w->p);
    w->cap = n;
}

typedef int32_t step_fn(UChar *dst, int32_t cap, const UChar *src, int32_t n, UErrorCode *err);

static int32_t step_nfkc(UChar *dst, int32_t cap, const UChar *src, int32_t n, UErrorCode *err)
{
    return unorm2_normalize(unorm2_getNFKCInstance(err), src, n, dst, cap, err);
}

static int32_t step_upper(UChar *dst, int32_t cap, const UChar *src, int32_t n, UErrorCode *err)
{
    return u_strToUpper(dst, cap, src, n, "", err);
}

static int32_t step_fold(UChar *dst, int32_t cap, const UChar *src, int32_t n, UErrorCode *err)
{
    return unorm2_normalize(unorm2_getNFKCCasefoldInstance(err), src, n, dst, cap, err);
}

/* dst becomes what the step makes of src. */
static void wide_step(step_fn *step, const struct wide *src, struct wide *dst)
{
    UErrorCode err = U_ZERO_ERROR;
    dst->n = step(dst->p, dst->cap, src->p, src->n, &err);
    if (err == U_BUFFER_OVERFLOW_ERROR) {
        wide_room(dst, dst->n);
        err = U_ZERO_ERROR;
        dst->n = step(dst->p, dst->cap, src->p, src->n, &err);
    }
    CHECK(U_SUCCESS(err));
}

static void wide_drop(enum form form, struct wide *w)
{
    int32_t i = 0, kept = 0;
    while (i < w->n) {
        int32_t at = i;
        uint32_t c = w->p[i++];
        if (c >= 0xD800 && c <= 0xDBFF && i < w->n) /* a pair: ICU leaves no half behind */
            c = 0x10000 + ((c - 0xD800) << 10) + (w->p[i++] - 0xDC00u);
        if (!is_dropped(form, c))
            while (at < i)
                w->p[kept++] = w->p[at++];
    }
    w->n = kept;
}

static bool wide_eq(const struct wide *x, const struct wide *y)
{
    return x->n == y->n && memcmp(x->p, y->p, (size_t)x->n * sizeof *x->p) == 0;
}

static bool is_nfkc(const struct wide *w)
{
    UErrorCode err = U_ZERO_ERROR;
    return unorm2_quickCheck(unorm2_getNFKCInstance(&err), w->p, w->n, &err) == UNORM_YES;
}

static void wide_from_utf8(struct wide *w, struct slice s)
{
    CHECK(s.n < INT32_MAX / 32); /* NFKC makes at most 18 units of one */
    wide_room(w, (int32_t)s.n);
    UErrorCode err = U_ZERO_ERROR;
    u_strFromUTF8WithSub(w->p, w->cap, &w->n, s.p, (int32_t)s.n, 0xFFFD, NULL, &err);
    CHECK(U_SUCCESS(err));
}

static struct slice wide_to_utf8(struct arena *a, const struct wide *w)
{
    UErrorCode err = U_ZERO_ERROR;
    int32_t n = 0;
    u_strToUTF8WithSub(NULL, 0, &n, w->p, w->n, 0xFFFD, NULL, &err);
    CHECK(U_SUCCESS(err) || err == U_BUFFER_OVERFLOW_ERROR);
    char *out = arena_alloc(a, (size_t)n + 1);
    err = U_ZERO_ERROR;
    u_strToUTF8WithSub(out, n + 1, &n, w->p, w->n, 0xFFFD, NULL, &err);
    CHECK(U_SUCCESS(err));
    return slice_make(out, (size_t)n);
}

/* Leaving characters out lets others meet and join, and a change of case can undo NFKC; so the
 * steps go round until nothing changes. The same form of a form is then itself, which keys rely on.
 */
static struct slice icu_form(enum form form, struct arena *a, struct slice s)
{
    struct wide x, y, before;
    wide_init(&y);
    wide_from_utf8(&y, s);
    if (form == FORM_NFKC && is_nfkc(&y)) {
        wide_fini(&y);
        return s;
    }
    wide_init(&x);
    wide_init(&before);
    wide_step(form == FORM_FOLD ? step_fold : step_nfkc, &y, &x);
    for (int round = 0; form != FORM_NFKC && round < 8; round++) {
        wide_step(form == FORM_FOLD ? step_fold : step_upper, &x, &y);
        wide_drop(form, &y);
        wide_step(form == FORM_FOLD ? step_fold : step_nfkc, &y, &x);
        if (round > 0 && wide_eq(&x, &before))
            break;
        wide_room(&before, x.n);
        u_memcpy(before.p, x.p, x.n);
        before.n = x.n;
    }
    struct slice done = wide_to_utf8(a, &x);
    wide_fini(&x);
    wide_fini(&y);
    wide_fini(&before);
    return slice_eq(done, s) ? s : done;
}

struct slice text_nfkc(struct arena *a, struct slice s)
{
    struct slice done;
    return easy_form(FORM_NFKC, a, s, &done) ? done : icu_form(FORM_NFKC, a, s);
}

struct slice text_code(struct arena *a, struct slice s)
{
    struct slice done;
    return easy_form(FORM_CODE, a, s, &done) ? done : icu_form(FORM_CODE, a, s);
}

struct slice text_fold(struct arena *a, struct slice s)
{
    struct slice done;
    return easy_form(FORM_FOLD, a, s, &done) ? done : icu_form(FORM_FOLD, a, s);
}

/* What a byte may mean to text_clean; 0 for nearly all. */
enum { BYTE_CONTROL = 1, BYTE_C1_LEAD = 2, BYTE_FFFD_LEAD = 4 };

/* clang-format off */
static const uint8_t byte_class[256] = {
    /* C0 without tab, LF and CR */
    1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 0, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    [0x7F] = BYTE_CONTROL,
    [0xC2] = BYTE_C1_LEAD,
    [0xEF] = BYTE_FFFD_LEAD,
};
/* clang-format on */

#define EIGHT(byte) (UINT64_C(0x0101010101010101) * (byte))

static uint64_t has_zero(uint64_t v)
{
    return (v - EIGHT(1)) & ~v & EIGHT(0x80);
}

static unsigned classes_between(struct slice s, size_t from, size_t end)
{
    unsigned seen = 0;
    for (size_t i = from; i < end; i++)
        seen |= byte_class[(unsigned char)s.p[i]];
    return seen;
}

/* The classes of the eight bytes at i, which mostly have none. */
static unsigned classes_of_8(struct slice s, size_t i)
{
    uint64_t v;
    memcpy(&v, s.p + i, 8);
    uint64_t low = (v - EIGHT(0x20)) & ~v & EIGHT(0x80);
    bool may =
        low | has_zero(v ^ EIGHT(0x7F)) | has_zero(v ^ EIGHT(0xC2)) | has_zero(v ^ EIGHT(0xEF));
    return may ? classes_between(s, i, i + 8) : 0;
}

static unsigned classes_of_16(struct slice s, size_t i)
{
#ifdef __SSE2__
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(s.p + i));
    __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1F)), v);
    __m128i del = _mm_cmpeq_epi8(v, _mm_set1_epi8(0x7F));
    __m128i c1 = _mm_cmpeq_epi8(v, _mm_set1_epi8((char)0xC2));
    __m128i fffd = _mm_cmpeq_epi8(v, _mm_set1_epi8((char)0xEF));
    unsigned seen = _mm_movemask_epi8(fffd) ? BYTE_FFFD_LEAD : 0;
    if (_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(low, del), c1)))
        seen |= classes_between(s, i, i + 16);
    return seen;
#else
    return classes_of_8(s, i) | classes_of_8(s, i + 8);
#endif
}

/* The classes of all bytes together, many bytes at a time. What is left at the end is looked at
 * together with what lies before it. */
static unsigned classes_of(struct slice s)
{
    unsigned seen = 0;
    size_t i = 0;
    for (; s.n - i >= 16; i += 16)
        seen |= classes_of_16(s, i);
    if (s.n >= 16)
        return i < s.n ? seen | classes_of_16(s, s.n - 16) : seen;
    if (s.n >= 8)
        return classes_of_8(s, 0) | classes_of_8(s, s.n - 8);
    return classes_between(s, 0, s.n);
}

/* Bytes of the control character at i, or 0. */
static size_t control_bytes(struct slice s, size_t i)
{
    unsigned char c = (unsigned char)s.p[i];
    if (byte_class[c] == BYTE_CONTROL)
        return 1;
    bool is_c1 = c == 0xC2 && i + 1 < s.n && (unsigned char)s.p[i + 1] < 0xA0;
    return is_c1 ? 2 : 0;
}

static struct slice without_controls(struct arena *a, struct slice s, uint32_t *ret_count)
{
    uint32_t count = 0;
    char *out = NULL;
    size_t w = 0, n;
    for (size_t i = 0; i < s.n; i += n ? n : 1) {
        n = control_bytes(s, i);
        if (n && !out) {
            out = arena_alloc(a, s.n);
            memcpy(out, s.p, i);
            w = i;
        }
        if (n)
            count++;
        else if (out)
            out[w++] = s.p[i];
    }
    *ret_count = count;
    return out ? slice_make(out, w) : s;
}

/* Blank as seen at the ends of a value: also what only looks like nothing there. */
static bool is_blank_at_end(uint32_t c)
{
    return is_blank(c) || c == 0x180E || (c >= 0x200B && c <= 0x200D) || c == 0x2060 ||
           c == 0x2800 || c == 0x3164 || c == 0xFEFF;
}

static bool is_visible_ascii(char c)
{
    return c > 0x20 && c < 0x7F;
}

/* Begins one of U+4000 to U+9FFF, three bytes each, of which none is blank. */
static bool is_ideograph_lead(char c)
{
    return (unsigned char)c >= 0xE4 && (unsigned char)c <= 0xE9;
}

static struct slice trim(struct slice s)
{
    while (s.n && !is_visible_ascii(s.p[0]) && !is_ideograph_lead(s.p[0])) {
        size_t i = 0;
        if (!is_blank_at_end(utf8_next(s, &i)))
            break;
        s = slice_from(s, i);
    }
    while (s.n && !is_visible_ascii(s.p[s.n - 1]) &&
           !(s.n >= 3 && is_ideograph_lead(s.p[s.n - 3]))) {
        size_t at = s.n - 1;
        while (at > 0 && s.n - at < 4 && ((unsigned char)s.p[at] & 0xC0) == 0x80)
            at--;
        size_t i = at;
        if (!is_blank_at_end(utf8_next(s, &i)) || i != s.n)
            break;
        s.n = at;
    }
    return s;
}

/* Full-width punctuation begins with the same byte, and there is not much of it. */
static bool holds_fffd(struct slice s)
{
    const char *end = s.p + s.n;
    for (const char *p = s.p; (p = memchr(p, 0xEF, (size_t)(end - p))); p++)
        if (end - p >= 3 && p[1] == '\xBF' && p[2] == '\xBD')
            return true;
    return false;
}

struct text_cleaned text_clean(struct arena *a, struct slice s)
{
    unsigned seen = classes_of(s);
    uint32_t controls = 0;
    struct slice text = s;
    if (seen & (BYTE_CONTROL | BYTE_C1_LEAD))
        text = without_controls(a, s, &controls);
    text = trim(text);
    bool damaged = seen & BYTE_FFFD_LEAD && holds_fffd(s);
    return (struct text_cleaned){
        .text = text, .controls = controls, .altered = text.n != s.n, .damaged = damaged};
}

/* The ASCII character that a digit of another script or a full-width character stands for (the
 * blank U+3000 is full-width too), else 0. */
static char narrow(uint32_t c)
{
    if (c >= 0xFF01 && c <= 0xFF5E)
        return (char)(c - 0xFEE0);
    if (c == 0x3000)
        return ' ';
    int32_t digit = u_charDigitValue((UChar32)c);
    return digit >= 0 ? (char)('0' + digit) : 0;
}

struct slice text_digits(struct arena *a, struct slice s)
{
    char *out = NULL;
    size_t w = 0, i = 0;
    while (i < s.n) {
        size_t at = i;
        unsigned char lead = (unsigned char)s.p[i];
        bool stays = lead < 0x80 || (s.n - i >= 3 && is_han_lead(lead, (unsigned char)s.p[i + 1]));
        char c = 0;
        if (stays)
            i += lead < 0x80 ? 1 : 3;
        else
            c = narrow(utf8_next(s, &i));
        if (c && !out) {
            out = arena_alloc(a, s.n);
            memcpy(out, s.p, at);
            w = at;
        }
        if (c)
            out[w++] = c;
        else if (out)
            for (; at < i; at++)
                out[w++] = s.p[at];
    }
    return out ? slice_make(out, w) : s;
}

bool text_is_han(uint32_t c)
{
    if (c >= 0x4E00 && c <= 0x9FFF)
        return true;
    UErrorCode err = U_ZERO_ERROR;
    return c <= 0x10FFFF && uscript_getScript((UChar32)c, &err) == USCRIPT_HAN;
}
