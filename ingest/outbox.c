/* One producer for all uploads, and a thread that hears what became of their messages. A producer
 * that the library has given up is replaced by a new one; what was under way is lost for its
 * senders then, who begin again behind what arrived. */
#include "ingest/outbox.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/check.h"
#include "base/log.h"
#include "base/thread.h"
#include "broker/producer.h"

enum {
    QUEUE_BYTES = 16 << 20,
    WINDOW_BYTES = 256 << 10,
    GIVE_UP_MS = 20 * 1000,
    LINGER_MS = 2,
    POLL_MS = 50,
    FLUSH_MS = 2000,
    ASK_MS = 5000,
    ASK_AWAY_MS = 1000,
    PAUSE_MS = 20,       /* while the whole queue is full */
    MESSAGE_BYTES = 256, /* of what goes with each: headers, and the library's own */
};

struct outbox {
    struct outbox_options o;
    pthread_t thread;
    atomic_bool is_stopping;
    pthread_mutex_t lock; /* guards what follows and every sending */
    struct producer *producer;
    unsigned asking; /* use it without the lock */
    struct sending *sendings;
};

struct sending {
    struct outbox *outbox;
    struct sending *next;
    pthread_cond_t changed;
    bool has_ended;         /* the last message that comes back frees it */
    struct ticket *tickets; /* of what is out */
    int64_t out_bytes;
    unsigned out;
    int64_t last_offset; /* below 0: the broker knew no more where the message is */
    int err;             /* of the first that was lost */
    struct reason why;
};

/* One message on its way. */
struct ticket {
    struct sending *sending;
    struct ticket *next, **at;
    int64_t bytes;
};

/* With the lock held. */
static void unlist(struct sending *s)
{
    struct sending **at = &s->outbox->sendings;
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
}

static void ticket_list(struct sending *s, struct ticket *t)
{
    t->next = s->tickets;
    t->at = &s->tickets;
    if (t->next)
        t->next->at = &t->next;
    s->tickets = t;
}

static void ticket_unlist(struct ticket *t)
{
    *t->at = t->next;
    if (t->next)
        t->next->at = t->at;
}

static void sending_free(struct sending *s)
{
    for (struct ticket *t = s->tickets, *next; t; t = next) {
        next = t->next;
        free(t);
    }
    pthread_cond_destroy(&s->changed);
    free(s);
}

static void on_delivered(void *ctx, uint64_t tag, int err, int32_t partition, int64_t offset,
                         const char *why)
{
    struct outbox *o = ctx;
    struct ticket *t = (struct ticket *)(uintptr_t)tag;
    struct sending *s = t->sending;
    (void)partition;
    pthread_mutex_lock(&o->lock);
    ticket_unlist(t);
    s->out--;
    s->out_bytes -= t->bytes;
    if (err == 0)
        s->last_offset = offset;
    else if (s->err == 0)
        s->err = reason_set(&s->why, err, "%s", why);
    bool is_last = s->has_ended && s->out == 0;
    if (is_last)
        unlist(s);
    pthread_cond_signal(&s->changed);
    pthread_mutex_unlock(&o->lock);
    free(t);
    if (is_last)
        sending_free(s);
}

static int make_producer(struct outbox *o, struct producer **ret, struct reason *why)
{
    struct producer_options po = {.delivered = on_delivered,
                                  .ctx = o,
                                  .queue_bytes = o->o.queue_bytes,
                                  .linger_ms = LINGER_MS,
                                  .give_up_ms = o->o.give_up_ms};
    return producer_create(o->o.settings, &po, ret, why);
}

/* Everything that was under way has failed by now, and its senders are told. */
static void replace_producer(struct outbox *o, const char *why)
{
    struct producer *fresh = NULL;
    struct reason failed = {""};
    log_event(LOG_UNUSUAL, "outbox.producer-replaced", LOG_C("why", why));
    producer_flush(o->producer, FLUSH_MS);
    if (make_producer(o, &fresh, &failed) < 0) {
        log_event(LOG_BROKEN, "outbox.no-producer", LOG_C("why", failed.text));
        return;
    }
    pthread_mutex_lock(&o->lock);
    struct producer *old = o->producer;
    o->producer = fresh;
    for (struct sending *s = o->sendings; s; s = s->next) {
        if (s->out && s->err == 0)
            s->err = reason_set(&s->why, CE_CLOSED, "%s", why);
        pthread_cond_signal(&s->changed);
    }
    while (o->asking) {
        pthread_mutex_unlock(&o->lock);
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_MS * 1000000L}, NULL);
        pthread_mutex_lock(&o->lock);
    }
    pthread_mutex_unlock(&o->lock);
    producer_flush(old, FLUSH_MS); /* what was sent in between */
    producer_destroy(old);
}

static void *run(void *ctx)
{
    struct outbox *o = ctx;
    while (!atomic_load(&o->is_stopping)) {
        struct reason why = {""};
        producer_poll(o->producer, POLL_MS);
        if (producer_health(o->producer, &why) == CE_CLOSED)
            replace_producer(o, why.text);
    }
    return NULL;
}

int outbox_start(const struct outbox_options *options, struct outbox **ret,
                 struct reason *reterr_why)
{
    struct outbox *o = calloc(1, sizeof *o);
    CHECK(o);
    o->o = *options;
    o->o.queue_bytes = options->queue_bytes ? options->queue_bytes : QUEUE_BYTES;
    o->o.window_bytes = options->window_bytes ? options->window_bytes : WINDOW_BYTES;
    o->o.give_up_ms = options->give_up_ms ? options->give_up_ms : GIVE_UP_MS;
    int r = make_producer(o, &o->producer, reterr_why);
    if (r < 0) {
        free(o);
        return r;
    }
    pthread_mutex_init(&o->lock, NULL);
    o->thread = thread_start("outbox", run, o);
    *ret = o;
    return 0;
}

void outbox_stop(struct outbox *o)
{
    if (!o)
        return;
    atomic_store(&o->is_stopping, true);
    pthread_join(o->thread, NULL);
    producer_flush(o->producer, FLUSH_MS);
    producer_destroy(o->producer);
    for (struct sending *s = o->sendings, *next; s; s = next) { /* nobody hears of them any more */
        next = s->next;
        sending_free(s);
    }
    pthread_mutex_destroy(&o->lock);
    free(o);
}

int outbox_partitions(struct outbox *o, const char *topic, int32_t *ret, struct reason *reterr_why)
{
    pthread_mutex_lock(&o->lock);
    struct producer *p = o->producer;
    o->asking++;
    pthread_mutex_unlock(&o->lock);
    /* An answer is also how it is noticed that they are back. */
    bool was_away = producer_health(p, NULL) < 0;
    int r = producer_partitions(p, topic, was_away ? ASK_AWAY_MS : ASK_MS, ret, reterr_why);
    pthread_mutex_lock(&o->lock);
    o->asking--;
    pthread_mutex_unlock(&o->lock);
    return r;
}

struct sending *sending_begin(struct outbox *o)
{
    struct sending *s = calloc(1, sizeof *s);
    CHECK(s);
    s->outbox = o;
    pthread_cond_init(&s->changed, NULL);
    pthread_mutex_lock(&o->lock);
    s->next = o->sendings;
    o->sendings = s;
    pthread_mutex_unlock(&o->lock);
    return s;
}

int sending_send(struct sending *s, const struct message *m, int32_t partition,
                 struct reason *reterr_why)
{
    struct outbox *o = s->outbox;
    int64_t bytes = (int64_t)(m->value.n + m->key.n) + MESSAGE_BYTES;
    struct ticket *t = malloc(sizeof *t);
    CHECK(t);
    *t = (struct ticket){.sending = s, .bytes = bytes};
    pthread_mutex_lock(&o->lock);
    int r = s->err;
    if (r < 0 && reterr_why)
        *reterr_why = s->why;
    if (r == 0 && s->out && s->out_bytes + bytes > o->o.window_bytes)
        r = CE_BUSY;
    if (r == 0)
        r = producer_send(o->producer, m, partition, (uint64_t)(uintptr_t)t, reterr_why);
    if (r == 0) {
        ticket_list(s, t);
        s->out++;
        s->out_bytes += bytes;
    } else {
        free(t);
    }
    pthread_mutex_unlock(&o->lock);
    return r;
}

void sending_wait(struct sending *s)
{
    struct outbox *o = s->outbox;
    pthread_mutex_lock(&o->lock);
    bool is_empty = s->out == 0;
    if (!is_empty && s->err == 0)
        pthread_cond_wait(&s->changed, &o->lock);
    pthread_mutex_unlock(&o->lock);
    if (is_empty) /* others fill the queue */
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_MS * 1000000L}, NULL);
}

int sending_settle(struct sending *s, uint64_t *ret_offset, struct reason *reterr_why)
{
    struct outbox *o = s->outbox;
    pthread_mutex_lock(&o->lock);
    while (s->out && s->err == 0)
        pthread_cond_wait(&s->changed, &o->lock);
    int r = s->err;
    if (r < 0)
        *reterr_why = s->why;
    else if (s->last_offset < 0)
        r = reason_set(reterr_why, CE_TIMEOUT, "the broker does not say where the last one is");
    else
        *ret_offset = (uint64_t)s->last_offset;
    pthread_mutex_unlock(&o->lock);
    return r;
}

void sending_end(struct sending *s)
{
    if (!s)
        return;
    struct outbox *o = s->outbox;
    pthread_mutex_lock(&o->lock);
    bool is_free = s->out == 0;
    s->has_ended = true;
    if (is_free)
        unlist(s);
    pthread_mutex_unlock(&o->lock);
    if (is_free)
        sending_free(s);
}
