/* Capital is read where there is no doubt, and left alone elsewhere. */
#include "record/capital.h"
#include "tests/support/test.h"

static void expect_capital(const char *text, const char *number, int unit, const char *currency)
{
    struct capital c;
    if (!capital_read(slice_of(text), &c))
        FAIL("not read: %s", text);
    EXPECT_SAME(decimal_slice(&c.number), slice_of(number));
    EXPECT_EQ(c.unit, unit);
    EXPECT_STR(c.currency, currency);
}

static void expect_refused(const char *text)
{
    struct capital c;
    EXPECT(!capital_read(slice_of(text), &c));
}

TEST(the_spellings_of_registries_are_read)
{
    expect_capital("183.8000(万人民币元)", "183.8", 10000, "CNY");
    expect_capital("4,019.0522(万元人民币)", "4019.0522", 10000, "CNY");
    expect_capital("2,000(万美元)", "2000", 10000, "USD");
    expect_capital("500(万港元)", "500", 10000, "HKD");
    expect_capital("300万人民币", "300", 10000, "CNY");
    expect_capital("100（万元）", "100", 10000, "CNY");
    expect_capital("100(万)", "100", 10000, "");
    expect_capital("33,200(万日元)", "33200", 10000, "JPY");
    expect_capital("80,007.8000(万元(人民币))", "80007.8", 10000, "CNY");
    expect_capital("231.9121(万英镑)", "231.9121", 10000, "GBP");
    expect_capital("520(万澳大利亚元)", "520", 10000, "AUD");
    expect_capital("1.2亿元", "1.2", 100000000, "CNY");
    expect_capital("50000元整", "50000", 1, "CNY");
    expect_capital("USD 100万", "100", 10000, "USD");
    expect_capital("人民币100万元", "100", 10000, "CNY");
    expect_capital("１００　万元", "100", 10000, "CNY");
}

TEST(what_leaves_a_doubt_is_not_read)
{
    expect_refused("");
    expect_refused("100");
    expect_refused("约100万元");
    expect_refused("100万元左右");
    expect_refused("100万万元");
    expect_refused("100万美元人民币");
    expect_refused("1,00万元");
    expect_refused("壹佰万元整");
    expect_refused("万元");
}
