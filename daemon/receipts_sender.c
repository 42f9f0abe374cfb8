/* Sending receipts and waiting for the word of the broker for each. Receipts of a partition of
 * submissions go to the partition of that number, as far as there are so many, so that their order
 * is kept; how many there are is asked once for each topic. */
#include "daemon/receipts_sender.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "broker/producer.h"

enum {
    TOPICS_MAX = 1024, /* departments */
    TOPIC_BYTES = 260,
    ASK_MS = 10000,
    POLL_MS = 100,
    GIVE_UP_MS = 30000,
    QUEUE_BYTES = 16 << 20,
};

struct topic_size {
    char name[TOPIC_BYTES];
    int32_t partitions;
};

struct receipts_sender {
    const struct broker_settings *settings;
    struct producer *producer;
    struct topic_size *topics;
    size_t topic_count;
    atomic_bool is_stopped;
    /* The call that runs; deliveries of earlier ones, which were given up, are told apart by it. */
    uint32_t call;
    bool *done;
    size_t waiting;
    int err;
    struct reason why;
};

struct receipts_sender *receipts_sender_create(const struct broker_settings *s)
{
    struct receipts_sender *r = calloc(1, sizeof *r);
    CHECK(r);
    r->settings = s;
    r->topics = calloc(TOPICS_MAX, sizeof *r->topics);
    CHECK(r->topics);
    return r;
}

void receipts_sender_destroy(struct receipts_sender *r)
{
    if (!r)
        return;
    producer_destroy(r->producer);
    free(r->topics);
    free(r);
}

void receipts_sender_stop(void *sender)
{
    struct receipts_sender *r = sender;
    atomic_store(&r->is_stopped, true);
}

static void keep_err(struct receipts_sender *r, int err, const char *what)
{
    if (r->err == 0)
        r->err = reason_set(&r->why, err, "%s", what);
}

static void on_delivered(void *ctx, uint64_t tag, int err, int32_t partition, int64_t offset,
                         const char *why)
{
    struct receipts_sender *r = ctx;
    (void)partition, (void)offset;
    if ((uint32_t)(tag >> 32) != r->call)
        return;
    r->waiting--;
    if (err == 0)
        r->done[(uint32_t)tag] = true;
    else
        keep_err(r, err, why ? why : err_text(err));
}

static int open_producer(struct receipts_sender *r, struct reason *why)
{
    struct producer_options o = {
        .delivered = on_delivered, .ctx = r, .queue_bytes = QUEUE_BYTES, .give_up_ms = GIVE_UP_MS};
    if (r->producer && producer_health(r->producer, NULL) == CE_CLOSED) {
        producer_destroy(r->producer);
        r->producer = NULL;
    }
    return r->producer ? 0 : producer_create(r->settings, &o, &r->producer, why);
}

static int partitions_of(struct receipts_sender *r, const char *topic, int32_t *ret,
                         struct reason *why)
{
    for (size_t i = 0; i < r->topic_count; i++) {
        if (strcmp(r->topics[i].name, topic) == 0) {
            *ret = r->topics[i].partitions;
            return 0;
        }
    }
    int e = producer_partitions(r->producer, topic, ASK_MS, ret, why);
    if (e == CE_NOT_FOUND)
        return reason_set(why, e, "没有主题 there is no topic %s; creditctl topics create makes it",
                          topic);
    if (e < 0)
        return e;
    CHECK(r->topic_count < TOPICS_MAX);
    struct topic_size *t = &r->topics[r->topic_count++];
    snprintf(t->name, sizeof t->name, "%s", topic);
    t->partitions = *ret;
    return 0;
}

static int send_one(struct receipts_sender *r, const struct publish_message *m, uint32_t index)
{
    struct message_header headers[] = {{SLICE("id"), m->id}, {SLICE("format"), SLICE("1")}};
    struct message message = {.topic = m->topic,
                              .key = m->id,
                              .value = m->value,
                              .headers = headers,
                              .header_count = ARRAY_LEN(headers)};
    struct reason why = {{0}};
    int32_t count;
    int e = partitions_of(r, m->topic.p, &count, &why);
    int32_t partition = e == 0 ? (int32_t)(m->partition % (uint32_t)count) : 0;
    uint64_t tag = (uint64_t)r->call << 32 | index;
    while (e == 0 && !atomic_load(&r->is_stopped)) {
        e = producer_send(r->producer, &message, partition, tag, &why);
        if (e != CE_BUSY)
            break;
        producer_poll(r->producer, POLL_MS);
        e = 0;
    }
    if (e == 0)
        r->waiting++;
    else
        keep_err(r, e, why.text[0] ? why.text : err_text(e));
    return e;
}

int receipts_sender_deliver(void *sender, const struct publish_message *list, size_t count,
                            bool *ret_done, struct reason *reterr_why)
{
    struct receipts_sender *r = sender;
    r->call++;
    r->done = ret_done;
    r->waiting = 0;
    r->err = 0;
    int e = open_producer(r, reterr_why);
    if (e < 0)
        return e;
    /* A topic that is missing holds its department up and no other one. */
    for (size_t i = 0; i < count && !atomic_load(&r->is_stopped); i++) {
        e = send_one(r, &list[i], (uint32_t)i);
        if (e < 0 && e != CE_NOT_FOUND)
            break;
    }
    while (r->waiting && !atomic_load(&r->is_stopped))
        producer_poll(r->producer, POLL_MS);
    r->call++; /* what is told from now on is of no call */
    if (r->err && reterr_why)
        *reterr_why = r->why;
    if (r->err == 0 && atomic_load(&r->is_stopped))
        return reason_set(reterr_why, CE_CLOSED, "creditd stops");
    return r->err;
}
