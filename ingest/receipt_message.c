/* A receipt as JSON. Rows and runs are gathered first, to find out where the message has to end;
 * the head, which counts them, goes before. A message that would be longer than brokers usually
 * take is divided between two rows, at a place that depends on nothing but the pack and where it
 * began. */
#include "ingest/receipt_message.h"

#include <stdio.h>

#include "base/check.h"
#include "base/json.h"
#include "record/rule.h"
#include "record/verdict.h"

enum { FORMAT = 1, REMEDY_BYTES_MAX = 4096, PART_BYTES_MAX = 64 << 20 };

void receipt_message_id(const struct receipt_about *about, uint64_t first, uint64_t last,
                        char out[RECEIPT_ID_BYTES])
{
    char generation[16] = "";
    if (about->generation)
        snprintf(generation, sizeof generation, ".%u", about->generation);
    int n =
        snprintf(out, RECEIPT_ID_BYTES, "%.*s/%u%s/%llu-%llu", FMT_SLICE(about->topic),
                 about->partition, generation, (unsigned long long)first, (unsigned long long)last);
    CHECK(n > 0 && n < RECEIPT_ID_BYTES);
}

static void put_head(struct json_out *o, const struct receipt_about *about, uint64_t first,
                     uint64_t last)
{
    char id[RECEIPT_ID_BYTES];
    receipt_message_id(about, first, last, id);
    json_put_u64(o, "format", FORMAT);
    json_put_cstr(o, "id", id);
    json_put_string(o, "department", about->department);
    json_put_string(o, "topic", about->topic);
    json_put_u64(o, "partition", about->partition);
    json_put_u64(o, "generation", about->generation);
    json_put_u64(o, "first_offset", first);
    json_put_u64(o, "last_offset", last);
}

/* What is not rejected and breaks no rule still comes with what to do. */
static enum rule rule_of(const struct receipt_line *l)
{
    return l->rule == RULE_NONE && l->verdict == VERDICT_STALE ? RULE_VERSION_STALE : l->rule;
}

static void put_line(struct json_out *o, const struct receipt_line *l)
{
    enum rule rule = rule_of(l);
    json_object_begin(o);
    json_put_u64(o, "offset", l->row);
    json_put_cstr(o, "verdict", verdict_code(l->verdict));
    if (rule_is_known((unsigned)rule)) {
        AUTO_BUF(remedy, REMEDY_BYTES_MAX);
        rule_remedy(rule, l->hint, &remedy);
        json_put_cstr(o, "rule", rule_id(rule));
        if (l->item.n)
            json_put_string(o, "item", l->item);
        if (l->value.n)
            json_put_string(o, "value", l->value);
        json_put_string(o, "remedy", buf_slice(&remedy));
    }
    json_object_end(o);
}

/* Rows from `from` on into `rows`, until it is long enough: then *end is where. */
static void gather_rows(const struct receipt_read *pack, uint64_t from, size_t bytes_wanted,
                        uint64_t *end, struct buf *rows)
{
    struct json_out o = json_out_of(rows);
    json_array_begin(&o);
    for (size_t i = 0; i < pack->line_count && pack->lines[i].row < *end; i++) {
        const struct receipt_line *l = &pack->lines[i];
        if (l->row < from)
            continue;
        bool is_next = l->row > from && (i == 0 || l->row != pack->lines[i - 1].row);
        if (is_next && rows->n >= bytes_wanted) {
            *end = l->row;
            break;
        }
        put_line(&o, l);
    }
    json_array_end(&o);
}

static void put_run(struct json_out *o, const char *verdict, uint64_t first, uint64_t last)
{
    json_object_begin(o);
    json_put_u64(o, "from", first);
    json_put_u64(o, "to", last);
    json_put_cstr(o, "verdict", verdict);
    json_object_end(o);
}

/* The same of runs; they are counted on the way. */
static void gather_runs(const struct receipt_read *pack, uint64_t from, size_t bytes_wanted,
                        uint64_t *end, struct totals *ret, struct buf *runs)
{
    struct json_out o = json_out_of(runs);
    json_array_begin(&o);
    for (size_t i = 0; i < pack->run_count && pack->runs[i].row < *end; i++) {
        const struct receipt_run *run = &pack->runs[i];
        uint64_t first = run->row < from ? from : run->row;
        uint64_t last = run->to < *end ? run->to : *end - 1;
        if (run->to < from)
            continue;
        if (first > from && runs->n >= bytes_wanted) {
            *end = first;
            break;
        }
        put_run(&o, run->verdict ? verdict_code(run->verdict) : "none", first, last);
        if (run->verdict)
            totals_add_rows(ret, run->verdict, last - first + 1);
    }
    json_array_end(&o);
}

uint64_t receipt_message_put(const struct receipt_about *about, const struct receipt_read *pack,
                             uint64_t from, size_t bytes_wanted, struct buf *b)
{
    CHECK(from >= pack->first && from < pack->end);
    uint64_t end = pack->end;
    struct totals t = {0};
    AUTO_BUF(runs, PART_BYTES_MAX);
    AUTO_BUF(rows, PART_BYTES_MAX);
    gather_runs(pack, from, bytes_wanted / 2, &end, &t, &runs);
    uint64_t runs_end = end;
    gather_rows(pack, from, bytes_wanted / 2, &end, &rows);
    if (end < runs_end) {
        buf_clear(&runs);
        t = (struct totals){0};
        gather_runs(pack, from, bytes_wanted / 2, &end, &t, &runs);
    }
    struct json_out o = json_out_of(b);
    json_object_begin(&o);
    put_head(&o, about, from, end - 1);
    json_put_u64(&o, "received", t.received);
    json_put_u64(&o, "stored", t.stored);
    json_put_u64(&o, "changed", t.changed);
    json_put_u64(&o, "duplicate", t.duplicate);
    json_put_u64(&o, "stale", t.stale);
    json_put_u64(&o, "rejected", t.rejected);
    json_key(&o, "runs");
    json_raw(&o, buf_slice(&runs));
    json_key(&o, "rows");
    json_raw(&o, buf_slice(&rows));
    json_object_end(&o);
    return end;
}

void receipt_message_put_swept(const struct receipt_about *about, uint64_t from, uint64_t end,
                               struct buf *b)
{
    struct json_out o = json_out_of(b);
    json_object_begin(&o);
    put_head(&o, about, from, end - 1);
    json_key(&o, "runs");
    json_array_begin(&o);
    put_run(&o, "forgotten", from, end - 1);
    json_array_end(&o);
    json_key(&o, "rows");
    json_array_begin(&o);
    json_array_end(&o);
    json_object_end(&o);
}
