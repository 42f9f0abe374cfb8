#pragma once
#include <stdbool.h>

#include "base/civil.h"
#include "base/slice.h"
#include "record/rule.h"
#include "record/subject_id.h"
#include "record/tables.h"

/* Checking of identifiers: GB 32100-2015, GB 11714-1997, GB 11643-1999, GS 15-2006. All take text
 * that went through text_code: NFKC, upper case, no blanks or hyphens. Pure; nothing is repaired.
 */

/* Unified social credit code, GB 32100-2015. */
struct uscc_result {
    enum rule rejected;    /* 0, or RULE_USCC_MISSING, _LENGTH, _ALPHABET, _CHECK, _PLACEHOLDER,
                              _IS_REGISTRATION, _IS_ORGANISATION */
    char fitting;          /* with _CHECK: the check character that would fit */
    bool inner_wrong;      /* the organisation code within has a wrong check character: a warning */
    bool class_unknown;    /* the pair of the first two characters is not in the table: a warning */
    bool division_unknown; /* neither a current nor a historical division: a note */
    enum subject_kind kind; /* by the class table; SUBJECT_ENTERPRISE for an unknown class beginning
                               with 9, else SUBJECT_GOVERNMENT */
};
struct uscc_result uscc_check(const struct tables *t, struct slice code);
/* Outer check alone: 18 characters of the alphabet and the right check character. */
bool uscc_is_valid(struct slice code);
/* The right check character for the first 17, or 0 when one is outside the alphabet. */
char uscc_check_char(const char first17[17]);

/* Organisation code, GB 11714-1997: nine characters with the check character right. */
bool orgcode_is_valid(struct slice code);
/* Registration number, GS 15-2006: 15 digits with the check digit right. Older ones cannot be
 * checked. */
bool regno_is_valid(struct slice code);

/* Citizen identity number, GB 11643-1999, 18 or 15 characters. */
struct idnum_result {
    enum rule rejected; /* 0, or RULE_IDNUM_LENGTH, _ALPHABET, _DATE, _PROVINCE, _CHECK */
    char number[18];    /* the 18-character form (15-digit ones are lengthened) */
    struct day born;
};
/* `born_min`: the earliest birth day believed; `today`: no birth after it. */
struct idnum_result idnum_check(struct slice code, struct day born_min, struct day today);

/* Whether two digits begin the numbers of a province, or of Taiwan, Hong Kong or Macao residents.
 */
bool idnum_is_province(const char p[2]);
/* Whether 18 or 15 ASCII digits (the last of 18 may be X) have the shape of an identity number: a
 * known province and a plausible date (1800 to 2100), whatever the check character says; not so
 * what is for certain a unified code (both check characters right, and a province where its
 * division stands), nor a registration number. */
bool idnum_is_shaped(struct slice digits);
/* Whether a code of 18 characters is an identity number rather than a unified code: of that shape,
 * and one of the two check characters is right. */
bool idnum_is_instead(struct slice code);

/* Finding identity numbers inside text, for masking; the shape is enough. Digits of any width;
 * blanks or hyphens between the digits, up to three, do not hide it, nor does a point, a stroke or
 * a low line, if it has 18 digits and a right check character. A number begins and ends where a
 * group of digits does; within a longer group only one of 18 digits whose check character is
 * right and whose person was born before 2001. Looks from byte `from` on. */
bool idnum_in_text(struct slice text, size_t from, size_t *ret_at, size_t *ret_bytes);
/* False for nearly all text that holds none, and cheap. */
bool idnum_may_be_in_text(struct slice text);
/* The text with every such number masked: first and last character kept, "*" for each between,
 * blanks between them left out. The input itself when there is none; never longer, and nothing is
 * found in it any more. */
struct slice idnum_mask_text(struct arena *a, struct slice text);
