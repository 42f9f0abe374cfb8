#pragma once
#include "base/clock.h"
#include "daemon/in_force.h"
#include "ingest/submission.h"
#include "ingest/writer.h"
#include "query/query.h"
#include "record/catalogue.h"
#include "store/digest.h"
#include "store/state.h"
#include "store/store.h"
#include "tests/support/test.h"

/* A whole register in one process: a store in a fresh folder, the project's own catalogue, a clock
 * that tests set, and the real pipeline. Time starts on 2026-06-01 09:00 (UTC+8). Everything fails
 * the test by itself. */
struct world {
    const char *dir;
    struct arena *arena;
    struct keys *keys;
    struct clock clock;
    struct in_force in_force;
    const struct catalogue *catalogue; /* in force; set by world_open and world_load */
    struct store *store;
    struct writer *writer;
    struct answer_cache *cache; /* which the writer makes forget, as in the daemon */
    /* Of the writer; hold from world_restart on. 0: its own defaults, of receipts for ever. */
    int receipt_days;
    size_t queue_bytes, commit_bytes, run_bytes;
    int gear;          /* of the writer: 1, or 2: every commit is a run. At first what CREDENCE_GEAR
                          says, else 1 */
    size_t shift_rows; /* not 0: by itself behind so many rows, whatever `gear` says */
};

struct world *world_open(void);
/* The same in a folder that a world was in before, with the clock at its beginning again. */
struct world *world_open_in(const char *dir);
void world_close(struct world *w);
/* Stops the writer, closes the store and opens both again, as after a restart. */
void world_restart(struct world *w);
/* Puts what is new in that folder into force. */
void world_load(struct world *w, const char *dir);

/* Sets the clock to a time in text: a day alone is its midnight (UTC+8). */
void world_go_to(struct world *w, const char *when);

/* Submits a whole text under a batch name (NULL: a new one) as the theme's own department and
 * returns its counts. */
struct totals world_submit(struct world *w, const char *theme, const char *batch, struct slice csv);
/* The same, telling how it ended; `cut`: the body breaks off after so many bytes (SIZE_MAX: it does
 * not). */
enum submission_end world_try(struct world *w, const char *department, const char *theme,
                              const char *batch, struct slice body, size_t cut,
                              struct batch_id *ret_id);
struct totals world_totals(struct world *w, const struct batch_id *id);

/* 64 hexadecimal digits, NUL-terminated, in the arena. */
const char *world_digest(struct world *w);
/* Fails the test when creditctl check would find a mistake. */
void world_check(struct world *w);
/* The receipt as JSON, in the arena. */
struct slice world_receipt(struct world *w, const struct batch_id *id);

/* The reject file, in the arena. */
struct slice world_rejects(struct world *w, const struct batch_id *id);

/* A unified code of the synthetic range (organisation body YY…): both check characters
 * right. n below 887 million. */
void world_uscc(unsigned n, const char *pair, char out[19]);
