/* Check characters. The weights of a unified code are powers of 3 modulo 31, so that its sum is a
 * polynomial at 3; an identity number read in base 13 gives its check character by one remainder.
 */
#include "sample/digits.h"

#include <string.h>

const char DIGITS_ALPHABET[31 + 1] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

static int place(char c)
{
    return (int)(strchr(DIGITS_ALPHABET, c) - DIGITS_ALPHABET);
}

/* Horner's rule from the last character to the first. */
char digits_unified(const char first17[17])
{
    int sum = 0;
    for (int i = 16; i >= 0; i--)
        sum = (sum * 3 + place(first17[i])) % 31;
    return DIGITS_ALPHABET[(31 - sum) % 31];
}

char digits_organisation(const char body[8])
{
    static const char all[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const int weights[8] = {3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (int i = 0; i < 8; i++)
        sum += (int)(strchr(all, body[i]) - all) * weights[i];
    return "0X987654321"[sum % 11];
}

/* (1 - 2 · N) mod 11, where N is the number read in base 13 (that is 2 in modulo 11). */
char digits_person(const char first17[17])
{
    int n = 0;
    for (int i = 0; i < 17; i++)
        n = (n * 2 + (first17[i] - '0')) % 11;
    return "0123456789X"[(1 - 2 * n % 11 + 11) % 11];
}

/* ISO 7064, MOD 11,10. */
char digits_registration(const char first14[14])
{
    int p = 10;
    for (int i = 0; i < 14; i++) {
        int s = p + (first14[i] - '0');
        s = s % 10 == 0 ? 10 : s % 10;
        p = s * 2 % 11;
    }
    return (char)('0' + (11 - p) % 10);
}

char digits_wrong(char right, int steps)
{
    return DIGITS_ALPHABET[(place(right) + steps) % 31];
}
