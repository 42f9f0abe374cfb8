/* GB18030: known characters of one, two and four bytes, and bytes that are none. */
#include "base/buf.h"
#include "base/gb18030.h"
#include "tests/support/test.h"

static bool is_read(struct slice s, const char *wanted)
{
    AUTO(gb18030_destroy) struct gb18030 *g = gb18030_create();
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct slice got, again;
    bool good = gb18030_read(g, a, s, &got);
    EXPECT_SAME(got, slice_of(wanted));
    /* What was wrong with one text is no matter of the next. */
    EXPECT(gb18030_read(g, a, SLICE("\xB9\xE3"), &again));
    EXPECT_SLICE(again, "广");
    return good;
}

TEST(characters_of_one_two_and_four_bytes_are_read)
{
    EXPECT(is_read(SLICE("CF_WSH"), "CF_WSH"));
    EXPECT(is_read(SLICE("\xB9\xE3\xD6\xDD"), "广州"));
    EXPECT(is_read(SLICE("A\xC9\xCC\xBB\xA7,"), "A商户,"));
    EXPECT(is_read(SLICE("\xA3\xB9\xA3\xB1"), "９１"));
    EXPECT(is_read(SLICE("\x95\x32\x82\x36"), "𠀀"));
    EXPECT(is_read(SLICE("\x84\x31\x95\x33"), "\xEF\xBB\xBF"));
    EXPECT(is_read(SLICE(""), ""));
}

TEST(a_second_byte_may_look_like_ascii_and_is_none)
{
    /* 亅 and others end in a bar, a backslash, a brace. */
    EXPECT(is_read(SLICE("\x81\x7C\x81\x5C\x81\x7B"), "亅乗亄"));
}

/* A character of four bytes behind it makes a text go the long way. */
TEST(every_pair_of_bytes_is_the_same_on_the_short_and_on_the_long_way)
{
    AUTO(gb18030_destroy) struct gb18030 *g = gb18030_create();
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    for (int lead = 0x80; lead <= 0xFF; lead++)
        for (int trail = 0; trail <= 0xFF; trail++) {
            const char text[] = {(char)lead, (char)trail, 'x', '\x95', '\x32', '\x82', '\x36'};
            struct slice alone, among;
            bool is_good = gb18030_read(g, a, slice_make(text, 3), &alone);
            EXPECT_EQ(gb18030_read(g, a, slice_make(text, sizeof text), &among), is_good);
            EXPECT_EQ(among.n, alone.n + 4);
            among.n = alone.n;
            EXPECT_SAME(alone, among);
            arena_reset(a);
        }
}

TEST(bytes_that_are_no_character_are_told_and_marked)
{
    EXPECT(!is_read(SLICE("\xB9"), "\xEF\xBF\xBD"));
    EXPECT(!is_read(SLICE("\xB9\xE3\xFF\xD6\xDD"), "广\xEF\xBF\xBD州"));
    EXPECT(!is_read(SLICE("x\xB9,y"), "x\xEF\xBF\xBD,y"));
    EXPECT(!is_read(SLICE("\x81\x30\x81"), "\xEF\xBF\xBD"));
}

TEST(a_long_text_is_read_whole)
{
    AUTO_BUF(from, 1 << 20);
    AUTO_BUF(to, 1 << 20);
    for (int i = 0; i < 20000; i++) {
        buf_add_slice(&from, SLICE("\xB9\xE3"));
        buf_add_slice(&to, SLICE("广"));
    }
    buf_add_char(&to, '\0');
    EXPECT(is_read(buf_slice(&from), to.p));
}
