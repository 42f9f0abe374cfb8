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
    expect_refused("壹佰万");
    expect_refused("壹佰万美元");
    expect_refused("美元壹佰万元");
    expect_refused("壹佰万元左右");
    expect_refused("￥100万");
    expect_refused("100万元-200万元");
    expect_refused("100万元（其中货币50万元）");
    expect_refused("一百多万元");
    expect_refused("无注册资金");
    expect_refused("-");
    expect_refused("万元");
}

TEST(a_capital_in_forty_spellings_is_read_or_left_as_text)
{
    static const struct {
        const char *text, *number; /* NULL: kept as text only */
        int unit;
        const char *currency;
    } cases[] = {
        {"4,281.5000(万人民币元)", "4281.5", 10000, "CNY"},
        {"4019.0522(万元人民币)", "4019.0522", 10000, "CNY"},
        {"576(万美元)", "576", 10000, "USD"},
        {"488（万港元）", "488", 10000, "HKD"},
        {"604030万元人民币", "604030", 10000, "CNY"},
        {"470万港元", "470", 10000, "HKD"},
        {"7(万)", "7", 10000, ""},
        {"33200万日元", "33200", 10000, "JPY"},
        {"5.4000(万元)", "5.4", 10000, "CNY"},
        {"80,007.8(万元（人民币）)", "80007.8", 10000, "CNY"},
        {"520万澳大利亚元", "520", 10000, "AUD"},
        {"100万人民币元", "100", 10000, "CNY"},
        {"人民币50万元", "50", 10000, "CNY"},
        {"人民币 50 万元", "50", 10000, "CNY"},
        {"人民币：500万元整", "500", 10000, "CNY"},
        {"人民币（万元）：500", NULL, 0, NULL},
        {"RMB 500万", "500", 10000, "CNY"},
        {"RMB5,000,000", "5000000", 1, "CNY"},
        {"CNY 1000000.00", "1000000", 1, "CNY"},
        {"USD 1,000,000", "1000000", 1, "USD"},
        {"US$ 100万", "100", 10000, "USD"},
        {"100万USD", "100", 10000, "USD"},
        {"港币100万元", "100", 10000, "HKD"},
        {"100万港币", "100", 10000, "HKD"},
        {"200万欧元", "200", 10000, "EUR"},
        {"新台币3000万元", "3000", 10000, "TWD"},
        {"澳门元10万", "10", 10000, "MOP"},
        {"30万瑞士法郎", "30", 10000, "CHF"},
        {"1.2亿", "1.2", 100000000, ""},
        {"1.2亿元人民币", "1.2", 100000000, "CNY"},
        {"１，０００万元", "1000", 10000, "CNY"},
        {"500000圆", "500000", 1, "CNY"},
        {"500萬元", "500", 10000, "CNY"},
        {"伍佰万元整", "5000000", 1, "CNY"},
        {"人民币伍佰万元整", "5000000", 1, "CNY"},
        {"壹仟贰佰叁拾肆万伍仟元", "12345000", 1, "CNY"},
        {"三百万元", "3000000", 1, "CNY"},
        {"5百万元", "5000000", 1, "CNY"},
        {"叁拾万圆正", "300000", 1, "CNY"},
        {"1.0E7元", NULL, 0, NULL},
        {"500", NULL, 0, NULL},
        {"500万元以上", NULL, 0, NULL},
        {"实缴500万元", NULL, 0, NULL},
        {"500万美元（折合人民币3500万元）", NULL, 0, NULL},
    };
    EXPECT(ARRAY_LEN(cases) > 40);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (cases[i].number)
            expect_capital(cases[i].text, cases[i].number, cases[i].unit, cases[i].currency);
        else
            expect_refused(cases[i].text);
    }
}
