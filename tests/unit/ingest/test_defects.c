/* Defects as real files have them, one after the other: each is read as what it means, told, or
 * rejected. Numbers of persons and codes are synthetic. */
#include "tests/support/trial.h"
#include "tests/unit/ingest/decision.h"

/* What becomes of one value in a row that is good otherwise. */
struct defect {
    const char *item, *value;
    enum rule rule;     /* RULE_NONE: nothing is told */
    const char *stored; /* NULL: nothing of it; not asked when the rule rejects */
};
static const struct defect DEFECTS[] = {
    /* words for nothing */
    {"FACTS", "\\N", RULE_NONE, NULL},
    {"FACTS", "null", RULE_NONE, NULL},
    {"FACTS", "／", RULE_NONE, NULL},
    {"FACTS", "— —", RULE_NONE, NULL},
    {"FACTS", "－－", RULE_NONE, NULL},
    {"FACTS", " 无 ", RULE_NONE, NULL},
    {"FACTS", "暂无", RULE_NONE, NULL},
    {"CONTENT", "暂无", RULE_ITEM_MISSING, NULL},
    {"NAME", "/", RULE_ITEM_MISSING, NULL},
    /* masks in the source */
    {"REGNO", "330222*********", RULE_ITEM_MASKED, NULL},
    {"REGNO", "330222＊＊＊", RULE_ITEM_MASKED, NULL},
    {"ORGNO", "D21****9-X", RULE_ITEM_MASKED, NULL},
    {"CODE", "9144010********288", RULE_ITEM_MASKED, NULL},
    {"PERSON", "330222************", RULE_ITEM_MASKED, NULL},
    {"NAME", "某*有限公司", RULE_NAME_MASKED, "某*有限公司"},
    {"NAME", "张＊＊", RULE_NAME_MASKED, "张＊＊"},
    {"NAME", "某有限公司", RULE_NONE, "某有限公司"},
    {"FACTS", "证件330222****", RULE_NONE, "证件330222****"},
    /* dates */
    {"DAY", "20200316", RULE_NONE, "2020-03-16"},
    {"DAY", "2017-07-07 00:00:00", RULE_NONE, "2017-07-07"},
    {"DAY", "２０１７年７月７日", RULE_NONE, "2017-07-07"},
    {"DAY", "1899-12-31", RULE_ITEM_MISSING, NULL},
    {"DAY", "2023-02-29", RULE_DATE_INVALID, NULL},
    {"DAY", "2099-01-31", RULE_DATE_FUTURE, NULL},
    {"END", "9999-09-09", RULE_NONE, "2099-12-31"},
    {"END", "2099-12-31", RULE_NONE, "2099-12-31"},
    {"END", "2099-01-31", RULE_NONE, "2099-12-31"},
    {"END", "长期", RULE_NONE, "2099-12-31"},
    {"END", "2024-03-04", RULE_DATE_ORDER, NULL},
    {"BIRTH", "9999-01-01", RULE_NONE, NULL},
    /* amounts */
    {"FINE", "1,234.50", RULE_NONE, "1234.5"},
    {"FINE", "１，２３４．５", RULE_NONE, "1234.5"},
    {"FINE", "1,23", RULE_AMOUNT_INVALID, NULL},
    {"FINE", "贰仟元", RULE_AMOUNT_INVALID, NULL},
    /* authorities and divisions */
    {"OFFICE", "00000000000000000X", RULE_USCC_PLACEHOLDER, NULL},
    {"OFFICE", "000000000000000000", RULE_USCC_PLACEHOLDER, NULL},
    {"OFFICE", "/", RULE_ITEM_MISSING, NULL},
    {"BUREAU", "江东区局", RULE_AUTHORITY_SHORT, "江东区局"},
    {"BUREAU", "市发改委", RULE_AUTHORITY_SHORT, "市发改委"},
    {"BUREAU", "某市某区市场监督管理局", RULE_NONE, "某市某区市场监督管理局"},
    {"DISTRICT", "东山区", RULE_DIVISION_FORMER, "东山区"},
    {"DISTRICT", "广州市东山区", RULE_DIVISION_FORMER, "广州市东山区"},
    {"DISTRICT", "440102", RULE_DIVISION_FORMER, "440102"},
    {"DISTRICT", "荔湾区", RULE_NONE, "荔湾区"}, /* the name came back with another code */
    {"DISTRICT", "440103", RULE_DIVISION_FORMER, "440103"},
    {"DISTRICT", "天河区", RULE_NONE, "天河区"},
    {"DISTRICT", "440106", RULE_NONE, "440106"},
    /* words instead of codes */
    {"STATUS", "正常", RULE_NONE, "1"},
    {"STATUS", "有 效", RULE_NONE, "1"},
    {"STATUS", "不明", RULE_CODE_UNKNOWN, NULL},
    {"KIND", "警告；罚金", RULE_NONE, "警告;罚款"},
    /* codes */
    {"CODE", "９１４４０１０６ｙｙ００００－０２８８", RULE_NONE, "91440106YY00000288"},
    {"CODE", "91440106YY0000O288", RULE_USCC_ALPHABET, NULL},
    {"CODE", "440301103097413", RULE_USCC_IS_REGISTRATION, NULL},
    {"CODE", "D2143569-X", RULE_USCC_IS_ORGANISATION, NULL},
    /* damage */
    {"NAME", "某\xEF\xBF\xBD公司", RULE_TEXT_DAMAGED, NULL},
    {"FACTS", "某\xEF\xBF\xBD事", RULE_TEXT_DAMAGED_ELSEWHERE, "某\xEF\xBF\xBD事"},
    {"FACTS", "某\x7F\x01事", RULE_TEXT_CONTROLS, "某事"},
    {"何列", "值", RULE_ITEM_UNKNOWN, NULL},
};

TEST(each_defect_is_read_told_or_rejected)
{
    for (size_t i = 0; i < ARRAY_LEN(DEFECTS); i++) {
        const struct defect *d = &DEFECTS[i];
        AUTO(trial_close)
        struct trial *t = strcmp(d->item, "PERSON") == 0 ? decision_of(d->value) : decision_open();
        trial_set(t, d->item, d->value);
        const struct findings *all = trial_judge(t)->findings;
        if (d->rule == RULE_NONE ? all != NULL : !trial_finding(t, d->rule))
            FAIL("%s %s: %s", d->item, d->value, all ? rule_id(all->list[0].rule) : "not told");
        if (d->rule != RULE_NONE && rule_severity(d->rule) == SEVERITY_REJECT) {
            EXPECT(trial_judge(t)->rejected);
            continue;
        }
        struct slice stored = trial_item(t, d->item), wanted = slice_of(d->stored);
        if (!slice_eq(stored, wanted))
            FAIL("%s %s is stored as %.*s", d->item, d->value, FMT_SLICE(stored));
    }
}

TEST(the_note_of_a_former_division_says_which_and_until_when)
{
    DECIDE(t);
    trial_set(t, "DISTRICT", "广州市东山区");
    EXPECT_SLICE(trial_finding(t, RULE_DIVISION_FORMER)->hint,
                 "东山区 440102（2004）、650108（2006）");
    trial_set(t, "DISTRICT", "440102");
    EXPECT_SLICE(trial_finding(t, RULE_DIVISION_FORMER)->hint, "东山区 440102（2004）");
}

TEST(a_name_behind_1411_nuls_is_a_name)
{
    DECIDE(t);
    AUTO_BUF(name, 4096);
    for (int i = 0; i < 1411; i++)
        buf_add_char(&name, 0);
    buf_add_slice(&name, SLICE(" 某某贸易有限公司"));
    trial_set_slice(t, "NAME", buf_slice(&name));
    EXPECT_SLICE(expect_told(t, RULE_TEXT_CONTROLS, "NAME")->hint, "1411");
    EXPECT_SLICE(trial_item(t, "NAME"), "某某贸易有限公司");
}

TEST(a_row_in_which_nobody_wrote_is_told_once)
{
    static const char *const notes[] = {"/", "　", "表格说明：红色为必填项", "填表说明",
                                        "注：以上为必填"};
    for (size_t i = 0; i < ARRAY_LEN(notes); i++) {
        AUTO(trial_close) struct trial *t = trial_open_text(DECISION_COMMON, DECISION);
        trial_set(t, "CODE", "");
        trial_set(t, "NAME", notes[i]);
        trial_set(t, "KIND", "\\N");
        expect_told(t, RULE_ROW_EMPTY, "");
        EXPECT_EQ(trial_judge(t)->findings->count, 1);
        /* A record id, or a second value, makes it a row. */
        trial_set(t, "_id", "7");
        EXPECT(!trial_finding(t, RULE_ROW_EMPTY));
        trial_set(t, "_id", NULL);
        trial_set(t, "FACTS", "某事");
        if (i > 1)
            EXPECT(!trial_finding(t, RULE_ROW_EMPTY));
    }
    AUTO(trial_close) struct trial *t = trial_open_text(DECISION_COMMON, DECISION);
    trial_set(t, "NAME", "某某公司");
    EXPECT(!trial_finding(t, RULE_ROW_EMPTY) && trial_finding(t, RULE_ITEM_MISSING));
}

TEST(brackets_of_a_document_number_are_one)
{
    static const char *const numbers[] = {
        "某罚〔2024〕1号", "某罚[2024]1号",    "某罚（2024）1号",     "某罚(2024)1号",
        "某罚【2024】1号", "某罚［2024］１号", " 某罚〔2024〕 1 号 ", "某罚﹝2024﹞1号",
    };
    DECIDE(t);
    uint8_t id[sizeof trial_judge(t)->id.b];
    memcpy(id, trial_judge(t)->id.b, sizeof id);
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        trial_set(t, "CASE", numbers[i]);
        expect_clean(t);
        if (memcmp(id, trial_judge(t)->id.b, sizeof id) != 0)
            FAIL("%s is another record", numbers[i]);
    }
}
