/* An example row of a theme: every value synthetic (organisation body YY…, a birth before 1880),
 * and such that the row is taken. */
#include "base/check.h"
#include "record/catalogue_page_parts.h"
#include "record/catalogue_read.h"

enum { ROW_BYTES_MAX = 1 << 16 };

struct sample {
    struct page *p;
    const struct theme *t;
    enum subject_kind kind;
    const struct slice *values; /* of coded items, by index; chosen first, others depend on them */
};

static bool is_person(const struct sample *s)
{
    return s->kind == SUBJECT_INDIVIDUAL;
}

static enum subject_kind kind_of(const struct theme *t)
{
    for (int k = SUBJECT_KIND_FIRST; k <= SUBJECT_KIND_LAST; k++)
        if (t->kinds & (1 << k))
            return (enum subject_kind)k;
    return SUBJECT_ENTERPRISE;
}

static struct slice uscc_of(enum subject_kind kind)
{
    switch (kind) {
    case SUBJECT_INSTITUTION:
        return SLICE("12440106YY000001XD");
    case SUBJECT_SOCIAL:
        return SLICE("51440106YY000001XC");
    case SUBJECT_GOVERNMENT:
        return SLICE("11440106YY000001XG");
    case SUBJECT_WAITING:
    case SUBJECT_ENTERPRISE:
    case SUBJECT_INDIVIDUAL:
        break;
    }
    return SLICE("91440106YY000001X8");
}

static bool is_among(const struct condition *when, struct slice value)
{
    for (size_t i = 0; i < when->any_count; i++)
        if (slice_eq(when->any[i], value))
            return true;
    return false;
}

/* A value that the theme takes of such a subject. */
static bool is_taken(const struct sample *s, size_t item, const struct code_value *v)
{
    const struct item *it = &s->t->items[item];
    if (it->role == ROLE_COUNTERPART && v->kind != (int)s->kind)
        return false;
    for (size_t i = 0; i < s->t->not_collected_count; i++)
        if (s->t->not_collected[i].when.item == item &&
            is_among(&s->t->not_collected[i].when, v->code))
            return false;
    /* The number beside it is a citizen identity number. */
    for (size_t i = 0; i < s->t->item_count; i++)
        if (s->t->items[i].document_type == (int)item && !v->is_identity_card)
            return false;
    return true;
}

static struct slice value_of_set(const struct sample *s, size_t item)
{
    const struct code_set *set = s->t->items[item].code_set;
    for (size_t i = 0; i < set->count; i++)
        if (is_taken(s, item, &set->values[i]))
            return set->values[i].code;
    return set->values[0].code;
}

/* Days that must not be before another are a month later each. */
static struct slice day_of_item(const struct sample *s, const struct item *it)
{
    int months = 1;
    if (it->role == ROLE_BIRTH)
        return SLICE("1860-01-05");
    for (int at = it->not_before; at >= 0 && months < 10; at = s->t->items[at].not_before)
        months++;
    return arena_printf(s->p->a, "2026-%02d-05", months);
}

static struct slice value_of(const struct sample *s, size_t item)
{
    const struct item *it = &s->t->items[item];
    const struct department *d = catalogue_department(s->p->c, s->t->department);
    switch (it->type) {
    case ITEM_TEXT:
        return it->chars_max < 2 ? SLICE("例") : SLICE("示例");
    case ITEM_NAME:
        return it->role == ROLE_NAME && !is_person(s) ? SLICE("样例市第1号贸易有限公司")
                                                      : SLICE("样例");
    case ITEM_CODE:
    case ITEM_CODES:
        return s->values[item];
    case ITEM_DATE:
        return day_of_item(s, it);
    case ITEM_AMOUNT:
        return SLICE("1.00");
    case ITEM_INTEGER:
        return SLICE("1");
    case ITEM_CAPITAL:
        return SLICE("100万元人民币");
    case ITEM_USCC:
        return it->role == ROLE_USCC || !d ? uscc_of(s->kind) : d->uscc;
    case ITEM_ORGCODE:
        return SLICE("YY000001X");
    case ITEM_REGNO:
        return SLICE("440106000000010");
    case ITEM_NUMBER:
        return it->role == ROLE_DISTRICT ? SLICE("440106") : SLICE("YL0001");
    case ITEM_PERSON_ID:
        return SLICE("440106186001050012");
    case ITEM_CONTACT:
        return SLICE("020-00000000");
    case ITEM_DOCUMENT:
        return SLICE("样字〔2026〕1号");
    }
    UNREACHABLE();
}

static bool is_needed(const struct sample *s, const struct item *it)
{
    bool is_subject = it->role == (is_person(s) ? ROLE_PERSON : ROLE_USCC);
    return is_subject || it->required == REQUIRED_YES ||
           it->required == (is_person(s) ? REQUIRED_PERSON : REQUIRED_ORGANISATION);
}

/* Items that the row holds: what is needed, and what is needed because of that. */
static const bool *held_of(const struct sample *s)
{
    bool *held = ARENA_ARRAY(s->p->a, bool, s->t->item_count + 1);
    for (size_t i = 0; i < s->t->item_count; i++)
        held[i] = is_needed(s, &s->t->items[i]);
    for (size_t i = 0; i < s->t->item_count; i++) {
        const struct condition *when = s->t->items[i].required_when;
        held[i] = held[i] || (when && held[when->item] && is_among(when, s->values[when->item]));
    }
    return held;
}

struct slice catalogue_example(struct arena *a, const struct catalogue *c, const struct theme *t)
{
    struct page p = {.a = a, .c = c};
    struct slice *values = ARENA_ARRAY(a, struct slice, t->item_count + 1);
    struct sample s = {&p, t, kind_of(t), values};
    AUTO_BUF(header, ROW_BYTES_MAX);
    AUTO_BUF(row, ROW_BYTES_MAX);
    /* A theme that has no number of persons among its items lists them by another one. */
    if (is_person(&s) && t->role_item[ROLE_PERSON] < 0)
        s.kind = t->counterpart;
    for (size_t i = 0; i < t->item_count; i++)
        if (t->items[i].code_set)
            values[i] = value_of_set(&s, i);
    const bool *held = held_of(&s);
    if (t->identity == IDENTITY_RECORD_ID) {
        buf_printf(&header, "_id,");
        buf_printf(&row, "YL-0001,");
    }
    for (size_t i = 0; i < t->item_count; i++) {
        if (!held[i])
            continue;
        struct slice value = value_of(&s, i);
        buf_printf(&header, "%.*s,", FMT_SLICE(t->items[i].code));
        buf_printf(&row, "%.*s,", FMT_SLICE(value));
    }
    CHECK(header.err == 0 && row.err == 0 && header.n && row.n);
    header.n--;
    row.n--;
    return arena_printf(a, "%.*s\n%.*s\n", FMT_SLICE(buf_slice(&header)),
                        FMT_SLICE(buf_slice(&row)));
}
