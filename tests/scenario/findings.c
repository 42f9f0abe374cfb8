/* What is found of a department's records that depends on others: each kind where it is and where
 * it is not. The clock stands on Monday 2026-06-01. */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "tests/support/front.h"

static struct world *world;
static struct front *front;

static void open_all(void)
{
    world = world_open();
    front = front_open(world);
    front->origin = ORIGIN_OPERATOR;
}

static void close_all(void)
{
    front_close(front);
    world_check(world);
    world_close(world);
}

static void registration(const char *name, const char *code, const char *regno, int version)
{
    struct slice text = arena_printf(world->arena,
                                     "企业名称,统一社会信用代码,注册日期,工商注册号,_version\n"
                                     "%s,%s,2001-02-03,%s,%d\n",
                                     name, code, regno, version);
    EXPECT_EQ(world_submit(world, "amr-enterprise-registration", NULL, text).rejected, 0);
}

/* What a test may want to say of a penalty; the rest follows. */
struct penalty {
    const char *theme; /* amr-penalty */
    const char *id;
    const char *document; /* 穗处〔2026〕ID号 */
    const char *name;     /* 广州甲乙商行 */
    const char *column;   /* CF_XDR_SHXYM */
    const char *number;
    const char *class; /* 法人及非法人组织 */
    const char *day;   /* 2026-05-29 */
    const char *fact;
    int version;
    const char *op;
};

static const char *usual(const char *given, const char *otherwise)
{
    return given ? given : otherwise;
}

static void hand_in(struct penalty p)
{
    struct slice document =
        p.document ? slice_of(p.document) : arena_printf(world->arena, "穗处〔2026〕%s号", p.id);
    bool is_person = p.class && strcmp(p.class, "自然人") == 0;
    struct slice text = arena_printf(
        world->arena,
        "CF_WSH,CF_XDR_MC,CF_XDR_LB,%s,CF_FRDB,CF_XDR_ZJLX,CF_WFXW,CF_SY,CF_YJ,CF_CFLB,CF_NR,"
        "CF_NR_FK,CF_JDRQ,CF_YXQ,CF_GSJZQ,CF_CFJG,CF_CFJGDM,CF_SJLY,CF_SJLYDM,_id,_version,_op\n"
        "%.*s,%s,%s,%s,%s,%s,无照经营,%s,条例,罚款,罚款二千元,0.2,%s,2027-05-01,2027-05-01,某局,"
        "11440106YY000001XG,某局,11440106YY000001XG,%s,%d,%s\n",
        usual(p.column, "CF_XDR_SHXYM"), FMT_SLICE(document), usual(p.name, "广州甲乙商行"),
        usual(p.class, "法人及非法人组织"), p.number, is_person ? "" : "某甲",
        is_person ? "身份证" : "", usual(p.fact, "事实"), usual(p.day, "2026-05-29"), p.id,
        p.version ? p.version : 1, usual(p.op, "add"));
    EXPECT_EQ(world_submit(world, usual(p.theme, "amr-penalty"), NULL, text).rejected, 0);
}
#define HAND_IN(...) hand_in((struct penalty){__VA_ARGS__})

static struct answer findings(const char *of)
{
    char target[600];
    snprintf(target, sizeof target, "/v1/departments/%s", of);
    struct answer a = front_get(front, target);
    EXPECT_EQ(a.status, 200);
    return a;
}

/* "kind document" for each finding, by document. */
static void expect_found(const char *of, const char *wanted)
{
    struct answer a = findings(of);
    AUTO_BUF(b, 4096);
    for (size_t i = 0; i < answer_count(&a); i++)
        buf_printf(&b, "%s%.*s %.*s", i ? "; " : "",
                   FMT_SLICE(json_get_string(answer_item(&a, i), "kind")),
                   FMT_SLICE(json_get_string(answer_item(&a, i), "document")));
    EXPECT_SAME(buf_slice(&b), slice_of(wanted));
}

TEST(a_subject_without_a_registration_is_found_until_one_comes)
{
    char code[19], government[19];
    open_all();
    world_uscc(41, "91", code);
    world_uscc(42, "11", government);
    HAND_IN(.id = "1", .number = code);
    expect_found("amr/findings", "subject.unknown 穗处〔2026〕1号");
    registration("广州甲乙商行", code, "", 1);
    expect_found("amr/findings", "");
    /* nobody registers persons, and offices neither in this catalogue */
    for (size_t i = 0; i < world->catalogue->theme_count; i++)
        if (world->catalogue->themes[i]->is_registration)
            world->catalogue->themes[i]->kinds &= (uint8_t) ~(1u << SUBJECT_GOVERNMENT);
    HAND_IN(.id = "2", .name = "某乙", .class = "自然人", .column = "CF_XDR_ZJHM",
            .number = "440106185001010016");
    HAND_IN(.id = "3", .name = "某办公室", .number = government);
    expect_found("amr/findings", "");
    close_all();
}

TEST(another_name_than_the_registered_one_is_found_and_former_names_are_told_apart)
{
    char code[19];
    open_all();
    world_uscc(43, "91", code);
    registration("广州丙丁商行", code, "", 1);
    registration("广州甲乙商行", code, "", 2);
    HAND_IN(.id = "1", .number = code);
    HAND_IN(.id = "2", .number = code, .name = "广州（甲乙）　商行");
    expect_found("amr/findings", "");
    HAND_IN(.id = "3", .number = code, .name = "广州戊己商行");
    struct answer a = findings("amr/findings?kind=name.differs");
    EXPECT_EQ(answer_count(&a), 1);
    const struct json *item = answer_item(&a, 0);
    EXPECT_SLICE(json_get_string(item, "document"), "穗处〔2026〕3号");
    EXPECT(!json_get(item, "former")->boolean);
    EXPECT_SLICE(json_get_string(json_get(item, "explanation"), "zh"),
                 "名称与登记的名称不同（广州甲乙商行）。");
    HAND_IN(.id = "3", .number = code, .name = "广州丙丁商行", .version = 2, .op = "change");
    a = findings("amr/findings");
    EXPECT_EQ(answer_count(&a), 1);
    item = answer_item(&a, 0);
    EXPECT(json_get(item, "former")->boolean);
    EXPECT_SLICE(json_get_string(json_get(item, "explanation"), "en"),
                 "The name is a former one of this subject (now 广州甲乙商行).");
    close_all();
}

/* Seven working days behind Thursday 21 May is Monday 1 June. */
TEST(a_record_is_late_behind_the_seventh_working_day_by_when_it_first_came)
{
    char code[19];
    open_all();
    world_uscc(44, "91", code);
    registration("广州甲乙商行", code, "", 1);
    HAND_IN(.id = "1", .number = code, .day = "2026-05-21");
    expect_found("amr/findings", "");
    HAND_IN(.id = "2", .number = code, .day = "2026-05-20");
    struct answer a = findings("amr/findings");
    EXPECT_EQ(answer_count(&a), 1);
    const struct json *item = answer_item(&a, 0);
    EXPECT_SLICE(json_get_string(item, "kind"), "late");
    EXPECT_EQ(json_get_int(item, "workdays"), 8);
    EXPECT_EQ(json_get_int(item, "due"), 7);
    EXPECT(json_get(item, "certain")->boolean);
    EXPECT(json_get_string(item, "law").n > 0);
    EXPECT_SLICE(json_get_string(item, "received"), "2026-06-01");
    /* what comes later of a record that came in time leaves it in time: a change, the same again
     * under a greater version, an earlier version */
    HAND_IN(.id = "2", .number = code, .day = "2026-05-20", .version = 2, .op = "revoke");
    world_go_to(world, "2026-07-01T09:00:00+08:00");
    HAND_IN(.id = "1", .number = code, .day = "2026-05-21", .version = 5, .fact = "另一事实");
    expect_found("amr/findings", "");
    HAND_IN(.id = "1", .number = code, .day = "2026-05-21", .version = 6, .fact = "另一事实");
    HAND_IN(.id = "1", .number = code, .day = "2026-05-21", .version = 3, .fact = "第三事实");
    expect_found("amr/findings", "");
    HAND_IN(.id = "4", .number = code, .day = "2026-05-21");
    expect_found("amr/findings", "late 穗处〔2026〕4号");
    close_all();
}

TEST(a_duplicate_under_a_greater_version_does_not_make_a_record_late)
{
    char code[19];
    open_all();
    world_uscc(45, "91", code);
    registration("广州甲乙商行", code, "", 1);
    HAND_IN(.id = "1", .number = code, .day = "2026-05-21");
    world_go_to(world, "2026-07-01T09:00:00+08:00");
    HAND_IN(.id = "1", .number = code, .day = "2026-05-21", .version = 2);
    expect_found("amr/findings", "");
    close_all();
}

TEST(a_theme_without_a_deadline_is_never_late)
{
    char code[19];
    open_all();
    world_uscc(46, "91", code);
    registration("广州甲乙商行", code, "", 1); /* of 2001 */
    expect_found("amr/findings?kind=late", "");
    close_all();
}

TEST(the_same_fact_from_two_departments_is_found_by_both)
{
    char code[19], other[19];
    static const char regno[] = "440301103097413";
    open_all();
    world_uscc(47, "91", code);
    world_uscc(48, "91", other);
    registration("广州甲乙商行", code, regno, 1);
    registration("广州甲乙商行", other, "", 1);
    HAND_IN(.id = "1", .document = "穗环罚〔2026〕1号", .number = code);
    /* the subject by another number, the number with other brackets */
    HAND_IN(.theme = "ecology-penalty", .id = "1", .document = "穗环罚(2026) 1号",
            .column = "CF_XDR_GSZC", .number = regno);
    struct answer a = findings("amr/findings?kind=same-fact");
    EXPECT_EQ(answer_count(&a), 1);
    EXPECT_SLICE(json_get_string(answer_item(&a, 0), "other_department"), "ecology");
    expect_found("ecology/findings?kind=same-fact", "same-fact 穗环罚(2026) 1号");
    /* another day, another number, another subject, the department itself: not the same */
    HAND_IN(.theme = "ecology-penalty", .id = "1", .document = "穗环罚(2026) 1号", .number = code,
            .day = "2026-05-28", .version = 2);
    expect_found("amr/findings?kind=same-fact", "");
    HAND_IN(.theme = "ecology-penalty", .id = "1", .document = "穗环罚(2026) 2号", .number = code,
            .version = 3);
    expect_found("amr/findings?kind=same-fact", "");
    HAND_IN(.theme = "ecology-penalty", .id = "1", .document = "穗环罚(2026) 1号", .number = other,
            .version = 4);
    HAND_IN(.id = "9", .document = "穗环罚〔2026〕1号", .number = code);
    expect_found("amr/findings?kind=same-fact", "");
    /* revoked: over */
    HAND_IN(.theme = "ecology-penalty", .id = "1", .document = "穗环罚(2026) 1号", .number = code,
            .version = 5);
    a = findings("amr/findings?kind=same-fact");
    EXPECT_EQ(answer_count(&a), 2);
    HAND_IN(.theme = "ecology-penalty", .id = "1", .document = "", .name = "", .number = "",
            .version = 6, .op = "revoke");
    expect_found("amr/findings?kind=same-fact", "");
    close_all();
}

TEST(nothing_is_found_of_what_is_revoked_or_past_its_retention)
{
    char code[19];
    open_all();
    world_uscc(49, "91", code);
    HAND_IN(.id = "1", .number = code, .day = "2026-05-02");
    HAND_IN(.id = "2", .number = code, .day = "2026-05-02");
    HAND_IN(.id = "2", .number = code, .day = "2026-05-02", .version = 2, .op = "revoke");
    struct answer a = findings("amr/findings");
    EXPECT_EQ(answer_count(&a), 2); /* of the first: unknown, late */
    world_go_to(world, "2031-05-01T23:59:59+08:00");
    a = findings("amr/findings");
    EXPECT_EQ(answer_count(&a), 2);
    world_go_to(world, "2031-05-02T00:00:00+08:00");
    a = findings("amr/findings");
    EXPECT_EQ(answer_count(&a), 0);
    close_all();
}

/* Several findings of one record may lie on two pages. */
TEST(by_pages_of_one_each_finding_comes_once)
{
    char code[19], path[600];
    open_all();
    world_uscc(50, "91", code);
    HAND_IN(.id = "1", .number = code, .day = "2026-05-02");
    HAND_IN(.id = "2", .number = code, .day = "2026-05-02");
    HAND_IN(.id = "3", .number = code);
    struct answer a = findings("amr/findings?limit=100");
    EXPECT_EQ(answer_count(&a), 5);
    AUTO_BUF(all, 4096);
    AUTO_BUF(paged, 4096);
    for (size_t i = 0; i < 5; i++)
        buf_printf(&all, "%.*s %.*s\n", FMT_SLICE(json_get_string(answer_item(&a, i), "record")),
                   FMT_SLICE(json_get_string(answer_item(&a, i), "kind")));
    struct slice next = {0};
    unsigned pages = 0;
    do {
        snprintf(path, sizeof path, "amr/findings?limit=1%s%.*s", next.n ? "&cursor=" : "",
                 FMT_SLICE(next));
        a = findings(path);
        EXPECT_EQ(answer_count(&a), 1);
        buf_printf(&paged, "%.*s %.*s\n", FMT_SLICE(json_get_string(answer_item(&a, 0), "record")),
                   FMT_SLICE(json_get_string(answer_item(&a, 0), "kind")));
        next = json_get_string(a.json, "next");
    } while (next.n && ++pages < 10);
    EXPECT_SAME(buf_slice(&paged), buf_slice(&all));
    /* a cursor of another question */
    a = findings("amr/findings?limit=1");
    snprintf(path, sizeof path, "/v1/departments/amr/findings?kind=late&cursor=%.*s",
             FMT_SLICE(json_get_string(a.json, "next")));
    a = front_get(front, path);
    EXPECT_EQ(a.status, 400);
    EXPECT_SLICE(answer_problem(&a), "cursor");
    close_all();
}

TEST(one_request_looks_at_so_many_records_and_says_where_it_goes_on)
{
    char code[19], path[600];
    open_all();
    world_uscc(51, "91", code);
    AUTO_BUF(b, 4 << 20);
    buf_add_slice(&b, SLICE("企业名称,统一社会信用代码,注册日期\n"));
    for (unsigned i = 0; i < 2100; i++) {
        world_uscc(1000 + i, "91", code);
        buf_printf(&b, "广州第%u号商行,%s,2001-02-03\n", i, code);
    }
    EXPECT_EQ(world_submit(world, "amr-enterprise-registration", NULL, buf_slice(&b)).stored, 2100);
    HAND_IN(.id = "1", .number = code); /* behind them: the greater theme number */
    struct answer a = findings("amr/findings");
    EXPECT_EQ(answer_count(&a), 0);
    struct slice next = json_get_string(a.json, "next");
    EXPECT(next.n > 0);
    snprintf(path, sizeof path, "amr/findings?cursor=%.*s", FMT_SLICE(next));
    expect_found(path, "name.differs 穗处〔2026〕1号");
    a = findings(path);
    EXPECT_EQ(json_get_string(a.json, "next").n, 0);
    close_all();
}

TEST(only_the_department_and_operators_are_told)
{
    char code[19];
    open_all();
    world_uscc(52, "91", code);
    HAND_IN(.id = "1", .number = code);
    static const char path[] = "/v1/departments/amr/findings";
    EXPECT_EQ(front_get(front, "/v1/departments/nobody/findings").status, 404);
    const char *own = front_key(front, "amr"), *other = front_key(front, "ecology");
    front->origin = ORIGIN_PUBLIC;
    EXPECT_EQ(front_get(front, path).status, 401);
    front->key = other;
    struct answer a = front_get(front, path);
    EXPECT_EQ(a.status, 403);
    EXPECT_EQ(front_get(front, "/v1/departments/nobody/findings").status, 403);
    front->key = own;
    a = front_get(front, path);
    EXPECT_EQ(a.status, 200);
    EXPECT_EQ(answer_count(&a), 1);
    EXPECT_SLICE(answer_header(&a, "Cache-Control"), "no-store");
    EXPECT_EQ(front_get(front, "/v1/departments/amr/findings?kind=early").status, 400);
    EXPECT_EQ(front_get(front, "/v1/departments/amr/findings?theme=nothing").status, 404);
    EXPECT_EQ(front_get(front, "/v1/departments/amr/findings?theme=ecology-penalty").status, 403);
    EXPECT_EQ(front_get(front, "/v1/departments/amr/findings?theme=amr-penalty").status, 200);
    close_all();
}
