/* From a message to a judged row. What is a message's own is here: which department, which theme,
 * which version of it, what headers say, and what a sender may get wrong in them. The row itself is
 * read by reader.c and judged by judge.c, as if it had come in a file.
 *
 * A judge and a reader are kept for each theme that was seen of late, with its entry version and
 * the tables of the time. */
#include "ingest/message.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/scan.h"
#include "base/wire.h"
#include "broker/topic.h"
#include "ingest/finding.h"
#include "ingest/keeper.h"
#include "ingest/reader.h"

enum {
    SLOTS = 48,
    BATCH_BYTES_MAX = 64,
    KNOWN_BYTES_MAX = 1 << 20,
    KEY_BYTES_MAX = 1 << 20,
    ROW_ARENA_BYTES = 256 << 20,
};

/* A theme as it was in force. */
struct slot {
    const struct theme *theme;
    const struct tables *tables;
    struct reader *reader;
    struct judge *judge;
    uint64_t used;
};

struct message_judge {
    struct message_judge_options o;
    const struct catalogue *catalogue;
    struct scan *scan; /* looks for _theme where no header names one */
    struct arena *row; /* as it came; what is judged goes to the caller's */
    struct keeper *keeper;
    bool knows_column;
    struct slot slots[SLOTS];
    uint64_t uses;
};

/* One message while it is judged. */
struct judging_message {
    struct message_judge *mj;
    struct arena *a;
    struct slice department;
    const struct message *m;
    struct sink sink;
    struct slice value; /* without a mark at its beginning */
    struct slice theme; /* as named; empty: not at all */
    struct slice op;
    struct slice unread;
    bool names_theme; /* by a header */
};

struct slice message_department(struct slice topic)
{
    struct slice prefix = slice_of(TOPIC_SUBMISSIONS);
    return slice_starts(topic, prefix) ? slice_from(topic, prefix.n) : SLICE("");
}

struct message_judge *message_judge_create(const struct message_judge_options *o)
{
    struct message_judge *mj = calloc(1, sizeof *mj);
    CHECK(mj);
    mj->o = *o;
    mj->scan = scan_create();
    mj->row = arena_create(ROW_ARENA_BYTES);
    CHECK(keeper_create(o->keys, (struct slice){0}, &mj->keeper) == 0); /* reads nothing */
    return mj;
}

static void slot_clear(struct slot *s)
{
    reader_destroy(s->reader);
    judge_destroy(s->judge);
    *s = (struct slot){0};
}

void message_judge_destroy(struct message_judge *mj)
{
    if (!mj)
        return;
    for (size_t i = 0; i < SLOTS; i++)
        slot_clear(&mj->slots[i]);
    scan_destroy(mj->scan);
    arena_destroy(mj->row);
    keeper_destroy(mj->keeper);
    free(mj);
}

void message_judge_by(struct message_judge *mj, const struct catalogue *c)
{
    if (mj->catalogue == c)
        return;
    mj->catalogue = c;
    for (size_t i = 0; i < SLOTS; i++)
        slot_clear(&mj->slots[i]);
}

/* The one that was not used for longest gives way. */
static struct slot *slot_of(struct message_judge *mj, const struct theme *theme,
                            const struct tables *tables, struct utc_ms received)
{
    struct slot *s = &mj->slots[0];
    for (size_t i = 0; i < SLOTS; i++) {
        struct slot *at = &mj->slots[i];
        if (at->theme == theme && at->tables == tables) {
            at->used = ++mj->uses;
            return at;
        }
        if (at->used < s->used)
            s = at;
    }
    slot_clear(s);
    *s = (struct slot){
        .theme = theme,
        .tables = tables,
        .reader = reader_create(READER_NDJSON, ENCODING_UTF8, theme),
        .judge = judge_create(&(struct judge_options){.keys = mj->o.keys,
                                                      .catalogue = mj->catalogue,
                                                      .theme = theme,
                                                      .received = received,
                                                      .born_min = mj->o.born_min}),
        .used = ++mj->uses,
    };
    return s;
}

static void tell(struct judging_message *j, enum rule rule, struct slice column, struct slice hint)
{
    sink_column(&j->sink, rule, column, SLICE(""), hint);
}

static struct slice header(const struct message *m, const char *name)
{
    const struct message_header *h = message_header(m, name);
    return h && h->value.p ? slice_trim(h->value) : SLICE("");
}

/* One that may be shown: of what is no UTF-8 the beginning, with a sign that it broke off, so that
 * it is like nothing that means something. */
static struct slice header_text(struct judging_message *j, const char *name)
{
    struct slice value = header(j->m, name);
    size_t valid = utf8_valid_prefix(value);
    if (valid == value.n)
        return value;
    return arena_printf(j->mj->row, "%.*s\uFFFD", FMT_SLICE(slice_make(value.p, valid)));
}

/* Row and batch of a row that belongs to one. */
static void read_batch(struct judging_message *j, struct delivered *d)
{
    struct slice batch = header(j->m, "batch"), row = header(j->m, "row"),
                 rows = header(j->m, "rows");
    uint64_t number, count = 0;
    if (!message_header(j->m, "batch"))
        return;
    bool is_named = batch.n && batch.n <= BATCH_BYTES_MAX && utf8_valid_prefix(batch) == batch.n;
    bool may_be_none = message_header(j->m, "upload") && message_header(j->m, "step");
    if (!is_named || !slice_u64(row, &number) || (number == 0 && !may_be_none) ||
        number > INT64_MAX || (rows.n && (!slice_u64(rows, &count) || number > count))) {
        tell(j, RULE_MESSAGE_BATCH, is_named ? SLICE("row") : SLICE("batch"), SLICE(""));
        return;
    }
    d->batch = arena_dup(j->a, batch);
    d->batch_row = number;
    d->ends_batch = number == count;
}

/* "1024:ab…": bytes of the body, and their SHA-256 in hexadecimal digits. */
static bool read_body(struct slice text, struct delivered *d)
{
    struct slice bytes = slice_cut(&text, ':');
    return slice_u64(bytes, &d->bytes_done) && hex_parse(text, d->hash, sizeof d->hash);
}

/* "ca": the format and the declared encoding of a body. */
static bool read_kind(struct slice text, struct delivered *d)
{
    if (text.n != 2 || !memchr("cn", text.p[0], 2) || !memchr("uga", text.p[1], 3))
        return false;
    d->format = text.p[0];
    d->encoding = text.p[1];
    return true;
}

/* It cannot be understood: a message like any other. */
static void of_none(struct delivered *d)
{
    d->is_upload = false;
    d->step = UPLOAD_ROW;
    d->batch = SLICE("");
}

/* The attempt to which a message of an upload belongs, and what it is of it. */
static void read_upload(struct judging_message *j, struct delivered *d)
{
    struct slice upload = header(j->m, "upload"), step = header(j->m, "step");
    bool is_good = d->batch.n && base32_parse(upload, d->upload, sizeof d->upload);
    if (!message_header(j->m, "upload"))
        return;
    d->is_upload = true;
    if (slice_eq(step, SLICE("begin"))) {
        d->step = UPLOAD_BEGIN;
        is_good = is_good && read_kind(header(j->m, "kind"), d);
    } else {
        d->step = step.n ? UPLOAD_END : UPLOAD_ROW;
        is_good = is_good && (!step.n || slice_eq(step, SLICE("end"))) &&
                  read_body(header(j->m, "body"), d);
    }
    if (is_good && !j->sink.rejects)
        return;
    if (!j->sink.rejects)
        tell(j, RULE_MESSAGE_BATCH, SLICE("upload"), SLICE(""));
    of_none(d);
}

/* What the body says where the headers say nothing. False when it cannot be read. */
static bool find_in_body(struct judging_message *j)
{
    struct scan_pair *pairs;
    size_t count;
    const char *why = "";
    int r = scan_object(j->mj->scan, j->mj->row, j->value, READER_FIELDS_MAX, &pairs, &count, &why);
    if (r < 0) {
        tell(j, RULE_JSON_INVALID, SLICE(""),
             r == CE_TOO_LARGE ? arena_printf(j->mj->row, "> %d", READER_FIELDS_MAX)
                               : slice_of(why));
        return false;
    }
    for (size_t i = 0; i < count && !j->theme.n; i++)
        if (slice_eq(pairs[i].key, SLICE("_theme")) && pairs[i].kind != SCAN_NESTED)
            j->theme = slice_trim(pairs[i].value);
    return true;
}

/* The theme as it was in force, if the department may hand it in. NULL otherwise: that is told. */
static const struct theme *find_theme(struct judging_message *j, struct delivered *d)
{
    const struct catalogue *c = j->mj->catalogue;
    if (j->theme.n == 0) {
        tell(j, RULE_MESSAGE_THEME_MISSING, SLICE("theme"), SLICE(""));
        return NULL;
    }
    const struct theme *t = catalogue_theme_at(c, j->theme, j->m->time);
    if (!t) {
        tell(j, RULE_MESSAGE_THEME_UNKNOWN, SLICE("theme"), j->theme);
        return NULL;
    }
    d->theme = t->number;
    if (slice_eq(t->department, j->department))
        return t;
    const struct department *of = catalogue_department_at(c, t->department, j->m->time);
    tell(j, RULE_DEPARTMENT_THEME, SLICE("theme"), of ? of->zh : t->department);
    return NULL;
}

/* Takes `_theme` out of the row, which is no item, and compares what stands twice. */
static void compare(struct judging_message *j, struct raw_row *row)
{
    size_t kept = 0;
    for (size_t i = 0; i < row->count; i++) {
        const struct raw_value *v = &row->values[i];
        if (v->item || v->reserved != RESERVED_NONE || !slice_eq(v->column, SLICE("_theme"))) {
            row->values[kept++] = *v;
            continue;
        }
        if (v->value.n && !slice_eq(slice_trim(v->value), j->theme))
            tell(j, RULE_MESSAGE_HEADER, SLICE("_theme"), SLICE("theme"));
    }
    row->count = kept;
    if (j->op.n && row->op.n && !slice_eq(slice_trim(row->op), j->op))
        tell(j, RULE_MESSAGE_HEADER, SLICE("_op"), SLICE("op"));
    if (j->op.n)
        row->op = j->op;
}

/* A row that its uploader could not read is shown and not judged. */
static void read_unread(struct judging_message *j, enum rule rule, struct raw_row *ret)
{
    *ret = (struct raw_row){
        .row = (uint64_t)j->m->offset, .unreadable = rule, .hint = header_text(j, "hint")};
    ret->values = ARENA_NEW(j->mj->row, struct raw_value);
    ret->values[0] = (struct raw_value){.column = SLICE("#1"), .value = j->value};
    ret->count = 1;
}

/* The rule of reading that the header names; RULE_NONE when it names none. */
static enum rule unread_rule(struct slice id)
{
    static const enum rule rules[] = {RULE_CSV_FIELDS, RULE_TEXT_ENCODING, RULE_ROW_SIZE,
                                      RULE_JSON_INVALID};
    for (size_t i = 0; i < ARRAY_LEN(rules); i++)
        if (slice_eq(id, slice_of(rule_id(rules[i]))))
            return rules[i];
    return RULE_NONE;
}

static struct slice without_mark(struct slice value)
{
    return slice_starts(value, SLICE("\xEF\xBB\xBF")) ? slice_from(value, 3) : value;
}

/* What is known of a message before its row is read. False: it is told what is wrong with it. */
static bool read_head(struct judging_message *j, bool is_row, enum rule *ret_unread)
{
    j->theme = header_text(j, "theme");
    j->names_theme = j->theme.n > 0;
    j->op = header_text(j, "op");
    j->unread = header_text(j, "unread");
    *ret_unread = unread_rule(j->unread);
    if (!is_row)
        return !j->sink.rejects;
    if (j->unread.n && *ret_unread == RULE_NONE)
        tell(j, RULE_MESSAGE_UNREAD, SLICE("unread"), j->unread);
    else if (j->value.n == 0 && *ret_unread == RULE_NONE)
        tell(j, RULE_MESSAGE_EMPTY, SLICE(""), SLICE(""));
    else if (j->value.n > READER_ROW_BYTES_MAX)
        tell(j, RULE_ROW_SIZE, SLICE(""), arena_printf(j->mj->row, "%d", READER_ROW_BYTES_MAX));
    else if (*ret_unread == RULE_NONE && !j->names_theme)
        return find_in_body(j);
    return !j->sink.rejects;
}

/* The row by its theme's reader and judge. */
static int judge_by(struct judging_message *j, const struct theme *theme, enum rule unread,
                    const struct delivered *d, struct judged *ret)
{
    struct slot *slot = slot_of(j->mj, theme, d->tables, j->m->time);
    struct raw_row row;
    if (unread == RULE_NONE)
        reader_object(slot->reader, j->mj->row, j->value, (uint64_t)j->m->offset, &row);
    else
        read_unread(j, unread, &row);
    if (!d->is_upload) /* in a file these names mean nothing */
        compare(j, &row);
    if (j->sink.rejects)
        return 0;
    judge_at(slot->judge, j->m->time, (uint32_t)j->m->partition);
    return judge_row(slot->judge, j->a, &row, ret);
}

/* A rejected row of a batch goes back to its sender as it came, in one column, which each part of
 * the batch's receipt names. Of others the message itself is there. */
static int keep(struct message_judge *mj, struct arena *a, struct slice value, struct slice *ret)
{
    struct raw_value only = {.column = SLICE("#1"), .value = value};
    return keeper_row(mj->keeper, a, &(struct raw_row){.values = &only, .count = 1}, ret);
}

static int keep_row(struct judging_message *j, struct judged *row, struct delivered *d)
{
    int r = 0;
    if (!d->batch.n)
        return 0;
    if (!j->mj->knows_column) /* the first row makes it known */
        r = keep(j->mj, j->a, SLICE("?"), &row->kept);
    j->mj->knows_column = r == 0;
    row->kept = (struct slice){NULL, 0};
    if (r == 0 && row->rejected && !row->is_forbidden)
        r = keep(j->mj, j->a, j->value, &row->kept);
    return r < 0 ? r : keeper_columns(j->mj->keeper, j->a, &d->columns);
}

int message_judge_row(struct message_judge *mj, struct arena *a, struct slice department,
                      const struct message *m, struct judged *ret, struct delivered *ret_delivered)
{
    CHECK(mj->catalogue && m->offset >= 0);
    arena_reset(mj->row);
    struct judging_message j = {mj, a, department, m, .sink = {.a = a}};
    struct delivered d = {.received = m->time,
                          .tables = catalogue_tables_at(mj->catalogue, m->time),
                          .bytes = m->value.n};
    enum rule unread;
    const struct theme *theme = NULL;
    *ret = (struct judged){.row = (uint64_t)m->offset};
    j.value = without_mark(m->value);
    read_batch(&j, &d);
    read_upload(&j, &d);
    bool is_row = d.step == UPLOAD_ROW;
    bool is_readable = read_head(&j, is_row, &unread);
    /* Also of what is rejected: it is counted with its theme. A batch ends all the same when its
     * theme is in force no more. */
    if ((is_readable || j.theme.n) && d.step != UPLOAD_END)
        theme = find_theme(&j, &d);
    int r = 0;
    if (!is_row && !j.sink.rejects) {
        ret->rejected = true; /* there is nothing to apply */
        *ret_delivered = d;
        return 0;
    }
    if (is_readable && theme && !j.sink.rejects)
        r = judge_by(&j, theme, unread, &d, ret);
    if (j.sink.rejects && d.step != UPLOAD_ROW)
        of_none(&d);
    if (j.sink.rejects) {
        *ret = (struct judged){.row = (uint64_t)m->offset,
                               .findings = j.sink.findings,
                               .rejected = true,
                               .is_forbidden = true};
    }
    if (r == 0)
        r = keep_row(&j, ret, &d);
    *ret_delivered = d;
    return r;
}

void message_known_by(const struct keys *k, const struct message *m,
                      uint8_t out[MESSAGE_KNOWN_BYTES])
{
    AUTO_BUF(text, KNOWN_BYTES_MAX + KEY_BYTES_MAX + 64);
    buf_add_slice(&text, SLICE("message"));
    wire_put_u64(&text, (uint64_t)m->time.v);
    wire_put_var(&text, m->key.n);
    buf_add(&text, m->key.p, m->key.n < KEY_BYTES_MAX ? m->key.n : KEY_BYTES_MAX);
    wire_put_var(&text, m->value.n);
    buf_add(&text, m->value.p, m->value.n < KNOWN_BYTES_MAX ? m->value.n : KNOWN_BYTES_MAX);
    CHECK(text.err == 0);
    crypt_hash16(k, KEY_CONTENT, buf_slice(&text), out);
}
