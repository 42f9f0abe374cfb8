/* One partition on its way: it is opened at the offset that the store has, the message taken last
 * is read again and compared, then every message is judged and goes to the writer in parcels.
 * Whatever makes it doubtful that the next message is the one behind the last ends in a stop.
 *
 * A parcel may be lost (a commit failed, another catalogue came into force): then all that were
 * given behind it are lost too, for the writer takes them in order only, and the partition is
 * opened again at what was committed. */
#include <stdlib.h>

#include "base/check.h"
#include "base/log.h"
#include "base/metric.h"
#include "ingest/stream_parts.h"

enum {
    ASK_MS = 2000,        /* a broker, for watermarks */
    RETRY_FIRST_MS = 500, /* doubles up to: */
    RETRY_MOST_MS = 30000,
    AHEAD_MS = 10 * 60 * 1000, /* of our clock: then one of the clocks is wrong */
    BEHIND_MS = 1000,          /* of it: somebody waits who might have seen it */
};

void lane_later(struct lane *l)
{
    l->retry_gap = l->retry_gap ? l->retry_gap * 2 : RETRY_FIRST_MS;
    if (l->retry_gap > RETRY_MOST_MS)
        l->retry_gap = RETRY_MOST_MS;
    l->retry_ms = clock_mono_ms() + l->retry_gap;
}

static void say(enum log_level level, const char *event, const struct lane *l, const char *why,
                uint64_t next)
{
    log_event(level, event, LOG_C("topic", l->topic), LOG_I("partition", l->partition),
              LOG_I("next", next), LOG_C("why", why));
}

static void show(struct stream *s, struct lane *l, const struct partition_state *p)
{
    pthread_mutex_lock(&s->lock);
    l->shown.is_ours = true;
    l->shown.next = p->next;
    l->shown.last_time = p->last_time;
    l->shown.stop = p->stop;
    l->shown.gap = p->gap;
    pthread_mutex_unlock(&s->lock);
}

static void unassign(struct stream *s, struct lane *l)
{
    if (l->is_assigned && s->consumer)
        consumer_unassign(s->consumer, l->topic, l->partition, NULL);
    l->is_assigned = false;
}

/* It is empty and no longer under way. */
static void lay_aside(struct stream *s, struct parcel *p)
{
    s->parcels--;
    p->count = 0;
    if (s->spare_count < ARRAY_LEN(s->spare))
        s->spare[s->spare_count++] = p;
    else
        parcel_destroy(p);
}

static void drop_parcel(struct stream *s, struct lane *l)
{
    struct parcel *p = TAKE(l->parcel);
    if (!p)
        return;
    s->filling -= p->count > 0;
    arena_reset(p->arena);
    lay_aside(s, p);
}

/* The oldest parcel that is done, or (waiting) the oldest. False when there is none. */
static bool take_back(struct stream *s, struct lane *l, bool wait, int *ret)
{
    struct parcel *p = partition_take_back(s->o.writer, l->op, wait);
    if (!p)
        return false;
    if (*ret == 0)
        *ret = p->result;
    lay_aside(s, p);
    return true;
}

void lane_close(struct stream *s, struct lane *l)
{
    int r = 0;
    unassign(s, l);
    drop_parcel(s, l);
    if (l->op) {
        while (take_back(s, l, true, &r))
            ;
        partition_close(s->o.writer, l->op);
    }
    l->op = NULL;
    l->is_under_way = false;
    l->step = LANE_CLOSED;
}

void lane_not_opened(const struct lane *l, const char *why, size_t count)
{
    log_event(LOG_UNUSUAL, "stream.not-opened", LOG_C("topic", l->topic),
              LOG_I("partition", l->partition), LOG_I("partitions", count), LOG_C("why", why));
}

void lane_open(struct stream *s, struct lane *l, uint64_t first)
{
    struct reason why = {""};
    int r = partition_open(s->o.writer, slice_of(l->topic), (uint32_t)l->partition, l->department,
                           first, &l->op, &why);
    if (r < 0) {
        lane_not_opened(l, why.text[0] ? why.text : err_text(r), 1);
        lane_later(l);
        return;
    }
    const struct partition_state *p = &l->op->state;
    show(s, l, p);
    if (stop_stays(p->stop)) {
        lane_close(s, l);
        l->step = LANE_STOPPED;
        return;
    }
    l->next = p->next;
    l->step = p->has_last ? LANE_COMPARES : LANE_TAKES;
    r = consumer_assign(s->consumer, l->topic, l->partition,
                        (int64_t)(p->has_last ? p->last_offset : p->next), &why);
    l->is_assigned = r == 0;
    if (r < 0) {
        lane_close(s, l);
        lane_not_opened(l, why.text, 1);
        lane_later(l);
    }
}

/* A parcel was lost. */
static void begin_anew(struct stream *s, struct lane *l, int why)
{
    say(why == CE_CONFLICT ? LOG_INFO : LOG_UNUSUAL, "stream.again", l, err_text(why), l->next);
    lane_close(s, l);
    if (why != CE_CONFLICT) /* else another catalogue came into force */
        lane_later(l);
    s->next_round_ms = 0;
}

void lane_tend(struct stream *s, struct lane *l)
{
    struct partition_state now;
    int r = 0;
    if (!l->is_under_way) /* this is asked of every lane whenever something came */
        return;
    while (take_back(s, l, false, &r))
        ;
    if (r == 0)
        r = partition_now(s->o.writer, l->op, &now);
    if (r < 0) {
        begin_anew(s, l, r);
        return;
    }
    if (l->shown.stop != STOP_NONE && now.stop == STOP_NONE)
        say(LOG_INFO, "stream.goes-on", l, "", now.next);
    if (now.next > l->shown.next)
        l->retry_gap = 0;
    show(s, l, &now);
    l->is_under_way = now.next < l->given || partition_parcels_out(s->o.writer, l->op) > 0;
}

void lane_stop(struct stream *s, struct lane *l, enum stop why, uint64_t gap)
{
    struct reason failed = {""};
    int r = 0;
    unassign(s, l);
    lane_flush(s, l);
    while (l->op && take_back(s, l, true, &r))
        ;
    if (l->op && r == 0)
        r = partition_settle(s->o.writer, l->op);
    if (!l->op || r < 0) {
        /* The same will be found again. */
        lane_close(s, l);
        lane_later(l);
        return;
    }
    bool is_news = l->op->state.stop != why;
    if (is_news)
        r = partition_stop(s->o.writer, l->op, why, gap, &failed);
    if (is_news && r == 0)
        log_event(LOG_UNUSUAL, "stream.stopped", LOG_C("topic", l->topic),
                  LOG_I("partition", l->partition), LOG_C("stop", stop_code(why)),
                  LOG_I("next", l->op->state.next), LOG_I("gap", gap), LOG_C("why", stop_en(why)));
    show(s, l, &l->op->state);
    lane_close(s, l);
    if (stop_stays(why) && r == 0)
        l->step = LANE_STOPPED;
    else
        lane_later(l);
}

/* What made it stop is over. Nothing of it may be under way. */
static void end_stop(struct stream *s, struct lane *l)
{
    struct reason why = {""};
    if (l->op->state.stop == STOP_NONE)
        return;
    if (partition_stop(s->o.writer, l->op, STOP_NONE, 0, &why) == 0)
        say(LOG_INFO, "stream.goes-on", l, "", l->next);
    show(s, l, &l->op->state);
}

/* What it goes on with is what was behind the last message. Another stop than that it was gone ends
 * with the next message that can be taken. */
static void trust(struct stream *s, struct lane *l)
{
    l->step = LANE_TAKES;
    if (l->op->state.stop == STOP_GONE)
        end_stop(s, l);
}

/* What was asked for did not come: the message taken last, or the next one. */
static void look_where_it_is(struct stream *s, struct lane *l)
{
    struct watermarks marks;
    struct reason why = {""};
    int r = consumer_watermarks(s->consumer, l->topic, l->partition, ASK_MS, &marks, &why);
    const struct partition_state *p = &l->op->state; /* looked at with nothing under way */
    if (r < 0) {
        lane_close(s, l);
        lane_not_opened(l, why.text, 1);
        lane_later(l);
        return;
    }
    uint64_t low = (uint64_t)marks.low, high = (uint64_t)marks.high;
    if (low > l->next)
        lane_stop(s, l, STOP_GAP, low - l->next);
    else if (high < l->next)
        lane_stop(s, l, STOP_AHEAD, l->next - high);
    else if (l->step != LANE_COMPARES) {
        lane_close(s, l);
        lane_later(l);
    } else if (low <= p->last_offset) {
        lane_stop(s, l, STOP_CHANGED, 0);
    } else {
        /* Retention took it. What comes now comes from there. */
        say(LOG_INFO, "stream.last-gone", l, "retention took the message taken last", l->next);
        unassign(s, l);
        r = consumer_assign(s->consumer, l->topic, l->partition, (int64_t)l->next, &why);
        l->is_assigned = r == 0;
        if (r == 0) {
            trust(s, l);
            return;
        }
        lane_close(s, l);
        lane_later(l);
    }
}

/* The first message that came: is it the one that was taken last? */
static void compare(struct stream *s, struct lane *l, const struct message *m)
{
    const struct partition_state *p = &l->op->state;
    uint8_t hash[MESSAGE_KNOWN_BYTES];
    if ((uint64_t)m->offset != p->last_offset) {
        look_where_it_is(s, l);
        return;
    }
    message_known_by(s->o.keys, m, hash);
    if (m->time.v == p->last_time.v && memcmp(hash, p->last_hash, sizeof hash) == 0)
        trust(s, l);
    else
        lane_stop(s, l, STOP_CHANGED, 0);
}

/* An empty parcel at hand; waits for one when there are many under way. */
static bool need_parcel(struct stream *s, struct lane *l, const struct catalogue *c)
{
    if (l->parcel)
        return true;
    for (struct lane *other = s->lanes; other && s->parcels >= s->o.parcels_max;
         other = other->after) {
        int r = 0;
        if (other->parcel)
            lane_flush(s, other);
        while (other->op && s->parcels >= s->o.parcels_max && take_back(s, other, true, &r))
            ;
        if (r < 0)
            begin_anew(s, other, r);
        if (!l->op)
            return false;
    }
    l->parcel = s->spare_count ? s->spare[--s->spare_count] : parcel_create();
    s->parcels++;
    delivery_begin(l->parcel, c, l->next);
    return true;
}

/* A backlog: what was taken has lain with the broker, and more is known to wait. A full parcel is
 * no sign of one, and the broker's clock alone may be wrong. */
static bool is_behind(struct stream *s, const struct lane *l)
{
    struct watermarks marks;
    return clock_now(s->o.clock).v - l->parcel->delivery->last_time.v > BEHIND_MS &&
           consumer_watermarks_known(s->consumer, l->topic, l->partition, &marks) &&
           (uint64_t)marks.high > l->next;
}

void lane_flush(struct stream *s, struct lane *l)
{
    struct parcel *p = l->parcel;
    if (!p)
        return;
    if (p->delivery->next == p->delivery->from) {
        drop_parcel(s, l);
        return;
    }
    p->is_pressed = is_behind(s, l);
    s->filling -= p->count > 0;
    l->parcel = NULL;
    l->given = p->delivery->next;
    l->is_under_way = true;
    int r = partition_give(s->o.writer, l->op, p);
    if (r == 0)
        return;
    s->parcels--;
    parcel_destroy(p);
    begin_anew(s, l, r);
}

/* The last message of a parcel, by which the partition is known again. */
static void note_last(struct stream *s, struct delivery *d, const struct message *m)
{
    d->next = (uint64_t)m->offset + 1;
    d->last_time = m->time;
    message_known_by(s->o.keys, m, d->last_hash);
}

/* False when nothing more is to be taken of what came. */
static bool take_message(struct stream *s, struct lane *l, const struct catalogue *c,
                         const struct message *m, bool is_last)
{
    if (!need_parcel(s, l, c))
        return false;
    struct parcel *p = l->parcel;
    struct delivery *d = p->delivery;
    int r = message_judge_row(s->judge, p->arena, l->department, m, &p->rows[p->count],
                              &d->rows[p->count]);
    if (r < 0) { /* a failure of ours, such as of sealing: not the message's */
        begin_anew(s, l, r);
        return false;
    }
    if (p->count++ == 0 && s->filling++ == 0)
        s->filling_ms = clock_mono_ms();
    l->next = (uint64_t)m->offset + 1;
    bool is_full = p->count == PARCEL_ROWS || arena_used(p->arena) > s->o.parcel_bytes;
    if (is_full || is_last)
        note_last(s, d, m);
    if (is_full)
        lane_flush(s, l);
    return l->op != NULL;
}

/* Why a message may not be taken. */
static enum stop doubt(struct stream *s, const struct message *m)
{
    if (m->time_kind != MESSAGE_TIME_APPENDED)
        return STOP_SENDERS_TIME;
    if (m->time.v > clock_now(s->o.clock).v + AHEAD_MS)
        return STOP_CLOCK;
    return STOP_NONE;
}

static void take_messages(struct stream *s, struct lane *l, const struct consumed *piece)
{
    size_t end = 0;
    enum stop why = STOP_NONE;
    if (l->step == LANE_COMPARES)
        compare(s, l, &piece->messages[0]);
    if (l->step != LANE_TAKES || !l->is_assigned)
        return;
    const struct catalogue *c = atomic_load(s->o.catalogue);
    if (l->parcel && l->parcel->delivery->judged_by != c)
        lane_flush(s, l);
    if (!l->op)
        return;
    message_judge_by(s->judge, c);
    while (end < piece->count && (why = doubt(s, &piece->messages[end])) == STOP_NONE)
        end++;
    for (size_t i = 0; i < end; i++) {
        const struct message *m = &piece->messages[i];
        if ((uint64_t)m->offset >= l->next && !take_message(s, l, c, m, i + 1 == end))
            return;
    }
    if (why != STOP_NONE)
        lane_stop(s, l, why, 0);
}

/* Everything was given. Marks of transactions may lie behind the last message: they are passed, so
 * that retention may take them. */
static void reach_end(struct stream *s, struct lane *l, int64_t next)
{
    if (l->step == LANE_COMPARES) {
        if ((uint64_t)next > l->op->state.last_offset)
            look_where_it_is(s, l);
        return;
    }
    if ((uint64_t)next <= l->next) {
        if (l->shown.stop != STOP_NONE && !l->parcel &&
            partition_parcels_out(s->o.writer, l->op) == 0 &&
            partition_settle(s->o.writer, l->op) == 0)
            end_stop(s, l);
        return;
    }
    if (need_parcel(s, l, atomic_load(s->o.catalogue))) {
        struct delivery *d = l->parcel->delivery;
        l->next = d->next = (uint64_t)next;
        lane_flush(s, l);
    }
}

void lane_take(struct stream *s, struct lane *l, const struct consumed *piece)
{
    if (!l->op || !l->is_assigned)
        return;
    switch (piece->kind) {
    case CONSUMED_MESSAGES:
        take_messages(s, l, piece);
        return;
    case CONSUMED_END:
        reach_end(s, l, piece->next);
        return;
    case CONSUMED_OUT_OF_RANGE:
        lane_flush(s, l);
        if (l->op)
            look_where_it_is(s, l);
        return;
    case CONSUMED_GONE:
        lane_stop(s, l, STOP_GONE, 0);
        return;
    case CONSUMED_UNREADABLE:
        lane_stop(s, l, STOP_UNREADABLE, 0);
        return;
    case CONSUMED_DENIED:
        say(LOG_UNUSUAL, "stream.denied", l, piece->why, l->next);
        lane_close(s, l);
        lane_later(l);
        return;
    }
    UNREACHABLE();
}
