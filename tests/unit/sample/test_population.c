/* Subjects of a sample city. The codes are checked with what the register knows of them. */
#include <stdlib.h>
#include <string.h>

#include "record/identifier.h"
#include "sample/names.h"
#include "sample/population.h"
#include "tests/support/test.h"

enum { SUBJECTS = 20000 };

static struct day day(int y, int m, int d)
{
    struct day ret = DAY_NONE;
    EXPECT(day_from_civil(y, m, d, &ret));
    return ret;
}

static struct population population(uint64_t subjects, uint64_t seed)
{
    struct population p;
    population_init(&p, subjects, seed, day(2026, 3, 1));
    return p;
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, 18);
}

static void expect_different(char (*codes)[18], size_t count)
{
    qsort(codes, count, 18, by_bytes);
    for (size_t i = 1; i < count; i++)
        EXPECT(memcmp(codes[i - 1], codes[i], 18) != 0);
}

TEST(organisations_have_synthetic_codes_with_both_check_characters_right_and_no_two_the_same)
{
    struct population p = population(SUBJECTS, 1);
    char(*codes)[18] = calloc(p.organisations, 18);
    EXPECT_EQ(p.organisations, SUBJECTS / 10);
    for (uint64_t i = 0; i < p.organisations; i++) {
        struct organisation o;
        population_organisation(&p, i, &o);
        struct slice code = slice_make(o.code, 18);
        EXPECT(uscc_is_valid(code) && orgcode_is_valid(slice_make(o.code + 8, 9)));
        EXPECT(memcmp(o.code + 8, "YY", 2) == 0);
        EXPECT(memcmp(o.code, class_pair(o.class), 2) == 0);
        EXPECT(o.name.n > 0 && o.name.n < ORG_NAME_BYTES && utf8_valid_prefix(o.name) == o.name.n);
        EXPECT(o.registered.v < p.today.v && o.representative < p.persons);
        memcpy(codes[i], o.code, 18);
    }
    expect_different(codes, p.organisations);
    free(codes);
}

TEST(persons_were_born_before_1880_with_right_check_characters_and_no_two_have_one_number)
{
    struct population p = population(SUBJECTS, 1);
    char(*numbers)[18] = calloc(p.persons, 18);
    EXPECT_EQ(p.persons, SUBJECTS / 10 * 9);
    for (uint64_t i = 0; i < p.persons; i++) {
        struct person one;
        population_person(&p, i, &one);
        struct idnum_result r =
            idnum_check(slice_make(one.number, 18), day(1800, 1, 1), day(1879, 12, 31));
        EXPECT_EQ(r.rejected, RULE_NONE);
        EXPECT_EQ(r.born.v, one.born.v);
        EXPECT_EQ((one.number[16] - '0') % 2 == 1, one.is_male);
        EXPECT(one.name.n >= 6 && one.name.n <= PERSON_NAME_BYTES);
        memcpy(numbers[i], one.number, 18);
    }
    expect_different(numbers, p.persons);
    free(numbers);
}

TEST(the_last_person_of_the_largest_city_has_a_number)
{
    struct population p = population(population_max(), 1);
    struct person one;
    population_person(&p, p.persons - 1, &one);
    EXPECT_EQ(idnum_check(slice_make(one.number, 18), day(1800, 1, 1), p.today).rejected,
              RULE_NONE);
}

TEST(subjects_follow_from_the_seed_alone)
{
    struct population p = population(SUBJECTS, 1), same = population(SUBJECTS * 10, 1),
                      other = population(SUBJECTS, 2);
    struct organisation a, b, c;
    population_organisation(&p, 77, &a);
    population_organisation(&same, 77, &b);
    population_organisation(&other, 77, &c);
    EXPECT(memcmp(a.code, b.code, 18) == 0 && memcmp(a.code, c.code, 18) != 0);
    EXPECT_SAME(a.name, b.name);
}

TEST(the_smallest_city_has_one_organisation_of_each_class_and_ten_persons)
{
    struct population p = population(1, 1);
    EXPECT_EQ(p.organisations, CLASS_COUNT);
    EXPECT_EQ(p.persons, 10);
    for (unsigned c = 0; c < CLASS_COUNT; c++)
        EXPECT_EQ(population_count(&p, (enum org_class)c), 1);
}

TEST(the_nth_of_a_class_is_of_that_class_and_all_together_are_all)
{
    struct population p = population(12340, 1);
    uint64_t sum = 0;
    for (unsigned c = 0; c < CLASS_COUNT; c++) {
        uint64_t count = population_count(&p, (enum org_class)c);
        sum += count;
        for (uint64_t n = 0; n < count; n++) {
            uint64_t place = population_place(&p, (enum org_class)c, n);
            EXPECT(place < p.organisations);
            EXPECT_EQ(population_class(&p, place), c);
        }
    }
    EXPECT_EQ(sum, p.organisations);
}

TEST(registration_numbers_and_addresses_read_like_real_ones)
{
    char text[120];
    unsigned n = address_print(5, 2, text);
    EXPECT(n < sizeof text && slice_starts(slice_make(text, n), slice_of(NAMES_CITY)));
    EXPECT(slice_find(slice_make(text, n), slice_of(district_name(2)), 0) > 0);
}
