/* The course of a theme. Nothing is remembered from row to row: what happens to a record follows
 * from its number, so that its later rows can be written whenever their turn comes. */
#include "sample/course.h"

#include <string.h>

#include "base/check.h"

enum { FORMER_PER_CENT = 10 };

void events_init(struct events *e)
{
    e->stories = story_list(&e->story_count);
    e->defects = defect_list(&e->defect_count);
    CHECK(e->story_count + e->defect_count <= EVENTS_MAX);
    memset(e->at, 0, sizeof e->at);
    size_t n = 0;
    for (size_t i = 1; i < e->story_count + e->defect_count; i++) {
        unsigned share =
            i < e->story_count ? e->stories[i].share : e->defects[i - e->story_count].share;
        CHECK(n + share <= ARRAY_LEN(e->at));
        for (unsigned k = 0; k < share; k++)
            e->at[n++] = (uint16_t)i;
    }
}

const char *event_id(const struct events *e, unsigned event)
{
    return event < e->story_count ? e->stories[event].id : e->defects[event - e->story_count].id;
}

static bool story_can(const struct course *c, const struct story *s)
{
    const struct layout *l = &c->layout;
    if (s->needs & VERSIONED && !l->has_version && !l->has_time)
        return false;
    if (s->needs & CALLED && !l->has_op)
        return false;
    if (s->needs & CHANGEABLE && c->change < 0)
        return false;
    return !(s->needs & REGISTRY) || c->filler->theme->is_registration;
}

static bool has_such(const struct filler *f, enum need need)
{
    bool one_only = f->theme->is_registration && f->has_organisations;
    switch (need) {
    case NEED_ANYONE:
        return true;
    case NEED_ORGANISATION:
        return f->has_organisations;
    case NEED_PERSON:
        return f->has_persons && !one_only;
    }
    UNREACHABLE();
}

int course_init(struct course *c, const struct events *e, struct filler *f,
                const struct filler *partner, struct reason *reterr_why)
{
    memset(c, 0, sizeof *c);
    c->events = e;
    c->filler = f;
    int r = layout_init(&c->layout, f, reterr_why);
    if (r < 0)
        return r;
    c->layout.partner = partner;
    c->change = find_changeable(&c->layout);
    for (size_t i = 0; i < e->story_count; i++)
        c->place[i] = story_can(c, &e->stories[i]) ? DEFECT_ROW : DEFECT_NOWHERE;
    for (size_t i = 0; i < e->defect_count; i++) {
        const struct defect *x = &e->defects[i];
        int at = has_such(f, x->need) ? x->find(&c->layout) : DEFECT_NOWHERE;
        c->place[e->story_count + i] = (int16_t)at;
    }
    return 0;
}

void course_fini(struct course *c)
{
    layout_fini(&c->layout);
}

bool course_can(const struct course *c, unsigned event)
{
    return c->place[event] != DEFECT_NOWHERE;
}

unsigned course_event(const struct course *c, uint64_t record)
{
    if (record == 0)
        return 0;
    if (record <= c->home_count)
        return c->homes[record - 1];
    struct dice d = dice_of(dice_mix(c->filler->seed, 0x6576), record);
    unsigned event = c->events->at[dice_below(&d, ARRAY_LEN(c->events->at))];
    return course_can(c, event) ? event : 0;
}

unsigned course_steps(const struct course *c, unsigned event)
{
    return event < c->events->story_count ? c->events->stories[event].step_count : 1;
}

/* A version, or a moment in its place: so many hours after a day some weeks ago. */
static void put_version(const struct course *c, int version, struct draft *d)
{
    enum { WEEKS_AGO = 40, HOUR = 8 };
    if (version == 0)
        return;
    if (c->layout.has_version)
        d->version = draft_number(d, (uint64_t)version);
    if (!c->layout.has_time)
        return;
    size_t from = d->used;
    draft_day(d, (struct day){c->filler->population->today.v - WEEKS_AGO});
    draft_join(d, "T", NULL);
    draft_digits(d, (uint64_t)HOUR + (uint64_t)version, 2);
    draft_join(d, ":30:00+08:00", NULL);
    d->time = slice_make(d->memory + from, d->used - from);
}

static void put_operation(const struct matter *m, enum story_op op, struct draft *d)
{
    static const char *const words[][2] = {
        [STORY_ADD] = {"add", "新增"},
        [STORY_CHANGE] = {"change", "变更"},
        [STORY_REVOKE] = {"revoke", "撤销"},
    };
    if (op == STORY_ADD && m->record % 3 == 0)
        return;
    d->op = slice_of(words[op][m->record % 2]);
    if (op == STORY_REVOKE)
        d->reason = SLICE("经行政复议撤销");
}

static void put_id(const struct course *c, uint64_t record, struct draft *d)
{
    size_t from = d->used;
    draft_text(d, c->filler->theme->code);
    draft_join(d, "/", NULL);
    draft_number(d, filler_record_number(c->filler, record));
    d->id = slice_make(d->memory + from, d->used - from);
}

const struct outcome *course_row(const struct course *c, uint64_t record, unsigned event,
                                 unsigned step, struct matter *m, struct draft *d)
{
    const struct events *e = c->events;
    const struct defect *x = event < e->story_count ? NULL : &e->defects[event - e->story_count];
    const struct step *s = &e->stories[x ? 0 : event].steps[x ? 0 : step];
    bool is_such = filler_matter(c->filler, record, x ? x->need : NEED_ANYONE, m);
    CHECK(is_such);
    draft_clear(d, c->filler->theme->item_count);
    filler_fill(c->filler, m, d);
    if (c->layout.has_id)
        put_id(c, record, d);
    put_version(c, s->version, d);
    put_operation(m, s->op, d);
    if (s->content == SPELT)
        defect_respell(&c->layout, d);
    else if (s->content == SPOILT)
        d->values[c->filler->theme->day_item] = SLICE("2023-02-30");
    else if (s->content > 0)
        defect_change(&c->layout, c->change, s->content, d);
    /* Of a sender who has not changed over yet. */
    d->is_former = event == 0 && record > 0 && c->layout.is_ndjson && c->layout.former &&
                   dice_mix(c->filler->seed, record) % 100 < FORMER_PER_CENT;
    if (!x)
        return &s->outcome;
    x->plant(x, &c->layout, m, c->place[event], d);
    return &x->outcome;
}
