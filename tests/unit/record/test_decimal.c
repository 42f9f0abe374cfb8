/* Decimal numbers have one form. */
#include "record/decimal.h"
#include "tests/support/test.h"

static void expect_decimal(const char *text, const char *wanted, bool is_whole)
{
    struct decimal d;
    if (!decimal_read(slice_of(text), &d))
        FAIL("not read: %s", text);
    EXPECT_SAME(decimal_slice(&d), slice_of(wanted));
    EXPECT_EQ(d.is_whole, is_whole);
}

static void expect_refused(const char *text)
{
    struct decimal d;
    if (decimal_read(slice_of(text), &d))
        FAIL("read as %.*s: %s", FMT_SLICE(decimal_slice(&d)), text);
}

TEST(one_amount_has_one_form)
{
    expect_decimal("0.2", "0.2", false);
    expect_decimal("0.200000", "0.2", false);
    expect_decimal(".2", "0.2", false);
    expect_decimal("5", "5", true);
    expect_decimal("5.", "5", true);
    expect_decimal("005.00", "5", true);
    expect_decimal("0", "0", true);
    expect_decimal("0.000", "0", true);
    expect_decimal("-0", "0", true);
    expect_decimal("-12.50", "-12.5", false);
    expect_decimal("+7", "7", true);
    expect_decimal("0.05", "0.05", false);
    expect_decimal("100", "100", true);
}

TEST(separators_of_thousands_stand_where_they_belong)
{
    expect_decimal("4,281.5000", "4281.5", false);
    expect_decimal("1,234,567", "1234567", true);
    expect_refused("1,23");
    expect_refused("1234,567");
    expect_refused(",123");
    expect_refused("1,,234");
    expect_refused("1,234,5");
}

TEST(an_exponent_as_programs_write_it_is_read)
{
    expect_decimal("1.0E7", "10000000", true);
    expect_decimal("2.5e-3", "0.0025", false);
    expect_decimal("1234e-2", "12.34", false);
    expect_decimal("0e9", "0", true);
    expect_refused("1e");
    expect_refused("1e99");
    expect_refused("1e999999999");
}

TEST(what_is_no_number_is_refused)
{
    expect_refused("");
    expect_refused("-");
    expect_refused(".");
    expect_refused("2000元");
    expect_refused("1 000");
    expect_refused("1.2.3");
    expect_refused("0x10");
    expect_refused("12345678901234567890123456789012345678901");
}
