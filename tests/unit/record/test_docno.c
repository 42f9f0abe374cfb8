/* Document numbers are compared without what departments write differently. */
#include "record/docno.h"
#include "tests/support/test.h"

static void expect_fold(const char *number, const char *wanted)
{
    AUTO(arena_destroy) struct arena *a = arena_create(65536);
    struct slice once = docno_fold(a, slice_of(number));
    EXPECT_SAME(once, slice_of(wanted));
    EXPECT_SAME(docno_fold(a, once), once);
}

TEST(every_bracket_is_one_bracket)
{
    static const char *const spellings[] = {"穗市监处罚〔2024〕12号", "穗市监处罚［2024］12号",
                                            "穗市监处罚[2024]12号",   "穗市监处罚（2024）12号",
                                            "穗市监处罚(2024)12号",   "穗市监处罚【2024】12号",
                                            "穗市监处罚〔2024】12号"};
    for (size_t i = 0; i < ARRAY_LEN(spellings); i++)
        expect_fold(spellings[i], "穗市监处罚(2024)12号");
}

TEST(width_and_blanks_do_not_count)
{
    expect_fold("穗市监处罚〔２０２４〕１２号", "穗市监处罚(2024)12号");
    expect_fold(" 穗市监 处罚〔 2024 〕　12 号\t", "穗市监处罚(2024)12号");
    expect_fold("穗\xC2\xA0监\xE2\x80\x8B〔2024〕\xEF\xBB\xBF"
                "1\r\n2号",
                "穗监(2024)12号");
}

TEST(letters_are_capitals)
{
    expect_fold("yue a-12/b", "YUEA-12/B");
    expect_fold("ＹＵＥ ａ－１２", "YUEA-12");
}

TEST(what_tells_numbers_apart_stays)
{
    expect_fold("2024-1-2", "2024-1-2");
    expect_fold("12号", "12号");
    expect_fold("第12号之一", "第12号之一");
    expect_fold("", "");
}

TEST(a_damaged_number_keeps_its_length)
{
    AUTO(arena_destroy) struct arena *a = arena_create(65536);
    struct slice bad = slice_make("\xE7\xA9\xE7\xA9\xE7\xA9\xE7\xA9", 8);
    EXPECT(docno_fold(a, bad).n <= 3 * bad.n);
}
