/* Planting: each function makes one kind of mistake, or of harmless spelling, in a good row. What
 * it does not know is what comes of it: that stands in the table. */
#include <string.h>

#include "base/check.h"
#include "sample/defect.h"
#include "sample/digits.h"

#define PLANT(name)                                                                                \
    void plant_##name(UNUSED const struct defect *x, UNUSED const struct layout *l,                \
                      UNUSED const struct matter *m, UNUSED int at, UNUSED struct draft *d)

/* A copy of the value that may be written into. */
static char *copy_of(struct draft *d, int at)
{
    d->values[at] = draft_text(d, d->values[at]);
    return d->memory + (d->values[at].p - d->memory);
}

/* So many of its characters that `more` can be added without getting too long. */
static struct slice shortened(const struct layout *l, const struct draft *d, int at, int more)
{
    return draft_cut(d->values[at], l->filler->theme->items[at].chars_max - more);
}

static void set(struct draft *d, int at, const char *text)
{
    d->values[at] = slice_of(text);
}

PLANT(text)
{
    set(d, at, x->with);
}

/* ---- codes ---- */

PLANT(check)
{
    if (d->values[at].n == 0)
        d->values[at] = l->filler->department->uscc;
    char *p = copy_of(d, at);
    size_t last = d->values[at].n - 1;
    p[last] = digits_wrong(p[last], 7);
}

PLANT(person_check)
{
    char *p = copy_of(d, at);
    p[17] = p[17] == 'X' ? '0' : p[17] == '9' ? 'X' : (char)(p[17] + 1);
}

PLANT(short)
{
    d->values[at].n--;
}

PLANT(typo)
{
    copy_of(d, at)[10] = x->with[0];
}

/* Whatever says who the subject is. */
static void forget_subject(const struct layout *l, struct draft *d)
{
    for (int r = ROLE_USCC; r <= ROLE_PERSON; r++) {
        int i = l->filler->theme->role_item[r];
        if (i >= 0)
            d->values[i] = (struct slice){NULL, 0};
    }
}

PLANT(no_number)
{
    forget_subject(l, d);
    set(d, at, x->with);
}

PLANT(registration_number)
{
    char number[15];
    matter_registration_number(m, number);
    d->values[at] = draft_text(d, slice_make(number, sizeof number));
}

PLANT(registration_instead)
{
    forget_subject(l, d);
    plant_registration_number(x, l, m, at, d);
}

PLANT(organisation_code)
{
    char code[9];
    matter_organisation_code(m, code);
    d->values[at] = draft_text(d, slice_make(code, sizeof code));
}

PLANT(orgcode_wrong)
{
    plant_organisation_code(x, l, m, at, d);
    char *p = copy_of(d, at);
    p[8] = p[8] == 'X' ? '0' : p[8] == '9' ? 'X' : (char)(p[8] + 1);
}

/* The number with another beginning and the check character that fits. */
static void begin_number(const struct matter *m, const char *with, int at, struct draft *d)
{
    char number[18];
    memcpy(number, m->person.number, sizeof number);
    memcpy(number, with, strlen(with));
    number[17] = digits_person(number);
    d->values[at] = draft_text(d, slice_make(number, sizeof number));
}

PLANT(province)
{
    begin_number(m, x->with, at, d);
}

/* One that no unified code can be: 01 is no province, where a code has its division. */
PLANT(person_number)
{
    begin_number(m, "440106", at, d);
}

PLANT(birth)
{
    char number[18];
    memcpy(number, m->person.number, sizeof number);
    memcpy(number + 10, x->with, 4);
    number[17] = digits_person(number);
    d->values[at] = draft_text(d, slice_make(number, sizeof number));
}

PLANT(inner)
{
    char *p = copy_of(d, at);
    p[16] = p[16] == '7' ? '3' : '7';
    p[17] = digits_unified(p);
}

/* The same body under another class: with another check character it is another code. */
static void reclass(int at, const char *pair, struct draft *d)
{
    char *p = copy_of(d, at);
    memcpy(p, pair, 2);
    p[17] = digits_unified(p);
}

PLANT(class)
{
    static const char *const pairs[] = {"99", "55", "54", "37", "64"};
    const struct tables *t = l->filler->tables;
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        bool is_known = false;
        for (size_t k = 0; k < t->class_count; k++)
            is_known = is_known || memcmp(t->classes[k].pair, pairs[i], 2) == 0;
        if (is_known)
            continue;
        reclass(at, pairs[i], d);
        return;
    }
    UNREACHABLE();
}

PLANT(other_class)
{
    reclass(at, "N2", d);
}

PLANT(division)
{
    char *p = copy_of(d, at);
    memcpy(p + 2, x->with, 6);
    p[17] = digits_unified(p);
}

PLANT(lower)
{
    char *p = copy_of(d, at);
    for (size_t i = 0; i < d->values[at].n; i++)
        p[i] = (char)(p[i] >= 'A' && p[i] <= 'Z' ? p[i] + 'a' - 'A' : p[i]);
}

/* U+FF01 and on stand for '!' and on. */
PLANT(wide)
{
    struct slice v = d->values[at];
    char *out = draft_room(d, v.n * 3);
    size_t n = 0;
    for (size_t i = 0; i < v.n; i++)
        n += utf8_put(out + n, (uint32_t)(unsigned char)v.p[i] + 0xFEE0);
    d->values[at] = slice_make(out, n);
}

PLANT(spaced)
{
    struct slice v = d->values[at];
    size_t from = d->used;
    draft_join(d, "\xEF\xBB\xBF", NULL);
    for (size_t i = 0; i < v.n; i += 6) {
        static const char *const between[] = {"", " ", "-\xE2\x80\x8B"};
        draft_join(d, between[i / 6 % 3], NULL);
        draft_text(d, slice_make(v.p + i, v.n - i < 6 ? v.n - i : 6));
    }
    d->values[at] = slice_make(d->memory + from, d->used - from);
}

PLANT(masked)
{
    d->values[at] = slice_make(m->person.number, sizeof m->person.number);
    memset(copy_of(d, at) + 6, '*', 8);
}

/* ---- texts ---- */

static void append(const struct layout *l, int at, const char *before, const char *text,
                   const char *behind, struct draft *d)
{
    size_t more =
        utf8_count(slice_of(before)) + utf8_count(slice_of(text)) + utf8_count(slice_of(behind));
    struct slice v = shortened(l, d, at, (int)more);
    size_t from = d->used;
    draft_text(d, v);
    draft_join(d, before, text, behind, NULL);
    d->values[at] = slice_make(d->memory + from, d->used - from);
}

PLANT(damage)
{
    append(l, at, "\xEF\xBF\xBD\xEF\xBF\xBD", "", "", d);
}

PLANT(long)
{
    int chars = l->filler->theme->items[at].chars_max + 1;
    size_t from = d->used;
    for (int i = 0; i < chars; i++)
        draft_join(d, "长", NULL);
    d->values[at] = slice_make(d->memory + from, d->used - from);
}

PLANT(controls)
{
    append(l, at, "\x01", "续", "\x1F", d);
}

PLANT(nuls)
{
    enum { NULS = 1411 };
    struct slice v = d->values[at];
    char *p = draft_room(d, NULS);
    memset(p, 0, NULS);
    draft_text(d, v);
    d->values[at] = slice_make(p, NULS + v.n);
}

PLANT(blanks)
{
    struct slice v = d->values[at];
    size_t from = d->used;
    draft_join(d, "　", NULL);
    draft_text(d, v);
    draft_join(d, " \t", NULL);
    d->values[at] = slice_make(d->memory + from, d->used - from);
}

PLANT(lines)
{
    append(l, at, "\n第二行，", "含\"引号\"和,逗号", "\r\n末行", d);
}

PLANT(sealed)
{
    char number[19] = {0};
    memcpy(number, m->person.number, 18);
    append(l, at, "（经办人身份证号", number, "）", d);
}

PLANT(foreign)
{
    d->foreign = slice_of(x->with);
}

PLANT(forbidden)
{
    d->forbidden = slice_of(x->with);
}

PLANT(name_differs)
{
    append(l, at, "", "（分部）", "", d);
}

PLANT(name_masked)
{
    struct slice v = d->values[at];
    size_t first = 0;
    utf8_next(v, &first);
    size_t from = d->used;
    draft_text(d, slice_make(v.p, first));
    draft_join(d, "*", NULL);
    draft_text(d, slice_from(v, first));
    d->values[at] = slice_make(d->memory + from, d->used - from);
}

/* ---- days ---- */

PLANT(future)
{
    d->values[at] = draft_day(d, (struct day){l->filler->population->today.v + 400});
}

PLANT(order)
{
    struct day first = d->days[l->filler->theme->items[at].not_before];
    CHECK(!day_is_none(first));
    d->values[at] = draft_day(d, (struct day){first.v - 1});
}

/* "2023/1/5" and the like. */
static void spell_day(struct draft *d, int at, const char *year, const char *month, const char *day)
{
    int y, m, of_month;
    CHECK(!day_is_none(d->days[at]));
    day_to_civil(d->days[at], &y, &m, &of_month);
    size_t from = d->used;
    draft_digits(d, (uint64_t)y, 4);
    draft_join(d, year, NULL);
    draft_digits(d, (uint64_t)m, *year && m < 10 ? 1 : 2);
    draft_join(d, month, NULL);
    draft_digits(d, (uint64_t)of_month, *year && of_month < 10 ? 1 : 2);
    draft_join(d, day, NULL);
    d->values[at] = slice_make(d->memory + from, d->used - from);
}

PLANT(day_slashes)
{
    spell_day(d, at, "/", "/", "");
}

PLANT(day_chinese)
{
    spell_day(d, at, "年", "月", "日");
}

PLANT(day_compact)
{
    spell_day(d, at, "", "", "");
}

PLANT(day_time)
{
    spell_day(d, at, "-", "-", x->with);
}

PLANT(minor)
{
    enum { TEN_YEARS = 12 * 10 };
    d->values[at] = draft_day(d, day_add_months(m->person.born, TEN_YEARS));
}

PLANT(other_birth)
{
    d->values[at] = draft_day(d, (struct day){m->person.born.v + 1});
}

/* ---- several items ---- */

PLANT(other_sex)
{
    const struct code_set *set = l->filler->theme->items[at].code_set;
    enum sex other = m->person.is_male ? SEX_FEMALE : SEX_MALE;
    for (size_t i = 0; i < set->count; i++)
        if (set->values[i].sex == other)
            d->values[at] = set->values[i].code;
}

PLANT(when_gone)
{
    const struct condition *c = l->filler->theme->items[at].required_when;
    d->values[c->item] = c->any[0];
    d->values[at] = (struct slice){NULL, 0};
}

PLANT(not_collected)
{
    const struct theme *t = l->filler->theme;
    for (size_t i = 0; i < t->not_collected_count; i++)
        if (t->not_collected[i].subject != WHOM_ORGANISATION &&
            t->not_collected[i].when.item == (unsigned)at)
            d->values[at] = t->not_collected[i].when.any[0];
}

PLANT(in_yuan)
{
    int text = l->filler->theme->items[at].stated_in;
    d->values[at] = draft_number(d, m->yuan);
    size_t from = d->used;
    draft_join(d, "罚款人民币", NULL);
    draft_number(d, m->yuan);
    draft_join(d, "元", NULL);
    d->values[text] = slice_make(d->memory + from, d->used - from);
}

PLANT(two)
{
    plant_check(x, l, m, at, d);
    set(d, l->filler->theme->day_item, "2023-02-30");
}

/* The row of another department's theme, as far as the items are the same. Its record of the same
 * number, so that no two rows tell of one decision here. Codes and names lie in `theirs`, which
 * ends with this. */
PLANT(same_fact)
{
    const struct filler *other = l->partner;
    const struct theme *t = l->filler->theme;
    struct slice values[THEME_ITEMS_MAX];
    struct matter theirs;
    filler_matter(other, m->record, NEED_ANYONE, &theirs);
    memset(d->values, 0, sizeof d->values);
    filler_fill(other, &theirs, d);
    memcpy(values, d->values, sizeof values);
    for (size_t i = 0; i < t->item_count; i++) {
        const struct item *item = theme_item(other->theme, t->items[i].code);
        bool is_there = item && l->filler->makers[i].is_there;
        d->values[i] = is_there ? draft_text(d, values[item->index]) : (struct slice){NULL, 0};
    }
}

/* ---- the row ---- */

PLANT(shape)
{
    d->shape = (enum draft_shape)(x->with[0] - '0');
}

/* Nothing but a word in the first column. */
PLANT(nothing)
{
    draft_clear(d, l->filler->theme->item_count);
    d->is_empty = true;
    for (size_t i = 0; i < l->filler->theme->item_count; i++)
        if (l->filler->makers[i].is_there) {
            d->values[i] = slice_of(x->with);
            return;
        }
}

PLANT(id)
{
    d->id = slice_of(x->with);
}

PLANT(id_person)
{
    d->id = draft_text(d, slice_make(m->person.number, sizeof m->person.number));
}

PLANT(id_long)
{
    enum { CHARS = 129 };
    char *p = draft_room(d, CHARS);
    memset(p, 'N', CHARS);
    d->id = slice_make(p, CHARS);
}

PLANT(version)
{
    d->version = d->time = slice_of(x->with);
}

PLANT(op)
{
    d->op = slice_of(x->with);
}

/* ---- for stories ---- */

void defect_respell(const struct layout *l, struct draft *d)
{
    int name = l->filler->theme->role_item[ROLE_NAME], day = l->filler->theme->day_item;
    if (name >= 0 && d->values[name].n)
        plant_blanks(NULL, l, NULL, name, d);
    plant_day_chinese(NULL, l, NULL, day, d);
}

void defect_change(const struct layout *l, int at, int times, struct draft *d)
{
    char digit[2] = {(char)('0' + times), 0};
    if (l->filler->theme->items[at].type == ITEM_TEXT) {
        append(l, at, "（第", digit, "次更正）", d);
        return;
    }
    struct slice v = d->values[at];
    size_t from = d->used;
    bool needs_point =
        l->filler->theme->items[at].type == ITEM_AMOUNT && slice_find(v, SLICE("."), 0) < 0;
    draft_text(d, v.n ? v : SLICE("1"));
    draft_join(d, needs_point ? "." : "", digit, NULL);
    d->values[at] = slice_make(d->memory + from, d->used - from);
}

const struct defect *defect_list(size_t *ret_count)
{
    static const struct defect list[] = {
#define DEFECT(id, share, need, find, plant, with, rules, verdict, zh, en)                         \
    {#id, share, NEED_##need, find_##find, plant_##plant, with, {VERDICT_##verdict, rules, zh, en}},
#include "sample/defect.def"
#undef DEFECT
    };
    *ret_count = ARRAY_LEN(list);
    return list;
}
