/* Search, subjects, records and figures: what anyone may read, as JSON. */
#include "query/accounts.h"
#include "web/lookup.h"
#include "web/paging.h"
#include "web/params.h"
#include "web/problem.h"
#include "web/put.h"
#include "web/routes.h"
#include "web/server.h"
#include "web/themes.h"

void api_search(struct call *c)
{
    struct slice text = {0}, next;
    struct paging page;
    struct search_hit *hits;
    unsigned count;
    if (!param_required(c, "q") || !param_text(c, "q", SEARCH_CHARS_MAX, &text) ||
        !param_paging(c, &page) ||
        !lookup_search(c, text, page.limit, page.cursor, &hits, &count, &next))
        return;
    struct json_out o = call_json(c);
    json_object_begin(&o);
    json_key(&o, "items");
    json_array_begin(&o);
    for (unsigned i = 0; i < count; i++) {
        json_object_begin(&o);
        put_subject_head(&o, &hits[i].subject);
        json_put_string(&o, "matched", hits[i].matched);
        json_put_cstr(&o, "matched_by", hits[i].matched_by);
        json_object_end(&o);
    }
    json_array_end(&o);
    put_next(&o, next);
    json_object_end(&o);
}

void api_subject(struct call *c)
{
    struct subject_answer s;
    if (!lookup_subject(c, c->req->args[0], true, &s))
        return;
    struct json_out o = call_json(c);
    json_object_begin(&o);
    put_subject(&o, &s, c->q.today);
    json_object_end(&o);
}

void api_subject_records(struct call *c)
{
    struct subject_answer s;
    struct paging page;
    struct records_filter f = {.from = DAY_NONE, .to = DAY_NONE};
    struct record_answer *records;
    unsigned count;
    struct slice next;
    if (!param_category(c, "category", &f.category) || !param_text(c, "theme", 64, &f.theme) ||
        !param_day(c, "from", &f.from) || !param_day(c, "to", &f.to) || !param_paging(c, &page) ||
        !lookup_subject(c, c->req->args[0], false, &s) ||
        !lookup_records(c, &s, &f, page.limit, page.cursor, &records, &count, &next))
        return;
    struct json_out o = call_json(c);
    json_object_begin(&o);
    themes_put(&o, c->req->arena, c->web->themes, c->source.catalogue, records, count);
    json_key(&o, "items");
    json_array_begin(&o);
    for (unsigned i = 0; i < count; i++)
        put_record(&o, &records[i]);
    json_array_end(&o);
    put_next(&o, next);
    json_object_end(&o);
}

void api_record(struct call *c)
{
    struct record_answer r;
    if (!lookup_record(c, c->req->args[0], &r))
        return;
    struct json_out o = call_json(c);
    json_object_begin(&o);
    put_record_members(&o, &r);
    themes_put(&o, c->req->arena, c->web->themes, c->source.catalogue, &r, 1);
    json_object_end(&o);
}

void api_record_history(struct call *c)
{
    struct history_answer *list;
    unsigned count;
    struct window w;
    struct slice about = arena_printf(c->req->arena, "history|%.*s", FMT_SLICE(c->req->args[0]));
    if (!window_read(c, about, &w) || !lookup_history(c, c->req->args[0], &list, &count))
        return;
    struct json_out o = call_json(c);
    json_object_begin(&o);
    json_key(&o, "items");
    json_array_begin(&o);
    for (size_t i = w.from; i < count && i < w.from + w.limit; i++) {
        json_object_begin(&o);
        const struct naming *change = change_naming(list[i].change);
        json_put_cstr(&o, "change", list[i].change);
        put_names(&o, "change_name", slice_of(change->zh), slice_of(change->en));
        put_instant(&o, "from", list[i].from);
        if (list[i].until.v != INT64_MAX)
            put_instant(&o, "until", list[i].until);
        else
            put_text_or_nil(&o, "until", (struct slice){0});
        json_object_end(&o);
    }
    json_array_end(&o);
    put_next(&o, window_next(c, about, &w, count));
    json_object_end(&o);
}

void api_statistics(struct call *c)
{
    struct statistics s;
    int r = query_statistics(&c->q, c->web->statistics, &s);
    if (r < 0) {
        call_fail(c, r);
        return;
    }
    uint64_t subjects = 0, records = 0;
    struct json_out o = call_json(c);
    json_object_begin(&o);
    put_instant(&o, "as_of", s.as_of);
    json_key(&o, "subjects");
    json_object_begin(&o);
    for (int k = SUBJECT_KIND_FIRST; k <= SUBJECT_KIND_LAST; k++) {
        json_put_u64(&o, subject_kind_code((enum subject_kind)k), s.subjects[k]);
        subjects += s.subjects[k];
    }
    json_object_end(&o);
    json_key(&o, "records");
    json_object_begin(&o);
    for (int k = CATEGORY_FIRST; k <= CATEGORY_LAST; k++) {
        json_put_u64(&o, category_code((enum category)k), s.records[k]);
        records += s.records[k];
    }
    json_object_end(&o);
    put_kind_names(&o);
    put_category_names(&o);
    json_put_u64(&o, "subjects_total", subjects);
    json_put_u64(&o, "records_total", records);
    json_put_u64(&o, "departments", s.departments);
    json_put_u64(&o, "themes", s.themes);
    json_object_end(&o);
}
