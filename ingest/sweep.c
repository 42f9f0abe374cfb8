/* Taking old receipts' details away. Batches are numbered in order of arrival, so the search ends
 * at the first one that is not old enough; one that is still open is left out. Among them lie
 * partitions of Apache Kafka, of which packs go one by one. */
#include "ingest/sweep.h"

#include "store/decisions.h"
#include "store/keys.h"
#include "store/receipts.h"
#include "store/state.h"
#include "store/view.h"

enum { BATCHES_A_TIME = 1000 };

static void clear(struct batch *b, struct log_key from, struct log_key to)
{
    batch_delete_range(b, CF_LOG, KEY_SLICE(from), KEY_SLICE(to));
}

enum fate { FATE_STAYS, FATE_GOES, FATE_IS_YOUNG };

static int fate_of(struct view *v, struct arena *a, uint64_t number, struct utc_ms limit,
                   enum fate *ret)
{
    struct batch_id id;
    struct batch_state state;
    unsigned count;
    int r = batch_state_list(v, a, (struct slice){0}, number + 1, 1, &id, &state, &count);
    *ret = FATE_STAYS;
    if (r < 0 || !count || state.number != number)
        return r;
    if (state.received.v >= limit.v)
        *ret = FATE_IS_YOUNG;
    else if (state.finished.v ? state.finished.v < limit.v : state.format == BATCH_OF_MESSAGES)
        *ret = FATE_GOES;
    return 0;
}

static int sweep_batches(struct batch *b, struct view *v, struct arena *a, struct utc_ms limit)
{
    uint64_t from = 0, end = 0;
    int r = 0;
    enum fate fate = FATE_STAYS;
    struct walk *w = walk_open(v, CF_LOG, (struct slice){0}, (struct slice){0});
    for (int i = 0; r == 0 && i < BATCHES_A_TIME && walk_valid(w); i++) {
        uint64_t number = be64_get(walk_key(w).p);
        r = fate_of(v, a, number, limit, &fate);
        if (r < 0 || fate == FATE_IS_YOUNG)
            break;
        if (fate == FATE_GOES) {
            from = end ? from : number;
            end = number + 1;
        } else if (end) {
            clear(b, log_key_make(from, 0), log_key_make(end, 0));
            end = 0;
        }
        struct log_key next = log_key_make(number + 1, 0);
        walk_seek(w, KEY_SLICE(next));
    }
    int closed = walk_close(w);
    if (end)
        clear(b, log_key_make(from, 0), log_key_make(end, 0));
    return r < 0 ? r : closed;
}

static int sweep_partitions(struct batch *b, struct view *v, struct arena *a, struct utc_ms limit)
{
    struct partition_life *list;
    size_t count;
    int r = partition_lives(v, a, &list, &count);
    for (size_t i = 0; r == 0 && i < count; i++) {
        uint64_t end, number = list[i].state.number;
        r = receipts_old(v, number, limit, &end);
        if (r == 0 && end)
            clear(b, log_key_make(number, 0), log_key_make(number, end));
    }
    return r;
}

int sweep_receipts(struct batch *b, struct store *s, struct arena *a, struct utc_ms now, int days)
{
    struct view *v;
    struct utc_ms limit = {now.v - (int64_t)days * 86400000};
    int r = view_open(s, &v);
    if (r < 0)
        return r;
    r = sweep_batches(b, v, a, limit);
    if (r == 0)
        r = sweep_partitions(b, v, a, limit);
    view_close(v);
    if (r == 0)
        swept_put(b, limit);
    return r;
}
