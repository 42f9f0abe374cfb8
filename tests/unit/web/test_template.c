/* Templates: nothing gets into a page unescaped. */
#include "tests/support/test.h"
#include "web/template.h"

static struct slice render(struct arena *a, const char *text, const struct scope *s)
{
    AUTO_BUF(b, 1 << 20);
    template_render_text(slice_of(text), s, &b);
    EXPECT_OK(b.err);
    return arena_dup(a, buf_slice(&b));
}

TEST(values_are_escaped_for_text_and_attributes)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct scope *s = scope_create(a);
    scope_cstr(s, "x", "<b a=\"1\" c='2'>&广</b>");
    EXPECT_SLICE(render(a, "<i title=\"{{x}}\">{{x}}</i>", s),
                 "<i title=\"&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;广&lt;/b&gt;\">"
                 "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;广&lt;/b&gt;</i>");
}

TEST(values_in_addresses_are_per_cent_encoded)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct scope *s = scope_create(a);
    scope_cstr(s, "x", "a/b?c=d&e\"f 广");
    EXPECT_SLICE(render(a, "/{{%x}}", s), "/a%2Fb%3Fc%3Dd%26e%22f%20%E5%B9%BF");
}

TEST(a_value_that_looks_like_a_mark_is_no_mark)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct scope *s = scope_create(a);
    scope_cstr(s, "x", "{{y}}{{>head}}");
    scope_cstr(s, "y", "no");
    EXPECT_SLICE(render(a, "{{x}}", s), "{{y}}{{&gt;head}}");
}

TEST(lists_repeat_and_see_what_is_around_them)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct scope *s = scope_create(a);
    scope_cstr(s, "outer", "o");
    scope_cstr(scope_add(s, "list"), "v", "1");
    struct scope *second = scope_add(s, "list");
    scope_cstr(second, "v", "2");
    scope_cstr(second, "outer", "own");
    EXPECT_SLICE(render(a, "{{#list}}[{{v}}{{outer}}]{{/list}}{{^list}}none{{/list}}", s),
                 "[1o][2own]");
    EXPECT_SLICE(render(a, "{{#none}}x{{/none}}{{^none}}none{{/none}}", s), "none");
}

TEST(a_value_may_be_asked_whether_it_is_there)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct scope *s = scope_create(a);
    scope_cstr(s, "full", "f");
    scope_cstr(s, "empty", "");
    EXPECT_SLICE(
        render(a, "{{#full}}({{full}}){{/full}}{{#empty}}no{{/empty}}{{^empty}}yes{{/empty}}", s),
        "(f)yes");
    EXPECT_SLICE(render(a, "{{unknown}}", s), "");
}

TEST(marks_with_a_line_of_their_own_leave_no_line)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct scope *s = scope_create(a);
    scope_cstr(scope_add(s, "list"), "v", "1");
    scope_cstr(scope_add(s, "list"), "v", "2");
    EXPECT_SLICE(render(a, "<\n{{#list}}\n{{v}}\n{{/list}}\n>", s), "<\n1\n2\n>");
}

TEST(numbers_have_commas)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct scope *s = scope_create(a);
    scope_number(s, "a", 0);
    scope_number(s, "b", 999);
    scope_number(s, "c", 17195);
    scope_number(s, "d", UINT64_MAX);
    EXPECT_SLICE(render(a, "{{a}} {{b}} {{c}} {{d}}", s),
                 "0 999 17,195 18,446,744,073,709,551,615");
}

TEST(a_name_that_stands_already_gets_the_new_value)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct scope *s = scope_create(a);
    scope_cstr(s, "x", "1");
    scope_cstr(s, "x", "2");
    EXPECT_SLICE(render(a, "{{x}}", s), "2");
}
