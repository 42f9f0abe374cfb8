/* Writing of CSV: fields that come out of every reader as they went in, and out of a spreadsheet
 * too. */
#include "base/buf.h"
#include "base/csv.h"

/* [+-] digits [. digits] [e [+-] digits] */
static bool is_number(struct slice s)
{
    size_t i = s.n && (s.p[0] == '+' || s.p[0] == '-') ? 1 : 0;
    size_t digits = 0;
    for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
        digits++;
    if (i < s.n && s.p[i] == '.')
        for (i++; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
            digits++;
    if (digits && i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
        i++;
        i += i < s.n && (s.p[i] == '+' || s.p[i] == '-');
        return slice_all_digits(slice_from(s, i));
    }
    return digits && i == s.n;
}

/* Quoted, it can be told from a blank line, from a mark at the beginning of the file, and from a
 * field of which a spreadsheet trims the blanks. */
static bool needs_quotes(struct slice s, bool is_first)
{
    if (s.n == 0)
        return is_first;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == ',' || s.p[i] == '"' || s.p[i] == '\n' || s.p[i] == '\r')
            return true;
    bool blank_end = s.p[0] == ' ' || s.p[0] == '\t' || s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t';
    return blank_end || (is_first && slice_starts(s, SLICE("\xEF\xBB\xBF")));
}

/* `defuse` (0: none) goes before what a spreadsheet would not leave alone. */
static void put(struct buf *b, struct slice field, bool is_first, char defuse)
{
    bool quotes = defuse == '\t' || needs_quotes(field, is_first);
    if (!is_first)
        buf_add_char(b, ',');
    if (quotes)
        buf_add_char(b, '"');
    if (defuse)
        buf_add_char(b, defuse);
    while (field.n) {
        const char *quote = memchr(field.p, '"', field.n);
        size_t n = quote ? (size_t)(quote + 1 - field.p) : field.n;
        buf_add(b, field.p, n);
        if (quote)
            buf_add_char(b, '"');
        field = slice_from(field, n);
    }
    if (quotes)
        buf_add_char(b, '"');
}

void csv_put(struct buf *b, struct slice field, bool is_first)
{
    bool is_formula = field.n && memchr("=+-@", field.p[0], 4) && !is_number(field);
    put(b, field, is_first, is_formula ? '\'' : 0);
}

/* The ASCII character that a full-width one stands for; others as they are. */
static uint32_t narrow(uint32_t c)
{
    return c >= 0xFF01 && c <= 0xFF5E ? c - 0xFEE0 : c;
}

/* May stand in what a spreadsheet takes for a number or a time: 年月日时分秒, ¥ and ASCII. */
static bool may_be_value(uint32_t c)
{
    static const uint32_t others[] = {0x5E74, 0x6708, 0x65E5, 0x65F6, 0x5206,
                                      0x79D2, 0xA5,   0xFFE5, 0x3000, 0xA0};
    if (c < 0x80)
        return true;
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (c == others[i])
            return true;
    return false;
}

/* A formula, or nothing but what numbers, dates and codes are made of, with a digit among it. */
static bool would_be_reread(struct slice s)
{
    bool has_digit = false, all = true;
    for (size_t i = 0; i < s.n;) {
        bool is_first = i == 0;
        uint32_t c = narrow(utf8_next(s, &i));
        if (is_first && (c == '=' || c == '+' || c == '-' || c == '@'))
            return true;
        has_digit = has_digit || (c >= '0' && c <= '9');
        all = all && may_be_value(c);
    }
    return has_digit && all;
}

void csv_put_as_text(struct buf *b, struct slice field, bool is_first)
{
    put(b, field, is_first, would_be_reread(field) ? '\t' : 0);
}
