/* Values of by_source and history: golden bytes, round trip, damage. */
#include "store/source.h"
#include "tests/support/test.h"

static struct source sample(void)
{
    struct source s = {.flags = 2};
    s.version = version_make(3, (struct utc_ms){0x18CD6B8F800}, 0, 12);
    memcpy(s.content, "0123456789abcdef", 16);
    memcpy(s.locator.b, "LLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLL", 32);
    return s;
}

TEST(a_value_of_by_source_has_these_bytes)
{
    struct source s = sample(), back;
    uint8_t bytes[SOURCE_BYTES];
    source_encode(&s, bytes);
    EXPECT_HEX(slice_make(bytes, sizeof bytes),
               "01 0000000000000003 0000018CD6B8F800 00000000 000000000000000C "
               "30313233343536373839616263646566 02 "
               "4C4C4C4C4C4C4C4C4C4C4C4C4C4C4C4C4C4C4C4C4C4C4C4C4C4C4C4C4C4C4C4C");
    EXPECT_OK(source_decode(slice_make(bytes, sizeof bytes), &back));
    EXPECT_EQ(version_cmp(&back.version, &s.version), 0);
    EXPECT_EQ(memcmp(back.content, s.content, 16), 0);
    EXPECT_EQ(back.flags, 2);
    EXPECT_EQ(memcmp(back.locator.b, s.locator.b, 32), 0);
}

TEST(a_damaged_value_of_by_source_is_refused)
{
    struct source s = sample(), back;
    char bytes[SOURCE_BYTES + 1] = {0};
    source_encode(&s, (uint8_t *)bytes);
    for (size_t n = 0; n < SOURCE_BYTES; n++)
        EXPECT_ERR(source_decode(slice_make(bytes, n), &back), CE_FORMAT);
    EXPECT_ERR(source_decode(slice_make(bytes, SOURCE_BYTES + 1), &back), CE_FORMAT);
    bytes[0] = 2;
    EXPECT_ERR(source_decode(slice_make(bytes, SOURCE_BYTES), &back), CE_FORMAT);
}

TEST(a_value_of_history_has_these_bytes)
{
    struct history h = {.current_from = {1}, .current_until = {INT64_MIN}, .record = SLICE("rec")};
    memcpy(h.subject.b,
           "\x01"
           "91440106YY00000288",
           19);
    memcpy(h.content, "0123456789abcdef", 16);
    AUTO_BUF(b, 1024);
    history_encode(&h, &b);
    EXPECT_HEX(buf_slice(&b), "01 01393134343031303659593030303030323838 0000000000000001 "
                              "8000000000000000 30313233343536373839616263646566 726563");
    struct history back;
    EXPECT_OK(history_decode(buf_slice(&b), &back));
    EXPECT_EQ(memcmp(back.subject.b, h.subject.b, 19), 0);
    EXPECT_EQ(back.current_from.v, 1);
    EXPECT_EQ(back.current_until.v, INT64_MIN);
    EXPECT_EQ(memcmp(back.content, h.content, 16), 0);
    EXPECT_SLICE(back.record, "rec");
    for (size_t n = 0; n < b.n - 3; n++)
        EXPECT_ERR(history_decode(slice_make(b.p, n), &back), CE_FORMAT);
    b.p[0] = 9;
    EXPECT_ERR(history_decode(buf_slice(&b), &back), CE_FORMAT);
}
