/* Growable bytes: growth, the maximum, the error that sticks. */
#include "base/buf.h"
#include "tests/support/test.h"

TEST(a_new_buffer_is_empty_and_holds_no_memory)
{
    AUTO_BUF(b, 100);
    EXPECT_EQ(b.n, 0);
    EXPECT(b.p == NULL);
    EXPECT_EQ(b.err, 0);
}

TEST(additions_stand_one_behind_the_other)
{
    AUTO_BUF(b, 100);
    buf_add(&b, "ab", 2);
    buf_add_char(&b, '-');
    buf_add_slice(&b, SLICE("cd"));
    buf_printf(&b, "-%d", 42);
    EXPECT_SLICE(buf_slice(&b), "ab-cd-42");
}

TEST(content_survives_growing_far_beyond_the_first_piece)
{
    AUTO_BUF(b, 100000);
    for (int i = 0; i < 10000; i++)
        buf_printf(&b, "%06d", i);
    EXPECT_OK(b.err);
    EXPECT_EQ(b.n, 60000);
    EXPECT_SAME(slice_make(b.p + 6 * 9999, 6), SLICE("009999"));
}

TEST(a_long_formatted_text_is_added_whole)
{
    AUTO_BUF(b, 10000);
    buf_printf(&b, "%0500d", 7);
    EXPECT_EQ(b.n, 500);
    EXPECT_EQ(b.p[499], '7');
}

TEST(a_buffer_can_be_filled_to_its_maximum_and_not_beyond)
{
    AUTO_BUF(b, 5);
    buf_add_slice(&b, SLICE("12345"));
    EXPECT_OK(b.err);
    buf_add_char(&b, '6');
    EXPECT_ERR(b.err, CE_TOO_LARGE);
    EXPECT_SLICE(buf_slice(&b), "12345");
}

TEST(after_the_first_error_nothing_is_added_even_if_it_would_fit)
{
    AUTO_BUF(b, 5);
    buf_add_slice(&b, SLICE("123"));
    buf_add_slice(&b, SLICE("4567"));
    buf_add_char(&b, '4');
    EXPECT_ERR(b.err, CE_TOO_LARGE);
    EXPECT_SLICE(buf_slice(&b), "123");
    EXPECT(buf_grow(&b, 1) == NULL);
}

TEST(clearing_forgets_content_and_error)
{
    AUTO_BUF(b, 3);
    buf_add_slice(&b, SLICE("1234"));
    EXPECT_ERR(b.err, CE_TOO_LARGE);
    buf_clear(&b);
    buf_add_slice(&b, SLICE("123"));
    EXPECT_OK(b.err);
    EXPECT_SLICE(buf_slice(&b), "123");
}

TEST(consuming_moves_the_rest_to_the_front)
{
    AUTO_BUF(b, 10);
    buf_add_slice(&b, SLICE("abcdef"));
    buf_consume(&b, 4);
    EXPECT_SLICE(buf_slice(&b), "ef");
    buf_consume(&b, 2);
    EXPECT_EQ(b.n, 0);
}

TEST(adding_nothing_changes_nothing)
{
    AUTO_BUF(b, 1);
    buf_add(&b, NULL, 0);
    buf_add_slice(&b, (struct slice){0});
    EXPECT_OK(b.err);
    EXPECT_EQ(b.n, 0);
}
