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
    EXPECT(shows(&a, "此类别没有公开记录"));
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
