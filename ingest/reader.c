/* Rows of a submission. What the two formats have in common is here: the row itself, made of what
 * its columns mean (ingest/column); CSV is split by base/csv, NDJSON by ingest/lines and base/scan.
 * Both are split as they came and brought into UTF-8 afterwards (ingest/encoding), which GB18030
 * allows: offsets and hashes are of the body as it was sent. What the values say is left to the
 * judge.
 *
 * In CSV a column is looked up once, in the header. In NDJSON each row names its columns, but the
 * rows of one sender name them in one order and leave some out: the reader remembers the names that
 * it met, so many that a file of ever new ones costs little, and looks for each behind the one
 * before.
 *
 * A theme may have formats, whose marks among the columns say what the others mean: the header is
 * looked through for marks first, and in NDJSON each row. */
#include "ingest/reader.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/csv.h"
#include "base/scan.h"
#include "base/text.h"
#include "ingest/column.h"
#include "ingest/lines.h"
#include "record/identifier.h"

enum { COLUMNS_ARENA_BYTES = 64 * 1024 * 1024, KNOWN_MAX = 128 };

/* Names that were met in rows of one format. */
struct known {
    struct column *list;
    size_t count;
};

struct reader {
    enum reader_format format;
    const struct theme *theme;
    struct csv *csv;
    struct lines *lines;
    struct scan *scan;
    struct decoder *decoder;
    struct arena *memory; /* names of columns, for as long as the reader lives */
    struct column columns[READER_FIELDS_MAX]; /* of CSV */
    size_t column_count;
    struct slice fields[READER_FIELDS_MAX]; /* of the row at hand, as they came */
    struct slice decoded[READER_FIELDS_MAX];
    const struct format *of_file;              /* of CSV: what its header says */
    struct known known[1 + THEME_FORMATS_MAX]; /* of NDJSON: by format, the theme itself first */
    bool has_header;
    bool is_refused;
    char refusal[400];
};

struct reader *reader_create(enum reader_format format, enum encoding declared,
                             const struct theme *theme)
{
    struct reader *r = calloc(1, sizeof *r);
    CHECK(r);
    r->format = format;
    r->theme = theme;
    r->decoder = decoder_create(declared);
    r->memory = arena_create(COLUMNS_ARENA_BYTES);
    switch (format) {
    case READER_CSV:
        r->csv = csv_create(READER_ROW_BYTES_MAX, READER_FIELDS_MAX);
        break;
    case READER_NDJSON:
        r->lines = lines_create(READER_ROW_BYTES_MAX);
        r->scan = scan_create();
        break;
    }
    return r;
}

void reader_destroy(struct reader *r)
{
    if (!r)
        return;
    if (r->csv)
        csv_destroy(r->csv);
    if (r->scan)
        scan_destroy(r->scan);
    lines_destroy(r->lines);
    decoder_destroy(r->decoder);
    arena_destroy(r->memory);
    free(r);
}

void reader_feed(struct reader *r, struct slice piece)
{
    if (r->csv)
        csv_feed(r->csv, piece);
    else
        lines_feed(r->lines, piece);
}

void reader_finish(struct reader *r)
{
    if (r->csv)
        csv_finish(r->csv);
    else
        lines_finish(r->lines);
}

const char *reader_refusal(const struct reader *r)
{
    return r->is_refused ? r->refusal : "";
}

static enum reader_step refuse_twice(struct reader *r, const struct column *a,
                                     const struct column *b)
{
    struct slice x = column_name_shown(r->memory, a->name),
                 y = column_name_shown(r->memory, b->name);
    snprintf(r->refusal, sizeof r->refusal,
             "表头中“%.*s”和“%.*s”是同一项 / the columns \"%.*s\" and \"%.*s\" are the same item",
             FMT_SLICE(x), FMT_SLICE(y), FMT_SLICE(x), FMT_SLICE(y));
    r->is_refused = true;
    return READER_REFUSED;
}

static enum reader_step refuse(struct reader *r, const char *why)
{
    snprintf(r->refusal, sizeof r->refusal, "%s", why);
    r->is_refused = true;
    return READER_REFUSED;
}

/* The first format of the theme of which a column is a mark, or NULL. */
static const struct format *format_first(const struct format *a, const struct format *b)
{
    return !a || (b && b->index < a->index) ? b : a;
}

static const struct format *header_format(struct reader *r, const struct slice *names, size_t count)
{
    const struct format *found = NULL;
    for (size_t i = 0; i < count && r->theme->format_count; i++)
        if (names[i].n <= COLUMN_NAME_BYTES_MAX)
            found = format_first(found, theme_format_marked(r->theme, r->memory,
                                                            text_clean(r->memory, names[i]).text));
    return found;
}

static enum reader_step refuse_encoding(struct reader *r)
{
    const char *declared = encoding_name(decoder_encoding(r->decoder));
    snprintf(
        r->refusal, sizeof r->refusal,
        "表头不是 %s 编码；请以 UTF-8 或 GB18030 导出，并在报送时按实际编码声明或不作声明 / the "
        "header is not %s: export the file as UTF-8 or GB18030, and declare its encoding as it "
        "is, or none",
        declared, declared);
    r->is_refused = true;
    return READER_REFUSED;
}

/* The mark at the beginning says UTF-8. READER_MORE when that agrees with what was declared. */
static enum reader_step mark_read(struct reader *r)
{
    if (decoder_encoding(r->decoder) == ENCODING_GB18030)
        return refuse(r,
                      "文件以 UTF-8 标记开头，却声明为 GB18030；请不作声明 / the file begins with "
                      "the mark of UTF-8 and was declared as GB18030: declare none");
    decoder_settle(r->decoder, ENCODING_UTF8);
    return READER_MORE;
}

static enum reader_step refuse_utf16(struct reader *r)
{
    return refuse(r, "文件是 UTF-16（“Unicode 文本”）；请另存为“CSV UTF-8” / the file is UTF-16 "
                     "(\"Unicode text\"): save it as \"CSV UTF-8\"");
}

/* The columns by their names in UTF-8. READER_MORE when they can be used, READER_END when none of
 * them belongs to the theme. */
static enum reader_step columns_read(struct reader *r, const struct slice *names, size_t count)
{
    bool has_item = false;
    r->of_file = header_format(r, names, count);
    for (size_t i = 0; i < count; i++) {
        struct slice name = arena_dup(r->memory, text_clean(r->memory, names[i]).text);
        if (name.n == 0)
            name = arena_printf(r->memory, "#%zu", i + 1);
        struct column c = column_of(r->theme, r->of_file, r->memory, name);
        for (size_t k = 0; k < i; k++)
            if (column_same(&r->columns[k], &c))
                return refuse_twice(r, &r->columns[k], &c);
        /* A file of revokes may hold record ids and nothing else. */
        has_item = has_item || c.item || c.reserved == RESERVED_ID;
        r->columns[i] = c;
    }
    r->column_count = count;
    return has_item ? READER_MORE : READER_END;
}

/* The header in that encoding; settles it when it is found there. READER_END when it is none, or
 * names no column of the theme. */
static enum reader_step header_as(struct reader *r, enum encoding e, const struct csv_row *row,
                                  bool *ret_is_text)
{
    struct slice names[READER_FIELDS_MAX];
    *ret_is_text = decoder_as(r->decoder, e, r->memory, row->fields, row->count, names);
    enum reader_step step = *ret_is_text ? columns_read(r, names, row->count) : READER_END;
    bool settles =
        e == ENCODING_GB18030 || encoding_evidence(row->fields, row->count) != EVIDENCE_NONE;
    if (step == READER_MORE && settles)
        decoder_settle(r->decoder, e);
    return step;
}

/* READER_MORE when the header can be used. Where no encoding was declared it is UTF-8, or else
 * GB18030, in which the header names a column of the theme; a header in ASCII leaves it open. */
static enum reader_step header_read(struct reader *r, const struct csv_row *row)
{
    if (encoding_is_utf16(row->fields[0]))
        return refuse_utf16(r);
    if (row->too_long || row->open_quote)
        return refuse(
            r, "表头过长或引号未闭合 / the header is too long, or a quote in it is not closed");
    CHECK(row->count <= READER_FIELDS_MAX);
    if (csv_has_mark(r->csv) && mark_read(r) == READER_REFUSED)
        return READER_REFUSED;
    r->has_header = true;
    enum encoding declared = decoder_encoding(r->decoder);
    bool is_text, is_other_text = false;
    enum reader_step step =
        header_as(r, declared == ENCODING_AUTO ? ENCODING_UTF8 : declared, row, &is_text);
    if (step == READER_END && declared == ENCODING_AUTO)
        step = header_as(r, ENCODING_GB18030, row, &is_other_text);
    if (step != READER_END)
        return step;
    return is_text || is_other_text
               ? refuse(r,
                        "表头中没有本主题的任何一项 / no column of the header belongs to the theme")
               : refuse_encoding(r);
}

/* Puts one value where its column says. */
static void row_put(struct raw_row *row, const struct column *c, struct slice value)
{
    switch (c->reserved) {
    case RESERVED_NONE:
        if (c->is_time)
            row->format_time = value;
        break;
    case RESERVED_ID:
        row->id = value;
        break;
    case RESERVED_VERSION:
        row->version = value;
        break;
    case RESERVED_TIME:
        row->time = value;
        break;
    case RESERVED_OP:
        row->op = value;
        break;
    case RESERVED_REASON:
        row->reason = value;
        break;
    case RESERVED_ROW:
    case RESERVED_RULE:
    case RESERVED_REMEDY:
        return;
    }
    struct raw_value *v = &row->values[row->count++];
    v->item = c->item;
    v->column = c->name;
    v->value = value;
    v->reserved = c->reserved;
    v->is_ignored = c->is_ignored;
}

static enum reader_step unreadable(struct raw_row *ret, enum rule rule, struct slice hint)
{
    ret->unreadable = rule;
    ret->hint = hint;
    return READER_ROW;
}

static enum reader_step too_long(struct arena *a, struct raw_row *ret)
{
    return unreadable(ret, RULE_ROW_SIZE, arena_printf(a, "%d", READER_ROW_BYTES_MAX));
}

static enum reader_step not_of_encoding(const struct reader *r, struct raw_row *ret)
{
    return unreadable(ret, RULE_TEXT_ENCODING,
                      slice_of(encoding_name(decoder_encoding(r->decoder))));
}

/* The row's fields in UTF-8, in the arena, whither the row is copied in one piece. *ret_is_text:
 * whether they are of the body's encoding. */
static const struct slice *fields_read(struct reader *r, struct arena *a, const struct csv_row *row,
                                       bool *ret_is_text)
{
    struct slice text = arena_dup(a, row->text);
    for (size_t i = 0; i < row->count; i++)
        r->fields[i] = slice_make(text.p + (row->fields[i].p - row->text.p), row->fields[i].n);
    *ret_is_text = decoder_leaves(r->decoder, text);
    if (*ret_is_text)
        return r->fields;
    *ret_is_text = decoder_row(r->decoder, a, r->fields, row->count, r->decoded);
    return r->decoded;
}

static enum reader_step csv_row_read(struct reader *r, struct arena *a, const struct csv_row *row,
                                     struct raw_row *ret)
{
    *ret = (struct raw_row){.row = row->number, .end_bytes = row->end_bytes, .format = r->of_file};
    if (row->too_long)
        return too_long(a, ret);
    bool is_text;
    const struct slice *fields = fields_read(r, a, row, &is_text);
    ret->values = ARENA_ARRAY(a, struct raw_value,
                              row->count > r->column_count ? row->count : r->column_count);
    for (size_t i = 0; i < row->count; i++) {
        if (i < r->column_count) {
            row_put(ret, &r->columns[i], fields[i]);
        } else {
            struct column beyond = column_beyond(a, i);
            row_put(ret, &beyond, fields[i]);
        }
    }
    for (size_t i = row->count; i < r->column_count; i++)
        row_put(ret, &r->columns[i], (struct slice){NULL, 0});
    if (row->open_quote)
        return unreadable(ret, RULE_CSV_FIELDS, SLICE("引号未闭合 unclosed quote"));
    if (row->count != r->column_count)
        return unreadable(ret, RULE_CSV_FIELDS,
                          arena_printf(a, "%zu ≠ %zu", row->count, r->column_count));
    return is_text ? READER_ROW : not_of_encoding(r, ret);
}

static enum reader_step csv_read(struct reader *r, struct arena *a, struct raw_row *ret)
{
    for (;;) {
        struct csv_row row;
        switch (csv_next(r->csv, &row)) {
        case CSV_MORE:
            return READER_MORE;
        case CSV_END:
            return READER_END;
        case CSV_ROW:
            if (r->has_header)
                return csv_row_read(r, a, &row, ret);
            if (header_read(r, &row) == READER_REFUSED)
                return READER_REFUSED;
            break;
        }
    }
}

/* Where a name stands from `from` on; `end` when it does not. */
static size_t known_place(const struct known *known, size_t from, size_t end, struct slice key)
{
    while (from < end && !slice_eq(known->list[from].name, key))
        from++;
    return from;
}

/* What a member means. *next: where the row's next name is likely to stand. */
static struct column member_column(struct reader *r, struct arena *a, const struct format *format,
                                   size_t *next, struct slice key)
{
    struct known *known = &r->known[format ? 1 + format->index : 0];
    size_t place = known_place(known, *next, known->count, key);
    if (place == known->count && (place = known_place(known, 0, *next, key)) == *next)
        place = known->count;
    if (place < known->count) {
        *next = place + 1;
        return known->list[place];
    }
    struct column c = column_of(r->theme, format, a, key);
    if (known->count < KNOWN_MAX && key.n <= COLUMN_NAME_BYTES_MAX) {
        if (!known->list)
            known->list = ARENA_ARRAY(r->memory, struct column, KNOWN_MAX);
        c.name = arena_dup(r->memory, key);
        known->list[known->count++] = c;
    }
    return c;
}

/* The format of a row, by the names of its members. */
static const struct format *row_format(struct reader *r, struct arena *a,
                                       const struct scan_pair *pairs, size_t count)
{
    const struct format *found = NULL;
    size_t next = 0;
    for (size_t i = 0; i < count && r->theme->format_count; i++)
        found = format_first(found, member_column(r, a, NULL, &next, pairs[i].key).mark);
    return found;
}

/* A line that is no flat object comes as one value. */
static enum reader_step line_unreadable(struct arena *a, struct slice text, struct raw_row *ret,
                                        struct slice hint)
{
    struct column whole = column_beyond(a, 0);
    ret->values = ARENA_NEW(a, struct raw_value);
    ret->count = 0;
    ret->id = ret->version = ret->time = ret->op = ret->reason = (struct slice){NULL, 0};
    row_put(ret, &whole, arena_dup(a, text));
    return unreadable(ret, RULE_JSON_INVALID, hint);
}

static enum reader_step members_read(struct reader *r, struct arena *a, struct slice text,
                                     struct raw_row *ret)
{
    struct scan_pair *pairs;
    size_t count;
    const char *why = "";
    int e = scan_object(r->scan, a, text, READER_FIELDS_MAX, &pairs, &count, &why);
    if (e == CE_TOO_LARGE)
        return line_unreadable(a, text, ret, arena_printf(a, "> %d", READER_FIELDS_MAX));
    if (e < 0)
        return line_unreadable(a, text, ret, slice_of(why));
    ret->values = ARENA_ARRAY(a, struct raw_value, count);
    struct columns_named named = {0};
    ret->format = row_format(r, a, pairs, count);
    size_t next = 0;
    for (size_t i = 0; i < count; i++) {
        struct column c = member_column(r, a, ret->format, &next, pairs[i].key);
        if (pairs[i].kind == SCAN_NESTED || columns_named_twice(&named, &c))
            return line_unreadable(a, text, ret, column_name_shown(a, pairs[i].key));
        row_put(ret, &c, pairs[i].value);
    }
    return READER_ROW;
}

static enum reader_step ndjson_row_read(struct reader *r, struct arena *a, const struct line *line,
                                        struct raw_row *ret)
{
    *ret = (struct raw_row){.row = line->number, .end_bytes = line->end_bytes};
    if (line->number == 1 && encoding_is_utf16(line->text))
        return refuse_utf16(r);
    if (line->number == 1 && lines_has_mark(r->lines) && mark_read(r) == READER_REFUSED)
        return READER_REFUSED;
    if (line->too_long)
        return too_long(a, ret);
    struct slice text;
    bool is_text = decoder_row(r->decoder, a, &line->text, 1, &text);
    if (line->number == 1 && slice_starts(text, SLICE("\xEF\xBB\xBF")))
        text = slice_from(text, 3); /* GB18030 has a mark of its own */
    members_read(r, a, text, ret);
    return is_text ? READER_ROW : not_of_encoding(r, ret);
}

void reader_object(struct reader *r, struct arena *a, struct slice text, uint64_t row,
                   struct raw_row *ret)
{
    *ret = (struct raw_row){.row = row};
    if (text.n > READER_ROW_BYTES_MAX) {
        too_long(a, ret);
        return;
    }
    struct slice decoded;
    bool is_text = decoder_row(r->decoder, a, &text, 1, &decoded);
    members_read(r, a, decoded, ret);
    if (!is_text)
        not_of_encoding(r, ret);
}

static enum reader_step ndjson_read(struct reader *r, struct arena *a, struct raw_row *ret)
{
    struct line line;
    switch (lines_next(r->lines, &line)) {
    case LINES_MORE:
        return READER_MORE;
    case LINES_END:
        return READER_END;
    case LINES_LINE:
        return ndjson_row_read(r, a, &line, ret);
    }
    UNREACHABLE();
}

enum reader_step reader_next(struct reader *r, struct arena *a, struct raw_row *ret)
{
    if (r->is_refused)
        return READER_REFUSED;
    return r->csv ? csv_read(r, a, ret) : ndjson_read(r, a, ret);
}
