/* Subjects as the question's viewer sees them. One walk over the headers of a subject's records
 * decides everything: whether it is there at all, its counters, and that a record which may not be
 * seen leaves no trace. */
#include "query/subjects.h"

#include <string.h>

#include "base/check.h"
#include "base/err.h"
#include "base/text.h"
#include "query/union.h"
#include "record/identifier.h"
#include "store/keys.h"

static const enum subject_kind organisations[] = {SUBJECT_ENTERPRISE, SUBJECT_INSTITUTION,
                                                  SUBJECT_SOCIAL, SUBJECT_GOVERNMENT};
static const enum id_type other_numbers[] = {ID_REGISTRATION, ID_ORGANISATION, ID_TAX,
                                             ID_INSTITUTION, ID_SOCIAL};

/* "R-440101…" and "R~…", as subject_id_print writes them. */
static bool is_printed(struct slice text)
{
    return text.n > 2 && (text.p[1] == '-' || text.p[1] == '~') && memchr("ROTIS", text.p[0], 5);
}

enum code_kind query_code_kind(struct query *q, struct slice text)
{
    size_t at, n;
    struct slice code = text_code(q->arena, text);
    if (uscc_is_valid(code))
        /* One identity number in 31 passes this check; none of them is ever stored as a code. */
        return idnum_is_instead(code) ? CODE_PERSON : CODE_NUMBER;
    if (idnum_in_text(text, 0, &at, &n) || idnum_in_text(code, 0, &at, &n))
        return CODE_PERSON;
    if (is_printed(text))
        return CODE_NUMBER;
    bool has_digit = false;
    if (code.n < 5 || code.n > 50)
        return CODE_NONE;
    for (size_t i = 0; i < code.n; i++) {
        char c = code.p[i];
        has_digit |= c >= '0' && c <= '9';
        if ((unsigned char)c >= 0x80)
            return CODE_NONE;
    }
    return has_digit ? CODE_NUMBER : CODE_NONE;
}

static int count_seen(struct query *q, const struct subject_union *u, bool stop_at_first,
                      uint64_t counters[CATEGORY_LAST + 1])
{
    struct theme_now last = {0};
    memset(counters, 0, sizeof(uint64_t) * (CATEGORY_LAST + 1));
    for (unsigned i = 0; i < u->count; i++) {
        enum subject_kind kind = subject_id_kind(&u->ids[i]);
        struct slice prefix = KEY_SLICE(u->ids[i]);
        struct walk *w = walk_open(q->view, CF_RECORD, prefix, prefix);
        bool found = false;
        int r = 0;
        for (; r == 0 && walk_valid(w) && !(found && stop_at_first); walk_next(w)) {
            struct record_head h;
            r = record_decode_head(walk_value(w), &h);
            if (r < 0 ||
                !record_is_seen(q->viewer, &h, kind, query_theme_now(q, &last, h.theme), q->today))
                continue;
            uint8_t category = (uint8_t)walk_key(w).p[SUBJECT_ID_BYTES];
            if (category <= CATEGORY_LAST)
                counters[category]++;
            found = true;
        }
        int closed = walk_close(w);
        if (r < 0 || closed < 0)
            return r < 0 ? r : closed;
        if (found && stop_at_first)
            break;
    }
    return 0;
}

static uint64_t sum(const uint64_t counters[CATEGORY_LAST + 1])
{
    uint64_t total = 0;
    for (int c = CATEGORY_FIRST; c <= CATEGORY_LAST; c++)
        total += counters[c];
    return total;
}

static bool until_is_open(struct day until, struct day today)
{
    return !day_is_none(until) && today.v < until.v;
}

static void fill_names(struct query *q, const struct subject *row, struct subject_answer *ret)
{
    const struct subject_name *shown = subject_public_name(row, q->today);
    ret->name = shown ? shown->text : (struct slice){0};
    ret->name_is_confirmed = shown && (shown->flags & SUBJECT_NAME_OWN);
    ret->former = ARENA_ARRAY(q->arena, struct slice, row->name_count + 1);
    ret->additional = ARENA_ARRAY(q->arena, struct slice, row->name_count + 1);
    for (unsigned i = 0; i < row->name_count; i++) {
        const struct subject_name *n = &row->names[i];
        if (!until_is_open(n->public_until, q->today))
            continue;
        if (subject_name_is_former(row, n))
            ret->former[ret->former_count++] = n->text;
        else if (n->flags & SUBJECT_NAME_ADDITIONAL)
            ret->additional[ret->additional_count++] = n->text;
    }
}

/* What of the row is said by a record that the viewer may see. */
struct told {
    bool names[SUBJECT_NAMES_MAX];
    bool by_registration;
};

static const struct item *name_item(const struct theme *t)
{
    int i = t->role_item[ROLE_NAME];
    return i < 0 ? NULL : &t->items[i];
}

/* Rows of subjects have the ends of publication that records had when they were judged: that is all
 * the public needs until a theme gets a version by which its records, or their names, are seen by
 * others or for another time. */
static bool hides_more(const struct query *q)
{
    const struct catalogue *c = q->source->catalogue;
    for (size_t i = 1; i < c->theme_count; i++) {
        const struct theme *was = c->by_number[i - 1], *is = c->by_number[i];
        if (was->number != is->number || is->valid_from.v > q->now.v)
            continue;
        const struct item *x = name_item(was), *y = name_item(is);
        if (was->visibility != is->visibility || was->publication != is->publication ||
            was->retention_years != is->retention_years ||
            !slice_eq(was->retention_start, is->retention_start) || !x != !y ||
            (x && (x->visibility != y->visibility || !x->mask != !y->mask)))
            return true;
    }
    return false;
}

/* Asked for every row of an answer, so that the first answer is kept. */
static bool may_hide_more(struct query *q)
{
    if (q->rows_hold == QUERY_ROWS_UNKNOWN)
        q->rows_hold = hides_more(q) ? QUERY_ROWS_TOO_MUCH : QUERY_ROWS_AS_SEEN;
    return q->rows_hold == QUERY_ROWS_TOO_MUCH;
}

static void tell(const struct subject *row, const struct record_about *about, struct told *ret)
{
    ret->by_registration |= about->is_registration;
    for (unsigned i = 0; i < row->name_count; i++)
        for (unsigned k = 0; !about->is_registration && k < about->name_count; k++)
            ret->names[i] |=
                row->names[i].flags == 0 && slice_eq(row->names[i].text, about->names[k].text);
}

/* The name of a record is seen where the version in force shows it to the viewer as it is. */
static bool tells(const struct query *q, const struct theme *now)
{
    const struct item *name = name_item(now);
    return name && viewer_may_see(q->viewer, name->visibility) &&
           (q->viewer == VIEWER_OWN || !name->mask);
}

static int find_told(struct query *q, const struct subject_id *id, const struct subject *row,
                     struct told *ret)
{
    struct theme_now last = {0};
    struct slice prefix = KEY_SLICE(*id);
    int r = 0;
    struct walk *w = walk_open(q->view, CF_RECORD, prefix, prefix);
    for (; r == 0 && walk_valid(w); walk_next(w)) {
        struct record one;
        if ((r = record_decode(walk_value(w), &one)) < 0)
            break;
        const struct theme *now = query_theme_now(q, &last, one.head.theme);
        if (record_is_seen(q->viewer, &one.head, subject_id_kind(id), now, q->today) &&
            tells(q, now))
            tell(row, &one.about, ret);
    }
    int closed = walk_close(w);
    return r < 0 ? r : closed;
}

int query_row_seen(struct query *q, const struct subject_id *id, struct subject *row)
{
    bool is_own = q->viewer == VIEWER_OWN;
    struct told told = {0};
    if (!is_own && !may_hide_more(q))
        return 0;
    int r = find_told(q, id, row, &told);
    if (!told.by_registration || is_own)
        row->own_public_until = told.by_registration ? DAY_FOREVER : DAY_NONE;
    for (unsigned i = 0; i < row->name_count; i++) {
        bool is_told = row->names[i].flags ? told.by_registration : told.names[i];
        if (!is_told || is_own)
            row->names[i].public_until = is_told ? DAY_FOREVER : DAY_NONE;
    }
    return r;
}

static struct slice district_name(struct query *q, struct slice district)
{
    const struct tables *t = catalogue_tables_at(q->source->catalogue, q->now);
    bool is_code = district.n == 6 && slice_all_digits(district);
    return is_code ? tables_division_name(t, q->arena, district) : district;
}

/* What the registration says of the subject besides its names. */
static void fill_own(struct query *q, const struct subject *row, struct subject_answer *ret)
{
    if (!until_is_open(row->own_public_until, q->today))
        return;
    ret->status = row->status;
    ret->district = row->district;
    ret->district_name = district_name(q, row->district);
    ret->number_count = row->number_count;
    memcpy(ret->numbers, row->numbers, sizeof row->numbers);
}

static bool kind_is_seen(const struct query *q, enum subject_kind kind)
{
    return kind != SUBJECT_WAITING && (kind != SUBJECT_INDIVIDUAL || q->viewer == VIEWER_OWN);
}

static int answer_union(struct query *q, const struct subject_union *u, bool with_counters,
                        struct subject_answer *ret)
{
    enum subject_kind kind = subject_id_kind(&u->ids[0]);
    if (!kind_is_seen(q, kind))
        return CE_NOT_FOUND;
    *ret = (struct subject_answer){.id = u->ids[0], .kind = kind};
    int r = count_seen(q, u, !with_counters, ret->counters);
    if (r < 0)
        return r;
    ret->total = sum(ret->counters);
    if (ret->total == 0)
        return CE_NOT_FOUND;
    subject_id_print(&u->ids[0], ret->code);
    for (unsigned i = 0; i < u->count && (i == 0 || !ret->name.n); i++) {
        struct subject row = u->rows[i];
        if ((r = query_row_seen(q, &u->ids[i], &row)) < 0)
            return r;
        ret->former_count = ret->additional_count = 0;
        fill_names(q, &row, ret);
        if (i == 0)
            fill_own(q, &row, ret);
    }
    if (!with_counters) {
        memset(ret->counters, 0, sizeof ret->counters);
        ret->total = 0;
    }
    return 0;
}

/* A shown name stands in the row as long as a current record gives it that is public, and that
 * record is what makes the subject public. */
bool query_subject_by_row(struct query *q, const struct subject_id *id, const struct subject *row,
                          struct subject_answer *ret)
{
    enum subject_kind kind = subject_id_kind(id);
    if (q->viewer != VIEWER_PUBLIC || !kind_is_seen(q, kind) || may_hide_more(q) ||
        !subject_public_name(row, q->today))
        return false;
    *ret = (struct subject_answer){.id = *id, .kind = kind};
    subject_id_print(id, ret->code);
    fill_names(q, row, ret);
    fill_own(q, row, ret);
    return true;
}

int query_subject_by_id(struct query *q, const struct subject_id *id, bool with_counters,
                        struct subject_answer *ret)
{
    struct subject_union *u = ARENA_NEW(q->arena, struct subject_union);
    int r = union_of(q, id, u);
    if (r == 0)
        q->subject = u;
    return r < 0 ? r : answer_union(q, u, with_counters, ret);
}

static int by_number(struct query *q, enum id_type type, struct slice number, bool with_counters,
                     struct subject_answer *ret)
{
    struct subject_id id;
    int r = union_linked(q, type, number, &id);
    if (r == 0)
        r = query_subject_by_id(q, &id, with_counters, ret);
    for (unsigned k = 0; r == CE_NOT_FOUND && k < ARRAY_LEN(organisations); k++) {
        id = subject_id_make(q->source->keys, organisations[k], type, number);
        r = query_subject_by_id(q, &id, with_counters, ret);
    }
    return r;
}

static int by_printed(struct query *q, struct slice text, bool with_counters,
                      struct subject_answer *ret)
{
    enum id_type type = (enum id_type)text.p[0];
    struct slice rest = slice_from(text, 2);
    if (text.p[1] == '-')
        return by_number(q, type, text_code(q->arena, rest), with_counters, ret);
    struct subject_id id = {{0}};
    if (!base32_parse(rest, id.b + 2, 16))
        return CE_NOT_FOUND;
    id.b[1] = (uint8_t)(type | 0x80);
    int r = CE_NOT_FOUND;
    for (unsigned k = 0; r == CE_NOT_FOUND && k < ARRAY_LEN(organisations); k++) {
        id.b[0] = (uint8_t)organisations[k];
        r = query_subject_by_id(q, &id, with_counters, ret);
    }
    return r;
}

/* Of organisations, by any code. */
static int by_code(struct query *q, struct slice text, bool with_counters,
                   struct subject_answer *ret)
{
    if (is_printed(text))
        return by_printed(q, text, with_counters, ret);
    struct slice code = text_code(q->arena, text);
    if (code.n == 18) {
        int r = CE_NOT_FOUND;
        for (unsigned k = 0; r == CE_NOT_FOUND && k < ARRAY_LEN(organisations); k++) {
            struct subject_id id =
                subject_id_make(q->source->keys, organisations[k], ID_USCC, code);
            r = query_subject_by_id(q, &id, with_counters, ret);
        }
        if (r != CE_NOT_FOUND)
            return r;
    }
    int r = CE_NOT_FOUND;
    for (unsigned t = 0; r == CE_NOT_FOUND && t < ARRAY_LEN(other_numbers); t++)
        r = by_number(q, other_numbers[t], code, with_counters, ret);
    return r;
}

int query_subject(struct query *q, struct slice text, bool with_counters,
                  struct subject_answer *ret)
{
    switch (query_code_kind(q, text)) {
    case CODE_PERSON:
        return CE_INVALID;
    case CODE_NONE:
        return CE_NOT_FOUND;
    case CODE_NUMBER:
        break;
    }
    return by_code(q, text, with_counters, ret);
}

static int by_person(struct query *q, enum id_type type, struct slice number, bool with_counters,
                     struct subject_answer *ret)
{
    struct subject_id id = subject_id_make(q->source->keys, SUBJECT_INDIVIDUAL, type, number);
    return query_subject_by_id(q, &id, with_counters, ret);
}

int query_own(struct query *q, struct slice number, struct day born_min, bool with_counters,
              struct subject_answer *ret)
{
    CHECK(q->viewer == VIEWER_OWN);
    struct slice code = text_code(q->arena, number);
    struct idnum_result person = idnum_check(code, born_min, q->today);
    int r = CE_NOT_FOUND;
    if (!code.n)
        return CE_INVALID;
    if (!person.rejected)
        r = by_person(q, ID_PERSON, arena_dup(q->arena, slice_make(person.number, 18)),
                      with_counters, ret);
    if (r == CE_NOT_FOUND)
        r = by_code(q, number, with_counters, ret);
    if (r == CE_NOT_FOUND)
        r = by_person(q, ID_PERSON_OTHER, code, with_counters, ret);
    bool is_mistyped = code.n == 18 && person.rejected && !uscc_is_valid(code);
    return r == CE_NOT_FOUND && is_mistyped ? CE_INVALID : r;
}
