/* The stories against the order of versions as design §3 words it, reckoned here once more:
 * identity unknown, later, same, earlier; and content, of a revoke the operation alone. */
#include <stdint.h>
#include <string.h>

#include "sample/story.h"
#include "tests/support/test.h"

enum { REVOKED = 1000, ARRIVAL = 1000000 };

struct known {
    bool is_there;
    int content, version;
};

/* A row without a version has the moment of receipt in its place, which is a large number. */
static enum verdict judge(struct known *k, const struct step *s, int row)
{
    int content = s->op == STORY_REVOKE ? REVOKED : s->content == SPELT ? 0 : s->content;
    int version = s->version ? s->version : ARRIVAL + row;
    bool is_later = !k->is_there || version >= k->version;
    bool is_same = k->is_there && k->content == content;
    bool was_there = k->is_there;
    if (is_later)
        *k = (struct known){true, content, version};
    if (!was_there)
        return VERDICT_STORED;
    return is_same ? VERDICT_DUPLICATE : is_later ? VERDICT_CHANGED : VERDICT_STALE;
}

TEST(what_becomes_of_the_rows_of_a_story_follows_from_the_order_of_versions)
{
    size_t count;
    const struct story *list = story_list(&count);
    for (size_t i = 0; i < count; i++) {
        struct known known = {0};
        int before = -1;
        for (unsigned k = 0; k < list[i].step_count; k++) {
            const struct step *s = &list[i].steps[k];
            if (s->content == SPOILT) {
                EXPECT_EQ(s->outcome.verdict, VERDICT_REJECTED);
                continue;
            }
            bool is_reused = s->version && s->version == before && s->content > 0;
            before = s->version;
            if (judge(&known, s, (int)k) != s->outcome.verdict)
                FAIL("step %u of %s cannot be %s", k + 1, list[i].id,
                     verdict_code(s->outcome.verdict));
            EXPECT_EQ(strcmp(s->outcome.rules, "version.reused") == 0, is_reused);
        }
    }
}

TEST(the_first_story_is_the_plain_one_and_the_shares_leave_it_most)
{
    size_t count;
    unsigned sum = 0;
    const struct story *list = story_list(&count);
    EXPECT_STR(list[0].id, "PLAIN");
    EXPECT_EQ(list[0].step_count, 1);
    for (size_t i = 0; i < count; i++)
        sum += list[i].share;
    EXPECT(sum > 0 && sum < 20000);
}

TEST(a_story_that_needs_versions_gives_them_and_one_that_revokes_needs_operations)
{
    size_t count;
    const struct story *list = story_list(&count);
    for (size_t i = 0; i < count; i++)
        for (unsigned k = 0; k < list[i].step_count; k++) {
            const struct step *s = &list[i].steps[k];
            EXPECT(s->op != STORY_REVOKE || list[i].needs & CALLED);
            EXPECT(s->content <= 0 || list[i].needs & CHANGEABLE);
            EXPECT(s->version <= 1 || list[i].needs & VERSIONED);
            EXPECT(*s->outcome.zh && *s->outcome.en);
        }
}
