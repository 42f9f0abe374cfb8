#pragma once
#include <stdint.h>

#include "base/civil.h"
#include "base/slice.h"
#include "base/wire.h"
#include "record/category.h"
#include "record/record_id.h"
#include "record/subject_id.h"
#include "record/version.h"

/* Builds and takes apart every key with fixed places (design §6). Integers are big-endian, so that
 * byte order is the order we walk in. */

/* record: subject 19, category 1, day descending 4, record number 8. Also the locator in by_source.
 */
enum { RECORD_KEY_BYTES = 32 };
struct record_key {
    uint8_t b[RECORD_KEY_BYTES];
};
struct record_key record_key_make(const struct subject_id *subject, enum category category,
                                  struct day day, uint64_t number);
struct subject_id record_key_subject(const struct record_key *k);
enum category record_key_category(const struct record_key *k);
struct day record_key_day(const struct record_key *k);
uint64_t record_key_number(const struct record_key *k);
/* The beginning shared by a subject's records of one category: 20 bytes of the key. */
enum { RECORD_KEY_CATEGORY_BYTES = 20 };

/* history: record number 8, version 28. */
enum { HISTORY_KEY_BYTES = 36 };
struct history_key {
    uint8_t b[HISTORY_KEY_BYTES];
};
struct history_key history_key_make(uint64_t number, const struct version *v);

/* link: number key 18 (subject_number_key), subject 19. */
enum { LINK_KEY_BYTES = 37 };
struct link_key {
    uint8_t b[LINK_KEY_BYTES];
};
struct link_key link_key_make(const uint8_t number[18], const struct subject_id *subject);

/* by_term: day 4 (offset so that byte order is day order), record id 18. */
enum { TERM_KEY_BYTES = 22 };
struct term_key {
    uint8_t b[TERM_KEY_BYTES];
};
struct term_key term_key_make(struct day day, const struct record_id *id);

/* log: batch number 8, first row 8. */
enum { LOG_KEY_BYTES = 16 };
struct log_key {
    uint8_t b[LOG_KEY_BYTES];
};
struct log_key log_key_make(uint64_t batch, uint64_t first_row);

#define KEY_SLICE(k) slice_make((k).b, sizeof(k).b)
