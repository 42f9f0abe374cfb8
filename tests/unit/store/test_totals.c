/* Counts inside stored values. */
#include "store/totals.h"
#include "tests/support/test.h"

TEST(totals_have_these_bytes)
{
    struct totals t = {300, 1, 2, 3, 4, 290, 5, 6}, back;
    AUTO_BUF(b, 128);
    totals_encode(&t, &b);
    EXPECT_HEX(buf_slice(&b), "AC02 01 02 03 04 A202 05 06");
    struct wire w = wire_of(buf_slice(&b));
    totals_decode(&w, &back);
    EXPECT_OK(wire_end(&w));
    EXPECT_EQ(memcmp(&t, &back, sizeof t), 0);
    for (size_t n = 0; n < b.n; n++) {
        w = wire_of(slice_make(b.p, n));
        totals_decode(&w, &back);
        EXPECT_ERR(wire_end(&w), CE_FORMAT);
    }
}
