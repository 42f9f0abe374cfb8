#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/civil.h"
#include "base/slice.h"
#include "record/verdict.h"
#include "store/batch.h"
#include "store/view.h"

/* How far each partition of Apache Kafka was taken (design §9): one row of the family `state` for
 * each, written in the same commit as the records. */

/* stop.def: why a partition stopped. */
enum stop {
    STOP_NONE = 0,
#define STOP(id, number, code, zh, en) STOP_##id = (number),
#include "store/stop.def"
#undef STOP
};
/* Whether it stays so until an operator decides. */
static inline bool stop_stays(enum stop s)
{
    return s != STOP_NONE && s <= STOP_SENDERS_TIME;
}
/* "gap"; empty for STOP_NONE. */
const char *stop_code(enum stop s);
const char *stop_zh(enum stop s);
const char *stop_en(enum stop s);
/* Whether the number is one of these: stored bytes may come from a newer program. */
bool stop_is_known(unsigned number);

enum { TOPIC_BYTES_MAX = 249, MESSAGE_HASH_BYTES = 16 };

struct partition_state {
    struct slice topic;      /* key */
    uint32_t partition;      /* key */
    uint64_t number;         /* its part of keys in `log`; from the same counter as batches */
    struct slice department; /* whose topic it is */
    uint64_t first;          /* the offset at which it was begun */
    uint64_t next;           /* the offset of the next message */
    uint64_t lost;           /* offsets left out because an operator said so */
    /* The last message that was taken, by which the partition is known again. */
    bool has_last;
    uint64_t last_offset;
    struct utc_ms last_time;
    uint8_t last_hash[MESSAGE_HASH_BYTES]; /* keyed */
    struct totals totals;                  /* of all messages since `first` */
    enum stop stop;
    uint64_t gap; /* how many messages are missing, as far as that is known */
    struct utc_ms stopped;
};
void partition_state_put(struct batch *b, const struct partition_state *s);
/* The key in `state`, in the arena. */
struct slice partition_state_key(struct arena *a, struct slice topic, uint32_t partition);
/* Slices of *ret point into key and value. CE_FORMAT. */
int partition_state_decode(struct slice key, struct slice value, struct partition_state *ret);
/* CE_NOT_FOUND when it was never begun. */
int partition_state_get(struct view *v, struct arena *a, struct slice topic, uint32_t partition,
                        struct partition_state *ret);
/* All of them, by topic and partition, in the arena. */
int partition_state_list(struct view *v, struct arena *a, struct partition_state **ret,
                         size_t *ret_count);

/* The name under which a store's offsets are shown to tools of Apache Kafka: made up once, in no
 * other store. Absent before that: CE_NOT_FOUND. */
enum { STORE_NAME_BYTES = 10 };
void store_name_put(struct batch *b, const uint8_t name[STORE_NAME_BYTES]);
int store_name_get(struct view *v, struct arena *a, uint8_t ret[STORE_NAME_BYTES]);
