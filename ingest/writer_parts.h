#pragma once
/* What the parts of the writer share: the thread (writer.c), the rows of a commit (writer_rows.c,
 * writer_messages.c) and the producers' side (open_batch.c, partition.c). Not for others. */
#include <pthread.h>
#include <stdatomic.h>

#include "base/queue.h"
#include "ingest/apply.h"
#include "ingest/ledger_cache.h"
#include "ingest/partition.h"
#include "ingest/writer.h"
#include "store/receipts.h"

/* What the queue carries: a parcel, an errand of somebody who waits for it, or the word that a
 * batch or partition waits to be committed and brings nothing more until then. */
struct errand {
    int (*fill)(void *ctx, struct batch *b, struct counters *counters);
    void *ctx;
    bool is_silent; /* nobody is told that it was done: needs no fsync of its own */
    int result;
    struct reason why;
    bool is_done;
    pthread_cond_t done;
};
struct work {
    struct parcel *parcel;
    struct errand *errand;
    struct pending *settles;
};

/* The writer's side of an open batch or an open partition. */
struct pending {
    struct open_batch *batch; /* one of the two */
    struct open_partition *partition;
    struct batch_state next;      /* as it will be after this commit */
    struct partition_state ahead; /* likewise */
    struct receipt_pack pack;
    bool is_in_commit;
    bool is_settling;    /* the word that it settles is in the queue; under the lock */
    pthread_cond_t done; /* something of it: each producer is woken for its own only */
    int broken; /* a parcel of it was lost with a failed commit: later ones must not leave a gap */
    struct parcel *done_first, *done_last;
    unsigned out; /* parcels with the writer or waiting to be taken back */
};

/* A batch to which messages of this commit belong. */
struct fed_batch {
    struct batch_id id;
    bool is_known;   /* to the store, or with this commit */
    bool is_counted; /* one that came another way keeps its own count */
    struct batch_state next;
    struct receipt_pack pack;
    struct fed_batch *in_bucket;
};
enum { FED_BUCKETS = 1024 };

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
    atomic_bool is_stopping;
    atomic_int trouble; /* 0: it is well */
    _Atomic int64_t newest_received;

    pthread_mutex_t lock; /* guards what follows and every pending's list */
    pthread_cond_t free;  /* a batch that was held is so no more */
    struct held *held;
    pthread_cond_t room;
    uint64_t commits;
    pthread_cond_t committed; /* one more, by the monotonic clock */
    size_t given_bytes;       /* of parcels that are with the writer */

    struct pending *in_commit[256]; /* batches and partitions with rows in this commit */
    unsigned in_commit_count;
    struct fed_batch *fed[FED_BUCKETS];
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
    int64_t ended_ms;  /* when the first batch in it ended, whose receipt is waited for; 0: none */
    int64_t paused_ms; /* for which it waited for more */
    unsigned ended_count;       /* batches in this commit that have ended */
    atomic_size_t waiting_rows; /* in the queue, but for messages that have just come */
    size_t pressed_rows;        /* came while more waited, without a pause in between */
    int64_t pressed_ms;         /* when the last of them came */
};

enum {
    EVENT_BYTES_MAX = 1 << 20,
    PRESSED_MS = 1000, /* for so long a backlog is remembered */
};

/* Its rows, if they are part of a backlog: of messages those alone that lay with the broker. */
size_t writer_backlog_of(const struct parcel *p);
/* Gates and applies the rows of a parcel and accounts for them. */
int writer_take_parcel(struct writer *w, struct parcel *p);
/* The same for messages, whose partition is in the commit. */
int writer_take_messages(struct writer *w, struct parcel *p);
/* Whether it may be taken: 0, or why it goes back. */
int writer_may_take(struct writer *w, const struct parcel *p);
/* Batches of messages in this commit: their states, and (also alone) their receipts, go into the
 * batch; all are forgotten. */
void writer_put_fed_receipts(struct writer *w);
void writer_put_fed(struct writer *w);
void writer_forget_fed(struct writer *w);
bool writer_feeds(const struct writer *w, const struct batch_id *id);
/* The catalogue in force at this place in the order of commits (design §1.1). */
const struct catalogue *writer_catalogue(struct writer *w);

/* Runs `fill` as writer_run does, for what no answer tells as done: it is visible and outlives the
 * process, and is durable with the next commit that is. */
int writer_run_silently(struct writer *w,
                        int (*fill)(void *ctx, struct batch *b, struct counters *counters),
                        void *ctx, struct reason *reterr_why);

/* After a failed commit: tries until it can, or until the writer is stopped, and says what is wrong
 * once. `reopens`: the store is to be opened again. */
void writer_wait_until_well(struct writer *w, bool reopens);
/* From the store, as they are durable. */
int writer_load_counters(struct writer *w);
/* Back to its producer without having been taken; later ones of it are refused, too. */
void writer_refuse_parcel(struct writer *w, struct parcel *p, int err);
/* Its word that it settles has come. */
void writer_end_settling(struct writer *w, struct pending *pend);

/* The producers' side of both. */
struct pending *pending_create(void);
void pending_destroy(struct pending *pend);
int pending_give(struct writer *w, struct pending *pend, struct parcel *p);
struct parcel *pending_take_back(struct writer *w, struct pending *pend, bool wait);
unsigned pending_out(struct writer *w, struct pending *pend);
int pending_settle(struct writer *w, struct pending *pend);
/* The changes, and the receipts, of the rows so far go into the batch. */
void writer_put_events(struct writer *w);
void writer_put_receipts(struct writer *w);
/* Before the commit: what belongs to it beside the rows. */
void writer_gather_rest(struct writer *w);
/* A batch in this commit brings nothing more. */
void writer_batch_ended(struct writer *w);
