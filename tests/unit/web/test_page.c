/* Pages: what they show, and that what they show is escaped. */
#include <string.h>

#include "tests/support/front.h"
#include "web/page.h"

static struct front *front;
static struct world *world;

static bool shows(const struct answer *a, const char *text)
{
    return slice_find(a->body, slice_of(text), 0) >= 0;
}

static void open_with(const char *name, char code[19])
{
    world = world_open();
    front = front_open(world);
    front->headers = "Accept: text/html";
    world_uscc(7, "91", code);
    struct slice text = arena_printf(world->arena,
                                     "企业名称,统一社会信用代码,注册日期,经营范围,登记状态\n%s,%s,"
                                     "2001-02-03,\"a<b>&\"\"c\"\"\",存续\n",
                                     name, code);
    EXPECT_EQ(world_submit(world, "amr-enterprise-registration", NULL, text).stored, 1);
}

static void close_all(void)
{
    front_close(front);
    world_close(world);
}

static struct answer page(const char *fmt, const char *arg)
{
    char target[200];
    const char *at = strchr(fmt, '*');
    snprintf(target, sizeof target, "%.*s%s%s", (int)(at - fmt), fmt, arg, at + 1);
    return front_get(front, target);
}

TEST(the_first_page_has_a_search_box_and_the_figures_of_today)
{
    char code[19];
    open_with("广州某某商贸有限公司", code);
    struct answer a = front_get(front, "/");
    EXPECT_EQ(a.status, 200);
    EXPECT(shows(&a, "action=\"/search\"") && shows(&a, "<label for=\"q\">"));
    EXPECT(shows(&a, "企业 <span lang=\"en\">Enterprise</span></dt><dd>1</dd>"));
    EXPECT(shows(&a, "lang=\"zh-CN\"") && shows(&a, "name=\"viewport\""));
    close_all();
}

TEST(a_hit_leads_to_its_subject_and_names_what_matched)
{
    char code[19];
    open_with("广州某某商贸有限公司", code);
    struct answer a = front_get(front, "/search?q=%E6%9F%90%E6%9F%90");
    EXPECT_EQ(a.status, 200);
    EXPECT(shows(&a, code) && shows(&a, "广州某某商贸有限公司") && shows(&a, "存续"));
    EXPECT(shows(&a, "value=\"某某\""));
    a = front_get(front, "/search?q=%E6%B2%A1%E6%9C%89");
    EXPECT_EQ(a.status, 200);
    EXPECT(shows(&a, "没有查到公开信息"));
    close_all();
}

TEST(a_subject_shows_names_of_items_and_not_codes)
{
    char code[19];
    open_with("广州某某商贸有限公司", code);
    struct answer a = page("/subjects/*", code);
    EXPECT_EQ(a.status, 200);
    EXPECT(shows(&a, "经营范围") && !shows(&a, "SCOPE"));
    EXPECT(shows(&a, "市市场监督管理局") && shows(&a, "2026-06-01") && shows(&a, "2001-02-03"));
    EXPECT(shows(&a, "?category=registration"));
    a = page("/subjects/*?category=judgment", code);
    EXPECT(shows(&a, "没有此类公开记录"));
    a = page("/subjects/*?category=none", code);
    EXPECT_EQ(a.status, 400);
    a = page("/subjects/*", "91440101YY00000000");
    EXPECT_EQ(a.status, 404);
    EXPECT(shows(&a, "没有查到该主体"));
    close_all();
}

TEST(a_record_has_a_page_with_its_changes)
{
    char code[19], target[100];
    open_with("广州某某商贸有限公司", code);
    struct answer a = page("/subjects/*", code);
    ptrdiff_t at = slice_find(a.body, SLICE("/records/"), 0);
    EXPECT(at > 0);
    snprintf(target, sizeof target, "%.38s", a.body.p + at);
    a = front_get(front, target);
    EXPECT_EQ(a.status, 200);
    EXPECT(shows(&a, "首次入库") && shows(&a, "经营范围") && shows(&a, code));
    close_all();
}

/* Penalties of one subject, with days that tell them apart. */
static void penalties(const char *code, unsigned count)
{
    for (unsigned i = 1; i <= count; i++) {
        struct slice text = arena_printf(
            world->arena,
            "CF_WSH,CF_XDR_MC,CF_XDR_LB,CF_XDR_SHXYM,CF_FRDB,CF_WFXW,CF_SY,CF_YJ,CF_CFLB,CF_NR,CF_"
            "NR_FK,CF_JDRQ,CF_YXQ,CF_GSJZQ,CF_CFJG,CF_CFJGDM,CF_SJLY,CF_SJLYDM,_id\n"
            "处第%u号,广州某某商贸有限公司,法人及非法人组织,%s,某甲,无照经营,事实,条例,罚款,"
            "罚款二千元,0.2,2026-05-%02u,2027-05-01,2027-01-01,某局,11440106YY000001XG,某局,"
            "11440106YY000001XG,N%u\n",
            i, code, i, i);
        EXPECT_EQ(world_submit(world, "amr-penalty", NULL, text).stored, 1);
    }
}

TEST(a_long_list_is_an_overview_that_leads_to_each_category)
{
    char code[19];
    open_with("广州某某商贸有限公司", code);
    penalties(code, 23);
    struct answer a = page("/subjects/*", code);
    EXPECT(shows(&a, "<h3 class=\"group\">登记") && shows(&a, "<h3 class=\"group\">监管"));
    EXPECT(shows(&a, "处第23号") && shows(&a, "处第19号") && !shows(&a, "处第18号"));
    EXPECT(shows(&a, "全部 23 条") && shows(&a, "?category=supervision"));
    EXPECT(!shows(&a, "rel=\"next\""));
    a = page("/subjects/*?category=supervision", code);
    EXPECT(shows(&a, "处第4号") && !shows(&a, "处第3号") && !shows(&a, "经营范围"));
    EXPECT(shows(&a, "?category=supervision&amp;cursor="));
    a = page("/subjects/*?theme=amr-penalty", code);
    EXPECT(shows(&a, "只看主题") && shows(&a, "处第23号") && !shows(&a, "经营范围"));
    EXPECT(shows(&a, "?theme=amr-penalty&amp;cursor="));
    a = page("/subjects/*?theme=nothing", code);
    EXPECT_EQ(a.status, 200);
    EXPECT(shows(&a, "没有此类公开记录") && !shows(&a, "只看主题"));
    close_all();
}

TEST(a_short_list_is_shown_whole)
{
    char code[19];
    open_with("广州某某商贸有限公司", code);
    penalties(code, 9);
    struct answer a = page("/subjects/*", code);
    EXPECT(shows(&a, "处第1号") && shows(&a, "处第9号") && !shows(&a, "全部 9 条"));
    close_all();
}

TEST(what_speaks_against_a_subject_is_told_by_a_word)
{
    char code[19];
    open_with("广州某某商贸有限公司", code);
    struct answer a = page("/subjects/*", code);
    EXPECT(!shows(&a, "不良信息") && !shows(&a, "良好信息"));
    penalties(code, 1);
    a = page("/subjects/*", code);
    EXPECT(shows(&a, "不良信息 <span lang=\"en\">Negative</span>"));
    close_all();
}

TEST(a_record_says_who_keeps_it_by_which_law_and_until_when_and_whom_it_is_about_last)
{
    char code[19], target[100];
    open_with("广州某某商贸有限公司", code);
    penalties(code, 1);
    struct answer a = page("/subjects/*?theme=amr-penalty", code);
    ptrdiff_t at = slice_find(a.body, SLICE("/records/"), 0);
    snprintf(target, sizeof target, "%.38s", a.body.p + at);
    a = front_get(front, target);
    EXPECT(shows(&a, "行政处罚法") && shows(&a, "datetime=\"2027-01-01\""));
    EXPECT(shows(&a, "处罚类别") && !shows(&a, "CF_CFLB") && !shows(&a, "证件号码"));
    ptrdiff_t about = slice_find(a.body, SLICE("主体信息"), 0);
    EXPECT(about > slice_find(a.body, SLICE("违法事实"), 0));
    EXPECT(slice_find(a.body, SLICE("行政相对人名称"), 0) > about);
    EXPECT(slice_find(a.body, SLICE("</article>"), 0) > 0 && !shows(&a, "<details"));
    close_all();
}

TEST(whatever_a_name_or_a_question_holds_is_text)
{
    char code[19];
    open_with("广州<script>alert(1)</script>商行", code);
    struct answer a = page("/subjects/*", code);
    EXPECT(shows(&a, "广州&lt;script&gt;"));
    EXPECT(shows(&a, "a&lt;b&gt;&amp;&quot;c&quot;"));
    EXPECT(!shows(&a, "<script"));
    a = front_get(front, "/search?q=%22%3E%3Cscript%3E");
    EXPECT(!shows(&a, "<script"));
    a = front_get(front, "/search?q=%E5%B9%BF%E5%B7%9E%22%20onx%3D%22");
    EXPECT(!shows(&a, "\" onx=\""));
    close_all();
}

TEST(pages_forbid_scripts_frames_and_referrers)
{
    char code[19];
    open_with("广州某某商贸有限公司", code);
    struct answer a = page("/subjects/*", code);
    struct slice csp = answer_header(&a, "Content-Security-Policy");
    EXPECT(slice_find(csp, SLICE("default-src 'none'"), 0) >= 0);
    EXPECT(slice_find(csp, SLICE("script-src"), 0) < 0);
    EXPECT(slice_find(csp, SLICE("frame-ancestors 'none'"), 0) >= 0);
    EXPECT_SLICE(answer_header(&a, "Referrer-Policy"), "no-referrer");
    EXPECT_SLICE(answer_header(&a, "X-Content-Type-Options"), "nosniff");
    EXPECT(!shows(&a, "style=") && !shows(&a, "http://") && !shows(&a, "https://"));
    close_all();
}

TEST(the_style_sheet_is_part_of_the_program_and_templates_are_not_served)
{
    char code[19];
    open_with("广州某某商贸有限公司", code);
    struct answer a = front_get(front, "/static/style.css");
    EXPECT_EQ(a.status, 200);
    EXPECT_SLICE(answer_header(&a, "Content-Type"), "text/css; charset=utf-8");
    a = front_get(front, "/static/head.html");
    EXPECT_EQ(a.status, 404);
    a = front_get(front, "/static/..%2Fstyle.css");
    EXPECT_EQ(a.status, 404);
    close_all();
}
