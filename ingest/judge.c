/* The judge: the order in which a row is looked at, and the rules that look at more than one value.
 * One value is cleaned in clean.c, what a row says of itself is read in envelope.c, whose it is is
 * found in resolve.c, what hangs on other items is in condition.c, person.c and stated.c, and what
 * is stored is made in render.c.
 *
 * A row is looked at to the end, so that its sender hears of everything that is wrong with it at
 * once; but nothing is told twice: what is missing is not also invalid, and what is invalid is not
 * also missing. */
#include "ingest/judge.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/text.h"
#include "ingest/condition.h"
#include "ingest/envelope.h"
#include "ingest/judging.h"
#include "ingest/person.h"
#include "ingest/render.h"
#include "ingest/resolve.h"
#include "ingest/stated.h"
#include "ingest/term.h"

/* A row of 1 MiB, each of its values in a few forms, of which NFKC may lengthen one by eleven. */
enum { SCRATCH_BYTES_MAX = 256 * 1024 * 1024 };
/* No name of a column that means anything is longer. */
enum { COLUMN_BYTES_MAX = 512 };

struct judge {
    struct judging j;
    struct renderer renderer;
    struct cell cells[THEME_ITEMS_MAX];
    bool is_strict[THEME_ITEMS_MAX];     /* damaged text breaks a rule */
    bool is_told[THEME_ITEMS_MAX];       /* of this row: as missing */
    const struct department *department; /* whose theme it is; NULL when the catalogue has none */
    /* Which rules the theme needs at all. */
    bool has_conditions;
    bool has_stated;
};

struct judge *judge_create(const struct judge_options *o)
{
    struct judge *judge = calloc(1, sizeof *judge);
    CHECK(judge);
    CHECK(o->theme->item_count <= THEME_ITEMS_MAX);
    judge->j = (struct judging){
        .o = *o,
        .theme = o->theme,
        .tables = catalogue_tables_at(o->catalogue, o->received),
        .today = day_of(o->received),
        .reason_at = render_reason_at(o->theme),
        .scratch = arena_create(SCRATCH_BYTES_MAX),
        .cells = judge->cells,
    };
    renderer_init(&judge->renderer);
    judge->department = catalogue_department_at(o->catalogue, o->theme->department, o->received);
    for (size_t i = 0; i < o->theme->item_count; i++) {
        judge->has_conditions = judge->has_conditions || o->theme->items[i].required_when;
        judge->has_stated = judge->has_stated || o->theme->items[i].stated_in >= 0;
    }
    for (size_t i = 0; i < o->theme->item_count; i++)
        judge->is_strict[i] = clean_is_strict(o->theme->items[i].type);
    for (size_t i = 0; i < o->theme->identity_count; i++)
        judge->is_strict[o->theme->identity_items[i]] = true;
    return judge;
}

void judge_destroy(struct judge *judge)
{
    if (!judge)
        return;
    renderer_fini(&judge->renderer);
    arena_destroy(judge->j.scratch);
    free(judge);
}

void judge_at(struct judge *judge, struct utc_ms received, uint32_t partition)
{
    judge->j.o.received = received;
    judge->j.o.partition = partition;
    judge->j.today = day_of(received);
}

/* Notes that stand below the rows of a form and come in with them. */
static bool is_note(struct slice text)
{
    static const struct slice words[] = {{"表格说明", 12}, {"填表说明", 12}, {"填报说明", 12},
                                         {"说明", 6},      {"备注", 6},      {"注：", 6},
                                         {"注:", 4}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (slice_starts(text, words[i]))
            return true;
    return false;
}

/* A row of a spreadsheet in which nobody wrote, or nothing but such a note. */
static bool is_empty_row(struct judging *j)
{
    struct cleaner c = judging_cleaner(j);
    struct slice only = SLICE("");
    size_t count = j->row->id.n && clean_plain(&c, j->row->id).n ? 2 : 0;
    for (size_t i = 0; i < j->row->count && count < 2; i++) {
        const struct raw_value *v = &j->row->values[i];
        bool counts = v->value.n && v->reserved == RESERVED_NONE && !v->is_ignored;
        struct slice text = counts ? clean_plain(&c, v->value) : SLICE("");
        count += text.n > 0;
        only = text.n ? text : only;
    }
    return count == 0 || (count == 1 && is_note(only));
}

/* One value, by the words of the row's format where it has some. */
static void clean_item(struct judge *judge, const struct item *item, struct slice raw)
{
    const struct format *f = judge->j.row->format;
    struct cleaner c = judging_cleaner(&judge->j);
    bool is_strict = judge->is_strict[item->index];
    struct cell *cell = &judge->j.cells[item->index];
    if (f && f->sets[item->index]) {
        struct item of_format = *item;
        of_format.code_set = f->sets[item->index];
        clean_value(&c, &of_format, is_strict, raw, cell);
    } else {
        clean_value(&c, item, is_strict, raw, cell);
    }
}

/* What a row of the format means where it says nothing. */
static void fill_row(struct judge *judge, const struct format *f)
{
    const struct department *d = judge->department;
    for (size_t i = 0; i < f->fill_count; i++) {
        const struct format_fill *fill = &f->fills[i];
        struct slice text = fill->text;
        if (judge->j.cells[fill->item].state != CELL_ABSENT)
            continue;
        if (fill->kind != FILL_TEXT)
            text = !d ? SLICE("") : fill->kind == FILL_DEPARTMENT_CODE ? d->uscc : d->zh;
        judge->j.cells[fill->item] = CELL_NONE;
        clean_item(judge, &judge->j.theme->items[fill->item], text);
    }
}

/* Several columns of a format may bring codes of one item (处罚类别1, 处罚类别2): the first of them
 * brings all. False for the others. */
static bool gather_codes(struct judging *j, size_t at, struct slice *raw)
{
    const struct raw_value *v = j->row->values;
    struct cleaner c = judging_cleaner(j);
    for (size_t i = 0; i < at; i++)
        if (v[i].item == v[at].item)
            return false;
    for (size_t i = at + 1; i < j->row->count; i++) {
        if (v[i].item != v[at].item || clean_plain(&c, v[i].value).n == 0)
            continue;
        if (clean_plain(&c, *raw).n == 0)
            *raw = v[i].value;
        else
            *raw = arena_printf(j->scratch, "%.*s;%.*s", FMT_SLICE(*raw), FMT_SLICE(v[i].value));
    }
    return true;
}

static void clean_row(struct judge *judge)
{
    struct judging *j = &judge->j;
    for (size_t i = 0; i < j->theme->item_count; i++)
        j->cells[i] = CELL_NONE;
    for (size_t i = 0; i < j->row->count; i++) {
        const struct item *item = j->row->values[i].item;
        struct slice raw = j->row->values[i].value;
        bool may_join = item && j->row->format && item->type == ITEM_CODES;
        if (item && (!may_join || gather_codes(j, i, &raw)))
            clean_item(judge, item, raw);
    }
    if (j->row->format)
        fill_row(judge, j->row->format);
}

/* Columns that are no items, and hold something: nothing of them is stored. Of a person, or of
 * anybody, some may not even be handed in. */
static void check_columns(struct judging *j)
{
    struct cleaner c = judging_cleaner(j);
    for (size_t i = 0; i < j->row->count; i++) {
        const struct raw_value *v = &j->row->values[i];
        if (v->item || v->is_ignored || v->reserved != RESERVED_NONE || v->value.n == 0 ||
            clean_plain(&c, v->value).n == 0)
            continue;
        const struct forbidden_word *w = NULL;
        if (j->operation != OPERATION_REVOKE && v->column.n <= COLUMN_BYTES_MAX)
            w = tables_forbidden(j->tables, text_code(j->scratch, v->column), resolve_is_person(j));
        sink_column(&j->sink, w ? RULE_ITEM_FORBIDDEN : RULE_ITEM_UNKNOWN, v->column, SLICE(""),
                    w ? w->law : SLICE(""));
    }
}

static bool is_required(const struct judging *j, const struct item *item)
{
    switch (item->required) {
    case REQUIRED_NO:
        return false;
    case REQUIRED_YES:
        return true;
    case REQUIRED_ORGANISATION:
    case REQUIRED_SHOULD:
        return !resolve_is_person(j);
    case REQUIRED_PERSON:
        return resolve_is_person(j);
    }
    UNREACHABLE();
}

static void tell_missing(struct judging *j, const struct item *item, enum rule rule)
{
    sink_item(&j->sink, rule, item, SLICE(""), SLICE(""));
}

/* Required items. Told ones are marked in is_told. The subject's code may be missing when another
 * number says who it is, unless it is always required. Returns whether something was told of the
 * subject's identifiers. */
static bool check_required(struct judging *j, bool *is_told)
{
    bool told = false;
    for (size_t i = 0; i < j->theme->item_count; i++) {
        const struct item *item = &j->theme->items[i];
        bool identifies = item->role >= ROLE_USCC && item->role <= ROLE_PERSON;
        is_told[i] = false;
        if (j->cells[i].state == CELL_BROKEN)
            told = told || identifies;
        if (j->cells[i].state != CELL_ABSENT || !is_required(j, item) ||
            judging_goes_without(j, item))
            continue;
        if (item->required == REQUIRED_SHOULD) {
            tell_missing(j, item, RULE_CONDITIONAL_MISSING);
            continue;
        }
        if (item->role == ROLE_USCC && item->required != REQUIRED_YES && j->has_subject)
            continue;
        tell_missing(j, item, item->role == ROLE_USCC ? RULE_USCC_MISSING : RULE_ITEM_MISSING);
        is_told[i] = true;
        told = told || identifies;
    }
    return told;
}

static void check_dates(struct judging *j)
{
    for (size_t i = 0; i < j->theme->item_count; i++) {
        const struct item *item = &j->theme->items[i];
        const struct cell *cell = &j->cells[i];
        if (cell->state != CELL_GOOD || item->type != ITEM_DATE)
            continue;
        if (item->happened && cell->day.v > j->today.v)
            sink_item(&j->sink, RULE_DATE_FUTURE, item, cell->value, SLICE(""));
        if (item->not_before < 0)
            continue;
        const struct cell *first = &j->cells[item->not_before];
        if (first->state == CELL_GOOD && cell->day.v < first->day.v)
            sink_item(&j->sink, RULE_DATE_ORDER, item, cell->value,
                      arena_printf(j->scratch, "%.*s > %.*s", FMT_SLICE(first->value),
                                   FMT_SLICE(cell->value)));
    }
}

/* What several values say together. A revoke needs nothing but its identity. */
static void check_row(struct judge *judge)
{
    struct judging *j = &judge->j;
    check_columns(j);
    check_dates(j);
    if (j->operation == OPERATION_REVOKE)
        return;
    bool told = check_required(j, judge->is_told);
    if (!j->has_subject && !told)
        sink_column(&j->sink, RULE_SUBJECT_MISSING, SLICE(""), SLICE(""), SLICE(""));
    if (judge->has_conditions)
        condition_check_required(j, judge->is_told);
    condition_check_collected(j);
    person_check(j);
    if (judge->has_stated)
        stated_check(j);
}

static void head_fill(const struct judging *j, const struct judged *row, struct record_head *ret)
{
    bool is_revoke = j->operation == OPERATION_REVOKE;
    *ret = (struct record_head){
        .flags = (uint8_t)((is_revoke ? RECORD_REVOKED : 0) |
                           (j->has_provider ? RECORD_HAS_PROVIDER : 0)),
        .theme = j->theme->number,
        .entry = j->theme->version,
        .version = row->version,
        .id = row->id,
        .current_from = j->o.received,
        .day = term_day(j),
        .public_until = term_public_until(j),
        .ended = term_ended(j),
        .retain_until = term_retain_until(j),
        .visibility = (uint8_t)j->theme->visibility,
    };
}

/* An accepted row. */
static int accept(struct judge *judge, struct arena *a, struct judged *ret)
{
    struct judging *j = &judge->j;
    CHECK(j->identity.n > 1 && (j->has_subject || j->operation == OPERATION_REVOKE));
    ret->operation = j->operation;
    ret->id = record_id_make(j->o.keys, j->theme->number, j->identity);
    ret->version = version_make(j->provider, j->o.received, j->o.partition, j->row->row);
    ret->has_provider = j->has_provider;
    ret->has_subject = j->has_subject;
    ret->subject = j->subject;
    ret->category = j->theme->category;
    head_fill(j, ret, &ret->head);
    render_content(&judge->renderer, j, ret->content);
    int e = render_record(&judge->renderer, j, &ret->head, a, &ret->bytes);
    if (e == 0 && j->operation == OPERATION_REVOKE)
        e = render_waiting(&judge->renderer, j, &ret->head, a, &ret->waiting);
    return e;
}

/* Of a row that is rejected for another reason: whether it holds what the law forbids to collect
 * all the same, and must not be kept for its sender either. In a row that cannot be read values
 * may stand in a wrong place, so the name of a column is enough, and a line that is no flat object
 * is looked through as a whole. */
static bool holds_forbidden(struct judging *j)
{
    bool is_read = j->row->unreadable == RULE_NONE;
    struct cleaner c = judging_cleaner(j);
    bool persons = resolve_is_person(j) || (!is_read && j->theme->kinds & 1u << SUBJECT_INDIVIDUAL);
    for (size_t i = 0; i < j->row->count; i++) {
        const struct raw_value *v = &j->row->values[i];
        if (v->item || v->reserved != RESERVED_NONE ||
            (is_read && clean_plain(&c, v->value).n == 0))
            continue;
        if (tables_forbidden(j->tables, text_code(j->scratch, v->column), persons) ||
            (!is_read && tables_forbidden(j->tables, text_code(j->scratch, v->value), persons)))
            return true;
    }
    return false;
}

/* The same for all that forbids to keep a row; what is told on the way is left out of the receipt,
 * for a row of which parts are missing breaks rules that the whole one would not. */
static bool is_forbidden(struct judge *judge)
{
    struct judging *j = &judge->j;
    struct sink told = j->sink;
    j->sink = (struct sink){.a = j->scratch};
    if (j->row->unreadable != RULE_NONE) {
        clean_row(judge);
        resolve_subject(j);
    }
    condition_check_collected(j);
    person_check(j);
    bool forbids = j->sink.forbids || holds_forbidden(j);
    j->sink = told;
    return forbids;
}

static void row_begin(struct judge *judge, struct arena *a, const struct raw_row *row)
{
    struct judging *j = &judge->j;
    arena_reset(j->scratch);
    j->row = row;
    j->sink = (struct sink){.a = a};
    j->subject = (struct subject_id){{0}};
}

int judge_row(struct judge *judge, struct arena *a, const struct raw_row *row, struct judged *ret)
{
    struct judging *j = &judge->j;
    *ret = (struct judged){.row = row->row, .end_bytes = row->end_bytes};
    row_begin(judge, a, row);
    int e = 0;
    bool is_empty = false;
    if (row->unreadable != RULE_NONE) {
        sink_column(&j->sink, row->unreadable, SLICE(""), SLICE(""), row->hint);
    } else if ((is_empty = is_empty_row(j))) {
        sink_column(&j->sink, RULE_ROW_EMPTY, SLICE(""), SLICE(""), SLICE(""));
    } else {
        envelope_read(j);
        clean_row(judge);
        resolve_subject(j);
        check_row(judge);
        envelope_identify(j);
        if (!j->sink.rejects)
            e = accept(judge, a, ret);
        if (e == CE_TOO_LARGE) { /* escapes made it longer than a record can be */
            sink_column(&j->sink, RULE_ROW_SIZE, SLICE(""), SLICE(""),
                        arena_printf(j->scratch, "%d", RENDER_BYTES_MAX));
            *ret = (struct judged){.row = row->row, .end_bytes = row->end_bytes};
            e = 0;
        }
    }
    ret->findings = j->sink.findings;
    ret->rejected = j->sink.rejects;
    ret->is_forbidden = j->sink.forbids || (j->sink.rejects && !is_empty && is_forbidden(judge));
    return e;
}
