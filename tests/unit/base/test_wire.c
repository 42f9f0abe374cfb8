/* Stored bytes: golden examples, round trips, and a reader that stops at the first thing amiss. */
#include "base/wire.h"
#include "tests/support/test.h"

TEST(integers_are_big_endian_and_lengths_are_leb128)
{
    AUTO_BUF(b, 100);
    wire_put_u8(&b, 0x01);
    wire_put_u16(&b, 0x0203);
    wire_put_u32(&b, 0x04050607);
    wire_put_u64(&b, 0x08090a0b0c0d0e0f);
    wire_put_var(&b, 300);
    wire_put_bytes(&b, SLICE("abc"));
    EXPECT_OK(b.err);
    EXPECT_HEX(buf_slice(&b), "01 0203 04050607 08090a0b0c0d0e0f ac02 03616263");
}

TEST(what_was_written_is_read_back)
{
    AUTO_BUF(b, 100);
    wire_put_u8(&b, 255);
    wire_put_u16(&b, 65535);
    wire_put_u32(&b, UINT32_MAX);
    wire_put_u64(&b, UINT64_MAX);
    wire_put_bytes(&b, SLICE(""));
    wire_put_bytes(&b, SLICE("广州"));

    struct wire w = wire_of(buf_slice(&b));
    EXPECT_EQ(wire_u8(&w), 255);
    EXPECT_EQ(wire_u16(&w), 65535);
    EXPECT_EQ(wire_u32(&w), UINT32_MAX);
    EXPECT_EQ(wire_u64(&w), UINT64_MAX);
    EXPECT_SLICE(wire_bytes(&w), "");
    EXPECT_SLICE(wire_bytes(&w), "广州");
    EXPECT_OK(wire_end(&w));
}

TEST(variable_numbers_survive_at_every_length)
{
    for (unsigned bit = 0; bit < 64; bit++) {
        AUTO_BUF(b, 30);
        uint64_t v = UINT64_C(1) << bit;
        wire_put_var(&b, v);
        wire_put_var(&b, v - 1);
        struct wire w = wire_of(buf_slice(&b));
        EXPECT_EQ(wire_var(&w), v);
        EXPECT_EQ(wire_var(&w), v - 1);
        EXPECT_OK(wire_end(&w));
    }
}

TEST(a_variable_number_beyond_64_bits_is_refused)
{
    struct wire w = wire_of(SLICE("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"));
    EXPECT_EQ(wire_var(&w), 0);
    EXPECT(w.failed);
    w = wire_of(SLICE("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
    EXPECT_EQ(wire_var(&w), UINT64_MAX);
    EXPECT_OK(wire_end(&w));
}

TEST(reading_past_the_end_gives_zero_and_fails_for_good)
{
    struct wire w = wire_of(SLICE("\x01\x02\x03"));
    EXPECT_EQ(wire_u32(&w), 0);
    EXPECT(w.failed);
    EXPECT_EQ(wire_u8(&w), 0);
    EXPECT_ERR(wire_end(&w), CE_FORMAT);
}

TEST(a_counted_text_longer_than_the_rest_is_refused)
{
    struct wire w = wire_of(SLICE("\x05"
                                  "abc"));
    EXPECT_EQ(wire_bytes(&w).n, 0);
    EXPECT_ERR(wire_end(&w), CE_FORMAT);
}

TEST(a_value_with_something_left_behind_it_is_not_well_formed)
{
    struct wire w = wire_of(SLICE("\x01\x02"));
    EXPECT_EQ(wire_u8(&w), 1);
    EXPECT_ERR(wire_end(&w), CE_FORMAT);
}

TEST(numbers_at_a_known_place_sort_like_their_bytes)
{
    unsigned char small[8], large[8];
    be64_put(small, 255);
    be64_put(large, 256);
    EXPECT(memcmp(small, large, 8) < 0);
    EXPECT_EQ(be64_get(large), 256);
    be32_put(small, 0x01020304);
    EXPECT_HEX(slice_make(small, 4), "01020304");
    EXPECT_EQ(be32_get(small), 0x01020304);
    be16_put(small, 0xfffe);
    EXPECT_EQ(be16_get(small), 0xfffe);
}
