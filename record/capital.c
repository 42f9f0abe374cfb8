/* Capital is kept as text; this reads number, unit and currency out of it where there is no doubt.
 * Brackets, blanks and width mean nothing; every other character must belong to a known word. */
#include "record/capital.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "record/money.h"

enum { BYTES_MAX = 96 };

struct currency {
    const char *word;
    const char *code;
};
/* A word that another begins with stands behind it. */
static const struct currency currencies[] = {
    {"人民币", "CNY"},   {"美元", "USD"},     {"美金", "USD"},   {"港元", "HKD"},
    {"港币", "HKD"},     {"澳门元", "MOP"},   {"澳门币", "MOP"}, {"新台币", "TWD"},
    {"台币", "TWD"},     {"欧元", "EUR"},     {"日元", "JPY"},   {"日圆", "JPY"},
    {"英镑", "GBP"},     {"德国马克", "DEM"}, {"韩元", "KRW"},   {"瑞士法郎", "CHF"},
    {"法国法郎", "FRF"}, {"新加坡元", "SGD"}, {"新元", "SGD"},   {"澳大利亚元", "AUD"},
    {"澳元", "AUD"},     {"加拿大元", "CAD"}, {"加元", "CAD"},   {"新西兰元", "NZD"},
    {"瑞典克朗", "SEK"}, {"RMB", "CNY"},      {"CNY", "CNY"},    {"USD", "USD"},
    {"US$", "USD"},      {"HK$", "HKD"},      {"HKD", "HKD"},    {"EUR", "EUR"},
    {"JPY", "JPY"},      {"GBP", "GBP"},
};

/* Full-width ASCII to ASCII, blanks and brackets out. False when the rest is longer than any
 * capital. */
static bool narrow(struct slice text, char *out, size_t *ret_n)
{
    size_t n = 0, i = 0;
    while (i < text.n) {
        size_t from = i;
        uint32_t c = utf8_next(text, &i);
        if (c >= 0xFF01 && c <= 0xFF5E)
            c -= 0xFEE0;
        if (c == ' ' || c == 0x3000 || c == 0xA0 || c == '(' || c == ')' || c == '[' || c == ']')
            continue;
        if (n + 4 > BYTES_MAX)
            return false;
        if (c < 0x80)
            out[n++] = (char)c;
        else
            while (from < i)
                out[n++] = text.p[from++];
    }
    *ret_n = n;
    return true;
}

static bool is_of_number(char c)
{
    return (c >= '0' && c <= '9') || c == '.' || c == ',';
}

static bool skip(struct slice *s, const char *word)
{
    if (!slice_starts(*s, slice_of(word)))
        return false;
    *s = slice_from(*s, strlen(word));
    return true;
}

static bool currency_set(struct capital *c, const char *code)
{
    if (c->currency[0])
        return memcmp(c->currency, code, 3) == 0;
    memcpy(c->currency, code, 4);
    return true;
}

/* One word off the front of *s; false when it is unknown or contradicts what was read. */
static bool word_read(struct slice *s, struct capital *c, bool *has_yuan)
{
    if (skip(s, "万") || skip(s, "萬")) {
        bool again = c->unit != 0;
        c->unit = 10000;
        return !again;
    }
    if (skip(s, "亿")) {
        bool again = c->unit != 0;
        c->unit = 100000000;
        return !again;
    }
    for (size_t i = 0; i < ARRAY_LEN(currencies); i++)
        if (skip(s, currencies[i].word))
            return currency_set(c, currencies[i].code);
    if (skip(s, "元") || skip(s, "圆")) {
        bool again = *has_yuan;
        *has_yuan = true;
        return !again;
    }
    return *has_yuan && (skip(s, "整") || skip(s, "正"));
}

/* The currency before the number; a colon behind it says nothing. */
static void currency_first(struct slice *s, struct capital *c)
{
    for (size_t i = 0; i < ARRAY_LEN(currencies); i++)
        if (skip(s, currencies[i].word)) {
            currency_set(c, currencies[i].code);
            skip(s, ":");
            return;
        }
}

/* 伍佰万元整, 3千5百万元: in yuan. */
static bool sum_read(struct slice s, struct capital *c)
{
    struct money sum;
    char text[32];
    if ((c->currency[0] && memcmp(c->currency, "CNY", 3) != 0) || !money_read(s, &sum))
        return false;
    int n = snprintf(text, sizeof text, "%" PRId64 ".%06" PRId64, sum.micro / MONEY_MICRO,
                     sum.micro % MONEY_MICRO);
    c->unit = 1;
    memcpy(c->currency, "CNY", 4);
    return decimal_read(slice_make(text, (size_t)n), &c->number);
}

/* A number in digits, and words behind it. */
static bool words_read(struct slice s, struct capital *c)
{
    bool has_yuan = false;
    size_t digits = 0;
    while (digits < s.n && is_of_number(s.p[digits]))
        digits++;
    if (!decimal_read(slice_make(s.p, digits), &c->number))
        return false;
    s = slice_from(s, digits);
    if (s.n == 0 && !c->currency[0])
        return false;
    while (s.n)
        if (!word_read(&s, c, &has_yuan))
            return false;
    if (has_yuan && !currency_set(c, c->currency[0] ? c->currency : "CNY"))
        return false;
    if (c->unit == 0)
        c->unit = 1;
    return true;
}

bool capital_read(struct slice text, struct capital *ret)
{
    char room[BYTES_MAX];
    struct slice s = {room, 0};
    struct capital first = {.unit = 0};
    if (!narrow(text, room, &s.n))
        return false;
    currency_first(&s, &first);
    *ret = first;
    if (words_read(s, ret))
        return true;
    *ret = first;
    return sum_read(s, ret);
}
