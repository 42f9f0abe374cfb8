/* Courses of the themes of the real catalogue, and the files that they are written into. */
#include <string.h>

#include "base/check.h"
#include "base/csv.h"
#include "base/json.h"
#include "sample/course.h"
#include "tests/support/test.h"

enum { CITY = 2000, RECORDS = 60 };

static struct arena *arena;
static struct catalogue *catalogue;
static struct population people;
static struct events events;
static struct draft draft;

static void load(void)
{
    struct reason why;
    struct day today;
    if (arena)
        return;
    arena = arena_create(CATALOGUE_ARENA_BYTES);
    EXPECT_OK(catalogue_load(arena, test_source("catalogue"), &catalogue, &why));
    EXPECT(day_from_civil(2026, 3, 1, &today));
    population_init(&people, CITY, 1, today);
    events_init(&events);
}

/* One for each theme. */
static void begin(struct course *c, const struct theme *t)
{
    struct reason why;
    struct filler *f = filler_create(arena, &people, catalogue, t, 0);
    EXPECT_OK(course_init(c, &events, f, NULL, &why));
}

TEST(the_first_record_of_every_theme_is_plain_complete_and_of_a_kind_that_the_theme_lists)
{
    load();
    for (size_t i = 0; i < catalogue->theme_count; i++) {
        struct arena_mark mark = arena_set_mark(arena);
        struct course c;
        struct matter m;
        const struct theme *t = catalogue->themes[i];
        begin(&c, t);
        EXPECT_EQ(course_event(&c, 0), 0);
        const struct outcome *o = course_row(&c, 0, 0, 0, &m, &draft);
        EXPECT_EQ(o->verdict, VERDICT_STORED);
        enum subject_kind kind =
            m.is_person ? SUBJECT_INDIVIDUAL : class_kind(m.organisation.class);
        EXPECT(t->kinds & 1 << kind);
        for (size_t k = 0; k < t->item_count; k++)
            if (t->items[k].required == REQUIRED_YES && c.filler->makers[k].is_there &&
                draft.values[k].n == 0)
                FAIL("%.*s lacks %.*s", FMT_SLICE(t->code), FMT_SLICE(t->items[k].code));
        course_fini(&c);
        arena_rewind(arena, mark);
    }
}

TEST(every_event_can_happen_in_some_theme_and_makes_a_row_there)
{
    bool seen[EVENTS_MAX] = {false};
    load();
    for (size_t i = 0; i < catalogue->theme_count; i++) {
        struct arena_mark mark = arena_set_mark(arena);
        struct course c;
        struct matter m;
        begin(&c, catalogue->themes[i]);
        c.layout.partner = c.filler;
        for (unsigned e = 0; e < events.story_count + events.defect_count; e++) {
            if (!course_can(&c, e) && strcmp(event_id(&events, e), "SAME_FACT") != 0)
                continue;
            seen[e] = true;
            for (unsigned k = 0; k < course_steps(&c, e); k++)
                EXPECT(*course_row(&c, 3, e, k, &m, &draft)->zh);
        }
        course_fini(&c);
        arena_rewind(arena, mark);
    }
    for (unsigned e = 0; e < events.story_count + events.defect_count; e++)
        if (!seen[e])
            FAIL("%s can happen nowhere", event_id(&events, e));
}

TEST(the_same_record_is_the_same_row_whenever_it_is_asked_for)
{
    load();
    struct course c;
    struct matter m;
    AUTO_BUF(first, 1 << 20);
    AUTO_BUF(again, 1 << 20);
    begin(&c, catalogue_theme_at(catalogue, SLICE("amr-penalty"), day_start(people.today)));
    for (unsigned k = 0; k < 2; k++)
        for (uint64_t r = 0; r < RECORDS; r++) {
            uint64_t record = k ? RECORDS - 1 - r : r;
            course_row(&c, record, course_event(&c, record), 0, &m, &draft);
            if (k == 0)
                layout_row(&c.layout, &draft, &first);
        }
    for (uint64_t r = 0; r < RECORDS; r++) {
        course_row(&c, r, course_event(&c, r), 0, &m, &draft);
        layout_row(&c.layout, &draft, &again);
    }
    EXPECT_SAME(buf_slice(&again), buf_slice(&first));
    course_fini(&c);
}

/* Fields of each row of a CSV file, the header first. */
static size_t count_rows(struct slice text, size_t fields)
{
    AUTO(csv_destroy) struct csv *csv = csv_create(4 << 20, 512);
    struct csv_row row;
    size_t n = 0;
    csv_feed(csv, text);
    csv_finish(csv);
    while (csv_next(csv, &row) == CSV_ROW) {
        if (row.count != fields)
            FAIL("row %zu has %zu fields, not %zu", n, row.count, fields);
        n++;
    }
    return n;
}

TEST(a_csv_file_has_its_header_and_as_many_fields_in_every_row)
{
    load();
    for (size_t i = 0; i < catalogue->theme_count; i += 7) {
        struct arena_mark mark = arena_set_mark(arena);
        struct course c;
        struct matter m;
        AUTO_BUF(out, 4 << 20);
        begin(&c, catalogue->themes[i]);
        layout_header(&c.layout, &out);
        for (uint64_t r = 0; r < RECORDS && !c.layout.is_ndjson; r++) {
            course_row(&c, r, 0, 0, &m, &draft);
            layout_row(&c.layout, &draft, &out);
        }
        if (!c.layout.is_ndjson) {
            AUTO(csv_destroy) struct csv *csv = csv_create(4 << 20, 512);
            struct csv_row row;
            csv_feed(csv, buf_slice(&out));
            EXPECT_EQ(csv_next(csv, &row), CSV_ROW);
            EXPECT_EQ(count_rows(buf_slice(&out), row.count), RECORDS + 1);
        }
        course_fini(&c);
        arena_rewind(arena, mark);
    }
}

TEST(a_line_of_ndjson_is_an_object_and_a_broken_one_is_none)
{
    load();
    struct course c;
    struct matter m;
    struct json *json;
    AUTO_BUF(out, 4 << 20);
    begin(&c, catalogue_theme_at(catalogue, SLICE("amr-penalty"), day_start(people.today)));
    c.layout.is_ndjson = true;
    c.layout.has_crlf = false;
    course_row(&c, 1, 0, 0, &m, &draft);
    layout_row(&c.layout, &draft, &out);
    EXPECT_OK(json_parse(arena, buf_slice(&out), out.n, &json, NULL));
    EXPECT_EQ(json->kind, JSON_OBJECT);
    static const enum draft_shape broken[] = {DRAFT_CUT, DRAFT_BAD_BYTES};
    for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
        buf_clear(&out);
        draft.shape = broken[i];
        layout_row(&c.layout, &draft, &out);
        EXPECT(json_parse(arena, buf_slice(&out), out.n, &json, NULL) < 0);
    }
    course_fini(&c);
}

TEST(what_is_no_whole_row_is_as_wrong_as_it_should_be)
{
    load();
    struct course c;
    struct matter m;
    AUTO_BUF(whole, 4 << 20);
    AUTO_BUF(out, 4 << 20);
    begin(&c, catalogue_theme_at(catalogue, SLICE("amr-penalty"), day_start(people.today)));
    c.layout.is_ndjson = false;
    c.layout.has_crlf = false;
    course_row(&c, 1, 0, 0, &m, &draft);
    layout_row(&c.layout, &draft, &whole);
    draft.shape = DRAFT_FIELD_MORE;
    layout_row(&c.layout, &draft, &out);
    EXPECT(out.n > whole.n && utf8_valid_prefix(buf_slice(&out)) == out.n);
    buf_clear(&out);
    draft.shape = DRAFT_FIELD_LESS;
    layout_row(&c.layout, &draft, &out);
    EXPECT(out.n < whole.n && memcmp(out.p, whole.p, out.n - 1) == 0);
    buf_clear(&out);
    draft.shape = DRAFT_BAD_BYTES;
    layout_row(&c.layout, &draft, &out);
    EXPECT(utf8_valid_prefix(buf_slice(&out)) < out.n);
    buf_clear(&out);
    draft.shape = DRAFT_TOO_LONG;
    layout_row(&c.layout, &draft, &out);
    EXPECT(out.n > 1024 * 1024 && out.n < 1100 * 1024);
    course_fini(&c);
}

TEST(rows_and_header_become_gb18030_alike)
{
    load();
    struct course c;
    struct matter m;
    AUTO_BUF(utf8, 1 << 20);
    AUTO_BUF(out, 1 << 20);
    for (size_t i = 0; i < catalogue->theme_count; i++) {
        struct arena_mark mark = arena_set_mark(arena);
        begin(&c, catalogue->themes[i]);
        bool is_it = c.layout.is_gb18030;
        if (is_it) {
            course_row(&c, 1, 0, 0, &m, &draft);
            layout_row(&c.layout, &draft, &out);
            c.layout.is_gb18030 = false;
            layout_row(&c.layout, &draft, &utf8);
            EXPECT(out.n < utf8.n && utf8_valid_prefix(buf_slice(&out)) < out.n);
        }
        course_fini(&c);
        arena_rewind(arena, mark);
        if (is_it)
            return;
    }
    FAIL("no file of the catalogue is in GB18030");
}
