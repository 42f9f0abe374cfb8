/* Identity numbers are found inside text, whatever stands around them, and masked. */
#include <time.h>

#include "base/buf.h"
#include "record/identifier.h"
#include "tests/support/test.h"

static void expect_masked(const char *text, const char *wanted)
{
    AUTO(arena_destroy) struct arena *a = arena_create(65536);
    EXPECT_SAME(idnum_mask_text(a, slice_of(text)), slice_of(wanted));
    size_t at, bytes;
    EXPECT_EQ(idnum_in_text(slice_of(text), 0, &at, &bytes), strcmp(text, wanted) != 0);
}

static void expect_kept(const char *text)
{
    expect_masked(text, text);
}

TEST(a_number_is_found_where_it_stands)
{
    static const char text[] = "王某（身份证44010618500101018x）与44010618500101001X";
    struct slice s = slice_of(text);
    size_t at, bytes;
    EXPECT(idnum_in_text(s, 0, &at, &bytes));
    EXPECT_SAME(slice_make(text + at, bytes), SLICE("44010618500101018x"));
    EXPECT(idnum_in_text(s, at + bytes, &at, &bytes));
    EXPECT_SAME(slice_make(text + at, bytes), SLICE("44010618500101001X"));
    EXPECT(!idnum_in_text(s, at + bytes, &at, &bytes));
    EXPECT(!idnum_in_text(s, s.n, &at, &bytes));
    EXPECT(!idnum_in_text(s, s.n + 5, &at, &bytes));
    expect_masked(text, "王某（身份证4****************X）与4****************X");
}

TEST(a_number_is_found_among_other_numbers)
{
    expect_masked("电话 13800000000 440106185001010016", "电话 13800000000 4****************6");
    expect_masked("440106185001010016 13800000000", "4****************6 13800000000");
    expect_masked("1 44010618500101018X 2", "1 4****************X 2");
    expect_masked("440106185001010016-1", "4****************6-1");
    expect_masked("case-440106185001010016-1", "case-4****************6-1");
    expect_masked("440106185001010016 44010618500101018x", "4****************6 4****************X");
    expect_masked("020-440106500101001", "020-4*************1");
    expect_masked("2024-06-01 440106185001010016、2024-06-02",
                  "2024-06-01 4****************6、2024-06-02");
}

TEST(gaps_do_not_hide_a_number)
{
    expect_masked("440106 18500101 0016", "4****************6");
    expect_masked("440106-18500101-0016 020", "4****************6 020");
    expect_masked("440106 - 18500101 - 001X", "4****************X");
    expect_masked("440106　18500101—0016", "4****************6");
    expect_masked("44010618500\r\n1010016", "4****************6");
    expect_masked("44010618500101001 X", "4****************X");
    expect_masked("440106 500101 001", "4*************1");
    expect_masked("440106\xE2\x80\x8B"
                  "18500101\xEF\xBB\xBF"
                  "0016",
                  "4****************6");
    expect_kept("440106    18500101    0016");
}

TEST(points_and_strokes_do_not_hide_a_number_that_is_certainly_one)
{
    expect_masked("440106.18500101.0016", "4****************6");
    expect_masked("440106·18500101·0016。", "4****************6。");
    expect_masked("440106/18500101/001X 或 440106_18500101_0016",
                  "440106/18500101/001X 或 4****************6");
    expect_masked("４４０１０６．１８５００１０１．００１６", "4****************6");
    expect_masked("440106 18500101.0016", "4****************6");
    /* the check character is wrong, there are fifteen digits, the gap is no sign between two */
    expect_kept("440106.18500101.0010");
    expect_kept("440106.500101.001");
    expect_kept("440106..18500101..0016");
}

TEST(width_and_letters_around_do_not_hide_a_number)
{
    expect_masked("４４０１０６１８５００１０１００１６", "4****************6");
    expect_masked("４４０１０６１８５００１０１０１８Ｘ。", "4****************X。");
    expect_masked("44010618500101018ｘ", "4****************X");
    expect_masked("44010618500101018×", "4****************X");
    expect_masked("44010618500101018Х", "4****************X"); /* Cyrillic */
    expect_masked("某440106185001010016某", "某4****************6某");
    expect_masked("ID440106185001010016", "ID4****************6");
    expect_masked("No.440106185001010016号", "No.4****************6号");
    expect_masked("**440106185001010016**", "**4****************6**");
}

TEST(the_shape_is_enough)
{
    expect_masked("440106185001010010", "4****************0");
    expect_masked("440199199001010017", "4****************7");
    expect_masked("810000185001010011", "8****************1");
    expect_masked("440106500101001", "4*************1");
    expect_kept("440106185002290013"); /* no such day */
    expect_kept("440106500229001");    /* nor this one */
    expect_kept("160106185001010019"); /* no such province */
    expect_kept("440106179912310016");
    expect_kept("440106210101010016");
}

TEST(a_right_number_is_found_within_a_longer_one)
{
    expect_masked("44010618500101001601", "4****************601");
    expect_masked("税号00440106185001010016", "税号004****************6");
    expect_masked("44010618500101001613800000000", "4****************613800000000");
    expect_masked("13800000000440106185001010016", "138000000004****************6");
    expect_masked("44010618500101018X1", "4****************X1");
    expect_masked("44010618500101018X440106185001010016", "4****************X4****************6");
    expect_masked("440106185001010016440106185202290026", "4****************64****************6");
}

TEST(other_long_numbers_are_not_taken_apart)
{
    expect_kept("44010620240101000001"); /* a division, a day and a serial number */
    expect_kept("44010620240101000101");
    expect_kept("4401061850010100170"); /* the check character within is wrong */
    expect_kept("4401065001010011");    /* 16 digits */
    expect_kept("6222021850010100165");
    expect_kept("44010650010100100");
    expect_kept("2024-06-01 10:00:00");
    expect_kept("20240601100000123");
    expect_kept("440106 1850");
    expect_kept("12345678901234567890123456789012345678901234567890");
    expect_kept("");
    expect_kept("广州市天河区天河路1号2至3楼，电话020-83330000、13800000000");
}

TEST(codes_of_organisations_are_none)
{
    expect_kept("91440106YY00000288");
    expect_kept("914403001922038216");
    expect_kept("公司（91100000100003962T）与531000005000160090");
    expect_kept("114401184501000336"); /* 440118 1845-01-00… */
    expect_kept("124401180131001A9F"); /* fifteen digits, then letters */
    expect_kept("（124401180131001a9f）");
    expect_kept("440301103097413");
    expect_kept("440106500101009"); /* a registration number with a day in it */
    expect_kept("X440106500101001");
    expect_kept("JY14401060012345");
    expect_kept("粤穗食药监械生产许20150101号");
}

/* The characters that are kept may complete another number. */
TEST(what_is_masked_holds_no_number_any_more)
{
    expect_masked("440106185001010016 40106185001010016", "4****************6****************6");
    expect_masked("440106185001010017 40106185001010016",
                  "4****************7 40106185001010016"); /* 74 is no province */
    expect_masked("44010650010100 440106185001010016", "4*************4****************6");
}

TEST(text_that_is_not_wellformed_is_looked_through)
{
    expect_masked("\xFF"
                  "440106185001010016\xEF\xBC",
                  "\xFF"
                  "4****************6\xEF\xBC");
    expect_kept("\xEF\xBC\x94\xEF\xBC");
}

TEST(a_text_without_numbers_is_given_back_as_it_is)
{
    AUTO(arena_destroy) struct arena *a = arena_create(65536);
    struct slice s = SLICE("罚款 20000 元");
    EXPECT(idnum_mask_text(a, s).p == s.p);
    EXPECT_EQ(arena_used(a), 0);
    EXPECT_EQ(idnum_mask_text(a, (struct slice){0}).n, 0);
}

static int64_t ns_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/* The fastest of some runs, so that a busy machine does not fail the test. */
static int64_t masking_ns(const char *piece, size_t bytes)
{
    AUTO(arena_destroy) struct arena *a = arena_create(64 * 1024 * 1024);
    AUTO_BUF(b, 1 << 20);
    while (b.n < bytes)
        buf_add_slice(&b, slice_of(piece));
    int64_t least = INT64_MAX;
    for (int i = 0; i < 5; i++) {
        int64_t from = ns_now();
        idnum_mask_text(a, buf_slice(&b));
        int64_t ns = ns_now() - from;
        least = ns < least ? ns : least;
    }
    printf("%6.2f ns a byte: %s\n", (double)least / (double)b.n, piece);
    return least;
}

/* Forty times the text takes forty times the time; were it quadratic, 1,600 times. */
TEST(long_texts_take_time_in_proportion)
{
    static const char *const pieces[] = {"1 ", "4401061850010100 ", "440106185001010016，",
                                         "44010618500101", "４４ "};
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++)
        EXPECT(masking_ns(pieces[i], 100000) < 300 * masking_ns(pieces[i], 2500));
    /* No digits: some bytes at a time. */
    EXPECT(masking_ns("经营范围：批发、零售；", 100000) < masking_ns("1 ", 100000));
}
