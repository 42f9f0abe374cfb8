#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/crypt.h"
#include "ingest/reader.h"
#include "record/catalogue.h"
#include "record/record.h"
#include "record/rule.h"

/* From a row to a judged record: cleaning, the rules of rules.def, identity, version, subject, and
 * the stored bytes. A function of the row, the entry version and the received time, and of nothing
 * else (design §1.1). Stateless but for scratch memory; one judge for each thread. */
struct judge;

struct judge_options {
    const struct keys *keys;
    const struct catalogue *catalogue;
    const struct theme *theme; /* the entry version in force at `received` */
    struct utc_ms received;
    uint32_t partition;  /* 0 for files and uploads */
    struct day born_min; /* earliest believed birth day in an identity number */
};
struct judge *judge_create(const struct judge_options *o);
void judge_destroy(struct judge *j);
DEFINE_AUTO(struct judge, judge_destroy)

/* Rows from now on were received then and there. The theme, the tables and the department in force
 * must be those in force at the time that the judge was made with. */
void judge_at(struct judge *j, struct utc_ms received, uint32_t partition);

enum operation { OPERATION_UPSERT, OPERATION_REVOKE };

struct judged {
    uint64_t row;
    uint64_t end_bytes;
    struct findings *findings; /* NULL when there are none */
    bool rejected;             /* then only row, end_bytes, findings and `kept` count */
    bool is_forbidden;         /* rejected, and nothing of it may be kept */
    struct slice kept;         /* of a rejected row: the row itself, sealed (ingest/keeper.h) */
    enum operation operation;
    struct record_id id;
    struct version version;
    bool has_provider; /* the provider gave a version */
    uint8_t
        content[16];  /* keyed hash of operation and non-empty cleaned items, ascending by code */
    bool has_subject; /* a revoke may come without one */
    struct subject_id subject;
    enum category category;
    struct record_head head; /* as encoded in `bytes` */
    struct slice bytes;      /* record_encode'd; of a revoke: what came with it */
    struct slice waiting;    /* of a revoke: the bytes to keep when the record is unknown: head and
                                sealed identity only */
};

/* 0 however bad the verdict; CE_... only when it could not judge. *ret lives in the arena. */
int judge_row(struct judge *j, struct arena *a, const struct raw_row *row, struct judged *ret);
