#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "sample/defect.h"
#include "sample/filler.h"
#include "sample/layout.h"
#include "sample/story.h"

/* The course of one theme: what happens to its n-th record, and the rows that come of it. */
enum { EVENTS_MAX = 160, HOMES_MAX = 96, RECORD_STEPS_MAX = STORY_STEPS_MAX };

/* Stories, then defects, by one number: event 0 is the plain story. */
struct events {
    const struct story *stories;
    const struct defect *defects;
    size_t story_count, defect_count;
    uint16_t at[100000]; /* of each throw, by the shares */
};
void events_init(struct events *e);
const char *event_id(const struct events *e, unsigned event);

struct course {
    const struct events *events;
    struct filler *filler;
    struct layout layout;
    int16_t place[EVENTS_MAX]; /* the item each event happens to; DEFECT_NOWHERE: it cannot */
    int change;                /* the item that can change */
    unsigned homes[HOMES_MAX]; /* events that happen to records 1, 2, … for certain */
    unsigned home_count;
};

/* Whether each event can happen is found out here; homes are the city's to set. */
int course_init(struct course *c, const struct events *e, struct filler *f,
                const struct filler *partner, struct reason *reterr_why);
void course_fini(struct course *c);
bool course_can(const struct course *c, unsigned event);

/* What happens to a record, and how many rows come of it. */
unsigned course_event(const struct course *c, uint64_t record);
unsigned course_steps(const struct course *c, unsigned event);
/* One row. Returns what must come of it. */
const struct outcome *course_row(const struct course *c, uint64_t record, unsigned event,
                                 unsigned step, struct matter *m, struct draft *d);
