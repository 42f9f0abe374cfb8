/* The subject of a row. Numbers are compared as cleaned; links between numbers of one subject are
 * left to reading. */
#include "ingest/resolve.h"

#include "base/check.h"
#include "record/identifier.h"

/* What the row, or else the theme, says of the counterpart's class. */
static enum subject_kind declared_kind(const struct judging *j)
{
    const struct cell *class = judging_role(j, ROLE_COUNTERPART);
    if (class && class->code && class->code->kind)
        return (enum subject_kind) class->code->kind;
    return j->theme->counterpart ? j->theme->counterpart : SUBJECT_ENTERPRISE;
}

static void subject_set(struct judging *j, enum subject_kind kind, enum id_type type,
                        struct slice number)
{
    j->has_subject = true;
    j->kind = kind;
    j->subject = subject_id_make(j->o.keys, kind, type, number);
}

static bool by_unified_code(struct judging *j)
{
    const struct cell *code = judging_role(j, ROLE_USCC);
    if (!code)
        return false;
    const struct item *item = &j->theme->items[j->theme->role_item[ROLE_USCC]];
    if (code->is_class_known && !(j->theme->kinds & 1 << code->kind))
        sink_item(&j->sink, RULE_SUBJECT_CLASS, item, code->value, SLICE(""));
    subject_set(j, code->kind, ID_USCC, code->value);
    return true;
}

struct other_number {
    enum item_role role;
    enum id_type type;
    enum subject_kind kind; /* of all who have such a number; 0: it says nothing */
};
static const struct other_number other_numbers[] = {
    {ROLE_ORGANISATION, ID_ORGANISATION, 0},
    {ROLE_REGISTRATION, ID_REGISTRATION, 0},
    {ROLE_TAX, ID_TAX, 0},
    {ROLE_INSTITUTION, ID_INSTITUTION, SUBJECT_INSTITUTION},
    {ROLE_SOCIAL, ID_SOCIAL, SUBJECT_SOCIAL},
};

static bool by_other_number(struct judging *j, enum subject_kind declared)
{
    for (size_t i = 0; i < ARRAY_LEN(other_numbers); i++) {
        const struct other_number *o = &other_numbers[i];
        const struct cell *number = judging_role(j, o->role);
        if (!number)
            continue;
        enum subject_kind kind = o->kind ? o->kind : declared;
        subject_set(j, kind == SUBJECT_INDIVIDUAL ? SUBJECT_ENTERPRISE : kind, o->type,
                    number->value);
        return true;
    }
    return false;
}

/* The number of a natural person: a citizen identity number unless the row says that it is of
 * another document. */
static void by_person(struct judging *j)
{
    int at = j->theme->role_item[ROLE_PERSON];
    struct cell *number = judging_role(j, ROLE_PERSON);
    if (!number)
        return;
    const struct item *item = &j->theme->items[at];
    struct idnum_result r = idnum_check(number->value, j->o.born_min, j->today);
    if (r.rejected == RULE_NONE) {
        j->has_number = true;
        j->number = r;
        subject_set(j, SUBJECT_INDIVIDUAL, ID_PERSON, slice_make(r.number, sizeof r.number));
        return;
    }
    const struct cell *document = item->document_type >= 0 ? &j->cells[item->document_type] : NULL;
    if (document && document->code && !document->code->is_identity_card) {
        subject_set(j, SUBJECT_INDIVIDUAL, ID_PERSON_OTHER, number->value);
        return;
    }
    sink_item(&j->sink, r.rejected, item, number->value, SLICE(""));
    number->state = CELL_BROKEN;
}

void resolve_subject(struct judging *j)
{
    enum subject_kind declared = declared_kind(j);
    j->has_subject = j->has_number = false;
    j->kind = declared;
    bool is_person = declared == SUBJECT_INDIVIDUAL && judging_role(j, ROLE_COUNTERPART) &&
                     j->theme->role_item[ROLE_PERSON] >= 0;
    if (is_person || (!by_unified_code(j) && !by_other_number(j, declared)))
        by_person(j);
}

bool resolve_is_person(const struct judging *j)
{
    return j->kind == SUBJECT_INDIVIDUAL;
}
