/* The writing half of the pipeline: what each verdict does to the families. What it does to the
 * subject's row is for apply_subject.c. */
#include "ingest/apply.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/err.h"
#include "ingest/apply_parts.h"
#include "store/ends.h"
#include "store/keys.h"
#include "store/source.h"

/* Scratch memory holds a record or two, or the names of all records of one subject. */
enum { SCRATCH_BYTES_MAX = 1 << 30 };
static const struct utc_ms never = {INT64_MIN};

void apply_init(struct apply *ap, struct batch *b, const struct keys *k, struct counters *counters,
                struct buf *events)
{
    *ap = (struct apply){.batch = b, .keys = k, .counters = counters, .events = events};
    ap->scratch = arena_create(SCRATCH_BYTES_MAX);
}

void apply_fini(struct apply *ap)
{
    arena_destroy(ap->scratch);
    free(ap->dirty);
    free(ap->losses);
    free(ap->touched);
}

void apply_reset(struct apply *ap)
{
    ap->dirty_count = 0;
    ap->loss_count = 0;
    ap->touched_count = 0;
    buf_clear(ap->events);
}

static void event(struct apply *ap, enum verdict v, const struct record_id *id)
{
    wire_put_u8(ap->events, (uint8_t)v);
    buf_add(ap->events, id->b, sizeof id->b);
}

static void ends_put(struct apply *ap, const struct record_head *h)
{
    struct ends_row rows[ENDS_MAX];
    unsigned count = ends_of(h, rows);
    for (unsigned i = 0; i < count; i++) {
        uint8_t value[END_BYTES];
        struct term_key k = term_key_make(rows[i].day, &h->id);
        ends_encode(rows[i].what, value);
        batch_put(ap->batch, CF_BY_TERM, KEY_SLICE(k), slice_make(value, sizeof value));
    }
}

static void ends_delete(struct apply *ap, const struct record_head *h)
{
    struct ends_row rows[ENDS_MAX];
    unsigned count = ends_of(h, rows);
    for (unsigned i = 0; i < count; i++) {
        struct term_key k = term_key_make(rows[i].day, &h->id);
        batch_delete(ap->batch, CF_BY_TERM, KEY_SLICE(k));
    }
}

static void source_put(struct apply *ap, const struct record_id *id, const struct source *s)
{
    uint8_t bytes[SOURCE_BYTES];
    source_encode(s, bytes);
    batch_put(ap->batch, CF_BY_SOURCE, KEY_SLICE(*id), slice_make(bytes, sizeof bytes));
}

static bool about_equal(const struct record *a, const struct record *b)
{
    const struct record_about *x = &a->about, *y = &b->about;
    if (x->is_registration != y->is_registration || x->name_count != y->name_count ||
        !slice_eq(x->status, y->status) || !slice_eq(x->district, y->district) ||
        !record_numbers_equal(x->numbers, x->number_count, y->numbers, y->number_count))
        return false;
    for (unsigned i = 0; i < x->name_count; i++)
        if (x->names[i].kind != y->names[i].kind || !slice_eq(x->names[i].text, y->names[i].text))
            return false;
    return a->head.public_until.v == b->head.public_until.v &&
           a->head.visibility == b->head.visibility;
}

static int store_new(struct apply *ap, const struct judged *row)
{
    bool waits = row->operation == OPERATION_REVOKE;
    struct slice bytes = waits ? row->waiting : row->bytes;
    struct record r;
    int e = record_decode(bytes, &r);
    if (e < 0)
        return e;
    struct subject_id subject = row->subject;
    if (waits) {
        subject.b[0] = SUBJECT_WAITING;
        memcpy(subject.b + 1, row->id.b, sizeof row->id.b);
    }
    struct source s = {.version = row->version,
                       .flags = r.head.flags,
                       .locator = record_key_make(&subject, row->category,
                                                  waits ? (struct day){0} : r.head.day,
                                                  ap->counters->next_record++)};
    memcpy(s.content, row->content, sizeof s.content);
    batch_put(ap->batch, CF_RECORD, KEY_SLICE(s.locator), bytes);
    source_put(ap, &row->id, &s);
    if (waits)
        return 0;
    ends_put(ap, &r.head);
    event(ap, VERDICT_STORED, &row->id);
    apply_touch(ap, &subject);
    return apply_join(ap, &subject, &r);
}

static int old_bytes(struct apply *ap, const struct source *known, struct slice *ret_bytes,
                     struct record *ret)
{
    struct slice bytes;
    int e = batch_get(ap->batch, ap->scratch, CF_RECORD, KEY_SLICE(known->locator), &bytes);
    if (e < 0)
        return e == CE_NOT_FOUND ? CE_FORMAT : e;
    *ret_bytes = arena_dup(ap->scratch, bytes);
    return record_decode(*ret_bytes, ret);
}

static int history_put(struct apply *ap, uint64_t number, const struct version *v,
                       const struct history *h)
{
    AUTO_BUF(bytes, VALUE_BYTES_MAX);
    history_encode(h, &bytes);
    struct history_key k = history_key_make(number, v);
    batch_put(ap->batch, CF_HISTORY, KEY_SLICE(k), buf_slice(&bytes));
    return bytes.err;
}

/* Received times may go back where versions do not: what takes a record's place is current from no
 * earlier than that was. */
static struct utc_ms current_from(const struct judged *row, const struct record *was)
{
    struct utc_ms received = version_received(&row->version);
    return received.v < was->head.current_from.v ? was->head.current_from : received;
}

static struct slice bytes_with(struct apply *ap, const struct judged *row,
                               const struct record_head *h)
{
    struct slice bytes = arena_dup(ap->scratch, row->bytes);
    record_patch_head((char *)(uintptr_t)bytes.p, h);
    return bytes;
}

/* What a revoke leaves under the subject: the revoke's own bytes, and the superseded version's days
 * and visibility, so that a record that was public answers "gone" and no other does. */
static struct slice revoked_bytes(struct apply *ap, const struct judged *row,
                                  const struct record *old)
{
    struct record_head h = row->head;
    h.flags |= RECORD_REVOKED;
    h.current_from = current_from(row, old);
    h.day = old->head.day;
    h.public_until = old->head.public_until;
    h.ended = old->head.ended;
    h.retain_until = old->head.retain_until;
    h.visibility = old->head.visibility;
    return bytes_with(ap, row, &h);
}

static int replace(struct apply *ap, const struct judged *row, const struct source *known)
{
    struct slice was_bytes;
    struct record was, is;
    int e = old_bytes(ap, known, &was_bytes, &was);
    if (e < 0)
        return e;
    struct subject_id was_subject = record_key_subject(&known->locator);
    uint64_t number = record_key_number(&known->locator);
    struct history h = {.subject = was_subject,
                        .current_from = was.head.current_from,
                        .current_until = current_from(row, &was),
                        .record = was_bytes};
    memcpy(h.content, known->content, sizeof h.content);
    if ((e = history_put(ap, number, &known->version, &h)) < 0)
        return e;
    bool revokes = row->operation == OPERATION_REVOKE;
    struct record_head head = row->head;
    head.current_from = h.current_until;
    struct slice bytes = revokes ? revoked_bytes(ap, row, &was) : bytes_with(ap, row, &head);
    if ((e = record_decode(bytes, &is)) < 0)
        return e;
    struct subject_id subject = revokes ? was_subject : row->subject;
    struct source s = {.version = row->version, .flags = is.head.flags};
    memcpy(s.content, row->content, sizeof s.content);
    s.locator =
        revokes ? known->locator : record_key_make(&subject, row->category, is.head.day, number);
    if (memcmp(s.locator.b, known->locator.b, sizeof s.locator.b) != 0)
        batch_delete(ap->batch, CF_RECORD, KEY_SLICE(known->locator));
    batch_put(ap->batch, CF_RECORD, KEY_SLICE(s.locator), bytes);
    source_put(ap, &row->id, &s);
    ends_delete(ap, &was.head);
    ends_put(ap, &is.head);
    event(ap, VERDICT_CHANGED, &row->id);
    apply_touch(ap, &was_subject);
    apply_touch(ap, &subject);
    if (ap->leaves_subjects)
        return 0;

    bool was_revoked = was.head.flags & RECORD_REVOKED;
    if (!is.about.is_registration && revokes != was_revoked) {
        if (was_revoked)
            return apply_join(ap, &subject, &is);
        struct history_key k = history_key_make(number, &known->version);
        apply_lose(ap, &subject, &k);
        return 0;
    }
    bool same_subject = memcmp(subject.b, was_subject.b, sizeof subject.b) == 0;
    if (!same_subject || revokes || was_revoked || !about_equal(&was, &is)) {
        apply_mark(ap, &was_subject);
        apply_mark(ap, &subject);
        return 0;
    }
    /* The same words about the same subject: only the version rose, which counts where names
     * compete. */
    struct subject old;
    e = apply_subject_read(ap, &subject, &old);
    if (e == CE_NOT_FOUND) {
        /* The record came to a new subject in this very commit, whose row is made at its end. */
        apply_mark(ap, &subject);
        return 0;
    }
    if (e < 0)
        return e;
    struct subject fresh = old;
    if (subject_join(ap->scratch, &fresh, &is, false))
        apply_mark(ap, &subject);
    return 0;
}

struct same_stale {
    const uint8_t *content;
    bool is_kept;
};

static bool each_kept(void *ctx, struct slice key, struct slice value)
{
    (void)key;
    struct same_stale *s = ctx;
    struct history h;
    if (history_decode(value, &h) == 0 && memcmp(h.content, s->content, sizeof h.content) == 0)
        s->is_kept = true;
    return !s->is_kept;
}

static int keep_stale(struct apply *ap, const struct judged *row, const struct source *known)
{
    uint64_t number = record_key_number(&known->locator);
    uint8_t prefix[16];
    be64_put(prefix, number);
    memcpy(prefix + 8, row->version.b, 8);
    struct same_stale same = {.content = row->content};
    if (row->has_provider) {
        int e =
            batch_walk(ap->batch, CF_HISTORY, slice_make(prefix, sizeof prefix), each_kept, &same);
        if (e < 0)
            return e;
    }
    /* The same stale version sent again is told again, and kept once. */
    if (same.is_kept)
        return 0;
    bool waits = row->operation == OPERATION_REVOKE;
    struct history h = {.subject = row->subject,
                        .current_from = never,
                        .current_until = never,
                        .record = waits ? row->waiting : row->bytes};
    memcpy(h.content, row->content, sizeof h.content);
    if (waits) {
        h.subject.b[0] = SUBJECT_WAITING;
        memcpy(h.subject.b + 1, row->id.b, sizeof row->id.b);
    }
    int e = history_put(ap, number, &row->version, &h);
    if (e < 0)
        return e;
    /* A registration's earlier name is a former name of the subject. */
    struct record r;
    if ((e = record_decode(h.record, &r)) < 0)
        return e;
    if (r.about.is_registration && !waits) {
        struct subject_id current = record_key_subject(&known->locator);
        apply_mark(ap, &current);
        apply_touch(ap, &current);
    }
    return 0;
}

static int rise(struct apply *ap, const struct judged *row, const struct source *known)
{
    struct source s = *known;
    s.version = row->version;
    bool known_gave = known->flags & RECORD_HAS_PROVIDER;
    s.flags = (uint8_t)((known->flags & ~RECORD_HAS_PROVIDER) |
                        (row->has_provider ? RECORD_HAS_PROVIDER : 0));
    source_put(ap, &row->id, &s);
    bool same_slot = version_provider(&row->version) == version_provider(&known->version);
    if (same_slot ? row->has_provider == known_gave : !row->has_provider && !known_gave)
        return 0;
    struct slice bytes;
    struct record r;
    int e = old_bytes(ap, known, &bytes, &r);
    if (e < 0)
        return e;
    r.head.version = row->version;
    r.head.flags = s.flags;
    record_patch_head((char *)(uintptr_t)bytes.p, &r.head);
    batch_put(ap->batch, CF_RECORD, KEY_SLICE(known->locator), bytes);
    struct subject_id subject = record_key_subject(&known->locator);
    apply_touch(ap, &subject);
    if (!(r.head.flags & RECORD_REVOKED))
        apply_mark(ap, &subject);
    return 0;
}

/* Whether the store has it with the same content, by what was read ahead. */
static bool is_there(struct apply *ap, const struct judged *row)
{
    struct source known;
    struct slice bytes;
    return batch_get(ap->batch, ap->scratch, CF_BY_SOURCE, KEY_SLICE(row->id), &bytes) == 0 &&
           source_decode(bytes, &known) == 0 &&
           memcmp(known.content, row->content, sizeof known.content) == 0;
}

/* Nobody asks for the subject of a row that is there already. */
int apply_read_ahead(struct apply *ap, const struct judged *rows, size_t count)
{
    arena_reset(ap->scratch);
    struct slice *keys = ARENA_ARRAY(ap->scratch, struct slice, count + 1);
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (!rows[i].rejected)
            keys[n++] = KEY_SLICE(rows[i].id);
    int e = batch_read_ahead(ap->batch, ap->scratch, CF_BY_SOURCE, n, keys);
    if (e < 0 || ap->leaves_subjects)
        return e;
    n = 0;
    for (size_t i = 0; i < count; i++)
        if (!rows[i].rejected && rows[i].operation != OPERATION_REVOKE && !is_there(ap, &rows[i]))
            keys[n++] = KEY_SLICE(rows[i].subject);
    return batch_read_ahead(ap->batch, ap->scratch, CF_SUBJECT, n, keys);
}

int apply_row(struct apply *ap, const struct judged *row, struct gate_result *ret)
{
    struct source known = {0};
    struct slice bytes;
    arena_reset(ap->scratch);
    int e = batch_get(ap->batch, ap->scratch, CF_BY_SOURCE, KEY_SLICE(row->id), &bytes);
    bool is_known = e == 0;
    if (is_known)
        e = source_decode(bytes, &known);
    if (e < 0 && e != CE_NOT_FOUND)
        return e;
    *ret = gate_judge(row, is_known ? &known : NULL, ap->has_kafka);
    switch (ret->action) {
    case GATE_NOTHING:
        return 0;
    case GATE_RISE:
        return rise(ap, row, &known);
    case GATE_STORE:
        return store_new(ap, row);
    case GATE_REPLACE:
        return replace(ap, row, &known);
    case GATE_KEEP_STALE:
        return keep_stale(ap, row, &known);
    }
    UNREACHABLE();
}
