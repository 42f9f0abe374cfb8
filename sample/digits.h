#pragma once

/* Check characters by the words of the standards, reckoned another way than in record/: a sample
 * that shared its arithmetic with the register could not find it wrong. */

/* GB 32100-2015: the eighteenth character; all are of its alphabet. */
char digits_unified(const char first17[17]);
/* GB 11714-1997: the ninth character. */
char digits_organisation(const char body[8]);
/* GB 11643-1999: the eighteenth character. */
char digits_person(const char first17[17]);
/* GS 15-2006: the fifteenth digit. */
char digits_registration(const char first14[14]);

/* The 31 characters of unified codes, in the order of their values. */
extern const char DIGITS_ALPHABET[31 + 1];
/* Another check character than the right one, `steps` (1 to 30) further. */
char digits_wrong(char right, int steps);
