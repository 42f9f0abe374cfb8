/* Opening partitions. One that the store does not know begins with the first message that is kept,
 * for which its leader has to be asked; all of one leader are asked for in one question, so that a
 * start with the partitions of a city costs a few answers, and one that does not come holds nobody
 * up but those who need it. One that the store knows is opened without asking anybody: what is read
 * of it says whether it is what it was (stream_lane.c). */
#include "base/check.h"
#include "base/clock.h"
#include "ingest/stream_parts.h"

enum {
    ASK_MS = 2000, /* a broker, for the beginnings of its partitions */
};

struct opening {
    struct lane *lane; /* NULL when it was done */
    bool is_known;     /* to the store */
};

static bool is_due(const struct lane *l, int64_t now)
{
    return l->missed == 0 && l->step == LANE_CLOSED && now >= l->retry_ms;
}

/* What is to be opened now, in the round's memory. */
static struct opening *list_openings(struct stream *s, size_t *ret_count)
{
    size_t count = 0;
    int64_t now = clock_mono_ms();
    for (struct lane *l = s->lanes; l; l = l->after)
        count += is_due(l, now);
    struct opening *list = ARENA_ARRAY(s->scratch, struct opening, count + 1);
    *ret_count = count;
    count = 0;
    for (struct lane *l = s->lanes; l; l = l->after)
        if (is_due(l, now))
            list[count++] = (struct opening){.lane = l};
    return list;
}

/* 0, or why the store cannot be read. */
static int look_up(struct stream *s, struct opening *list, size_t count)
{
    struct view *v;
    struct partition_state known;
    int r = view_open(s->o.store, &v);
    if (r < 0)
        return r;
    for (size_t i = 0; i < count && r == 0; i++) {
        const struct lane *l = list[i].lane;
        r = partition_state_get(v, s->scratch, slice_of(l->topic), (uint32_t)l->partition, &known);
        list[i].is_known = r == 0;
        r = r == CE_NOT_FOUND ? 0 : r;
    }
    view_close(v);
    return r;
}

/* Opens those in the list that begin anew and have this leader. */
static void open_new(struct stream *s, struct opening *list, size_t count, int32_t leader)
{
    struct first_kept *asked = ARENA_ARRAY(s->scratch, struct first_kept, count);
    struct lane **lanes = ARENA_ARRAY(s->scratch, struct lane *, count);
    struct reason why = {"no broker speaks for it at the moment"};
    const struct lane *failed = NULL;
    size_t n = 0, failures = 0;
    for (size_t i = 0; i < count; i++) {
        struct lane *l = list[i].lane;
        if (!l || l->leader != leader)
            continue;
        asked[n] = (struct first_kept){l->topic, l->partition, .err = CE_UNAVAILABLE};
        lanes[n++] = l;
        list[i].lane = NULL;
    }
    if (leader >= 0)
        consumer_first_kept(s->consumer, asked, n, ASK_MS, &why);
    for (size_t i = 0; i < n; i++) {
        if (asked[i].err == 0) {
            lane_open(s, lanes[i], (uint64_t)asked[i].first);
            continue;
        }
        failed = lanes[i];
        failures++;
        lane_later(lanes[i]);
    }
    if (failed)
        lane_not_opened(failed, why.text, failures);
}

void lanes_open(struct stream *s)
{
    size_t count;
    struct opening *list = list_openings(s, &count);
    if (count == 0)
        return;
    int r = look_up(s, list, count);
    if (r < 0) {
        lane_not_opened(list[0].lane, err_text(r), count);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (!list[i].is_known)
            continue;
        lane_open(s, list[i].lane, 0);
        list[i].lane = NULL;
    }
    for (size_t i = 0; i < count && !atomic_load(&s->is_stopping); i++)
        if (list[i].lane)
            open_new(s, list + i, count - i, list[i].lane->leader);
}
