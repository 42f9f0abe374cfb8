/* The shapes in which the API says things: names in two languages, days, subjects, records. Members
 * are for ever: clients rely on them (docs/api/openapi.yaml). */
#include "web/put.h"

#include "base/check.h"

void put_names(struct json_out *o, const char *key, struct slice zh, struct slice en)
{
    json_key(o, key);
    json_object_begin(o);
    json_put_string(o, "zh", zh);
    json_put_string(o, "en", en);
    json_object_end(o);
}

static void put_cstr_names(struct json_out *o, const char *key, const char *zh, const char *en)
{
    put_names(o, key, slice_of(zh), slice_of(en));
}

void put_kind_names(struct json_out *o)
{
    json_key(o, "kind_names");
    json_object_begin(o);
    for (int i = SUBJECT_KIND_FIRST; i <= SUBJECT_KIND_LAST; i++) {
        enum subject_kind k = (enum subject_kind)i;
        put_cstr_names(o, subject_kind_code(k), subject_kind_zh(k), subject_kind_en(k));
    }
    json_object_end(o);
}

void put_category_names(struct json_out *o)
{
    json_key(o, "category_names");
    json_object_begin(o);
    for (int i = CATEGORY_FIRST; i <= CATEGORY_LAST; i++) {
        enum category c = (enum category)i;
        put_cstr_names(o, category_code(c), category_zh(c), category_en(c));
    }
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
    put_text_or_nil(o, "code", slice_of(s->code));
    put_text_or_nil(o, "name", s->name);
    json_put_cstr(o, "kind", subject_kind_code(s->kind));
    put_cstr_names(o, "kind_name", subject_kind_zh(s->kind), subject_kind_en(s->kind));
    put_text_or_nil(o, "status", s->status);
    put_text_or_nil(o, "district", s->district);
    put_text_or_nil(o, "district_name", s->district_name);
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

void put_subject_names(struct json_out *o, const struct subject_answer *s)
{
    json_put_bool(o, "name_confirmed", s->name_is_confirmed);
    put_list(o, "names", s->additional, s->additional_count);
    put_list(o, "former_names", s->former, s->former_count);
    put_numbers(o, s);
}

void put_counters(struct json_out *o, const uint64_t counters[CATEGORY_LAST + 1], uint64_t total)
{
    json_key(o, "counters");
    json_object_begin(o);
    for (int c = CATEGORY_FIRST; c <= CATEGORY_LAST; c++)
        json_put_u64(o, category_code((enum category)c), counters[c]);
    json_object_end(o);
    put_category_names(o);
    json_put_u64(o, "total", total);
}

void put_subject(struct json_out *o, const struct subject_answer *s, struct day today)
{
    put_subject_head(o, s);
    put_subject_names(o, s);
    put_counters(o, s->counters, s->total);
    put_day(o, "as_of", today);
}

static const struct naming polarities[] = {
    [POLARITY_NEUTRAL] = {"neutral", "一般信息", "Neutral"},
    [POLARITY_POSITIVE] = {"positive", "良好信息", "Positive"},
    [POLARITY_NEGATIVE] = {"negative", "不良信息", "Negative"},
    [POLARITY_MIXED] = {"mixed", "视内容而定", "Depends on the content"},
};

const struct naming *polarity_naming(enum polarity p)
{
    return &polarities[p];
}

static void put_fragment(struct json_out *o, const char *key, struct slice members)
{
    json_key(o, key);
    json_object_begin(o);
    json_members(o, members);
    json_object_end(o);
}

void put_record_members(struct json_out *o, const struct record_answer *r)
{
    char id[RECORD_ID_TEXT + 1], code[40];
    record_id_print(&r->id, id);
    subject_id_print(&r->subject, code);
    json_put_cstr(o, "id", id);
    json_put_string(o, "theme", r->theme->code);
    put_text_or_nil(o, "subject", slice_of(code));
    put_text_or_nil(o, "document", r->document);
    put_day(o, "decided", r->day);
    put_instant(o, "received", r->received);
    json_put_string(o, "version", r->version);
    put_day(o, "public_until", r->public_until);
    put_fragment(o, "items", r->items);
    if (r->words.n)
        put_fragment(o, "words", r->words);
    if (r->amounts.n)
        put_fragment(o, "amounts", r->amounts);
}

void put_record(struct json_out *o, const struct record_answer *r)
{
    json_object_begin(o);
    put_record_members(o, r);
    json_object_end(o);
}

static const struct naming changes[] = {
    {"stored", "首次入库", "First stored"},
    {"changed", "变更", "Changed"},
    {"revoked", "撤销", "Revoked"},
    {"reinstated", "恢复", "Reinstated"},
};

const struct naming *change_naming(const char *change)
{
    for (size_t i = 0; i < ARRAY_LEN(changes); i++)
        if (slice_eq(slice_of(changes[i].code), slice_of(change)))
            return &changes[i];
    UNREACHABLE();
}
