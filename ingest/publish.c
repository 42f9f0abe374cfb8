/* Publishing receipts. A round goes through the partitions and takes of each what is new, up to a
 * bound; sends it all, waits for it, and writes how far each partition was delivered without a gap.
 * Rounds follow each other while there is more, and a failure makes the next one wait longer. */
#include "ingest/publish.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/thread.h"
#include "broker/topic.h"
#include "ingest/receipt_message.h"
#include "store/decisions.h"
#include "store/published.h"
#include "store/receipts.h"

enum {
    IDLE_MS = 200,
    WAIT_MS_MOST = 5000,
    MESSAGE_BYTES = 800 * 1024, /* brokers take a million bytes unless they are told otherwise */
    ROUND_BYTES = 4 << 20,
    PARTITION_BYTES = 1 << 20, /* of a round, so that partitions take turns */
    ROUND_MESSAGES = 4096,
    ARENA_BYTES_MAX = 1 << 30,
};

struct publish {
    struct publish_options o;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t woken;
    bool is_stopping;
};

/* What is sent in one round; `of` and `end` say to which partition a message belongs, and how far
 * it brings it. */
struct round {
    const struct publish_options *o;
    struct arena *arena;
    struct view *view;
    struct partition_life *partitions;
    size_t partition_count;
    uint64_t *next;   /* how far each partition was delivered */
    uint64_t waiting; /* offsets of which no receipt was delivered when the round began */
    struct publish_message *list;
    size_t *of;
    uint64_t *end;
    size_t count, bytes;
};

static size_t message_bytes(const struct publish_options *o)
{
    return o->message_bytes ? o->message_bytes : MESSAGE_BYTES;
}

static size_t round_messages(const struct publish_options *o)
{
    return o->round_messages ? o->round_messages : ROUND_MESSAGES;
}

/* Adds the receipt that begins at `from`. Returns where the next one begins; CE_... below 0. */
static int add_one(struct round *r, size_t index, uint64_t from, uint64_t *ret_end)
{
    const struct partition_state *s = &r->partitions[index].state;
    struct receipt_about about = {s->topic, s->partition, r->partitions[index].generation,
                                  s->department};
    struct receipt_read pack;
    uint64_t end;
    char id[RECEIPT_ID_BYTES];
    AUTO_BUF(b, ARENA_BYTES_MAX);
    int e = receipts_read(r->view, r->arena, s->number, from, &pack);
    if (e < 0 && e != CE_NOT_FOUND)
        return e;
    if (e == CE_NOT_FOUND || pack.first > from) {
        end = e == CE_NOT_FOUND || pack.first > s->next ? s->next : pack.first;
        receipt_message_put_swept(&about, from, end, &b);
        log_event(LOG_UNUSUAL, "receipts.forgotten", LOG_S("topic", s->topic),
                  LOG_I("partition", s->partition), LOG_I("from", from), LOG_I("to", end - 1));
    } else {
        end = receipt_message_put(&about, &pack, from, message_bytes(r->o), &b);
    }
    if (b.err)
        return b.err;
    if (!r->list) { /* mostly there is nothing to tell */
        size_t most = round_messages(r->o);
        r->list = ARENA_ARRAY(r->arena, struct publish_message, most);
        r->of = ARENA_ARRAY(r->arena, size_t, most);
        r->end = ARENA_ARRAY(r->arena, uint64_t, most);
    }
    receipt_message_id(&about, from, end - 1, id);
    r->list[r->count] = (struct publish_message){
        .topic = arena_printf(r->arena, TOPIC_RECEIPTS "%.*s", FMT_SLICE(s->department)),
        .partition = s->partition,
        .id = arena_dup(r->arena, slice_of(id)),
        .value = arena_dup(r->arena, buf_slice(&b)),
    };
    r->of[r->count] = index;
    r->end[r->count++] = end;
    r->bytes += b.n;
    *ret_end = end;
    return 0;
}

static int add_partition(struct round *r, size_t index)
{
    const struct partition_state *s = &r->partitions[index].state;
    size_t bytes_before = r->bytes;
    int e = published_get(r->view, r->arena, s, &r->next[index]);
    if (e == 0 && r->next[index] > s->next)
        e = CE_FORMAT;
    if (e < 0)
        return e;
    r->waiting += s->next - r->next[index];
    for (uint64_t from = r->next[index]; e == 0 && from < s->next;) {
        if (r->count == round_messages(r->o) || r->bytes >= ROUND_BYTES ||
            r->bytes - bytes_before >= PARTITION_BYTES)
            break;
        e = add_one(r, index, from, &from);
    }
    return e;
}

/* How far each partition was delivered without a gap. */
static int put_next(void *ctx, struct batch *b, struct counters *counters)
{
    const struct round *r = ctx;
    (void)counters;
    for (size_t i = 0; i < r->count; i++) {
        const struct partition_state *s = &r->partitions[r->of[i]].state;
        bool is_last = i + 1 == r->count || r->of[i + 1] != r->of[i];
        if (is_last)
            published_put(b, s->number, r->next[r->of[i]]);
    }
    return 0;
}

/* Sends what was gathered and keeps how far it came. */
static int tell(struct round *r, int *ret_delivered, struct reason *why)
{
    bool *done = ARENA_ARRAY(r->arena, bool, r->count + 1);
    memset(done, 0, r->count + 1);
    int delivered = 0, result = r->o->deliver(r->o->ctx, r->list, r->count, done, why);
    for (size_t i = 0; i < r->count; i++) {
        bool is_first = i == 0 || r->of[i - 1] != r->of[i];
        bool goes_on = done[i] && (is_first || done[i - 1]);
        done[i] = goes_on;
        if (!goes_on)
            continue;
        r->next[r->of[i]] = r->end[i];
        delivered++;
    }
    if (!delivered)
        return result;
    int e = writer_run(r->o->writer, put_next, r, why);
    *ret_delivered = delivered;
    metric_add(METRIC_RECEIPTS_PUBLISHED, delivered);
    return e < 0 ? e : result;
}

/* Begins with the partition behind the last one that had its turn. */
static int gather(struct round *r, size_t *turn)
{
    int e = view_open(r->o->store, &r->view);
    if (e < 0)
        return e;
    e = partition_lives(r->view, r->arena, &r->partitions, &r->partition_count);
    if (e == 0)
        r->next = ARENA_ARRAY(r->arena, uint64_t, r->partition_count + 1);
    size_t first = r->partition_count ? *turn % r->partition_count : 0;
    for (size_t i = 0; e == 0 && i < r->partition_count; i++) {
        size_t index = (first + i) % r->partition_count;
        size_t before = r->count;
        e = add_partition(r, index);
        if (r->count > before)
            *turn = index + 1;
    }
    view_close(r->view);
    return e;
}

int publish_round(const struct publish_options *o, size_t *turn, int *ret_delivered,
                  struct reason *reterr_why)
{
    AUTO(arena_destroy) struct arena *a = arena_create(ARENA_BYTES_MAX);
    struct round r = {.o = o, .arena = a};
    *ret_delivered = 0;
    int e = gather(&r, turn);
    if (e < 0)
        return reason_set(reterr_why, e, "what became of messages cannot be read: %s", err_text(e));
    metric_set(METRIC_RECEIPTS_WAITING, (int64_t)r.waiting);
    return r.count ? tell(&r, ret_delivered, reterr_why) : 0;
}

/* Sleeps until it is time or somebody stops. False: stop. */
static bool rest(struct publish *p, int ms)
{
    struct timespec until = clock_deadline(CLOCK_MONOTONIC, ms);
    pthread_mutex_lock(&p->lock);
    while (!p->is_stopping && pthread_cond_timedwait(&p->woken, &p->lock, &until) == 0)
        continue;
    bool goes_on = !p->is_stopping;
    pthread_mutex_unlock(&p->lock);
    return goes_on;
}

static void *run(void *ctx)
{
    struct publish *p = ctx;
    size_t turn = 0;
    int wait_ms = p->o.idle_ms;
    bool is_well = true, goes_on = true;
    while (goes_on) {
        struct reason why = {{0}};
        int delivered;
        int r = publish_round(&p->o, &turn, &delivered, &why);
        if (r < 0 && r != CE_CLOSED && is_well)
            log_event(LOG_UNUSUAL, "receipts.delayed", LOG_C("error", err_text(r)),
                      LOG_C("why", why.text));
        if (r == 0 && !is_well)
            log_event(LOG_INFO, "receipts.going-on", LOG_I("delivered", delivered));
        is_well = r == 0;
        if (is_well || delivered)
            wait_ms = p->o.idle_ms;
        else
            wait_ms = wait_ms < WAIT_MS_MOST / 2 ? 2 * wait_ms : WAIT_MS_MOST;
        goes_on = rest(p, is_well && delivered ? 0 : wait_ms);
    }
    return NULL;
}

struct publish *publish_start(const struct publish_options *o)
{
    pthread_condattr_t attributes;
    struct publish *p = calloc(1, sizeof *p);
    CHECK(p);
    p->o = *o;
    p->o.idle_ms = o->idle_ms ? o->idle_ms : IDLE_MS;
    pthread_mutex_init(&p->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&p->woken, &attributes);
    pthread_condattr_destroy(&attributes);
    p->thread = thread_start("receipts", run, p);
    return p;
}

void publish_stop(struct publish *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->is_stopping = true;
    pthread_cond_broadcast(&p->woken);
    pthread_mutex_unlock(&p->lock);
    if (p->o.stop)
        p->o.stop(p->o.ctx);
    pthread_join(p->thread, NULL);
    pthread_cond_destroy(&p->woken);
    pthread_mutex_destroy(&p->lock);
    free(p);
}
