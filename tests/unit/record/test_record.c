/* The header of stored records; the whole form is compared with docs/formats/stored.md. */
#include "base/err.h"
#include "record/record.h"
#include "tests/support/test.h"

static struct record sample(void)
{
    struct record r = {.head = {.flags = RECORD_HAS_PROVIDER,
                                .theme = 0x0102,
                                .entry = 3,
                                .current_from = {0x18CD6B8F800},
                                .day = {0x4D0F},
                                .public_until = {0x5000},
                                .ended = {0x4E00},
                                .retain_until = DAY_FOREVER,
                                .visibility = VIS_PUBLIC}};
    r.head.version = version_make(3, (struct utc_ms){0x18CD6B8F800}, 0, 12);
    memcpy(r.head.id.b, "\1\2abcdefghijklmnop", 18);
    return r;
}

TEST(a_header_has_these_bytes_and_reads_back)
{
    struct record r = sample(), back;
    AUTO_BUF(b, 1024);
    record_encode(&r, &b);
    EXPECT_HEX(slice_make(b.p, 77), "02 02 0102 00000003 "
                                    "0000000000000003 0000018CD6B8F800 00000000 000000000000000C "
                                    "6162636465666768696A6B6C6D6E6F70 "
                                    "0000018CD6B8F800 00004D0F 00005000 00004E00 7FFFFFFF 50");
    EXPECT_OK(record_decode(buf_slice(&b), &back));
    EXPECT_EQ(back.head.ended.v, 0x4E00);
    EXPECT_EQ(back.head.retain_until.v, DAY_FOREVER.v);
    EXPECT_EQ(back.head.visibility, VIS_PUBLIC);

    back.head.retain_until = (struct day){0x6000};
    record_patch_head(b.p, &back.head);
    EXPECT_HEX(slice_make(b.p + 64, 13), "00005000 00004E00 00006000 50");
}

TEST(what_it_says_about_the_subject_reads_back_by_itself)
{
    struct record r = sample(), back;
    AUTO_BUF(with, 1024);
    AUTO_BUF(without, 1024);
    r.identity = SLICE("\1id");
    r.document = SLICE("doc");
    r.pub = SLICE("\"a\":\"x\"");
    record_encode(&r, &without);
    EXPECT_OK(record_decode_about(buf_slice(&without), &back));
    EXPECT_EQ(back.about.name_count, 0);
    r.about.names[0] = (struct record_name){RECORD_NAME_MAIN, SLICE("样例商店")};
    r.about.name_count = 1;
    record_encode(&r, &with);
    EXPECT_OK(record_decode_about(buf_slice(&with), &back));
    EXPECT_EQ(back.about.name_count, 1);
    EXPECT_SLICE(back.about.names[0].text, "样例商店");
    EXPECT_EQ(back.head.theme, 0x0102);
    EXPECT(!back.pub.n);
    for (size_t n = 78; n < 77 + 5 + 5; n++) /* in the sections before it, and at its tag */
        if (n != 77 + 5)
            EXPECT_ERR(record_decode_about(slice_make(with.p, n), &back), CE_FORMAT);
}

TEST(the_form_of_an_earlier_program_and_a_cut_header_are_refused)
{
    struct record r = sample(), back;
    struct record_head head;
    AUTO_BUF(b, 1024);
    record_encode(&r, &b);
    for (size_t n = 0; n < 77; n++)
        EXPECT_ERR(record_decode_head(slice_make(b.p, n), &head), CE_FORMAT);
    b.p[0] = 1;
    EXPECT_ERR(record_decode_head(buf_slice(&b), &head), CE_FORMAT);
    EXPECT_ERR(record_decode(buf_slice(&b), &back), CE_FORMAT);
}
