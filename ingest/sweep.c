/* Taking old receipts' details away. Batches are numbered in order of arrival, so what goes is a
 * range from the beginning; it ends at the first batch that is still open or not old enough. */
#include "ingest/sweep.h"

#include "store/keys.h"
#include "store/state.h"
#include "store/view.h"

enum { BATCHES_A_TIME = 1000 };

static int may_go(struct view *v, struct arena *a, uint64_t number, struct utc_ms limit, bool *ret)
{
    struct batch_id id;
    struct batch_state state;
    unsigned count;
    int r = batch_state_list(v, a, (struct slice){0}, number + 1, 1, &id, &state, &count);
    *ret =
        r == 0 && count && state.number == number && state.finished.v && state.finished.v < limit.v;
    return r;
}

int sweep_receipts(struct batch *b, struct store *s, struct arena *a, struct utc_ms now, int days)
{
    struct view *v;
    struct utc_ms limit = {now.v - (int64_t)days * 86400000};
    int r = view_open(s, &v);
    if (r < 0)
        return r;
    uint64_t end = 0;
    struct walk *w = walk_open(v, CF_LOG, (struct slice){0}, (struct slice){0});
    for (int i = 0; r == 0 && i < BATCHES_A_TIME && walk_valid(w); i++) {
        uint64_t number = be64_get(walk_key(w).p);
        bool goes = false;
        r = may_go(v, a, number, limit, &goes);
        if (r < 0 || !goes)
            break;
        end = number + 1;
        struct log_key next = log_key_make(end, 0);
        walk_seek(w, KEY_SLICE(next));
    }
    int closed = walk_close(w);
    view_close(v);
    if (r < 0 || closed < 0)
        return r < 0 ? r : closed;
    if (end) {
        struct log_key from = log_key_make(0, 0), to = log_key_make(end, 0);
        batch_delete_range(b, CF_LOG, KEY_SLICE(from), KEY_SLICE(to));
    }
    return 0;
}
