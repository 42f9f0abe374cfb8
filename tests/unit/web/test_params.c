/* Parameters, and how the wrong ones are refused. */
#include <string.h>

#include "tests/support/test.h"
#include "web/params.h"
#include "web/problem.h"

struct asked {
    struct arena *arena;
    struct request req;
    struct response res;
    struct call call;
};

static struct call *ask(struct asked *a, const char *target)
{
    a->arena = arena_create(1 << 20);
    a->req = (struct request){.arena = a->arena};
    response_init(&a->res);
    request_target(&a->req, slice_of(target));
    a->call = (struct call){.req = &a->req, .res = &a->res};
    return &a->call;
}

static void end(struct asked *a)
{
    response_fini(&a->res);
    arena_destroy(a->arena);
}

static bool says(const struct asked *a, const char *text)
{
    return slice_find(buf_slice(&a->res.body), slice_of(text), 0) >= 0;
}

TEST(only_named_parameters_are_taken_and_each_once)
{
    struct asked a;
    EXPECT(params_known(ask(&a, "/?q=1&limit=2"), "q limit cursor"));
    end(&a);
    EXPECT(!params_known(ask(&a, "/?q=1&lim=2"), "q limit cursor"));
    EXPECT_EQ(a.res.status, 400);
    EXPECT(says(&a, "problem:param-unknown") && says(&a, "q limit cursor"));
    end(&a);
    EXPECT(!params_known(ask(&a, "/?q=1&q=2"), "q"));
    EXPECT(says(&a, "problem:param-invalid") && says(&a, "\"field\":\"q\""));
    end(&a);
    EXPECT(params_known(ask(&a, "/"), ""));
    end(&a);
}

TEST(a_number_keeps_its_limits)
{
    static const char *const bad[] = {
        "/?n=0", "/?n=101", "/?n=", "/?n=1x", "/?n=-1", "/?n=1e1", "/?n=99999999999999999999"};
    struct asked a;
    uint64_t n = 7;
    EXPECT(param_number(ask(&a, "/"), "n", 1, 100, &n));
    EXPECT_EQ(n, 7);
    end(&a);
    EXPECT(param_number(ask(&a, "/?n=100"), "n", 1, 100, &n));
    EXPECT_EQ(n, 100);
    end(&a);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        EXPECT(!param_number(ask(&a, bad[i]), "n", 1, 100, &n));
        EXPECT(says(&a, "\"field\":\"n\""));
        end(&a);
    }
    EXPECT_EQ(n, 100);
}

TEST(days_flags_and_categories_are_understood_or_refused)
{
    struct asked a;
    struct day d = DAY_NONE;
    bool flag = false;
    enum category category = 0;
    EXPECT(param_day(ask(&a, "/?d=2024-02-29"), "d", &d));
    EXPECT(!day_is_none(d));
    end(&a);
    EXPECT(!param_day(ask(&a, "/?d=2023-02-29"), "d", &d));
    end(&a);
    EXPECT(param_flag(ask(&a, "/?f=yes"), "f", &flag) && flag);
    end(&a);
    EXPECT(param_flag(ask(&a, "/?f=no"), "f", &flag) && !flag);
    end(&a);
    EXPECT(!param_flag(ask(&a, "/?f="), "f", &flag));
    end(&a);
    EXPECT(param_category(ask(&a, "/?c=public-benefit"), "c", &category));
    EXPECT_EQ(category, CATEGORY_PUBLIC_BENEFIT);
    end(&a);
    EXPECT(!param_category(ask(&a, "/?c=red"), "c", &category));
    EXPECT(says(&a, "registration") && says(&a, "judgment"));
    end(&a);
}

TEST(text_is_trimmed_and_limited_by_characters)
{
    struct asked a;
    struct slice s = {0};
    EXPECT(param_text(ask(&a, "/?t=%20%E5%B9%BF%E5%B7%9E%20"), "t", 2, &s));
    EXPECT_SLICE(s, "广州");
    end(&a);
    EXPECT(!param_text(ask(&a, "/?t=abc"), "t", 2, &s));
    end(&a);
}

TEST(a_refusal_never_repeats_what_was_sent)
{
    struct asked a;
    uint64_t n = 0;
    struct slice s;
    EXPECT(!param_number(ask(&a, "/?n=440106198001011234x"), "n", 1, 2, &n));
    EXPECT(!says(&a, "440106"));
    end(&a);
    EXPECT(!param_text(ask(&a, "/?t=440106198001011234"), "t", 2, &s));
    EXPECT(!says(&a, "440106"));
    end(&a);
    EXPECT(!params_known(ask(&a, "/?440106198001011234=1"), "q"));
    EXPECT(!says(&a, "440106"));
    end(&a);
}

TEST(a_problem_is_an_rfc_9457_document)
{
    struct asked a;
    REFUSE(ask(&a, "/"), DEPARTMENT_THEME, .field = "department", .rule = "department.theme",
           .detail = SLICE("say \"who\""), .id = SLICE("abc"));
    EXPECT_EQ(a.res.status, 403);
    EXPECT_SAME(response_header_get(&a.res, "Content-Type"),
                SLICE("application/problem+json; charset=utf-8"));
    EXPECT_SLICE(
        buf_slice(&a.res.body),
        "{\"type\":\"urn:credence:problem:department.theme\","
        "\"title\":\"该主题由其他部门负责 / Another department is responsible for this theme\","
        "\"status\":403,\"detail\":\"say \\\"who\\\"\",\"field\":\"department\","
        "\"rule\":\"department.theme\",\"id\":\"abc\"}");
    end(&a);
}

TEST(no_two_problems_share_a_type)
{
    for (unsigned i = 0; i < PROBLEM_COUNT; i++) {
        EXPECT(problem_status((enum problem)i) >= 400 && problem_status((enum problem)i) < 600);
        for (unsigned k = 0; k < i; k++)
            EXPECT(strcmp(problem_slug((enum problem)i), problem_slug((enum problem)k)) != 0);
    }
}
