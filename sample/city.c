/* Writing a city: theme by theme, each in pieces of a thousand records whose rows are shuffled
 * among each other, so that a change stands some way behind what it changes. Only such a piece is
 * held. */
#include "sample/city.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/check.h"
#include "sample/city_parts.h"

enum {
    PIECE_RECORDS = 1024,
    PIECE_ROWS = PIECE_RECORDS * RECORD_STEPS_MAX,
    ROW_BYTES_MAX = 4 * 1024 * 1024,
    FILE_BUFFER_BYTES = 256 * 1024,
    ARENA_LIMIT = 256 << 20,
    TELL_EVERY_ROWS = 4096,
    RECENT_DAYS = 3,
};

/* A row that is to come: the step of a record, and where it was shuffled to. */
struct turn {
    uint64_t order, record;
    unsigned event, step;
};

struct writing {
    struct city *c;
    struct city_theme *theme;
    struct city_file *file;
    struct course course;
    FILE *out;
    struct buf row, line;
    struct draft draft;
    struct matter matter;
    struct turn turns[PIECE_ROWS];
    size_t turn_count;
};

int city_open(const struct city *c, const char *name, FILE **ret, struct reason *reterr_why)
{
    AUTO_BUF(path, 4096);
    buf_printf(&path, "%s/%s", c->o->out, name);
    buf_add_char(&path, 0);
    if (path.err < 0)
        return reason_set(reterr_why, CE_IO, "%s: the name is too long", c->o->out);
    *ret = fopen(path.p, "we");
    if (!*ret)
        return reason_set(reterr_why, CE_IO, "%s cannot be written: %s", path.p, strerror(errno));
    setvbuf(*ret, NULL, _IOFBF, FILE_BUFFER_BYTES);
    return 0;
}

int city_close(FILE *file, const char *name, struct reason *reterr_why)
{
    bool failed = ferror(file);
    if (fclose(file) == EOF || failed)
        return reason_set(reterr_why, CE_IO, "writing %s: %s", name, strerror(errno));
    return 0;
}

static int folder_make(const char *path, struct reason *why)
{
    if (mkdir(path, 0777) < 0 && errno != EEXIST)
        return reason_set(why, CE_IO, "%s cannot be made: %s", path, strerror(errno));
    return 0;
}

/* Files of another city would be handed in with this one. */
static int folder_expect_empty(const char *path, struct reason *why)
{
    DIR *d = opendir(path);
    if (!d)
        return reason_set(why, CE_IO, "%s cannot be read: %s", path, strerror(errno));
    const char *found = NULL;
    for (struct dirent *e = readdir(d); e && !found; e = readdir(d))
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            found = e->d_name;
    int r = found ? reason_set(why, CE_CONFLICT, "%s holds %.80s already; name an empty folder",
                               path, found)
                  : 0;
    closedir(d);
    return r;
}

/* ---- rows ---- */

static void add_turns(struct writing *w, uint64_t record)
{
    uint64_t order[RECORD_STEPS_MAX];
    unsigned event = course_event(&w->course, record);
    unsigned steps = course_steps(&w->course, event);
    struct dice d = dice_of(dice_mix(w->course.filler->seed, 0x7475726e), record);
    w->c->planted[event]++;
    /* The steps of a record keep their order. */
    for (unsigned i = 0; i < steps; i++) {
        uint64_t x = dice_next(&d);
        unsigned at = i;
        for (; at > 0 && order[at - 1] > x; at--)
            order[at] = order[at - 1];
        order[at] = x;
    }
    for (unsigned i = 0; i < steps; i++)
        w->turns[w->turn_count++] = (struct turn){order[i], record, event, i};
}

static int by_order(const void *a, const void *b)
{
    const struct turn *x = a, *y = b;
    return (x->order > y->order) - (x->order < y->order);
}

static void put_manifest(struct writing *w, const struct turn *t)
{
    buf_clear(&w->line);
    buf_add_slice(&w->line, SLICE("{\"file\":\""));
    buf_add_slice(&w->line, w->file->name);
    buf_printf(&w->line, "\",\"row\":%llu,", w->file->totals.received);
    buf_add_slice(&w->line, w->c->fragments[t->event][t->step]);
    fwrite(w->line.p, 1, w->line.n, w->c->manifest);
}

static bool warns(const struct outcome *o)
{
    for (struct slice rest = slice_of(o->rules); rest.p;) {
        struct slice rule = slice_cut(&rest, ' ');
        if (rule.n && o->verdict != VERDICT_REJECTED)
            return true;
    }
    return false;
}

/* What a visitor is shown: the first wrong code, and the first number within a text that stands in
 * a public record of an organisation. */
static void note_for_tour(struct writing *w, const struct turn *t)
{
    struct city_tour *tour = &w->c->tour;
    const struct theme *theme = w->theme->theme;
    const char *id = event_id(&w->c->events, t->event);
    uint64_t row = w->file->totals.received;
    if (!tour->rejected_theme && strcmp(id, "CODE_CHECK") == 0) {
        tour->rejected_theme = theme;
        tour->rejected_row = row;
    }
    if (!tour->sealed_theme && strcmp(id, "TEXT_NUMBER") == 0 && !w->matter.is_person &&
        theme->publication == PUBLISH_ALWAYS) {
        tour->sealed_theme = theme;
        tour->sealed_row = row;
        memcpy(tour->sealed_code, w->matter.organisation.code, 18);
        memcpy(tour->sealed_number, w->matter.person.number, 18);
    }
}

static void put_row(struct writing *w, const struct turn *t)
{
    const struct outcome *o =
        course_row(&w->course, t->record, t->event, t->step, &w->matter, &w->draft);
    buf_clear(&w->row);
    layout_row(&w->course.layout, &w->draft, &w->row);
    CHECK(w->row.err == 0);
    fwrite(w->row.p, 1, w->row.n, w->out);
    totals_add_row(&w->file->totals, o->verdict, warns(o), 0);
    w->c->recent += w->matter.day.v >= w->c->o->day.v - RECENT_DAYS;
    put_manifest(w, t);
    if (t->event >= w->c->events.story_count)
        note_for_tour(w, t);
    if (++w->c->rows_done % TELL_EVERY_ROWS == 0 && w->c->o->tell)
        w->c->o->tell(w->c->o->ctx, w->c->rows_done, w->c->rows_expected);
}

static void put_rows(struct writing *w)
{
    for (uint64_t first = 0; first < w->theme->records; first += PIECE_RECORDS) {
        uint64_t end = first + PIECE_RECORDS;
        w->turn_count = 0;
        for (uint64_t r = first; r < end && r < w->theme->records; r++)
            add_turns(w, r);
        qsort(w->turns, w->turn_count, sizeof w->turns[0], by_order);
        for (size_t i = 0; i < w->turn_count; i++)
            put_row(w, &w->turns[i]);
    }
}

static int put_file(struct writing *w, struct reason *why)
{
    const struct theme *t = w->theme->theme;
    const struct layout *l = &w->course.layout;
    const char *name = arena_printf(w->c->arena, "%.*s/%.*s%s", FMT_SLICE(t->department),
                                    FMT_SLICE(t->code), layout_ending(l))
                           .p;
    const char *folder =
        arena_printf(w->c->arena, "%s/%.*s", w->c->o->out, FMT_SLICE(t->department)).p;
    *w->file = (struct city_file){.theme = t,
                                  .name = slice_of(name),
                                  .is_ndjson = l->is_ndjson,
                                  .is_gb18030 = l->is_gb18030,
                                  .is_former = l->is_former};
    int r = folder_make(folder, why);
    if (r == 0)
        r = city_open(w->c, name, &w->out, why);
    if (r < 0)
        return r;
    filler_matter(w->course.filler, 0, NEED_ANYONE, &w->matter);
    w->file->is_person = w->matter.is_person;
    w->file->subject =
        arena_dup(w->c->arena, slice_make(w->matter.is_person ? w->matter.person.number
                                                              : w->matter.organisation.code,
                                          18));
    buf_clear(&w->row);
    layout_header(l, &w->row);
    if (w->row.n) /* NDJSON has no header, and the first file no row before */
        fwrite(w->row.p, 1, w->row.n, w->out);
    put_rows(w);
    return city_close(w->out, name, why);
}

static int put_theme(struct writing *w, size_t at, struct reason *why)
{
    struct city *c = w->c;
    w->theme = &c->themes[at];
    w->file = &c->files[at];
    AUTO(arena_destroy) struct arena *a = arena_create(ARENA_LIMIT);
    struct filler *f = city_filler(c, a, w->theme->theme);
    struct filler *partner = w->theme->partner ? city_filler(c, a, w->theme->partner) : NULL;
    int r = course_init(&w->course, &c->events, f, partner, why);
    if (r < 0)
        return r;
    w->course.home_count = w->theme->home_count;
    memcpy(w->course.homes, w->theme->homes, sizeof w->course.homes);
    r = put_file(w, why);
    course_fini(&w->course);
    return r;
}

static int put_themes(struct city *c, struct reason *why)
{
    int r = 0;
    struct writing *w = calloc(1, sizeof *w);
    CHECK(w);
    w->c = c;
    buf_init(&w->row, ROW_BYTES_MAX);
    buf_init(&w->line, 4096);
    c->files = ARENA_ARRAY(c->arena, struct city_file, c->theme_count + 1);
    for (size_t i = 0; r == 0 && i < c->theme_count; i++)
        r = put_theme(w, i, why);
    buf_fini(&w->row);
    buf_fini(&w->line);
    free(w);
    return r;
}

static int write_all(struct city *c, struct reason *why)
{
    static const char manifest[] = "manifest.ndjson";
    int r = folder_make(c->o->out, why);
    if (r == 0)
        r = folder_expect_empty(c->o->out, why);
    if (r == 0)
        r = city_plan(c, why);
    if (r == 0)
        r = city_open(c, manifest, &c->manifest, why);
    if (r < 0)
        return r;
    city_fragments(c);
    r = put_themes(c, why);
    int closed = city_close(c->manifest, manifest, why);
    return r < 0 ? r : closed < 0 ? closed : city_summary(c, why);
}

int city_write(const struct city_options *o, struct city_result *ret, struct reason *reterr_why)
{
    AUTO(arena_destroy) struct arena *a = arena_create(ARENA_LIMIT);
    struct city *c = ARENA_NEW(a, struct city);
    c->o = o;
    c->arena = a;
    population_init(&c->population, o->subjects, o->seed, o->day);
    events_init(&c->events);
    int r = write_all(c, reterr_why);
    if (r < 0)
        return r;
    *ret = (struct city_result){.files = c->theme_count};
    for (size_t i = 0; i < c->theme_count; i++)
        totals_add(&ret->totals, &c->files[i].totals);
    return 0;
}
