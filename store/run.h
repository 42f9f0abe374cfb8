#pragma once
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/batch.h"

/* The way down for many rows at once (docs/adr/0028): a gathered batch is written as one sorted
 * file for each family, and RocksDB takes the files in as they are, past its log and its memory. It
 * takes them in family by family; an intent that is durable before makes it all or nothing, and
 * views that are opened meanwhile see the store as it was before. A reader sees the same as after
 * batch_commit. */
struct run_report {
    unsigned files; /* 0: there was nothing for files, and it went as one write batch */
    uint64_t bytes; /* in them */
    int64_t in_us;  /* for so long it went in, and views saw the store as before */
};

/* As batch_commit. A family of at least `file_rows` rows gets a file; what is less, and `state`,
 * goes along in the intent. There is no batch_delete_range in a run. */
int run_commit(struct batch *b, size_t file_rows, struct run_report *ret,
               struct reason *reterr_why);

/* For store.c, on a database that was just opened: ends a run that had begun to go in, and takes
 * files away that no intent names. */
int run_finish(struct store *s, struct reason *reterr_why);
