/* Rows of a submission. What the two formats have in common is here: which item a column means, the
 * check that a row is UTF-8, and the row itself; CSV is split by base/csv, NDJSON by ingest/lines
 * and base/scan. What the values say is left to the judge.
 *
 * In CSV a column is looked up once, in the header. In NDJSON each row names its columns, but the
 * rows of one sender name them in one order: the reader remembers what stood at each place and
 * looks up only what differs.
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
#include "ingest/lines.h"
#include "record/identifier.h"

enum {
    NAME_BYTES_MAX = 512,
    LOOK_BYTES_MAX = 4096,
    SHOWN_BYTES_MAX = 120,
    COLUMNS_ARENA_BYTES = 64 * 1024 * 1024
};

/* What a column means. */
struct column {
    struct slice name; /* as in the file */
    const struct item *item;
    enum reserved reserved;
    bool is_ignored;           /* by the row's format */
    bool is_time;              /* the same */
    const struct format *mark; /* the format that it tells of; NULL for none */
};

/* What stood at each place of the rows of one format. */
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
    struct arena *memory; /* names of columns, for as long as the reader lives */
    struct column columns[READER_FIELDS_MAX]; /* of CSV */
    size_t column_count;
    const struct format *of_file;              /* of CSV: what its header says */
    struct known known[1 + THEME_FORMATS_MAX]; /* of NDJSON: by format, the theme itself first */
    bool has_header;
    bool is_refused;
    char refusal[400];
};

struct reader *reader_create(enum reader_format format, const struct theme *theme)
{
    struct reader *r = calloc(1, sizeof *r);
    CHECK(r);
    r->format = format;
    r->theme = theme;
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

static bool is_utf8(struct slice s)
{
    return utf8_valid_prefix(s) == s.n;
}

/* Looks a name up. A name longer than any of the catalogue's is not worth the work. */
static struct column column_of(const struct theme *theme, const struct format *format,
                               struct arena *scratch, struct slice name)
{
    struct column c = {.name = name};
    if (name.n == 0 || name.n > NAME_BYTES_MAX)
        return c;
    struct column_means m = theme_column(theme, format, scratch, name);
    c.item = m.item;
    c.reserved = m.reserved;
    c.is_time = m.meaning == COLUMN_TIME;
    c.is_ignored = c.is_time || m.meaning == COLUMN_IGNORED;
    c.mark = theme_format_marked(theme, scratch, name);
    return c;
}

static bool column_same(const struct column *a, const struct column *b)
{
    return (a->item && a->item == b->item) || (a->is_time && b->is_time) ||
           (a->reserved != RESERVED_NONE && a->reserved == b->reserved);
}

/* A name as a refusal may show it: masked, for a name is input as well, and short. A long one is
 * not looked through to its end. */
static struct slice shown(struct arena *a, struct slice name)
{
    if (name.n > LOOK_BYTES_MAX) {
        name.n = LOOK_BYTES_MAX;
        name.n = utf8_valid_prefix(name);
    }
    struct slice s = idnum_mask_text(a, name);
    if (s.n <= SHOWN_BYTES_MAX)
        return s;
    s.n = SHOWN_BYTES_MAX;
    s.n = utf8_valid_prefix(s);
    return s;
}

static enum reader_step refuse_twice(struct reader *r, const struct column *a,
                                     const struct column *b)
{
    struct slice x = shown(r->memory, a->name), y = shown(r->memory, b->name);
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
        if (names[i].n <= NAME_BYTES_MAX && is_utf8(names[i]))
            found = format_first(found, theme_format_marked(r->theme, r->memory, names[i]));
    return found;
}

/* READER_MORE when the header can be used. */
static enum reader_step header_read(struct reader *r, const struct csv_row *row)
{
    if (row->too_long || row->open_quote)
        return refuse(
            r, "表头过长或引号未闭合 / the header is too long, or a quote in it is not closed");
    CHECK(row->count <= READER_FIELDS_MAX);
    bool has_item = false;
    r->of_file = header_format(r, row->fields, row->count);
    for (size_t i = 0; i < row->count; i++) {
        if (!is_utf8(row->fields[i]))
            return refuse(r, "表头不是 UTF-8 编码 / the header is not UTF-8");
        struct slice name = arena_dup(r->memory, text_clean(r->memory, row->fields[i]).text);
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
    r->column_count = row->count;
    r->has_header = true;
    return has_item
               ? READER_MORE
               : refuse(
                     r,
                     "表头中没有本主题的任何一项 / no column of the header belongs to the theme");
}

/* Puts one value where its column says. */
static void row_put(struct raw_row *row, const struct column *c, struct slice value)
{
    switch (c->reserved) {
    case RESERVED_NONE:
        row->values[row->count++] = (struct raw_value){c->item, c->name, value, c->is_ignored};
        if (c->is_time)
            row->format_time = value;
        return;
    case RESERVED_ID:
        row->id = value;
        return;
    case RESERVED_VERSION:
        row->version = value;
        return;
    case RESERVED_TIME:
        row->time = value;
        return;
    case RESERVED_OP:
        row->op = value;
        return;
    case RESERVED_REASON:
        row->reason = value;
        return;
    }
    UNREACHABLE();
}

static enum reader_step unreadable(struct raw_row *ret, enum rule rule, struct slice hint)
{
    ret->unreadable = rule;
    ret->hint = hint;
    ret->values = NULL;
    ret->count = 0;
    ret->id = ret->version = ret->time = ret->op = ret->reason = (struct slice){NULL, 0};
    ret->format_time = (struct slice){NULL, 0};
    return READER_ROW;
}

static enum reader_step too_long(struct arena *a, struct raw_row *ret)
{
    return unreadable(ret, RULE_ROW_SIZE, arena_printf(a, "%d", READER_ROW_BYTES_MAX));
}

static enum reader_step csv_row_read(struct reader *r, struct arena *a, const struct csv_row *row,
                                     struct raw_row *ret)
{
    *ret = (struct raw_row){.row = row->number, .end_bytes = row->end_bytes, .format = r->of_file};
    if (row->too_long)
        return too_long(a, ret);
    if (row->open_quote)
        return unreadable(ret, RULE_CSV_FIELDS, SLICE("引号未闭合 unclosed quote"));
    if (row->count != r->column_count)
        return unreadable(ret, RULE_CSV_FIELDS,
                          arena_printf(a, "%zu ≠ %zu", row->count, r->column_count));
    size_t bytes = 0;
    for (size_t i = 0; i < row->count; i++) {
        if (!is_utf8(row->fields[i]))
            return unreadable(ret, RULE_TEXT_ENCODING, SLICE(""));
        bytes += row->fields[i].n;
    }
    ret->values = ARENA_ARRAY(a, struct raw_value, row->count);
    char *copy = arena_alloc(a, bytes + 1);
    for (size_t i = 0; i < row->count; i++) {
        struct slice f = row->fields[i];
        if (f.n)
            memcpy(copy, f.p, f.n);
        row_put(ret, &r->columns[i], slice_make(copy, f.n));
        copy += f.n;
    }
    return READER_ROW;
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

/* What the member at this place means. What is new at a place not yet seen is remembered; nothing
 * else is, so that a file of ever new names cannot grow the reader. */
static struct column member_column(struct reader *r, struct arena *a, const struct format *format,
                                   size_t place, struct slice key)
{
    struct known *known = &r->known[format ? 1 + format->index : 0];
    if (place < known->count && slice_eq(known->list[place].name, key))
        return known->list[place];
    struct column c = column_of(r->theme, format, a, key);
    if (place == known->count && key.n <= NAME_BYTES_MAX) {
        if (!known->list)
            known->list = ARENA_ARRAY(r->memory, struct column, READER_FIELDS_MAX);
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
    for (size_t i = 0; i < count && r->theme->format_count; i++)
        found = format_first(found, member_column(r, a, NULL, i, pairs[i].key).mark);
    return found;
}

/* A bit for each item and reserved column that a row names. */
struct named {
    uint64_t items[(THEME_ITEMS_MAX + 63) / 64];
    unsigned reserved;
    bool time;
};

static bool named_twice(struct named *n, const struct column *c)
{
    if (c->is_time) {
        bool again = n->time;
        n->time = true;
        return again;
    }
    if (c->reserved != RESERVED_NONE) {
        bool again = n->reserved & 1u << c->reserved;
        n->reserved |= 1u << c->reserved;
        return again;
    }
    if (!c->item)
        return false;
    CHECK(c->item->index < THEME_ITEMS_MAX);
    uint64_t bit = UINT64_C(1) << c->item->index % 64, *word = &n->items[c->item->index / 64];
    bool again = *word & bit;
    *word |= bit;
    return again;
}

static enum reader_step ndjson_row_read(struct reader *r, struct arena *a, const struct line *line,
                                        struct raw_row *ret)
{
    *ret = (struct raw_row){.row = line->number, .end_bytes = line->end_bytes};
    if (line->too_long)
        return too_long(a, ret);
    if (!is_utf8(line->text))
        return unreadable(ret, RULE_TEXT_ENCODING, SLICE(""));
    struct scan_pair *pairs;
    size_t count;
    const char *why = "";
    int e = scan_object(r->scan, a, line->text, READER_FIELDS_MAX, &pairs, &count, &why);
    if (e == CE_TOO_LARGE)
        return unreadable(ret, RULE_JSON_INVALID, arena_printf(a, "> %d", READER_FIELDS_MAX));
    if (e < 0)
        return unreadable(ret, RULE_JSON_INVALID, slice_of(why));
    ret->values = ARENA_ARRAY(a, struct raw_value, count);
    struct named named = {0};
    ret->format = row_format(r, a, pairs, count);
    for (size_t i = 0; i < count; i++) {
        struct column c = member_column(r, a, ret->format, i, pairs[i].key);
        if (pairs[i].kind == SCAN_NESTED || named_twice(&named, &c))
            return unreadable(ret, RULE_JSON_INVALID, shown(a, pairs[i].key));
        row_put(ret, &c, pairs[i].value);
    }
    return READER_ROW;
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
