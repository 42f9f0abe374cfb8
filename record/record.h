#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/civil.h"
#include "base/crypt.h"
#include "base/slice.h"
#include "record/catalogue.h"
#include "record/record_id.h"
#include "record/subject_id.h"
#include "record/version.h"

/* A record as it is stored (design §5): a header of fixed places, what it says of its subject, and
 * its items already rendered as JSON members in groups by who may see them, so that a reader copies
 * bytes. */

enum record_flag {
    RECORD_REVOKED = 1,      /* its current version is a revoke */
    RECORD_HAS_PROVIDER = 2, /* the provider gave a version */
};

struct record_head {
    uint8_t flags;
    uint16_t theme;
    uint32_t entry; /* version of the catalogue entry by which it was judged */
    struct version version;
    struct record_id id;
    struct utc_ms current_from; /* when this version became the current one */
    struct day day;             /* the theme's day of the record */
    struct day public_until;    /* DAY_FOREVER, or the first day on which it is no longer public;
                                   DAY_NONE: never public */
    struct day ended;        /* when what it tells of ended, where an item says so; or DAY_NONE */
    struct day retain_until; /* DAY_FOREVER, or the first day on which it may be in no answer any
                                more; public_until is never later */
    uint8_t visibility;      /* enum visibility of the theme when it was judged */
};

/* A number by which its subject is also known. */
struct record_number {
    enum id_type type;
    struct slice number;
};
struct wire;
/* Numbers as they lie in records and subject rows: count, then type 1 and counted bytes each. */
void record_numbers_put(struct buf *b, const struct record_number *numbers, unsigned count);
/* Borrowed. At most RECORD_NUMBERS_MAX; CE_FORMAT beyond, a cut end shows in the wire. */
int record_numbers_read(struct wire *w, struct record_number *ret, unsigned *ret_count);
bool record_numbers_equal(const struct record_number *a, unsigned a_count,
                          const struct record_number *b, unsigned b_count);
enum record_name_kind { RECORD_NAME_MAIN = 0, RECORD_NAME_FORMER = 1, RECORD_NAME_ADDITIONAL = 2 };
struct record_name {
    enum record_name_kind kind;
    struct slice text;
};
enum { RECORD_NAMES_MAX = 8, RECORD_NUMBERS_MAX = 6 };

/* What a record says of its subject. */
struct record_about {
    bool is_registration; /* its names are the subject's own */
    struct record_name names[RECORD_NAMES_MAX];
    unsigned name_count;
    struct slice status, district;
    struct record_number numbers[RECORD_NUMBERS_MAX]; /* of registrations only */
    unsigned number_count;
};

struct record {
    struct record_head head;
    struct slice
        identity; /* "\1" + record id text, or "\2" + identity items; empty when it is sealed */
    struct slice document; /* document number as shown, may be empty */
    struct record_about about;
    /* JSON members without braces: "a":"x","b":"y". An item that is masked for the public stands in
     * `pub` masked and in clear in the group that may see it, or in `sealed`. */
    struct slice pub, aut, gov, none;
    struct slice amounts;  /* members: item → {"number":"183.8","unit":"万","currency":"CNY"}, of
                              what everybody may see in clear; derived from the items */
    struct slice received; /* members: item → text before cleaning altered it */
    struct slice sealed;   /* crypt_seal of {"i":"identity","c":{item:clear},"r":{item:received}},
                              each part only if any */
};

/* Appends the stored bytes. */
void record_encode(const struct record *r, struct buf *ret);
/* Everything borrowed from `bytes`. CE_FORMAT. */
int record_decode(struct slice bytes, struct record *ret);
/* The header and `about` alone, which stand first; what is behind them is not looked at. CE_FORMAT.
 */
int record_decode_about(struct slice bytes, struct record *ret);
/* The header alone. CE_FORMAT. */
int record_decode_head(struct slice bytes, struct record_head *ret);
/* Changes the header of encoded bytes in place. */
void record_patch_head(char *bytes, const struct record_head *head);

/* One item in clear: what digest and the slow path work on. */
struct record_item {
    struct slice code;
    struct slice value;
};
/* All non-empty cleaned items in clear, ascending by code, and the identity; decrypts. Amounts are
 * left out, for the items say them. CE_CRYPT,
 * CE_FORMAT. */
int record_items(struct arena *a, const struct keys *k, const struct record *r,
                 struct slice *ret_identity, struct record_item **ret_items, size_t *ret_count);
