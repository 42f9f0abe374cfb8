/* Writing rows as files. Nothing is decided here but the form: what a field holds, and whether the
 * row is whole, the draft says. GB18030 comes from the C library's iconv, for the register reads it
 * with another. */
#include "sample/layout.h"

#include <iconv.h>
#include <string.h>

#include "base/check.h"

static const char FOREIGN_COLUMN[] = "内部流水号（自用）", FORBIDDEN_COLUMN[] = "血型";
enum { ROW_BYTES_OVER = 1024 * 1024 + 1000 };

static bool is_mark(const struct theme *t, struct slice name)
{
    for (size_t i = 0; i < t->format_count; i++)
        for (size_t k = 0; k < t->formats[i].mark_count; k++)
            if (slice_eq(t->formats[i].marks[k], name))
                return true;
    return false;
}

/* What an item's column is called in this file. */
static struct slice choose_name(const struct layout *l, const struct item *item)
{
    uint64_t x = dice_mix(l->filler->seed, 0x6e616d65 + item->index);
    switch (l->names) {
    case NAMES_CODES:
        return item->code;
    case NAMES_CHINESE:
        return item->zh;
    case NAMES_MIXED:
        if (item->alias_count && x % 3 == 0) {
            struct slice alias = item->aliases[(x >> 8) % item->alias_count];
            if (!is_mark(l->filler->theme, alias))
                return alias;
        }
        return x % 3 == 1 ? item->code : item->zh;
    }
    UNREACHABLE();
}

static void name_own(struct layout *l)
{
    for (size_t i = 0; i < l->filler->theme->item_count; i++)
        if (l->filler->makers[i].is_there)
            l->own.names[i] = choose_name(l, &l->filler->theme->items[i]);
}

/* The column of an item in a former format: its own, else today's in the same language, unless the
 * format does without it. */
static struct slice former_name(const struct format *f, const struct item *item)
{
    for (size_t i = 0; i < f->column_count; i++)
        if (f->columns[i].item == item->index)
            return f->columns[i].name;
    for (size_t i = 0; i < f->without_count; i++)
        if (f->without[i] == item->index)
            return (struct slice){NULL, 0};
    for (size_t i = 0; i < f->fill_count; i++)
        if (f->fills[i].item == item->index)
            return (struct slice){NULL, 0};
    bool is_chinese = f->column_count && (unsigned char)f->columns[0].name.p[0] >= 0x80;
    return is_chinese ? item->zh : item->code;
}

static void name_former(struct layout *l)
{
    for (size_t i = 0; i < l->filler->theme->item_count; i++)
        if (l->filler->makers[i].is_there)
            l->of_former.names[i] = former_name(l->former, &l->filler->theme->items[i]);
}

static bool has_chinese_name(const struct layout *l)
{
    for (size_t i = 0; i < l->filler->theme->item_count; i++)
        if (l->own.names[i].n && (unsigned char)l->own.names[i].p[0] >= 0x80)
            return true;
    return false;
}

/* All rows of the file are of the former format. */
static void become_former(struct layout *l)
{
    l->is_former = true;
    l->own = l->of_former;
    l->has_version = false;
    l->has_time = l->former->time.n > 0;
    for (size_t i = 0; i < l->filler->theme->item_count; i++)
        l->filler->makers[i].is_there = l->own.names[i].n > 0;
}

int layout_init(struct layout *l, struct filler *f, struct reason *reterr_why)
{
    const struct theme *t = f->theme;
    uint64_t x = dice_mix(f->seed, 0x6c61796f7574), y = dice_mix(f->seed, 0x666f726d);
    *l = (struct layout){
        .filler = f,
        .is_ndjson = x % 100 < 20,
        .has_bom = (x >> 8) % 100 < 30,
        .has_crlf = (x >> 16) % 100 < 50,
        .names = (enum names)((x >> 24) % 3),
        .has_id = t->identity == IDENTITY_RECORD_ID || !f->is_unique ||
                  (!t->is_registration && (x >> 32) % 100 < 25),
        .has_version = (x >> 40) % 100 < 60,
        .has_time = (x >> 40) % 100 >= 60 && (x >> 40) % 100 < 80,
        .has_op = (x >> 48) % 100 < 75,
        .has_reason = (x >> 48) % 100 < 40,
        .has_foreign = (x >> 56) % 100 < 30,
        .has_forbidden = (y >> 24) % 100 < 10,
        .converter = (iconv_t)-1,
    };
    name_own(l);
    if (t->format_count) {
        l->former = &t->formats[(y >> 8) % t->format_count];
        name_former(l);
        if (!l->is_ndjson && y % 100 < 15)
            become_former(l);
    }
    /* The header is what tells GB18030 from UTF-8: it must have characters of either. */
    l->is_gb18030 = !l->is_ndjson && has_chinese_name(l) && (y >> 16) % 100 < 12;
    if (!l->is_gb18030)
        return 0;
    l->converter = iconv_open("GB18030", "UTF-8");
    if (l->converter == (iconv_t)-1)
        return reason_set(reterr_why, CE_IO,
                          "the C library of this machine has no GB18030 (iconv)");
    return 0;
}

void layout_fini(struct layout *l)
{
    if (l->converter != (iconv_t)-1)
        iconv_close(l->converter);
}

const char *layout_ending(const struct layout *l)
{
    return l->is_ndjson ? ".ndjson" : ".csv";
}

static const char *reserved_name(const struct layout *l, const char *code, const char *zh)
{
    return l->names == NAMES_CHINESE ? zh : code;
}

/* One field or member after the other, in the form of the file. */
struct line {
    const struct layout *l;
    struct buf *out;
    unsigned fields;
};

static void quoted(struct buf *b, struct slice s)
{
    buf_add_char(b, '"');
    for (size_t from = 0; from <= s.n;) {
        const char *at = memchr(s.p + from, '"', s.n - from);
        size_t to = at ? (size_t)(at - s.p) + 1 : s.n;
        buf_add(b, s.p + from, to - from);
        if (!at)
            break;
        buf_add_char(b, '"');
        from = to;
    }
    buf_add_char(b, '"');
}

static bool needs_quotes(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == ',' || s.p[i] == '"' || s.p[i] == '\n' || s.p[i] == '\r')
            return true;
    return false;
}

static void csv_field(struct line *line, struct slice s)
{
    if (line->fields++)
        buf_add_char(line->out, ',');
    if (needs_quotes(s))
        quoted(line->out, s);
    else
        buf_add_slice(line->out, s);
}

static void json_text(struct buf *b, struct slice s)
{
    size_t from = 0;
    buf_add_char(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c >= ' ' && c != '"' && c != '\\')
            continue;
        buf_add(b, s.p + from, i - from);
        if (c < ' ')
            buf_printf(b, "\\u%04x", c);
        else
            buf_printf(b, "\\%c", c);
        from = i + 1;
    }
    buf_add(b, s.p + from, s.n - from);
    buf_add_char(b, '"');
}

/* Members without a value are left out. */
static void json_member(struct line *line, struct slice name, struct slice value)
{
    if (value.n == 0)
        return;
    buf_add_char(line->out, line->fields++ ? ',' : '{');
    json_text(line->out, name);
    buf_add_char(line->out, ':');
    json_text(line->out, value);
}

static void field(struct line *line, struct slice name, struct slice value)
{
    if (line->l->is_ndjson)
        json_member(line, name, value);
    else
        csv_field(line, value);
}

/* What stood for a code in the former format. */
static struct slice former_word(const struct format *f, unsigned item, struct slice code)
{
    for (size_t i = 0; i < f->word_count; i++)
        if (f->words[i].item == item && slice_eq(f->words[i].code, code))
            return f->words[i].word;
    return code;
}

/* Columns that only the former format has. */
static void former_fields(struct line *line, const struct format *f, const struct draft *d)
{
    for (size_t i = 0; i < f->ignored_count; i++)
        field(line, f->ignored[i], !d ? f->ignored[i] : d->is_empty ? SLICE("") : SLICE("440100"));
    if (f->time.n)
        field(line, f->time, d ? d->time : f->time);
}

/* Every column of the row in its order; `d` NULL: the header. */
static void fields(struct line *line, const struct draft *d)
{
    const struct layout *l = line->l;
    const struct theme *t = l->filler->theme;
    const struct format *former = l->is_former || (d && d->is_former) ? l->former : NULL;
    const struct columns *columns = former ? &l->of_former : &l->own;
    const struct {
        bool is_there;
        const char *code, *zh;
        struct slice value;
    } reserved[] = {
        {l->has_id, "_id", "记录编号", d ? d->id : SLICE("")},
        {l->has_version, "_version", "版本", d ? d->version : SLICE("")},
        {l->has_time && !former, "_time", "更新时间", d ? d->time : SLICE("")},
        {l->has_op, "_op", "操作", d ? d->op : SLICE("")},
        {l->has_reason, "_reason", "原因", d ? d->reason : SLICE("")},
        {l->has_foreign, FOREIGN_COLUMN, FOREIGN_COLUMN, d ? d->foreign : SLICE("")},
        {l->has_forbidden, FORBIDDEN_COLUMN, FORBIDDEN_COLUMN, d ? d->forbidden : SLICE("")},
    };
    for (size_t i = 0; i < ARRAY_LEN(reserved); i++) {
        struct slice name = slice_of(reserved_name(l, reserved[i].code, reserved[i].zh));
        if (reserved[i].is_there)
            field(line, name, d ? reserved[i].value : name);
    }
    if (former)
        former_fields(line, former, d);
    for (unsigned i = 0; i < t->item_count; i++) {
        struct slice name = columns->names[i];
        if (name.n && !d)
            field(line, name, name);
        else if (name.n)
            field(line, name, former ? former_word(former, i, d->values[i]) : d->values[i]);
    }
}

static void line_end(const struct layout *l, struct buf *out)
{
    if (l->has_crlf)
        buf_add_char(out, '\r');
    buf_add_char(out, '\n');
}

/* What stands behind `from` becomes GB18030. */
static void convert(const struct layout *l, struct buf *out, size_t from)
{
    char text[4 * 1024];
    AUTO_BUF(utf8, SIZE_MAX / 2);
    if (!l->is_gb18030)
        return;
    buf_add(&utf8, out->p + from, out->n - from);
    out->n = from;
    char *in = utf8.p;
    size_t in_left = utf8.n;
    while (in_left) {
        char *to = text;
        size_t room = sizeof text;
        size_t r = iconv(l->converter, &in, &in_left, &to, &room);
        buf_add(out, text, sizeof text - room);
        CHECK(r != (size_t)-1 || room < sizeof text);
    }
}

void layout_header(const struct layout *l, struct buf *out)
{
    if (l->is_ndjson)
        return;
    size_t from = out->n;
    if (l->has_bom && !l->is_gb18030)
        buf_add_slice(out, SLICE("\xEF\xBB\xBF"));
    fields(&(struct line){l, out, 0}, NULL);
    line_end(l, out);
    convert(l, out, from);
}

/* Off the last field, with the comma before it. */
static void take_field(struct buf *out, size_t from)
{
    bool is_in_quotes = false;
    size_t last = from;
    for (size_t i = from; i < out->n; i++) {
        if (out->p[i] == '"')
            is_in_quotes = !is_in_quotes;
        else if (out->p[i] == ',' && !is_in_quotes)
            last = i;
    }
    out->n = last;
}

static void bend(const struct draft *d, struct buf *out, size_t from)
{
    switch (d->shape) {
    case DRAFT_WHOLE:
    case DRAFT_BAD_BYTES:
        return;
    case DRAFT_FIELD_LESS:
        take_field(out, from);
        return;
    case DRAFT_FIELD_MORE:
        buf_add_slice(out, SLICE(",多出的一列"));
        return;
    case DRAFT_TOO_LONG:
        out->n -= out->p[out->n - 1] == '}';
        while (out->n - from < ROW_BYTES_OVER)
            buf_add_slice(out, SLICE("as long in either encoding "));
        return;
    case DRAFT_CUT:
        out->n -= (out->n - from) / 2;
        while ((out->p[out->n] & 0xC0) == 0x80) /* between characters */
            out->n--;
        return;
    case DRAFT_NESTED:
        out->n--;
        buf_add_slice(out, SLICE(",\"附件\":{\"名称\":\"扫描件\"}}"));
        return;
    case DRAFT_NAMED_TWICE:
        out->n--;
        buf_add_slice(out, SLICE(",\"_op\":\"add\",\"操作\":\"add\"}"));
        return;
    }
    UNREACHABLE();
}

void layout_row(const struct layout *l, const struct draft *d, struct buf *out)
{
    size_t from = out->n;
    struct line line = {l, out, 0};
    fields(&line, d);
    if (l->is_ndjson)
        buf_add_slice(out, line.fields ? SLICE("}") : SLICE("{}"));
    bend(d, out, from);
    convert(l, out, from);
    /* Bytes that neither encoding has, at the end of the last value. */
    if (d->shape == DRAFT_BAD_BYTES) {
        if (l->is_ndjson)
            out->n -= 2;
        buf_add_slice(out, SLICE("\xFF\xFE"));
        if (l->is_ndjson)
            buf_add_slice(out, SLICE("\"}"));
    }
    line_end(l, out);
}
