/* Text and figures for people at a terminal. */
#include "daemon/progress.h"
#include "daemon/terminal.h"
#include "tests/support/test.h"

TEST(control_characters_and_turning_marks_are_taken_out)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 16);
    EXPECT_STR(terminal_text(a, SLICE("a\x1b[31mb\nc\xc2\x9b\xe2\x80\xae d 广州")),
               "a[31mbc d 广州");
    EXPECT_STR(terminal_text(a, SLICE("")), "");
}

TEST(thousands_are_set_apart)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 16);
    EXPECT_STR(terminal_number(a, 0), "0");
    EXPECT_STR(terminal_number(a, 999), "999");
    EXPECT_STR(terminal_number(a, 17196), "17,196");
    EXPECT_STR(terminal_number(a, -1000), "-1,000");
    EXPECT_STR(terminal_number(a, INT64_C(1234567890123)), "1,234,567,890,123");
}

TEST(chinese_characters_take_two_columns)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 16);
    EXPECT_STR(terminal_column(a, SLICE("企业"), 6), "企业  ");
    EXPECT_STR(terminal_column(a, SLICE("abc"), 6), "abc   ");
    EXPECT_STR(terminal_column(a, SLICE("too long"), 3), "too long ");
}

TEST(sizes_are_short)
{
    char out[24];
    bytes_print(713, out);
    EXPECT_STR(out, "713 B");
    bytes_print(8294507, out);
    EXPECT_STR(out, "8.3 MB");
    bytes_print(999999, out);
    EXPECT_STR(out, "1.0 MB");
    bytes_print(INT64_C(5000000000000000), out);
    EXPECT_STR(out, "5000.0 TB");
}

TEST(a_shell_reads_the_word_as_it_was)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    EXPECT_STR(terminal_shell_word(a, "data/a-1.csv"), "data/a-1.csv");
    EXPECT_STR(terminal_shell_word(a, "two words.csv"), "'two words.csv'");
    EXPECT_STR(terminal_shell_word(a, "it's"), "'it'\\''s'");
    EXPECT_STR(terminal_shell_word(a, "许可.csv"), "'许可.csv'");
    EXPECT_STR(terminal_shell_word(a, ""), "''");
}
