/* The tree of a data file and, above all, the lines that errors name. */
#include <stdio.h>

#include "base/buf.h"
#include "base/yaml.h"
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

static const struct yaml *read_ok(struct slice text)
{
    struct yaml *root = NULL;
    struct reason why = {0};
    int r = yaml_parse(memory(), text, &root, &why);
    if (r < 0)
        FAIL("not read: %s", why.text);
    return root;
}

static void expect_refused(struct slice text, const char *wanted)
{
    struct yaml *root = NULL;
    struct reason why = {0};
    EXPECT_ERR(yaml_parse(memory(), text, &root, &why), CE_INVALID);
    EXPECT_STR(why.text, wanted);
    EXPECT(root == NULL);
}

TEST(a_map_keeps_the_order_of_the_file_and_every_node_its_line)
{
    const struct yaml *m = read_ok(SLICE("# a comment\n"
                                         "theme: amr-licence\n"
                                         "\n"
                                         "items:\n"
                                         "  - name: 企业名称\n"
                                         "    max: 200\n"
                                         "  - name: 统一社会信用代码\n"));
    EXPECT_EQ(m->kind, YAML_MAP);
    EXPECT_EQ(m->line, 2);
    EXPECT_EQ(m->count, 2);
    EXPECT_SLICE(m->keys[0]->scalar, "theme");
    EXPECT_SLICE(m->keys[1]->scalar, "items");
    EXPECT_EQ(m->keys[1]->line, 4);
    const struct yaml *items = yaml_get(m, "items");
    EXPECT_EQ(items->kind, YAML_LIST);
    EXPECT_EQ(items->line, 5);
    EXPECT_EQ(items->count, 2);
    EXPECT_SLICE(yaml_get(items->list[0], "max")->scalar, "200");
    EXPECT_EQ(yaml_get(items->list[0], "max")->line, 6);
    EXPECT_SLICE(yaml_get(items->list[1], "name")->scalar, "统一社会信用代码");
    EXPECT_EQ(items->list[1]->line, 7);
}

TEST(a_key_that_is_not_there_is_null_also_in_what_is_no_map)
{
    const struct yaml *m = read_ok(SLICE("a: 1\nb: [x]\n"));
    EXPECT(yaml_get(m, "c") == NULL);
    EXPECT(yaml_get(yaml_get(m, "a"), "x") == NULL);
    EXPECT(yaml_get(yaml_get(m, "b"), "x") == NULL);
    EXPECT(yaml_get(NULL, "x") == NULL);
}

TEST(a_quoted_scalar_is_told_apart_from_a_plain_one)
{
    const struct yaml *m =
        read_ok(SLICE("a: null\nb: \"null\"\nc: 'it''s'\nd: |\n  two\n  lines\n"));
    EXPECT(!yaml_get(m, "a")->quoted);
    EXPECT_SLICE(yaml_get(m, "a")->scalar, "null");
    EXPECT(yaml_get(m, "b")->quoted);
    EXPECT_SLICE(yaml_get(m, "b")->scalar, "null");
    EXPECT_SLICE(yaml_get(m, "c")->scalar, "it's");
    EXPECT(yaml_get(m, "d")->quoted);
    EXPECT_SLICE(yaml_get(m, "d")->scalar, "two\nlines\n");
}

TEST(a_value_left_out_is_an_empty_plain_scalar_on_its_line)
{
    const struct yaml *m = read_ok(SLICE("a:\nb:\n  - \n  - x\n"));
    const struct yaml *a = yaml_get(m, "a");
    EXPECT_EQ(a->kind, YAML_SCALAR);
    EXPECT_EQ(a->scalar.n, 0);
    EXPECT_EQ(a->line, 1);
    EXPECT_EQ(yaml_get(m, "b")->count, 2);
    EXPECT_EQ(yaml_get(m, "b")->list[0]->line, 3);
}

TEST(empty_lists_and_maps_have_no_members)
{
    const struct yaml *m = read_ok(SLICE("a: []\nb: {}\n"));
    EXPECT_EQ(yaml_get(m, "a")->count, 0);
    EXPECT_EQ(yaml_get(m, "b")->kind, YAML_MAP);
    EXPECT_EQ(yaml_get(m, "b")->count, 0);
}

TEST(text_that_is_folded_over_lines_becomes_one_line)
{
    const struct yaml *m = read_ok(SLICE("note: >-\n  one\n  two\nflow: {a: 1, b: [2,\n  3]}\n"));
    EXPECT_SLICE(yaml_get(m, "note")->scalar, "one two");
    const struct yaml *b = yaml_get(yaml_get(m, "flow"), "b");
    EXPECT_EQ(b->list[1]->line, 5);
}

TEST(a_byte_order_mark_and_crlf_change_neither_words_nor_lines)
{
    const struct yaml *m = read_ok(SLICE("\xEF\xBB\xBF"
                                         "a: 1\r\nb: 2\r\n"));
    EXPECT_SLICE(m->keys[0]->scalar, "a");
    EXPECT_SLICE(yaml_get(m, "a")->scalar, "1");
    EXPECT_EQ(yaml_get(m, "b")->line, 2);
}

TEST(a_scalar_or_a_list_may_stand_alone)
{
    EXPECT_SLICE(read_ok(SLICE("word"))->scalar, "word");
    EXPECT_EQ(read_ok(SLICE("- 1\n- 2\n"))->count, 2);
}

TEST(a_key_that_stands_twice_is_refused_with_both_lines)
{
    expect_refused(SLICE("a: 1\nb: 2\nc: 3\nb: 4\nc: 5\n"),
                   "4: the key \"b\" stands twice, first on line 2");
    expect_refused(SLICE("x:\n  - {k: 1, k: 2}\n"),
                   "2: the key \"k\" stands twice, first on line 2");
    expect_refused(SLICE("a: 1\n\"a\": 2\n"), "2: the key \"a\" stands twice, first on line 1");
}

TEST(the_same_key_in_two_maps_is_no_repetition)
{
    EXPECT_EQ(read_ok(SLICE("- a: 1\n- a: 2\n"))->count, 2);
}

TEST(a_tab_as_indentation_is_refused_on_its_line)
{
    expect_refused(SLICE("a:\n\tb: 1\n"), "2: found character that cannot start any token "
                                          "(while scanning for the next token)");
}

TEST(what_libyaml_cannot_read_names_the_line_of_the_mistake)
{
    expect_refused(SLICE("a: 1\nb: [1, 2\nc: 3\n"),
                   "3: did not find expected ',' or ']' "
                   "(while parsing a flow sequence that begins on line 2)");
    expect_refused(SLICE("a: 1\n b: 2\n"), "2: mapping values are not allowed in this context");
}

TEST(bytes_that_are_no_utf8_or_no_text_are_refused_on_their_line)
{
    expect_refused(SLICE("a: 1\nb: \xff\n"), "2: invalid leading UTF-8 octet");
    expect_refused(SLICE("a: 1\nb: 2\nc: \x01\n"), "3: control characters are not allowed");
    expect_refused(slice_make("a: \0", 4), "1: control characters are not allowed");
}

TEST(anchors_aliases_merge_keys_and_tags_are_refused)
{
    expect_refused(SLICE("a: &x 1\n"), "1: anchors (&name) are not supported");
    expect_refused(SLICE("a: 1\nb: &x [1]\n"), "2: anchors (&name) are not supported");
    expect_refused(SLICE("a: &x {b: 1}\n"), "1: anchors (&name) are not supported");
    expect_refused(SLICE("\n\nb: *x\n"), "3: aliases (*name) are not supported");
    expect_refused(SLICE("a: 1\n<<: {b: 1}\n"), "2: merge keys (<<) are not supported");
    expect_refused(SLICE("a: !!str 5\n"), "1: tags (!name) are not supported");
}

TEST(a_quoted_merge_sign_is_an_ordinary_key)
{
    EXPECT_SLICE(yaml_get(read_ok(SLICE("'<<': 1\n")), "<<")->scalar, "1");
}

TEST(a_list_as_a_key_is_refused)
{
    expect_refused(SLICE("a: 1\n? [x, y]\n: 2\n"), "2: a key must be a word, not a list or a map");
}

TEST(an_empty_file_is_refused)
{
    expect_refused(SLICE(""), "1: there is nothing in it");
    expect_refused((struct slice){NULL, 0}, "1: there is nothing in it");
    expect_refused(SLICE("# only a comment\n"), "1: there is nothing in it");
}

TEST(a_second_document_is_refused)
{
    expect_refused(SLICE("a: 1\n---\nb: 2\n"),
                   "2: a second document begins here; one file holds one");
}

static struct slice nested(struct buf *b, int depth)
{
    for (int i = 0; i < depth; i++)
        buf_add_char(b, '[');
    for (int i = 0; i < depth; i++)
        buf_add_char(b, ']');
    return buf_slice(b);
}

TEST(sixteen_levels_are_read_and_seventeen_refused)
{
    AUTO_BUF(b, 4096);
    EXPECT_EQ(read_ok(nested(&b, 16))->kind, YAML_LIST);
    buf_clear(&b);
    expect_refused(nested(&b, 17), "1: lists and maps lie more than 16 deep in one another");
    buf_clear(&b);
    nested(&b, 500);
    expect_refused(buf_slice(&b), "1: lists and maps lie more than 16 deep in one another");
}

TEST(a_map_of_thousands_of_keys_is_read_in_order)
{
    AUTO_BUF(b, 1 << 20);
    for (int i = 0; i < 5000; i++)
        buf_printf(&b, "\"%06d\": 县%d\n", 659999 - i, i);
    const struct yaml *m = read_ok(buf_slice(&b));
    EXPECT_EQ(m->count, 5000);
    EXPECT_SLICE(m->keys[0]->scalar, "659999");
    EXPECT_EQ(m->keys[4999]->line, 5000);
    buf_printf(&b, "'657000': x\n");
    expect_refused(buf_slice(&b), "5001: the key \"657000\" stands twice, first on line 3000");
}
