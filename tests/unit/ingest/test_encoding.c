/* Which encoding a row is in. */
#include "ingest/encoding.h"
#include "tests/support/test.h"

static enum evidence of(struct slice text)
{
    return encoding_evidence(&text, 1);
}

TEST(names_of_charsets_are_known_in_any_case)
{
    enum encoding e;
    EXPECT(encoding_by_name(SLICE("UTF-8"), &e));
    EXPECT_EQ(e, ENCODING_UTF8);
    EXPECT(encoding_by_name(SLICE("gbk"), &e));
    EXPECT_EQ(e, ENCODING_GB18030);
    EXPECT(encoding_by_name(SLICE("GB2312"), &e));
    EXPECT_EQ(e, ENCODING_GB18030);
    EXPECT(!encoding_by_name(SLICE("big5"), &e));
    EXPECT(!encoding_by_name(SLICE("auto"), &e));
}

TEST(ascii_and_too_little_else_tell_nothing)
{
    EXPECT_EQ(of(SLICE("")), EVIDENCE_NONE);
    EXPECT_EQ(of(SLICE("91440106YY00000288")), EVIDENCE_NONE);
    EXPECT_EQ(of(SLICE("\xC2\xB7")), EVIDENCE_NONE); /* a dot in UTF-8, 路 in GB18030 */
}

TEST(damage_does_not_turn_utf8_into_something_else)
{
    EXPECT_EQ(of(SLICE("广州")), EVIDENCE_UTF8);
    EXPECT_EQ(of(SLICE("广州商户\xE5\xB9")), EVIDENCE_UTF8);
    EXPECT_EQ(of(SLICE("\xB9\xE3\xD6\xDD")), EVIDENCE_NOT_UTF8);
    EXPECT_EQ(of(SLICE("\xFF")), EVIDENCE_NOT_UTF8);
    const struct slice row[] = {SLICE("广州商户"), SLICE("\xFF"), SLICE("x")};
    EXPECT_EQ(encoding_evidence(row, 3), EVIDENCE_UTF8);
}

TEST(utf16_is_known_by_its_mark_and_by_its_zeros)
{
    EXPECT(encoding_is_utf16(SLICE("\xFF\xFE")));
    EXPECT(encoding_is_utf16(SLICE("\xFE\xFFx")));
    EXPECT(encoding_is_utf16(SLICE("C\0F\0")));
    EXPECT(encoding_is_utf16(SLICE("\0C\0F")));
    EXPECT(!encoding_is_utf16(SLICE("\0\0\0\0name")));
    EXPECT(!encoding_is_utf16(SLICE("name")));
    EXPECT(!encoding_is_utf16(SLICE("")));
}

TEST(a_row_of_utf8_is_left_as_it_is_once_the_body_is_known_to_be_that)
{
    AUTO(decoder_destroy) struct decoder *d = decoder_create(ENCODING_AUTO);
    EXPECT(!decoder_leaves(d, SLICE("广州商户,x")));
    decoder_settle(d, ENCODING_UTF8);
    EXPECT(decoder_leaves(d, SLICE("广州商户,x")));
    EXPECT(!decoder_leaves(d, SLICE("\xB9\xE3\xD6\xDD,x")));
    decoder_settle(d, ENCODING_GB18030);
    EXPECT(!decoder_leaves(d, SLICE("广州商户,x")));
}

TEST(a_settled_encoding_stays)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 16);
    AUTO(decoder_destroy) struct decoder *d = decoder_create(ENCODING_AUTO);
    struct slice out, ascii = SLICE("x"), gb = SLICE("\xB9\xE3\xD6\xDD"), utf8 = SLICE("广州商户");
    EXPECT(decoder_row(d, a, &ascii, 1, &out));
    EXPECT_EQ(decoder_encoding(d), ENCODING_AUTO);
    EXPECT(decoder_row(d, a, &gb, 1, &out));
    EXPECT_SLICE(out, "广州");
    EXPECT_EQ(decoder_encoding(d), ENCODING_GB18030);
    EXPECT(!decoder_row(d, a, &utf8, 1, &out));
    EXPECT_SLICE(out, "广州商户");
    EXPECT_EQ(decoder_encoding(d), ENCODING_GB18030);
}
