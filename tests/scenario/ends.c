/* What ends at midnight (UTC+8) is gone from every public answer at that instant, kept figures and
 * marks of earlier answers included; and after its retention a record is as if it had never been.
 */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "query/records.h"
#include "tests/support/front.h"
#include "web/server.h"

static struct world *world;
static struct front *front;

static void open_all(void)
{
    world = world_open();
    front = front_open(world);
}

static void close_all(void)
{
    front_close(front);
    world_check(world);
    world_close(world);
}

static void registration(const char *name, const char *code, const char *day, int version)
{
    struct slice text = arena_printf(world->arena,
                                     "企业名称,统一社会信用代码,注册日期,登记状态,_version\n"
                                     "%s,%s,%s,存续,%d\n",
                                     name, code, day, version);
    EXPECT_EQ(world_submit(world, "amr-enterprise-registration", NULL, text).rejected, 0);
}

static void penalty(const char *id, const char *name, const char *code, const char *until,
                    const char *op)
{
    struct slice text =
        arena_printf(world->arena,
                     "CF_WSH,CF_XDR_MC,CF_XDR_LB,CF_XDR_SHXYM,CF_FRDB,CF_WFXW,CF_SY,CF_YJ,CF_CFLB,"
                     "CF_NR,CF_NR_FK,CF_JDRQ,CF_YXQ,CF_GSJZQ,CF_CFJG,CF_CFJGDM,CF_SJLY,CF_SJLYDM,"
                     "_id,_op\n"
                     "处%s号,%s,法人及非法人组织,%s,某甲,无照经营,事实,条例,罚款,罚款二千元,0.2,"
                     "2026-05-02,2027-05-01,%s,某局,11440106YY000001XG,某局,11440106YY000001XG,"
                     "%s,%s\n",
                     id, name, code, until, id, op);
    EXPECT_EQ(world_submit(world, "amr-penalty", NULL, text).rejected, 0);
}

static struct record_id id_of(const char *record)
{
    const struct theme *t =
        catalogue_theme_at(world->catalogue, SLICE("amr-penalty"), clock_now(&world->clock));
    char identity[64];
    int n = snprintf(identity, sizeof identity, "\1%s", record);
    return record_id_make(world->keys, t->number, slice_make(identity, (size_t)n));
}

/* "*" in the target is what is asked about. */
static struct answer ask(const char *fmt, const char *about)
{
    char target[300];
    const char *at = strchr(fmt, '*');
    snprintf(target, sizeof target, "%.*s%s%s", (int)(at - fmt), fmt, about, at + 1);
    return front_get(front, target);
}

static size_t hits(const char *escaped)
{
    struct answer a = ask("/v1/search?q=*", escaped);
    EXPECT_EQ(a.status, 200);
    return answer_count(&a);
}

static int64_t counted(const struct answer *a, const char *of, const char *what)
{
    return json_get_int(json_get(a->json, of), what);
}

/* 丁字 and 戊字, as an address holds them. */
static const char ding[] = "%E4%B8%81%E5%AD%97", wu[] = "%E6%88%8A%E5%AD%97";

TEST(what_ends_today_is_gone_from_every_public_answer_at_midnight)
{
    char lone[19], other[19], id[RECORD_ID_TEXT + 1], tag[200];
    open_all();
    world_uscc(31, "91", lone);
    world_uscc(32, "91", other);
    registration("广州甲乙商行", other, "2001-02-03", 1);
    penalty("E1", "广州丁字商行", lone, "2026-08-01", "add");
    penalty("E2", "广州戊字商行", other, "2026-08-01", "add"); /* under another name */
    struct record_id e2 = id_of("E2");
    record_id_print(&e2, id);

    world_go_to(world, "2026-07-31T23:59:59.999+08:00");
    struct answer a = ask("/v1/records/*", id);
    EXPECT_EQ(a.status, 200);
    EXPECT_SLICE(json_get_string(a.json, "public_until"), "2026-08-01");
    EXPECT_EQ(ask("/v1/records/*/history", id).status, 200);
    EXPECT_EQ(ask("/v1/subjects/*", lone).status, 200);
    a = ask("/v1/subjects/*", other);
    EXPECT_EQ(json_get_int(a.json, "total"), 2);
    EXPECT_EQ(counted(&a, "counters", "supervision"), 1);
    snprintf(tag, sizeof tag, "If-None-Match: %.*s", FMT_SLICE(answer_header(&a, "ETag")));
    a = ask("/v1/subjects/*/records?limit=1", other);
    EXPECT_SLICE(json_get_string(answer_item(&a, 0), "public_until"), "2026-08-01");
    EXPECT(json_get_string(a.json, "next").n > 0);
    a = ask("/v1/subjects/*/records", other);
    EXPECT_EQ(answer_count(&a), 2);
    EXPECT_EQ(json_get(answer_item(&a, 1), "public_until")->kind, JSON_NULL); /* for ever */
    EXPECT_EQ(hits(ding), 1);
    EXPECT_EQ(hits(wu), 1);
    a = front_get(front, "/v1/statistics");
    EXPECT_EQ(json_get_int(a.json, "records_total"), 3);
    EXPECT_EQ(json_get_int(a.json, "subjects_total"), 2);
    front->headers = "Accept: text/html";
    EXPECT(slice_find(ask("/subjects/*", other).body, SLICE("2026-08-01"), 0) >= 0);
    EXPECT_EQ(ask("/records/*", id).status, 200);
    front->headers = NULL;

    world_go_to(world, "2026-08-01T00:00:00+08:00");
    EXPECT_EQ(ask("/v1/records/*", id).status, 404);
    EXPECT_EQ(ask("/v1/records/*/history", id).status, 404);
    EXPECT_EQ(ask("/v1/subjects/*", lone).status, 404);
    EXPECT_EQ(ask("/v1/subjects/*/records", lone).status, 404);
    front->headers = tag; /* what was kept is no longer what holds */
    a = ask("/v1/subjects/*", other);
    EXPECT_EQ(a.status, 200);
    EXPECT_EQ(json_get_int(a.json, "total"), 1);
    EXPECT_EQ(counted(&a, "counters", "supervision"), 0);
    front->headers = NULL;
    a = ask("/v1/subjects/*/records", other);
    EXPECT_EQ(answer_count(&a), 1);
    EXPECT_EQ(hits(ding), 0);
    EXPECT_EQ(hits(wu), 0);
    a = front_get(front, "/v1/statistics");
    EXPECT_EQ(json_get_int(a.json, "records_total"), 1);
    EXPECT_EQ(json_get_int(a.json, "subjects_total"), 1);
    front->headers = "Accept: text/html";
    EXPECT(slice_find(ask("/subjects/*", other).body, SLICE("戊字"), 0) < 0);
    EXPECT_EQ(ask("/records/*", id).status, 404);
    EXPECT_EQ(ask("/subjects/*", lone).status, 404);
    close_all();
}

TEST(a_list_that_was_begun_before_midnight_goes_on_without_what_ended)
{
    char code[19], path[400];
    open_all();
    world_uscc(33, "91", code);
    registration("广州甲乙商行", code, "2001-02-03", 1);
    penalty("L1", "广州甲乙商行", code, "2027-01-01", "add");
    penalty("L2", "广州甲乙商行", code, "2026-08-01", "add");
    world_go_to(world, "2026-07-31T23:59:59+08:00");
    struct answer a = ask("/v1/subjects/*/records?limit=1", code);
    snprintf(path, sizeof path, "/v1/subjects/%s/records?cursor=%.*s", code,
             FMT_SLICE(json_get_string(a.json, "next")));
    a = front_get(front, path);
    EXPECT_EQ(answer_count(&a), 2);
    world_go_to(world, "2026-08-01T00:00:00+08:00");
    a = front_get(front, path);
    EXPECT_EQ(answer_count(&a), 1);
    EXPECT_SLICE(json_get_string(answer_item(&a, 0), "theme"), "amr-enterprise-registration");
    close_all();
}

/* A theme that keeps its registrations for 25 years, so that a superseded one ends before the
 * current one. */
TEST(a_former_name_is_found_no_longer_when_what_gave_it_has_ended)
{
    char code[19];
    open_all();
    struct theme *t = (struct theme *)(uintptr_t)catalogue_theme_at(
        world->catalogue, SLICE("amr-enterprise-registration"), clock_now(&world->clock));
    t->retention_start = SLICE("decision");
    t->retention_years = 25;
    world_uscc(34, "91", code);
    registration("广州丁字商行", code, "2001-08-01", 1);
    registration("广州戊字商行", code, "2001-09-01", 2);
    world_go_to(world, "2026-07-31T23:59:59+08:00");
    EXPECT_EQ(hits(ding), 1);
    world_go_to(world, "2026-08-01T00:00:00+08:00");
    EXPECT_EQ(hits(ding), 0);
    EXPECT_EQ(hits(wu), 1);
    struct answer a = ask("/v1/subjects/*", code);
    EXPECT_EQ(a.status, 200);
    EXPECT_EQ(json_get(a.json, "former_names")->count, 0);
    world_go_to(world, "2026-09-01T00:00:00+08:00");
    EXPECT_EQ(hits(wu), 0);
    EXPECT_EQ(ask("/v1/subjects/*", code).status, 404);
    close_all();
}

TEST(after_its_retention_a_record_is_as_if_it_had_never_been_revoked_or_not)
{
    char code[19], kept[RECORD_ID_TEXT + 1], revoked[RECORD_ID_TEXT + 1];
    open_all();
    struct theme *t = (struct theme *)(uintptr_t)catalogue_theme_at(
        world->catalogue, SLICE("amr-penalty"), clock_now(&world->clock));
    t->publication = PUBLISH_ALWAYS; /* until the retention ends */
    world_uscc(35, "91", code);
    penalty("R1", "广州丁字商行", code, "2099-12-31", "add");
    penalty("R2", "广州丁字商行", code, "2099-12-31", "add");
    penalty("R2", "", "", "", "revoke");
    struct record_id r1 = id_of("R1"), r2 = id_of("R2");
    record_id_print(&r1, kept);
    record_id_print(&r2, revoked);
    world_go_to(world, "2031-05-01T23:59:59+08:00");
    struct answer a = ask("/v1/records/*", kept);
    EXPECT_SLICE(json_get_string(a.json, "public_until"), "2031-05-02");
    EXPECT_EQ(ask("/v1/records/*", revoked).status, 410);
    EXPECT_EQ(ask("/v1/subjects/*", code).status, 200);
    EXPECT_EQ(hits(ding), 1);
    world_go_to(world, "2031-05-02T00:00:00+08:00");
    EXPECT_EQ(ask("/v1/records/*", kept).status, 404);
    EXPECT_EQ(ask("/v1/records/*", revoked).status, 404);
    EXPECT_EQ(ask("/v1/subjects/*", code).status, 404);
    EXPECT_EQ(hits(ding), 0);
    a = front_get(front, "/v1/statistics");
    EXPECT_EQ(json_get_int(a.json, "records_total"), 0);
    close_all();
}

TEST(a_later_entry_that_keeps_shorter_holds_for_older_records_at_once)
{
    char code[19], id[RECORD_ID_TEXT + 1];
    open_all();
    struct theme *t = (struct theme *)(uintptr_t)catalogue_theme_at(
        world->catalogue, SLICE("amr-penalty"), clock_now(&world->clock));
    t->publication = PUBLISH_ALWAYS;
    world_uscc(36, "91", code);
    penalty("S1", "广州丁字商行", code, "2099-12-31", "add");
    struct record_id s1 = id_of("S1");
    record_id_print(&s1, id);
    t->version++; /* what a later file would bring */
    t->retention_years = 1;
    world_go_to(world, "2027-05-01T23:59:59+08:00");
    struct answer a = ask("/v1/records/*", id);
    EXPECT_EQ(a.status, 200);
    EXPECT_SLICE(json_get_string(a.json, "public_until"), "2027-05-02");
    world_go_to(world, "2027-05-02T00:00:00+08:00");
    EXPECT_EQ(ask("/v1/records/*", id).status, 404);
    EXPECT_EQ(ask("/v1/subjects/*", code).status, 404);
    front_close(front);
    world_close(world); /* the store does not know the entry that was changed by hand */
}

/* "record ends,ends" for each item. */
static void expect_endings(const char *query, const char *wanted)
{
    char target[200];
    snprintf(target, sizeof target, "/v1/operator/terms?%s", query);
    front->origin = ORIGIN_OPERATOR;
    struct answer a = front_get(front, target);
    front->origin = ORIGIN_PUBLIC;
    EXPECT_EQ(a.status, 200);
    AUTO_BUF(b, 4096);
    for (size_t i = 0; i < answer_count(&a); i++) {
        const struct json *item = answer_item(&a, i), *ends = json_get(item, "ends");
        struct slice name = json_get_string(item, "name");
        buf_printf(&b, "%s%.*s", i ? "; " : "", FMT_SLICE(name.n ? name : SLICE("nobody")));
        for (size_t k = 0; k < ends->count; k++)
            buf_printf(&b, " %.*s", FMT_SLICE(ends->items[k].string));
    }
    EXPECT_SAME(buf_slice(&b), slice_of(wanted));
}

static void person_penalty(const char *id)
{
    struct slice text =
        arena_printf(world->arena,
                     "CF_WSH,CF_XDR_MC,CF_XDR_LB,CF_XDR_ZJLX,CF_XDR_ZJHM,CF_WFXW,CF_SY,CF_YJ,"
                     "CF_CFLB,CF_NR,CF_NR_FK,CF_JDRQ,CF_YXQ,CF_GSJZQ,CF_CFJG,CF_CFJGDM,CF_SJLY,"
                     "CF_SJLYDM,_id\n"
                     "处%s号,某乙,自然人,身份证,440106185001010016,无照,事实,条例,罚款,罚款,0.2,"
                     "2026-05-02,2027-05-01,2026-08-01,某局,11440106YY000001XG,某局,"
                     "11440106YY000001XG,%s\n",
                     id, id);
    EXPECT_EQ(world_submit(world, "amr-penalty", NULL, text).rejected, 0);
}

TEST(operators_are_told_what_ends_on_a_day_and_nothing_of_persons)
{
    char code[19], target[400];
    open_all();
    world_uscc(37, "91", code);
    registration("广州甲乙商行", code, "2001-02-03", 1);
    penalty("T1", "广州甲乙商行", code, "2026-08-01", "add");
    person_penalty("T2");
    penalty("T3", "广州甲乙商行", code, "2026-08-01", "add");
    penalty("T3", "", "", "", "revoke");
    expect_endings("on=2026-08-01", "广州甲乙商行 publication");
    expect_endings("on=2026-08-01&theme=amr-penalty", "广州甲乙商行 publication");
    expect_endings("on=2026-08-01&theme=amr-licence", "");
    expect_endings("on=2026-07-31", "");
    expect_endings("on=2026-08-02", "");
    /* a person's record was never public, and is kept as long as others */
    front->origin = ORIGIN_OPERATOR;
    struct answer a = front_get(front, "/v1/operator/terms?on=2031-05-02");
    EXPECT_EQ(answer_count(&a), 2);
    EXPECT(slice_find(a.body, SLICE("某乙"), 0) < 0);
    EXPECT(slice_find(a.body, SLICE("440106185001010016"), 0) < 0);
    EXPECT(slice_find(a.body, SLICE("\"kind\":\"individual\",\"subject\":null"), 0) >= 0);
    /* by pages of one: each once, then the end; and a cursor of another day is refused */
    a = front_get(front, "/v1/operator/terms?on=2031-05-02&limit=1");
    EXPECT_EQ(answer_count(&a), 1);
    struct slice first = json_get_string(answer_item(&a, 0), "record");
    struct slice next = json_get_string(a.json, "next");
    EXPECT(next.n > 0);
    snprintf(target, sizeof target, "/v1/operator/terms?on=2031-05-03&cursor=%.*s",
             FMT_SLICE(next));
    EXPECT_EQ(front_get(front, target).status, 400);
    snprintf(target, sizeof target, "/v1/operator/terms?on=2031-05-02&limit=1&cursor=%.*s",
             FMT_SLICE(next));
    a = front_get(front, target);
    EXPECT_EQ(answer_count(&a), 1);
    EXPECT(!slice_eq(json_get_string(answer_item(&a, 0), "record"), first));
    EXPECT_EQ(json_get_string(a.json, "next").n, 0);
    EXPECT_EQ(front_get(front, "/v1/operator/terms?theme=nothing").status, 404);
    EXPECT_EQ(front_get(front, "/v1/operator/terms?on=tomorrow").status, 400);
    front->origin = ORIGIN_PUBLIC;
    EXPECT_EQ(front_get(front, "/v1/operator/terms?on=2031-05-02").status, 404);
    close_all();
}

TEST(what_is_public_until_its_retention_ends_is_told_once_with_both)
{
    char code[19];
    open_all();
    struct theme *t = (struct theme *)(uintptr_t)catalogue_theme_at(
        world->catalogue, SLICE("amr-penalty"), clock_now(&world->clock));
    t->publication = PUBLISH_ALWAYS;
    world_uscc(38, "91", code);
    penalty("B1", "广州甲乙商行", code, "2099-12-31", "add");
    expect_endings("on=2031-05-02", "广州甲乙商行 publication retention");
    close_all();
}

/* More rows than one request looks at that come to nothing: the answer is empty and says where it
 * goes on. */
TEST(a_long_list_of_rows_that_come_to_nothing_is_walked_in_pieces)
{
    open_all();
    AUTO_BUF(b, 4 << 20);
    buf_add_slice(&b, SLICE("CF_WSH,CF_XDR_MC,CF_XDR_LB,CF_XDR_ZJLX,CF_XDR_ZJHM,CF_WFXW,CF_SY,"
                            "CF_YJ,CF_CFLB,CF_NR,CF_NR_FK,CF_JDRQ,CF_YXQ,CF_GSJZQ,CF_CFJG,"
                            "CF_CFJGDM,CF_SJLY,CF_SJLYDM,_id\n"));
    for (int i = 0; i <= 2000; i++)
        buf_printf(&b,
                   "处%d号,某乙,自然人,身份证,440106185001010016,无照,事实,条例,罚款,罚款,0.2,"
                   "2026-05-02,2027-05-01,2026-08-01,某局,11440106YY000001XG,某局,"
                   "11440106YY000001XG,P%d\n",
                   i, i);
    EXPECT_EQ(world_submit(world, "amr-penalty", NULL, buf_slice(&b)).stored, 2001);
    front->origin = ORIGIN_OPERATOR;
    struct answer a = front_get(front, "/v1/operator/terms?on=2026-08-01");
    EXPECT_EQ(answer_count(&a), 0);
    struct slice next = json_get_string(a.json, "next");
    EXPECT(next.n > 0);
    char target[400];
    snprintf(target, sizeof target, "/v1/operator/terms?on=2026-08-01&cursor=%.*s",
             FMT_SLICE(next));
    a = front_get(front, target);
    EXPECT_EQ(answer_count(&a), 0);
    EXPECT_EQ(json_get_string(a.json, "next").n, 0);
    close_all();
}
