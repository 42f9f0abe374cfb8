/* From a parcel of messages to rows of the commit in the making. Each message is counted with its
 * partition and in the ledger; one that is a row of a batch is counted with the batch as well, the
 * first time that it comes: at or below the batch's rows done it is a duplicate in the partition's
 * account, is not applied, and nothing in the batch's (design §8).
 *
 * A message of an upload that was published counts only in its turn: of the attempt that goes on
 * with the batch, behind the last row. Any other is no row at all, like a message of an aborted
 * transaction: it was sent by an attempt that is over, and nobody was told that it arrived. All of
 * this is a function of what the partition holds and of nothing else, so that a replica and a
 * rebuild come to the same. */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "ingest/account.h"
#include "ingest/writer_parts.h"

static struct fed_batch **bucket_of(struct writer *w, const struct batch_id *id)
{
    return &w->fed[(id->b[0] << 8 | id->b[1]) % FED_BUCKETS]; /* a keyed hash is spread already */
}

static struct fed_batch *fed_find(struct fed_batch *f, const struct batch_id *id)
{
    while (f && memcmp(f->id.b, id->b, sizeof id->b) != 0)
        f = f->in_bucket;
    return f;
}

bool writer_feeds(const struct writer *w, const struct batch_id *id)
{
    return fed_find(w->fed[(id->b[0] << 8 | id->b[1]) % FED_BUCKETS], id) != NULL;
}

/* As the store has it. */
static int fed_load(struct writer *w, struct fed_batch *f)
{
    uint8_t key[6 + BATCH_ID_BYTES] = "batch/";
    memcpy(key + 6, f->id.b, BATCH_ID_BYTES);
    struct slice bytes;
    int r = batch_get(w->batch, w->arena, CF_STATE, slice_make(key, sizeof key), &bytes);
    if (r == 0) {
        r = batch_state_decode(bytes, &f->next);
        f->is_known = r == 0;
        f->is_counted = r == 0 && batch_is_fed(&f->next);
    }
    return r == CE_NOT_FOUND ? 0 : r;
}

/* New with this message. */
static void fed_make(struct writer *w, const struct delivered *d, struct fed_batch *f)
{
    struct batch_state made = {.number = w->counters.next_batch++,
                               .department = f->next.department,
                               .name = f->next.name,
                               .theme = d->theme,
                               .format = d->is_upload ? d->format : BATCH_OF_MESSAGES,
                               .encoding = d->is_upload ? d->encoding : 'u',
                               .received = d->received,
                               .is_published = d->is_upload};
    if (d->is_upload)
        crypt_sha256((struct slice){0}, made.hash);
    f->next = made;
    f->is_known = f->is_counted = true;
}

/* The state's texts outlive the parcel and the arena, which are emptied while a run is gathered. */
static struct slice keep(struct slice s)
{
    char *copy = malloc(s.n + 1);
    CHECK(copy);
    memcpy(copy, s.p, s.n);
    return slice_make(copy, s.n);
}

static int fed_take(struct writer *w, struct slice department, const struct delivered *d,
                    struct fed_batch **ret)
{
    struct batch_id id = batch_id_make(w->o.keys, department, d->batch);
    struct fed_batch **bucket = bucket_of(w, &id), *f = fed_find(*bucket, &id);
    if (!f) {
        f = calloc(1, sizeof *f);
        CHECK(f);
        f->id = id;
        int r = fed_load(w, f);
        if (r < 0) {
            free(f);
            return r;
        }
        f->next.department = keep(department);
        f->next.name = keep(d->batch);
        receipt_pack_init(&f->pack);
        f->in_bucket = *bucket;
        *bucket = f;
    }
    if (!f->is_known && (!d->is_upload || d->step == UPLOAD_BEGIN))
        fed_make(w, d, f);
    *ret = f;
    return 0;
}

static void each_fed(struct writer *w, void (*each)(struct writer *w, struct fed_batch *f))
{
    for (size_t i = 0; i < FED_BUCKETS; i++)
        for (struct fed_batch *f = w->fed[i], *next; f; f = next) {
            next = f->in_bucket;
            each(w, f);
        }
}

static void put_receipt(struct writer *w, struct fed_batch *f)
{
    if (f->is_counted)
        CHECK(receipt_pack_put(&f->pack, w->batch, f->next.number) == 0);
}

static void put_state(struct writer *w, struct fed_batch *f)
{
    if (f->is_counted)
        batch_state_put(w->batch, &f->id, &f->next);
}

static void forget(struct writer *w, struct fed_batch *f)
{
    (void)w;
    receipt_pack_fini(&f->pack);
    free((char *)(uintptr_t)f->next.department.p);
    free((char *)(uintptr_t)f->next.name.p);
    free(f);
}

void writer_put_fed_receipts(struct writer *w)
{
    each_fed(w, put_receipt);
}

void writer_put_fed(struct writer *w)
{
    each_fed(w, put_state);
    writer_forget_fed(w);
}

void writer_forget_fed(struct writer *w)
{
    each_fed(w, forget);
    memset(w->fed, 0, sizeof w->fed);
}

int writer_may_take(struct writer *w, const struct parcel *p)
{
    const struct pending *pend = p->pending;
    const struct delivery *d = p->delivery;
    if (pend->broken || !d)
        return pend->broken;
    const struct partition_state *s = pend->is_in_commit ? &pend->ahead : &pend->partition->state;
    bool fits = d->judged_by == writer_catalogue(w) && d->from == s->next;
    return fits ? 0 : CE_CONFLICT;
}

static void count_in_batch(struct fed_batch *f, const struct judged *row, const struct delivered *d,
                           enum verdict v)
{
    struct batch_state *next = &f->next;
    receipt_pack_skip(&f->pack, next->rows_done + 1, d->batch_row);
    account_row(&(struct account){&next->totals, NULL, &f->pack}, d->batch_row, v, row->findings,
                row->kept);
    if (d->columns.n)
        receipt_pack_columns(&f->pack, d->columns);
    next->rows_done = d->batch_row;
    next->bytes_done += d->bytes;
}

/* An attempt begins: what earlier ones sent and comes later is nothing from now on. */
static void begin_upload(struct batch_state *next, uint32_t partition, const struct delivered *d)
{
    if (!next->is_published || next->finished.v || next->theme != d->theme ||
        next->format != d->format || next->encoding != d->encoding)
        return;
    next->partition = partition;
    memcpy(next->upload, d->upload, sizeof next->upload);
}

static bool is_in_turn(const struct batch_state *next, const struct delivered *d)
{
    uint64_t wanted = next->rows_done + (d->step == UPLOAD_ROW);
    return next->is_published && !next->finished.v && d->batch_row == wanted &&
           memcmp(next->upload, d->upload, sizeof next->upload) == 0;
}

/* At the time of the message, not of its reading: a replica and a rebuild say the same. */
static void end_batch(struct writer *w, struct batch_state *next, const struct delivered *d)
{
    next->finished = d->received;
    if (!w->ended_ms)
        w->ended_ms = clock_mono_ms();
}

/* Where the body stands with this row, or at its end. */
static void note_body(struct batch_state *next, const struct delivered *d)
{
    next->bytes_done = d->bytes_done;
    memcpy(next->hash, d->hash, sizeof next->hash);
}

/* A message of an upload. False: it is no row. */
static bool take_upload(struct writer *w, struct fed_batch *fed, uint32_t partition,
                        const struct delivered *d)
{
    CHECK(fed); /* what names no batch is of no upload */
    bool is_in = fed->is_known && is_in_turn(&fed->next, d);
    switch (d->step) {
    case UPLOAD_BEGIN:
        begin_upload(&fed->next, partition, d);
        if (!w->ended_ms) /* its uploader waits for it */
            w->ended_ms = clock_mono_ms();
        return false;
    case UPLOAD_END:
        if (is_in) {
            note_body(&fed->next, d);
            end_batch(w, &fed->next, d);
        }
        return false;
    case UPLOAD_ROW:
        return is_in;
    }
    UNREACHABLE();
}

/* The offset is there and holds no row. */
static void pass(struct writer *w, struct pending *pend, uint64_t offset, const struct delivered *d)
{
    receipt_pack_skip(&pend->pack, pend->ahead.next, offset + 1);
    pend->ahead.next = offset + 1;
    if (d->received.v > w->counters.newest_received.v)
        w->counters.newest_received = d->received;
}

static int take_message(struct writer *w, struct parcel *p, unsigned i)
{
    struct judged *row = &p->rows[i];
    const struct delivered *d = &p->delivery->rows[i];
    struct partition_state *ahead = &p->pending->ahead;
    struct receipt_pack *pack = &p->pending->pack;
    struct fed_batch *fed = NULL;
    struct gate_result gate = {.verdict = VERDICT_REJECTED};
    int r = d->batch.n ? fed_take(w, ahead->department, d, &fed) : 0;
    if (r < 0)
        return r;
    if (d->is_upload && !take_upload(w, fed, ahead->partition, d)) {
        pass(w, p->pending, row->row, d);
        return 0;
    }
    if (fed && (!fed->is_counted || fed->next.is_published != d->is_upload))
        fed = NULL;
    bool is_again = fed && d->batch_row <= fed->next.rows_done;
    w->apply.tables = d->tables;
    if (is_again)
        gate.verdict = VERDICT_DUPLICATE;
    else if (!row->rejected)
        r = apply_row(&w->apply, row, &gate);
    if (r < 0)
        return r;
    if (gate.version_reused)
        account_reused(p->arena, &row->findings);
    struct totals *line = ledger_cache_touch(w->ledger, w->batch, w->arena, ahead->department,
                                             d->theme, day_of(d->received));
    if (!line)
        return CE_IO;
    size_t before = pack->details.n;
    receipt_pack_skip(pack, ahead->next, row->row);
    account_row(&(struct account){&ahead->totals, line, pack}, row->row, gate.verdict,
                is_again ? NULL : row->findings, (struct slice){0});
    w->kept_bytes += pack->details.n - before;
    ahead->next = row->row + 1;
    if (d->received.v > w->counters.newest_received.v)
        w->counters.newest_received = d->received;
    if (!fed || is_again)
        return 0;
    before = fed->pack.details.n;
    count_in_batch(fed, row, d, gate.verdict);
    w->kept_bytes += fed->pack.details.n - before;
    if (d->is_upload)
        note_body(&fed->next, d);
    else if (d->ends_batch && !fed->next.finished.v)
        end_batch(w, &fed->next, d);
    return 0;
}

int writer_take_messages(struct writer *w, struct parcel *p)
{
    struct partition_state *ahead = &p->pending->ahead;
    struct receipt_pack *pack = &p->pending->pack;
    const struct delivery *d = p->delivery;
    for (unsigned i = 0; i < p->count; i++) {
        int r = take_message(w, p, i);
        if (r < 0)
            return r;
    }
    if (p->count) {
        ahead->has_last = true;
        ahead->last_offset = p->rows[p->count - 1].row;
        ahead->last_time = d->last_time;
        memcpy(ahead->last_hash, d->last_hash, sizeof ahead->last_hash);
    }
    ahead->stop = STOP_NONE; /* one that ended by itself */
    ahead->gap = 0;
    ahead->stopped = (struct utc_ms){0};
    /* Behind the last message may lie marks of transactions. */
    receipt_pack_skip(pack, ahead->next, d->next);
    ahead->next = d->next;
    for (unsigned i = 0; i < p->count; i++)
        if (d->rows[i].received.v > pack->newest.v)
            pack->newest = d->rows[i].received;
    return 0;
}
