/* A department's own lists. The sum of an account is taken from the same walk as its lines, so that
 * they never disagree. */
#include "query/deliveries.h"

#include "base/check.h"
#include "base/err.h"
#include "base/wire.h"
#include "query/cursor.h"

enum { LIMIT_MAX = 100 };

int query_submissions(struct query *q, struct slice department, unsigned limit, struct slice cursor,
                      struct submission_answer **ret, unsigned *ret_count, struct slice *ret_next)
{
    CHECK(limit > 0 && limit <= LIMIT_MAX);
    struct slice about = arena_printf(q->arena, "submissions|%.*s", FMT_SLICE(department));
    uint64_t before = 0;
    if (cursor.n) {
        struct slice position;
        if (cursor_read(q->arena, q->source->keys, about, cursor, &position) < 0 ||
            position.n != sizeof before)
            return CE_INVALID;
        before = be64_get(position.p);
    }
    struct batch_id *ids = ARENA_ARRAY(q->arena, struct batch_id, limit + 1);
    struct batch_state *states = ARENA_ARRAY(q->arena, struct batch_state, limit + 1);
    unsigned count;
    int r = batch_state_list(q->view, q->arena, department, before, limit + 1, ids, states, &count);
    if (r < 0)
        return r;
    *ret_next = (struct slice){0};
    if (count > limit) {
        uint8_t position[8];
        count = limit;
        be64_put(position, states[limit - 1].number);
        *ret_next = cursor_make(q->arena, q->source->keys, about, slice_make(position, 8));
    }
    *ret = ARENA_ARRAY(q->arena, struct submission_answer, count + 1);
    for (unsigned i = 0; i < count; i++)
        (*ret)[i] = (struct submission_answer){ids[i], states[i]};
    *ret_count = count;
    return 0;
}

struct account_walk {
    struct account *account;
    struct arena *arena;
    uint64_t skip;
    unsigned limit;
};

static bool add_line(void *ctx, const struct ledger_line *line)
{
    struct account_walk *w = ctx;
    struct account *a = w->account;
    totals_add(&a->sum, &line->totals);
    if (a->line_count++ >= w->skip && a->count < w->limit) {
        a->lines[a->count] = *line;
        a->lines[a->count++].department = arena_dup(w->arena, line->department);
    }
    return true;
}

int query_account(struct query *q, struct slice department, struct day from, struct day to,
                  uint64_t skip, unsigned limit, struct account *ret)
{
    *ret = (struct account){.lines = ARENA_ARRAY(q->arena, struct ledger_line, limit + 1)};
    struct account_walk w = {ret, q->arena, skip, limit};
    return ledger_walk(q->view, department, from, day_is_none(to) ? DAY_FOREVER : to, add_line, &w);
}
