/* Codes of organisations: the unified social credit code, the organisation code within it, the
 * older registration number. Only checks; nothing is repaired, and a wrong character is never
 * guessed. */
#include "record/identifier.h"

#include <string.h>

/* GB 32100-2015: without I O S V Z. */
static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
enum { ALPHABET = 31, USCC = 18, ORGCODE = 9, REGNO = 15 };

/* The value of a character and one more; 0 for a character that is not in the alphabet. Every
 * subject key that is read is checked, so there is no search here. */
static const uint8_t values[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
    ['G'] = 17, ['H'] = 18, ['J'] = 19, ['K'] = 20, ['L'] = 21, ['M'] = 22, ['N'] = 23, ['P'] = 24,
    ['Q'] = 25, ['R'] = 26, ['T'] = 27, ['U'] = 28, ['W'] = 29, ['X'] = 30, ['Y'] = 31,
};

char uscc_check_char(const char first17[17])
{
    static const uint8_t weights[17] = {1,  3,  9,  27, 19, 26, 16, 17, 20,
                                        29, 25, 13, 8,  24, 10, 30, 28};
    unsigned sum = 0;
    bool is_foreign = false;
    for (int i = 0; i < 17; i++) {
        unsigned v = values[(unsigned char)first17[i]];
        is_foreign |= v == 0;
        sum += (v - 1) * weights[i];
    }
    if (is_foreign)
        return 0;
    return alphabet[(ALPHABET - sum % ALPHABET) % ALPHABET];
}

bool uscc_is_valid(struct slice code)
{
    char fits = code.n == USCC ? uscc_check_char(code.p) : 0;
    return fits && fits == code.p[17];
}

bool orgcode_is_valid(struct slice code)
{
    static const uint8_t weights[8] = {3, 7, 9, 10, 5, 8, 4, 2};
    if (code.n != ORGCODE)
        return false;
    unsigned sum = 0;
    for (int i = 0; i < 8; i++) {
        char c = code.p[i];
        if (c >= '0' && c <= '9')
            sum += (unsigned)(c - '0') * weights[i];
        else if (c >= 'A' && c <= 'Z')
            sum += (unsigned)(c - 'A' + 10) * weights[i];
        else
            return false;
    }
    unsigned r = 11 - sum % 11;
    return code.p[8] == (r == 10 ? 'X' : r == 11 ? '0' : (char)('0' + r));
}

bool regno_is_valid(struct slice code)
{
    if (code.n != REGNO || !slice_all_digits(code))
        return false;
    unsigned p = 10;
    for (int i = 0; i < 14; i++) {
        p = (p + (unsigned)(code.p[i] - '0')) % 10;
        p = (p ? p : 10) * 2 % 11;
    }
    return (unsigned)(code.p[14] - '0') == (11 - p) % 10;
}

/* One character repeated, whatever the last one is: 00000000000000000X stands for "unknown" in real
 * files. Or the digits in their order: 123456789012345678, whose check is right. */
static bool is_filler(struct slice code)
{
    bool is_same = true, is_next = true;
    for (size_t i = 1; i + 1 < code.n && (is_same || is_next); i++) {
        char before = code.p[i - 1], c = code.p[i];
        is_same = is_same && c == before;
        is_next = is_next && c >= '0' && c <= '9' && c == (before == '9' ? '0' : before + 1);
    }
    return is_same || is_next;
}

static bool is_all_in_alphabet(struct slice code)
{
    for (size_t i = 0; i < code.n; i++)
        if (values[(unsigned char)code.p[i]] == 0)
            return false;
    return true;
}

static enum rule shape_of(struct slice code)
{
    if (code.n == 0)
        return RULE_USCC_MISSING;
    if (code.n >= ORGCODE && is_filler(code))
        return RULE_USCC_PLACEHOLDER;
    if (code.n == USCC && is_all_in_alphabet(code))
        /* An identity number passes the check of a unified code once in 31 times, and what passes
         * is shown to everyone. */
        return idnum_is_instead(code) ? RULE_USCC_IS_PERSON : RULE_NONE;
    if (regno_is_valid(code))
        return RULE_USCC_IS_REGISTRATION;
    if (orgcode_is_valid(code))
        return RULE_USCC_IS_ORGANISATION;
    return utf8_count(code) == USCC ? RULE_USCC_ALPHABET : RULE_USCC_LENGTH;
}

static void class_of(const struct tables *t, const char *pair, struct uscc_result *ret)
{
    for (size_t i = 0; i < t->class_count; i++) {
        if (memcmp(t->classes[i].pair, pair, 2) == 0) {
            ret->kind = (enum subject_kind)t->classes[i].kind;
            return;
        }
    }
    ret->class_unknown = true;
    ret->kind = pair[0] == '9' ? SUBJECT_ENTERPRISE : SUBJECT_GOVERNMENT;
}

/* 0, which no division is, when the six characters are not digits. */
static unsigned division_of(const char *p)
{
    unsigned v = 0;
    for (int i = 0; i < 6; i++) {
        if (p[i] < '0' || p[i] > '9')
            return 0;
        v = v * 10 + (unsigned)(p[i] - '0');
    }
    return v;
}

struct uscc_result uscc_check(const struct tables *t, struct slice code)
{
    struct uscc_result ret = {.rejected = shape_of(code)};
    if (ret.rejected)
        return ret;
    char fits = uscc_check_char(code.p);
    if (fits != code.p[17]) {
        ret.rejected = RULE_USCC_CHECK;
        ret.fitting = fits;
        return ret;
    }
    class_of(t, code.p, &ret);
    ret.inner_wrong = !orgcode_is_valid((struct slice){code.p + 8, ORGCODE});
    ret.division_unknown = !tables_division_known(t, division_of(code.p + 2));
    return ret;
}
