/* What is stored of a judged row: groups, masks, what is sealed, terms, content. Numbers are those
 * of persons who cannot be alive. */
#include "ingest/render.h"
#include "tests/support/test.h"
#include "tests/support/theme.h"
#include "tests/support/trial.h"

#define TRIAL(name, theme) AUTO(trial_close) struct trial *name = trial_open(theme)
#define PERSON "440106185001010016"
#define MASKED "4****************6"

static bool holds(struct slice text, const char *what)
{
    return slice_find(text, slice_of(what), 0) >= 0;
}

static void expect_nowhere_in_clear(struct trial *t, const char *what)
{
    struct record r = trial_record(t);
    const struct judged *j = trial_judge(t);
    r = trial_record(t);
    EXPECT(!holds(j->bytes, what));
    EXPECT(!holds(j->waiting, what));
    for (unsigned i = 0; j->findings && i < j->findings->count; i++)
        EXPECT(!holds(j->findings->list[i].value, what) && !holds(j->findings->list[i].hint, what));
    EXPECT(holds(trial_sealed(t), what));
    EXPECT(r.sealed.n > CRYPT_SEAL_EXTRA);
}

/* Groups. */
TEST(an_item_stands_in_the_group_of_its_visibility)
{
    TRIAL(t, "penalty");
    trial_set(t, "BZ", "备注");
    trial_set(t, "NB", "n-1");
    trial_set(t, "CF_FR_ZJHM", PERSON);
    struct record r = trial_record(t);
    EXPECT(
        slice_starts(r.pub, SLICE("\"CF_XDR_MC\":\"广州某某贸易有限公司\",\"CF_XDR_LB\":\"1\"")));
    EXPECT_SLICE(r.aut, "\"BZ\":\"备注\"");
    EXPECT_SLICE(r.gov, "\"CF_FR_ZJHM\":\"" MASKED "\"");
    EXPECT_SLICE(r.none, "\"NB\":\"N1\"");
    EXPECT_SLICE(r.received,
                 "\"CF_XDR_LB\":\"法人及非法人组织\",\"CF_CFLB\":\"罚款\",\"NB\":\"n-1\"");
    EXPECT_SLICE(trial_sealed(t), "{\"c\":{\"CF_FR_ZJHM\":\"" PERSON "\"}}");
}

TEST(a_row_without_persons_is_not_sealed)
{
    TRIAL(t, "registration");
    struct record r = trial_record(t);
    EXPECT_EQ(r.sealed.n, 0);
    EXPECT_EQ(r.received.n, 0);
    EXPECT_EQ(r.aut.n + r.gov.n + r.none.n, 0);
}

TEST(a_name_with_a_mask_is_masked_for_the_public_and_whole_for_the_authorised)
{
    TRIAL(t, "registration");
    trial_set(t, "LEGAL", "欧阳某");
    struct record r = trial_record(t);
    EXPECT(holds(r.pub, "\"LEGAL\":\"欧**\""));
    EXPECT_SLICE(r.aut, "\"LEGAL\":\"欧阳某\"");
    EXPECT_SLICE(trial_item(t, "LEGAL"), "欧阳某");
}

TEST(quotes_and_controls_never_reach_json_raw)
{
    TRIAL(t, "registration");
    trial_set_slice(t, "SCOPE", slice_make("a\"b\\c\0d\x1f", 8));
    struct record r = trial_record(t);
    EXPECT(holds(r.pub, "\"SCOPE\":\"a\\\"b\\\\cd\""));
    for (size_t i = 0; i < r.received.n; i++)
        EXPECT((unsigned char)r.received.p[i] >= 0x20);
    EXPECT_SLICE(trial_item(t, "SCOPE"), "a\"b\\cd");
}

/* Amounts. */
TEST(an_amount_is_kept_apart_with_what_is_known_of_it)
{
    TRIAL(t, "registration");
    trial_set(t, "CAPITAL", "183.8000(万元)");
    struct record r = trial_record(t);
    EXPECT(holds(r.pub, "\"CAPITAL\":\"183.8000(万元)\""));
    EXPECT_SLICE(r.amounts,
                 "\"CAPITAL\":{\"number\":\"183.8\",\"unit\":\"万\",\"currency\":\"CNY\"}");
    trial_set(t, "CAPITAL", "2亿");
    EXPECT_SLICE(trial_record(t).amounts, "\"CAPITAL\":{\"number\":\"2\",\"unit\":\"亿\"}");
    trial_set(t, "CAPITAL", "50000美元");
    EXPECT_SLICE(trial_record(t).amounts,
                 "\"CAPITAL\":{\"number\":\"50000\",\"unit\":\"1\",\"currency\":\"USD\"}");
    trial_set(t, "CAPITAL", "约100万元");
    EXPECT_EQ(trial_record(t).amounts.n, 0);
    trial_set(t, "CAPITAL", "100");
    EXPECT_EQ(trial_record(t).amounts.n, 0);
    TRIAL(u, "penalty");
    trial_set(u, "CF_NR_FK", "1,000.50");
    EXPECT_SLICE(trial_record(u).amounts, "\"CF_NR_FK\":{\"number\":\"1000.5\"}");
    trial_set(u, "CF_NR_FK", NULL);
    EXPECT_EQ(trial_record(u).amounts.n, 0);
}

TEST(an_amount_that_is_not_public_masked_or_sealed_is_not_kept_apart)
{
    static const struct mask mask = {{"sum", 3}, 1, 0};
    TRIAL(t, "registration");
    struct item *capital =
        (struct item *)(uintptr_t)theme_item(theme_named("registration"), SLICE("CAPITAL"));
    trial_set(t, "CAPITAL", "100万元");
    EXPECT(trial_record(t).amounts.n > 0);
    capital->mask = &mask;
    EXPECT_EQ(trial_record(t).amounts.n, 0);
    capital->mask = NULL;
    capital->visibility = VIS_AUTHORISED;
    EXPECT_EQ(trial_record(t).amounts.n, 0);
    capital->visibility = VIS_PUBLIC;
    trial_set(t, "CAPITAL", PERSON "元");
    EXPECT(trial_record(t).sealed.n > 0);
    EXPECT_EQ(trial_record(t).amounts.n, 0);
    expect_nowhere_in_clear(t, PERSON);
    TRIAL(u, "penalty");
    trial_set(u, "CF_NR_FK", PERSON);
    EXPECT_EQ(trial_record(u).amounts.n, 0);
}

/* Persons. */
TEST(a_persons_number_is_in_clear_in_the_sealed_part_only)
{
    TRIAL(t, "penalty");
    trial_set(t, "CF_FR_ZJHM", PERSON);
    expect_nowhere_in_clear(t, PERSON);
    EXPECT_SLICE(trial_item(t, "CF_FR_ZJHM"), PERSON);
    trial_set(t, "CF_FR_ZJHM", "E1234567");
    expect_nowhere_in_clear(t, "E1234567");
}

TEST(a_subjects_number_is_in_clear_in_the_sealed_part_only)
{
    TRIAL(t, "penalty");
    trial_set(t, "CF_XDR_LB", "自然人");
    trial_set(t, "CF_XDR_ZJHM", " ４４０１０６-18500101-0016");
    expect_nowhere_in_clear(t, PERSON);
    EXPECT(!holds(trial_judge(t)->bytes, "18500101"));
    EXPECT(holds(trial_record(t).aut, "\"CF_XDR_ZJHM\":\"440***********0016\""));
    EXPECT(holds(trial_sealed(t), "\"r\":{\"CF_XDR_ZJHM\":\" ４４０１０６-18500101-0016\"}"));
    EXPECT(!holds(slice_make(trial_judge(t)->subject.b, 19), "1850"));
}

TEST(contact_data_is_in_clear_in_the_sealed_part_only)
{
    TRIAL(t, "penalty");
    trial_set(t, "CF_LXDH", "13800000000");
    expect_nowhere_in_clear(t, "13800000000");
    EXPECT(holds(trial_record(t).gov, "\"CF_LXDH\":\"1*********0\""));
}

TEST(a_number_within_a_text_seals_the_text_and_is_masked_in_its_group)
{
    TRIAL(t, "penalty");
    trial_set(t, "CF_SY", "当事人（" PERSON "）未公示 ");
    expect_nowhere_in_clear(t, PERSON);
    EXPECT(holds(trial_record(t).pub, "\"CF_SY\":\"当事人（" MASKED "）未公示\""));
    EXPECT_SLICE(trial_item(t, "CF_SY"), "当事人（" PERSON "）未公示");
    trial_set(t, "CF_SY", "当事人（４４０１０６１８５００１０１００１６）");
    EXPECT(!holds(trial_judge(t)->bytes, "１８５００１０１"));
}

TEST(a_number_in_a_name_does_not_reach_names_or_identity)
{
    TRIAL(t, "penalty");
    trial_set(t, "CF_XDR_MC", "某某" PERSON);
    expect_nowhere_in_clear(t, PERSON);
    struct record r = trial_record(t);
    EXPECT_EQ(r.about.name_count, 1);
    EXPECT_SLICE(r.about.names[0].text, "某某" MASKED);
    EXPECT_EQ(r.identity.n, 0);
    EXPECT(holds(trial_sealed(t), "{\"i\":\"\\u0002"));
    AUTO(trial_close) struct trial *u = trial_open("registration");
    trial_set(u, "NAME", "某某" PERSON "商店");
    trial_set(u, "STATUS", "存续" PERSON);
    trial_set(u, "DISTRICT", "天河" PERSON);
    expect_nowhere_in_clear(u, PERSON);
    EXPECT_SLICE(trial_record(u).about.status, "存续" MASKED);
    EXPECT_SLICE(trial_record(u).about.district, "天河" MASKED);
}

TEST(a_number_in_a_document_number_is_masked_where_it_is_shown)
{
    TRIAL(t, "penalty");
    trial_set(t, "CF_WSH", "罚〔2024〕" PERSON "号");
    expect_nowhere_in_clear(t, PERSON);
    EXPECT_SLICE(trial_record(t).document, "罚〔2024〕" MASKED "号");
}

TEST(a_number_in_a_record_id_is_sealed)
{
    TRIAL(t, "memo");
    trial_set(t, "_id", "case-" PERSON "-1");
    expect_nowhere_in_clear(t, PERSON);
    EXPECT_SLICE(trial_sealed(t), "{\"i\":\"\\u0001case-" PERSON "-1\"}");
}

TEST(a_number_in_a_number_of_organisations_links_nothing)
{
    TRIAL(t, "registration");
    trial_set(t, "TAXNO", PERSON);
    trial_set(t, "REGNO", "440301103097413");
    expect_nowhere_in_clear(t, PERSON);
    struct record r = trial_record(t);
    EXPECT_EQ(r.about.number_count, 1);
    EXPECT_EQ(r.about.numbers[0].type, ID_REGISTRATION);
}

TEST(a_tax_number_that_is_a_persons_is_no_key_in_clear)
{
    TRIAL(t, "penalty");
    trial_set(t, "CF_XDR_SHXYM", NULL);
    trial_set(t, "CF_XDR_SWDJ", "440106500101001");
    expect_nowhere_in_clear(t, "440106500101001");
    EXPECT(!holds(slice_make(trial_judge(t)->subject.b, 19), "500101"));
}

TEST(a_number_in_an_unknown_column_is_not_told)
{
    TRIAL(t, "penalty");
    trial_set(t, PERSON, PERSON);
    const struct finding *f = trial_finding(t, RULE_ITEM_UNKNOWN);
    EXPECT_SLICE(f->item, MASKED);
    EXPECT_EQ(f->value.n, 0);
    EXPECT(!holds(trial_judge(t)->bytes, PERSON));
}

TEST(a_reason_is_kept_for_the_government_and_cut)
{
    TRIAL(t, "penalty");
    trial_set(t, "_reason", " 更正 ");
    EXPECT_SLICE(trial_record(t).gov, "\"_reason\":\"更正\"");
    trial_set(t, "_reason", "应 " PERSON " 要求");
    expect_nowhere_in_clear(t, PERSON);
    EXPECT_SLICE(trial_record(t).gov, "\"_reason\":\"应 " MASKED " 要求\"");
    AUTO_BUF(text, 4000);
    for (int i = 0; i < 600; i++)
        buf_add_slice(&text, SLICE("字"));
    trial_set_slice(t, "_reason", buf_slice(&text));
    EXPECT_EQ(trial_record(t).gov.n, 1500 + sizeof "\"_reason\":\"\"" - 1);
}

/* What a record says of its subject. */
TEST(a_registration_says_what_its_subject_is_called_and_where_it_stands)
{
    TRIAL(t, "registration");
    trial_set(t, "REGNO", "440301103097413");
    trial_set(t, "ORGNO", "D2143569-X");
    trial_set(t, "STATUS", "存续");
    struct record r = trial_record(t);
    EXPECT(r.about.is_registration);
    EXPECT_SLICE(r.about.names[0].text, "广州某某贸易有限公司");
    EXPECT_SLICE(r.about.status, "存续");
    EXPECT_SLICE(r.about.district, "440106"); /* of the code, for want of another */
    EXPECT_EQ(r.about.number_count, 2);
    EXPECT_SLICE(r.about.numbers[1].number, "D2143569X");
    trial_set(t, "DISTRICT", "广州");
    EXPECT_SLICE(trial_record(t).about.district, "广州");
}

TEST(another_record_gives_a_name_only)
{
    TRIAL(t, "penalty");
    trial_set(t, "CF_XDR_GSZC", "440301103097413");
    struct record r = trial_record(t);
    EXPECT(!r.about.is_registration);
    EXPECT_EQ(r.about.name_count, 1);
    EXPECT_EQ(r.about.number_count, 0);
    EXPECT_EQ(r.about.district.n, 0);
    EXPECT_SLICE(r.document, "穗天市监罚〔2024〕1号");
}

/* Terms. */
static void expect_until(struct trial *t, const char *wanted)
{
    struct day d = trial_record(t).head.public_until;
    char text[11] = "never";
    if (d.v == DAY_FOREVER.v)
        memcpy(text, "forever", 8);
    else if (!day_is_none(d))
        day_print(d, text);
    EXPECT_STR(text, wanted);
}

TEST(a_penalty_is_public_for_the_term_of_its_severity)
{
    TRIAL(t, "penalty");
    expect_until(t, "2025-03-05");
    trial_set(t, "CF_CFLB", "罚款;吊销许可证件");
    expect_until(t, "2027-03-05");
    trial_set(t, "CF_CFLB", "没收"); /* no word of the table */
    expect_until(t, "2025-03-05");
    trial_set(t, "CF_CFLB", "警告");
    expect_until(t, "never");
}

TEST(the_day_of_the_decision_chooses_the_term)
{
    TRIAL(t, "penalty");
    trial_receive(t, "2026-06-01T10:00:00+08:00");
    trial_set(t, "CF_CFLB", "吊销许可证件");
    trial_set(t, "CF_JDRQ", "2026-03-31");
    expect_until(t, "2029-03-31");
    trial_set(t, "CF_JDRQ", "2026-04-01");
    expect_until(t, "2028-04-01");
}

TEST(the_providers_end_holds_when_it_is_earlier)
{
    TRIAL(t, "penalty");
    trial_set(t, "CF_GSJZQ", "2024-09-05");
    expect_until(t, "2024-09-05");
    trial_set(t, "CF_GSJZQ", "2030-01-01");
    expect_until(t, "2025-03-05");
    trial_set(t, "CF_GSJZQ", "2099-12-31");
    expect_until(t, "2025-03-05");
}

TEST(a_registration_is_public_for_ever_and_a_memo_never)
{
    TRIAL(t, "registration");
    expect_until(t, "forever");
    AUTO(trial_close) struct trial *u = trial_open("memo");
    expect_until(u, "never");
    EXPECT_EQ(trial_record(u).head.visibility, VIS_AUTHORISED);
}

TEST(the_set_of_terms_of_the_theme_chooses_the_term)
{
    struct theme *theme = (struct theme *)(uintptr_t)theme_named("penalty");
    struct theme before = *theme;
    theme->terms = SLICE("strict");
    TRIAL(t, "penalty");
    expect_until(t, "2024-09-05");
    trial_set(t, "CF_CFLB", "警告"); /* of a class that the general set does not have */
    expect_until(t, "2024-04-05");
    trial_set(t, "CF_CFLB", "吊销许可证件"); /* and this one has not: as usual in the theme */
    expect_until(t, "2024-09-05");
    *theme = before;
}

TEST(retention_runs_from_the_end_of_the_behaviour_where_the_theme_says_so)
{
    struct theme *theme = (struct theme *)(uintptr_t)theme_named("penalty");
    struct theme before = *theme;
    theme->retention_start = SLICE("behaviour-end");
    TRIAL(t, "penalty");
    EXPECT_EQ(trial_record(t).head.retain_until.v, DAY_FOREVER.v);
    trial_set(t, "CF_JSRQ", "2024-04-30");
    struct record_head h = trial_record(t).head;
    char ended[11], until[11];
    day_print(h.ended, ended);
    day_print(h.retain_until, until);
    EXPECT_STR(ended, "2024-04-30");
    EXPECT_STR(until, "2029-04-30");
    *theme = before;
}

TEST(a_penalty_is_kept_for_the_years_of_its_theme_and_is_not_public_for_longer)
{
    TRIAL(t, "penalty");
    char day[11];
    struct record_head h = trial_record(t).head;
    day_print(h.retain_until, day);
    EXPECT_STR(day, "2029-03-05");
    EXPECT(day_is_none(h.ended));
    AUTO(trial_close) struct trial *u = trial_open("registration");
    EXPECT_EQ(trial_record(u).head.retain_until.v, DAY_FOREVER.v);
    /* a theme that is public for ever, but kept for a year */
    struct theme *theme = (struct theme *)(uintptr_t)theme_named("registration");
    struct theme before = *theme;
    theme->retention_start = SLICE("decision");
    theme->retention_years = 1;
    trial_set(u, "REGDATE", "2024-05-31");
    expect_until(u, "2025-05-31");
    *theme = before;
}

TEST(the_head_says_by_what_it_was_judged)
{
    TRIAL(t, "penalty");
    struct record_head h = trial_record(t).head;
    EXPECT_EQ(h.theme, 2);
    EXPECT_EQ(h.entry, 3);
    EXPECT_EQ(h.current_from.v, 1717207200000);
    char day[11];
    day_print(h.day, day);
    EXPECT_STR(day, "2024-03-05");
    EXPECT_EQ(record_id_theme(&h.id), 2);
}

/* Content. */
static struct slice content(struct trial *t)
{
    const struct judged *j = trial_judge(t);
    EXPECT(!j->rejected);
    return arena_dup(trial_arena(t), slice_make(j->content, 16));
}

TEST(content_is_the_same_in_every_spelling)
{
    static const char *const spellings[][2] = {
        {"CF_XDR_SHXYM", "９１４４０１０６yy 00000288"},
        {"CF_JDRQ", "2024年3月5日 10:00"},
        {"CF_NR_FK", "0.200"},
        {"CF_XDR_LB", "1"},
        {"CF_CFLB", "2"},
        {"CF_SY", "　未按规定公示 "},
        {"BZ", "无"},
        {"何物", "值"},
        {"_version", "7"},
        {"_op", "变更"},
    };
    TRIAL(t, "penalty");
    struct slice wanted = content(t);
    for (size_t i = 0; i < ARRAY_LEN(spellings); i++) {
        trial_set(t, spellings[i][0], spellings[i][1]);
        EXPECT_SAME(content(t), wanted);
    }
}

TEST(other_content_is_other_content)
{
    TRIAL(t, "penalty");
    struct slice before = content(t);
    trial_set(t, "CF_NR_FK", "0.3");
    EXPECT(!slice_eq(content(t), before));
    before = content(t);
    trial_set(t, "CF_NR_FK", NULL);
    EXPECT(!slice_eq(content(t), before));
    before = content(t);
    trial_set(t, "_reason", "更正");
    EXPECT(!slice_eq(content(t), before));
    /* A value that moves to another item. */
    trial_set(t, "BZ", "x");
    before = content(t);
    trial_set(t, "BZ", NULL);
    trial_set(t, "NB", "X");
    EXPECT(!slice_eq(content(t), before));
}

TEST(the_content_of_a_revoke_is_the_operation_alone)
{
    TRIAL(t, "penalty");
    struct slice upsert = content(t);
    trial_set(t, "_op", "revoke");
    struct slice revoke = content(t);
    EXPECT(!slice_eq(upsert, revoke));
    trial_set(t, "CF_SY", NULL);
    trial_set(t, "_reason", "撤销原因");
    EXPECT_SAME(content(t), revoke);
}

TEST(a_revoke_of_an_unknown_record_keeps_its_identity_and_nothing_else)
{
    TRIAL(t, "penalty");
    trial_set(t, "_op", "revoke");
    const struct judged *j = trial_judge(t);
    struct record r;
    EXPECT_OK(record_decode(j->waiting, &r));
    EXPECT_EQ(r.head.flags, RECORD_REVOKED);
    EXPECT_EQ(r.identity.n + r.document.n + r.pub.n + r.aut.n + r.gov.n + r.none.n + r.received.n,
              0);
    EXPECT_EQ(r.about.name_count, 0);
    AUTO_BUF(plain, 4096);
    EXPECT_OK(crypt_open(trial_keys(t), KEY_ITEMS, r.sealed, &plain));
    EXPECT(slice_starts(buf_slice(&plain), SLICE("{\"i\":\"\\u0002")));
    EXPECT(!holds(buf_slice(&plain), "\"c\""));
    trial_set(t, "_op", "add");
    EXPECT_EQ(trial_judge(t)->waiting.n, 0);
}

TEST(the_same_row_gives_the_same_bytes_but_for_what_is_sealed)
{
    TRIAL(t, "penalty");
    trial_set(t, "CF_FR_ZJHM", PERSON);
    struct slice first = trial_judge(t)->bytes, second = trial_judge(t)->bytes;
    struct record x, y;
    EXPECT_OK(record_decode(first, &x));
    EXPECT_OK(record_decode(second, &y));
    EXPECT(!slice_eq(x.sealed, y.sealed));
    EXPECT_SAME(slice_make(first.p, first.n - x.sealed.n),
                slice_make(second.p, second.n - y.sealed.n));
    trial_set(t, "CF_FR_ZJHM", NULL);
    first = trial_judge(t)->bytes;
    EXPECT_SAME(trial_judge(t)->bytes, first);
}

TEST(a_row_that_escapes_make_too_long_is_rejected)
{
    TRIAL(t, "penalty");
    static char controls[260 * 1000];
    memset(controls, 1, sizeof controls);
    controls[0] = 'x';
    trial_set_slice(t, "CF_SY", slice_make(controls, sizeof controls));
    const struct finding *f = trial_finding(t, RULE_ROW_SIZE);
    EXPECT(f != NULL);
    EXPECT(trial_judge(t)->rejected);
    trial_set_slice(t, "CF_SY", slice_make(controls, 100 * 1000));
    EXPECT(!trial_judge(t)->rejected);
}

TEST(a_received_text_with_a_nul_can_be_read_again)
{
    TRIAL(t, "penalty");
    trial_set_slice(t, "CF_FR_ZJHM",
                    slice_make("E12\0"
                               "34567",
                               9));
    EXPECT_SLICE(trial_item(t, "CF_FR_ZJHM"), "E1234567");
    EXPECT(holds(trial_sealed(t), "\"r\":{\"CF_FR_ZJHM\":\"E12\\u000034567\"}"));
}

TEST(a_row_whose_record_would_be_larger_than_a_commit_can_bear_is_rejected)
{
    TRIAL(t, "penalty");
    AUTO_BUF(blanks, 1 << 20);
    for (int i = 0; i < 700 * 1000; i++)
        buf_add_char(&blanks, ' ');
    buf_add_slice(&blanks, SLICE("44010618500101001600"));
    /* kept as they came: one in clear, one in the sealed part */
    trial_set_slice(t, "CF_FR_ZJHM", buf_slice(&blanks));
    EXPECT(!trial_judge(t)->rejected);
    trial_set_slice(t, "CF_SY", slice_make(blanks.p, 700 * 1000 + 1));
    EXPECT(trial_judge(t)->rejected);
    EXPECT(trial_finding(t, RULE_ROW_SIZE) != NULL);
}
