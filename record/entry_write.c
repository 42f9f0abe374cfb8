/* The resolved text of an entry: one JSON object, byte for byte a function of the content, with
 * everything that the entry means written out. What is at its default is left out, so that a later
 * program with a further key renders an old entry as before. One worked example (cut):
 *
 *   {"number":101,"code":"amr-enterprise-registration","version":1,"valid_from":"2024-01-01T00:00:00.000+08:00",
 *    "zh":"企业登记基本信息",…,"identity":["USCC"],"day":"REG_DATE","items":[{"code":"ENT_NAME","zh":"企业名称",…}]}
 */
#include "base/json.h"
#include "record/catalogue_read.h"
#include "record/term.h"

static void put_list(struct json_out *o, const char *key, const struct slice *list, size_t count)
{
    json_key(o, key);
    json_array_begin(o);
    for (size_t i = 0; i < count; i++)
        json_slice(o, list[i]);
    json_array_end(o);
}

static void put_texts(struct json_out *o, const char *key, const struct slice *list, size_t count)
{
    if (count)
        put_list(o, key, list, count);
}

static void put_word(struct json_out *o, const char *key, const struct words *w, int value)
{
    json_put_cstr(o, key, words_text(w, value));
}

static void put_instant(struct json_out *o, const char *key, struct utc_ms t)
{
    char text[30];
    utc_print(t, text);
    json_put_cstr(o, key, text);
}

static void put_day(struct json_out *o, const char *key, struct day d)
{
    char text[11];
    day_print(d, text);
    json_put_cstr(o, key, text);
}

static void put_if(struct json_out *o, const char *key, struct slice s)
{
    if (s.n)
        json_put_string(o, key, s);
}

static void put_true(struct json_out *o, const char *key, bool v)
{
    if (v)
        json_put_bool(o, key, true);
}

static void put_mask(struct json_out *o, const struct mask *m)
{
    json_object_begin(o);
    json_put_string(o, "name", m->name);
    json_put_u64(o, "keep_first", (uint64_t)m->keep_first);
    json_put_u64(o, "keep_last", (uint64_t)m->keep_last);
    json_object_end(o);
}

static void put_code_set(struct json_out *o, const struct code_set *set)
{
    json_object_begin(o);
    json_put_string(o, "name", set->name);
    json_put_string(o, "source", set->source);
    json_key(o, "values");
    json_array_begin(o);
    for (size_t i = 0; i < set->count; i++) {
        const struct code_value *v = &set->values[i];
        json_object_begin(o);
        json_put_string(o, "code", v->code);
        json_put_string(o, "zh", v->zh);
        json_put_string(o, "en", v->en);
        put_texts(o, "aliases", v->aliases, v->alias_count);
        if (v->kind)
            put_word(o, "kind", &WORDS_KIND, v->kind);
        put_true(o, "identity_card", v->is_identity_card);
        if (v->sex)
            put_word(o, "sex", &WORDS_SEX, (int)v->sex);
        put_true(o, "yes", v->is_yes);
        json_object_end(o);
    }
    json_array_end(o);
    json_object_end(o);
}

static void put_condition(struct json_out *o, const struct theme *t, const struct condition *c)
{
    json_put_string(o, "item", t->items[c->item].code);
    put_list(o, "any", c->any, c->any_count);
}

static void put_item(struct json_out *o, const struct theme *t, const struct item *it)
{
    json_object_begin(o);
    json_put_string(o, "code", it->code);
    json_put_string(o, "zh", it->zh);
    json_put_string(o, "en", it->en);
    put_texts(o, "aliases", it->aliases, it->alias_count);
    put_word(o, "type", &WORDS_TYPE, (int)it->type);
    json_put_u64(o, "length", (uint64_t)it->chars_max);
    put_word(o, "required", &WORDS_REQUIRED, (int)it->required);
    put_word(o, "visibility", &WORDS_VISIBILITY, (int)it->visibility);
    if (it->role != ROLE_NONE)
        put_word(o, "role", &WORDS_ROLE, (int)it->role);
    put_true(o, "happened", it->happened);
    put_true(o, "open_ended", it->open_ended);
    if (it->not_before >= 0)
        json_put_string(o, "not_before", t->items[it->not_before].code);
    if (it->document_type >= 0)
        json_put_string(o, "document_type", t->items[it->document_type].code);
    put_if(o, "unit", it->unit);
    if (it->stated_in >= 0)
        json_put_string(o, "stated_in", t->items[it->stated_in].code);
    if (it->required_when) {
        json_key(o, "required_when");
        json_object_begin(o);
        put_condition(o, t, it->required_when);
        json_object_end(o);
    }
    if (it->mask) {
        json_key(o, "mask");
        put_mask(o, it->mask);
    }
    if (it->code_set) {
        json_key(o, "code_set");
        put_code_set(o, it->code_set);
    }
    json_object_end(o);
}

static void put_rules(struct json_out *o, const struct theme *t)
{
    put_word(o, "category", &WORDS_CATEGORY, (int)t->category);
    json_put_string(o, "national_class", t->national_class);
    json_key(o, "kinds");
    json_array_begin(o);
    for (int k = SUBJECT_KIND_FIRST; k <= SUBJECT_KIND_LAST; k++)
        if (t->kinds & (1 << k))
            json_cstr(o, words_text(&WORDS_KIND, k));
    json_array_end(o);
    put_word(o, "counterpart", &WORDS_KIND, (int)t->counterpart);
    put_word(o, "polarity", &WORDS_POLARITY, (int)t->polarity);
    put_word(o, "visibility", &WORDS_VISIBILITY, (int)t->visibility);
    put_word(o, "publication", &WORDS_PUBLICATION, (int)t->publication);
    json_put_string(o, "severity_default", t->severity_default);
    if (t->retention_years)
        json_put_u64(o, "retention_years", (uint64_t)t->retention_years);
    json_put_string(o, "retention_start", t->retention_start);
    json_put_string(o, "cycle", t->cycle);
    put_true(o, "registration", t->is_registration);
    if (!slice_eq(t->terms, SLICE("general")))
        json_put_string(o, "terms", t->terms);
    json_key(o, "identity");
    if (t->identity == IDENTITY_RECORD_ID) {
        json_cstr(o, "record-id");
    } else {
        json_array_begin(o);
        for (size_t i = 0; i < t->identity_count; i++)
            json_slice(o, t->items[t->identity_items[i]].code);
        json_array_end(o);
    }
    json_put_string(o, "day", t->items[t->day_item].code);
}

static void put_columns(struct json_out *o, const struct theme *t, const struct format *f)
{
    if (f->column_count == 0)
        return;
    json_key(o, "columns");
    json_object_begin(o);
    for (size_t i = 0; i < f->column_count; i++) {
        json_key_slice(o, f->columns[i].name);
        json_slice(o, t->items[f->columns[i].item].code);
    }
    json_object_end(o);
}

static void put_without(struct json_out *o, const struct theme *t, const struct format *f)
{
    if (f->without_count == 0)
        return;
    json_key(o, "without");
    json_array_begin(o);
    for (size_t i = 0; i < f->without_count; i++)
        json_slice(o, t->items[f->without[i]].code);
    json_array_end(o);
}

static void put_fills(struct json_out *o, const struct theme *t, const struct format *f)
{
    if (f->fill_count == 0)
        return;
    json_key(o, "fill");
    json_object_begin(o);
    for (size_t i = 0; i < f->fill_count; i++) {
        json_key_slice(o, t->items[f->fills[i].item].code);
        json_slice(o, f->fills[i].text);
    }
    json_object_end(o);
}

/* The words of one item stand one behind the other. */
static void put_format_words(struct json_out *o, const struct theme *t, const struct format *f)
{
    if (f->word_count == 0)
        return;
    json_key(o, "values");
    json_object_begin(o);
    for (size_t i = 0; i < f->word_count; i++) {
        bool begins = i == 0 || f->words[i - 1].item != f->words[i].item;
        bool ends = i + 1 == f->word_count || f->words[i + 1].item != f->words[i].item;
        if (begins) {
            json_key_slice(o, t->items[f->words[i].item].code);
            json_object_begin(o);
        }
        json_key_slice(o, f->words[i].word);
        json_slice(o, f->words[i].code);
        if (ends)
            json_object_end(o);
    }
    json_object_end(o);
}

static void put_formats(struct json_out *o, const struct theme *t)
{
    if (t->format_count == 0)
        return;
    json_key(o, "formats");
    json_array_begin(o);
    for (size_t i = 0; i < t->format_count; i++) {
        const struct format *f = &t->formats[i];
        json_object_begin(o);
        json_put_string(o, "name", f->name);
        json_put_string(o, "zh", f->zh);
        json_put_string(o, "en", f->en);
        put_list(o, "marks", f->marks, f->mark_count);
        put_columns(o, t, f);
        put_texts(o, "ignored", f->ignored, f->ignored_count);
        put_without(o, t, f);
        put_fills(o, t, f);
        put_format_words(o, t, f);
        put_if(o, "time", f->time);
        json_object_end(o);
    }
    json_array_end(o);
}

static void put_not_collected(struct json_out *o, const struct theme *t)
{
    if (t->not_collected_count == 0)
        return;
    json_key(o, "not_collected");
    json_array_begin(o);
    for (size_t i = 0; i < t->not_collected_count; i++) {
        const struct not_collected *n = &t->not_collected[i];
        json_object_begin(o);
        put_condition(o, t, &n->when);
        if (n->subject != WHOM_ALL)
            put_word(o, "subject", &WORDS_WHOM, (int)n->subject);
        json_put_string(o, "law", n->law);
        json_object_end(o);
    }
    json_array_end(o);
}

void theme_write(const struct theme *t, struct buf *b)
{
    struct json_out o = json_out_of(b);
    json_object_begin(&o);
    json_put_u64(&o, "number", t->number);
    json_put_string(&o, "code", t->code);
    json_put_u64(&o, "version", t->version);
    put_instant(&o, "valid_from", t->valid_from);
    json_put_string(&o, "zh", t->zh);
    json_put_string(&o, "en", t->en);
    json_put_string(&o, "basis", t->basis);
    json_put_string(&o, "department", t->department);
    put_if(&o, "archetype", t->archetype);
    put_rules(&o, t);
    put_not_collected(&o, t);
    put_formats(&o, t);
    json_key(&o, "items");
    json_array_begin(&o);
    for (size_t i = 0; i < t->item_count; i++)
        put_item(&o, t, &t->items[i]);
    json_array_end(&o);
    json_object_end(&o);
}

static void put_terms(struct json_out *o, const struct tables *t)
{
    json_key(o, "terms");
    json_array_begin(o);
    for (size_t i = 0; i < t->term_count; i++) {
        json_object_begin(o);
        const struct term *line = &t->terms[i];
        if (!slice_eq(line->set, TERMS_GENERAL))
            json_put_string(o, "set", line->set);
        json_put_string(o, "class", line->class_code);
        if (line->months_min)
            json_put_u64(o, "months_min", (uint64_t)line->months_min);
        json_put_u64(o, "months_max", (uint64_t)line->months_max);
        put_day(o, "from", line->from);
        if (!day_is_none(line->applied_from))
            put_day(o, "applied_from", line->applied_from);
        json_put_string(o, "source", line->source);
        json_object_end(o);
    }
    json_array_end(o);
    json_key(o, "severity_words");
    json_array_begin(o);
    for (size_t i = 0; i < t->severity_word_count; i++) {
        json_object_begin(o);
        json_put_string(o, "word", t->severity_words[i].word);
        json_put_string(o, "class", t->severity_words[i].class_code);
        json_object_end(o);
    }
    json_array_end(o);
}

static void put_forbidden(struct json_out *o, const struct tables *t)
{
    json_key(o, "forbidden");
    json_array_begin(o);
    for (size_t i = 0; i < t->forbidden_count; i++) {
        const struct forbidden_word *w = &t->forbidden[i];
        json_object_begin(o);
        json_put_string(o, "word", w->word);
        json_put_string(o, "law", w->law);
        put_texts(o, "unless", w->unless, w->unless_count);
        put_true(o, "persons_only", w->persons_only);
        json_object_end(o);
    }
    json_array_end(o);
}

static void put_tables(struct json_out *o, const struct tables *t)
{
    json_object_begin(o);
    json_key(o, "classes");
    json_array_begin(o);
    for (size_t i = 0; i < t->class_count; i++) {
        json_object_begin(o);
        json_put_cstr(o, "pair", t->classes[i].pair);
        put_word(o, "kind", &WORDS_KIND, t->classes[i].kind);
        json_put_string(o, "name", t->classes[i].name);
        json_object_end(o);
    }
    json_array_end(o);
    AUTO_BUF(divisions, ENTRY_BYTES_MAX);
    divisions_write(t, &divisions);
    json_put_string(o, "divisions", buf_slice(&divisions));
    AUTO_BUF(former, ENTRY_BYTES_MAX);
    former_write(t, &former);
    put_if(o, "former", buf_slice(&former));
    put_list(o, "missing", t->missing, t->missing_count);
    json_key(o, "fillers");
    json_array_begin(o);
    for (size_t i = 0; i < t->filler_count; i++) {
        char text[11];
        day_print(t->fillers[i], text);
        json_cstr(o, text);
    }
    json_array_end(o);
    json_put_u64(o, "open_end_year_min", (uint64_t)t->open_end_year_min);
    put_list(o, "shop_words", t->shop_words, t->shop_word_count);
    json_key(o, "masks");
    json_array_begin(o);
    for (size_t i = 0; i < t->mask_count; i++)
        put_mask(o, &t->masks[i]);
    json_array_end(o);
    put_terms(o, t);
    put_forbidden(o, t);
    workdays_write(t, o);
    put_list(o, "authority_short", t->authority_short, t->authority_short_count);
    json_put_u64(o, "full_capacity", (uint64_t)t->age_full);
    json_put_u64(o, "own_labour", (uint64_t)t->age_own_labour);
    json_object_end(o);
}

void common_write(const struct common *c, struct buf *b)
{
    struct json_out o = json_out_of(b);
    json_object_begin(&o);
    json_put_u64(&o, "number", 0);
    json_put_cstr(&o, "code", "common");
    json_put_u64(&o, "version", c->version);
    put_instant(&o, "valid_from", c->valid_from);
    json_key(&o, "departments");
    json_array_begin(&o);
    for (size_t i = 0; i < c->department_count; i++) {
        json_object_begin(&o);
        json_put_string(&o, "id", c->departments[i].id);
        json_put_string(&o, "uscc", c->departments[i].uscc);
        json_put_string(&o, "zh", c->departments[i].zh);
        json_put_string(&o, "en", c->departments[i].en);
        json_object_end(&o);
    }
    json_array_end(&o);
    json_key(&o, "tables");
    put_tables(&o, &c->tables);
    json_object_end(&o);
}

struct slice theme_render(struct arena *a, const struct theme *t)
{
    AUTO_BUF(b, ENTRY_BYTES_MAX);
    theme_write(t, &b);
    return b.err ? (struct slice){0} : arena_dup(a, buf_slice(&b));
}

struct slice common_render(struct arena *a, const struct common *c)
{
    AUTO_BUF(b, ENTRY_BYTES_MAX);
    common_write(c, &b);
    return b.err ? (struct slice){0} : arena_dup(a, buf_slice(&b));
}
