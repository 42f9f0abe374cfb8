/* Sums in words of a decision. A sum is a numeral with 元 or 圆 behind it; what comes without is a
 * date, a number of an article, or a guess. */
#include "record/money.h"

#include "base/attr.h"

enum { FRACTION_DIGITS = 6, YI = 100000000, WAN = 10000 };

int64_t money_unit(struct slice unit)
{
    if (slice_eq(unit, SLICE("元")))
        return 1;
    if (slice_eq(unit, SLICE("万元")))
        return WAN;
    return slice_eq(unit, SLICE("亿元")) ? YI : 0;
}

/* Characters of a numeral. */
enum mark { MARK_NONE, MARK_DIGIT, MARK_POINT, MARK_COMMA, MARK_UNIT };
struct sign {
    enum mark mark;
    bool is_han;   /* of a digit */
    int64_t value; /* of a digit or unit */
};

static struct sign sign_of(uint32_t c)
{
    static const struct {
        uint32_t c;
        int value;
    } han[] = {
        {0x96F6, 0},   {0x3007, 0},    {0x4E00, 1},    {0x4E8C, 2},   {0x4E24, 2},   {0x4E09, 3},
        {0x56DB, 4},   {0x4E94, 5},    {0x516D, 6},    {0x4E03, 7},   {0x516B, 8},   {0x4E5D, 9},
        {0x58F9, 1},   {0x8D30, 2},    {0x53C1, 3},    {0x8086, 4},   {0x4F0D, 5},   {0x9646, 6},
        {0x67D2, 7},   {0x634C, 8},    {0x7396, 9},    {0x5341, 10},  {0x62FE, 10},  {0x767E, 100},
        {0x4F70, 100}, {0x5343, 1000}, {0x4EDF, 1000}, {0x4E07, WAN}, {0x842C, WAN}, {0x4EBF, YI},
    };
    if (c >= 0xFF01 && c <= 0xFF5E)
        c -= 0xFEE0;
    if (c >= '0' && c <= '9')
        return (struct sign){MARK_DIGIT, false, c - '0'};
    if (c == '.' || c == ',')
        return (struct sign){c == '.' ? MARK_POINT : MARK_COMMA, false, 0};
    for (size_t i = 0; c >= 0x3007 && i < ARRAY_LEN(han); i++)
        if (han[i].c == c)
            return (struct sign){han[i].value < 10 ? MARK_DIGIT : MARK_UNIT, true, han[i].value};
    return (struct sign){MARK_NONE, false, 0};
}

/* A numeral while it is read, in millionths. */
struct numeral {
    int64_t total;   /* of what 万 or 亿 closed */
    int64_t section; /* since then */
    int64_t number;  /* digits that no unit followed yet */
    bool has_number;
    int fraction; /* digits behind the point, or -1 */
    bool is_wrong;
};

static int64_t times(struct numeral *n, int64_t a, int64_t b)
{
    int64_t v = 0;
    n->is_wrong |= __builtin_mul_overflow(a, b, &v);
    return v;
}

static int64_t plus(struct numeral *n, int64_t a, int64_t b)
{
    int64_t v = 0;
    n->is_wrong |= __builtin_add_overflow(a, b, &v);
    return v;
}

static void digit_put(struct numeral *n, int64_t digit)
{
    n->has_number = true;
    if (n->fraction < 0) {
        n->number = plus(n, times(n, n->number, 10), digit * MONEY_MICRO);
        return;
    }
    int64_t place = MONEY_MICRO;
    for (int i = 0; i <= n->fraction && place; i++)
        place /= 10;
    n->is_wrong |= place == 0 && digit != 0;
    n->number = plus(n, n->number, digit * place);
    n->fraction++;
}

static void unit_put(struct numeral *n, int64_t unit)
{
    /* 十二: the one before 十 is not written. */
    int64_t number = n->has_number || unit >= WAN ? n->number : MONEY_MICRO;
    if (unit < WAN) {
        n->section = plus(n, n->section, times(n, number, unit));
    } else {
        bool is_bare = n->section == 0 && !n->has_number; /* 万元; but 一万亿: the whole again */
        n->is_wrong |= is_bare && (n->total == 0 || unit < YI);
        int64_t closed = is_bare ? n->total : plus(n, n->section, number);
        closed = times(n, closed, unit);
        n->total = is_bare ? closed : plus(n, n->total, closed);
        n->section = 0;
    }
    n->number = 0;
    n->has_number = false;
    n->fraction = -1;
}

/* Three digits behind a comma make it a separator; else it ends the numeral. */
static bool is_separator(struct slice text, size_t behind)
{
    size_t i = behind;
    for (int n = 0; n < 4; n++) {
        struct sign s = i < text.n ? sign_of(utf8_next(text, &i)) : (struct sign){0};
        bool is_digit = s.mark == MARK_DIGIT && !s.is_han;
        if (is_digit != (n < 3))
            return false;
    }
    return true;
}

static bool point_put(struct numeral *n)
{
    bool fine = n->has_number && n->fraction < 0;
    n->fraction = 0;
    return fine;
}

/* Reads as far as it is a numeral; *i is behind it. */
static struct numeral numeral_read(struct slice text, size_t *i)
{
    struct numeral n = {.fraction = -1};
    while (*i < text.n) {
        size_t next = *i;
        struct sign s = sign_of(utf8_next(text, &next));
        if (s.mark == MARK_NONE || (s.mark == MARK_COMMA && !is_separator(text, next)))
            break;
        if (s.mark == MARK_DIGIT)
            digit_put(&n, s.value);
        else if (s.mark == MARK_UNIT)
            unit_put(&n, s.value);
        else if (s.mark == MARK_POINT && !point_put(&n))
            break;
        *i = next;
    }
    n.total = plus(&n, n.total, plus(&n, n.section, n.number));
    return n;
}

static bool skip(struct slice text, size_t *i, struct slice word)
{
    if (!slice_starts(slice_from(text, *i), word))
        return false;
    *i += word.n;
    return true;
}

/* 五角, 三分: one digit each. */
static int64_t small_read(struct slice text, size_t *i, struct slice word, int64_t worth)
{
    size_t at = *i;
    struct sign s = at < text.n ? sign_of(utf8_next(text, &at)) : (struct sign){0};
    if (s.mark != MARK_DIGIT || !skip(text, &at, word))
        return 0;
    *i = at;
    return s.value * worth;
}

/* A sum that begins at *i, which moves behind what was read of it. */
static bool sum_read(struct slice text, size_t *i, struct money *ret)
{
    struct numeral n = numeral_read(text, i);
    if (!skip(text, i, SLICE("元")) && !skip(text, i, SLICE("圆")))
        return false;
    n.total = plus(&n, n.total, small_read(text, i, SLICE("角"), MONEY_MICRO / 10));
    n.total = plus(&n, n.total, small_read(text, i, SLICE("分"), MONEY_MICRO / 100));
    ret->micro = n.total;
    return !n.is_wrong;
}

static bool begins_numeral(struct slice text, size_t i)
{
    enum mark mark = i < text.n ? sign_of(utf8_next(text, &i)).mark : MARK_NONE;
    return mark == MARK_DIGIT || mark == MARK_UNIT;
}

bool money_in_text(struct slice text, size_t from, struct money *ret, size_t *ret_end)
{
    for (size_t i = from; i < text.n;) {
        size_t end = i;
        if (begins_numeral(text, i) && sum_read(text, &end, ret)) {
            *ret_end = end;
            return true;
        }
        if (end > i)
            i = end;
        else
            utf8_next(text, &i);
    }
    return false;
}

bool money_read(struct slice text, struct money *ret)
{
    size_t i = 0;
    if (!begins_numeral(text, 0) || !sum_read(text, &i, ret))
        return false;
    if (!skip(text, &i, SLICE("整")))
        skip(text, &i, SLICE("正"));
    return i == text.n;
}

bool money_of(struct slice number, int64_t unit, struct money *ret)
{
    struct numeral n = {.fraction = -1};
    bool negative = slice_starts(number, SLICE("-"));
    for (size_t i = negative; i < number.n; i++) {
        if (number.p[i] == '.')
            n.fraction = 0;
        else
            digit_put(&n, number.p[i] - '0');
    }
    int64_t micro = times(&n, n.number, negative ? -unit : unit);
    ret->micro = micro;
    return !n.is_wrong && number.n > 0;
}
