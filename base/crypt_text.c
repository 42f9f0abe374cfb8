/* Bytes as text: hexadecimal digits for digests, base32 for what people copy and read out (record
 * ids). Every value has exactly one text and every text at most one value, save for the case of its
 * letters; otherwise one record would have several addresses. */
#include "base/crypt.h"

void hex_print(const void *p, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *from = p;
    for (size_t i = 0; i < n; i++) {
        *out++ = digits[from[i] >> 4];
        *out++ = digits[from[i] & 15];
    }
    *out = '\0';
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool hex_parse(struct slice s, void *out, size_t n)
{
    if (s.n % 2 || s.n / 2 != n)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (hex_value(s.p[i]) < 0)
            return false;
    uint8_t *to = out;
    for (size_t i = 0; i < n; i++)
        to[i] =
            (uint8_t)((unsigned)hex_value(s.p[2 * i]) << 4 | (unsigned)hex_value(s.p[2 * i + 1]));
    return true;
}

void base32_print(const void *p, size_t n, char *out)
{
    static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
    const uint8_t *from = p;
    unsigned held = 0, bits = 0;
    for (size_t i = 0; i < n; i++) {
        held = (held << 8 | from[i]) & 0xFFF;
        for (bits += 8; bits >= 5; bits -= 5)
            *out++ = digits[held >> (bits - 5) & 31];
    }
    if (bits)
        *out++ = digits[held << (5 - bits) & 31];
    *out = '\0';
}

static int base32_value(char c)
{
    if (c >= 'a' && c <= 'z')
        return c - 'a';
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= '2' && c <= '7')
        return c - '2' + 26;
    return -1;
}

bool base32_parse(struct slice s, void *out, size_t n)
{
    if (n > SIZE_MAX / 8 - 1 || s.n != (8 * n + 4) / 5)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (base32_value(s.p[i]) < 0)
            return false;
    /* The last character may carry bits that no byte takes; only zeros are canonical. */
    size_t spare = 5 * s.n - 8 * n;
    if (spare && base32_value(s.p[s.n - 1]) & ((1 << spare) - 1))
        return false;
    uint8_t *to = out;
    unsigned held = 0, bits = 0;
    for (size_t i = 0; i < s.n; i++) {
        held = (held << 5 | (unsigned)base32_value(s.p[i])) & 0xFFF;
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            *to++ = (uint8_t)(held >> bits);
        }
    }
    return true;
}
