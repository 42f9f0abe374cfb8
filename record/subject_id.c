/* Subject keys.
 *
 *   kind 1, then 18 bytes: a unified code as it is; or type 1 and the number in ASCII, zero bytes
 *   behind it; or, for a number of more than 17 bytes, one that looks like an identity number, and
 *   every natural person's, type with its high bit set, keyed hash 16, zero 1.
 *
 *   Registration number 440301103097413 of an enterprise: 01 52 "440301103097413" 00 00 */
#include "record/subject_id.h"

#include <stdio.h>
#include <string.h>

#include "record/identifier.h"

enum { KEY_BYTES = 18, NUMBER_AT = 2, NUMBER_MAX = 17, HASHED = 0x80 };

static const struct {
    const char *code, *zh, *en;
} kinds[SUBJECT_KIND_LAST + 1] = {
    [SUBJECT_WAITING] = {"", "", ""},
    [SUBJECT_ENTERPRISE] = {"enterprise", "企业", "Enterprise"},
    [SUBJECT_INDIVIDUAL] = {"individual", "个人", "Natural person"},
    [SUBJECT_INSTITUTION] = {"institution", "事业单位", "Public institution"},
    [SUBJECT_SOCIAL] = {"social-organisation", "社会组织", "Social organisation"},
    [SUBJECT_GOVERNMENT] = {"government", "机关及其他组织",
                            "Government body or other organisation"},
};

const char *subject_kind_code(enum subject_kind k)
{
    return (unsigned)k <= SUBJECT_KIND_LAST ? kinds[k].code : "";
}

const char *subject_kind_zh(enum subject_kind k)
{
    return (unsigned)k <= SUBJECT_KIND_LAST ? kinds[k].zh : "";
}

const char *subject_kind_en(enum subject_kind k)
{
    return (unsigned)k <= SUBJECT_KIND_LAST ? kinds[k].en : "";
}

enum subject_kind subject_kind_of(struct slice code)
{
    for (int k = SUBJECT_KIND_FIRST; k <= SUBJECT_KIND_LAST; k++)
        if (slice_eq(code, slice_of(kinds[k].code)))
            return (enum subject_kind)k;
    return SUBJECT_WAITING;
}

/* Whether type and number fill `key` in clear. Not when it would lead to a person (a trader's tax
 * number may be its owner's old identity number), nor when it would read as a unified code. */
static bool put_clear(enum id_type type, struct slice number, uint8_t key[KEY_BYTES])
{
    if (type == ID_PERSON || type == ID_PERSON_OTHER || number.n == 0 || number.n > NUMBER_MAX)
        return false;
    for (size_t i = 0; i < number.n; i++)
        if ((unsigned char)number.p[i] >= 0x80 || number.p[i] == 0)
            return false;
    size_t at, bytes;
    if (idnum_in_text(number, 0, &at, &bytes))
        return false;
    key[0] = (uint8_t)type;
    memcpy(key + 1, number.p, number.n);
    memset(key + 1 + number.n, 0, NUMBER_MAX - number.n);
    return !uscc_is_valid(slice_make(key, KEY_BYTES));
}

/* A number of any length; a long one goes in by its digest. */
static void put_hashed(const struct keys *k, enum id_type type, struct slice number,
                       uint8_t key[KEY_BYTES])
{
    uint8_t text[256];
    text[0] = (uint8_t)type;
    size_t n = 1 + number.n;
    if (n > sizeof text) {
        crypt_sha256(number, text + 1);
        n = 1 + 32;
    } else if (number.n) {
        memcpy(text + 1, number.p, number.n);
    }
    memset(key, 0, KEY_BYTES);
    key[0] = (uint8_t)type | HASHED;
    crypt_hash16(k, KEY_SUBJECT, slice_make(text, n), key + 1);
}

void subject_number_key(const struct keys *k, enum id_type type, struct slice number,
                        uint8_t out[KEY_BYTES])
{
    if (type == ID_USCC && number.n == KEY_BYTES)
        memcpy(out, number.p, KEY_BYTES);
    else if (!put_clear(type, number, out))
        put_hashed(k, type, number, out);
}

struct subject_id subject_id_make(const struct keys *k, enum subject_kind kind, enum id_type type,
                                  struct slice number)
{
    struct subject_id id;
    id.b[0] = (uint8_t)kind;
    /* A natural person's number is never in clear, whatever its type. */
    bool is_person = kind == SUBJECT_INDIVIDUAL;
    if (is_person && type != ID_PERSON && type != ID_PERSON_OTHER)
        type = ID_PERSON_OTHER;
    subject_number_key(k, type, number, id.b + 1);
    return id;
}

enum subject_kind subject_id_kind(const struct subject_id *id)
{
    return id->b[0] <= SUBJECT_KIND_LAST ? (enum subject_kind)id->b[0] : SUBJECT_WAITING;
}

/* By its first byte: R and T are letters of unified codes as well, I, O and S are not. */
static bool is_other_number(struct slice all)
{
    switch ((enum id_type)all.p[0]) {
    case ID_ORGANISATION:
    case ID_INSTITUTION:
    case ID_SOCIAL:
        return true;
    case ID_REGISTRATION:
    case ID_TAX:
        return !uscc_is_valid(all);
    case ID_USCC:
    case ID_PERSON:
    case ID_PERSON_OTHER:
        return false;
    }
    return false;
}

bool subject_id_number(const struct subject_id *id, enum id_type *ret_type, struct slice *ret)
{
    if (id->b[0] == SUBJECT_WAITING || (id->b[1] & HASHED))
        return false;
    struct slice all = slice_make(id->b + 1, KEY_BYTES);
    if (!is_other_number(all)) {
        *ret_type = ID_USCC;
        *ret = all;
        return true;
    }
    const char *number = (const char *)id->b + NUMBER_AT;
    *ret_type = (enum id_type)id->b[1];
    *ret = slice_make(number, strnlen(number, NUMBER_MAX));
    return true;
}

void subject_id_print(const struct subject_id *id, char out[40])
{
    enum id_type type;
    struct slice number;
    out[0] = 0;
    if (subject_id_kind(id) == SUBJECT_INDIVIDUAL || subject_id_kind(id) == SUBJECT_WAITING)
        return;
    if (!subject_id_number(id, &type, &number)) {
        out[0] = (char)(id->b[1] & ~HASHED);
        out[1] = '~';
        base32_print(id->b + 2, 16, out + 2);
        return;
    }
    char *at = out;
    if (type != ID_USCC) {
        *at++ = (char)type;
        *at++ = '-';
    }
    memcpy(at, number.p, number.n); /* of 18 bytes at most */
    at[number.n] = 0;
}
