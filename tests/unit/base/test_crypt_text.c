/* Hexadecimal digits and base32: published vectors, and one text for each value. */
#include "base/crypt.h"
#include "tests/support/test.h"

TEST(base32_gives_the_vectors_of_rfc_4648_without_padding)
{
    static const char *const vectors[][2] = {{"", ""},
                                             {"f", "my"},
                                             {"fo", "mzxq"},
                                             {"foo", "mzxw6"},
                                             {"foob", "mzxw6yq"},
                                             {"fooba", "mzxw6ytb"},
                                             {"foobar", "mzxw6ytboi"}};
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        char text[16], back[8];
        size_t n = strlen(vectors[i][0]);
        base32_print(vectors[i][0], n, text);
        EXPECT_STR(text, vectors[i][1]);
        EXPECT(base32_parse(slice_of(text), back, n));
        EXPECT_SAME(slice_make(back, n), slice_of(vectors[i][0]));
    }
}

TEST(a_record_id_has_twenty_nine_characters)
{
    uint8_t id[18], back[18];
    char text[30];
    for (size_t i = 0; i < sizeof id; i++)
        id[i] = (uint8_t)i;
    base32_print(id, sizeof id, text);
    EXPECT_STR(text, "aaaqeayeaudaocajbifqydiob4ibc");
    EXPECT(base32_parse(SLICE("AAAQEAYEAUDAOCAJBIFQYDIOB4IBC"), back, sizeof back));
    EXPECT_SAME(slice_make(back, 18), slice_make(id, 18));
}

TEST(base32_with_spare_bits_set_is_refused)
{
    uint8_t back[18];
    /* 18 bytes leave one spare bit: every second last character is a second spelling. */
    EXPECT(base32_parse(SLICE("aaaqeayeaudaocajbifqydiob4ibc"), back, 18));
    EXPECT(!base32_parse(SLICE("aaaqeayeaudaocajbifqydiob4ibd"), back, 18));
    EXPECT(!base32_parse(SLICE("mz"), back, 1));
    EXPECT(!base32_parse(SLICE("mzxr"), back, 2));
    EXPECT(!base32_parse(SLICE("mzxw7"), back, 3) || back[2] != 'o');
}

TEST(of_all_last_characters_only_the_canonical_ones_are_taken)
{
    static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
    for (size_t n = 1; n <= 5; n++) {
        unsigned taken = 0;
        char text[9] = "aaaaaaaa", again[9];
        size_t length = (8 * n + 4) / 5;
        for (int c = 0; c < 32; c++) {
            uint8_t back[5];
            text[length - 1] = digits[c];
            if (!base32_parse(slice_make(text, length), back, n))
                continue;
            taken++;
            base32_print(back, n, again);
            EXPECT_SAME(slice_of(again), slice_make(text, length));
        }
        EXPECT_EQ(taken, 32 >> (5 * length - 8 * n));
    }
}

TEST(base32_of_another_length_or_alphabet_is_refused)
{
    static const char *const wrong[] = {"",   "m",  "my=", "my======", "mya", "m1",   "m0",
                                        "m8", "m ", " m",  "m\n",      "m-",  "m\xc3"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        uint8_t back[1] = {42};
        if (base32_parse(slice_of(wrong[i]), back, 1))
            FAIL("taken for base32: %s", wrong[i]);
        EXPECT_EQ(back[0], 42);
    }
}

TEST(hexadecimal_digits_go_there_and_back)
{
    uint8_t all[256], back[256];
    char text[513];
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (uint8_t)i;
    hex_print(all, sizeof all, text);
    EXPECT(slice_starts(slice_of(text), SLICE("000102030405060708090a0b0c0d0e0f10")));
    EXPECT(hex_parse(slice_of(text), back, sizeof back));
    EXPECT_SAME(slice_make(back, 256), slice_make(all, 256));
    hex_print(all, 0, text);
    EXPECT_STR(text, "");
}

TEST(hexadecimal_digits_are_taken_in_either_case_and_nothing_else)
{
    uint8_t out[2];
    EXPECT(hex_parse(SLICE("aBCd"), out, 2));
    EXPECT_HEX(slice_make(out, 2), "abcd");
    static const char *const wrong[] = {"",     "ab",   "abc",  "abcde", "abcdef",
                                        "abcg", "ab d", "0xab", "-abc",  "ab\xef\xbd"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        if (hex_parse(slice_of(wrong[i]), out, 2))
            FAIL("taken for digits: %s", wrong[i]);
    EXPECT_HEX(slice_make(out, 2), "abcd");
}
