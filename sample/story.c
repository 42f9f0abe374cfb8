/* The stories, read once out of their table: a STORY row begins one, STEP rows belong to it. */
#include "sample/story.h"

#include "base/check.h"

enum { STORIES_MAX = 32, STEPS_MAX = 96 };

enum { ADD = STORY_ADD, CHANGE = STORY_CHANGE, REVOKE = STORY_REVOKE };

struct row {
    const char *story;
    unsigned share, needs;
    struct step step;
};
static const struct row rows[] = {
#define STORY(id, share_, needs_) {.story = #id, .share = share_, .needs = needs_},
#define STEP(content_, version_, op_, verdict_, rules_, zh_, en_)                                  \
    {.step = {content_, version_, (enum story_op)op_, {VERDICT_##verdict_, rules_, zh_, en_}}},
#include "sample/story.def"
#undef STORY
#undef STEP
};

static struct story stories[STORIES_MAX];
static struct step steps[STEPS_MAX];

const struct story *story_list(size_t *ret_count)
{
    size_t n = 0, step_count = 0;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (rows[i].story) {
            CHECK(n < STORIES_MAX);
            stories[n++] =
                (struct story){rows[i].story, rows[i].share, rows[i].needs, &steps[step_count], 0};
            continue;
        }
        CHECK(n > 0 && step_count < STEPS_MAX && stories[n - 1].step_count < STORY_STEPS_MAX);
        steps[step_count++] = rows[i].step;
        stories[n - 1].step_count++;
    }
    *ret_count = n;
    return stories;
}
