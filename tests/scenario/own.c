/* What a subject sees of itself, and that the public sees nothing of it. */
#include <string.h>

#include "base/err.h"
#include "query/records.h"
#include "query/shown.h"
#include "query/subjects.h"
#include "tests/support/asked.h"

#define PERSON "440106185001010016"
#define MASKED "4****************6"

static void ask_as(struct world *w, enum viewer viewer, struct asked *ret)
{
    ask(w, ret);
    EXPECT_EQ(ret->q.viewer, VIEWER_PUBLIC);
    ret->q.viewer = viewer;
}

/* A penalty; `kind` of it decides on severity, `until` on the end of publication. */
static void penalty(struct world *w, const char *id, const char *name, const char *class,
                    const char *column, const char *number, const char *kind, const char *until,
                    const char *op, int version)
{
    struct slice text = arena_printf(
        w->arena,
        "CF_WSH,CF_XDR_MC,CF_XDR_LB,CF_FRDB,CF_FR_ZJHM,CF_XDR_ZJLX,CF_WFXW,CF_SY,CF_YJ,CF_CFLB,CF_"
        "NR,CF_NR_FK,CF_JDRQ,CF_YXQ,CF_GSJZQ,CF_CFJG,CF_CFJGDM,CF_SJLY,CF_SJLYDM,_id,_version,_op,_"
        "reason,%s\n"
        "处%s号,%s,%s,某甲,440106185202290026,身份证,无照经营,当事人（" PERSON
        "）无照经营,条例,%s,处罚内容,0.2,2026-05-02,2027-05-01,%s,某局,11440106YY000001XG,某局,"
        "11440106YY000001XG,%s,%d,%s,更正,%s\n",
        column, id, name, class, kind, until, id, version, op, number);
    EXPECT_EQ(world_submit(w, "amr-penalty", NULL, text).rejected, 0);
}

static void enterprise(struct world *w, unsigned n, char code[19])
{
    static const char name[] = "广州某某商贸有限公司", class[] = "法人及非法人组织";
    world_uscc(n, "91", code);
    penalty(w, "P1", name, class, "CF_XDR_SHXYM", code, "罚款", "2027-01-01", "add", 1);
    penalty(w, "P2", name, class, "CF_XDR_SHXYM", code, "罚款", "2026-05-20", "add", 1);
    penalty(w, "P3", name, class, "CF_XDR_SHXYM", code, "警告", "2027-01-01", "add", 1);
    penalty(w, "P4", name, class, "CF_XDR_SHXYM", code, "罚款", "2027-01-01", "add", 1);
    penalty(w, "P4", name, class, "CF_XDR_SHXYM", code, "罚款", "2027-01-01", "revoke", 2);
}

static struct theme *theme_now(struct world *w)
{
    return (struct theme *)(uintptr_t)catalogue_theme_at(w->catalogue, SLICE("amr-penalty"),
                                                         clock_now(&w->clock));
}

static struct day born_min(void)
{
    struct day d;
    EXPECT(day_from_civil(1800, 1, 1, &d));
    return d;
}

static int own(struct asked *a, const char *number, struct subject_answer *ret)
{
    return query_own(&a->q, slice_of(number), born_min(), true, ret);
}

static unsigned records_of(struct asked *a, const struct subject_answer *s,
                           struct record_answer **ret)
{
    struct records_filter all = {.from = DAY_NONE, .to = DAY_NONE};
    unsigned count;
    struct slice next;
    EXPECT_OK(query_records(&a->q, &s->id, &all, 50, (struct slice){0}, ret, &count, &next, NULL));
    return count;
}

static const struct record_answer *record_named(const struct record_answer *list, unsigned count,
                                                const char *document)
{
    for (unsigned i = 0; i < count; i++)
        if (slice_eq(list[i].document, slice_of(document)))
            return &list[i];
    FAIL("no record %s", document);
    return NULL;
}

static const struct shown *shown_of(struct asked *a, const struct record_answer *r,
                                    const char *code)
{
    struct shown *list;
    unsigned count = shown_list(a->arena, r, &list);
    for (unsigned i = 0; i < count; i++)
        if (slice_eq(list[i].code, slice_of(code)))
            return &list[i];
    return NULL;
}

TEST(a_subject_sees_what_is_public_no_longer_or_never_was_but_nothing_revoked)
{
    struct world *w = world_open();
    char code[19];
    enterprise(w, 41, code);
    struct subject_answer s;
    struct record_answer *list;
    struct asked a;
    ask_as(w, VIEWER_OWN, &a);
    EXPECT_OK(own(&a, code, &s));
    EXPECT_EQ(s.total, 3);
    EXPECT_EQ(s.counters[CATEGORY_SUPERVISION], 3);
    unsigned count = records_of(&a, &s, &list);
    EXPECT_EQ(count, 3);
    EXPECT(record_named(list, count, "处P1号")->is_public);
    const struct record_answer *ended = record_named(list, count, "处P2号");
    EXPECT(!ended->is_public);
    EXPECT(!day_is_none(ended->public_until));
    const struct record_answer *minor = record_named(list, count, "处P3号");
    EXPECT(!minor->is_public);
    EXPECT(day_is_none(minor->public_until));
    asked_end(&a);
    /* five years after the decision nobody sees them any more */
    world_go_to(w, "2031-05-02");
    ask_as(w, VIEWER_OWN, &a);
    EXPECT_ERR(own(&a, code, &s), CE_NOT_FOUND);
    asked_end(&a);
    world_close(w);
}

TEST(a_name_that_only_a_record_past_its_retention_gave_is_not_told_to_the_subject_either)
{
    struct world *w = world_open();
    char code[19];
    struct subject_answer s;
    struct asked a;
    world_go_to(w, "2030-06-01");
    world_uscc(43, "91", code);
    penalty(w, "P1", "广州旧名商贸有限公司", "法人及非法人组织", "CF_XDR_SHXYM", code, "罚款",
            "2027-01-01", "add", 9);
    struct slice text = arena_printf(w->arena,
                                     "SUBJ_NAME,USCC,LIST_ID,IN_DAY,IN_REASON,AUTHORITY,_version\n"
                                     "广州新名商贸有限公司,%s,YL0001,2030-01-05,"
                                     "未按规定期限公示年度报告,某局,1\n",
                                     code);
    EXPECT_EQ(world_submit(w, "amr-abnormal", NULL, text).stored, 1);
    ask_as(w, VIEWER_OWN, &a);
    EXPECT_OK(own(&a, code, &s));
    EXPECT_SLICE(s.name, "广州旧名商贸有限公司");
    asked_end(&a);
    world_go_to(w, "2031-05-02");
    ask_as(w, VIEWER_OWN, &a);
    EXPECT_OK(own(&a, code, &s));
    EXPECT_EQ(s.total, 1);
    EXPECT_SLICE(s.name, "广州新名商贸有限公司");
    asked_end(&a);
    world_close(w);
}

TEST(a_subject_sees_what_is_shared_and_never_a_number_or_what_is_for_nobody)
{
    struct world *w = world_open();
    char code[19];
    enterprise(w, 42, code);
    struct subject_answer s;
    struct record_answer *list;
    struct asked a;
    ask_as(w, VIEWER_OWN, &a);
    EXPECT_OK(own(&a, code, &s));
    unsigned count = records_of(&a, &s, &list);
    const struct record_answer *r = record_named(list, count, "处P1号");
    EXPECT(slice_find(shown_of(&a, r, "CF_FR_ZJHM")->value, SLICE("4****************6"), 0) == 0);
    EXPECT_SLICE(shown_of(&a, r, "CF_SY")->value, "当事人（" MASKED "）无照经营");
    EXPECT_SLICE(shown_of(&a, r, "_reason")->value, "更正");
    EXPECT_SLICE(shown_of(&a, r, "_reason")->zh, "原因");
    EXPECT(slice_find(r->words, SLICE("440106185"), 0) < 0);
    EXPECT(slice_find(r->items, SLICE("440106185"), 0) < 0);
    /* what a later version keeps from everybody */
    struct theme *now = theme_now(w);
    now->version++;
    struct item *fact = (struct item *)(uintptr_t)theme_item(now, SLICE("CF_SY"));
    fact->visibility = VIS_NONE;
    count = records_of(&a, &s, &list);
    r = record_named(list, count, "处P1号");
    EXPECT(!shown_of(&a, r, "CF_SY"));
    EXPECT(slice_find(r->items, SLICE("CF_SY"), 0) < 0);
    EXPECT(shown_of(&a, r, "CF_FR_ZJHM") != NULL);
    now->visibility = VIS_NONE;
    EXPECT_ERR(own(&a, code, &s), CE_NOT_FOUND);
    asked_end(&a);
    world_close(w);
}

TEST(what_a_mask_hides_from_the_public_the_subject_sees)
{
    static const struct mask mask = {{"name", 4}, 1, 0};
    struct world *w = world_open();
    char code[19];
    struct item *head = (struct item *)(uintptr_t)theme_item(theme_now(w), SLICE("CF_FRDB"));
    head->mask = &mask;
    enterprise(w, 43, code);
    struct subject_answer s;
    struct record_answer *list;
    struct asked a;
    ask_as(w, VIEWER_OWN, &a);
    EXPECT_OK(own(&a, code, &s));
    unsigned count = records_of(&a, &s, &list);
    EXPECT_SLICE(shown_of(&a, record_named(list, count, "处P1号"), "CF_FRDB")->value, "某甲");
    asked_end(&a);
    ask_as(w, VIEWER_PUBLIC, &a);
    EXPECT_OK(query_subject(&a.q, slice_of(code), true, &s));
    count = records_of(&a, &s, &list);
    EXPECT_SLICE(shown_of(&a, &list[0], "CF_FRDB")->value, "某*");
    asked_end(&a);
    world_close(w);
}

TEST(a_theme_that_is_not_public_is_seen_by_the_subject_alone)
{
    struct world *w = world_open();
    char code[19];
    struct theme *theme = theme_now(w);
    theme->visibility = VIS_GOVERNMENT;
    theme->publication = PUBLISH_NEVER;
    enterprise(w, 44, code);
    struct subject_answer s;
    struct asked a;
    ask_as(w, VIEWER_OWN, &a);
    EXPECT_OK(own(&a, code, &s));
    EXPECT_EQ(s.total, 3);
    EXPECT_SLICE(s.name, "广州某某商贸有限公司");
    asked_end(&a);
    ask_as(w, VIEWER_PUBLIC, &a);
    EXPECT_ERR(query_subject(&a.q, slice_of(code), true, &s), CE_NOT_FOUND);
    asked_end(&a);
    world_close(w);
}

TEST(a_person_is_found_by_the_number_however_it_is_written)
{
    struct world *w = world_open();
    penalty(w, "N1", "欧阳某某", "自然人", "CF_XDR_ZJHM", PERSON, "罚款", "2027-01-01", "add", 1);
    penalty(w, "N2", "上官某", "自然人", "CF_XDR_ZJHM", "440106850101999", "罚款", "2027-01-01",
            "add", 1);
    penalty(w, "N3", "司徒某", "自然人", "CF_XDR_ZJHM", "44010618500101018X", "罚款", "2027-01-01",
            "add", 1);
    struct subject_answer s;
    struct record_answer *list;
    struct asked a;
    ask_as(w, VIEWER_OWN, &a);
    EXPECT_OK(own(&a, PERSON, &s));
    EXPECT_SLICE(s.name, "欧阳某某");
    EXPECT_STR(s.code, "");
    EXPECT_EQ(s.kind, SUBJECT_INDIVIDUAL);
    EXPECT_EQ(records_of(&a, &s, &list), 1);
    EXPECT(!list[0].is_public);
    EXPECT_SLICE(shown_of(&a, &list[0], "CF_XDR_ZJHM")->value, MASKED);
    EXPECT_OK(own(&a, "４４０１０６１８５００１０１００１６", &s));
    EXPECT_OK(own(&a, " 440106 18500101 0016 ", &s));
    EXPECT_OK(own(&a, "440106850101999", &s));
    EXPECT_SLICE(s.name, "上官某");
    EXPECT_OK(own(&a, "44010618500101018x", &s));
    EXPECT_SLICE(s.name, "司徒某");
    EXPECT_ERR(own(&a, "440106185202290026", &s), CE_NOT_FOUND);
    EXPECT_ERR(own(&a, "440106185001010017", &s), CE_INVALID);
    EXPECT_ERR(own(&a, "E12345678", &s), CE_NOT_FOUND);
    EXPECT_ERR(own(&a, "", &s), CE_INVALID);
    asked_end(&a);
    world_check(w);
    world_close(w);
}

TEST(another_document_of_a_person_leads_to_its_records)
{
    struct world *w = world_open();
    struct slice text = arena_printf(
        w->arena,
        "CF_WSH,CF_XDR_MC,CF_XDR_LB,CF_XDR_ZJLX,CF_XDR_ZJHM,CF_WFXW,CF_SY,CF_YJ,CF_CFLB,CF_NR,CF_"
        "NR_FK,CF_JDRQ,CF_YXQ,CF_GSJZQ,CF_CFJG,CF_CFJGDM,CF_SJLY,CF_SJLYDM,_id\n"
        "处1号,某外国人,自然人,护照号,e12345678,无照经营,事实,条例,罚款,罚款二千元,0.2,2026-05-02,"
        "2027-05-01,2027-01-01,某局,11440106YY000001XG,某局,11440106YY000001XG,N1\n");
    EXPECT_EQ(world_submit(w, "amr-penalty", NULL, text).stored, 1);
    struct subject_answer s;
    struct asked a;
    ask_as(w, VIEWER_OWN, &a);
    EXPECT_OK(own(&a, "E12345678", &s));
    EXPECT_EQ(s.total, 1);
    asked_end(&a);
    world_close(w);
}

TEST(asking_for_oneself_changes_nothing_that_the_public_sees)
{
    struct world *w = world_open();
    char code[19];
    enterprise(w, 45, code);
    penalty(w, "N1", "欧阳某某", "自然人", "CF_XDR_ZJHM", PERSON, "罚款", "2027-01-01", "add", 1);
    struct subject_answer s;
    struct record_answer *list;
    struct asked a;
    struct slice next;
    unsigned count;
    struct records_filter all = {.from = DAY_NONE, .to = DAY_NONE};
    ask_as(w, VIEWER_OWN, &a);
    EXPECT_OK(own(&a, code, &s));
    EXPECT_EQ(s.total, 3);
    EXPECT_OK(query_records(&a.q, &s.id, &all, 1, (struct slice){0}, &list, &count, &next, NULL));
    EXPECT(next.n > 0);
    a.q.viewer = VIEWER_PUBLIC;
    EXPECT_OK(query_subject(&a.q, slice_of(code), true, &s));
    EXPECT_EQ(s.total, 1);
    EXPECT_EQ(records_of(&a, &s, &list), 1);
    /* a place in the one list is none in the other */
    EXPECT_ERR(query_records(&a.q, &s.id, &all, 1, next, &list, &count, &next, NULL), CE_INVALID);
    a.q.viewer = VIEWER_OWN;
    EXPECT_OK(own(&a, code, &s));
    EXPECT_EQ(s.total, 3);
    a.q.viewer = VIEWER_PUBLIC;
    EXPECT_ERR(query_subject(&a.q, SLICE(PERSON), true, &s), CE_INVALID);
    asked_end(&a);
    world_close(w);
}
