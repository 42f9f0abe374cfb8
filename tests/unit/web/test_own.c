/* The subject's own answer: who may ask, what the body may be, and what comes back. */
#include <string.h>

#include "tests/support/front.h"

#define PERSON "440106185001010016"
#define OWN "/v1/operator/own"

static struct front *front;
static struct world *world;

static void open_all(void)
{
    world = world_open();
    front = front_open(world);
    front->origin = ORIGIN_OPERATOR;
}

static void close_all(void)
{
    front_close(front);
    world_close(world);
}

static void penalties(unsigned count)
{
    for (unsigned i = 1; i <= count; i++) {
        struct slice text = arena_printf(
            world->arena,
            "CF_WSH,CF_XDR_MC,CF_XDR_LB,CF_XDR_ZJLX,CF_XDR_ZJHM,CF_WFXW,CF_SY,CF_YJ,CF_CFLB,CF_NR,"
            "CF_NR_FK,CF_JDRQ,CF_YXQ,CF_GSJZQ,CF_CFJG,CF_CFJGDM,CF_SJLY,CF_SJLYDM,_id\n"
            "处%u号,欧阳某某,自然人,身份证," PERSON
            ",无照经营,事实,条例,罚款,罚款二千元,0.2,2026-05-%02u,2027-05-01,2027-01-01,某局,"
            "11440106YY000001XG,某局,11440106YY000001XG,N%u\n",
            i, i, i);
        EXPECT_EQ(world_submit(world, "amr-penalty", NULL, text).stored, 1);
    }
}

static struct answer send(const char *body)
{
    return front_send(front, OWN, slice_of(body));
}

TEST(a_person_gets_all_that_is_said_of_it_page_by_page)
{
    open_all();
    penalties(3);
    struct answer a = send("{\"number\": \"" PERSON "\", \"limit\": 2}");
    EXPECT_EQ(a.status, 200);
    EXPECT(json_get(a.json, "found")->boolean);
    EXPECT_EQ(json_get_int(a.json, "total"), 3);
    EXPECT_EQ(json_get_int(json_get(a.json, "counters"), "supervision"), 3);
    const struct json *subject = json_get(a.json, "subject");
    EXPECT_SLICE(json_get_string(subject, "name"), "欧阳某某");
    EXPECT_SLICE(json_get_string(json_get(subject, "kind_name"), "zh"), "个人");
    EXPECT_EQ(json_get(subject, "code")->kind, JSON_NULL);
    EXPECT_EQ(answer_count(&a), 2);
    const struct json *record = answer_item(&a, 0);
    EXPECT_EQ(json_get(record, "is_public")->boolean, false);
    EXPECT_SLICE(json_get_string(record, "retain_until"), "2031-05-03");
    EXPECT_EQ(json_get(record, "subject")->kind, JSON_NULL);
    EXPECT(json_get(record, "items")->count > 0);
    EXPECT(json_get(json_get(json_get(a.json, "themes"), "amr-penalty"), "items")->count > 0);
    EXPECT(slice_find(a.body, SLICE(PERSON), 0) < 0);
    EXPECT_SLICE(answer_header(&a, "Cache-Control"), "no-store");
    struct slice next = json_get_string(a.json, "next");
    a = send(arena_printf(front->arena,
                          "{\"number\":\"" PERSON "\",\"limit\":2,\"cursor\":\"%.*s\"}",
                          FMT_SLICE(next))
                 .p);
    EXPECT_EQ(answer_count(&a), 1);
    EXPECT_EQ(json_get(a.json, "next")->kind, JSON_NULL);
    a = send("{\"number\": \"" PERSON "\", \"category\": \"judgment\"}");
    EXPECT(json_get(a.json, "found")->boolean);
    EXPECT_EQ(answer_count(&a), 0);
    close_all();
}

TEST(an_unknown_number_has_no_records_and_a_mistyped_one_is_refused)
{
    open_all();
    struct answer a = send("{\"number\": \"440106185202290026\"}");
    EXPECT_EQ(a.status, 200);
    EXPECT_EQ(json_get(a.json, "found")->boolean, false);
    EXPECT_EQ(json_get(a.json, "subject")->kind, JSON_NULL);
    EXPECT_EQ(answer_count(&a), 0);
    EXPECT_EQ(json_get_int(a.json, "total"), 0);
    a = send("{\"number\": \"440106185202290027\"}");
    EXPECT_EQ(a.status, 400);
    EXPECT_SLICE(answer_problem(&a), "number-invalid");
    EXPECT(slice_find(a.body, SLICE("4401061852"), 0) < 0);
    close_all();
}

TEST(a_body_that_cannot_be_understood_is_refused_and_not_repeated)
{
    static const char *const bad[][2] = {
        {"", "body-refused"},
        {PERSON, "body-refused"},
        {"[\"" PERSON "\"]", "body-refused"},
        {"{\"number\": \"" PERSON "\"", "body-refused"},
        {"{}", "param-missing"},
        {"{\"number\": null}", "param-missing"},
        {"{\"number\": \"\"}", "param-invalid"},
        {"{\"number\": 440106185001010016}", "param-invalid"},
        {"{\"" PERSON "\": \"number\"}", "param-unknown"},
        {"{\"number\": \"" PERSON "\", \"category\": \"" PERSON "\"}", "param-invalid"},
        {"{\"number\": \"" PERSON "\", \"limit\": 0}", "param-invalid"},
        {"{\"number\": \"" PERSON "\", \"limit\": 101}", "param-invalid"},
        {"{\"number\": \"" PERSON "\", \"limit\": \"5\"}", "param-invalid"},
        {"{\"number\": \"" PERSON "\", \"cursor\": \"" PERSON "\"}", "cursor"},
    };
    open_all();
    penalties(1);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct answer a = send(bad[i][0]);
        EXPECT_EQ(a.status, 400);
        EXPECT_SAME(answer_problem(&a), slice_of(bad[i][1]));
        EXPECT(slice_find(a.body, SLICE("4401061850"), 0) < 0);
    }
    struct answer a = front_send(front, OWN "?number=" PERSON, SLICE("{}"));
    EXPECT_SLICE(answer_problem(&a), "param-unknown");
    EXPECT(slice_find(a.body, SLICE("4401061850"), 0) < 0);
    close_all();
}

TEST(elsewhere_than_on_the_operators_socket_it_does_not_exist)
{
    open_all();
    front->origin = ORIGIN_PUBLIC;
    struct answer a = send("{\"number\": \"" PERSON "\"}");
    EXPECT_EQ(a.status, 404);
    EXPECT_SLICE(answer_problem(&a), "not-found");
    front->key = front_key(front, "amr");
    a = send("{\"number\": \"" PERSON "\"}");
    EXPECT_EQ(a.status, 404);
    front->origin = ORIGIN_OPERATOR;
    a = front_get(front, OWN);
    EXPECT_EQ(a.status, 405);
    close_all();
}
