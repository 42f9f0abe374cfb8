#include "base/err.h"
#include "store/ends.h"
#include "tests/support/test.h"

static void expect_ends(struct record_head h, const char *wanted)
{
    struct ends_row rows[ENDS_MAX];
    unsigned count = ends_of(&h, rows);
    AUTO_BUF(b, 100);
    for (unsigned i = 0; i < count; i++)
        buf_printf(&b, "%s%d:%d", i ? " " : "", rows[i].day.v, rows[i].what);
    EXPECT_SAME(buf_slice(&b), slice_of(wanted));
}

TEST(a_record_has_one_row_for_each_day_on_which_something_of_it_ends)
{
    struct record_head h = {.public_until = {20000}, .retain_until = {21000}};
    expect_ends(h, "20000:1 21000:2");
    h.retain_until.v = 20000;
    expect_ends(h, "20000:3");
    h.retain_until = DAY_FOREVER;
    expect_ends(h, "20000:1");
    h.public_until = DAY_FOREVER;
    expect_ends(h, "");
    h = (struct record_head){.public_until = DAY_NONE, .retain_until = {21000}};
    expect_ends(h, "21000:2");
    h.flags = RECORD_REVOKED;
    expect_ends(h, "");
}

TEST(what_ends_has_these_bytes)
{
    uint8_t bytes[END_BYTES], what;
    ends_encode(END_PUBLICATION | END_RETENTION, bytes);
    EXPECT_HEX(slice_make(bytes, sizeof bytes), "01 03");
    EXPECT_OK(ends_decode(slice_make(bytes, sizeof bytes), &what));
    EXPECT_EQ(what, 3);
    EXPECT_ERR(ends_decode(slice_make(bytes, 1), &what), CE_FORMAT);
    bytes[0] = 2;
    EXPECT_ERR(ends_decode(slice_make(bytes, sizeof bytes), &what), CE_FORMAT);
}
