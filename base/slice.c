/* Borrowed bytes: comparing, splitting, numbers, and the walk over UTF-8. Needs no memory. */
#include "base/slice.h"

int slice_cmp(struct slice a, struct slice b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    if (c != 0)
        return c;
    return a.n < b.n ? -1 : a.n > b.n;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool slice_eq_nocase(struct slice a, struct slice b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

bool slice_starts(struct slice s, struct slice head)
{
    return s.n >= head.n && (head.n == 0 || memcmp(s.p, head.p, head.n) == 0);
}

/* The last byte first: it tells most texts apart that begin alike, as Han characters do. */
bool slice_ends(struct slice s, struct slice tail)
{
    if (tail.n == 0)
        return true;
    return s.n >= tail.n && s.p[s.n - 1] == tail.p[tail.n - 1] &&
           memcmp(s.p + s.n - tail.n, tail.p, tail.n) == 0;
}

/* In less text than this memmem has no time to make up for the table that it sets up first. */
enum { SHORT_BYTES = 128 };

static const char *find_short(struct slice s, struct slice what)
{
    const char *p = s.p, *last = s.p + (s.n - what.n);
    for (; p <= last; p++)
        if (p[0] == what.p[0] && p[what.n - 1] == what.p[what.n - 1] &&
            memcmp(p, what.p, what.n) == 0)
            return p;
    return NULL;
}

ptrdiff_t slice_find(struct slice s, struct slice what, size_t from)
{
    if (from > s.n)
        return -1;
    if (what.n == 0)
        return (ptrdiff_t)from;
    if (s.n - from < what.n)
        return -1; /* also for an absent slice: memmem takes no NULL */
    const char *hit = s.n - from < SHORT_BYTES ? find_short(slice_from(s, from), what)
                                               : memmem(s.p + from, s.n - from, what.p, what.n);
    return hit ? hit - s.p : -1;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' || c == '\f';
}

struct slice slice_trim(struct slice s)
{
    while (s.n && is_blank(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

struct slice slice_cut(struct slice *s, char sep)
{
    const char *hit = s->n ? memchr(s->p, sep, s->n) : NULL;
    if (!hit) {
        struct slice all = *s;
        *s = (struct slice){0};
        return all;
    }
    struct slice head = {s->p, (size_t)(hit - s->p)};
    *s = (struct slice){hit + 1, s->n - head.n - 1};
    return head;
}

bool slice_u64(struct slice s, uint64_t *ret)
{
    uint64_t v = 0;
    if (s.n == 0 || s.n > 20)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        if (__builtin_mul_overflow(v, 10u, &v) ||
            __builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v))
            return false;
    }
    *ret = v;
    return true;
}

bool slice_i64(struct slice s, int64_t *ret)
{
    bool negative = s.n && s.p[0] == '-';
    uint64_t v;
    if (!slice_u64(negative ? slice_from(s, 1) : s, &v) || v > (uint64_t)INT64_MAX)
        return false;
    *ret = negative ? -(int64_t)v : (int64_t)v;
    return true;
}

bool slice_all_digits(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

/* Bytes of the well-formed character at s.p[i], 0 when it is ill-formed. */
static size_t char_bytes(struct slice s, size_t i)
{
    const unsigned char *p = (const unsigned char *)s.p + i;
    size_t left = s.n - i;
    if (p[0] < 0x80)
        return 1;
    if (p[0] < 0xC2 || p[0] > 0xF4)
        return 0;
    size_t n = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    if (left < n)
        return 0;
    for (size_t k = 1; k < n; k++)
        if ((p[k] & 0xC0) != 0x80)
            return 0;
    if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) ||
        (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F))
        return 0;
    return n;
}

/* U+1000 to U+CFFF: three bytes without exceptions. */
static inline bool is_plain_three(const unsigned char *p)
{
    return p[0] >= 0xE1 && p[0] <= 0xEC && (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80;
}

size_t utf8_valid_prefix(struct slice s)
{
    size_t i = 0;
    while (i < s.n) {
        /* Eight ASCII bytes at a time: most codes, numbers and punctuation are. */
        while (i + 8 <= s.n) {
            uint64_t w;
            memcpy(&w, s.p + i, 8);
            if (w & UINT64_C(0x8080808080808080))
                break;
            i += 8;
        }
        /* Runs of Han characters: a lead byte with which every pair of followers is well-formed. */
        while (i + 3 <= s.n && is_plain_three((const unsigned char *)s.p + i))
            i += 3;
        if (i >= s.n)
            break;
        size_t n = char_bytes(s, i);
        if (n == 0)
            return i;
        i += n;
    }
    return s.n;
}

uint32_t utf8_next(struct slice s, size_t *i)
{
    const unsigned char *p = (const unsigned char *)s.p + *i;
    size_t n = char_bytes(s, *i);
    *i += n ? n : 1;
    switch (n) {
    case 1:
        return p[0];
    case 2:
        return (uint32_t)(p[0] & 0x1F) << 6 | (p[1] & 0x3F);
    case 3:
        return (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
    case 4:
        return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3F) << 12 |
               (uint32_t)(p[2] & 0x3F) << 6 | (p[3] & 0x3F);
    default:
        return 0xFFFD;
    }
}

size_t utf8_put(char out[4], uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3F));
    out[2] = (char)(0x80 | (c >> 6 & 0x3F));
    out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

size_t utf8_count(struct slice s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.n; i++)
        count += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return count;
}
