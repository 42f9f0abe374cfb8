/* The public API on a real store: shapes, names, and that nothing hidden shows. */
#include <string.h>

#include "tests/support/front.h"
#include "web/server.h"

static struct front *front;
static struct world *world;

static void open_all(void)
{
    world = world_open();
    front = front_open(world);
}

static void close_all(void)
{
    front_close(front);
    world_close(world);
}

static void registration(unsigned n, const char *name, char code[19])
{
    world_uscc(n, "91", code);
    struct slice text = arena_printf(
        world->arena, "企业名称,统一社会信用代码,注册日期,经营范围\n%s,%s,2001-02-%02u,销售\n",
        name, code, n % 28 + 1);
    EXPECT_EQ(world_submit(world, "amr-enterprise-registration", NULL, text).stored, 1);
}

/* A penalty with a record id of its own; `op` add or revoke. */
static void penalty(const char *id, const char *name, const char *class, const char *columns,
                    const char *values, const char *op, int version)
{
    struct slice text =
        arena_printf(world->arena,
                     "CF_WSH,CF_XDR_MC,CF_XDR_LB,CF_FRDB,CF_WFXW,CF_SY,CF_YJ,CF_CFLB,CF_NR,CF_NR_"
                     "FK,CF_JDRQ,CF_YXQ,"
                     "CF_GSJZQ,CF_CFJG,CF_CFJGDM,CF_SJLY,CF_SJLYDM,_id,_version,_op,%s\n"
                     "处%s号,%s,%s,某甲,无照经营,事实,条例,罚款,罚款二千元,0.2,2026-05-02,2027-05-"
                     "01,2027-01-01,某局,"
                     "11440106YY000001XG,某局,11440106YY000001XG,%s,%d,%s,%s\n",
                     columns, id, name, class, id, version, op, values);
    EXPECT_EQ(world_submit(world, "amr-penalty", NULL, text).rejected, 0);
}

static const char *url(const char *fmt, const char *arg)
{
    AUTO_BUF(b, 1000);
    const char *at = strchr(fmt, '*');
    buf_add(&b, fmt, (size_t)(at - fmt));
    buf_add(&b, arg, strlen(arg));
    buf_add(&b, at + 1, strlen(at + 1));
    return arena_dup(front->arena, buf_slice(&b)).p;
}

/* What an answer says of the theme, and once: as many items as the only record has. */
static void expect_registration(const struct answer *a, const struct json *record)
{
    const struct json *themes = json_get(a->json, "themes");
    EXPECT_EQ(themes->count, 1);
    const struct json *theme = json_get(themes, "amr-enterprise-registration");
    EXPECT_SLICE(json_get_string(json_get(theme, "name"), "zh"), "企业登记基本信息");
    EXPECT_SLICE(json_get_string(theme, "category"), "registration");
    EXPECT_SLICE(json_get_string(json_get(theme, "category_name"), "zh"), "登记");
    EXPECT_SLICE(json_get_string(theme, "polarity"), "neutral");
    EXPECT_SLICE(json_get_string(theme, "department"), "amr");
    EXPECT_SLICE(json_get_string(json_get(theme, "department_name"), "zh"), "市市场监督管理局");
    EXPECT(json_get_string(theme, "basis").n > 0);
    const struct json *items = json_get(theme, "items");
    EXPECT_EQ(items->count, json_get(record, "items")->count);
    for (size_t i = 0; i < items->count; i++) {
        struct slice code = json_get_string(&items->items[i], "code");
        EXPECT(json_get(json_get(record, "items"), code.p));
        if (slice_eq(code, SLICE("SCOPE")))
            EXPECT_SLICE(json_get_string(&items->items[i], "zh"), "经营范围");
        EXPECT(json_get_string(&items->items[i], "en").n > 0);
    }
}

TEST(a_name_is_found_and_leads_to_subject_records_and_history)
{
    char code[19];
    open_all();
    registration(1, "广州某某商贸有限公司", code);
    struct answer a = front_get(front, "/v1/search?q=%E6%9F%90%E6%9F%90%E5%95%86%E8%B4%B8");
    EXPECT_EQ(a.status, 200);
    EXPECT_EQ(answer_count(&a), 1);
    const struct json *hit = answer_item(&a, 0);
    EXPECT_SAME(json_get_string(hit, "code"), slice_of(code));
    EXPECT_SLICE(json_get_string(hit, "name"), "广州某某商贸有限公司");
    EXPECT_SLICE(json_get_string(hit, "kind"), "enterprise");
    EXPECT_SLICE(json_get_string(hit, "matched"), "广州某某商贸有限公司");
    EXPECT(json_get(hit, "status"));
    EXPECT_SLICE(json_get_string(hit, "district"), "440106");
    EXPECT_SLICE(json_get_string(hit, "district_name"), "广州市天河区");
    EXPECT_SLICE(json_get_string(json_get(hit, "kind_name"), "zh"), "企业");
    EXPECT_SLICE(json_get_string(json_get(hit, "kind_name"), "en"), "Enterprise");
    EXPECT_EQ(json_get(a.json, "next")->kind, JSON_NULL);

    a = front_get(front, url("/v1/subjects/*", code));
    EXPECT_EQ(a.status, 200);
    const struct json *counters = json_get(a.json, "counters");
    EXPECT_EQ(counters->count, 8);
    EXPECT_EQ(json_get_int(counters, "registration"), 1);
    EXPECT_EQ(json_get_int(counters, "public-benefit"), 0);
    EXPECT_EQ(json_get_int(a.json, "total"), 1);
    const struct json *names = json_get(a.json, "category_names");
    EXPECT_EQ(names->count, 8);
    EXPECT_SLICE(json_get_string(json_get(names, "public-benefit"), "zh"), "公益");
    EXPECT_SLICE(json_get_string(a.json, "as_of"), "2026-06-01");

    a = front_get(front, url("/v1/subjects/*/records?category=registration", code));
    EXPECT_EQ(answer_count(&a), 1);
    const struct json *record = answer_item(&a, 0);
    EXPECT_SLICE(json_get_string(record, "theme"), "amr-enterprise-registration");
    EXPECT_SLICE(json_get_string(record, "decided"), "2001-02-02");
    EXPECT_SLICE(json_get_string(json_get(record, "items"), "SCOPE"), "销售");
    expect_registration(&a, record);

    const char *id = arena_dup(front->arena, json_get_string(record, "id")).p;
    EXPECT_EQ(strlen(id), RECORD_ID_TEXT);
    struct answer one = front_get(front, url("/v1/records/*", id));
    EXPECT_SAME(json_get_string(one.json, "subject"), slice_of(code));
    expect_registration(&one, one.json);
    one = front_get(front, url("/v1/records/*/history", id));
    EXPECT_EQ(answer_count(&one), 1);
    EXPECT_SLICE(json_get_string(answer_item(&one, 0), "change"), "stored");
    EXPECT_SLICE(json_get_string(json_get(answer_item(&one, 0), "change_name"), "zh"), "首次入库");
    EXPECT_EQ(json_get(answer_item(&one, 0), "until")->kind, JSON_NULL);
    close_all();
}

TEST(pages_of_a_list_follow_each_other_without_gap_or_repetition)
{
    char code[19], last[19] = "";
    open_all();
    for (unsigned i = 0; i < 7; i++)
        registration(i, arena_printf(world->arena, "广州相似%u商行", i).p, code);
    const char *target = "/v1/search?q=%E7%9B%B8%E4%BC%BC&limit=3";
    unsigned seen = 0, pages = 0;
    for (;;) {
        struct answer a = front_get(front, target);
        EXPECT_EQ(a.status, 200);
        pages++;
        for (size_t i = 0; i < answer_count(&a); i++, seen++) {
            struct slice now = json_get_string(answer_item(&a, i), "code");
            EXPECT(!slice_eq(now, slice_of(last)));
            memcpy(last, now.p, now.n + 1);
        }
        if (json_get(a.json, "next")->kind == JSON_NULL)
            break;
        target = url("/v1/search?q=%E7%9B%B8%E4%BC%BC&limit=3&cursor=*",
                     json_get_string(a.json, "next").p);
        EXPECT(pages < 10);
    }
    EXPECT_EQ(seen, 7);
    /* The cursor of another question does not do. */
    struct answer a = front_get(front, "/v1/catalogue?limit=1");
    a = front_get(
        front, url("/v1/search?q=%E7%9B%B8%E4%BC%BC&cursor=*", json_get_string(a.json, "next").p));
    EXPECT_SLICE(answer_problem(&a), "cursor");
    close_all();
}

TEST(a_code_is_found_however_it_is_typed)
{
    char code[19], typed[64] = "/v1/subjects/";
    open_all();
    registration(3, "广州某某商贸有限公司", code);
    size_t n = strlen(typed);
    for (size_t i = 0; i < 18; i++)
        typed[n++] = (char)(code[i] >= 'A' ? code[i] + 32 : code[i]);
    struct answer a = front_get(front, typed);
    EXPECT_EQ(a.status, 200);
    EXPECT_SAME(json_get_string(a.json, "code"), slice_of(code));
    /* The last character in full width. */
    snprintf(typed + n - 1, sizeof typed - n, "%%EF%%BC%%%02X",
             code[17] >= 'A' ? 0xA1 + code[17] - 'A' : 0x90 + code[17] - '0');
    a = front_get(front, typed);
    EXPECT_EQ(a.status, 200);
    close_all();
}

TEST(what_is_unknown_and_what_is_hidden_answer_alike)
{
    open_all();
    penalty("P1", "某乙", "自然人", "CF_XDR_ZJLX,CF_XDR_ZJHM", "身份证,440106185001010016", "add",
            1);
    const struct theme *t =
        catalogue_theme_at(world->catalogue, SLICE("amr-penalty"), clock_now(&world->clock));
    struct record_id hidden = record_id_make(world->keys, t->number, SLICE("\1P1"));
    struct record_id unknown = record_id_make(world->keys, t->number, SLICE("\1P2"));
    char a_text[RECORD_ID_TEXT + 1], b_text[RECORD_ID_TEXT + 1];
    record_id_print(&hidden, a_text);
    record_id_print(&unknown, b_text);
    struct answer a = front_get(front, url("/v1/records/*", a_text));
    struct answer b = front_get(front, url("/v1/records/*", b_text));
    struct answer c = front_get(front, "/v1/records/nonsense");
    EXPECT_EQ(a.status, 404);
    EXPECT_SAME(a.body, b.body);
    EXPECT_SAME(a.body, c.body);
    EXPECT_EQ(a.res.header_count, b.res.header_count);
    a = front_get(front, "/v1/statistics");
    EXPECT_EQ(json_get_int(a.json, "records_total"), 0);
    EXPECT_EQ(json_get_int(a.json, "themes"), 0);
    a = front_get(front, "/v1/search?q=%E6%9F%90%E4%B9%99");
    EXPECT_EQ(a.status, 200);
    EXPECT_EQ(answer_count(&a), 0);
    close_all();
}

TEST(a_revoked_record_that_was_public_is_gone)
{
    char code[19];
    open_all();
    world_uscc(5, "91", code);
    penalty("P1", "广州某某商贸有限公司", "法人及非法人组织", "CF_XDR_SHXYM", code, "add", 1);
    penalty("P1", "", "", "CF_XDR_SHXYM", "", "revoke", 2);
    const struct theme *t =
        catalogue_theme_at(world->catalogue, SLICE("amr-penalty"), clock_now(&world->clock));
    struct record_id id = record_id_make(world->keys, t->number, SLICE("\1P1"));
    char text[RECORD_ID_TEXT + 1];
    record_id_print(&id, text);
    struct answer a = front_get(front, url("/v1/records/*", text));
    EXPECT_EQ(a.status, 410);
    EXPECT_SLICE(answer_problem(&a), "record-revoked");
    a = front_get(front, url("/records/*", text));
    EXPECT_EQ(a.status, 410);
    EXPECT(slice_find(a.body, slice_of("某某"), 0) < 0);
    close_all();
}

TEST(identity_numbers_are_not_looked_up)
{
    static const char *const asked[] = {
        "/v1/search?q=440106198001011234", "/v1/search?q=4401%2006198001%2001123x",
        "/v1/subjects/440106198001011234", "/search?q=440106198001011234",
        "/subjects/440106198001011234",
    };
    open_all();
    for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
        struct answer a = front_get(front, asked[i]);
        EXPECT_EQ(a.status, 400);
        EXPECT(slice_find(a.body, SLICE("1234"), 0) < 0 &&
               slice_find(a.body, SLICE("123x"), 0) < 0);
    }
    close_all();
}

TEST(an_unchanged_answer_is_not_sent_twice)
{
    char code[19];
    open_all();
    registration(8, "广州某某商贸有限公司", code);
    struct answer a = front_get(front, url("/v1/subjects/*", code));
    struct slice tag = answer_header(&a, "ETag");
    EXPECT(slice_starts(tag, SLICE("W/\"")));
    front->headers = arena_printf(front->arena, "If-None-Match: %.*s", FMT_SLICE(tag)).p;
    a = front_get(front, url("/v1/subjects/*", code));
    EXPECT_EQ(a.status, 304);
    EXPECT_EQ(a.body.n, 0);
    clock_set(&world->clock, (struct utc_ms){clock_now(&world->clock).v + 86400000});
    a = front_get(front, url("/v1/subjects/*", code));
    EXPECT_EQ(a.status, 200);
    close_all();
}

TEST(the_catalogue_names_themes_and_departments)
{
    open_all();
    struct answer a = front_get(front, "/v1/catalogue?limit=100");
    EXPECT_EQ(answer_count(&a), 100);
    const struct json *theme = answer_item(&a, 0);
    EXPECT_SLICE(json_get_string(theme, "code"), "agriculture-collective-registration");
    EXPECT_EQ(json_get_int(theme, "number"), 115);
    EXPECT_SLICE(json_get_string(json_get(theme, "name"), "zh"), "农村集体经济组织登记信息");
    a = front_get(front, "/v1/catalogue/amr-penalty");
    EXPECT_SLICE(json_get_string(a.json, "code"), "amr-penalty");
    EXPECT(json_get(a.json, "items")->count > 10);
    a = front_get(front, "/v1/catalogue/amr-penalty?version=1");
    EXPECT_EQ(a.status, 200);
    a = front_get(front, "/v1/catalogue/amr-penalty?version=2");
    EXPECT_SLICE(answer_problem(&a), "theme-unknown");
    a = front_get(front, "/v1/catalogue/departments?limit=100");
    EXPECT(answer_count(&a) > 20);
    close_all();
}

TEST(errors_of_the_api_are_problems_and_of_pages_are_pages)
{
    open_all();
    struct answer a = front_get(front, "/v1/nothing");
    EXPECT_SLICE(answer_problem(&a), "not-found");
    a = front_ask(front, "DELETE", "/v1/search");
    EXPECT_EQ(a.status, 405);
    EXPECT_SLICE(answer_header(&a, "Allow"), "GET, HEAD, OPTIONS");
    a = front_ask(front, "OPTIONS", "/v1/search");
    EXPECT_EQ(a.status, 204);
    a = front_get(front, "/v1/search?q=%ff");
    EXPECT_SLICE(answer_problem(&a), "malformed");
    front->headers = "Accept: text/html";
    a = front_get(front, "/nothing");
    EXPECT_EQ(a.status, 404);
    EXPECT(slice_starts(a.body, SLICE("<!DOCTYPE html>")));
    close_all();
}

TEST(metrics_and_readiness_are_told_to_those_who_may_know)
{
    open_all();
    struct answer a = front_get(front, "/metrics");
    EXPECT_EQ(a.status, 404);
    front->origin = ORIGIN_OPERATOR;
    a = front_get(front, "/metrics");
    EXPECT_EQ(a.status, 200);
    EXPECT(slice_find(a.body, SLICE("credence_rows_total"), 0) >= 0);
    a = front_get(front, "/readyz");
    EXPECT_EQ(a.status, 200);
    a = front_get(front, "/healthz");
    EXPECT_SLICE(json_get_string(a.json, "state"), "alive");
    close_all();
}

TEST(while_too_much_waits_to_be_sent_views_are_refused_and_the_service_still_answers)
{
    char code[19];
    open_all();
    registration(1, "广州某某商贸有限公司", code);
    atomic_store(&front->web->unsent, front->web->o.unsent_bytes);
    struct answer a = front_get(front, url("/v1/subjects/*", code));
    EXPECT_EQ(a.status, 503);
    EXPECT_SLICE(answer_problem(&a), "busy");
    EXPECT_SLICE(answer_header(&a, "Retry-After"), "2");
    EXPECT_EQ(front_get(front, "/").status, 503);
    EXPECT_EQ(front_get(front, "/healthz").status, 200);
    EXPECT_EQ(front_get(front, "/no-such").status, 404);
    atomic_store(&front->web->unsent, front->web->o.unsent_bytes - 1);
    EXPECT_EQ(front_get(front, url("/v1/subjects/*", code)).status, 200);
    atomic_store(&front->web->unsent, 0);
    close_all();
}
