#pragma once
#include <stdbool.h>

#include "base/arena.h"
#include "base/crypt.h"
#include "ingest/gate.h"
#include "ingest/judge.h"
#include "record/tables.h"
#include "store/batch.h"
#include "store/state.h"
#include "store/subject.h"

/* From a judged row to rows of the batch: the only place where record state changes (design §1.3).
 * Called by the one writing thread; everything it gathers belongs to one commit. */
enum { EVENT_BYTES = 1 + sizeof(struct record_id) }; /* of one change */
/* A record that was revoked with this commit, by its history. */
struct apply_loss {
    struct subject_id subject;
    struct history_key was;
};

struct apply {
    struct batch *batch;
    struct arena *scratch; /* taken back with every row and every subject: what is kept is in the
                              batch */
    const struct keys *keys;
    const struct tables *tables; /* which names of sole traders are shop names */
    struct counters *counters;
    bool has_kafka;
    bool leaves_subjects; /* whoever calls makes their rows, with apply_subject */
    struct buf *events;   /* verdict 1 and record id 18 for each change of this commit */
    /* Subjects whose rows must be computed anew before the commit; what is gone, by which more may
     * have to be; and those whose answers change, with the numbers that lead to others than before.
     */
    struct subject_id *dirty;
    size_t dirty_count, dirty_cap;
    struct apply_loss *losses;
    size_t loss_count, loss_cap;
    struct subject_id *touched;
    size_t touched_count, touched_cap;
};

void apply_init(struct apply *ap, struct batch *b, const struct keys *k, struct counters *counters,
                struct buf *events);
void apply_fini(struct apply *ap);

/* Looks up at once what most of the rows will ask the store for. CE_... as apply_row. */
int apply_read_ahead(struct apply *ap, const struct judged *rows, size_t count);
/* Judges the row against what is stored and gathers what must be written: record, history,
 * by_source, by_term, and, when it is cheap, the subject row. 0 with the verdict, or CE_... when
 * the store could not be read or holds damaged bytes. */
int apply_row(struct apply *ap, const struct judged *row, struct gate_result *ret);
/* Before the commit: computes the rows of subjects that need it, with their names and links. */
int apply_finish(struct apply *ap);
/* Puts the row of a subject that had none, with its names and links. A search number, if it is to
 * be found by name, is the counter's next one. */
int apply_subject(struct apply *ap, const struct subject_id *id, struct subject *fresh);
/* After the commit, or when it failed: forgets what was gathered. */
void apply_reset(struct apply *ap);
