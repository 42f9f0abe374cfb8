/* An upload on its way: a thread reads the body from a bounded pipe, turns it into judged rows and
 * hands parcels of them to the writer. What a repetition brings again is compared by hash at the
 * place where the first attempt stood, and then skipped. With brokers configured, rows are not
 * judged here but published, and the thread waits until they have come in. */
#include "ingest/submission.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/metric.h"
#include "base/thread.h"
#include "ingest/keeper.h"
#include "ingest/published.h"
#include "ingest/reader.h"
#include "ingest/turn.h"

enum {
    PIPE_BYTES = 256 << 10,
    PARCELS_OUT = 4,
    PARCEL_BYTES = 1 << 20,
    ROW_ARENA_BYTES = 256 << 20,
    TAIL_BYTES = READER_ROW_BYTES_MAX,
    RUNNING_MAX = 64,
    TURNS_MAX = 4,
    REST_MS = 5, /* without input, until the rows at hand go */
};

struct submission {
    struct submission_options o;
    char *text; /* department, theme and batch name, kept for the thread */
    pthread_t thread;

    pthread_mutex_t lock;
    pthread_cond_t more;
    struct buf pipe;
    bool is_finished, is_aborted, is_full;
    bool has_pressed; /* a piece did not fit since the pipe was last taken */
    bool has_read;    /* all there is to read: what comes now is passed over */
    bool has_ended;
    enum submission_end end;
    struct batch_id id;
    struct reason why;
    _Atomic uint64_t rows;

    /* The thread's own. */
    struct open_batch *batch; /* one of the two */
    struct published *published;
    struct reader *reader;
    struct arena *row; /* as it came; what is judged goes into the parcel */
    struct judge *judge;
    struct keeper *keeper;
    struct sha256 *hash;
    struct parcel *parcel;
    struct parcel *spare[PARCELS_OUT];
    unsigned spare_count;
    struct batch_state begun; /* as it stood when this attempt took the batch up */
    bool is_published;        /* or would have been */
    bool is_pressed;          /* the sender had to wait while `piece` came */
    uint64_t fed;             /* bytes of the body before `piece` */
    struct slice piece;
    struct buf tail; /* bytes behind the last row of earlier pieces, not yet in `hash` */
    uint64_t hashed; /* bytes in `hash` */
    uint64_t last_row, last_end; /* the last row that was read, and where it ends */
};

static atomic_uint running;

/* ---- the thread ---- */

enum pipe { PIPE_HAS, PIPE_RESTS, PIPE_ENDED };

/* Takes everything out of the pipe. PIPE_RESTS when nothing came for a moment and rows are at hand
 * that could go. */
static enum pipe pipe_take(struct submission *s, struct buf *ret, bool *ret_cut)
{
    buf_clear(ret);
    struct timespec until = clock_deadline(CLOCK_MONOTONIC, REST_MS);
    bool can_rest = s->parcel && s->parcel->count > 0 && s->hashed <= s->last_end;
    bool rests = false;
    pthread_mutex_lock(&s->lock);
    while (!s->pipe.n && !s->is_finished && !s->is_aborted && !rests) {
        if (can_rest)
            rests = pthread_cond_timedwait(&s->more, &s->lock, &until) == ETIMEDOUT;
        else
            pthread_cond_wait(&s->more, &s->lock);
    }
    struct buf full = s->pipe;
    s->pipe = *ret;
    *ret = full;
    bool wake = s->is_full;
    s->is_full = false;
    s->is_pressed = s->has_pressed;
    s->has_pressed = false;
    *ret_cut = s->is_aborted && !s->is_finished;
    bool has_ended = s->is_finished || s->is_aborted;
    pthread_mutex_unlock(&s->lock);
    if (wake && s->o.wake)
        s->o.wake(s->o.wake_ctx);
    return ret->n ? PIPE_HAS : has_ended ? PIPE_ENDED : PIPE_RESTS;
}

/* Brings the running hash up to that offset, which lies in what was fed but not yet hashed. */
static void hash_to(struct submission *s, uint64_t offset)
{
    CHECK(offset >= s->hashed && offset <= s->fed + s->piece.n);
    if (s->tail.n) {
        uint64_t n = offset - s->hashed < s->tail.n ? offset - s->hashed : s->tail.n;
        sha256_add(s->hash, (struct slice){s->tail.p, (size_t)n});
        buf_consume(&s->tail, (size_t)n);
        s->hashed += n;
    }
    if (offset > s->hashed) {
        sha256_add(s->hash,
                   (struct slice){s->piece.p + (s->hashed - s->fed), (size_t)(offset - s->hashed)});
        s->hashed = offset;
    }
}

/* The piece is read: what lies behind its last row waits in the tail, so that the hash can always
 * tell where that row ends. A row too long to wait for is hashed on the way; then a parcel waits
 * for the next row's end. */
static void keep_tail(struct submission *s)
{
    if (s->last_end > s->hashed)
        hash_to(s, s->last_end);
    uint64_t from = s->hashed > s->fed ? s->hashed - s->fed : 0;
    struct slice rest = slice_from(s->piece, (size_t)from);
    if (s->tail.n + rest.n > TAIL_BYTES)
        hash_to(s, s->fed + s->piece.n);
    else
        buf_add_slice(&s->tail, rest);
}

static int take_one_back(struct submission *s, bool wait)
{
    struct parcel *p = writer_take_back(s->o.writer, s->batch, wait);
    if (!p)
        return 0;
    int r = p->result;
    atomic_store(&s->rows, writer_rows_done(s->o.writer, s->batch));
    p->count = 0;
    p->columns = (struct slice){NULL, 0};
    p->is_last = false;
    if (s->spare_count < PARCELS_OUT)
        s->spare[s->spare_count++] = p;
    else
        parcel_destroy(p);
    return r;
}

/* Gives the parcel at hand away and takes an empty one. */
static int parcel_send(struct submission *s, uint64_t bytes_done, bool is_last)
{
    int r = keeper_columns(s->keeper, s->parcel->arena, &s->parcel->columns);
    if (r < 0)
        return r;
    struct parcel *p = TAKE(s->parcel);
    hash_to(s, bytes_done);
    sha256_now(s->hash, p->hash);
    p->bytes_done = bytes_done;
    p->is_last = is_last;
    p->is_pressed = s->is_pressed && !is_last;
    r = writer_give(s->o.writer, s->batch, p);
    if (r < 0) {
        parcel_destroy(p);
        return r;
    }
    while (r == 0 && writer_parcels_out(s->o.writer, s->batch) >= PARCELS_OUT)
        r = take_one_back(s, true);
    s->parcel = s->spare_count ? s->spare[--s->spare_count] : parcel_create();
    return r;
}

static int conflict(struct submission *s, const char *why)
{
    return reason_set(&s->why, CE_CONFLICT, "%s", why);
}

/* The row where the earlier attempt stood: from here on rows are new, if everything before was the
 * same. */
static int compare_prefix(struct submission *s, uint64_t end_bytes)
{
    uint8_t now[32];
    if (end_bytes != s->begun.bytes_done)
        return conflict(s, "the part of this batch that was done before had other bytes");
    hash_to(s, end_bytes);
    sha256_now(s->hash, now);
    if (!crypt_equal(slice_make(now, 32), slice_make(s->begun.hash, 32)))
        return conflict(s, "the part of this batch that was done before had other bytes");
    return 0;
}

static int judge_it(struct submission *s, const struct raw_row *row)
{
    struct judged *judged = &s->parcel->rows[s->parcel->count];
    int r = judge_row(s->judge, s->parcel->arena, row, judged);
    if (r == 0 && judged->rejected && !judged->is_forbidden)
        r = keeper_row(s->keeper, s->parcel->arena, row, &judged->kept);
    if (r < 0)
        return r;
    s->parcel->count++;
    bool is_full =
        s->parcel->count == PARCEL_ROWS || arena_used(s->parcel->arena) > s->o.parcel_bytes;
    return is_full ? parcel_send(s, row->end_bytes, false) : 0;
}

/* Waits without the turn: it is the brokers that are slow. */
static int publish_it(struct submission *s, const struct raw_row *row)
{
    uint8_t now[32];
    hash_to(s, row->end_bytes);
    sha256_now(s->hash, now);
    int r = published_row(s->published, s->row, row, now, &s->why);
    while (r == CE_BUSY) {
        turn_give();
        published_wait(s->published);
        turn_take(s->o.turns_max);
        r = published_again(s->published, &s->why);
    }
    return r;
}

static int take_rows(struct submission *s, uint64_t skip)
{
    for (;;) {
        struct raw_row row;
        arena_reset(s->row);
        switch (reader_next(s->reader, s->row, &row)) {
        case READER_MORE:
        case READER_END:
            return 0;
        case READER_REFUSED:
            return reason_set(&s->why, CE_INVALID, "%s", reader_refusal(s->reader));
        case READER_ROW:
            break;
        }
        int r = 0;
        s->last_row = row.row;
        s->last_end = row.end_bytes;
        if (row.row <= skip)
            r = row.row == skip ? compare_prefix(s, row.end_bytes) : 0;
        else
            r = s->published ? publish_it(s, &row) : judge_it(s, &row);
        if (r < 0)
            return r;
    }
}

/* A finished batch is only compared: the same bytes bring the first receipt again. */
static int compare_whole(struct submission *s)
{
    uint8_t now[32];
    sha256_now(s->hash, now);
    if (!crypt_equal(slice_make(now, 32), slice_make(s->begun.hash, 32)))
        return conflict(s,
                        "this batch id is finished and had other bytes; choose another Batch-Id");
    return 0;
}

static int read_piece(struct submission *s, struct slice piece)
{
    s->piece = piece;
    int r = 0;
    if (s->begun.finished.v) {
        hash_to(s, s->fed + piece.n);
    } else {
        reader_feed(s->reader, piece);
        r = take_rows(s, s->begun.rows_done);
        if (r == 0)
            keep_tail(s);
    }
    s->fed += piece.n;
    s->piece = (struct slice){0};
    return r;
}

static int read_end(struct submission *s)
{
    if (s->begun.finished.v)
        return compare_whole(s);
    reader_finish(s->reader);
    int r = take_rows(s, s->begun.rows_done);
    if (r < 0)
        return r;
    if (s->last_row < s->begun.rows_done)
        return conflict(s, "the body is shorter than the part of this batch that was done before");
    if (s->published)
        hash_to(s, s->fed);
    return s->published ? 0 : parcel_send(s, s->fed, true);
}

static int read_body(struct submission *s, bool *ret_cut)
{
    AUTO_BUF(piece, PIPE_BYTES);
    int r = 0;
    enum pipe pipe;
    while (r == 0 && (pipe = pipe_take(s, &piece, ret_cut)) != PIPE_ENDED) {
        /* A slow sender's rows are seen soon, and a fast one's are gathered. */
        turn_take(s->o.turns_max);
        r = pipe == PIPE_RESTS ? parcel_send(s, s->last_end, false)
                               : read_piece(s, buf_slice(&piece));
        turn_give();
    }
    if (r < 0)
        return r;
    if (!*ret_cut) {
        turn_take(s->o.turns_max);
        r = read_end(s);
        turn_give();
        return r;
    }
    /* What was whole is done; the rest comes with the repetition. */
    if (s->published)
        return published_settle(s->published, &s->why);
    bool can_send = !s->begun.finished.v && s->parcel->count && s->hashed <= s->last_end;
    return can_send ? parcel_send(s, s->last_end, false) : 0;
}

static enum submission_end end_of(const struct submission *s, int r, bool cut)
{
    switch (r) {
    case 0:
        return cut ? SUBMISSION_CUT : SUBMISSION_DONE;
    case CE_INVALID:
        return SUBMISSION_REFUSED;
    case CE_CONFLICT:
        return SUBMISSION_CONFLICT;
    case CE_BUSY:
        return SUBMISSION_BUSY;
    default:
        return s->is_published && writer_is_well(s->o.writer) ? SUBMISSION_AWAY : SUBMISSION_FAILED;
    }
}

static void prepare_reading(struct submission *s, const struct theme *theme)
{
    s->reader = reader_create((enum reader_format)s->o.kind.format,
                              (enum encoding)s->o.kind.encoding, theme);
    s->row = arena_create(ROW_ARENA_BYTES);
    s->hash = sha256_create();
}

static int prepare_published(struct submission *s)
{
    struct published_options o = {.writer = s->o.writer,
                                  .store = s->o.store,
                                  .keys = s->o.keys,
                                  .outbox = s->o.outbox,
                                  .catalogue = atomic_load(s->o.catalogue),
                                  .department = s->o.department,
                                  .theme = s->o.theme,
                                  .batch = s->o.batch_name,
                                  .kind = s->o.kind,
                                  .busy_wait_ms = s->o.busy_wait_ms};
    int r = published_open(&o, &s->published, &s->why);
    s->is_published = r != CE_EXISTS;
    if (r < 0)
        return r;
    s->begun = *published_state(s->published);
    prepare_reading(s, published_theme(s->published));
    return 0;
}

static int prepare_direct(struct submission *s)
{
    int r = writer_open_batch(s->o.writer, s->o.department, s->o.batch_name, s->o.theme, s->o.kind,
                              s->o.busy_wait_ms, &s->batch, &s->why);
    if (r < 0)
        return r;
    s->begun = s->batch->state;
    struct judge_options jo = {.keys = s->o.keys,
                               .catalogue = s->batch->catalogue,
                               .theme = s->batch->theme,
                               .received = s->batch->state.received,
                               .born_min = s->o.born_min};
    s->judge = judge_create(&jo);
    prepare_reading(s, s->batch->theme);
    s->parcel = parcel_create();
    r = keeper_create(s->o.keys, s->batch->columns, &s->keeper);
    return r < 0 ? reason_set(&s->why, r, "the receipt of this batch cannot be read") : 0;
}

/* A batch that was begun without brokers goes on without them. */
static int prepare(struct submission *s)
{
    int r = s->o.outbox ? prepare_published(s) : CE_EXISTS;
    return r == CE_EXISTS ? prepare_direct(s) : r;
}

/* An upload that only waits for its receipt has no memory to speak of, and counts no more: others
 * may begin, whose rows may be in the same commit. */
static void let_go(struct submission *s)
{
    for (unsigned i = 0; i < s->spare_count; i++)
        parcel_destroy(s->spare[i]);
    parcel_destroy(s->parcel);
    reader_destroy(s->reader);
    arena_destroy(s->row);
    judge_destroy(s->judge);
    keeper_destroy(s->keeper);
    sha256_destroy(s->hash);
    buf_fini(&s->tail);
    pthread_mutex_lock(&s->lock);
    s->has_read = true;
    buf_fini(&s->pipe);
    pthread_mutex_unlock(&s->lock);
    metric_add(METRIC_SUBMISSIONS_OPEN, -1);
    atomic_fetch_sub(&running, 1);
}

static void *run(void *ctx)
{
    struct submission *s = ctx;
    bool cut = false;
    int r = prepare(s);
    if (r == 0)
        r = read_body(s, &cut);
    while (s->batch && writer_parcels_out(s->o.writer, s->batch)) {
        int back = take_one_back(s, true);
        r = r < 0 ? r : back;
    }
    uint8_t whole[32] = {0};
    if (s->hash)
        sha256_now(s->hash, whole);
    let_go(s);
    if (s->published && r == 0 && !cut && !s->begun.finished.v)
        r = published_finish(s->published, s->last_row, s->fed, whole, &s->why);
    if (s->published)
        atomic_store(&s->rows, published_state(s->published)->rows_done);
    published_close(s->published);
    if (s->batch) {
        int settled = writer_settle(s->o.writer, s->batch);
        r = r < 0 ? r : settled;
        atomic_store(&s->rows, writer_rows_done(s->o.writer, s->batch));
        writer_close_batch(s->o.writer, s->batch);
    }
    pthread_mutex_lock(&s->lock);
    s->has_ended = true;
    s->end = end_of(s, r, cut);
    if (r < 0 && !s->why.text[0])
        reason_set(&s->why, r, "%s", err_text(r));
    pthread_mutex_unlock(&s->lock);
    if (s->o.wake)
        s->o.wake(s->o.wake_ctx);
    return NULL;
}

/* ---- the caller's side ---- */

int submission_start(const struct submission_options *o, struct submission **ret,
                     struct reason *reterr_why)
{
    unsigned most = o->running_max ? o->running_max : RUNNING_MAX;
    if (atomic_fetch_add(&running, 1) >= most) {
        atomic_fetch_sub(&running, 1);
        return reason_set(reterr_why, CE_UNAVAILABLE, "%u submissions are running; try again later",
                          most);
    }
    struct submission *s = calloc(1, sizeof *s);
    CHECK(s);
    s->o = *o;
    s->o.turns_max = o->turns_max ? o->turns_max : TURNS_MAX;
    s->o.parcel_bytes = o->parcel_bytes ? o->parcel_bytes : PARCEL_BYTES;
    uint8_t random[10];
    char made_up[17];
    struct slice name = o->batch_name;
    if (!name.n) {
        crypt_random(random, sizeof random);
        base32_print(random, sizeof random, made_up);
        name = slice_of(made_up);
    }
    s->text = malloc(o->department.n + o->theme.n + name.n + 1);
    CHECK(s->text);
    char *at = s->text;
    memcpy(at, o->department.p, o->department.n);
    s->o.department = slice_make(at, o->department.n);
    at += o->department.n;
    memcpy(at, o->theme.p, o->theme.n);
    s->o.theme = slice_make(at, o->theme.n);
    at += o->theme.n;
    memcpy(at, name.p, name.n);
    s->o.batch_name = slice_make(at, name.n);
    s->id = batch_id_make(o->keys, s->o.department, s->o.batch_name);
    buf_init(&s->pipe, PIPE_BYTES);
    buf_init(&s->tail, 2 * TAIL_BYTES);
    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&s->more, &monotonic);
    pthread_condattr_destroy(&monotonic);
    metric_add(METRIC_SUBMISSIONS_OPEN, 1);
    s->thread = thread_start("upload", run, s);
    *ret = s;
    return 0;
}

size_t submission_feed(struct submission *s, struct slice piece)
{
    pthread_mutex_lock(&s->lock);
    size_t room = PIPE_BYTES - s->pipe.n;
    size_t n = s->has_read ? piece.n : piece.n < room ? piece.n : room;
    if (!s->has_read)
        buf_add(&s->pipe, piece.p, n);
    s->is_full = n == 0 && piece.n > 0;
    s->has_pressed = s->has_pressed || n < piece.n;
    pthread_cond_signal(&s->more);
    pthread_mutex_unlock(&s->lock);
    return n;
}

static void say(struct submission *s, bool finished)
{
    pthread_mutex_lock(&s->lock);
    if (finished)
        s->is_finished = true;
    else if (!s->is_finished)
        s->is_aborted = true;
    pthread_cond_signal(&s->more);
    pthread_mutex_unlock(&s->lock);
}

void submission_finish(struct submission *s)
{
    say(s, true);
}

void submission_abort(struct submission *s)
{
    say(s, false);
}

enum submission_end submission_state(struct submission *s, struct batch_id *ret_id,
                                     const char **ret_why)
{
    pthread_mutex_lock(&s->lock);
    enum submission_end end = s->has_ended ? s->end : SUBMISSION_RUNNING;
    if (ret_id)
        *ret_id = s->id;
    if (ret_why)
        *ret_why = s->why.text;
    pthread_mutex_unlock(&s->lock);
    return end;
}

unsigned submissions_running(void)
{
    return atomic_load(&running);
}

uint64_t submission_rows(struct submission *s)
{
    return atomic_load(&s->rows);
}

void submission_destroy(struct submission *s)
{
    if (!s)
        return;
    submission_abort(s);
    pthread_join(s->thread, NULL);
    pthread_cond_destroy(&s->more);
    pthread_mutex_destroy(&s->lock);
    free(s->text);
    free(s);
}
