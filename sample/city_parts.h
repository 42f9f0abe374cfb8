#pragma once
#include <stdio.h>

#include "base/arena.h"
#include "sample/city.h"
#include "sample/course.h"

/* What the parts of a city share (city*.c). */

/* One theme as planned before anything is written. */
struct city_theme {
    const struct theme *theme;
    const struct theme *partner; /* the same archetype of another department, or NULL */
    uint64_t subjects, records, score;
    uint64_t can[(EVENTS_MAX + 63) / 64]; /* events that can happen */
    unsigned homes[HOMES_MAX];
    unsigned home_count;
};

/* What was written into one file. */
struct city_file {
    const struct theme *theme;
    struct slice name; /* "amr/amr-penalty.csv" */
    struct totals totals;
    struct slice subject; /* whom its first record is about: a code, of a person the number */
    bool is_person, is_ndjson, is_gb18030, is_former;
};

/* Where a visitor should look. */
struct city_tour {
    const struct theme *rejected_theme, *sealed_theme;
    uint64_t rejected_row, sealed_row;
    char sealed_code[19], sealed_number[19];
};

struct city {
    const struct city_options *o;
    struct arena *arena; /* for as long as the city is written */
    struct population population;
    struct events events;
    unsigned registered_classes; /* that a registration claims by its name */
    struct city_theme *themes;
    size_t theme_count;
    uint64_t rows_expected, rows_done;
    uint64_t planted[EVENTS_MAX]; /* records of each event */
    uint64_t recent;              /* rows whose day is one of the last three */
    struct slice fragments[EVENTS_MAX][RECORD_STEPS_MAX]; /* the end of a manifest line */
    struct city_file *files;
    struct city_tour tour;
    FILE *manifest;
};

/* Themes, how many records each has, and which events are sure to happen where. */
int city_plan(struct city *c, struct reason *reterr_why);
/* The filler of a theme; lives in `a`. */
struct filler *city_filler(const struct city *c, struct arena *a, const struct theme *t);
/* Opens DIR/name for writing. */
int city_open(const struct city *c, const char *name, FILE **ret, struct reason *reterr_why);
int city_close(FILE *file, const char *name, struct reason *reterr_why);

/* Ends of manifest lines for all events. */
void city_fragments(struct city *c);
int city_summary(const struct city *c, struct reason *reterr_why);
