#pragma once
#include "base/buf.h"
#include "base/slice.h"
#include "record/version.h"
#include "store/keys.h"

/* The value of by_source: what the gate must know of a record to judge another version of it
 * (design §2, §3). */
struct source {
    struct version version;
    uint8_t content[16];
    uint8_t flags;             /* enum record_flag */
    struct record_key locator; /* where the current version lies in `record` */
};

enum { SOURCE_BYTES = 1 + 28 + 16 + 1 + 32 };
void source_encode(const struct source *s, uint8_t out[SOURCE_BYTES]);
/* CE_FORMAT. */
int source_decode(struct slice bytes, struct source *ret);

/* The value of history: a superseded or stale version. */
struct history {
    struct subject_id subject;  /* whom it was about */
    struct utc_ms current_from; /* INT64_MIN both when it never was current */
    struct utc_ms current_until;
    uint8_t content[16]; /* content hash, so that the same stale version is kept once */
    struct slice record; /* stored bytes as by record_encode */
};
void history_encode(const struct history *h, struct buf *ret);
/* The record's bytes are borrowed. CE_FORMAT. */
int history_decode(struct slice bytes, struct history *ret);
