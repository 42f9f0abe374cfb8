/* Who sees what, and when: terms by the clock, revoked and moved records, former names, links,
 * natural persons. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "query/records.h"
#include "query/subjects.h"
#include "record/identifier.h"
#include "tests/support/asked.h"

static void registration(struct world *w, const char *name, const char *code, const char *regno,
                         int version)
{
    struct slice text =
        arena_printf(w->arena,
                     "企业名称,统一社会信用代码,注册日期,工商注册号,登记状态,法定代表人证件号码,_"
                     "version\n%s,%s,2001-02-03,%s,存续,440106185001010016,%d\n",
                     name, code, regno, version);
    EXPECT_EQ(world_submit(w, "amr-enterprise-registration", NULL, text).rejected, 0);
}

static struct totals penalty(struct world *w, const char *id, const char *name, const char *class,
                             const char *columns, const char *values, const char *until,
                             int version, const char *op)
{
    struct slice text =
        arena_printf(w->arena,
                     "CF_WSH,CF_XDR_MC,CF_XDR_LB,CF_FRDB,CF_WFXW,CF_SY,CF_YJ,CF_CFLB,CF_NR,CF_NR_"
                     "FK,CF_JDRQ,CF_YXQ,CF_GSJZQ,CF_CFJG,CF_CFJGDM,"
                     "CF_SJLY,CF_SJLYDM,_id,_version,_op,%s\n"
                     "处%s号,%s,%s,某甲,无照经营,事实,条例,罚款,罚款二千元,0.2,2026-05-02,2027-05-"
                     "01,%s,某局,11440106YY000001XG,某局,"
                     "11440106YY000001XG,%s,%d,%s,%s\n",
                     columns, id, name, class, until, id, version, op, values);
    return world_submit(w, "amr-penalty", NULL, text);
}

static struct record_id id_of(struct world *w, const char *record)
{
    const struct theme *t =
        catalogue_theme_at(w->catalogue, SLICE("amr-penalty"), clock_now(&w->clock));
    char identity[64];
    int n = snprintf(identity, sizeof identity, "\1%s", record);
    return record_id_make(w->keys, t->number, slice_make(identity, (size_t)n));
}

static unsigned search_count(struct world *w, const char *text)
{
    struct asked a;
    struct search_hit *hits;
    unsigned count;
    struct slice next;
    ask(w, &a);
    EXPECT_OK(
        query_search(&a.q, slice_of(text), 20, (struct slice){0}, &hits, &count, &next, NULL));
    asked_end(&a);
    return count;
}

TEST(a_record_is_gone_on_the_day_its_publication_ends_and_its_subject_with_it)
{
    struct world *w = world_open();
    char code[19];
    world_uscc(11, "91", code);
    penalty(w, "T1", "广州某某商贸有限公司", "法人及非法人组织", "CF_XDR_SHXYM", code, "2026-08-01",
            1, "add");
    struct record_id id = id_of(w, "T1");
    struct record_answer answer;
    struct subject_answer subject;
    struct asked a;
    world_go_to(w, "2026-07-31T23:59:59+08:00");
    ask(w, &a);
    EXPECT_OK(query_record(&a.q, &id, &answer));
    EXPECT_OK(query_subject(&a.q, slice_of(code), true, &subject));
    EXPECT_EQ(subject.total, 1);
    EXPECT_EQ(subject.counters[CATEGORY_SUPERVISION], 1);
    EXPECT_SAME(subject.name, SLICE("广州某某商贸有限公司"));
    EXPECT(!subject.name_is_confirmed);
    asked_end(&a);
    EXPECT_EQ(search_count(w, "某某商贸"), 1);

    world_go_to(w, "2026-08-01T00:00:00+08:00");
    ask(w, &a);
    EXPECT_ERR(query_record(&a.q, &id, &answer), CE_NOT_FOUND);
    EXPECT_ERR(query_subject(&a.q, slice_of(code), true, &subject), CE_NOT_FOUND);
    asked_end(&a);
    EXPECT_EQ(search_count(w, "某某商贸"), 0);
    world_check(w);
    world_close(w);
}

TEST(a_revoked_record_that_was_public_is_gone_and_one_that_was_not_is_unknown)
{
    struct world *w = world_open();
    char code[19];
    world_uscc(12, "91", code);
    penalty(w, "R1", "广州某某商贸有限公司", "法人及非法人组织", "CF_XDR_SHXYM", code, "2027-01-01",
            1, "add");
    penalty(w, "R2", "某乙", "自然人", "CF_XDR_ZJHM", "440106185001010016", "2027-01-01", 1, "add");
    penalty(w, "R1", "", "", "CF_XDR_SHXYM", "", "", 2, "revoke");
    penalty(w, "R2", "", "", "CF_XDR_SHXYM", "", "", 2, "revoke");
    penalty(w, "R3", "", "", "CF_XDR_SHXYM", "", "", 2, "revoke");
    struct record_id r1 = id_of(w, "R1"), r2 = id_of(w, "R2"), r3 = id_of(w, "R3");
    struct record_answer answer;
    struct subject_answer subject;
    struct asked a;
    ask(w, &a);
    EXPECT_ERR(query_record(&a.q, &r1, &answer), CE_CLOSED);
    EXPECT_ERR(query_record(&a.q, &r2, &answer), CE_NOT_FOUND);
    EXPECT_ERR(query_record(&a.q, &r3, &answer), CE_NOT_FOUND);
    EXPECT_ERR(query_subject(&a.q, slice_of(code), true, &subject), CE_NOT_FOUND);
    asked_end(&a);
    EXPECT_EQ(search_count(w, "某某商贸"), 0);
    /* A later version reinstates. */
    penalty(w, "R1", "广州某某商贸有限公司", "法人及非法人组织", "CF_XDR_SHXYM", code, "2027-01-01",
            3, "change");
    ask(w, &a);
    EXPECT_OK(query_record(&a.q, &r1, &answer));
    struct history_answer *history;
    unsigned count;
    EXPECT_OK(query_history(&a.q, &r1, &history, &count));
    EXPECT_EQ(count, 3);
    EXPECT_STR(history[0].change, "stored");
    EXPECT_STR(history[1].change, "revoked");
    EXPECT_STR(history[2].change, "reinstated");
    asked_end(&a);
    EXPECT_EQ(search_count(w, "某某商贸"), 1);
    world_check(w);
    world_close(w);
}

/* The same content, but the public never saw the one whose revoke was there first. */
TEST(a_revoke_before_its_record_leaves_it_unknown_and_after_it_gone_with_one_digest)
{
    char code[19], *first = NULL;
    world_uscc(12, "91", code);
    for (int revoke_first = 0; revoke_first < 2; revoke_first++) {
        struct world *w = world_open();
        for (int step = 0; step < 2; step++) {
            if (step != revoke_first)
                penalty(w, "R1", "", "", "CF_XDR_SHXYM", "", "", 2, "revoke");
            else
                penalty(w, "R1", "广州某某商贸有限公司", "法人及非法人组织", "CF_XDR_SHXYM", code,
                        "2027-01-01", 1, "add");
        }
        struct record_id id = id_of(w, "R1");
        struct record_answer answer;
        struct asked a;
        ask(w, &a);
        EXPECT_ERR(query_record(&a.q, &id, &answer), revoke_first ? CE_NOT_FOUND : CE_CLOSED);
        asked_end(&a);
        const char *digest = world_digest(w);
        if (!first)
            first = strdup(digest);
        EXPECT_STR(digest, first);
        world_check(w);
        world_close(w);
    }
    free(first);
}

TEST(a_record_whose_wrong_code_is_corrected_moves_and_leaves_nothing_behind)
{
    struct world *w = world_open();
    char wrong[19], right[19];
    world_uscc(13, "91", wrong);
    world_uscc(14, "91", right);
    penalty(w, "M1", "广州某某商贸有限公司", "法人及非法人组织", "CF_XDR_SHXYM", wrong,
            "2027-01-01", 1, "add");
    penalty(w, "M1", "广州某某商贸有限公司", "法人及非法人组织", "CF_XDR_SHXYM", right,
            "2027-01-01", 2, "change");
    struct subject_answer subject;
    struct asked a;
    ask(w, &a);
    EXPECT_ERR(query_subject(&a.q, slice_of(wrong), true, &subject), CE_NOT_FOUND);
    EXPECT_OK(query_subject(&a.q, slice_of(right), true, &subject));
    EXPECT_EQ(subject.total, 1);
    asked_end(&a);
    EXPECT_EQ(search_count(w, "某某商贸"), 1);
    world_check(w);
    world_close(w);
}

TEST(a_name_that_no_longer_holds_is_found_as_a_former_name)
{
    struct world *w = world_open();
    char code[19];
    world_uscc(15, "91", code);
    registration(w, "广州旧名商行", code, "", 1);
    registration(w, "广州新名商行", code, "", 2);
    struct asked a;
    struct search_hit *hits;
    struct slice next;
    unsigned count;
    ask(w, &a);
    EXPECT_OK(query_search(&a.q, SLICE("旧名"), 20, (struct slice){0}, &hits, &count, &next, NULL));
    EXPECT_EQ(count, 1);
    EXPECT_SAME(hits[0].subject.name, SLICE("广州新名商行"));
    EXPECT_SAME(hits[0].matched, SLICE("广州旧名商行"));
    EXPECT_STR(hits[0].matched_by, "former-name");
    EXPECT_EQ(hits[0].subject.former_count, 1);
    asked_end(&a);
    world_check(w);
    world_close(w);

    /* The same when the earlier version comes late. */
    w = world_open();
    registration(w, "广州新名商行", code, "", 2);
    registration(w, "广州旧名商行", code, "", 1);
    EXPECT_EQ(search_count(w, "旧名"), 1);
    world_check(w);
    world_close(w);
}

TEST(a_penalty_that_came_with_a_registration_number_alone_shows_with_its_subject)
{
    struct world *w = world_open();
    char code[19];
    world_uscc(16, "91", code);
    penalty(w, "L1", "广州某某商贸有限公司", "法人及非法人组织", "CF_XDR_GSZC", "440301103097413",
            "2027-01-01", 1, "add");
    struct subject_answer subject;
    struct asked a;
    ask(w, &a);
    EXPECT_OK(query_subject(&a.q, SLICE("440301103097413"), true, &subject));
    EXPECT_STR(subject.code, "R-440301103097413");
    EXPECT_EQ(subject.total, 1);
    asked_end(&a);

    registration(w, "广州某某商贸有限公司", code, "440301103097413", 1);
    ask(w, &a);
    EXPECT_OK(query_subject(&a.q, SLICE("440301103097413"), true, &subject));
    EXPECT_STR(subject.code, code);
    EXPECT_EQ(subject.total, 2);
    struct record_answer *records;
    unsigned count;
    struct slice next;
    struct records_filter all = {.from = DAY_NONE, .to = DAY_NONE};
    EXPECT_OK(query_records(&a.q, &subject.id, &all, 20, (struct slice){0}, &records, &count, &next,
                            NULL));
    EXPECT_EQ(count, 2);
    /* newest first: the penalty of 2026 before the registration of 2001; and by pages of one the
     * same */
    EXPECT_EQ(records[0].category, CATEGORY_SUPERVISION);
    struct record_id first = records[0].id, second = records[1].id;
    EXPECT_OK(query_records(&a.q, &subject.id, &all, 1, (struct slice){0}, &records, &count, &next,
                            NULL));
    EXPECT_EQ(memcmp(records[0].id.b, first.b, sizeof first.b), 0);
    EXPECT(next.n > 0);
    EXPECT_OK(query_records(&a.q, &subject.id, &all, 1, next, &records, &count, &next, NULL));
    EXPECT_EQ(memcmp(records[0].id.b, second.b, sizeof second.b), 0);
    EXPECT_EQ(next.n, 0);
    asked_end(&a);
    /* One subject, not two. */
    EXPECT_EQ(search_count(w, "某某商贸"), 1);
    world_check(w);
    world_close(w);
}

TEST(a_cursor_of_another_question_or_a_forged_one_is_refused)
{
    struct world *w = world_open();
    char one[19], other[19];
    world_uscc(17, "91", one);
    world_uscc(18, "91", other);
    for (int i = 0; i < 3; i++) {
        char id[16];
        snprintf(id, sizeof id, "C%d", i);
        penalty(w, id, "广州某某商贸有限公司", "法人及非法人组织", "CF_XDR_SHXYM", one,
                "2027-01-01", 1, "add");
    }
    penalty(w, "C9", "广州某某商贸有限公司", "法人及非法人组织", "CF_XDR_SHXYM", other,
            "2027-01-01", 1, "add");
    struct asked a;
    struct subject_answer s, t;
    struct record_answer *records;
    unsigned count;
    struct slice next, none;
    struct records_filter all = {.from = DAY_NONE, .to = DAY_NONE};
    ask(w, &a);
    EXPECT_OK(query_subject(&a.q, slice_of(one), false, &s));
    EXPECT_OK(query_subject(&a.q, slice_of(other), false, &t));
    EXPECT_OK(
        query_records(&a.q, &s.id, &all, 2, (struct slice){0}, &records, &count, &next, NULL));
    EXPECT(next.n > 0);
    EXPECT_ERR(query_records(&a.q, &t.id, &all, 2, next, &records, &count, &none, NULL),
               CE_INVALID);
    char *forged = (char *)(uintptr_t)arena_dup(a.arena, next).p;
    forged[10] = forged[10] == 'a' ? 'b' : 'a';
    EXPECT_ERR(query_records(&a.q, &s.id, &all, 2, slice_make(forged, next.n), &records, &count,
                             &none, NULL),
               CE_INVALID);
    asked_end(&a);
    world_close(w);
}

TEST(natural_persons_have_no_page_and_no_search_and_their_numbers_are_refused)
{
    struct world *w = world_open();
    penalty(w, "N1", "欧阳某某某", "自然人", "CF_XDR_ZJHM", "440106185001010016", "2027-01-01", 1,
            "add");
    struct subject_answer subject;
    struct record_answer answer;
    struct record_id id = id_of(w, "N1");
    struct asked a;
    ask(w, &a);
    /* known or unknown, in whatever form: the same answer */
    EXPECT_ERR(query_subject(&a.q, SLICE("440106185001010016"), true, &subject), CE_INVALID);
    EXPECT_ERR(query_subject(&a.q, SLICE("440106185202290026"), true, &subject), CE_INVALID);
    EXPECT_EQ(query_code_kind(&a.q, SLICE("４４０１０６１８５００１０１００１６")), CODE_PERSON);
    EXPECT_ERR(query_record(&a.q, &id, &answer), CE_NOT_FOUND);
    asked_end(&a);
    EXPECT_EQ(search_count(w, "欧阳某某某"), 0);
    world_check(w);
    world_close(w);
}

TEST(an_identity_number_that_passes_the_check_of_a_unified_code_is_refused_all_the_same)
{
    struct world *w = world_open();
    struct day born_min;
    struct subject_answer subject;
    struct asked a;
    unsigned seen = 0;
    EXPECT(day_from_civil(1800, 1, 1, &born_min));
    ask(w, &a);
    for (unsigned n = 0; n < 10000; n++) {
        char number[19];
        snprintf(number, sizeof number, "44010618500101%03u%c", n / 10, "0123456789"[n % 10]);
        struct slice text = slice_of(number);
        if (!uscc_is_valid(text) || idnum_check(text, born_min, a.q.today).rejected)
            continue;
        seen++;
        EXPECT_ERR(query_subject(&a.q, text, true, &subject), CE_INVALID);
    }
    EXPECT(seen > 0);
    asked_end(&a);
    world_close(w);
}

TEST(what_a_later_entry_version_hides_is_hidden_in_older_records_too)
{
    struct world *w = world_open();
    char code[19];
    world_uscc(14, "91", code);
    penalty(w, "E1", "广州某某商贸有限公司", "法人及非法人组织", "CF_XDR_SHXYM", code, "2027-01-01",
            1, "add");
    struct theme *now = (struct theme *)(uintptr_t)catalogue_theme_at(
        w->catalogue, SLICE("amr-penalty"), clock_now(&w->clock));
    now->version++; /* what a later file would bring */
    now->items[now->role_item[ROLE_DOCUMENT]].visibility = VIS_GOVERNMENT;
    struct record_id id = id_of(w, "E1");
    struct record_answer answer;
    struct asked a;
    ask(w, &a);
    EXPECT_OK(query_record(&a.q, &id, &answer));
    EXPECT_EQ(answer.document.n, 0);
    EXPECT(slice_find(answer.items, SLICE("CF_WSH"), 0) < 0);
    EXPECT(slice_find(answer.items, SLICE("CF_XDR_MC"), 0) >= 0);
    asked_end(&a);
    world_close(w);
}

TEST(an_amount_is_shown_only_while_its_item_is)
{
    static const struct mask mask = {{"sum", 3}, 1, 0};
    struct world *w = world_open();
    char code[19], values[32];
    world_uscc(22, "91", code);
    snprintf(values, sizeof values, "1.50,%s", code);
    penalty(w, "A1", "广州某某商贸有限公司", "法人及非法人组织", "CF_NR_WFFF,CF_XDR_SHXYM", values,
            "2027-01-01", 1, "add");
    struct theme *now = (struct theme *)(uintptr_t)catalogue_theme_at(
        w->catalogue, SLICE("amr-penalty"), clock_now(&w->clock));
    struct item *fine = (struct item *)(uintptr_t)theme_item(now, SLICE("CF_NR_FK"));
    struct record_id id = id_of(w, "A1");
    struct record_answer answer;
    struct asked a;
    ask(w, &a);
    EXPECT_OK(query_record(&a.q, &id, &answer));
    EXPECT_SLICE(answer.amounts,
                 "\"CF_NR_FK\":{\"number\":\"0.2\"},\"CF_NR_WFFF\":{\"number\":\"1.5\"}");
    now->version++; /* what a later file would bring */
    EXPECT_OK(query_record(&a.q, &id, &answer));
    EXPECT_SLICE(answer.amounts,
                 "\"CF_NR_FK\":{\"number\":\"0.2\"},\"CF_NR_WFFF\":{\"number\":\"1.5\"}");
    fine->mask = &mask;
    EXPECT_OK(query_record(&a.q, &id, &answer));
    EXPECT_SLICE(answer.amounts, "\"CF_NR_WFFF\":{\"number\":\"1.5\"}");
    fine->mask = NULL;
    fine->visibility = VIS_GOVERNMENT;
    EXPECT_OK(query_record(&a.q, &id, &answer));
    EXPECT_SLICE(answer.amounts, "\"CF_NR_WFFF\":{\"number\":\"1.5\"}");
    asked_end(&a);
    world_close(w);
}

/* The catalogue with one more version of the theme of penalties, for the authorised from then on.
 */
static struct catalogue hidden_from(struct world *w, const char *when)
{
    struct catalogue c = *w->catalogue;
    const struct theme *now = catalogue_theme_at(&c, SLICE("amr-penalty"), clock_now(&w->clock));
    struct theme *next = ARENA_NEW(w->arena, struct theme);
    *next = *now;
    next->version++;
    next->visibility = VIS_AUTHORISED;
    next->publication = PUBLISH_NEVER;
    EXPECT(utc_parse(slice_of(when), &next->valid_from));
    struct theme ***lists[] = {&c.themes, &c.by_number};
    for (size_t i = 0; i < 2; i++) {
        struct theme **list = ARENA_ARRAY(w->arena, struct theme *, c.theme_count + 1);
        size_t n = 0;
        for (size_t k = 0; k < c.theme_count; k++) {
            list[n++] = (*lists[i])[k];
            if ((*lists[i])[k] == now)
                list[n++] = next;
        }
        *lists[i] = list;
    }
    c.theme_count++;
    return c;
}

TEST(a_name_that_only_records_gave_which_a_later_version_hides_is_neither_shown_nor_found)
{
    struct world *w = world_open();
    char code[19];
    world_uscc(16, "91", code);
    penalty(w, "N1", "广州旧名商贸有限公司", "法人及非法人组织", "CF_XDR_SHXYM", code, "2027-01-01",
            9, "add");
    struct slice text = arena_printf(w->arena,
                                     "SUBJ_NAME,USCC,LIST_ID,IN_DAY,IN_REASON,AUTHORITY,_version\n"
                                     "广州新名商贸有限公司,%s,YL0001,2026-01-05,"
                                     "未按规定期限公示年度报告,某局,1\n",
                                     code);
    EXPECT_EQ(world_submit(w, "amr-abnormal", NULL, text).stored, 1);
    const struct catalogue *before = w->catalogue;
    struct catalogue c = hidden_from(w, "2026-06-01T18:00:00+08:00");
    struct subject_answer s;
    struct asked a;
    w->catalogue = &c;
    for (int turn = 0; turn < 2; turn++) {
        world_go_to(w, turn ? "2026-06-01T18:00:00+08:00" : "2026-06-01T17:59:59+08:00");
        ask(w, &a);
        EXPECT_OK(query_subject(&a.q, slice_of(code), false, &s));
        if (turn)
            EXPECT_SLICE(s.name, "广州新名商贸有限公司");
        else
            EXPECT_SLICE(s.name, "广州旧名商贸有限公司");
        asked_end(&a);
        EXPECT_EQ(search_count(w, "旧名商贸"), turn ? 0 : 1);
        EXPECT_EQ(search_count(w, "新名商贸"), 1);
    }
    w->catalogue = before;
    world_close(w);
}

TEST(a_sole_trader_without_a_shop_name_is_found_by_code_only)
{
    struct world *w = world_open();
    char person[19], shop[19];
    world_uscc(19, "92", person);
    world_uscc(20, "92", shop);
    registration(w, "欧阳某某", person, "", 1);
    registration(w, "广州市天河区欧阳某某小吃店", shop, "", 1);
    EXPECT_EQ(search_count(w, "欧阳某某"), 1);
    EXPECT_EQ(search_count(w, person), 1);
    EXPECT_EQ(search_count(w, shop), 1);
    world_check(w);
    world_close(w);
}

TEST(a_sole_trader_known_by_an_older_number_is_found_by_its_name_only_with_a_shop_name)
{
    struct world *w = world_open();
    /* the first digit of the sequence says sole trader; a tax number made of the owner's number */
    penalty(w, "S1", "欧阳某某", "个体工商户", "CF_XDR_GSZC", "440106600000017", "2027-01-01", 1,
            "add");
    penalty(w, "S2", "司徒某某", "个体工商户", "CF_XDR_SWDJ", "44010618500101001601", "2027-01-01",
            1, "add");
    penalty(w, "S3", "广州欧阳小吃店", "个体工商户", "CF_XDR_GSZC", "440106600000025", "2027-01-01",
            1, "add");
    penalty(w, "S4", "广州上官某有限公司", "法人及非法人组织", "CF_XDR_GSZC", "440106000000011",
            "2027-01-01", 1, "add");
    EXPECT_EQ(search_count(w, "欧阳某某"), 0);
    EXPECT_EQ(search_count(w, "440106600000017"), 1);
    EXPECT_EQ(search_count(w, "司徒某某"), 0);
    EXPECT_EQ(search_count(w, "欧阳小吃"), 1);
    penalty(w, "S5", "广州皇甫某有限公司", "法人及非法人组织", "CF_XDR_SWDJ", "914401063000000000",
            "2027-01-01", 1, "add");
    EXPECT_EQ(search_count(w, "皇甫某"), 1);
    EXPECT_EQ(search_count(w, "上官某"), 1);
    world_check(w);
    world_close(w);
}

TEST(a_code_is_found_however_it_was_typed)
{
    struct world *w = world_open();
    char code[19], lower[19];
    world_uscc(21, "91", code);
    registration(w, "广州(天河)某某商贸有限公司", code, "", 1);
    for (int i = 0; i < 19; i++)
        lower[i] = (char)(code[i] >= 'A' && code[i] <= 'Z' ? code[i] + 32 : code[i]);
    AUTO_BUF(wide, 256);
    for (int i = 0; i < 18; i++) {
        char utf8[4];
        buf_add(&wide, utf8, utf8_put(utf8, (uint32_t)code[i] + 0xFEE0));
    }
    buf_add_char(&wide, 0);
    EXPECT_EQ(search_count(w, code), 1);
    EXPECT_EQ(search_count(w, lower), 1);
    EXPECT_EQ(search_count(w, wide.p), 1);
    EXPECT_EQ(search_count(w, "广州（天河）某某"), 1);
    EXPECT_EQ(search_count(w, "州天河某"), 1);
    world_close(w);
}
