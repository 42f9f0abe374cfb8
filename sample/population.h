#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/civil.h"
#include "base/slice.h"
#include "record/subject_id.h"
#include "sample/dice.h"

/* Who lives in a sample city: organisations and, nine to one, persons. Nobody is held in memory:
 * the n-th is reckoned from n and the seed. All of them are synthetic (no such code or number is
 * anybody's): bodies of unified codes are YY and six of the 31 characters, persons were born
 * 1800 to 1879. */
enum org_class {
#define CLASS(id, pair, kind, in_hundred, words) CLASS_##id,
#include "sample/class.def"
#undef CLASS
    CLASS_COUNT
};

enum { POPULATION_BLOCK = 100 };
struct population {
    uint64_t seed;
    uint64_t organisations, persons;
    struct day today;
    struct shuffle codes, numbers;
    uint8_t class_at[POPULATION_BLOCK];           /* of each place in a block */
    uint8_t slots[CLASS_COUNT][POPULATION_BLOCK]; /* places of each class in it, ascending */
    uint64_t counts[CLASS_COUNT];
};

/* At least ten of either. */
void population_init(struct population *p, uint64_t subjects, uint64_t seed, struct day today);
/* The most subjects that there can be; beyond it numbers would repeat. */
uint64_t population_max(void);

const char *class_pair(enum org_class c);
enum subject_kind class_kind(enum org_class c);
const char *class_words(enum org_class c); /* separated by | */

uint64_t population_count(const struct population *p, enum org_class c);
/* The place among all organisations of the n-th of a class. */
uint64_t population_place(const struct population *p, enum org_class c, uint64_t n);
enum org_class population_class(const struct population *p, uint64_t place);

enum { ORG_NAME_BYTES = 192, PERSON_NAME_BYTES = 16 };
struct organisation {
    uint64_t place;
    enum org_class class;
    char code[18];
    struct slice name;
    unsigned district;
    struct day registered;
    uint64_t representative; /* place among the persons */
    char name_bytes[ORG_NAME_BYTES];
};
/* `place` below p->organisations. */
void population_organisation(const struct population *p, uint64_t place, struct organisation *ret);
/* A code of a class with that body: both check characters right. */
void population_code(const char pair[2], unsigned district, const char body[8], char ret[18]);

struct person {
    uint64_t place;
    char number[18];
    bool is_male;
    struct day born;
    struct slice name;
    char name_bytes[PERSON_NAME_BYTES];
};
void population_person(const struct population *p, uint64_t place, struct person *ret);

/* Districts of the city, for names and addresses; the codes are those in unified codes. */
enum { DISTRICT_COUNT = 6 };
const char *district_name(unsigned district);
const char *district_code(unsigned district);
/* Writes an address within the district; returns its bytes (below 120). */
unsigned address_print(uint64_t seed, unsigned district, char out[120]);
