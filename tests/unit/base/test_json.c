/* JSON out and in: what is written by hand is read back by the library. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "tests/support/test.h"

static struct arena *memory(void)
{
    static struct arena *a;
    if (a)
        arena_reset(a);
    else
        a = arena_create(64 << 20);
    return a;
}

static const struct json *read_ok(struct slice text)
{
    struct json *root = NULL;
    struct reason why = {0};
    int r = json_parse(memory(), text, 1 << 20, &root, &why);
    if (r < 0)
        FAIL("not read: %s", why.text);
    return root;
}

static void expect_refused(struct slice text, const char *wanted)
{
    struct json *root = NULL;
    struct reason why = {0};
    EXPECT_ERR(json_parse(memory(), text, 1 << 20, &root, &why), CE_INVALID);
    EXPECT_STR(why.text, wanted);
    EXPECT(root == NULL);
}

TEST(commas_and_colons_come_by_themselves)
{
    AUTO_BUF(b, 4096);
    struct json_out o = json_out_of(&b);
    json_object_begin(&o);
    json_put_string(&o, "名称", SLICE("某某"));
    json_key(&o, "list");
    json_array_begin(&o);
    json_u64(&o, 1);
    json_object_begin(&o);
    json_object_end(&o);
    json_array_begin(&o);
    json_nil(&o);
    json_bool(&o, false);
    json_array_end(&o);
    json_cstr(&o, "x");
    json_slice(&o, SLICE("y"));
    json_array_end(&o);
    json_put_bool(&o, "ok", true);
    json_put_u64(&o, "n", 0);
    json_put_cstr(&o, "c", "d");
    json_key_slice(&o, SLICE("k\""));
    json_i64(&o, -5);
    json_object_end(&o);
    EXPECT_SLICE(buf_slice(&b), "{\"名称\":\"某某\",\"list\":[1,{},[null,false],\"x\",\"y\"],"
                                "\"ok\":true,\"n\":0,\"c\":\"d\",\"k\\\"\":-5}");
    EXPECT_EQ(b.err, 0);
}

TEST(fragments_join_members_that_are_there_already)
{
    AUTO_BUF(b, 4096);
    AUTO_BUF(part, 4096);
    struct json_out p = json_out_of(&part);
    json_put_cstr(&p, "a", "1");
    json_put_u64(&p, "b", 2);
    EXPECT_SLICE(buf_slice(&part), "\"a\":\"1\",\"b\":2");
    struct json_out o = json_out_of(&b);
    json_object_begin(&o);
    json_members(&o, SLICE(""));
    json_members(&o, buf_slice(&part));
    json_members(&o, SLICE(""));
    json_members(&o, SLICE("\"c\":3"));
    json_key(&o, "d");
    json_raw(&o, SLICE("[4]"));
    json_put_u64(&o, "e", 5);
    json_object_end(&o);
    EXPECT_SLICE(buf_slice(&b), "{\"a\":\"1\",\"b\":2,\"c\":3,\"d\":[4],\"e\":5}");
}

TEST(the_greatest_and_least_numbers_are_written_in_full)
{
    AUTO_BUF(b, 4096);
    struct json_out o = json_out_of(&b);
    json_array_begin(&o);
    json_u64(&o, UINT64_MAX);
    json_i64(&o, INT64_MIN);
    json_i64(&o, INT64_MAX);
    json_array_end(&o);
    EXPECT_SLICE(buf_slice(&b), "[18446744073709551615,-9223372036854775808,9223372036854775807]");
}

TEST(sixty_three_levels_can_be_written)
{
    AUTO_BUF(b, 4096);
    struct json_out o = json_out_of(&b);
    for (int i = 0; i < 63; i++)
        json_array_begin(&o);
    json_u64(&o, 1);
    json_u64(&o, 2);
    for (int i = 0; i < 63; i++)
        json_array_end(&o);
    EXPECT_EQ(b.n, 63 + 3 + 63);
    EXPECT_EQ(read_ok(buf_slice(&b))->kind, JSON_ARRAY);
}

TEST(a_full_buffer_fails_once_and_for_all)
{
    AUTO_BUF(b, 8);
    struct json_out o = json_out_of(&b);
    json_array_begin(&o);
    for (int i = 0; i < 100; i++)
        json_cstr(&o, "too much");
    json_array_end(&o);
    EXPECT_EQ(b.err, CE_TOO_LARGE);
    EXPECT(b.n <= 8);
}

TEST(control_characters_quotes_and_backslashes_are_escaped_and_the_rest_is_left)
{
    AUTO_BUF(b, 4096);
    json_quote(&b, SLICE("a\"\\/\b\f\n\r\t\x01\x1f\x7f中𠮷"));
    EXPECT_SLICE(buf_slice(&b), "\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f中𠮷\"");
    buf_clear(&b);
    json_quote(&b, slice_make("\0", 1));
    EXPECT_SLICE(buf_slice(&b), "\"\\u0000\"");
    buf_clear(&b);
    json_quote(&b, (struct slice){NULL, 0});
    EXPECT_SLICE(buf_slice(&b), "\"\"");
}

TEST(an_escape_is_seen_at_every_place_of_a_text_of_any_length)
{
    AUTO_BUF(b, 4096);
    static const struct {
        char c, escaped[3];
    } cases[] = {{'"', "\\\""}, {'\\', "\\\\"}, {'\t', "\\t"}, {'\n', "\\n"}};
    for (size_t n = 1; n <= 50; n++)
        for (size_t at = 0; at < n; at++)
            for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
                char text[50], wanted[60];
                memset(text, '\xE5', n);
                text[at] = cases[i].c;
                size_t w = 0;
                wanted[w++] = '"';
                for (size_t k = 0; k < n; k++)
                    w += (size_t)snprintf(wanted + w, 3, "%.2s",
                                          k == at ? cases[i].escaped : "\xE5");
                wanted[w++] = '"';
                buf_clear(&b);
                json_quote(&b, slice_make(text, n));
                EXPECT_SAME(buf_slice(&b), slice_make(wanted, w));
            }
}

TEST(every_character_is_read_back_as_it_was_written)
{
    AUTO_BUF(b, 4096);
    for (uint32_t c = 1; c <= 0x10FFFF; c += c < 0x3000 ? 1 : 97) {
        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        char text[6] = "a";
        struct slice s = {text, 1 + utf8_put(text + 1, c)};
        text[s.n++] = 'z';
        buf_clear(&b);
        struct json_out o = json_out_of(&b);
        json_object_begin(&o);
        json_key_slice(&o, s);
        json_slice(&o, s);
        json_object_end(&o);
        const struct json *v = read_ok(buf_slice(&b));
        EXPECT_EQ(v->count, 1);
        EXPECT_SAME(v->keys[0], s);
        EXPECT_SAME(v->items[0].string, s);
    }
}

TEST(a_tree_keeps_kinds_and_order)
{
    const struct json *v = read_ok(SLICE("{\"z\":[1,-2.5,\"a\",true,false,null,{}],\"a\":{\"n\":"
                                         "9223372036854775807},\"s\":\"\\u4e2d\"}"));
    EXPECT_EQ(v->kind, JSON_OBJECT);
    EXPECT_EQ(v->count, 3);
    EXPECT_SLICE(v->keys[0], "z");
    EXPECT_SLICE(v->keys[1], "a");
    const struct json *z = json_get(v, "z");
    EXPECT_EQ(z->kind, JSON_ARRAY);
    EXPECT_EQ(z->count, 7);
    EXPECT_EQ(z->items[0].integer, 1);
    EXPECT_EQ(z->items[1].kind, JSON_REAL);
    EXPECT(z->items[1].real == -2.5);
    EXPECT_SLICE(z->items[2].string, "a");
    EXPECT(z->items[3].boolean && !z->items[4].boolean);
    EXPECT_EQ(z->items[4].kind, JSON_BOOL);
    EXPECT_EQ(z->items[5].kind, JSON_NULL);
    EXPECT_EQ(z->items[6].count, 0);
    EXPECT_EQ(json_get_int(json_get(v, "a"), "n"), INT64_MAX);
    EXPECT_SLICE(json_get_string(v, "s"), "中");
}

TEST(what_is_not_there_is_absent_and_not_an_error)
{
    const struct json *v = read_ok(SLICE("{\"a\":1,\"b\":\"x\",\"e\":\"\"}"));
    EXPECT(json_get(v, "c") == NULL);
    EXPECT(json_get(json_get(v, "a"), "c") == NULL);
    EXPECT(json_get(NULL, "c") == NULL);
    EXPECT(json_get_string(v, "a").p == NULL);
    EXPECT(json_get_string(v, "e").p != NULL);
    EXPECT_EQ(json_get_int(v, "b"), 0);
}

TEST(a_value_may_stand_alone)
{
    EXPECT_SLICE(read_ok(SLICE(" \"a\" "))->string, "a");
    EXPECT_EQ(read_ok(SLICE("7"))->integer, 7);
}

TEST(broken_text_is_refused_with_line_and_column_but_without_its_content)
{
    expect_refused(SLICE("{\"a\":1,\n \"secret\" 2}"), "line 2, column 11: ':' expected");
    expect_refused(SLICE(""), "line 1, column 0: unexpected token");
    expect_refused((struct slice){NULL, 0}, "line 1, column 0: unexpected token");
}

TEST(keys_that_stand_twice_trailing_text_and_wrong_bytes_are_refused)
{
    struct json *root = NULL;
    struct reason why;
    struct arena *a = memory();
    EXPECT_ERR(json_parse(a, SLICE("{\"a\":1,\"a\":1}"), 99, &root, &why), CE_INVALID);
    EXPECT_ERR(json_parse(a, SLICE("{} {}"), 99, &root, &why), CE_INVALID);
    EXPECT_ERR(json_parse(a, SLICE("[1,]"), 99, &root, &why), CE_INVALID);
    EXPECT_ERR(json_parse(a, SLICE("[\"\xff\"]"), 99, &root, &why), CE_INVALID);
    EXPECT_ERR(json_parse(a, SLICE("[9223372036854775808]"), 99, &root, &why), CE_INVALID);
    EXPECT_ERR(json_parse(a, SLICE("[1e400]"), 99, &root, &why), CE_INVALID);
    EXPECT_ERR(json_parse(a, slice_make("[1]\0", 4), 99, &root, &why), CE_INVALID);
    EXPECT_ERR(json_parse(a, SLICE("[1]"), 2, &root, NULL), CE_INVALID);
}

TEST(a_raw_nul_is_refused_wherever_it_stands)
{
    expect_refused(slice_make("{\"a\":3\0,\"b\":4}", 14), "holds a NUL");
    expect_refused(slice_make("[\"\0\"]", 5), "holds a NUL");
}

static int parse_nested(struct buf *b, size_t depth)
{
    struct json *root;
    buf_clear(b);
    memset(buf_grow(b, depth), '[', depth);
    memset(buf_grow(b, depth), ']', depth);
    return json_parse(memory(), buf_slice(b), 1 << 20, &root, NULL);
}

TEST(sixty_four_levels_are_read_and_sixty_five_refused)
{
    AUTO_BUF(b, 1 << 20);
    EXPECT_OK(parse_nested(&b, 64));
    EXPECT_ERR(parse_nested(&b, 65), CE_INVALID);
    EXPECT_ERR(parse_nested(&b, 100000), CE_INVALID);
}

TEST(an_escaped_nul_is_read_as_it_was_written)
{
    AUTO_BUF(b, 100);
    buf_add_slice(&b, SLICE("{\"a\":"));
    json_quote(&b, slice_make("x\0y", 3));
    buf_add_char(&b, '}');
    struct json *root = NULL;
    EXPECT_OK(json_parse(memory(), buf_slice(&b), 100, &root, NULL));
    EXPECT_SAME(json_get_string(root, "a"), slice_make("x\0y", 3));
}
