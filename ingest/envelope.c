/* The reserved columns (design §8) and the identity (design §2). Identity bytes are what a record
 * is found by for ever: their form never changes, so each kind of value has one spelling in them.
 */
#include "ingest/envelope.h"

#include "base/check.h"
#include "base/text.h"
#include "ingest/date.h"
#include "ingest/spreadsheet.h"
#include "record/docno.h"
#include "record/identifier.h"

enum { ID_CHARS_MAX = 128, REASON_CHARS_MAX = 500, OP_BYTES_MAX = 64, TIME_BYTES_MAX = 128 };

static void tell(struct judging *j, enum rule rule, const char *column, struct slice value)
{
    sink_column(&j->sink, rule, slice_of(column), value, SLICE(""));
}

/* A value of a reserved column; empty when it is missing. */
static struct slice plain(struct judging *j, struct slice raw)
{
    struct cleaner c = judging_cleaner(j);
    return raw.n ? clean_plain(&c, raw) : SLICE("");
}

/* Words for the operations, after text_code. */
struct operation_word {
    const char *word;
    enum operation operation;
};
static const struct operation_word operation_words[] = {
    {"ADD", OPERATION_UPSERT},    {"CHANGE", OPERATION_UPSERT}, {"UPDATE", OPERATION_UPSERT},
    {"UPSERT", OPERATION_UPSERT}, {"A", OPERATION_UPSERT},      {"C", OPERATION_UPSERT},
    {"U", OPERATION_UPSERT},      {"新增", OPERATION_UPSERT},   {"变更", OPERATION_UPSERT},
    {"REVOKE", OPERATION_REVOKE}, {"R", OPERATION_REVOKE},      {"撤销", OPERATION_REVOKE},
};

static void read_operation(struct judging *j)
{
    j->operation = OPERATION_UPSERT;
    struct slice text = plain(j, j->row->op);
    if (text.n == 0)
        return;
    struct slice word = text.n > OP_BYTES_MAX ? SLICE("") : text_code(j->scratch, text);
    for (size_t i = 0; i < ARRAY_LEN(operation_words); i++)
        if (slice_eq(word, slice_of(operation_words[i].word))) {
            j->operation = operation_words[i].operation;
            return;
        }
    tell(j, RULE_OP_UNKNOWN, "_op", text);
}

static void read_version(struct judging *j)
{
    j->provider = (uint64_t)j->o.received.v;
    j->has_provider = false;
    struct slice version = plain(j, j->row->version), time = plain(j, j->row->time);
    struct slice column = SLICE("_time");
    if (time.n == 0 && j->row->format) {
        time = plain(j, j->row->format_time);
        column = j->row->format->time;
    }
    if (version.n) {
        uint64_t v;
        bool fine = version.n <= TIME_BYTES_MAX &&
                    slice_u64(text_digits(j->scratch, version), &v) && v <= INT64_MAX;
        if (!fine) {
            tell(j, RULE_VERSION_INVALID, "_version", version);
            return;
        }
        j->provider = v;
        j->has_provider = true;
    } else if (time.n) {
        struct utc_ms t;
        bool fine = time.n <= TIME_BYTES_MAX &&
                    date_read_instant(text_digits(j->scratch, time), &t) && t.v >= 0;
        if (!fine) {
            sink_column(&j->sink, RULE_VERSION_INVALID, column, time, SLICE(""));
            return;
        }
        j->provider = (uint64_t)t.v;
        j->has_provider = true;
    }
}

/* Kept for the department and the government, and not worth a rejection: it is cut. */
static void read_reason(struct judging *j)
{
    static const struct item item = {
        .code = {"_reason", 7}, .type = ITEM_TEXT, .chars_max = INT32_MAX};
    j->reason = CELL_NONE;
    struct slice text = plain(j, j->row->reason);
    size_t i = 0;
    for (int chars = 0; chars < REASON_CHARS_MAX && i < text.n; chars++)
        utf8_next(text, &i);
    struct cleaner c = judging_cleaner(j);
    clean_value(&c, &item, false, slice_make(text.p, i), &j->reason);
    j->reason.received = SLICE("");
}

void envelope_read(struct judging *j)
{
    read_operation(j);
    read_version(j);
    read_reason(j);
}

/* A number with a date in it leads to a person: no record may be called so. */
static bool is_person_number(const struct judging *j, struct slice id)
{
    struct slice code = text_code(j->scratch, id);
    return idnum_check(code, j->o.born_min, j->today).rejected == RULE_NONE;
}

static void identify_by_id(struct judging *j, struct slice id)
{
    if (utf8_count(id) > ID_CHARS_MAX)
        sink_column(&j->sink, RULE_TEXT_LENGTH, SLICE("_id"), id, SLICE("128"));
    else if (text_clean(j->scratch, id).damaged)
        tell(j, RULE_TEXT_DAMAGED, "_id", id);
    else if (is_person_number(j, id))
        tell(j, RULE_IDENTITY_PERSON, "_id", id);
    else
        j->identity = arena_printf(j->scratch, "\1%.*s", FMT_SLICE(id));
}

/* The one spelling of a value in identity bytes. */
static struct slice identity_form(struct judging *j, const struct item *item, struct slice value)
{
    switch (item->type) {
    case ITEM_DOCUMENT:
        return docno_fold(j->scratch, value);
    case ITEM_TEXT:
    case ITEM_NAME:
    case ITEM_CAPITAL:
    case ITEM_CONTACT:
        return text_fold(j->scratch, value);
    case ITEM_CODE:
    case ITEM_CODES:
    case ITEM_DATE:
    case ITEM_AMOUNT:
    case ITEM_INTEGER:
    case ITEM_USCC:
    case ITEM_ORGCODE:
    case ITEM_REGNO:
    case ITEM_NUMBER:
    case ITEM_PERSON_ID:
        return value;
    }
    UNREACHABLE();
}

/* An item that identifies and is required is told as missing by the rule for required items; here
 * only what no other rule has told. */
static bool is_told(const struct judging *j, const struct item *item, const struct cell *cell)
{
    return cell->state == CELL_BROKEN ||
           (j->operation == OPERATION_UPSERT && item->required == REQUIRED_YES &&
            cell->state == CELL_ABSENT);
}

static void identify_by_items(struct judging *j)
{
    const struct theme *t = j->theme;
    struct slice *parts = ARENA_ARRAY(j->scratch, struct slice, t->identity_count + 1);
    size_t bytes = 1;
    bool whole = t->identity_count > 0;
    for (size_t i = 0; i < t->identity_count; i++) {
        const struct item *item = &t->items[t->identity_items[i]];
        const struct cell *cell = &j->cells[item->index];
        if (cell->state == CELL_GOOD)
            parts[i] = identity_form(j, item, cell->value);
        if (parts[i].n == 0) {
            if (!is_told(j, item, cell))
                sink_item(&j->sink, RULE_IDENTITY_MISSING, item, cell->value, SLICE(""));
            whole = false;
        }
        bytes += parts[i].n + 1;
    }
    if (!whole)
        return;
    char *out = arena_alloc(j->scratch, bytes);
    size_t n = 0;
    out[n++] = '\2';
    for (size_t i = 0; i < t->identity_count; i++) {
        if (i)
            out[n++] = '\x1f';
        memcpy(out + n, parts[i].p, parts[i].n);
        n += parts[i].n;
    }
    j->identity = slice_make(out, n);
}

void envelope_identify(struct judging *j)
{
    j->identity = SLICE("");
    struct slice id = plain(j, j->row->id);
    if (spreadsheet_rounded(id)) /* many ids would have become one */
        sink_column(&j->sink, RULE_NUMBER_ROUNDED, SLICE("_id"), id, id);
    else if (id.n)
        identify_by_id(j, id);
    else if (j->theme->identity == IDENTITY_ITEMS)
        identify_by_items(j);
    else
        tell(j, RULE_IDENTITY_MISSING, "_id", SLICE(""));
}
