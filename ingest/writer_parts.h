#pragma once
/* What the parts of the writer share: the thread (writer.c), the rows of a commit (writer_rows.c)
 * and the producers' side (open_batch.c). Not for others. */
#include <pthread.h>
#include <stdatomic.h>

#include "base/queue.h"
#include "ingest/apply.h"
#include "ingest/ledger_cache.h"
#include "ingest/writer.h"
#include "store/receipts.h"

/* What the queue carries: a parcel, an errand of somebody who waits for it, or the word that a
 * batch waits to be committed and brings nothing more until then. */
struct errand {
    int (*fill)(void *ctx, struct batch *b, struct counters *counters);
    void *ctx;
    int result;
    struct reason why;
    bool is_done;
};
struct work {
    struct parcel *parcel;
    struct errand *errand;
    struct open_batch *settles;
};

/* The writer's side of an open batch. */
struct pending {
    struct batch_state next; /* as it will be after this commit */
    struct receipt_pack pack;
    bool is_in_commit;
    bool is_settling; /* the word that it settles is in the queue; under the lock */
    int broken; /* a parcel of it was lost with a failed commit: later ones must not leave a gap */
    struct parcel *done_first, *done_last;
    unsigned out; /* parcels with the writer or waiting to be taken back */
};

struct held {
    struct batch_id id;
    struct held *next;
};

struct writer {
    struct writer_options o;
    pthread_t thread;
    struct queue *queue;
    struct batch *batch;
    struct batch *aside; /* an errand that comes while a run is gathered has a commit of its own */
    struct arena *arena;
    struct apply apply;
    struct counters counters;
    struct ledger_cache *ledger;
    struct buf events;
    const struct catalogue *coming; /* into force with this commit; NULL for none */
    atomic_bool is_well, is_stopping;
    _Atomic int64_t newest_received;

    pthread_mutex_t lock; /* guards what follows and every pending's list */
    pthread_cond_t done;
    struct held *held;
    pthread_cond_t room;
    size_t given_bytes; /* of parcels that are with the writer */

    struct open_batch *in_commit[256]; /* batches with rows in this commit */
    unsigned in_commit_count;
    struct parcel *parcels; /* of this commit, newest first */
    struct errand *errands[64];
    unsigned errand_count;
    size_t rows;
    size_t kept_bytes;           /* details and rejected rows in the packs of this commit */
    size_t kept_most;            /* at which they go into the batch */
    _Atomic size_t commit_bytes; /* that this commit takes, with lists and copies */
    struct utc_ms swept;         /* when old receipts were last looked for */

    /* The second gear: this commit is gathered as a run. */
    bool is_run;
    int64_t began_ms;
    int64_t ended_ms; /* when the first batch in it ended, whose receipt is waited for; 0: none */
    unsigned ended_count; /* batches in this commit that have ended */
    size_t pressed_rows;  /* came while more waited, without a pause in between */
    int64_t pressed_ms;   /* when the last of them came */
};

enum {
    EVENT_BYTES_MAX = 1 << 20,
    PRESSED_MS = 1000, /* for so long a backlog is remembered */
};

/* Gates and applies the rows of a parcel and accounts for them. */
int writer_take_parcel(struct writer *w, struct parcel *p);
/* The changes, and the receipts, of the rows so far go into the batch. */
void writer_put_events(struct writer *w);
void writer_put_receipts(struct writer *w);
/* Before the commit: what belongs to it beside the rows. */
void writer_gather_rest(struct writer *w);
/* A batch in this commit brings nothing more. */
void writer_batch_ended(struct writer *w);
