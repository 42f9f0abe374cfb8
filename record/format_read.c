/* Older and foreign columns of a theme. What a format says is checked against the theme here, and
 * brought into the form in which rows are looked up: names after text_code, and for each item whose
 * words it changes a code set that knows them.
 *
 * An archetype may say more of a format than a theme has items: what the theme leaves out
 * (`without`) is left out of its formats too. */
#include <stdlib.h>

#include "base/check.h"
#include "base/text.h"
#include "record/catalogue_read.h"

static const char *const FORMAT_KEYS[] = {
    "name", "zh", "en", "marks", "columns", "ignored", "without", "fill", "values", "time", NULL};

/* One format on its way. */
struct making {
    struct reading *r;
    const struct theme *t;
    const struct slice *left_out; /* items of the archetype that the theme does not have */
    size_t left_out_count;
    struct fields f;
    struct format *to;
    struct format_name *names;
};

static bool is_left_out(const struct making *m, struct slice code)
{
    for (size_t i = 0; i < m->left_out_count; i++)
        if (slice_eq(m->left_out[i], code))
            return true;
    return false;
}

/* The item that a key of the format names, or NULL: refused, or nothing to say of it. */
static const struct item *item_of(struct making *m, const struct fields *f, struct slice key,
                                  struct slice code)
{
    if (m->r->err || is_left_out(m, code))
        return NULL;
    char name[80];
    snprintf(name, sizeof name, "%.*s", FMT_SLICE(key));
    int at = item_named(m->r, m->t, f, name, code);
    return at < 0 ? NULL : &m->t->items[at];
}

/* The map under a key, or no fields. */
static struct fields map_of(struct making *m, const char *key)
{
    const struct field *one = fields_get(&m->f, key);
    if (one)
        return fields_of(m->r, one->value, one->at.file);
    return (struct fields){.at = m->f.at};
}

/* One value of such a map. */
static struct slice value_of(struct making *m, const struct field *one)
{
    if (one->value->kind != YAML_SCALAR || one->value->scalar.n == 0) {
        refuse(m->r, one->at, "\"%.*s\" must have one value; write %.*s: VALUE",
               FMT_SLICE(one->key), FMT_SLICE(one->key));
        return SLICE("");
    }
    return one->value->scalar;
}

/* A column of the format. */
static void name_add(struct making *m, struct where at, struct slice name,
                     enum column_meaning meaning, unsigned item)
{
    struct slice form = text_code(m->r->a, name);
    if (form.n == 0)
        refuse(m->r, at, "\"%.*s\" is no name of a column; write one", FMT_SLICE(name));
    if (!m->r->is_stored && reserved_column(m->r->a, name) != RESERVED_NONE)
        refuse(m->r, at,
               "\"%.*s\" is a reserved column and means the same in every format; take "
               "it out",
               FMT_SLICE(name));
    if (m->to->name_count == FORMAT_NAMES_MAX)
        refuse(m->r, at, "the format has more than %d columns; take some out", FORMAT_NAMES_MAX);
    for (size_t i = 0; i < m->to->name_count; i++)
        if (slice_eq(m->names[i].text, form))
            refuse(m->r, at, "the column \"%.*s\" stands twice in the format; leave it once",
                   FMT_SLICE(name));
    if (!m->r->err)
        m->names[m->to->name_count++] = (struct format_name){form, meaning, item};
}

static void read_columns(struct making *m)
{
    struct fields map = map_of(m, "columns");
    struct format_column *columns = ARENA_ARRAY(m->r->a, struct format_column, map.count + 1);
    size_t count = 0;
    struct slice *own = take_texts(m->r, &m->f, "ignored", &count);
    struct slice *ignored = ARENA_ARRAY(m->r->a, struct slice, map.count + count + 1);
    m->to->time = take_text(m->r, &m->f, "time");
    m->names = ARENA_ARRAY(m->r->a, struct format_name, map.count + count + 2);
    for (size_t i = 0; i < count && !m->r->err; i++) {
        name_add(m, fields_where(&m->f, "ignored"), own[i], COLUMN_IGNORED, 0);
        ignored[m->to->ignored_count++] = own[i];
    }
    for (size_t i = 0; i < map.count && !m->r->err; i++) {
        struct slice name = map.list[i].key, code = value_of(m, &map.list[i]);
        const struct item *item = item_of(m, &map, name, code);
        if (item)
            columns[m->to->column_count++] = (struct format_column){name, item->index};
        else
            ignored[m->to->ignored_count++] = name;
        name_add(m, map.list[i].at, name, item ? COLUMN_ITEM : COLUMN_IGNORED,
                 item ? item->index : 0);
    }
    m->to->columns = columns;
    m->to->ignored = ignored;
    if (m->to->time.n && !m->r->err)
        name_add(m, fields_where(&m->f, "time"), m->to->time, COLUMN_TIME, 0);
}

static bool has_name(const struct making *m, struct slice form)
{
    for (size_t i = 0; i < m->to->name_count; i++)
        if (slice_eq(m->names[i].text, form))
            return true;
    return false;
}

/* A mark tells a row of this format from every other row. */
static void read_marks(struct making *m, const struct format *before, size_t before_count)
{
    struct where at = fields_where(&m->f, "marks");
    struct slice *marks = take_texts(m->r, &m->f, "marks", &m->to->mark_count);
    struct slice *forms = ARENA_ARRAY(m->r->a, struct slice, m->to->mark_count + 1);
    if (m->to->mark_count == 0)
        refuse(m->r, at,
               "the format \"%.*s\" has no marks; list columns under \"marks\" that only it has",
               FMT_SLICE(m->to->name));
    for (size_t i = 0; i < m->to->mark_count && !m->r->err; i++) {
        forms[i] = text_code(m->r->a, marks[i]);
        if (!has_name(m, forms[i]))
            refuse(m->r, at,
                   "the mark \"%.*s\" is no column of the format; add it to \"columns\", "
                   "\"ignored\" or \"time\"",
                   FMT_SLICE(marks[i]));
        if (theme_item_by_name(m->t, m->r->a, marks[i]))
            refuse(m->r, at,
                   "the mark \"%.*s\" is a column of the theme itself, so it tells nothing; name a "
                   "column that only the format has, or take the item's alias out",
                   FMT_SLICE(marks[i]));
        for (size_t k = 0; k < before_count; k++)
            for (size_t n = 0; n < before[k].mark_count; n++)
                if (slice_eq(before[k].mark_forms[n], forms[i]))
                    refuse(m->r, at,
                           "\"%.*s\" is a mark of the format \"%.*s\" already; leave it "
                           "with one",
                           FMT_SLICE(marks[i]), FMT_SLICE(before[k].name));
    }
    m->to->marks = marks;
    m->to->mark_forms = forms;
}

static void read_fills(struct making *m)
{
    struct fields map = map_of(m, "fill");
    struct format_fill *fills = ARENA_ARRAY(m->r->a, struct format_fill, map.count + 1);
    for (size_t i = 0; i < map.count && !m->r->err; i++) {
        struct where at = map.list[i].at;
        struct slice text = value_of(m, &map.list[i]);
        const struct item *item = item_of(m, &map, map.list[i].key, map.list[i].key);
        if (!item || m->r->err)
            continue;
        enum fill_kind kind = FILL_TEXT;
        if (slice_eq(text, SLICE("@department")))
            kind = FILL_DEPARTMENT_CODE;
        else if (slice_eq(text, SLICE("@department.zh")))
            kind = FILL_DEPARTMENT_NAME;
        else if (slice_starts(text, SLICE("@")))
            refuse(m->r, at,
                   "\"%.*s\" stands for nothing; write @department, @department.zh or a text",
                   FMT_SLICE(text));
        bool is_words = item->type == ITEM_TEXT || item->type == ITEM_NAME;
        bool fits =
            (kind == FILL_DEPARTMENT_CODE && item->type == ITEM_USCC) ||
            (kind == FILL_DEPARTMENT_NAME && is_words) ||
            (kind == FILL_TEXT && item->type != ITEM_PERSON_ID && item->type != ITEM_CONTACT);
        if (!m->r->is_partial && !fits)
            refuse(m->r, at,
                   "\"%.*s\" does not fit \"%.*s\", which is of type %s; @department goes with "
                   "uscc, @department.zh with text or name, and no person's data is filled in",
                   FMT_SLICE(text), FMT_SLICE(item->code), item_type_code(item->type));
        if (!m->r->is_partial && item->code_set && !code_set_find(item->code_set, m->r->a, text))
            refuse(m->r, at, "\"%.*s\" is no value of \"%.*s\"; write one of its code set",
                   FMT_SLICE(text), FMT_SLICE(item->code));
        fills[m->to->fill_count++] = (struct format_fill){item->index, kind, text};
    }
    m->to->fills = fills;
}

static bool is_filled(const struct making *m, unsigned item)
{
    for (size_t i = 0; i < m->to->fill_count; i++)
        if (m->to->fills[i].item == item)
            return true;
    return false;
}

static bool identifies(const struct theme *t, unsigned item)
{
    for (size_t i = 0; i < t->identity_count; i++)
        if (t->identity_items[i] == item)
            return true;
    return false;
}

static void read_without(struct making *m)
{
    size_t count = 0;
    struct where at = fields_where(&m->f, "without");
    struct slice *codes = take_texts(m->r, &m->f, "without", &count);
    unsigned *without = ARENA_ARRAY(m->r->a, unsigned, count + 1);
    bool *is_without = ARENA_ARRAY(m->r->a, bool, m->t->item_count + 1);
    for (size_t i = 0; i < count && !m->r->err; i++) {
        const struct item *item = item_of(m, &m->f, SLICE("without"), codes[i]);
        if (!item)
            continue;
        bool is_day = (int)item->index == m->t->day_item;
        if (is_day || (identifies(m->t, item->index) && !is_filled(m, item->index)))
            refuse(m->r, at, "\"%.*s\" is %s, without which there is no record; take it out%s",
                   FMT_SLICE(item->code), is_day ? "the day" : "part of the identity",
                   is_day ? "" : ", or say under \"fill\" what it is then");
        is_without[item->index] = true;
        without[m->to->without_count++] = item->index;
    }
    m->to->without = without;
    m->to->is_without = is_without;
}

/* The item's code set, in which the words of the format go before its own. */
static const struct code_set *set_with(struct making *m, struct where at, const struct item *item,
                                       const struct format_word *words, size_t count)
{
    const struct code_set *old = item->code_set;
    struct arena *a = m->r->a;
    struct code_set *set = ARENA_NEW(a, struct code_set);
    struct code_word *plain = ARENA_ARRAY(a, struct code_word, count + old->word_count + 1);
    struct code_word *folded = ARENA_ARRAY(a, struct code_word, count + old->folded_count + 1);
    *set = *old;
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        const struct code_value *v = code_set_find(old, a, words[i].code);
        plain[i] = (struct code_word){words[i].word, (unsigned)(v - old->values)};
        folded[i] = (struct code_word){text_code(a, words[i].word), plain[i].value};
    }
    n = code_words_settle(m->r, at, set, plain, count);
    struct code_set own = {.values = old->values, .words = plain, .word_count = n};
    set->word_count = n;
    for (size_t i = 0; i < old->word_count; i++)
        if (!code_set_find(&own, a, old->words[i].text))
            plain[set->word_count++] = old->words[i];
    n = code_words_settle(m->r, at, set, folded, count);
    own = (struct code_set){.values = old->values, .folded = folded, .folded_count = n};
    set->folded_count = n;
    for (size_t i = 0; i < old->folded_count; i++)
        if (!code_set_find(&own, a, old->folded[i].text))
            folded[set->folded_count++] = old->folded[i];
    set->word_count = code_words_settle(m->r, at, set, plain, set->word_count);
    set->folded_count = code_words_settle(m->r, at, set, folded, set->folded_count);
    set->words = plain;
    set->folded = folded;
    return set;
}

static size_t read_words_of(struct making *m, const struct field *one, const struct item *item,
                            struct format_word *out)
{
    struct fields map = fields_of(m->r, one->value, one->at.file);
    size_t n = 0;
    for (size_t i = 0; i < map.count && !m->r->err; i++) {
        struct slice to = value_of(m, &map.list[i]);
        const struct code_value *v = code_set_find(item->code_set, m->r->a, to);
        if (!m->r->err && !v)
            refuse(m->r, map.list[i].at,
                   "\"%.*s\" is no value of \"%.*s\"; write one of its code set", FMT_SLICE(to),
                   FMT_SLICE(item->code));
        else if (v)
            out[n++] = (struct format_word){item->index, map.list[i].key, v->code};
    }
    return n;
}

static void read_values(struct making *m)
{
    struct fields map = map_of(m, "values");
    size_t room = 1;
    for (size_t i = 0; i < map.count; i++)
        room += map.list[i].value->count;
    struct format_word *words = ARENA_ARRAY(m->r->a, struct format_word, room);
    m->to->sets = ARENA_ARRAY(m->r->a, const struct code_set *, m->t->item_count + 1);
    for (size_t i = 0; i < map.count && !m->r->err; i++) {
        const struct field *one = &map.list[i];
        const struct item *item = item_of(m, &map, one->key, one->key);
        if (!item || m->r->is_partial)
            continue;
        if (!item->code_set) {
            refuse(m->r, one->at,
                   "\"%.*s\" is of type %s and has no code set; take it out of \"values\"",
                   FMT_SLICE(item->code), item_type_code(item->type));
            return;
        }
        struct format_word *own = words + m->to->word_count;
        size_t count = read_words_of(m, one, item, own);
        if (!m->r->err)
            m->to->sets[item->index] = set_with(m, one->at, item, own, count);
        m->to->word_count += count;
    }
    m->to->words = words;
}

static int name_order(const void *x, const void *y)
{
    return slice_cmp(((const struct format_name *)x)->text, ((const struct format_name *)y)->text);
}

static void format_read(struct making *m, const struct format *before, size_t before_count)
{
    fields_known(m->r, &m->f, FORMAT_KEYS);
    m->to->index = (unsigned)before_count;
    m->to->name = want_text(m->r, &m->f, "name");
    m->to->zh = want_text(m->r, &m->f, "zh");
    m->to->en = want_text(m->r, &m->f, "en");
    for (size_t i = 0; i < before_count; i++)
        if (slice_eq(before[i].name, m->to->name))
            refuse(m->r, fields_where(&m->f, "name"),
                   "the format \"%.*s\" stands twice; rename one", FMT_SLICE(m->to->name));
    read_columns(m);
    if (!m->r->err)
        read_marks(m, before, before_count);
    if (!m->r->err)
        read_fills(m);
    if (!m->r->err)
        read_without(m);
    if (!m->r->err)
        read_values(m);
    if (m->to->name_count)
        qsort(m->names, m->to->name_count, sizeof *m->names, name_order);
    m->to->names = m->names;
}

void formats_read(struct reading *r, const struct fields *f, struct theme *t)
{
    size_t count = 0;
    struct making m = {.r = r, .t = t};
    struct fields *list = take_maps(r, f, "formats", &count);
    m.left_out = take_texts(r, f, "without", &m.left_out_count);
    if (count > THEME_FORMATS_MAX)
        refuse(r, fields_where(f, "formats"), "%zu formats are too many; at most %d", count,
               THEME_FORMATS_MAX);
    struct format *formats = ARENA_ARRAY(r->a, struct format, count + 1);
    for (size_t i = 0; i < count && !r->err; i++) {
        m.f = list[i];
        m.to = &formats[i];
        format_read(&m, formats, i);
    }
    t->formats = formats;
    t->format_count = count;
}
