/* The walk over a fragment of members. */
#include "query/members.h"
#include "tests/support/test.h"

TEST(keys_and_values_come_as_they_stand)
{
    struct slice rest = SLICE("\"A\":\"x\",\"B_1\":\"say \\\"yes\\\"\",\"C\":\"\"");
    struct slice key, value;
    EXPECT(members_next(&rest, &key, &value));
    EXPECT_SLICE(key, "A");
    EXPECT_SLICE(value, "x");
    EXPECT(members_next(&rest, &key, &value));
    EXPECT_SLICE(key, "B_1");
    EXPECT_SLICE(value, "say \\\"yes\\\"");
    EXPECT(members_next(&rest, &key, &value));
    EXPECT_SLICE(key, "C");
    EXPECT_SLICE(value, "");
    EXPECT(!members_next(&rest, &key, &value));
}

TEST(anything_else_ends_the_walk)
{
    static const char *const bad[] = {
        "", "A", "\"A", "\"A\"", "\"A\":", "\"A\":1", "\"A\":\"x", "\"A\":\"x\\", "\"A\":\"x\"}",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct slice rest = slice_of(bad[i]), key, value;
        if (members_next(&rest, &key, &value))
            FAIL("accepted: %s", bad[i]);
    }
}

TEST(a_value_is_read_as_the_text_that_was_written)
{
    struct arena *a = arena_create(1 << 16);
    EXPECT_SLICE(members_text(a, SLICE("")), "");
    EXPECT_SLICE(members_text(a, SLICE("罚款")), "罚款");
    EXPECT_SLICE(members_text(a, SLICE("say \\\"yes\\\"\\n\\u5e7f")), "say \"yes\"\n广");
    arena_destroy(a);
}
