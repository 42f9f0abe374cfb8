/* A receipt as text, piece by piece, so that a file of any size has a receipt of any size. JSON:
 * the head, then `rows`. CSV: one line for each entry of `rows`, headed in Chinese and English,
 * with a BOM so that spreadsheets read it as UTF-8. */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/csv.h"
#include "base/err.h"
#include "base/json.h"
#include "query/accounts.h"

enum { PIECE_BYTES = 32 * 1024, ARENA_LIMIT = 64 << 20, REMEDY_MAX = 4096 };

struct receipt_text {
    struct query_source source;
    struct arena *arena;
    struct batch_id id;
    struct batch_state state;
    bool as_csv;
    bool head_is_out, is_first, has_ended;
    uint64_t next_row;
    /* Lines of one row may be cut by a full piece: how many of them are out already. */
    uint64_t partial_row;
    unsigned partial_lines, seen_lines;
    struct buf *out;
};

/* A row that is stale or a duplicate without a finding of its own still comes with a sentence on
 * what to do. */
static enum rule rule_of(const struct receipt_line *l)
{
    if (l->rule)
        return l->rule;
    switch (l->verdict) {
    case VERDICT_DUPLICATE:
        return RULE_BATCH_DUPLICATE;
    case VERDICT_STALE:
        return RULE_VERSION_STALE;
    case VERDICT_STORED:
    case VERDICT_CHANGED:
    case VERDICT_REJECTED:
        break;
    }
    return RULE_NONE;
}

static void remedy_of(const struct receipt_line *l, enum rule rule, struct buf *ret)
{
    if (rule)
        rule_remedy(rule, l->hint, ret);
}

void receipt_line_json(const struct receipt_line *l, struct buf *b)
{
    enum rule rule = rule_of(l);
    struct json_out o = json_out_of(b);
    json_object_begin(&o);
    json_put_u64(&o, "row", l->row);
    if (l->to > l->row)
        json_put_u64(&o, "to", l->to);
    json_put_cstr(&o, "verdict", verdict_code(l->verdict));
    if (rule)
        json_put_cstr(&o, "rule", rule_id(rule));
    if (l->item.n)
        json_put_string(&o, "item", l->item);
    if (l->value.n)
        json_put_string(&o, "value", l->value);
    AUTO_BUF(remedy, REMEDY_MAX);
    remedy_of(l, rule, &remedy);
    if (remedy.n)
        json_put_string(&o, "remedy", buf_slice(&remedy));
    json_object_end(&o);
}

static void line_csv(const struct receipt_line *l, struct buf *b)
{
    enum rule rule = rule_of(l);
    char row[24], to[24];
    snprintf(row, sizeof row, "%llu", (unsigned long long)l->row);
    snprintf(to, sizeof to, "%llu", (unsigned long long)l->to);
    AUTO_BUF(remedy, REMEDY_MAX);
    remedy_of(l, rule, &remedy);
    csv_put(b, slice_of(row), true);
    csv_put(b, l->to > l->row ? slice_of(to) : (struct slice){0}, false);
    csv_put(b, slice_of(verdict_code(l->verdict)), false);
    csv_put(b, slice_of(verdict_zh(l->verdict)), false);
    csv_put(b, rule ? slice_of(rule_id(rule)) : (struct slice){0}, false);
    csv_put(b, l->item, false);
    csv_put(b, l->value, false);
    csv_put(b, buf_slice(&remedy), false);
    buf_add_slice(b, SLICE("\r\n"));
}

void totals_json(struct json_out *o, const struct totals *t)
{
    json_put_u64(o, "received", t->received);
    json_put_u64(o, "stored", t->stored);
    json_put_u64(o, "changed", t->changed);
    json_put_u64(o, "duplicate", t->duplicate);
    json_put_u64(o, "stale", t->stale);
    json_put_u64(o, "rejected", t->rejected);
    json_put_u64(o, "warned", t->warned);
    json_put_u64(o, "noted", t->noted);
}

static void names_json(struct json_out *o, const char *key, struct slice zh, struct slice en)
{
    json_key(o, key);
    json_object_begin(o);
    json_put_string(o, "zh", zh);
    json_put_string(o, "en", en);
    json_object_end(o);
}

void receipt_head_json(struct json_out *o, const struct catalogue *c, const struct batch_id *id,
                       const struct batch_state *s)
{
    char text[2 * BATCH_ID_BYTES], when[30];
    base32_print(id->b, sizeof id->b, text);
    const struct theme *theme = catalogue_number_at(c, s->theme, s->received);
    const struct department *department = catalogue_department(c, s->department);
    json_put_cstr(o, "id", text);
    json_put_string(o, "theme", theme ? theme->code : (struct slice){0});
    if (theme)
        names_json(o, "theme_name", theme->zh, theme->en);
    json_put_string(o, "department", s->department);
    if (department)
        names_json(o, "department_name", department->zh, department->en);
    json_put_string(o, "batch", s->name);
    json_put_cstr(o, "state", s->finished.v ? "finished" : "open");
    utc_print(s->received, when);
    json_put_cstr(o, "received_at", when);
    if (s->finished.v) {
        utc_print(s->finished, when);
        json_put_cstr(o, "finished_at", when);
    }
    totals_json(o, &s->totals);
}

static void head_out(struct receipt_text *t)
{
    if (t->as_csv) {
        buf_add_slice(t->out, SLICE("\xEF\xBB\xBF行 row,至 to,结论 verdict,说明,规则 rule,项 "
                                    "item,值 value,处理 remedy\r\n"));
        return;
    }
    struct json_out o = json_out_of(t->out);
    json_object_begin(&o);
    receipt_head_json(&o, t->source.catalogue, &t->id, &t->state);
    json_key(&o, "rows");
    buf_add_char(t->out, '[');
}

static bool each_line(void *ctx, const struct receipt_line *l)
{
    struct receipt_text *t = ctx;
    if (l->row != t->partial_row) {
        t->partial_row = l->row;
        t->partial_lines = 0;
        t->seen_lines = 0;
    }
    if (t->seen_lines++ < t->partial_lines)
        return true;
    if (t->out->n >= PIECE_BYTES) {
        t->next_row = l->row;
        return false;
    }
    if (t->as_csv) {
        line_csv(l, t->out);
    } else {
        if (!t->is_first)
            buf_add_char(t->out, ',');
        receipt_line_json(l, t->out);
    }
    t->is_first = false;
    t->partial_lines++;
    t->next_row = UINT64_MAX;
    return true;
}

int receipt_text_open(const struct query_source *s, const struct batch_id *id, bool as_csv,
                      struct receipt_text **ret)
{
    struct receipt_text *t = calloc(1, sizeof *t);
    CHECK(t);
    *t = (struct receipt_text){
        .source = *s, .id = *id, .as_csv = as_csv, .is_first = true, .next_row = 1};
    t->arena = arena_create(ARENA_LIMIT);
    struct view *v;
    int r = view_open(s->store, &v);
    if (r == 0) {
        r = batch_state_get(v, t->arena, id, &t->state);
        view_close(v);
    }
    if (r < 0) {
        receipt_text_close(t);
        return r;
    }
    *ret = t;
    return 0;
}

bool receipt_text_next(struct receipt_text *t, struct buf *b)
{
    if (t->has_ended)
        return false;
    t->out = b;
    if (!t->head_is_out) {
        head_out(t);
        t->head_is_out = true;
    }
    uint64_t from = t->next_row;
    t->next_row = UINT64_MAX;
    t->seen_lines = 0;
    /* A view for each piece: a client that reads slowly must not hold the store open. */
    struct view *v;
    int r = view_open(t->source.store, &v);
    if (r == 0) {
        r = receipts_walk(v, t->state.number, from, each_line, t);
        view_close(v);
    }
    if (r < 0) {
        b->err = r;
        t->has_ended = true;
        return false;
    }
    if (t->next_row == UINT64_MAX) {
        if (!t->as_csv)
            buf_add_slice(b, SLICE("]}"));
        t->has_ended = true;
    }
    return true;
}

void receipt_text_close(struct receipt_text *t)
{
    if (!t)
        return;
    arena_destroy(t->arena);
    free(t);
}
