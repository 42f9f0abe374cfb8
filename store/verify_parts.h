#pragma once
/* What the files of verify share; not for others. */
#include "base/arena.h"
#include "base/attr.h"
#include "store/batch.h"
#include "store/digest.h"
#include "store/state.h"
#include "store/verify.h"
#include "store/view.h"

/* A set of numbers: all up to a few thousand millions, or a part of any. */
struct bitmap {
    uint8_t *bits;
    uint64_t bytes;
    uint64_t first, part; /* numbers from `first` on, so many; part 0: all */
};
/* Whether the number is of the part. */
bool bitmap_covers(const struct bitmap *m, uint64_t number);
/* False when it was there already, or is too great to be kept. */
bool bitmap_add(struct bitmap *m, uint64_t number);
bool bitmap_has(const struct bitmap *m, uint64_t number);
/* Forgets its numbers and goes on to the next part. */
void bitmap_next_part(struct bitmap *m);

/* Rows that follow from other rows: exactly these must be there. Both sides are counted and their
 * hashes summed, which costs one walk; only when the sums differ each row is looked up. */
enum demand {
    DEMAND_SUBJECT, /* the key alone: values are compared with the records */
    DEMAND_NAME,
    DEMAND_GRAM,
    DEMAND_LINK,
    DEMAND_TERM,
    DEMAND_LIST, /* lists of batches */
    DEMAND_COUNT
};
struct tally {
    uint64_t count, sums[2];
};

/* The records of one subject, as far as they were walked. */
struct group {
    struct subject_id subject;
    bool is_begun, has_current;
};
struct account;
/* What the partitions of one department were counted, to be found in its lines of the ledger. */
struct fed {
    struct slice department;
    struct totals totals;
    unsigned long long of_batches; /* rows that belong to a batch as well */
};

struct verifier {
    struct store *store;
    struct view *view;
    const struct keys *keys;
    const struct catalogue *catalogue;
    struct arena *arena; /* of one row */
    struct arena *keep;  /* of the whole check */
    struct batch *batch; /* stays empty */
    struct counters counters;
    struct digest digest;
    struct bitmap records, batches;
    uint64_t greatest; /* number of a record */
    struct group group;
    uint64_t sources; /* rows of by_source */
    struct account *account;
    struct fed *fed; /* by department */
    size_t fed_count, fed_cap;
    struct tally demanded[DEMAND_COUNT], present[DEMAND_COUNT];
    uint64_t found[DEMAND_COUNT]; /* while looking up */
    bool looks_up;
    void (*progress)(void *ctx, uint64_t rows);
    void *ctx;
    uint64_t rows;
    struct verify_result *result;
};

/* One more line for the operator; never with names, numbers of persons or values of items. */
void verify_mistake(struct verifier *v, const char *fmt, ...) PRINTF(2, 3);
/* The number of a batch or a partition, which have one counter: whether it was given out, and once.
 * `whose` is "batch" or "partition". */
void verify_number(struct verifier *v, const char *whose, unsigned long long number);
/* Says which row must be there. */
int verify_demand(struct verifier *v, enum demand what, struct slice key, struct slice value);
/* Says which row is there. */
void verify_present(struct verifier *v, enum demand what, struct slice key, struct slice value);
/* Calls `each` for every row with the prefix; the arena is empty each time. */
int verify_walk(struct verifier *v, enum cf cf, struct slice prefix,
                int (*each)(struct verifier *v, struct slice key, struct slice value));
/* The same for every row from one key on until before another; an empty one is no limit. */
int verify_walk_between(struct verifier *v, enum cf cf, struct slice from, struct slice until,
                        int (*each)(struct verifier *v, struct slice key, struct slice value));

int verify_records(struct verifier *v);
int verify_history(struct verifier *v);
int verify_subjects(struct verifier *v);
int verify_accounts(struct verifier *v);
/* Partitions of Apache Kafka: their counts go into v->fed. */
int verify_offsets(struct verifier *v);
/* The sums of that department; NULL when it has no partition. */
struct fed *verify_fed(struct verifier *v, struct slice department);
/* Rows that follow: what subjects, records and batches demand, again while looking up. */
int verify_subject_demands(struct verifier *v, struct slice key, struct slice value);
int verify_record_demands(struct verifier *v, struct slice key, struct slice value);
int verify_batch_demands(struct verifier *v, struct slice key, struct slice value);
/* A subject row without a current record. */
int verify_subject_claim(struct verifier *v, struct slice key, struct slice value);
/* The subject's row against its records. */
int verify_subject_row(struct verifier *v, const struct subject_id *id, bool must_exist);
