/* The shapes in which the API says things: names in two languages, days, subjects, records. Members
 * are for ever: clients rely on them (docs/api/openapi.yaml). */
#include "web/put.h"

#include "web/members.h"

void put_names(struct json_out *o, const char *key, struct slice zh, struct slice en)
{
    json_key(o, key);
    json_object_begin(o);
    json_put_string(o, "zh", zh);
    json_put_string(o, "en", en);
    json_object_end(o);
}

void put_day(struct json_out *o, const char *key, struct day d)
{
    char text[11];
    if (day_is_none(d) || d.v == INT32_MAX) {
        json_key(o, key);
        json_nil(o);
        return;
    }
    day_print(d, text);
    json_put_cstr(o, key, text);
}

void put_instant(struct json_out *o, const char *key, struct utc_ms t)
{
    char text[30];
    utc_print(t, text);
    json_put_cstr(o, key, text);
}

void put_text_or_nil(struct json_out *o, const char *key, struct slice s)
{
    if (s.n) {
        json_put_string(o, key, s);
        return;
    }
    json_key(o, key);
    json_nil(o);
}

void put_next(struct json_out *o, struct slice cursor)
{
    put_text_or_nil(o, "next", cursor);
}

void put_department_name(struct json_out *o, const struct catalogue *c, struct slice department)
{
    const struct department *d = catalogue_department(c, department);
    if (d)
        put_names(o, "department_name", d->zh, d->en);
}

const char *number_type_code(enum id_type type)
{
    switch (type) {
    case ID_USCC:
        return "unified-code";
    case ID_REGISTRATION:
        return "registration-number";
    case ID_ORGANISATION:
        return "organisation-code";
    case ID_TAX:
        return "tax-number";
    case ID_INSTITUTION:
        return "institution-certificate";
    case ID_SOCIAL:
        return "social-organisation-certificate";
    case ID_PERSON:
    case ID_PERSON_OTHER:
        break;
    }
    return "";
}

void put_subject_head(struct json_out *o, const struct subject_answer *s)
{
    json_put_cstr(o, "code", s->code);
    put_text_or_nil(o, "name", s->name);
    json_put_cstr(o, "kind", subject_kind_code(s->kind));
    put_text_or_nil(o, "status", s->status);
    put_text_or_nil(o, "district", s->district);
}

static void put_list(struct json_out *o, const char *key, const struct slice *list, unsigned count)
{
    json_key(o, key);
    json_array_begin(o);
    for (unsigned i = 0; i < count; i++)
        json_slice(o, list[i]);
    json_array_end(o);
}

static void put_numbers(struct json_out *o, const struct subject_answer *s)
{
    json_key(o, "numbers");
    json_array_begin(o);
    for (unsigned i = 0; i < s->number_count; i++) {
        const char *type = number_type_code(s->numbers[i].type);
        if (!*type)
            continue;
        json_object_begin(o);
        json_put_cstr(o, "type", type);
        json_put_string(o, "number", s->numbers[i].number);
        json_object_end(o);
    }
    json_array_end(o);
}

void put_subject(struct json_out *o, const struct subject_answer *s, struct day today)
{
    put_subject_head(o, s);
    json_put_bool(o, "name_confirmed", s->name_is_confirmed);
    put_list(o, "names", s->additional, s->additional_count);
    put_list(o, "former_names", s->former, s->former_count);
    put_numbers(o, s);
    json_key(o, "counters");
    json_object_begin(o);
    for (int c = CATEGORY_FIRST; c <= CATEGORY_LAST; c++)
        json_put_u64(o, category_code((enum category)c), s->counters[c]);
    json_object_end(o);
    json_put_u64(o, "total", s->total);
    put_day(o, "as_of", today);
}

static void put_item_names(struct json_out *o, const struct theme *t, struct slice items)
{
    struct slice key, value;
    json_key(o, "item_names");
    json_object_begin(o);
    while (members_next(&items, &key, &value)) {
        const struct item *item = theme_item(t, key);
        if (!item)
            continue;
        json_key_slice(o, key);
        json_object_begin(o);
        json_put_string(o, "zh", item->zh);
        json_put_string(o, "en", item->en);
        json_object_end(o);
    }
    json_object_end(o);
}

void put_record(struct json_out *o, const struct catalogue *c, const struct record_answer *r)
{
    const struct theme *t = r->theme;
    char id[RECORD_ID_TEXT + 1], code[40];
    record_id_print(&r->id, id);
    subject_id_print(&r->subject, code);
    json_object_begin(o);
    json_put_cstr(o, "id", id);
    json_put_string(o, "theme", t->code);
    put_names(o, "theme_name", t->zh, t->en);
    json_put_cstr(o, "category", category_code(r->category));
    put_names(o, "category_name", slice_of(category_zh(r->category)),
              slice_of(category_en(r->category)));
    json_put_string(o, "department", t->department);
    put_department_name(o, c, t->department);
    json_put_cstr(o, "subject", code);
    put_text_or_nil(o, "document", r->document);
    put_day(o, "decided", r->day);
    put_instant(o, "received", r->received);
    json_put_string(o, "version", r->version);
    put_day(o, "public_until", r->public_until);
    json_key(o, "items");
    json_object_begin(o);
    json_members(o, r->items);
    json_object_end(o);
    if (r->amounts.n) {
        json_key(o, "amounts");
        json_object_begin(o);
        json_members(o, r->amounts);
        json_object_end(o);
    }
    put_item_names(o, t, r->items);
    json_object_end(o);
}
