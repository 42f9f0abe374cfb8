#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"
#include "ingest/writer.h"

/* One upload from its first byte to its receipt (design §8). The caller feeds the body in pieces as
 * they come; a thread of its own reads rows, judges them and hands them to the writer. Repetition
 * is harmless: what is accounted for is compared by hash and skipped. */
struct submission;
struct outbox;

struct submission_options {
    struct writer *writer;
    /* With it rows are published to the department's topic and come in from there
     * (ingest/published.h); NULL: they go to the writer. */
    struct outbox *outbox;
    struct store *store; /* with an outbox: where it is seen that they came */
    const struct catalogue *const _Atomic *catalogue; /* likewise: in force */
    const struct keys *keys;
    struct slice department, theme;
    struct slice batch_name; /* Batch-Id; empty: a new one is made up */
    struct body_kind kind;
    struct day born_min;
    int busy_wait_ms;     /* how long another holder of the same batch is waited for */
    unsigned running_max; /* submissions at one time in this process; 0: 64 */
    unsigned turns_max;   /* of them, how many judge rows at one time; 0: 4 */
    size_t parcel_bytes;  /* of judged rows, with which a parcel goes; 0: 1 MiB */
    /* Called from the submission's thread when there is room for more after submission_feed said
     * "full", and once when it has ended. */
    void (*wake)(void *ctx);
    void *wake_ctx;
};

enum submission_end {
    SUBMISSION_RUNNING,
    SUBMISSION_DONE,     /* finished; the receipt can be read */
    SUBMISSION_REFUSED,  /* the header, the department or the batch id cannot be used: nothing was
                            counted */
    SUBMISSION_CONFLICT, /* a finished batch or a done prefix with other bytes; or another theme or
                            format: 409 */
    SUBMISSION_BUSY,     /* another upload holds the batch: 409 with Retry-After */
    SUBMISSION_CUT,    /* the body was cut off; what was whole is done, the batch can be resumed */
    SUBMISSION_FAILED, /* the store could not take it: 503 */
    SUBMISSION_AWAY,   /* the brokers could not, or nothing comes from them: 503 */
};

/* Starts the thread. CE_UNAVAILABLE when running_max run. */
int submission_start(const struct submission_options *o, struct submission **ret,
                     struct reason *reterr_why);
/* Takes a copy of the piece and returns how many bytes it took (0: full, wait for `wake`). Once the
 * submission has ended everything is taken and dropped. */
size_t submission_feed(struct submission *s, struct slice piece);
/* The body is whole. */
void submission_finish(struct submission *s);
/* The body was cut off. */
void submission_abort(struct submission *s);
/* How it stands; *ret_id is the batch's from the beginning. `ret_why` may be NULL. Texts live as
 * long as the submission. */
enum submission_end submission_state(struct submission *s, struct batch_id *ret_id,
                                     const char **ret_why);
/* Submissions that have not ended, in this process. */
unsigned submissions_running(void);
/* Waits for the thread. Accepts NULL. */
void submission_destroy(struct submission *s);
/* Rows committed so far, for progress. */
uint64_t submission_rows(struct submission *s);
