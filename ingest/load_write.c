/* The third stage. One thread walks the records subject by subject: each goes to its file as it is,
 * and when a subject's records are through its row is written, with names and links, by the code
 * that the writer uses (ingest/apply.c). Another thread writes what needs no subject: history,
 * terms, receipts. */
#include <string.h>

#include "base/check.h"
#include "base/thread.h"
#include "base/wire.h"
#include "ingest/load_parts.h"

enum {
    ROWS_AT_ONCE = 4096, /* of subjects, names and links, before they are handed on */
    SUBJECT_BYTES_MAX = 1 << 30,
    EVENT_BYTES_MAX = 1 << 20,
    TELL_ROWS = 1 << 16,
};
/* Hundredths of the memory: of the first thread, of the second, and of both afterwards. */
enum {
    RECORDS_SHARE = 24,
    SMALL_SHARE = 5, /* each of former versions, comings, links, history, terms, notes, verdicts */
    NAMES_SHARE = 30,
    LAST_SHARE = 40,
};

/* A stream of sorted pairs that one looks at before taking. */
struct ahead {
    struct sorter *sorter;
    struct slice key, value;
    int state; /* 1: there is one; 0: no more; CE_... */
};

struct settling {
    struct load *load;
    struct batch *batch;
    struct apply apply;
    struct counters counters;
    struct buf events;
    struct arena *arena; /* of one subject */
    struct ahead former, comings;
    struct sorter_pen *names, *links;
    uint64_t rows;

    /* The subject at hand. */
    bool is_begun;
    struct subject_id id;
    struct subject row;
    struct subject_sum sum;
    uint64_t first; /* the row of all rows with which a record came that never left; 0: none */
};

static int ahead_open(struct load *l, enum load_sort what, unsigned percent, struct ahead *ret)
{
    int r = load_sorted(l, what, percent);
    ret->sorter = l->sorters[what];
    ret->state = r < 0 ? r : sorter_next(ret->sorter, &ret->key, &ret->value);
    return ret->state < 0 ? ret->state : 0;
}

/* Whether the pair that comes is of the subject; those of subjects before it are passed over. */
static bool ahead_is_of(struct ahead *a, const struct subject_id *id)
{
    while (a->state > 0) {
        int c = memcmp(a->key.p, id->b, SUBJECT_ID_BYTES);
        if (c >= 0)
            return c == 0;
        a->state = sorter_next(a->sorter, &a->key, &a->value);
    }
    return false;
}

static void ahead_take(struct ahead *a)
{
    a->state = sorter_next(a->sorter, &a->key, &a->value);
}

static int hand_on(void *ctx, enum cf cf, struct slice key, struct slice value)
{
    struct settling *s = ctx;
    if (cf == CF_SUBJECT)
        return fill_put(s->load->o->fill, cf, key, value);
    CHECK(cf == CF_NAME || cf == CF_LINK);
    return sorter_pen_put(cf == CF_NAME ? s->names : s->links, key, value);
}

/* Whether a writer would have had both rows in one commit for certain: a parcel is never divided.
 */
static bool in_one_parcel(const struct load *l, uint64_t a, uint64_t b)
{
    size_t low = 0, high = l->o->file_count;
    while (high - low > 1) { /* the last file that begins before the first of them */
        size_t middle = low + (high - low) / 2;
        if (l->files[middle].rows_before < a)
            low = middle;
        else
            high = middle;
    }
    const struct loaded *f = &l->files[low];
    return b <= f->rows_before + f->rows &&
           (a - f->rows_before - 1) / PARCEL_ROWS == (b - f->rows_before - 1) / PARCEL_ROWS;
}

/* With which row the subject began: the writer gives a search number when a subject gets its first
 * record, and another one when it had lost all of them in between, as seen from commit to commit.
 * Records that never left count from their coming on; what came and went before shows whether
 * somebody was there all along. */
static uint64_t began(struct settling *s)
{
    uint64_t since = 0, there = 0, left = 0;
    for (; ahead_is_of(&s->comings, &s->id); ahead_take(&s->comings)) {
        uint64_t row = be64_get(s->comings.key.p + SUBJECT_ID_BYTES);
        bool comes = s->comings.key.p[SUBJECT_ID_BYTES + 8];
        if (s->first && row > s->first)
            continue;
        if (comes && there++ == 0 && !(left && in_one_parcel(s->load, left, row)))
            since = row;
        if (!comes && --there == 0)
            left = row;
    }
    if (there || (left && s->first && in_one_parcel(s->load, left, s->first)))
        return since;
    return s->first;
}

static int subject_end(struct settling *s)
{
    if (!s->is_begun)
        return 0;
    int r = 0;
    for (; r == 0 && ahead_is_of(&s->former, &s->id); ahead_take(&s->former)) {
        /* The number is the end of the record's key, and so the beginning of its history's. */
        struct slice key = slice_from(s->former.key, RECORD_KEY_BYTES - 8);
        r = subject_sum_version(&s->sum, key, s->former.value);
    }
    s->counters.next_search = began(s);
    if (r == 0 && s->sum.exists)
        r = apply_subject(&s->apply, &s->id, &s->row);
    if (r == 0 && batch_rows_all(s->batch) >= ROWS_AT_ONCE)
        r = batch_take_puts(s->batch, hand_on, s);
    arena_reset(s->arena);
    s->is_begun = false;
    r = r < 0 ? r : s->former.state < 0 ? s->former.state : s->comings.state;
    return r < 0 ? r : 0;
}

static int settle(struct settling *s, struct slice key, struct slice value)
{
    bool is_told = value.p[0];
    struct slice bytes = slice_from(value, 1);
    int r = 0;
    if (!s->is_begun || memcmp(s->id.b, key.p, SUBJECT_ID_BYTES) != 0) {
        r = subject_end(s);
        memcpy(s->id.b, key.p, SUBJECT_ID_BYTES);
        s->is_begun = subject_id_kind(&s->id) != SUBJECT_WAITING;
        s->first = 0;
        s->row.search_number = 0;
        if (s->is_begun)
            subject_sum_begin(&s->sum, s->arena, &s->id, &s->row);
    }
    if (r == 0)
        r = fill_put(s->load->o->fill, CF_RECORD, key, bytes);
    if (r < 0 || !s->is_begun)
        return r;
    uint64_t number = be64_get(key.p + RECORD_KEY_BYTES - 8);
    if (!is_told && (!s->first || number < s->first))
        s->first = number;
    return subject_sum_record(&s->sum, key, bytes);
}

static int settle_all(struct settling *s)
{
    struct load *l = s->load;
    struct slice key, value;
    int r = load_sorted(l, SORT_RECORDS, RECORDS_SHARE);
    if (r == 0)
        r = ahead_open(l, SORT_FORMER, SMALL_SHARE, &s->former);
    if (r == 0)
        r = ahead_open(l, SORT_COMINGS, SMALL_SHARE, &s->comings);
    while (r == 0 && (r = sorter_next(l->sorters[SORT_RECORDS], &key, &value)) > 0) {
        r = settle(s, key, value);
        if (++s->rows % TELL_ROWS == 0) {
            l->o->tell(l->o->ctx, LOAD_WRITE, (int64_t)s->rows, (int64_t)l->rows);
            if (load_is_stopped(l))
                return CE_PARTIAL;
        }
    }
    if (r == 0)
        r = subject_end(s);
    return r < 0 ? r : batch_take_puts(s->batch, hand_on, s);
}

static int load_subjects(struct load *l)
{
    struct settling s = {.load = l, .batch = batch_create(NULL)};
    s.arena = arena_create(SUBJECT_BYTES_MAX);
    buf_init(&s.events, EVENT_BYTES_MAX);
    apply_init(&s.apply, s.batch, l->o->keys, &s.counters, &s.events);
    s.apply.tables = catalogue_tables_at(l->o->catalogue, clock_now(l->o->clock));
    s.names = load_pen(l, SORT_NAMES, NAMES_SHARE);
    s.links = load_pen(l, SORT_LINKS, SMALL_SHARE);
    int r = settle_all(&s);
    if (r == 0)
        r = sorter_pen_end(TAKE(s.names));
    if (r == 0)
        r = sorter_pen_end(TAKE(s.links));
    if (r == 0)
        r = fill_end(l->o->fill, CF_RECORD);
    if (r == 0)
        r = fill_end(l->o->fill, CF_SUBJECT);
    sorter_pen_drop(s.names);
    sorter_pen_drop(s.links);
    sorter_destroy(TAKE(l->sorters[SORT_RECORDS]));
    apply_fini(&s.apply);
    batch_destroy(s.batch);
    arena_destroy(s.arena);
    buf_fini(&s.events);
    return r < 0 ? load_fail(l, r, NULL) : 0;
}

/* A family that was sorted whole. */
static int copy(struct load *l, enum load_sort what, enum cf cf, unsigned percent)
{
    struct slice key, value;
    uint64_t rows = 0;
    int r = load_sorted(l, what, percent);
    while (r == 0 && (r = sorter_next(l->sorters[what], &key, &value)) > 0) {
        r = fill_put(l->o->fill, cf, key, value);
        if (++rows % TELL_ROWS == 0 && load_is_stopped(l))
            return CE_PARTIAL;
    }
    if (r == 0)
        r = fill_end(l->o->fill, cf);
    sorter_destroy(TAKE(l->sorters[what]));
    return r < 0 ? load_fail(l, r, NULL) : 0;
}

static void *write_rest(void *ctx)
{
    struct load *l = ctx;
    if (copy(l, SORT_HISTORY, CF_HISTORY, SMALL_SHARE) == 0 &&
        copy(l, SORT_TERMS, CF_BY_TERM, SMALL_SHARE) == 0)
        load_receipts(l);
    return NULL;
}

static void *write_links(void *ctx)
{
    copy(ctx, SORT_LINKS, CF_LINK, LAST_SHARE);
    return NULL;
}

/* Counters as a store has them in which these rows were taken one after the other, with gaps. */
static int put_counters(struct load *l)
{
    AUTO(batch_destroy) struct batch *b = batch_create(fill_store(l->o->fill));
    struct counters c = {.next_record = l->rows + 1,
                         .next_search = l->rows + 1,
                         .next_batch = l->o->file_count + 1,
                         .next_event = 1,
                         .newest_received = l->files[l->o->file_count - 1].received};
    struct reason why = {""};
    counters_put(b, &c);
    int r = batch_commit(b, &why);
    return r < 0 ? load_fail(l, r, &why) : 0;
}

int load_write(struct load *l)
{
    pthread_t other = thread_start("load-rest", write_rest, l);
    int r = load_subjects(l);
    pthread_join(other, NULL);
    if (r < 0 || l->err < 0)
        return l->err;
    other = thread_start("load-links", write_links, l);
    r = copy(l, SORT_NAMES, CF_NAME, LAST_SHARE);
    pthread_join(other, NULL);
    return r < 0 || l->err < 0 ? l->err : put_counters(l);
}
