#pragma once
/* What the files of a load share; not for others. */
#include <pthread.h>
#include <stdatomic.h>

#include "base/sorter.h"
#include "ingest/apply.h"
#include "ingest/load.h"
#include "store/keys.h"

/* What is sorted: SORT(id, name, key → value). */
enum load_sort {
    SORT_ROWS,     /* record id, file, row → a judged row (load_row.c) */
    SORT_NOTES,    /* file, row → findings, and of a rejected row what is kept of it */
    SORT_VERDICTS, /* file, row → verdict, whether a version was reused; none for stored */
    SORT_RECORDS,  /* record key → whether its coming stands in SORT_COMINGS, bytes */
    SORT_HISTORY,  /* as the family */
    SORT_TERMS,    /* as the family */
    SORT_FORMER,   /* record key of a current registration, version → history of it */
    SORT_COMINGS,  /* subject, row of all → whether a record came to it or left it */
    SORT_NAMES,    /* as the family */
    SORT_LINKS,    /* as the family */
    SORT_COUNT
};

enum { LOAD_PLACE_BYTES = 12 }; /* file 4, row 8 */

/* A file as it was read. */
struct loaded {
    const struct theme *theme; /* its entry version in force at `received` */
    struct utc_ms received;
    struct body_kind kind;
    uint64_t rows, bytes;
    uint64_t rows_before; /* of all files before it */
    size_t same_as;       /* of a repeated one: the file that counts */
    uint8_t hash[32];
    char name[LOAD_NAME_BYTES];
    char *columns; /* of the kept rows, sealed; malloc'ed */
    size_t columns_n;
};

struct load {
    const struct load_options *o;
    struct loaded *files;
    uint64_t rows; /* of all files */
    struct sorter *sorters[SORT_COUNT];
    pthread_mutex_t lock;
    pthread_cond_t ended; /* a thread */
    unsigned running;
    int err; /* the first failure */
    struct reason why;
    atomic_bool has_failed;
    _Atomic int64_t bytes_read;
    size_t *order; /* files, the largest first */
    _Atomic size_t next;
};

/* Keeps the first failure and stops the others. Returns `err`. */
int load_fail(struct load *l, int err, const struct reason *why);
/* Whether to stop: somebody failed, or the caller wants it. */
bool load_is_stopped(struct load *l);
/* A pen for that share of the memory, in hundredths. */
struct sorter_pen *load_pen(struct load *l, enum load_sort what, unsigned percent);
/* Begins reading it with that share of the memory. */
int load_sorted(struct load *l, enum load_sort what, unsigned percent);
/* Runs `work` on `count` threads; with `tell` the caller is told of progress meanwhile. Returns the
 * load's first failure. */
int load_threads(struct load *l, unsigned count, void *(*work)(void *load), bool tells);

void load_place(size_t file, uint64_t row, uint8_t out[LOAD_PLACE_BYTES]);
/* The judged row behind its place; reading borrows from the bytes. CE_FORMAT. */
void load_row_put(struct buf *b, const struct judged *row);
int load_row_read(struct slice key, struct slice value, struct judged *ret, size_t *ret_file);
/* What the receipt says of it. */
void load_note_put(struct buf *b, const struct judged *row);
int load_note_read(struct slice value, struct arena *a, struct judged *ret);

/* The stages. */
int load_read(struct load *l);
int load_decide(struct load *l);
int load_write(struct load *l);
int load_receipts(struct load *l); /* a part of load_write: the family `log`, ledger, batches */
