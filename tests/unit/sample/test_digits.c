/* Check characters: codes and numbers that were published, or are synthetic. */
#include <string.h>

#include "sample/digits.h"
#include "tests/support/test.h"

TEST(unified_codes_that_were_printed_have_the_right_check_characters)
{
    static const char *const codes[] = {
        "91350100M000100Y43", "914403001922038216", "9144030071526726XG", "9111000071093123XX",
        "531000005000160090", "52410000663412719U", "11320100MB1886843H", "91440106YY00102340",
        "91440106YY00107010", "91440106YY001004X3", "91440106YY00101702", "N2440106YY00000790",
        "A1440106YY0000052P", "Y1440106YY0000095G",
    };
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        EXPECT_EQ(digits_unified(codes[i]), codes[i][17]);
        EXPECT_EQ(digits_organisation(codes[i] + 8), codes[i][16]);
    }
    /* The outer one is right, the inner one is not. */
    EXPECT_EQ(digits_unified("914403001922038203"), '3');
    EXPECT(digits_organisation("192203820") != '0');
}

TEST(the_example_of_the_standard_for_organisation_codes_is_right)
{
    EXPECT_EQ(digits_organisation("D2143569"), 'X');
}

TEST(identity_numbers_that_were_printed_have_the_right_check_characters)
{
    static const char *const numbers[] = {
        "440106185001010016", "440106185202290026", "44010618500101018X", "810000185001010011",
        "820000185001010021", "830000185001010031", "440106185002290013", "11010519491231002X",
        "440524188001010014", "360426199101010071",
    };
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        EXPECT_EQ(digits_person(numbers[i]), numbers[i][17]);
}

TEST(registration_numbers_that_were_printed_have_the_right_check_digits)
{
    static const char *const numbers[] = {"440301103097413", "440301103448669", "440301102900139",
                                          "440301104433862", "110108012660422", "330100400013364"};
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        EXPECT_EQ(digits_registration(numbers[i]), numbers[i][14]);
}

TEST(a_wrong_check_character_is_another_one_of_the_alphabet)
{
    for (int i = 0; i < 31; i++)
        for (int steps = 1; steps < 31; steps++) {
            char wrong = digits_wrong(DIGITS_ALPHABET[i], steps);
            EXPECT(wrong != DIGITS_ALPHABET[i] && strchr(DIGITS_ALPHABET, wrong));
        }
}
