#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/crypt.h"
#include "ingest/judge.h"
#include "record/catalogue.h"
#include "record/verdict.h"
#include "store/state.h"
#include "store/store.h"

/* The one writing thread (design §1.3). Producers hand it parcels of judged rows through a bounded
 * queue; it gates them, gathers one batch and commits when the queue is empty, after 1,000 rows
 * (20,000 when they wait) or after 100 ms, with one fsync. Records, indexes, receipts, ledger and
 * the batch's progress are one commit.
 *
 * Behind a backlog it shifts into a second gear (docs/adr/0028): it gathers a run of up to 300,000
 * rows, which goes down as files (store/run.h). Rules, verdicts and receipts are the same. A run
 * goes when it is large enough, when nothing has come for a moment, a second after a batch in it
 * ended, and after five seconds in any case. */
struct writer;

struct writer_options {
    struct store *store;
    const struct keys *keys;
    const struct clock *clock;
    size_t queue_bytes;  /* of rows that wait or are in the commit; 0: 64 MiB */
    size_t commit_bytes; /* of memory that a commit is gathered in, about; 0: 64 MiB */
    int receipt_days;    /* details of receipts are kept that long; 0: for ever */
    unsigned gears;      /* 1: never a run; 0: 2 */
    size_t shift_rows;   /* worth files; a third of them, without a pause, begin a run. 0: 30,000;
                            1: everything is a run, for tests */
    size_t run_bytes;    /* of memory that a run is gathered in, about; 0: 256 MiB */
    /* The catalogue in force, by which opened batches are judged. The writer alone changes it, when
     * writer_put_catalogue was committed; others read it at any time. NULL where none is opened. */
    const struct catalogue *_Atomic *catalogue;
    /* Told after each commit and before any receipt of it, from the writing thread: subjects whose
     * answers changed, and numbers by which others are found, of any kind (a cache forgets them). A
     * count of 0: any may have changed, for the store was opened again. May be NULL. */
    void (*changed)(void *ctx, const struct subject_id *subjects, size_t count);
    void *changed_ctx;
};
int writer_start(const struct writer_options *o, struct writer **ret, struct reason *reterr_why);
/* Finishes what is in the queue, commits, ends the thread. Accepts NULL. */
void writer_stop(struct writer *w);
/* True while commits succeed. False while the disk is full or the store cannot be opened again:
 * whatever is handed over meanwhile comes back with that failure at once. */
bool writer_is_well(struct writer *w);
/* 0 while it is well; else why commits fail: CE_NO_ROOM while the disk is full. */
int writer_trouble(struct writer *w);
/* What is said to people then, in both languages. */
extern const char writer_waits_for_room[];
/* The newest received time that was given to a batch: a new catalogue entry must begin later
 * (design §1.1). */
struct utc_ms writer_newest_received(struct writer *w);

/* What the rows that wait or are in the commit take, and the commit with its copy in the store's
 * form. */
size_t writer_queue_bytes(struct writer *w);
size_t writer_commit_bytes(struct writer *w);

/* Rows of one batch that belong together: at most PARCEL_ROWS, in row order. Owned by the producer
 * until writer_give. */
enum { PARCEL_ROWS = 500 };
struct parcel {
    struct arena *arena; /* holds the rows */
    struct judged rows[PARCEL_ROWS];
    unsigned count;
    uint64_t bytes_done;  /* offset in the body behind the last row */
    uint8_t hash[32];     /* SHA-256 of the body up to there */
    struct slice columns; /* of the kept rows up to there, sealed; in the arena */
    bool is_last;    /* the body is whole: the batch is finished with this parcel; `hash` is of the
                        whole body */
    bool is_pressed; /* the sender had to wait while these rows were read, or messages have lain
                        with the broker: more is coming */
    struct delivery
        *delivery; /* of messages (ingest/partition.h), in the arena; NULL: of a batch */
    /* The writer's own. */
    struct pending *pending;
    struct parcel *next;
    size_t bytes; /* of the arena when it was given */
    int result;   /* 0, or why it was not committed; set before it is given back */
};
struct parcel *parcel_create(void);
void parcel_destroy(struct parcel *p);

/* A batch while it is open: the producer's side of a submission. */
struct open_batch {
    struct batch_id id;
    struct batch_state state; /* as last committed; slices live in `arena` */
    struct arena *arena;
    const struct catalogue *catalogue; /* handed out together with state.received */
    const struct theme *theme;         /* its entry version in force at state.received */
    const struct tables *tables;       /* likewise */
    struct slice columns;              /* of the rows that were kept when it was opened, sealed */
    struct pending *pending;           /* the writer's own */
};

/* What the body is said to be. */
struct body_kind {
    char format;   /* enum reader_format */
    char encoding; /* enum encoding */
};
/* Opens the batch of (department, name): makes it (first arrival: number and received time are
 * given before this returns; they are durable with the first rows that are), or takes up one that
 * was begun. The catalogue that judges it is the one in force when the received time is given,
 * whatever a caller read before. Only one producer may hold a batch at a time: waits up to wait_ms
 * for another to leave (CE_BUSY then). CE_CONFLICT when it was begun for another theme, format or
 * declared encoding. CE_INVALID when department or name has not 1 to 64 bytes. CE_NOT_FOUND when
 * there is no such theme. CE_UNAVAILABLE when the store takes no writes. */
int writer_open_batch(struct writer *w, struct slice department, struct slice name,
                      struct slice theme, struct body_kind kind, int wait_ms,
                      struct open_batch **ret, struct reason *reterr_why);
/* The same hold without opening it, for whoever brings rows of the batch another way. CE_BUSY. */
int writer_hold_batch(struct writer *w, const struct batch_id *id, int wait_ms);
void writer_let_go(struct writer *w, const struct batch_id *id);
/* Commits so far; with `than` at the count known, waits for another one up to wait_ms. */
uint64_t writer_commits(struct writer *w, uint64_t than, int wait_ms);
/* Hands a parcel over; blocks while the queue is full. The parcel belongs to the writer until
 * writer_take_back; then its arena is empty, and of its rows only their numbers are left. */
int writer_give(struct writer *w, struct open_batch *ob, struct parcel *p);
/* Waits for the oldest given parcel to be gathered or committed (or not: p->result) and gives it
 * back. NULL when none is out (or, with wait false, none is ready). */
struct parcel *writer_take_back(struct writer *w, struct open_batch *ob, bool wait);
/* Parcels given and not yet taken back. */
unsigned writer_parcels_out(struct writer *w, struct open_batch *ob);
/* When all parcels are back: waits until what they brought is committed. 0 with ob->state up to
 * date, or why it was not. */
int writer_settle(struct writer *w, struct open_batch *ob);
/* Rows of the batch that are committed. */
uint64_t writer_rows_done(struct writer *w, struct open_batch *ob);
void writer_close_batch(struct writer *w, struct open_batch *ob);

/* Runs `fill` on the writing thread between commits and commits what it put: keys of departments,
 * catalogue entries. Returns its result, or the commit's. */
int writer_run(struct writer *w, int (*fill)(void *ctx, struct batch *b, struct counters *counters),
               void *ctx, struct reason *reterr_why);
/* For a `fill` alone: with this commit `c` comes into force. What is opened behind it, in the same
 * commit too, is judged by it. It must live as long as the writer. */
void writer_put_catalogue(struct writer *w, const struct catalogue *c);
