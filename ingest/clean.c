/* Cleaning of one value (docs/formats/submission.md, "Values"). Each type has one function; all
 * begin with text that is free of control characters and of blanks at its ends, is not "missing",
 * and is no longer than the item allows. Nothing is repaired: a value is read, or it breaks a rule.
 * The text as it came is kept where it differs. */
#include "ingest/clean.h"

#include "base/check.h"
#include "base/text.h"
#include "ingest/codes.h"
#include "ingest/date.h"
#include "ingest/spreadsheet.h"
#include "record/decimal.h"
#include "record/identifier.h"

/* Longer than any code, date or number. */
enum { CODE_BYTES_MAX = 1024 };

const struct cell CELL_NONE = {.state = CELL_ABSENT, .day = DAY_NONE};

/* One value on its way. */
struct value {
    const struct cleaner *c;
    const struct item *item;
    struct slice raw;
    struct slice text;
    struct cell *cell;
};

static void tell(const struct value *v, enum rule rule, struct slice hint)
{
    sink_item(v->c->sink, rule, v->item, v->raw, hint);
}

static void broken(const struct value *v, enum rule rule, struct slice hint)
{
    tell(v, rule, hint);
    v->cell->state = CELL_BROKEN;
}

static void good(const struct value *v, struct slice cleaned)
{
    v->cell->state = CELL_GOOD;
    v->cell->value = cleaned;
}

static bool is_missing(const struct cleaner *c, struct slice text)
{
    return text.n == 0 || tables_is_missing(c->tables, text);
}

/* Told and true when the text is longer than the item allows. */
static bool is_too_long(const struct value *v, struct slice text)
{
    size_t max = (size_t)v->item->chars_max;
    if (text.n <= max || utf8_count(text) <= max)
        return false;
    broken(v, RULE_TEXT_LENGTH, arena_printf(v->c->scratch, "%zu", max));
    return true;
}

static bool is_masked(struct slice text)
{
    return slice_has(text, '*') ||
           (slice_has(text, '\xEF') && slice_find(text, SLICE("＊"), 0) >= 0);
}

/* The name of an authority that ends like an abbreviation. */
static void note_short(const struct value *v)
{
    const struct tables *t = v->c->tables;
    for (size_t i = 0; i < t->authority_short_count; i++)
        if (slice_ends(v->text, t->authority_short[i])) {
            tell(v, RULE_AUTHORITY_SHORT, SLICE(""));
            return;
        }
}

/* A division that is no more: "东山区 440102（2004）、650108（2006）", with the last year of each.
 */
static void note_former(const struct value *v)
{
    struct former_divisions former = tables_former(v->c->tables, v->cell->value);
    if (former.count == 0)
        return;
    struct slice hint = former.list->name;
    for (size_t i = 0; i < former.count; i++)
        hint = arena_printf(v->c->scratch, "%.*s%s%06u（%u）", FMT_SLICE(hint), i ? "、" : " ",
                            former.list[i].code, former.list[i].until);
    tell(v, RULE_DIVISION_FORMER, hint);
}

static void clean_text(const struct value *v)
{
    if (is_too_long(v, v->text))
        return;
    good(v, v->text);
    if (v->item->type == ITEM_NAME && is_masked(v->text))
        tell(v, RULE_NAME_MASKED, SLICE(""));
    if (v->item->type == ITEM_CONTACT && is_masked(v->text))
        tell(v, RULE_CONTACT_MASKED, SLICE(""));
    if (v->item->role == ROLE_AUTHORITY_NAME)
        note_short(v);
}

/* Codes and numbers as they are compared; empty when nothing of it counts. */
static bool code_form(const struct value *v, struct slice *ret)
{
    if (v->text.n > CODE_BYTES_MAX) {
        broken(v, RULE_TEXT_LENGTH, arena_printf(v->c->scratch, "%d", v->item->chars_max));
        return false;
    }
    *ret = text_code(v->c->scratch, v->text);
    return ret->n > 0;
}

/* The first character that no unified code has. */
static struct slice foreign_char(struct slice code)
{
    size_t i = 0;
    while (i < code.n) {
        size_t from = i;
        uint32_t c = utf8_next(code, &i);
        bool fits = (c >= '0' && c <= '9') ||
                    (c >= 'A' && c <= 'Y' && c != 'I' && c != 'O' && c != 'S' && c != 'V');
        if (!fits)
            return slice_make(code.p + from, i - from);
    }
    return SLICE("");
}

static void clean_uscc(const struct value *v)
{
    struct arena *a = v->c->scratch;
    struct slice code;
    if (!code_form(v, &code))
        return;
    if (is_masked(code)) {
        broken(v, RULE_ITEM_MASKED, SLICE(""));
        return;
    }
    struct uscc_result u = uscc_check(v->c->tables, code);
    if (u.rejected == RULE_USCC_LENGTH)
        broken(v, u.rejected, arena_printf(a, "%zu", utf8_count(code)));
    else if (u.rejected == RULE_USCC_ALPHABET)
        broken(v, u.rejected, foreign_char(code));
    else if (u.rejected == RULE_USCC_CHECK)
        broken(v, u.rejected, arena_printf(a, "%c", u.fitting));
    else if (u.rejected != RULE_NONE)
        broken(v, u.rejected, SLICE(""));
    if (u.rejected != RULE_NONE)
        return;
    if (u.inner_wrong)
        tell(v, RULE_USCC_INNER_CHECK, SLICE(""));
    if (u.class_unknown)
        tell(v, RULE_USCC_CLASS, slice_make(code.p, 2));
    if (u.division_unknown)
        tell(v, RULE_USCC_DIVISION, slice_make(code.p + 2, 6));
    v->cell->kind = u.kind;
    v->cell->is_class_known = !u.class_unknown;
    good(v, code);
}

static void clean_orgcode(const struct value *v)
{
    struct slice code;
    if (!code_form(v, &code))
        return;
    if (orgcode_is_valid(code))
        good(v, code);
    else if (is_masked(code))
        broken(v, RULE_ITEM_MASKED, SLICE(""));
    else
        broken(v, RULE_ORGCODE_INVALID, SLICE(""));
}

static void clean_number(const struct value *v)
{
    struct slice code;
    if (!code_form(v, &code) || is_too_long(v, code))
        return;
    if (is_masked(code)) {
        broken(v, RULE_ITEM_MASKED, SLICE(""));
        return;
    }
    if (v->item->type == ITEM_REGNO && !regno_is_valid(code))
        tell(v, RULE_REGNO_CHECK, SLICE(""));
    good(v, code);
}

/* Whose number it is, and whether it must be a citizen identity number, is known to the row only
 * (ingest/resolve). */
static void clean_person_id(const struct value *v)
{
    struct slice code;
    if (!code_form(v, &code) || is_too_long(v, code))
        return;
    if (is_masked(code))
        broken(v, RULE_ITEM_MASKED, SLICE(""));
    else
        good(v, code);
}

static void clean_code(const struct value *v)
{
    const struct code_set *set = v->item->code_set;
    if (v->text.n > CODE_BYTES_MAX) {
        broken(v, RULE_TEXT_LENGTH, arena_printf(v->c->scratch, "%d", v->item->chars_max));
        return;
    }
    v->cell->code = set ? code_set_find(set, v->c->scratch, v->text) : NULL;
    if (v->cell->code)
        good(v, v->cell->code->code);
    else if (!is_missing(v->c, v->text)) /* a set may well hold a word such as 无 */
        broken(v, RULE_CODE_UNKNOWN, codes_hint(v->c->scratch, set));
}

static void clean_codes(const struct value *v)
{
    const struct code_set *set = v->item->code_set;
    struct slice codes;
    if (v->text.n > 4 * CODE_BYTES_MAX)
        broken(v, RULE_TEXT_LENGTH, arena_printf(v->c->scratch, "%d", v->item->chars_max));
    else if (set && codes_read(v->c->scratch, set, v->text, &codes) && codes.n)
        good(v, codes);
    else if (!is_missing(v->c, v->text))
        broken(v, RULE_CODE_UNKNOWN, codes_hint(v->c->scratch, set));
}

static bool is_filler(const struct tables *t, struct day day)
{
    for (size_t i = 0; i < t->filler_count; i++)
        if (t->fillers[i].v == day.v)
            return true;
    return false;
}

/* What people write who do not know the fillers. */
static bool is_open_word(struct slice text)
{
    static const struct slice words[] = {
        {"长期", 6}, {"长期有效", 12}, {"永久", 6}, {"永久有效", 12}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (slice_eq(text, words[i]))
            return true;
    return false;
}

/* "2023-01-05": printed by hand, for every row has days. */
static struct slice day_text(struct arena *a, int year, int month, int day)
{
    char *p = arena_alloc(a, 10);
    const int digits[10] = {year / 1000, year / 100 % 10, year / 10 % 10, year % 10,
                            0,           month / 10,      month % 10,     0,
                            day / 10,    day % 10};
    for (int i = 0; i < 10; i++)
        p[i] = i == 4 || i == 7 ? '-' : (char)('0' + digits[i]);
    return slice_make(p, 10);
}

/* A day and its text; most are written as they are stored. */
static bool day_read(const struct value *v, struct day *ret, struct slice *ret_text)
{
    *ret_text = v->text;
    if (day_parse_iso(v->text, ret))
        return true;
    if (v->text.n > CODE_BYTES_MAX || !date_read(text_digits(v->c->scratch, v->text), ret))
        return false;
    int year, month, day;
    day_to_civil(*ret, &year, &month, &day);
    *ret_text = day_text(v->c->scratch, year, month, day);
    return true;
}

/* Of a day's text. */
static int year_of(struct slice day)
{
    int year = 0;
    for (int i = 0; i < 4; i++)
        year = year * 10 + (day.p[i] - '0');
    return year;
}

static void clean_date(const struct value *v)
{
    const struct tables *t = v->c->tables;
    struct slice text = SLICE("");
    bool is_open = v->item->open_ended && is_open_word(v->text);
    if (!is_open) {
        if (!day_read(v, &v->cell->day, &text)) {
            v->cell->day = DAY_NONE;
            broken(v, RULE_DATE_INVALID, SLICE(""));
            return;
        }
        int year = year_of(text);
        bool fills = is_filler(t, v->cell->day) || year == 9999;
        if (fills && !v->item->open_ended) {
            v->cell->day = DAY_NONE;
            return;
        }
        is_open = v->item->open_ended && (fills || year >= t->open_end_year_min);
    }
    if (is_open) {
        v->cell->day = DAY_FOREVER;
        good(v, day_text(v->c->scratch, t->open_end_year_min, 12, 31));
    } else {
        good(v, text);
    }
}

static void clean_decimal(const struct value *v)
{
    bool is_whole = v->item->type == ITEM_INTEGER;
    struct decimal *d = ARENA_NEW(v->c->scratch, struct decimal);
    bool fine = v->text.n <= CODE_BYTES_MAX && decimal_read(text_digits(v->c->scratch, v->text), d);
    if (fine && (d->is_whole || !is_whole))
        good(v, decimal_slice(d));
    else
        broken(v, is_whole ? RULE_NUMBER_INVALID : RULE_AMOUNT_INVALID, SLICE(""));
}

static void clean_typed(const struct value *v)
{
    switch (v->item->type) {
    case ITEM_TEXT:
    case ITEM_NAME:
    case ITEM_CAPITAL:
    case ITEM_CONTACT:
    case ITEM_DOCUMENT:
        clean_text(v);
        return;
    case ITEM_CODE:
        clean_code(v);
        return;
    case ITEM_CODES:
        clean_codes(v);
        return;
    case ITEM_DATE:
        clean_date(v);
        return;
    case ITEM_AMOUNT:
    case ITEM_INTEGER:
        clean_decimal(v);
        return;
    case ITEM_USCC:
        clean_uscc(v);
        return;
    case ITEM_ORGCODE:
        clean_orgcode(v);
        return;
    case ITEM_REGNO:
    case ITEM_NUMBER:
        clean_number(v);
        return;
    case ITEM_PERSON_ID:
        clean_person_id(v);
        return;
    }
    UNREACHABLE();
}

bool clean_is_strict(enum item_type type)
{
    switch (type) {
    case ITEM_NAME:
    case ITEM_CODE:
    case ITEM_CODES:
    case ITEM_USCC:
    case ITEM_ORGCODE:
    case ITEM_REGNO:
    case ITEM_NUMBER:
    case ITEM_PERSON_ID:
        return true;
    case ITEM_TEXT:
    case ITEM_DATE:
    case ITEM_AMOUNT:
    case ITEM_CAPITAL:
    case ITEM_INTEGER:
    case ITEM_CONTACT:
    case ITEM_DOCUMENT:
        return false;
    }
    UNREACHABLE();
}

static bool holds_idnum(struct slice text)
{
    size_t at, bytes;
    return text.n && idnum_in_text(text, 0, &at, &bytes);
}

/* Names and document numbers are compared without blanks and brackets: a number that shows only
 * then would lie in the index and in the identity as it is. */
static bool holds_idnum_folded(struct arena *a, const struct item *item, struct cell *cell)
{
    bool is_folded = item->type == ITEM_NAME || item->type == ITEM_DOCUMENT;
    if (!is_folded || !idnum_may_be_in_text(cell->value))
        return false;
    struct slice folded = text_fold(a, idnum_mask_text(a, cell->value));
    if (!holds_idnum(folded))
        return false;
    cell->open = idnum_mask_text(a, folded);
    return true;
}

/* What must not be stored in clear. A unified code that passed its check is no identity number,
 * whatever it looks like. */
static void seal(struct arena *a, const struct item *item, struct cell *cell)
{
    bool personal = item->type == ITEM_PERSON_ID || item->type == ITEM_CONTACT;
    bool shows_folded = holds_idnum_folded(a, item, cell);
    cell->seals_value =
        personal || shows_folded || (item->type != ITEM_USCC && holds_idnum(cell->value));
    cell->seals_received = cell->seals_value || holds_idnum(cell->received);
}

/* Whether a number written like 9.14E+17 is a number here and not what is left of one. */
static bool is_quantity(enum item_type type)
{
    return type == ITEM_AMOUNT || type == ITEM_INTEGER || type == ITEM_CAPITAL;
}

/* Told and true when a spreadsheet has spoilt the value. */
static bool is_spoilt(const struct value *v)
{
    if (spreadsheet_error(v->text)) {
        tell(v, RULE_CELL_ERROR, v->text);
        return true;
    }
    if (is_quantity(v->item->type) || !spreadsheet_rounded(v->text))
        return false;
    broken(v, RULE_NUMBER_ROUNDED, v->text);
    return true;
}

void clean_value(const struct cleaner *c, const struct item *item, bool is_strict, struct slice raw,
                 struct cell *ret)
{
    if (raw.n == 0)
        return;
    struct text_cleaned t = text_clean(c->scratch, raw);
    struct value v = {c, item, raw, t.text, ret};
    if (t.controls)
        tell(&v, RULE_TEXT_CONTROLS, arena_printf(c->scratch, "%u", t.controls));
    bool coded = item->type == ITEM_CODE || item->type == ITEM_CODES;
    if (t.text.n == 0 || (!coded && is_missing(c, t.text)))
        return;
    if (t.damaged) {
        if (is_strict) {
            broken(&v, RULE_TEXT_DAMAGED, SLICE(""));
            return;
        }
        tell(&v, RULE_TEXT_DAMAGED_ELSEWHERE, SLICE(""));
    }
    if (is_spoilt(&v))
        return;
    clean_typed(&v);
    if (ret->state != CELL_GOOD)
        return;
    if (item->role == ROLE_DISTRICT)
        note_former(&v);
    bool is_same = ret->value.p == raw.p && ret->value.n == raw.n;
    if (!is_same && !slice_eq(ret->value, raw))
        ret->received = raw;
    seal(c->scratch, item, ret);
}

struct slice clean_plain(const struct cleaner *c, struct slice raw)
{
    struct slice text = text_clean(c->scratch, raw).text;
    return is_missing(c, text) ? SLICE("") : text;
}
