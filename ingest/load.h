#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/crypt.h"
#include "base/err.h"
#include "ingest/writer.h"
#include "record/catalogue.h"
#include "record/verdict.h"
#include "store/fill.h"
#include "store/state.h"

/* A first fill of a store from files: what the writer would have made of them, handed in one after
 * the other, without its batches. Rows are judged file by file, sorted by record and decided by the
 * gate's rules, sorted by what they become, and written as files that the store takes in as they
 * are. */

struct load_file {
    struct slice theme;
    int64_t size; /* for progress, and so that large files begin first */
    /* What came of it. */
    bool is_refused;  /* nothing of it counts; `why` says why */
    bool is_repeated; /* another file before it was the same; its receipt holds */
    struct reason why;
    struct batch_id id;
    struct totals totals;
};

enum load_stage { LOAD_READ, LOAD_DECIDE, LOAD_WRITE };

struct load_options {
    struct fill *fill;
    const struct keys *keys;
    const struct clock *clock;
    const struct catalogue *catalogue; /* in force; its entries are in the store */
    struct day born_min;
    size_t memory_bytes; /* for sorting; LOAD_MEMORY_MIN at least */
    unsigned threads;    /* that read and judge */

    /* The files in the order in which they count as handed in. Bodies are opened from several
     * threads, each file once; `ret_name` is its batch id (65 bytes). */
    struct load_file *files;
    size_t file_count;
    int (*open)(void *ctx, size_t file, struct body_kind *ret_kind, void **ret_body,
                struct reason *reterr_why);
    int64_t (*read)(void *body, char *at, size_t n); /* 0 at the end, -1 when it fails */
    /* Of a body that was read to its end, or (`ret_name` NULL) was not. */
    int (*close)(void *ctx, size_t file, void *body, char *ret_name, struct reason *reterr_why);

    /* Told from the calling thread: bytes while it reads, then rows. */
    void (*tell)(void *ctx, enum load_stage stage, int64_t done, int64_t total);
    bool (*is_stopped)(void *ctx); /* asked now and then, from any thread */
    void *ctx;
};
enum { LOAD_NAME_BYTES = 65, LOAD_MEMORY_MIN = 32 << 20 };

/* Fills the store; fill_finish_take is the caller's. A file that is refused is told in its row, and
 * the others count. CE_PARTIAL when it was stopped; CE_TOO_LARGE when one record has more versions
 * than memory holds; CE_IO and others with the reason. */
int load_run(const struct load_options *o, struct reason *reterr_why);
