/* The population: who the n-th subject is. Places of classes repeat every hundred organisations,
 * codes and numbers are a permutation of all there could be, so that no two subjects share one. */
#include "sample/population.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "sample/digits.h"
#include "sample/names.h"

enum {
    BLOCK = POPULATION_BLOCK,
    BODY_DIGITS = 6,
    BORN_YEAR = 1800,
    DAYS_OF_BIRTH = 29219, /* 1800-01-01 to 1879-12-31 */
    SEQUENCES = 995,       /* 001 to 995; those above had a meaning of their own */
    PEOPLE_TO_ONE = 9,
    LEAST = 10,
};
static const uint64_t BODIES = UINT64_C(31) * 31 * 31 * 31 * 31 * 31;

struct org_class_row {
    const char *pair;
    enum subject_kind kind;
    unsigned in_hundred;
    const char *words;
};
static const struct org_class_row classes[] = {
#define CLASS(id, pair, kind, in_hundred, words) {pair, SUBJECT_##kind, in_hundred, words},
#include "sample/class.def"
#undef CLASS
};

const char *class_pair(enum org_class c)
{
    return classes[c].pair;
}

enum subject_kind class_kind(enum org_class c)
{
    return classes[c].kind;
}

const char *class_words(enum org_class c)
{
    return classes[c].words;
}

/* Where persons were registered first: districts of today, and some that exist no more. */
static const char *const birthplaces[] = {
    "440103", "440104", "440105", "440106", "440111", "440112", "440113", "440114",
    "440115", "440117", "440118", "440102", "440107", "440116", "440183", "440184",
    "440304", "440402", "440605", "440704", "441302", "441900", "430102", "450102",
    "510104", "420102", "360102", "350102", "330102", "320102", "310101", "110101",
};
static const uint64_t NUMBERS = UINT64_C(32) * DAYS_OF_BIRTH * SEQUENCES;
_Static_assert(ARRAY_LEN(birthplaces) == 32, "NUMBERS counts them");

uint64_t population_max(void)
{
    return NUMBERS;
}

/* Which class stands where in a block: one of each first, the others spread by a step that has no
 * divisor in common with their number. */
static void lay_out(struct population *p)
{
    enum { REST = BLOCK - CLASS_COUNT, STEP = 37 };
    unsigned k = 0;
    for (unsigned c = 0; c < CLASS_COUNT; c++) {
        p->class_at[c] = (uint8_t)c;
        for (unsigned i = 1; i < classes[c].in_hundred; i++)
            p->class_at[CLASS_COUNT + k++ * STEP % REST] = (uint8_t)c;
    }
    CHECK(k == REST);
    unsigned counts[CLASS_COUNT] = {0};
    for (unsigned at = 0; at < BLOCK; at++) {
        unsigned c = p->class_at[at];
        p->slots[c][counts[c]++] = (uint8_t)at;
        p->counts[c] += p->organisations / BLOCK + (at < p->organisations % BLOCK);
    }
}

void population_init(struct population *p, uint64_t subjects, uint64_t seed, struct day today)
{
    CHECK(subjects <= population_max());
    uint64_t organisations = subjects / (PEOPLE_TO_ONE + 1);
    organisations = organisations < LEAST ? LEAST : organisations;
    *p = (struct population){
        .seed = seed,
        .organisations = organisations,
        .persons = subjects > organisations + LEAST ? subjects - organisations : LEAST,
        .today = today,
        .codes = shuffle_of(dice_mix(seed, 1), BODIES),
        .numbers = shuffle_of(dice_mix(seed, 2), NUMBERS),
    };
    lay_out(p);
}

uint64_t population_place(const struct population *p, enum org_class c, uint64_t n)
{
    unsigned in_block = classes[c].in_hundred;
    return n / in_block * BLOCK + p->slots[c][n % in_block];
}

uint64_t population_count(const struct population *p, enum org_class c)
{
    return p->counts[c];
}

enum org_class population_class(const struct population *p, uint64_t place)
{
    return (enum org_class)p->class_at[place % BLOCK];
}

static const char *const district_names[] = {"云岭区", "江湾区", "北园区",
                                             "南岸区", "东渡区", "西坪区"};
static const char *const district_codes[] = {"440103", "440104", "440105",
                                             "440106", "440111", "440112"};
_Static_assert(ARRAY_LEN(district_names) == DISTRICT_COUNT, "districts");
_Static_assert(ARRAY_LEN(district_codes) == DISTRICT_COUNT, "districts");

const char *district_name(unsigned district)
{
    return district_names[district];
}

const char *district_code(unsigned district)
{
    return district_codes[district];
}

unsigned address_print(uint64_t seed, unsigned district, char out[120])
{
    static const char *const roads[] = {"样例大道", "晨星路", "松竹街", "江海路",
                                        "明德路",   "兴业街", "园林路", "望江路"};
    struct dice d = dice_of(seed, 7);
    int n = snprintf(out, 120, "%s%s%s%u号", NAMES_CITY, district_name(district),
                     roads[dice_below(&d, ARRAY_LEN(roads))], (unsigned)(1 + dice_below(&d, 999)));
    CHECK(n > 0 && n < 120);
    return (unsigned)n;
}

void population_code(const char pair[2], unsigned district, const char body[8], char ret[18])
{
    memcpy(ret, pair, 2);
    memcpy(ret + 2, district_code(district), 6);
    memcpy(ret + 8, body, 8);
    ret[16] = digits_organisation(body);
    ret[17] = digits_unified(ret);
}

void population_organisation(const struct population *p, uint64_t place, struct organisation *ret)
{
    CHECK(place < p->organisations);
    struct dice d = dice_of(dice_mix(p->seed, 3), place);
    char body[8] = {'Y', 'Y'};
    uint64_t x = shuffle_at(&p->codes, place);
    for (unsigned i = 0; i < BODY_DIGITS; i++, x /= 31)
        body[7 - i] = DIGITS_ALPHABET[x % 31];
    ret->place = place;
    ret->class = population_class(p, place);
    ret->district = (unsigned)dice_below(&d, DISTRICT_COUNT);
    ret->registered = (struct day){p->today.v - 800 - (int32_t)dice_skewed(&d, 9000)};
    ret->representative = dice_below(&d, p->persons);
    population_code(class_pair(ret->class), ret->district, body, ret->code);
    ret->name = slice_make(ret->name_bytes,
                           name_of_organisation(ret->class, ret->district, d, ret->name_bytes));
}

static void digits_put(char *out, unsigned count, unsigned v)
{
    for (; count; v /= 10)
        out[--count] = (char)('0' + v % 10);
}

void population_person(const struct population *p, uint64_t place, struct person *ret)
{
    CHECK(place < p->persons);
    uint64_t x = shuffle_at(&p->numbers, place);
    int year, month, day;
    struct day first = {0};
    CHECK(day_from_civil(BORN_YEAR, 1, 1, &first));
    unsigned sequence = 1 + (unsigned)(x % SEQUENCES);
    x /= SEQUENCES;
    ret->place = place;
    ret->born = (struct day){first.v + (int32_t)(x % DAYS_OF_BIRTH)};
    ret->is_male = sequence % 2 == 1;
    day_to_civil(ret->born, &year, &month, &day);
    memcpy(ret->number, birthplaces[x / DAYS_OF_BIRTH], 6);
    digits_put(ret->number + 6, 4, (unsigned)year);
    digits_put(ret->number + 10, 2, (unsigned)month);
    digits_put(ret->number + 12, 2, (unsigned)day);
    digits_put(ret->number + 14, 3, sequence);
    ret->number[17] = digits_person(ret->number);
    ret->name = slice_make(ret->name_bytes,
                           name_of_person(dice_of(dice_mix(p->seed, 4), place), ret->name_bytes));
}
