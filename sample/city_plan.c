/* How much of what: 80 of a hundred rows in 20 themes, a floor for all others, and a home for every
 * event, so that nothing is left to chance of which a test must find one. */
#include <stdlib.h>

#include "base/check.h"
#include "base/err.h"
#include "sample/city_parts.h"

enum {
    LARGE_THEMES = 20,
    LARGE_PER_CENT = 80,
    FLOOR_RECORDS = 10,
    HOMES_OF_EVENT = 2,
    ROWS_OF_TEN_RECORDS = 11, /* with changes and duplicates */
};

/* Themes that hold most rows of a real city: what is told of everybody again and again. */
static const char *const large_words[] = {
    "社会保险", "社保", "养老保险", "医疗保险", "医保", "公积金", "用水", "用电",   "用气", "水费",
    "电费",     "气费", "缴费",     "纳税",     "税款", "驾驶",   "车辆", "机动车", "志愿", "欠费"};

struct filler *city_filler(const struct city *c, struct arena *a, const struct theme *t)
{
    unsigned others = c->registered_classes & ~filler_classes_named(t);
    return filler_create(a, &c->population, c->o->catalogue, t, others);
}

static uint64_t score_of(const struct city *c, const struct theme *t)
{
    uint64_t score = dice_mix(c->o->seed, t->number) >> 8;
    for (size_t i = 0; i < ARRAY_LEN(large_words); i++)
        if ((t->polarity != POLARITY_NEGATIVE || slice_find(t->zh, SLICE("欠"), 0) >= 0) &&
            slice_find(t->zh, slice_of(large_words[i]), 0) >= 0)
            return score | UINT64_C(1) << 60;
    return score;
}

static void list_themes(struct city *c)
{
    const struct catalogue *cat = c->o->catalogue;
    struct utc_ms now = day_start((struct day){c->o->day.v + 1});
    c->themes = ARENA_ARRAY(c->arena, struct city_theme, cat->theme_count);
    for (size_t i = 0; i < cat->theme_count; i++) {
        const struct theme *t = cat->by_number[i];
        if (catalogue_number_at(cat, t->number, now) != t)
            continue;
        c->themes[c->theme_count++] = (struct city_theme){.theme = t, .score = score_of(c, t)};
        if (t->is_registration)
            c->registered_classes |= filler_classes_named(t);
    }
}

/* Decisions of one kind: the theme before this one, for the first the last. */
static const struct theme *partner_of(const struct city *c, size_t at)
{
    const struct theme *t = c->themes[at].theme;
    if (!slice_eq(t->archetype, SLICE("penalty")))
        return NULL;
    for (size_t k = 1; k < c->theme_count; k++) {
        const struct theme *other = c->themes[(at + c->theme_count - k) % c->theme_count].theme;
        if (slice_eq(other->archetype, t->archetype) && !slice_eq(other->department, t->department))
            return other;
    }
    return NULL;
}

static int look_at(struct city *c, size_t at, struct course *course, struct reason *why)
{
    struct city_theme *t = &c->themes[at];
    struct arena_mark mark = arena_set_mark(c->arena);
    t->partner = partner_of(c, at);
    struct filler *f = city_filler(c, c->arena, t->theme);
    struct filler *partner = t->partner ? city_filler(c, c->arena, t->partner) : NULL;
    int r = course_init(course, &c->events, f, partner, why);
    if (r == 0) {
        t->subjects = filler_subjects(f);
        for (unsigned e = 0; e < EVENTS_MAX; e++)
            if (e < c->events.story_count + c->events.defect_count && course_can(course, e))
                t->can[e / 64] |= UINT64_C(1) << e % 64;
        course_fini(course);
    }
    arena_rewind(c->arena, mark);
    return r;
}

static int by_score(const void *a, const void *b)
{
    uint64_t x = (*(struct city_theme *const *)a)->score,
             y = (*(struct city_theme *const *)b)->score;
    return (x < y) - (x > y);
}

/* Records for one after the other, each less than the one before. */
static void share_out(struct city_theme **list, size_t count, uint64_t records, unsigned evenness)
{
    uint64_t weights = 0;
    for (size_t i = 0; i < count; i++)
        weights += 1000000 / (i + evenness);
    for (size_t i = 0; i < count; i++)
        list[i]->records +=
            (uint64_t)((unsigned __int128)records * (1000000 / (i + evenness)) / weights);
}

/* A registration has a record for each subject, every other theme its part of what is left. */
static void give_records(struct city *c)
{
    struct city_theme **others = ARENA_ARRAY(c->arena, struct city_theme *, c->theme_count + 1);
    size_t n = 0;
    uint64_t used = 0, subjects = c->population.organisations + c->population.persons;
    uint64_t wanted = subjects * c->o->rows_per_subject * 10 / ROWS_OF_TEN_RECORDS;
    for (size_t i = 0; i < c->theme_count; i++) {
        struct city_theme *t = &c->themes[i];
        t->records = t->theme->is_registration ? t->subjects : FLOOR_RECORDS;
        used += t->records;
        if (!t->theme->is_registration)
            others[n++] = t;
    }
    uint64_t left = wanted > used ? wanted - used : 0;
    size_t large = n < LARGE_THEMES ? n : LARGE_THEMES;
    uint64_t most = n > LARGE_THEMES ? left * LARGE_PER_CENT / 100 : left;
    qsort(others, n, sizeof others[0], by_score);
    share_out(others, large, most, 4);
    share_out(others + large, n - large, left - most, 40);
}

static bool can(const struct city_theme *t, unsigned event)
{
    return t->can[event / 64] >> event % 64 & 1;
}

static bool add_home(struct city_theme *t, unsigned event)
{
    bool has_room = t->home_count < HOMES_MAX &&
                    (!t->theme->is_registration || t->home_count + FLOOR_RECORDS < t->subjects);
    if (has_room)
        t->homes[t->home_count++] = event;
    return has_room;
}

/* Registrations last: a record there is a subject. */
static void give_home(struct city *c, unsigned event)
{
    unsigned given = 0;
    size_t begin = dice_mix(c->o->seed, event) % c->theme_count;
    for (int registrations = 0; registrations < 2; registrations++)
        for (size_t k = 0; k < c->theme_count && given < HOMES_OF_EVENT; k++) {
            struct city_theme *t = &c->themes[(begin + k) % c->theme_count];
            if (t->theme->is_registration == (registrations == 1) && can(t, event))
                given += add_home(t, event);
        }
}

int city_plan(struct city *c, struct reason *reterr_why)
{
    list_themes(c);
    if (!c->theme_count) {
        char day[11];
        day_print(c->o->day, day);
        return reason_set(reterr_why, CE_INVALID, "no theme of the catalogue is in force on %s",
                          day);
    }
    struct course *course = ARENA_NEW(c->arena, struct course);
    for (size_t i = 0; i < c->theme_count; i++) {
        int r = look_at(c, i, course, reterr_why);
        if (r < 0)
            return r;
    }
    give_records(c);
    for (unsigned e = 1; e < c->events.story_count + c->events.defect_count; e++)
        give_home(c, e);
    for (size_t i = 0; i < c->theme_count; i++) {
        struct city_theme *t = &c->themes[i];
        if (!t->theme->is_registration)
            t->records += t->home_count;
        c->rows_expected += t->records * ROWS_OF_TEN_RECORDS / 10;
    }
    return 0;
}
