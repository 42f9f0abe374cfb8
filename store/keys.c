/* Every key with fixed places, built and taken apart. A record of subject 91440106YY00000288,
 * category 4, day 2024-01-05, number 7: 01 "91440106YY00000288" 04 (FFFFFFFF − (day + 2^31))
 * 0000000000000007. */
#include "store/keys.h"

#include <string.h>

/* Signed days in byte order: −2^31 becomes 0. */
static uint32_t day_ascending(struct day d)
{
    return (uint32_t)d.v ^ 0x80000000u;
}

struct record_key record_key_make(const struct subject_id *subject, enum category category,
                                  struct day day, uint64_t number)
{
    struct record_key k;
    memcpy(k.b, subject->b, SUBJECT_ID_BYTES);
    k.b[19] = (uint8_t)category;
    be32_put(k.b + 20, ~day_ascending(day));
    be64_put(k.b + 24, number);
    return k;
}

struct subject_id record_key_subject(const struct record_key *k)
{
    struct subject_id id;
    memcpy(id.b, k->b, SUBJECT_ID_BYTES);
    return id;
}

enum category record_key_category(const struct record_key *k)
{
    return (enum category)k->b[19];
}

struct day record_key_day(const struct record_key *k)
{
    return (struct day){(int32_t)(~be32_get(k->b + 20) ^ 0x80000000u)};
}

uint64_t record_key_number(const struct record_key *k)
{
    return be64_get(k->b + 24);
}

struct history_key history_key_make(uint64_t number, const struct version *v)
{
    struct history_key k;
    be64_put(k.b, number);
    memcpy(k.b + 8, v->b, sizeof v->b);
    return k;
}

struct link_key link_key_make(const uint8_t number[18], const struct subject_id *subject)
{
    struct link_key k;
    memcpy(k.b, number, 18);
    memcpy(k.b + 18, subject->b, SUBJECT_ID_BYTES);
    return k;
}

struct term_key term_key_make(struct day day, const struct record_id *id)
{
    struct term_key k;
    be32_put(k.b, day_ascending(day));
    memcpy(k.b + 4, id->b, sizeof id->b);
    return k;
}

struct log_key log_key_make(uint64_t batch, uint64_t first_row)
{
    struct log_key k;
    be64_put(k.b, batch);
    be64_put(k.b + 8, first_row);
    return k;
}
