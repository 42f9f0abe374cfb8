/* From a parcel to rows of the commit in the making: each row passes the gate and is applied, what
 * became of it goes into its batch's receipt and into the ledger. When the commit goes is for
 * writer.c. */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "ingest/account.h"
#include "ingest/writer_parts.h"

static void join_commit(struct writer *w, struct pending *pend)
{
    if (pend->is_in_commit)
        return;
    CHECK(w->in_commit_count < ARRAY_LEN(w->in_commit));
    w->in_commit[w->in_commit_count++] = pend;
    pend->is_in_commit = true;
    if (pend->batch)
        pend->next = pend->batch->state;
    else
        pend->ahead = pend->partition->state;
}

static int count_row(struct writer *w, struct open_batch *ob, const struct judged *row,
                     enum verdict verdict)
{
    size_t before = ob->pending->pack.details.n;
    struct totals *line = ledger_cache_touch(w->ledger, w->batch, w->arena, ob->state.department,
                                             ob->state.theme, day_of(ob->state.received));
    if (!line)
        return CE_IO;
    account_row(&(struct account){&ob->pending->next.totals, line, &ob->pending->pack}, row->row,
                verdict, row->findings, row->kept);
    w->kept_bytes += ob->pending->pack.details.n - before;
    return 0;
}

/* The changes so far, packed. */
void writer_put_events(struct writer *w)
{
    if (!w->events.n)
        return;
    uint8_t key[8];
    be64_put(key, w->counters.next_event++);
    AUTO_BUF(value, EVENT_BYTES_MAX + 16);
    wire_put_u8(&value, 1);
    wire_put_var(&value, w->events.n / EVENT_BYTES);
    buf_add_slice(&value, buf_slice(&w->events));
    batch_put(w->batch, CF_EVENT, slice_make(key, sizeof key), buf_slice(&value));
    buf_clear(&w->events);
}

void writer_put_receipts(struct writer *w)
{
    for (unsigned i = 0; i < w->in_commit_count; i++) {
        struct pending *pend = w->in_commit[i];
        uint64_t number = pend->batch ? pend->next.number : pend->ahead.number;
        int r = receipt_pack_put(&pend->pack, w->batch, number);
        CHECK(r == 0);
    }
    writer_put_fed_receipts(w);
    w->kept_bytes = 0;
}

size_t writer_backlog_of(const struct parcel *p)
{
    return p->delivery && !p->is_pressed ? 0 : p->count;
}

/* Pressure is what shifts the writer up: rows that come while more of them wait. Messages that have
 * just come are none, however many parcels they fill. */
static void feel(struct writer *w, const struct parcel *p)
{
    int64_t now = clock_mono_ms();
    if (now - w->pressed_ms > PRESSED_MS)
        w->pressed_rows = 0;
    if (!p->is_pressed && (p->delivery || queue_length(w->queue) == 0))
        return;
    w->pressed_rows += p->count;
    w->pressed_ms = now;
}

void writer_batch_ended(struct writer *w)
{
    w->ended_count++;
    if (!w->ended_ms)
        w->ended_ms = clock_mono_ms();
}

static int take_rows(struct writer *w, struct parcel *p)
{
    struct open_batch *ob = p->pending->batch;
    int r = 0;
    w->apply.tables = ob->tables;
    for (unsigned i = 0; r == 0 && i < p->count; i++) {
        struct judged *row = &p->rows[i];
        struct gate_result gate = {.verdict = VERDICT_REJECTED};
        if (!row->rejected) {
            r = apply_row(&w->apply, row, &gate);
            if (gate.version_reused)
                account_reused(p->arena, &row->findings);
        }
        if (r == 0)
            r = count_row(w, ob, row, gate.verdict);
    }
    if (p->columns.n)
        receipt_pack_columns(&ob->pending->pack, p->columns);
    struct batch_state *next = &ob->pending->next;
    if (p->count)
        next->rows_done = p->rows[p->count - 1].row;
    next->bytes_done = p->bytes_done;
    memcpy(next->hash, p->hash, sizeof next->hash);
    if (p->is_last) {
        next->finished = clock_now(w->o.clock);
        writer_batch_ended(w);
    }
    return r;
}

int writer_take_parcel(struct writer *w, struct parcel *p)
{
    join_commit(w, p->pending);
    feel(w, p);
    int r = apply_read_ahead(&w->apply, p->rows, p->count);
    if (r == 0)
        r = p->delivery ? writer_take_messages(w, p) : take_rows(w, p);
    w->rows += p->count;
    return r;
}

void writer_gather_rest(struct writer *w)
{
    writer_put_receipts(w);
    for (unsigned i = 0; i < w->in_commit_count; i++) {
        const struct pending *pend = w->in_commit[i];
        if (pend->batch)
            batch_state_put(w->batch, &pend->batch->id, &pend->next);
        else
            partition_state_put(w->batch, &pend->ahead);
    }
    writer_put_fed(w);
    ledger_cache_put(w->ledger, w->batch);
    writer_put_events(w);
    counters_put(w->batch, &w->counters);
}
