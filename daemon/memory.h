#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* The one memory budget of the daemon (docs/adr/0026): the setting `memory` divided into parts, of
 * which each is held by the module that gets it. Their sum is the setting. */
enum memory_part {
#define PART(id, code, meaning) MEMORY_##id,
#include "daemon/memory.def"
#undef PART
    MEMORY_PARTS
};
const char *memory_part_code(enum memory_part p);

struct memory_plan {
    int64_t total;
    int64_t parts[MEMORY_PARTS]; /* bytes that each may take */
    /* What the modules are told. */
    int64_t cache_bytes;
    int64_t buffer_bytes;
    unsigned open_files;
    int64_t commit_bytes;
    int64_t run_bytes; /* 0: too little for runs, and the writer has one gear */
    int64_t queue_bytes;
    int64_t parcel_bytes;
    unsigned uploads, turns; /* at one time: open, and reading */
    int64_t fetch_bytes;     /* of messages; 0 without a broker */
    int64_t outbox_bytes;    /* of messages that are published; 0 without a broker */
    int64_t window_bytes;    /* of them, of one upload */
    unsigned parcels;        /* of messages, on their way to the writer */
    unsigned connections;
    int64_t unsent_bytes;
    int64_t check_bytes; /* numbers of records, of one check */
    int64_t kept_bytes;
};

/* Divides `total` for so many threads that make answers; `messages`: a broker is configured.
 * CE_INVALID when that is too little, with
 * the least that works and what it goes to. Pure. */
int memory_plan_make(int64_t total, unsigned threads, unsigned workers, bool messages,
                     struct memory_plan *ret, struct reason *reterr_why);
/* The least that works, in whole MiB. */
int64_t memory_least(unsigned threads, unsigned workers, bool messages);
/* What so many of them may hold. */
int64_t memory_uploads_bytes(unsigned uploads);
int64_t memory_connections_bytes(unsigned connections);
/* A table for people: a line for each part. */
void memory_plan_print(const struct memory_plan *p, struct buf *b);
