/* Look-ups in tables, and the table of divisions as it is shipped. */
#include <stdio.h>
#include <stdlib.h>

#include "record/tables.h"
#include "tests/support/test.h"

TEST(a_division_is_known_or_not)
{
    static const unsigned codes[] = {100000, 110101, 440106, 440184, 820000};
    struct tables t = {.divisions = codes, .division_count = 5};
    for (size_t i = 0; i < 5; i++)
        EXPECT(tables_division_known(&t, codes[i]));
    EXPECT(!tables_division_known(&t, 0));
    EXPECT(!tables_division_known(&t, 440105));
    EXPECT(!tables_division_known(&t, 440107));
    EXPECT(!tables_division_known(&t, 999999));
    EXPECT(!tables_division_known(&(struct tables){0}, 100000));
}

TEST(a_division_is_called_by_its_name_and_that_of_what_it_belongs_to)
{
    static const struct {
        unsigned code;
        const char *name, *shown;
    } rows[] = {
        {110000, "北京市", "北京市"},       {110100, "市辖区", "市辖区"},
        {110101, "东城区", "北京市东城区"}, {429000, "省直辖县级行政区划", "省直辖县级行政区划"},
        {429004, "仙桃市", "仙桃市"},       {440100, "广州市", "广州市"},
        {440101, "市辖区", "广州市"},       {440106, "天河区", "广州市天河区"},
    };
    unsigned codes[ARRAY_LEN(rows)];
    struct slice names[ARRAY_LEN(rows)];
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        codes[i] = rows[i].code;
        names[i] = slice_of(rows[i].name);
    }
    struct tables t = {
        .divisions = codes, .division_names = names, .division_count = ARRAY_LEN(rows)};
    struct arena *a = arena_create(1 << 16);
    char code[7];
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        snprintf(code, sizeof code, "%06u", rows[i].code);
        EXPECT_SAME(tables_division_name(&t, a, slice_of(code)), slice_of(rows[i].shown));
    }
    EXPECT_SLICE(tables_division_name(&t, a, SLICE("440199")), "");
    EXPECT_SLICE(tables_division_name(&t, a, SLICE("天河区")), "");
    EXPECT_SLICE(tables_division_name(&t, a, SLICE("")), "");
    t.division_names = NULL;
    EXPECT_SLICE(tables_division_name(&t, a, SLICE("440106")), "");
    arena_destroy(a);
}

TEST(words_for_missing_are_known_in_any_width_and_case)
{
    static const struct slice words[] = {{"\\N", 2}, {"NULL", 4}, {"N/A", 3}, {"/", 1},
                                         {"—", 3},   {"--", 2},   {"— —", 7}, {"无", 3}};
    struct tables t = {.missing = words, .missing_count = ARRAY_LEN(words)};
    static const char *const missing[] = {"",     "\\N",    "\\n",  "null", "Null", "ＮＵＬＬ",
                                          "n/a",  "Ｎ／ａ", "/",    "／",   "—",    "--",
                                          "－－", "— —",    "—　—", "无"};
    static const char *const present[] = {"N",
                                          "A/N",
                                          "---",
                                          "0",
                                          "无锡",
                                          "NULLS",
                                          "//",
                                          "无。",
                                          "——",
                                          "-",
                                          "NULL and very much more than that"};
    for (size_t i = 0; i < ARRAY_LEN(missing); i++)
        if (!tables_is_missing(&t, slice_of(missing[i])))
            FAIL("'%s' is not missing", missing[i]);
    for (size_t i = 0; i < ARRAY_LEN(present); i++)
        if (tables_is_missing(&t, slice_of(present[i])))
            FAIL("'%s' is missing", present[i]);
}

TEST(a_mask_is_found_by_its_name)
{
    static const struct mask masks[] = {{{"a", 1}, 1, 2}, {{"ab", 2}, 3, 4}};
    struct tables t = {.masks = masks, .mask_count = 2};
    EXPECT_EQ(tables_mask(&t, SLICE("ab"))->keep_first, 3);
    EXPECT_EQ(tables_mask(&t, SLICE("a"))->keep_last, 2);
    EXPECT(tables_mask(&t, SLICE("")) == NULL);
}

/* Provinces, the city's districts old and new, divisions that are no more, and what real codes of
 * the city hold. */
TEST(the_shipped_divisions_rise_and_hold_what_old_codes_need)
{
    static const unsigned wanted[] = {
        100000, 110000, 440000, 440100, 440101, 440102, 440103, 440104, 440105, 440106,
        440107, 440111, 440112, 440113, 440114, 440115, 440116, 440117, 440118, 440129,
        440183, 440184, 440300, 441900, 442000, 320594, 610131, 310115, 360426, 110105,
        440524, 710000, 810000, 820000, 830000, 441901, 132100, 512300, 659004};
    FILE *f = fopen(test_source("catalogue/tables/divisions.csv"), "r");
    EXPECT(f != NULL);
    static unsigned codes[10000];
    size_t count = 0;
    char line[400];
    bool has_header = false;
    while (fgets(line, sizeof line, f)) {
        if (line[0] == '#')
            continue;
        if (has_header) {
            unsigned long code = strtoul(line, NULL, 10);
            if (code < 100000 || code > 999999 || line[6] != ',' ||
                (count && code <= codes[count - 1]))
                FAIL("out of order or no code: %s", line);
            codes[count++] = (unsigned)code;
        } else {
            EXPECT_STR(line, "code,name,since,until,source\n");
        }
        has_header = true;
    }
    fclose(f);
    struct tables t = {.divisions = codes, .division_count = count};
    EXPECT(count > 7000);
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
        if (!tables_division_known(&t, wanted[i]))
            FAIL("%u is not in the table", wanted[i]);
    EXPECT(!tables_division_known(&t, 440199)); /* free for tests */
}
