/* One value by its item's type. */
#include "ingest/clean.h"
#include "tests/support/test.h"
#include "tests/support/theme.h"

struct bench {
    struct arena *a;
    struct sink sink;
    struct cell cell;
};

static void bench_close(struct bench *b)
{
    arena_destroy(b->a);
    theme_catalogue_drop();
}
#define BENCH(name)                                                                                \
    __attribute__((cleanup(bench_close))) struct bench name = {.a = arena_create(64 * 1024 * 1024)}

static const struct cell *clean_slice(struct bench *b, const char *theme, const char *code,
                                      struct slice raw)
{
    const struct item *item = theme_item(theme_named(theme), slice_of(code));
    b->sink = (struct sink){.a = b->a};
    struct cleaner c = {b->a, &theme_catalogue()->commons[0]->tables, &b->sink};
    b->cell = CELL_NONE;
    clean_value(&c, item, clean_is_strict(item->type), raw, &b->cell);
    return &b->cell;
}

static const struct cell *clean(struct bench *b, const char *code, const char *raw)
{
    return clean_slice(b, "penalty", code, slice_of(raw));
}

static void expect_value(struct bench *b, const char *code, const char *raw, const char *wanted)
{
    const struct cell *c = clean(b, code, raw);
    if (c->state != CELL_GOOD)
        FAIL("%s is not accepted: %s", code, raw);
    EXPECT_SAME(c->value, slice_of(wanted));
    bool same = slice_eq(slice_of(raw), slice_of(wanted));
    EXPECT_SAME(c->received, same ? SLICE("") : slice_of(raw));
}

static void expect_absent(struct bench *b, const char *code, const char *raw)
{
    if (clean(b, code, raw)->state != CELL_ABSENT)
        FAIL("%s is not missing: %s", code, raw);
    EXPECT(b->sink.findings == NULL);
}

static const struct finding *told(const struct bench *b, enum rule rule)
{
    for (unsigned i = 0; b->sink.findings && i < b->sink.findings->count; i++)
        if (b->sink.findings->list[i].rule == rule)
            return &b->sink.findings->list[i];
    return NULL;
}

static const struct finding *expect_broken(struct bench *b, const char *code, const char *raw,
                                           enum rule rule)
{
    if (clean(b, code, raw)->state != CELL_BROKEN || !told(b, rule))
        FAIL("%s does not break %s: %s", code, rule_id(rule), raw);
    EXPECT_EQ(b->cell.value.n, 0);
    return told(b, rule);
}

TEST(words_that_mean_missing_are_missing)
{
    BENCH(b);
    static const char *const words[] = {"",  " ", "　", "\\N", "NULL", "null", "N/A",  "n/a",
                                        "/", "—", "--", "— —", "无",   "暂无", " 无 ", "／"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        expect_absent(&b, "BZ", words[i]);
        expect_absent(&b, "CF_XDR_SHXYM", words[i]);
        expect_absent(&b, "CF_JDRQ", words[i]);
        expect_absent(&b, "CF_NR_FK", words[i]);
        expect_absent(&b, "CF_XDR_LB", words[i]);
        expect_absent(&b, "CF_CFLB", words[i]);
    }
    expect_value(&b, "BZ", "无照经营", "无照经营");
    expect_value(&b, "BZ", "NULLIFIED", "NULLIFIED");
}

TEST(text_keeps_its_width_and_loses_only_blanks_at_its_ends)
{
    BENCH(b);
    expect_value(&b, "BZ", "ＡＢＣ 内 容", "ＡＢＣ 内 容");
    expect_value(&b, "BZ", "　内容\xC2\xA0\r\n", "内容");
    expect_value(&b, "CF_XDR_MC", "某某（广州）公司", "某某（广州）公司");
}

TEST(control_characters_are_taken_out_and_counted)
{
    BENCH(b);
    const struct cell *c = clean_slice(&b, "penalty", "BZ",
                                       slice_make("a\0b\x7F"
                                                  "c\td",
                                                  7));
    EXPECT_SLICE(c->value, "abc\td");
    EXPECT_SAME(c->received, slice_make("a\0b\x7F"
                                        "c\td",
                                        7));
    EXPECT(told(&b, RULE_TEXT_CONTROLS) != NULL);
    EXPECT_SLICE(told(&b, RULE_TEXT_CONTROLS)->hint, "2");
    EXPECT(!b.sink.rejects);
    clean(&b, "BZ", "a\tb");
    EXPECT(b.sink.findings == NULL);
}

TEST(damaged_text_is_refused_in_codes_and_names_and_told_elsewhere)
{
    BENCH(b);
    expect_broken(&b, "CF_XDR_MC", "广州\xEF\xBF\xBD公司", RULE_TEXT_DAMAGED);
    expect_broken(&b, "CF_XDR_SHXYM", "9144\xEF\xBF\xBD", RULE_TEXT_DAMAGED);
    expect_broken(&b, "CF_XDR_GSZC", "4401\xEF\xBF\xBD", RULE_TEXT_DAMAGED);
    expect_value(&b, "CF_SY", "内\xEF\xBF\xBD容", "内\xEF\xBF\xBD容");
    EXPECT(told(&b, RULE_TEXT_DAMAGED_ELSEWHERE) != NULL);
    EXPECT(!b.sink.rejects);
}

TEST(length_is_counted_in_characters)
{
    BENCH(b);
    AUTO_BUF(text, 1 << 20);
    for (int i = 0; i < 50; i++)
        buf_add_slice(&text, SLICE("某"));
    EXPECT_EQ(clean_slice(&b, "penalty", "CF_FRDB", buf_slice(&text))->state, CELL_GOOD);
    buf_add_slice(&text, SLICE("某"));
    EXPECT_EQ(clean_slice(&b, "penalty", "CF_FRDB", buf_slice(&text))->state, CELL_BROKEN);
    EXPECT_SLICE(told(&b, RULE_TEXT_LENGTH)->hint, "50");
    /* Blanks at the ends do not count. */
    text.n -= 3;
    buf_add_slice(&text, SLICE("　　"));
    EXPECT_EQ(clean_slice(&b, "penalty", "CF_FRDB", buf_slice(&text))->state, CELL_GOOD);
}

TEST(a_value_as_long_as_a_row_costs_no_more_than_a_look)
{
    BENCH(b);
    static char huge[1 << 20];
    memset(huge, '9', sizeof huge);
    static const char *const codes[] = {"CF_XDR_SHXYM", "CF_XDR_GSZC", "CF_XDR_ZZJG", "CF_XDR_SWDJ",
                                        "CF_XDR_ZJHM",  "CF_XDR_LB",   "CF_CFLB",     "CF_JDRQ",
                                        "CF_NR_FK",     "CF_CS",       "CF_SY",       "CF_LXDH",
                                        "CF_WSH"};
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        EXPECT_EQ(clean_slice(&b, "penalty", codes[i], slice_make(huge, sizeof huge))->state,
                  CELL_BROKEN);
        EXPECT(b.sink.rejects);
        EXPECT(b.sink.findings->list[0].value.n <= 60);
    }
}

TEST(a_unified_code_is_found_however_it_is_typed)
{
    BENCH(b);
    expect_value(&b, "CF_XDR_SHXYM", "91440106YY00000288", "91440106YY00000288");
    expect_value(&b, "CF_XDR_SHXYM", " 91440106yy00000288 ", "91440106YY00000288");
    expect_value(&b, "CF_XDR_SHXYM", "９１４４０１０６ＹＹ０００００２８８", "91440106YY00000288");
    expect_value(&b, "CF_XDR_SHXYM", "91440106-YY000002-88\xE2\x80\x8B", "91440106YY00000288");
    EXPECT_EQ(b.cell.kind, SUBJECT_ENTERPRISE);
    EXPECT(b.cell.is_class_known);
    EXPECT(b.sink.findings == NULL);
}

TEST(a_wrong_unified_code_says_what_is_wrong)
{
    BENCH(b);
    EXPECT_SLICE(expect_broken(&b, "CF_XDR_SHXYM", "91440106YY0000028", RULE_USCC_LENGTH)->hint,
                 "17");
    EXPECT_SLICE(expect_broken(&b, "CF_XDR_SHXYM", "91440106YO00000288", RULE_USCC_ALPHABET)->hint,
                 "O");
    EXPECT_SLICE(expect_broken(&b, "CF_XDR_SHXYM", "91440106YY0000028Y", RULE_USCC_CHECK)->hint,
                 "8");
    expect_broken(&b, "CF_XDR_SHXYM", "000000000000000000", RULE_USCC_PLACEHOLDER);
    expect_broken(&b, "CF_XDR_SHXYM", "440301103097413", RULE_USCC_IS_REGISTRATION);
    expect_broken(&b, "CF_XDR_SHXYM", "D2143569-X", RULE_USCC_IS_ORGANISATION);
}

TEST(a_unified_code_may_be_odd_and_right)
{
    BENCH(b);
    expect_value(&b, "CF_XDR_SHXYM", "914403001922038203", "914403001922038203");
    EXPECT(told(&b, RULE_USCC_INNER_CHECK) && !b.sink.rejects);
    expect_value(&b, "CF_XDR_SHXYM", "Y1440106YY0000095G", "Y1440106YY0000095G");
    EXPECT_SLICE(told(&b, RULE_USCC_CLASS)->hint, "Y1");
    EXPECT(!b.cell.is_class_known && !b.sink.rejects);
    expect_value(&b, "CF_XDR_SHXYM", "911100001000044477", "911100001000044477");
    EXPECT_SLICE(told(&b, RULE_USCC_DIVISION)->hint, "110000");
}

TEST(other_numbers_of_organisations_are_codes)
{
    BENCH(b);
    expect_value(&b, "CF_XDR_ZZJG", "D2143569-X", "D2143569X");
    expect_broken(&b, "CF_XDR_ZZJG", "D2143569-0", RULE_ORGCODE_INVALID);
    expect_value(&b, "CF_XDR_GSZC", "440301103097413", "440301103097413");
    EXPECT(b.sink.findings == NULL);
    expect_value(&b, "CF_XDR_GSZC", "企合粤穗总字第000001号", "企合粤穗总字第000001号");
    EXPECT(told(&b, RULE_REGNO_CHECK) && !b.sink.rejects);
    expect_value(&b, "CF_XDR_SWDJ", "ａb 12-3", "AB123");
}

TEST(fillers_of_dates_are_missing_and_open_an_end)
{
    BENCH(b);
    expect_absent(&b, "CF_JDRQ", "1899-12-31");
    expect_absent(&b, "CF_JDRQ", "1900/1/1");
    expect_absent(&b, "CF_JDRQ", "9999-09-09");
    expect_value(&b, "CF_JDRQ", "2099-12-31", "2099-12-31");
    static const char *const open[] = {"1899-12-31", "1900-01-01", "9999-09-09", "2099-12-31",
                                       "2099-01-31", "2150-01-01", "长期"};
    for (size_t i = 0; i < ARRAY_LEN(open); i++) {
        expect_value(&b, "CF_YXQ", open[i], "2099-12-31");
        EXPECT_EQ(b.cell.day.v, DAY_FOREVER.v);
    }
    expect_value(&b, "CF_YXQ", "2098-12-31", "2098-12-31");
    expect_absent(&b, "CF_YXQ", "/");
    expect_broken(&b, "CF_JDRQ", "长期", RULE_DATE_INVALID);
}

TEST(a_date_is_stored_in_one_form)
{
    BENCH(b);
    expect_value(&b, "CF_JDRQ", "2024年3月5日", "2024-03-05");
    expect_value(&b, "CF_JDRQ", "２０２４/３/５ 10:11", "2024-03-05");
    expect_broken(&b, "CF_JDRQ", "2024-02-30", RULE_DATE_INVALID);
    expect_broken(&b, "CF_JDRQ", "去年", RULE_DATE_INVALID);
}

TEST(amounts_and_counts_are_numbers)
{
    BENCH(b);
    expect_value(&b, "CF_NR_FK", "0.200000", "0.2");
    expect_value(&b, "CF_NR_FK", "１,２３４.５０", "1234.5");
    expect_broken(&b, "CF_NR_FK", "2000元", RULE_AMOUNT_INVALID);
    expect_value(&b, "CF_CS", "3.0", "3");
    expect_broken(&b, "CF_CS", "3.5", RULE_NUMBER_INVALID);
    expect_broken(&b, "CF_CS", "三", RULE_NUMBER_INVALID);
}

TEST(a_code_is_read_by_every_word_for_it)
{
    BENCH(b);
    expect_value(&b, "CF_XDR_LB", "1", "1");
    expect_value(&b, "CF_XDR_LB", "自然人", "2");
    expect_value(&b, "CF_XDR_LB", " 自 然 人", "2");
    const struct finding *f = expect_broken(&b, "CF_XDR_LB", "法人", RULE_CODE_UNKNOWN);
    EXPECT_SLICE(f->hint, "法人及非法人组织、自然人、个体工商户");
}

TEST(several_codes_are_a_set)
{
    BENCH(b);
    expect_value(&b, "CF_CFLB", "罚款", "2");
    expect_value(&b, "CF_CFLB", "罚款;警告", "1;2");
    expect_value(&b, "CF_CFLB", "警告；罚款；警告", "1;2");
    expect_value(&b, "CF_CFLB", "警告、罚款", "1;2");
    expect_value(&b, "CF_CFLB", "2|1|", "1;2");
    /* A value that holds a separator itself is known whole. */
    expect_value(&b, "CF_CFLB", "没收违法所得、没收非法财物", "3");
    expect_value(&b, "CF_CFLB", "罚款;没收违法所得、没收非法财物", "2;3");
    expect_broken(&b, "CF_CFLB", "罚款;何物", RULE_CODE_UNKNOWN);
}

TEST(persons_numbers_and_contacts_are_always_sealed)
{
    BENCH(b);
    expect_value(&b, "CF_FR_ZJHM", "44010618500101018x", "44010618500101018X");
    EXPECT(b.cell.seals_value && b.cell.seals_received);
    /* A legal representative's number is kept as it is, right or wrong. */
    expect_value(&b, "CF_FR_ZJHM", "123", "123");
    EXPECT(b.cell.seals_value && b.sink.findings == NULL);
    expect_value(&b, "CF_LXDH", "020-12345678", "020-12345678");
    EXPECT(b.cell.seals_value);
    const struct finding *f =
        expect_broken(&b, "CF_FR_ZJHM", "440106********0016", RULE_ITEM_MASKED);
    EXPECT_SLICE(f->value, "4****************6");
    expect_value(&b, "CF_LXDH", "138＊＊＊＊0000", "138＊＊＊＊0000");
    EXPECT(b.cell.seals_value && told(&b, RULE_CONTACT_MASKED));
    EXPECT_SLICE(told(&b, RULE_CONTACT_MASKED)->value, "1*********0");
    expect_broken(&b, "CF_FR_ZJHM", "440106＊＊＊＊＊＊＊＊0016", RULE_ITEM_MASKED);
}

TEST(an_identity_number_in_any_item_seals_it)
{
    BENCH(b);
    EXPECT(!clean(&b, "CF_SY", "未按规定公示，案号 2024001")->seals_value);
    EXPECT(clean(&b, "CF_SY", "当事人（440106185001010016）未公示")->seals_value);
    EXPECT(clean(&b, "CF_SY", "当事人（４４０１０６１８５００１０１００１６）")->seals_value);
    EXPECT(clean(&b, "CF_XDR_MC", "某某440106185001010016")->seals_value);
    EXPECT(clean(&b, "CF_NR_FK", "440106185001010016")->seals_value);
    EXPECT(!clean(&b, "CF_XDR_SHXYM", "91440106YY00000288")->seals_value);
}

TEST(a_finding_shows_no_number_of_a_person)
{
    BENCH(b);
    const struct finding *f = expect_broken(&b, "CF_JDRQ", "440106185001010016", RULE_DATE_INVALID);
    EXPECT_SLICE(f->value, "4****************6");
    f = expect_broken(&b, "CF_XDR_SHXYM", "440106185001010017", RULE_USCC_CHECK);
    EXPECT_SLICE(f->value, "4****************7");
}

TEST(an_amount_may_have_an_exponent_and_a_code_may_not)
{
    BENCH(b);
    expect_value(&b, "CF_NR_FK", "1.0E+12", "1000000000000");
    EXPECT_SLICE(expect_broken(&b, "CF_XDR_GSZC", "4.40301E+14", RULE_NUMBER_ROUNDED)->hint,
                 "4.40301E+14");
}

TEST(an_error_of_a_spreadsheet_is_told_and_is_missing)
{
    BENCH(b);
    EXPECT_EQ(clean(&b, "CF_SY", "#REF!")->state, CELL_ABSENT);
    EXPECT(told(&b, RULE_CELL_ERROR) != NULL);
    EXPECT_EQ(clean(&b, "CF_JDRQ", " #N/A ")->state, CELL_ABSENT);
    EXPECT(told(&b, RULE_CELL_ERROR) != NULL);
}
