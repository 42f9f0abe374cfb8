/* Borrowed bytes: comparing, cutting, numbers and the walk over UTF-8. */
#include "tests/support/test.h"

TEST(a_slice_that_begins_another_comes_before_it)
{
    EXPECT(slice_cmp(SLICE("ab"), SLICE("abc")) < 0);
    EXPECT(slice_cmp(SLICE("abc"), SLICE("ab")) > 0);
    EXPECT_EQ(slice_cmp(SLICE("ab"), SLICE("ab")), 0);
    EXPECT(slice_cmp(SLICE(""), SLICE("a")) < 0);
}

TEST(order_is_by_bytes_without_sign)
{
    EXPECT(slice_cmp(SLICE("a"), SLICE("\xE5\xB9\xBF")) < 0);
}

TEST(two_empty_slices_are_equal_whatever_they_point_at)
{
    EXPECT(slice_eq((struct slice){NULL, 0}, SLICE("")));
    EXPECT(!slice_eq(SLICE(""), SLICE("a")));
}

TEST(case_is_ignored_for_ascii_letters_only)
{
    EXPECT(slice_eq_nocase(SLICE("Batch-Id"), SLICE("bATCH-iD")));
    EXPECT(!slice_eq_nocase(SLICE("\xC3\xA4"), SLICE("\xC3\x84")));
    EXPECT(!slice_eq_nocase(SLICE("[a]"), SLICE("{a}")));
}

TEST(a_slice_starts_and_ends_with_nothing_and_with_itself)
{
    EXPECT(slice_starts(SLICE("abc"), SLICE("")));
    EXPECT(slice_starts(SLICE("abc"), SLICE("abc")));
    EXPECT(slice_ends(SLICE("abc"), SLICE("bc")));
    EXPECT(!slice_ends(SLICE("abc"), SLICE("xabc")));
}

TEST(finding_begins_where_it_is_told)
{
    EXPECT_EQ(slice_find(SLICE("a,b,c"), SLICE(","), 0), 1);
    EXPECT_EQ(slice_find(SLICE("a,b,c"), SLICE(","), 2), 3);
    EXPECT_EQ(slice_find(SLICE("a,b,c"), SLICE(","), 4), -1);
    EXPECT_EQ(slice_find(SLICE("abc"), SLICE(""), 3), 3);
    EXPECT_EQ(slice_find(SLICE("abc"), SLICE(""), 4), -1);
    EXPECT_EQ(slice_find((struct slice){0}, SLICE("a"), 0), -1);
    EXPECT_EQ(slice_find((struct slice){0}, (struct slice){0}, 0), 0);
}

TEST(a_word_is_found_at_every_place_of_short_and_long_texts)
{
    char text[200];
    for (size_t n = 4; n <= sizeof text; n += n < 20 ? 1 : 9)
        for (size_t at = 0; at + 4 <= n; at++) {
            memset(text, 'a', sizeof text);
            memcpy(text + at, "abca", 4);
            EXPECT_EQ(slice_find(slice_make(text, n), SLICE("abca"), 0), at);
            EXPECT_EQ(slice_find(slice_make(text, n), SLICE("abca"), at + 1), -1);
            EXPECT_EQ(slice_find(slice_make(text, at + 3), SLICE("abca"), 0), -1);
        }
}

TEST(trimming_takes_blanks_off_both_ends_and_none_from_within)
{
    EXPECT_SLICE(slice_trim(SLICE("\t a b\r\n")), "a b");
    EXPECT_SLICE(slice_trim(SLICE(" \t\r\n")), "");
}

TEST(the_part_from_behind_the_end_is_empty)
{
    EXPECT_SLICE(slice_from(SLICE("abc"), 1), "bc");
    EXPECT_SLICE(slice_from(SLICE("abc"), 3), "");
    EXPECT_SLICE(slice_from(SLICE("abc"), 99), "");
}

TEST(cutting_gives_the_parts_in_turn_and_an_absent_rest_at_the_end)
{
    struct slice rest = SLICE("a,,b");
    EXPECT_SLICE(slice_cut(&rest, ','), "a");
    EXPECT_SLICE(slice_cut(&rest, ','), "");
    EXPECT(rest.p != NULL);
    EXPECT_SLICE(slice_cut(&rest, ','), "b");
    EXPECT(rest.p == NULL);
}

TEST(a_separator_at_the_end_leaves_an_empty_last_part)
{
    struct slice rest = SLICE("a,");
    EXPECT_SLICE(slice_cut(&rest, ','), "a");
    EXPECT(rest.p != NULL);
    EXPECT_EQ(rest.n, 0);
}

TEST(a_number_is_digits_from_end_to_end)
{
    uint64_t v = 0;
    EXPECT(slice_u64(SLICE("00042"), &v));
    EXPECT_EQ(v, 42);
    EXPECT(!slice_u64(SLICE(""), &v));
    EXPECT(!slice_u64(SLICE("+1"), &v));
    EXPECT(!slice_u64(SLICE("1 "), &v));
    EXPECT(!slice_u64(SLICE("0x1"), &v));
}

TEST(the_largest_numbers_are_read_and_the_next_ones_are_refused)
{
    uint64_t u = 0;
    int64_t i = 0;
    EXPECT(slice_u64(SLICE("18446744073709551615"), &u));
    EXPECT_EQ(u, UINT64_MAX);
    EXPECT(!slice_u64(SLICE("18446744073709551616"), &u));
    EXPECT(slice_i64(SLICE("9223372036854775807"), &i));
    EXPECT_EQ(i, INT64_MAX);
    EXPECT(!slice_i64(SLICE("9223372036854775808"), &i));
    EXPECT(slice_i64(SLICE("-9223372036854775807"), &i));
    EXPECT_EQ(i, -INT64_MAX);
    EXPECT(!slice_i64(SLICE("-"), &i));
    EXPECT(!slice_i64(SLICE("--1"), &i));
}

TEST(nothing_is_not_all_digits)
{
    EXPECT(slice_all_digits(SLICE("0123456789")));
    EXPECT(!slice_all_digits(SLICE("")));
    EXPECT(!slice_all_digits(SLICE("12a")));
}

TEST(well_formed_text_is_valid_to_its_end)
{
    struct slice s = SLICE("Guangzhou 广州 ¥ \xF0\xA0\xAE\xB7");
    EXPECT_EQ(utf8_valid_prefix(s), s.n);
    EXPECT_EQ(utf8_valid_prefix(SLICE("")), 0);
}

TEST(text_is_valid_up_to_the_first_ill_formed_byte)
{
    EXPECT_EQ(utf8_valid_prefix(SLICE("abcdefghij\xFFz")), 10);
    EXPECT_EQ(utf8_valid_prefix(SLICE("ab\xC0\x80")), 2);         /* overlong */
    EXPECT_EQ(utf8_valid_prefix(SLICE("ab\xE0\x9F\xBF")), 2);     /* overlong */
    EXPECT_EQ(utf8_valid_prefix(SLICE("ab\xED\xA0\x80")), 2);     /* surrogate */
    EXPECT_EQ(utf8_valid_prefix(SLICE("ab\xF4\x90\x80\x80")), 2); /* above U+10FFFF */
    EXPECT_EQ(utf8_valid_prefix(SLICE("ab\xE5\xB9")), 2);         /* cut short */
    EXPECT_EQ(utf8_valid_prefix(SLICE("\x80")), 0);
}

TEST(every_character_survives_writing_and_reading)
{
    for (uint32_t c = 0; c <= 0x10FFFF; c += c < 0x900 ? 1 : 257) {
        char at[4];
        size_t i = 0;
        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        struct slice s = {at, utf8_put(at, c)};
        EXPECT_EQ(utf8_valid_prefix(s), s.n);
        EXPECT_EQ(utf8_next(s, &i), c);
        EXPECT_EQ(i, s.n);
        EXPECT_EQ(utf8_count(s), 1);
    }
}

TEST(an_ill_formed_byte_reads_as_the_replacement_character_and_one_step)
{
    size_t i = 0;
    struct slice s = SLICE("\xE5\x41");
    EXPECT_EQ(utf8_next(s, &i), 0xFFFD);
    EXPECT_EQ(i, 1);
    EXPECT_EQ(utf8_next(s, &i), 'A');
}
