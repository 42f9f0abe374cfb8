#pragma once
#include "base/buf.h"
#include "ingest/judging.h"

/* From a judged row to its stored form (record/record.h), and to the hash by which two versions are
 * compared. */

/* Buffers that are used again for every row. */
struct renderer {
    struct buf pub, aut, gov, none;    /* groups */
    struct buf amounts;                /* what the public amounts are */
    struct buf received;               /* members in clear */
    struct buf clear, sealed_received; /* members of the sealed part */
    struct buf plain, sealed;          /* the sealed part before and after */
    struct buf bytes;
};
/* No group may grow larger: it must be readable again, whatever escapes its text needed. */
enum { RENDER_BYTES_MAX = 1000 * 1000 };
/* Nor may all of a record: a parcel of 500 rows that end large records copies each of them into one
 * commit, whose memory is 1 GiB. */
enum { RECORD_BYTES_MAX = 1024 * 1024 };

void renderer_init(struct renderer *r);
void renderer_fini(struct renderer *r);

/* Where the reason stands among the items by code: struct judging wants to know. */
size_t render_reason_at(const struct theme *t);
/* Keyed hash of operation and non-empty cleaned items, ascending by code; of a revoke: of the
 * operation alone. */
void render_content(struct renderer *r, const struct judging *j, uint8_t out[16]);
/* Stored bytes, in the arena. CE_TOO_LARGE when a group grows over its limit, CE_CRYPT. */
int render_record(struct renderer *r, const struct judging *j, const struct record_head *head,
                  struct arena *a, struct slice *ret);
/* What is kept of a revoke whose record is unknown: header and sealed identity. */
int render_waiting(struct renderer *r, const struct judging *j, const struct record_head *head,
                   struct arena *a, struct slice *ret);
