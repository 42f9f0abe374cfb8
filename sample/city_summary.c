/* What is said of a city beside its files: ends of manifest lines, and the summary. */
#include <string.h>

#include "base/check.h"
#include "base/json.h"
#include "sample/city_parts.h"
#include "sample/names.h"

enum { SUMMARY_BYTES_MAX = 4 << 20, SEARCH_CHARS = 3 };

static const struct outcome *outcome_of(const struct events *e, unsigned event, unsigned step)
{
    return event < e->story_count ? &e->stories[event].steps[step].outcome
                                  : &e->defects[event - e->story_count].outcome;
}

/* The rules as a list of JSON. */
static void put_rules(struct json_out *o, const char *rules)
{
    json_key(o, "rules");
    json_array_begin(o);
    for (struct slice rest = slice_of(rules); rest.p;) {
        struct slice rule = slice_cut(&rest, ' ');
        if (rule.n)
            json_slice(o, rule);
    }
    json_array_end(o);
}

/* "verdict":…,"rules":[…],"why":…} and a line end. */
void city_fragments(struct city *c)
{
    AUTO_BUF(b, 4096);
    for (unsigned e = 0; e < c->events.story_count + c->events.defect_count; e++) {
        unsigned steps = e < c->events.story_count ? c->events.stories[e].step_count : 1;
        for (unsigned i = 0; i < steps; i++) {
            const struct outcome *out = outcome_of(&c->events, e, i);
            buf_clear(&b);
            struct json_out o = json_out_of(&b);
            json_put_cstr(&o, "verdict", verdict_code(out->verdict));
            put_rules(&o, out->rules);
            json_put_cstr(&o, "why", arena_printf(c->arena, "%s %s", out->zh, out->en).p);
            buf_add_slice(&b, SLICE("}\n"));
            c->fragments[e][i] = arena_dup(c->arena, buf_slice(&b));
        }
    }
}

static void put_totals(struct json_out *o, const struct totals *t)
{
    json_put_u64(o, "received", t->received);
    json_put_u64(o, "stored", t->stored);
    json_put_u64(o, "changed", t->changed);
    json_put_u64(o, "duplicate", t->duplicate);
    json_put_u64(o, "stale", t->stale);
    json_put_u64(o, "rejected", t->rejected);
    json_put_u64(o, "warned", t->warned);
}

static void put_files(const struct city *c, struct json_out *o)
{
    json_key(o, "files");
    json_array_begin(o);
    for (size_t i = 0; i < c->theme_count; i++) {
        const struct city_file *f = &c->files[i];
        json_object_begin(o);
        json_put_string(o, "file", f->name);
        json_put_string(o, "theme", f->theme->code);
        json_put_string(o, "department", f->theme->department);
        json_put_cstr(o, "encoding", f->is_gb18030 ? "gb18030" : "utf-8");
        json_put_bool(o, "former_format", f->is_former);
        json_put_string(o, f->is_person ? "person" : "subject", f->subject);
        put_totals(o, &f->totals);
        json_object_end(o);
    }
    json_array_end(o);
}

/* Sums of the departments that hand in anything; returns the one with the most rows. */
static const struct department *put_departments(const struct city *c, struct json_out *o)
{
    const struct common *common = catalogue_newest_common(c->o->catalogue);
    const struct department *most = NULL;
    unsigned long long most_rows = 0;
    json_key(o, "departments");
    json_object_begin(o);
    for (size_t d = 0; d < common->department_count; d++) {
        struct totals sum = {0};
        for (size_t i = 0; i < c->theme_count; i++)
            if (slice_eq(c->files[i].theme->department, common->departments[d].id))
                totals_add(&sum, &c->files[i].totals);
        if (!sum.received)
            continue;
        if (sum.received > most_rows) {
            most_rows = sum.received;
            most = &common->departments[d];
        }
        json_key_slice(o, common->departments[d].id);
        json_object_begin(o);
        put_totals(o, &sum);
        json_object_end(o);
    }
    json_object_end(o);
    return most;
}

static void put_planted(const struct city *c, struct json_out *o)
{
    uint64_t records = 0;
    json_key(o, "planted");
    json_object_begin(o);
    for (unsigned e = 0; e < c->events.story_count + c->events.defect_count; e++) {
        json_put_u64(o, event_id(&c->events, e), c->planted[e]);
        records += c->planted[e];
    }
    json_object_end(o);
    json_put_u64(o, "records", records);
}

static uint64_t planted(const struct city *c, const char *id)
{
    for (unsigned e = 0; e < c->events.story_count + c->events.defect_count; e++)
        if (strcmp(event_id(&c->events, e), id) == 0)
            return c->planted[e];
    UNREACHABLE();
}

/* What reading finds and never rejects. */
static void put_findings(const struct city *c, struct json_out *o)
{
    json_key(o, "findings");
    json_object_begin(o);
    json_put_u64(o, "name.differs", planted(c, "NAME_DIFFERS"));
    json_put_u64(o, "same-fact", planted(c, "SAME_FACT"));
    json_put_u64(o, "unregistered", planted(c, "ABSENT"));
    json_put_u64(o, "day-within-last-three", c->recent);
    json_object_end(o);
}

/* A part of its name that is its own: what stands behind city and district, before a bracket. */
static struct slice search_text(const struct organisation *who)
{
    struct slice s = who->name;
    if (slice_starts(s, slice_of(NAMES_CITY)))
        s = slice_from(s, strlen(NAMES_CITY));
    if (slice_starts(s, slice_of(district_name(who->district))))
        s = slice_from(s, strlen(district_name(who->district)));
    size_t i = 0;
    for (int k = 0; k < SEARCH_CHARS && i < s.n; k++)
        if (slice_starts(slice_from(s, i), SLICE("（")))
            break;
        else
            utf8_next(s, &i);
    return slice_make(s.p, i);
}

static void put_tour(const struct city *c, struct json_out *o, const struct department *most)
{
    struct organisation who;
    const struct city_tour *tour = &c->tour;
    population_organisation(&c->population, population_place(&c->population, CLASS_ENTERPRISE, 0),
                            &who);
    json_key(o, "tour");
    json_object_begin(o);
    json_key(o, "subject");
    json_object_begin(o);
    json_put_string(o, "code", slice_make(who.code, sizeof who.code));
    json_put_string(o, "name", who.name);
    json_object_end(o);
    json_put_string(o, "search", search_text(&who));
    if (most)
        json_put_string(o, "department", most->id);
    if (tour->rejected_theme) {
        json_key(o, "rejected");
        json_object_begin(o);
        json_put_string(o, "theme", tour->rejected_theme->code);
        json_put_u64(o, "row", tour->rejected_row);
        json_put_cstr(o, "rule", "uscc.check");
        json_object_end(o);
    }
    if (tour->sealed_theme) {
        json_key(o, "sealed");
        json_object_begin(o);
        json_put_string(o, "theme", tour->sealed_theme->code);
        json_put_u64(o, "row", tour->sealed_row);
        json_put_cstr(o, "code", tour->sealed_code);
        json_put_cstr(o, "number", tour->sealed_number);
        json_object_end(o);
    }
    json_object_end(o);
}

int city_summary(const struct city *c, struct reason *reterr_why)
{
    static const char name[] = "summary.json";
    char day[11];
    struct totals sum = {0};
    AUTO_BUF(b, SUMMARY_BYTES_MAX);
    for (size_t i = 0; i < c->theme_count; i++)
        totals_add(&sum, &c->files[i].totals);
    day_print(c->o->day, day);
    struct json_out o = json_out_of(&b);
    json_object_begin(&o);
    json_put_cstr(&o, "day", day);
    json_put_u64(&o, "seed", c->o->seed);
    json_put_u64(&o, "organisations", c->population.organisations);
    json_put_u64(&o, "persons", c->population.persons);
    json_put_u64(&o, "rows_per_subject", c->o->rows_per_subject);
    json_put_u64(&o, "themes", c->theme_count);
    json_key(&o, "settings"); /* of the creditd that takes it */
    json_object_begin(&o);
    json_put_cstr(&o, "born.earliest", "1800-01-01");
    json_object_end(&o);
    json_key(&o, "totals");
    json_object_begin(&o);
    put_totals(&o, &sum);
    json_object_end(&o);
    const struct department *most = put_departments(c, &o);
    put_files(c, &o);
    put_planted(c, &o);
    put_findings(c, &o);
    put_tour(c, &o, most);
    json_object_end(&o);
    buf_add_char(&b, '\n');
    CHECK(b.err == 0);
    FILE *file;
    int r = city_open(c, name, &file, reterr_why);
    if (r < 0)
        return r;
    fwrite(b.p, 1, b.n, file);
    return city_close(file, name, reterr_why);
}
