/* Forms of text: known values, and the quick path held against the thorough one. */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "tests/support/test.h"

typedef struct slice form_fn(struct arena *, struct slice);

static struct arena *memory(void)
{
    static struct arena *a;
    if (a)
        arena_reset(a);
    else
        a = arena_create(64 << 20);
    return a;
}

static struct slice code(const char *s)
{
    return text_code(memory(), slice_of(s));
}

static struct slice fold(const char *s)
{
    return text_fold(memory(), slice_of(s));
}

static struct slice nfkc(const char *s)
{
    return text_nfkc(memory(), slice_of(s));
}

static struct slice clean(const char *s)
{
    return text_clean(memory(), slice_of(s)).text;
}

static struct slice digits(const char *s)
{
    return text_digits(memory(), slice_of(s));
}

TEST(full_width_codes_become_ascii)
{
    EXPECT_SLICE(code("９１４４０１０１ＭＡ５９ＡＡＡＡ９Ｘ"), "91440101MA59AAAA9X");
    EXPECT_SLICE(code("91440101ma59aaaa9x"), "91440101MA59AAAA9X");
    EXPECT_SLICE(code("ｍａ５９"), "MA59");
}

TEST(blanks_and_dashes_of_every_kind_leave_a_code)
{
    EXPECT_SLICE(code(" 9144 0101\t4\r\n"), "914401014");
    EXPECT_SLICE(code("12345678-9"), "123456789");
    EXPECT_SLICE(code("12345678－9"), "123456789");
    EXPECT_SLICE(code("12345678—9–0‐1‑2−3﹣4"), "1234567890"
                                                "1234");
    EXPECT_SLICE(code("12　34\xC2\xA0"
                      "56\xE2\x80\x83"
                      "78\xE2\x80\xAF"
                      "9"),
                 "123456789");
}

TEST(zero_width_characters_and_a_byte_order_mark_leave_a_code)
{
    EXPECT_SLICE(code("\xEF\xBB\xBF"
                      "91440101"),
                 "91440101");
    EXPECT_SLICE(code("91\xE2\x80\x8B"
                      "44\xE2\x80\x8C\xE2\x80\x8D"
                      "01\xE2\x81\xA0"
                      "01"),
                 "91440101");
    EXPECT_SLICE(code("91\xC2\xAD"
                      "44"),
                 "9144");
    EXPECT_SLICE(code("\xE2\x80\xAA"
                      "9144\xE2\x80\xAC"),
                 "9144");
}

TEST(a_code_of_nothing_but_blanks_is_empty)
{
    EXPECT_EQ(code(" 　\t-").n, 0);
    EXPECT_EQ(code("").n, 0);
    EXPECT_EQ(text_code(memory(), (struct slice){NULL, 0}).n, 0);
}

TEST(what_does_not_belong_into_a_code_stays_and_can_be_complained_about)
{
    EXPECT_SLICE(code("91440101？o"), "91440101?O");
    EXPECT_SLICE(code("９１４４号"), "9144号");
    EXPECT_SLICE(code("9\xEF\xBF\xBD"
                      "1"),
                 "9\xEF\xBF\xBD"
                 "1");
    EXPECT_SLICE(code("粤A１２３４５"), "粤A12345");
    EXPECT_SLICE(code("straße"), "STRASSE");
    EXPECT_SLICE(code("①Ⅳ"), "1IV");
}

TEST(nfkc_is_the_full_one)
{
    EXPECT_SLICE(nfkc("（中国）Ａ１"), "(中国)A1");
    EXPECT_SLICE(nfkc("㈱①㎏℃…"), "(株)1kg°C...");
    EXPECT_SLICE(nfkc("ｶﾞ"), "ガ");
    EXPECT_SLICE(nfkc("e\xCC\x81"), "é");
    EXPECT_SLICE(nfkc("豈﨑"), "豈﨑");
    EXPECT_SLICE(nfkc("A　B"), "A B");
    EXPECT_SLICE(nfkc("𠮷野家"), "𠮷野家");
}

TEST(text_that_does_not_change_is_handed_back_and_not_copied)
{
    struct arena *a = memory();
    struct slice s = SLICE("广州市白云区（某某）有限公司 Ltd. 《合同》“章”—1");
    struct slice plain = SLICE("广州市白云区某某有限公司 Ltd.");
    EXPECT(text_nfkc(a, plain).p == plain.p);
    EXPECT(text_clean(a, s).text.p == s.p);
    EXPECT(text_digits(a, plain).p == plain.p);
    EXPECT(text_code(a, SLICE("91440101MA59AAAA9X")).n == 18);
    struct slice hard = SLICE("𠮷野家");
    EXPECT(text_nfkc(a, hard).p == hard.p);
    EXPECT(text_fold(a, plain).p != plain.p);
    EXPECT_EQ(arena_used(a), 48);
}

TEST(the_longest_growth_of_nfkc_is_elevenfold)
{
    AUTO_BUF(b, 1 << 20);
    for (int i = 0; i < 1000; i++)
        buf_add_slice(&b, SLICE("\xEF\xB7\xBA"));
    EXPECT_EQ(text_nfkc(memory(), buf_slice(&b)).n, 33 * 1000);
}

TEST(names_are_found_across_brackets_quotes_blanks_and_case)
{
    EXPECT_SLICE(fold("某某（中国）有限公司"), "某某中国有限公司");
    EXPECT_SLICE(fold("某某(中国)有限公司"), "某某中国有限公司");
    EXPECT_SLICE(fold("某某〔中国〕【有】〖限〗［公］｛司｝《A》〈b〉<C>"), "某某中国有限公司abc");
    EXPECT_SLICE(fold("“某某”‘公司’「a」『b』\"c\"'d'＂e＂〝f〞"), "某某公司abcdef");
    EXPECT_SLICE(fold("ＡＢＣ　Trading Co., Ltd."), "abctradingco.,ltd.");
    EXPECT_SLICE(fold("«Straße»"), "strasse");
    EXPECT_SLICE(fold("\xEF\xBB\xBF某\xE2\x80\x8B某"), "某某");
    EXPECT_SLICE(fold("艾·某"), "艾·某");
}

TEST(a_dash_and_a_stop_count_in_search)
{
    EXPECT_SLICE(fold("a-b—c。"), "a-b—c。");
}

TEST(characters_that_meet_when_others_leave_join)
{
    EXPECT_SLICE(fold("e\xE2\x80\x8D\xCC\x81"), "é");
    EXPECT_SLICE(code("e\xE2\x80\x8D\xCC\x81"), "É");
}

TEST(blanks_of_all_kinds_leave_the_ends_of_a_value)
{
    EXPECT_SLICE(clean("  　\xC2\xA0\xEF\xBB\xBF\xE2\x80\x8B 名 称 \t\r\n　"), "名 称");
    EXPECT_SLICE(clean("（名称）"), "（名称）");
    EXPECT_SLICE(clean("ＡＢ　c"), "ＡＢ　c");
    EXPECT_EQ(clean(" 　").n, 0);
    EXPECT_EQ(clean("").n, 0);
    EXPECT_SLICE(clean("\xC2\xA0"), "");
    EXPECT_SLICE(clean("𠮷 "), "𠮷");
    EXPECT_SLICE(clean("·"), "·");
    EXPECT_SLICE(clean("a\xC2\xA0"), "a");
    EXPECT_SLICE(clean("ab\xC2\xA0　"), "ab");
    EXPECT_SLICE(clean("é　"), "é");
}

TEST(line_breaks_and_tabs_inside_a_value_stay)
{
    struct text_cleaned r = text_clean(memory(), SLICE("一\r\n二\t三"));
    EXPECT_SLICE(r.text, "一\r\n二\t三");
    EXPECT(!r.altered);
    EXPECT_EQ(r.controls, 0);
}

TEST(control_characters_are_taken_out_and_counted)
{
    struct text_cleaned r = text_clean(memory(), SLICE("\x01名\x7F\xC2\x85称\xC2\x9F\x0B·\x1F"));
    EXPECT_SLICE(r.text, "名称·");
    EXPECT_EQ(r.controls, 6);
    EXPECT(r.altered);
    EXPECT(!r.damaged);
    r = text_clean(memory(), SLICE("\xC2\xA9\xC2\xB7\xC2\xA0x"));
    EXPECT_EQ(r.controls, 0);
    EXPECT(!r.altered);
}

TEST(a_name_behind_1411_nuls_is_found_and_the_nuls_counted)
{
    AUTO_BUF(b, 4096);
    memset(buf_grow(&b, 1411), 0, 1411);
    buf_add_slice(&b, SLICE(" 广州某某有限公司"));
    struct text_cleaned r = text_clean(memory(), buf_slice(&b));
    EXPECT_SLICE(r.text, "广州某某有限公司");
    EXPECT_EQ(r.controls, 1411);
    EXPECT(r.altered);
}

TEST(a_replacement_character_says_that_text_was_damaged_before_it_came)
{
    struct text_cleaned r = text_clean(memory(), SLICE("广\xEF\xBF\xBD州"));
    EXPECT(r.damaged);
    EXPECT(!r.altered);
    EXPECT(!text_clean(memory(), SLICE("（广州）\xEF\xBB\xBFx")).damaged);
}

TEST(a_blemish_is_seen_at_every_place_of_a_text_of_any_length)
{
    static const struct {
        const char *bytes;
        uint32_t controls;
        bool damaged;
    } cases[] = {{"\x07", 1, false},        {"\x7f", 1, false},         {"\xC2\x85", 1, false},
                 {"\xEF\xBF\xBD", 0, true}, {"\xEF\xBC\x8C", 0, false}, {"\t", 0, false}};
    for (size_t n = 3; n <= 50; n++)
        for (size_t at = 1; at < n; at++)
            for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
                char text[60];
                memset(text, 'x', sizeof text);
                size_t bytes = strlen(cases[i].bytes);
                memcpy(text + at, cases[i].bytes, bytes);
                struct text_cleaned r = text_clean(memory(), slice_make(text, n + bytes));
                EXPECT_EQ(r.controls, cases[i].controls);
                EXPECT_EQ(r.damaged, cases[i].damaged);
                EXPECT_EQ(r.text.n, n + (cases[i].controls ? 0 : bytes));
            }
}

TEST(a_value_without_blemish_is_not_altered)
{
    struct text_cleaned r = text_clean(memory(), SLICE("广州某某（中国）有限公司"));
    EXPECT(!r.altered && !r.damaged);
    EXPECT_EQ(r.controls, 0);
}

TEST(digits_of_any_width_and_script_become_ascii_and_nothing_else_changes)
{
    EXPECT_SLICE(digits("２０２３年１月５日　１０：１１"), "2023年1月5日 10:11");
    EXPECT_SLICE(digits("２０２３－０１／０５．ａ"), "2023-01/05.a");
    EXPECT_SLICE(digits("٢٠٢٣ ०१ 𝟎𝟓"), "2023 01 05");
    EXPECT_SLICE(digits("二〇二三①²ﬁ—é"), "二〇二三①²ﬁ—é");
    EXPECT_SLICE(digits("￥５"), "￥5");
}

TEST(han_characters_are_told_from_others)
{
    EXPECT(text_is_han(0x4E00) && text_is_han(0x9FA5) && text_is_han(0x20BB7));
    EXPECT(text_is_han(0x3400) && text_is_han(0x3007) && text_is_han(0x3005) &&
           text_is_han(0xF900));
    EXPECT(!text_is_han('A') && !text_is_han(0x3001) && !text_is_han(0x30A2) &&
           !text_is_han(0xAC00));
    EXPECT(!text_is_han(0xFF21) && !text_is_han(0x110000) && !text_is_han(0xFFFFFFFF));
}

/* The ligature fi takes every text that holds it off the quick path and joins with nothing. */
static void expect_quick_as_thorough(form_fn *form, struct slice s)
{
    char with[32];
    memcpy(with, s.p, s.n);
    memcpy(with + s.n, "ﬁ", 3);
    struct arena *a = memory();
    struct slice thorough = form(a, slice_make(with, s.n + 3));
    struct slice quick = form(a, s);
    EXPECT(thorough.n >= 2);
    thorough.n -= 2;
    EXPECT_SAME(quick, thorough);
    EXPECT_SAME(form(a, quick), quick);
}

TEST(every_character_has_the_same_forms_on_the_quick_and_the_thorough_path)
{
    for (uint32_t c = 0; c <= 0x10FFFF; c += c >= 0x20000 ? 251 : 1) {
        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        char one[4];
        struct slice s = {one, utf8_put(one, c)};
        expect_quick_as_thorough(text_nfkc, s);
        expect_quick_as_thorough(text_code, s);
        expect_quick_as_thorough(text_fold, s);
    }
}

TEST(neighbours_on_the_quick_path_do_not_join)
{
    static const uint32_t ranges[][2] = {{0, 0x7F},        {0xA0, 0xA0},     {0xB7, 0xB7},
                                         {0x200B, 0x201F}, {0x3000, 0x301F}, {0x4E00, 0x4E01},
                                         {0x9FFE, 0x9FFF}, {0xFEFF, 0xFEFF}, {0xFF01, 0xFF5E}};
    uint32_t all[300];
    size_t n = 0;
    for (size_t r = 0; r < ARRAY_LEN(ranges); r++)
        for (uint32_t c = ranges[r][0]; c <= ranges[r][1]; c++)
            all[n++] = c;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            char two[8];
            struct slice s = {two, utf8_put(two, all[i])};
            s.n += utf8_put(two + s.n, all[k]);
            expect_quick_as_thorough(text_nfkc, s);
            expect_quick_as_thorough(text_code, s);
            expect_quick_as_thorough(text_fold, s);
        }
}

TEST(long_texts_take_the_same_way_as_short_ones)
{
    AUTO_BUF(b, 1 << 20);
    for (int i = 0; i < 2000; i++)
        buf_add_slice(&b, SLICE("（é）Ａ ")); /* holds a character for the thorough path */
    struct slice folded = text_fold(memory(), buf_slice(&b));
    EXPECT_EQ(folded.n, 3 * 2000);
    EXPECT(slice_starts(folded, SLICE("éaéa")));
}
