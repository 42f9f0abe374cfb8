/* Sums in words. */
#include "record/money.h"
#include "tests/support/test.h"

static int64_t first(const char *text)
{
    struct money m;
    size_t end;
    return money_in_text(slice_of(text), 0, &m, &end) ? m.micro : -1;
}

TEST(sums_are_read_in_digits_and_in_chinese_numerals)
{
    static const struct {
        const char *text;
        double yuan; /* exact in each case */
    } cases[] = {
        {"罚款人民币2000元", 2000},
        {"罚款2,000元", 2000},
        {"处以2000.00元罚款", 2000},
        {"罚款２０００元", 2000},
        {"罚款２，０００元", 2000},
        {"0.2万元", 2000},
        {"贰仟元整", 2000},
        {"人民币贰万伍仟圆整", 25000},
        {"二千元", 2000},
        {"两千元", 2000},
        {"一万二千三百元", 12300},
        {"一万零五百元", 10500},
        {"十二万元", 120000},
        {"拾万元", 100000},
        {"2万5千元", 25000},
        {"1.5亿元", 150000000},
        {"一亿二千万元", 120000000},
        {"1万亿元", 1e12},
        {"1,234,567元", 1234567},
        {"五百元五角", 500.5},
        {"12元3角", 12.3},
        {"根据第二十四条，于2023年5月6日罚款500元", 500},
        {"共10项，罚款500元", 500},
        {"500，300元", 500300},
        {"500,30元", 30},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t got = first(cases[i].text);
        if (got != (int64_t)(cases[i].yuan * MONEY_MICRO + 0.5))
            FAIL("%s was read as %lld", cases[i].text, (long long)got);
    }
}

TEST(what_is_no_sum_in_yuan_is_read_past)
{
    static const char *const texts[] = {
        "", "元", "罚款", "2000", "2000美元", "第二十条", "2023年", "万元", "99999999999999元",
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (first(texts[i]) != -1)
            FAIL("%s was read as %lld", texts[i], (long long)first(texts[i]));
}

TEST(a_text_that_is_a_sum_is_read_as_a_whole)
{
    struct money m;
    EXPECT(money_read(SLICE("伍佰万元整"), &m) && m.micro == INT64_C(5000000) * MONEY_MICRO);
    EXPECT(money_read(SLICE("12.5元"), &m) && m.micro == 12500000);
    EXPECT(!money_read(SLICE("罚款12.5元"), &m));
    EXPECT(!money_read(SLICE("12.5元以上"), &m));
    EXPECT(!money_read(SLICE("100万万元"), &m));
    EXPECT(!money_read(SLICE("万元"), &m));
    EXPECT(!money_read(SLICE(""), &m));
}

TEST(every_sum_of_a_text_is_found_one_after_the_other)
{
    struct slice text = SLICE("没收违法所得300元，并处罚款0.5万元，合计伍仟叁佰元整。");
    static const int64_t yuan[] = {300, 5000, 5300};
    struct money m;
    size_t at = 0;
    for (size_t i = 0; i < ARRAY_LEN(yuan); i++) {
        EXPECT(money_in_text(text, at, &m, &at));
        EXPECT_EQ(m.micro, yuan[i] * MONEY_MICRO);
    }
    EXPECT(!money_in_text(text, at, &m, &at));
}

TEST(a_number_of_units_is_a_sum)
{
    struct money m;
    EXPECT(money_of(SLICE("0.2"), money_unit(SLICE("万元")), &m) && m.micro == 2000000000);
    EXPECT(money_of(SLICE("0.123456"), 10000, &m) && m.micro == 1234560000);
    EXPECT(money_of(SLICE("-3"), 1, &m) && m.micro == -3000000);
    EXPECT(!money_of(SLICE("0.1234567"), 1, &m));
    EXPECT(!money_of(SLICE("99999999999999"), 10000, &m));
    EXPECT_EQ(money_unit(SLICE("亿元")), 100000000);
    EXPECT_EQ(money_unit(SLICE("元")), 1);
    EXPECT_EQ(money_unit(SLICE("吨")), 0);
}
