#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/crypt.h"
#include "base/slice.h"

/* Who a record is about, as a key: one kind byte (which of the five stores, 五个主体库) and 18
 * bytes. */

enum subject_kind {
    SUBJECT_WAITING =
        0, /* a revoke whose record is not known yet; the 18 bytes are the record id */
    SUBJECT_ENTERPRISE = 1,
    SUBJECT_INDIVIDUAL = 2,
    SUBJECT_INSTITUTION = 3,
    SUBJECT_SOCIAL = 4,
    SUBJECT_GOVERNMENT = 5, /* and others */
};
enum { SUBJECT_KIND_FIRST = 1, SUBJECT_KIND_LAST = 5, SUBJECT_ID_BYTES = 19 };

/* What a number is. The letter is stored and printed. */
enum id_type {
    ID_USCC = 'U',         /* 统一社会信用代码 */
    ID_REGISTRATION = 'R', /* 工商注册号 */
    ID_ORGANISATION = 'O', /* 组织机构代码 */
    ID_TAX = 'T',          /* 税务登记号 */
    ID_INSTITUTION = 'I',  /* 事业单位证书号 */
    ID_SOCIAL = 'S',       /* 社会组织登记证号 */
    ID_PERSON = 'P',       /* 公民身份号码 */
    ID_PERSON_OTHER = 'Q', /* another document of a natural person */
};

struct subject_id {
    uint8_t b[SUBJECT_ID_BYTES];
};

/* "enterprise", "individual", "institution", "social-organisation", "government"; "" for kind 0. */
const char *subject_kind_code(enum subject_kind k);
const char *subject_kind_zh(enum subject_kind k);
const char *subject_kind_en(enum subject_kind k);
enum subject_kind subject_kind_of(struct slice code);

/* The only constructor. `number` is normalised (text_code) and, for ID_USCC, checked by the caller.
 * A unified code is kept as it is; another number of at most 17 ASCII bytes as type byte +
 * zero-padded number; a longer one, and every number of a natural person, as type byte with its
 * high bit set + keyed hash + 0 (design §4). */
struct subject_id subject_id_make(const struct keys *k, enum subject_kind kind, enum id_type type,
                                  struct slice number);
enum subject_kind subject_id_kind(const struct subject_id *id);
/* How the subject is shown and addressed: the unified code; "R-440101…" for another number in
 * clear; "R~" + base32 for a hashed one. NUL-terminated. Natural persons have no address: "". */
void subject_id_print(const struct subject_id *id, char out[40]);
/* Type and number in clear of a key; false when it is hashed. The slice points into *id. */
bool subject_id_number(const struct subject_id *id, enum id_type *ret_type, struct slice *ret);
/* Type byte + zero-padded number, or hashed where subject_id_make hashes (link keys): 18 bytes. */
void subject_number_key(const struct keys *k, enum id_type type, struct slice number,
                        uint8_t out[18]);
