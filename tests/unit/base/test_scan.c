/* Flat JSON objects: what is taken over as written, and what is refused with a reason. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/scan.h"
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

static struct scan *scanner(void)
{
    static struct scan *s;
    if (!s)
        s = scan_create();
    return s;
}

struct pairs {
    struct scan_pair *p;
    size_t n;
};

/* From a piece of memory of exactly that size, so that reading behind it would be seen. */
static int scan_exact(struct slice json, size_t max, struct pairs *ret, const char **reterr_why)
{
    char *own = malloc(json.n ? json.n : 1);
    if (json.n)
        memcpy(own, json.p, json.n);
    int r = scan_object(scanner(), memory(), slice_make(own, json.n), max, &ret->p, &ret->n,
                        reterr_why);
    free(own);
    return r;
}

static struct pairs read_ok(struct slice json)
{
    struct pairs pairs = {0};
    const char *why = "?";
    if (scan_exact(json, 1000, &pairs, &why) < 0)
        FAIL("not read: %s", why);
    return pairs;
}

static void expect_refused(struct slice json, const char *wanted)
{
    struct pairs pairs = {0};
    const char *why = "?";
    EXPECT_ERR(scan_exact(json, 1000, &pairs, &why), CE_INVALID);
    EXPECT_STR(why, wanted);
    EXPECT(pairs.p == NULL);
}

static void expect_value(struct slice json, enum scan_kind kind, struct slice wanted)
{
    AUTO_BUF(b, 1 << 20);
    buf_add_slice(&b, SLICE("{\"before\" : [1, {\"x\": \"}\"}], \"n\":2 ,\"v\" : "));
    buf_add_slice(&b, json);
    buf_add_slice(&b, SLICE(" ,\"after\":null}"));
    struct pairs pairs = read_ok(buf_slice(&b));
    EXPECT_EQ(pairs.n, 4);
    EXPECT_SLICE(pairs.p[2].key, "v");
    EXPECT_EQ(pairs.p[2].kind, kind);
    EXPECT_SAME(pairs.p[2].value, wanted);
    EXPECT_SLICE(pairs.p[3].key, "after");
    EXPECT_EQ(pairs.p[3].kind, SCAN_NULL);
}

TEST(pairs_come_in_the_order_of_the_text)
{
    struct pairs pairs = read_ok(SLICE("{\"代码\":\"9144\",\"a\":1,\"名称\":\"某某\"}"));
    EXPECT_EQ(pairs.n, 3);
    EXPECT_SLICE(pairs.p[0].key, "代码");
    EXPECT_SLICE(pairs.p[0].value, "9144");
    EXPECT_SLICE(pairs.p[1].key, "a");
    EXPECT_SLICE(pairs.p[2].key, "名称");
    EXPECT_SLICE(pairs.p[2].value, "某某");
}

TEST(an_empty_object_has_no_pairs)
{
    EXPECT_EQ(read_ok(SLICE("{}")).n, 0);
    EXPECT_EQ(read_ok(SLICE(" { } \n")).n, 0);
}

TEST(escapes_are_taken_off_keys_and_strings)
{
    struct pairs pairs =
        read_ok(SLICE("{\"\\u540d\\\"\":\"a\\n\\t\\\\\\/\\u4e2d\\ud842\\udfb7\\u0000\"}"));
    EXPECT_SLICE(pairs.p[0].key, "名\"");
    EXPECT_SLICE(pairs.p[0].value, "a\n\t\\/中𠮷\0");
}

TEST(numbers_stay_as_they_were_written)
{
    static const char *const numbers[] = {
        "0",
        "-0",
        "1.50",
        "1e3",
        "1E+3",
        "-1.0e-05",
        "100000000000000000",
        "914400001234567890",
        "9223372036854775808",
        "18446744073709551615",
        "0.1000000000000000055511151231257827",
    };
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        expect_value(slice_of(numbers[i]), SCAN_NUMBER, slice_of(numbers[i]));
}

TEST(words_are_told_apart)
{
    expect_value(SLICE("true"), SCAN_BOOL, SLICE("true"));
    expect_value(SLICE("false"), SCAN_BOOL, SLICE("false"));
    expect_value(SLICE("null"), SCAN_NULL, (struct slice){NULL, 0});
    expect_value(SLICE("\"null\""), SCAN_STRING, SLICE("null"));
    expect_value(SLICE("\"\""), SCAN_STRING, SLICE(""));
}

TEST(an_empty_string_is_not_absent)
{
    struct pairs pairs = read_ok(SLICE("{\"\":\"\",\"n\":null}"));
    EXPECT(pairs.p[0].value.p != NULL);
    EXPECT(pairs.p[1].value.p == NULL);
}

TEST(nested_values_are_minified_and_otherwise_as_written)
{
    expect_value(SLICE("[ ]"), SCAN_NESTED, SLICE("[]"));
    expect_value(SLICE("{ \"a b\" : [ 1.50 , true,null ] ,\n\"c\":\"\\\" ]}\" }"), SCAN_NESTED,
                 SLICE("{\"a b\":[1.50,true,null],\"c\":\"\\\" ]}\"}"));
    expect_value(SLICE("[\"\\\\\", [1 ], -2e5]"), SCAN_NESTED, SLICE("[\"\\\\\",[1],-2e5]"));
}

TEST(eight_levels_are_read_and_nine_refused)
{
    expect_value(SLICE("[[[[[[[1]]]]]]]"), SCAN_NESTED, SLICE("[[[[[[[1]]]]]]]"));
    expect_value(SLICE("[[[[[[[]]]]]]]"), SCAN_NESTED, SLICE("[[[[[[[]]]]]]]"));
    expect_refused(SLICE("{\"a\":[[[[[[[[]]]]]]]]}"), "lies more than 8 deep in itself");
    expect_refused(SLICE("{\"a\":[[[[[[[{\"b\":1}]]]]]]]}"), "lies more than 8 deep in itself");
    AUTO_BUF(b, 1 << 20);
    buf_add_slice(&b, SLICE("{\"a\":"));
    for (int i = 0; i < 100000; i++)
        buf_add_char(&b, '[');
    for (int i = 0; i < 100000; i++)
        buf_add_char(&b, ']');
    buf_add_char(&b, '}');
    expect_refused(buf_slice(&b), "lies more than 8 deep in itself");
}

TEST(a_key_that_stands_twice_is_refused)
{
    expect_refused(SLICE("{\"a\":1,\"b\":2,\"a\":1}"), "names a member twice");
    expect_refused(SLICE("{\"a\":1,\"\\u0061\":2}"), "names a member twice");
    expect_refused(SLICE("{\"\":1,\"\":2}"), "names a member twice");
    EXPECT_EQ(read_ok(SLICE("{\"a\":{\"b\":1},\"b\":{\"b\":1}}")).n, 2);
}

TEST(many_members_keep_their_order_and_a_repetition_among_them_is_seen)
{
    AUTO_BUF(b, 1 << 20);
    for (int i = 0; i < 999; i++)
        buf_printf(&b, "%s\"k%d\":%d", i ? "," : "{", 999 - i, i);
    buf_add_slice(&b, SLICE(",\"k0\":0}"));
    struct pairs pairs = read_ok(buf_slice(&b));
    EXPECT_EQ(pairs.n, 1000);
    EXPECT_SLICE(pairs.p[0].key, "k999");
    EXPECT_SLICE(pairs.p[998].value, "998");
    buf_clear(&b);
    for (int i = 0; i < 500; i++)
        buf_printf(&b, "%s\"k%d\":%d", i ? "," : "{", i == 499 ? 250 : i, i);
    buf_add_char(&b, '}');
    expect_refused(buf_slice(&b), "names a member twice");
}

TEST(more_members_than_allowed_are_too_large)
{
    struct pairs pairs = {0};
    const char *why = NULL;
    EXPECT_OK(scan_exact(SLICE("{\"a\":1,\"b\":2}"), 2, &pairs, &why));
    EXPECT_ERR(scan_exact(SLICE("{\"a\":1,\"b\":2,\"c\":3}"), 2, &pairs, &why), CE_TOO_LARGE);
    EXPECT_STR(why, "has too many members");
}

TEST(numbers_beyond_what_a_number_can_hold_are_refused)
{
    expect_refused(SLICE("{\"a\":123456789012345678901234567890}"),
                   "holds a number that is malformed or too large");
    expect_refused(SLICE("{\"a\":-9223372036854775809}"),
                   "holds a number that is malformed or too large");
    expect_refused(SLICE("{\"a\":1e400}"), "holds a number that is malformed or too large");
    expect_refused(SLICE("{\"a\":01}"), "holds a number that is malformed or too large");
    expect_refused(SLICE("{\"a\":[1e400]}"), "holds a number that is malformed or too large");
}

TEST(what_is_no_object_is_refused)
{
    expect_refused(SLICE(""), "is empty");
    expect_refused(SLICE("  "), "is empty");
    expect_refused((struct slice){NULL, 0}, "is empty");
    expect_refused(SLICE("[1]"), "is no JSON object");
    expect_refused(SLICE("\"a\""), "is no JSON object");
    expect_refused(SLICE("1"), "is no JSON object");
}

TEST(broken_json_is_refused_with_its_reason)
{
    expect_refused(SLICE("{\"a\":1"), "is not well-formed JSON");
    expect_refused(SLICE("{\"a\":1}}"), "is not well-formed JSON");
    expect_refused(SLICE("{\"a\":1} {\"b\":2}"), "is not well-formed JSON");
    expect_refused(SLICE("{\"a\":1,}"), "is not well-formed JSON");
    expect_refused(SLICE("{a:1}"), "is not well-formed JSON");
    expect_refused(SLICE("{'a':1}"), "is not well-formed JSON");
    expect_refused(SLICE("{\"a\":\"b}"), "holds a string that does not end");
    expect_refused(SLICE("{\"a\":\"\\x\"}"), "holds a string with a wrong escape");
    expect_refused(SLICE("{\"a\":\"\\ud842\"}"), "holds a string with a wrong escape");
    expect_refused(SLICE("{\"a\":\"\t\"}"),
                   "holds a string with a control character that is not escaped");
    expect_refused(SLICE("{\"a\":\"\xff\"}"), "is not UTF-8");
    expect_refused(SLICE("{\"a\":\"\xed\xa0\x80\"}"), "is not UTF-8");
}

TEST(a_raw_nul_is_refused_wherever_it_stands)
{
    expect_refused(slice_make("{\"a\":3\0,\"b\":4}", 14), "holds a NUL");
    expect_refused(slice_make("{\"a\":\"\0\"}", 9), "holds a NUL");
    expect_refused(slice_make("{\"a\":1}\0", 8), "holds a NUL");
}

TEST(a_scanner_goes_on_after_an_error_and_grows_with_its_input)
{
    expect_refused(SLICE("{"), "is not well-formed JSON");
    AUTO_BUF(b, 4 << 20);
    buf_add_slice(&b, SLICE("{\"a\":\""));
    memset(buf_grow(&b, 1 << 20), 'x', 1 << 20);
    buf_add_slice(&b, SLICE("\"}"));
    EXPECT_EQ(read_ok(buf_slice(&b)).p[0].value.n, 1 << 20);
    EXPECT_SLICE(read_ok(SLICE("{\"a\":\"b\"}")).p[0].value, "b");
}

TEST(text_is_utf8_where_the_walk_over_characters_says_so)
{
    static const char *const parts[] = {"abcdefgh",     "\xC2\xB7",         "\xE5\xB9\xBF",
                                        "\xE5\xB9",     "\xED\xA0\x80",     "\xC0\x80",
                                        "\xE0\x9F\xBF", "\xF0\xA0\xAE\xB7", "\xF4\x90\x80\x80"};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        for (size_t before = 0; before < 70; before++)
            for (int is_last = 0; is_last < 2; is_last++) {
                AUTO_BUF(text, 200);
                for (size_t k = 0; k < before; k++)
                    buf_add_char(&text, 'x');
                buf_add_slice(&text, slice_of(parts[i]));
                buf_add_slice(&text, is_last ? SLICE("") : SLICE("yz"));
                EXPECT_EQ(scan_is_utf8(buf_slice(&text)),
                          utf8_valid_prefix(buf_slice(&text)) == text.n);
            }
    EXPECT(scan_is_utf8((struct slice){NULL, 0}));
}
