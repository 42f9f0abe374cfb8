#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "record/verdict.h"

/* What happens to a record in the course of a file, and what must come of each of its rows:
 * sample/story.def. Verdicts are written there by the rules of docs/formats/submission.md, never
 * asked of the code that gives them. */
enum story_need {
    VERSIONED = 1,
    CALLED = 2,
    CHANGEABLE = 4,
    REGISTRY = 8,
};
enum { SPELT = -1, SPOILT = -2 };
enum story_op { STORY_ADD, STORY_CHANGE, STORY_REVOKE };

struct outcome {
    enum verdict verdict;
    const char *rules; /* ids of rejections and warnings, separated by blanks */
    const char *zh, *en;
};
struct step {
    int content, version;
    enum story_op op;
    struct outcome outcome;
};
enum { STORY_STEPS_MAX = 4 };
struct story {
    const char *id;
    unsigned share; /* of 100,000 records */
    unsigned needs;
    const struct step *steps;
    unsigned step_count;
};

extern const struct story *story_list(size_t *ret_count);
