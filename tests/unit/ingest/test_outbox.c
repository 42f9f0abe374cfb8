/* The outbox over a producer that is written down here and does what a test says: each upload has a
 * window of its own, hears of what was lost, and holds no other one up. The functions of
 * broker/producer.h that stand here take the place of those in its library. */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/check.h"
#include "broker/producer.h"
#include "ingest/outbox.h"
#include "tests/support/test.h"

enum { QUEUE_MOST = 64, WINDOW = 1000, TICK_NS = 1000000 };

struct producer {
    struct producer_options o;
    uint64_t tags[QUEUE_MOST];
    unsigned count;
    bool is_given_up;
};

/* What the brokers do with what waits, in the order in which it was sent. */
static struct {
    pthread_mutex_t lock;
    bool is_answering;
    int err;         /* of all from now on */
    int64_t offset;  /* of the next one */
    unsigned room;   /* of the queue */
    unsigned living; /* producers */
    struct producer *newest;
} brokers = {.lock = PTHREAD_MUTEX_INITIALIZER};

int producer_create(const struct broker_settings *s, const struct producer_options *o,
                    struct producer **ret, struct reason *reterr_why)
{
    (void)s, (void)reterr_why;
    *ret = calloc(1, sizeof **ret);
    CHECK(*ret);
    (*ret)->o = *o;
    pthread_mutex_lock(&brokers.lock);
    brokers.living++;
    brokers.newest = *ret;
    pthread_mutex_unlock(&brokers.lock);
    return 0;
}

void producer_destroy(struct producer *p)
{
    pthread_mutex_lock(&brokers.lock);
    brokers.living--;
    pthread_mutex_unlock(&brokers.lock);
    free(p);
}

int producer_health(struct producer *p, struct reason *reterr_why)
{
    pthread_mutex_lock(&brokers.lock);
    bool is_given_up = p->is_given_up;
    pthread_mutex_unlock(&brokers.lock);
    return is_given_up ? reason_set(reterr_why, CE_CLOSED, "given up") : 0;
}

int producer_send(struct producer *p, const struct message *m, int32_t partition, uint64_t tag,
                  struct reason *reterr_why)
{
    (void)m, (void)partition;
    pthread_mutex_lock(&brokers.lock);
    int r = p->is_given_up ? CE_CLOSED : p->count >= brokers.room ? CE_BUSY : 0;
    if (r == 0)
        p->tags[p->count++] = tag;
    pthread_mutex_unlock(&brokers.lock);
    return r == CE_CLOSED ? reason_set(reterr_why, r, "given up") : r;
}

int producer_poll(struct producer *p, int timeout_ms)
{
    uint64_t tags[QUEUE_MOST];
    unsigned count = 0;
    (void)timeout_ms;
    pthread_mutex_lock(&brokers.lock);
    int err = p->is_given_up ? CE_CLOSED : brokers.err;
    int64_t offset = brokers.offset;
    if (brokers.is_answering || p->is_given_up) {
        count = p->count;
        memcpy(tags, p->tags, sizeof tags);
        p->count = 0;
        brokers.offset += offset >= 0 && err == 0 ? count : 0;
    }
    pthread_mutex_unlock(&brokers.lock);
    for (unsigned i = 0; i < count; i++)
        p->o.delivered(p->o.ctx, tags[i], err, 0,
                       err          ? -1
                       : offset < 0 ? offset
                                    : offset + i,
                       err ? "lost" : "");
    if (!count)
        nanosleep(&(struct timespec){.tv_nsec = TICK_NS}, NULL);
    return (int)count;
}

int producer_flush(struct producer *p, int timeout_ms)
{
    producer_poll(p, timeout_ms);
    return p->count ? CE_TIMEOUT : 0;
}

int producer_partitions(struct producer *p, const char *topic, int timeout_ms, int32_t *ret,
                        struct reason *reterr_why)
{
    (void)p, (void)topic, (void)timeout_ms, (void)reterr_why;
    *ret = 3;
    return 0;
}

/* ---- */

static struct outbox *begin(void)
{
    struct outbox *o;
    brokers.is_answering = false;
    brokers.err = 0;
    brokers.offset = 0;
    brokers.room = QUEUE_MOST;
    EXPECT_OK(outbox_start(&(struct outbox_options){.window_bytes = WINDOW}, &o, NULL));
    return o;
}

static void let(bool is_answering, int err, int64_t offset)
{
    pthread_mutex_lock(&brokers.lock);
    brokers.is_answering = is_answering;
    brokers.err = err;
    brokers.offset = offset;
    pthread_mutex_unlock(&brokers.lock);
}

static int send(struct sending *s, size_t bytes)
{
    static char value[4 * WINDOW];
    struct reason why;
    CHECK(bytes <= sizeof value);
    struct message m = {.topic = SLICE("t"), .value = slice_make(value, bytes)};
    return sending_send(s, &m, 0, &why);
}

static void stop(struct outbox *o)
{
    outbox_stop(o);
    EXPECT_EQ(brokers.living, 0);
}

TEST(an_upload_is_told_where_its_last_message_is)
{
    struct outbox *o = begin();
    struct sending *s = sending_begin(o);
    uint64_t offset = 0;
    struct reason why;
    let(true, 0, 7);
    for (int i = 0; i < 3; i++)
        EXPECT_OK(send(s, 10));
    EXPECT_OK(sending_settle(s, &offset, &why));
    EXPECT_EQ(offset, 9);
    sending_end(s);
    stop(o);
}

TEST(a_window_that_is_full_holds_its_own_upload_up_and_no_other)
{
    struct outbox *o = begin();
    struct sending *one = sending_begin(o), *other = sending_begin(o);
    struct reason why;
    uint64_t offset;
    EXPECT_OK(send(one, 3 * WINDOW)); /* longer than the window, and it goes */
    EXPECT_ERR(send(one, 1), CE_BUSY);
    EXPECT_OK(send(other, 1));
    let(true, 0, 0);
    sending_wait(one);
    int r;
    while ((r = send(one, 1)) == CE_BUSY)
        sending_wait(one);
    EXPECT_OK(r);
    EXPECT_OK(sending_settle(one, &offset, &why));
    EXPECT_OK(sending_settle(other, &offset, &why));
    sending_end(one);
    sending_end(other);
    stop(o);
}

TEST(a_queue_that_others_have_filled_is_waited_for)
{
    struct outbox *o = begin();
    struct sending *s = sending_begin(o);
    struct reason why;
    uint64_t offset;
    brokers.room = 0;
    EXPECT_ERR(send(s, 1), CE_BUSY);
    sending_wait(s); /* comes back, though nothing of its own is out */
    pthread_mutex_lock(&brokers.lock);
    brokers.room = 1;
    pthread_mutex_unlock(&brokers.lock);
    EXPECT_OK(send(s, 1));
    let(true, 0, 0);
    EXPECT_OK(sending_settle(s, &offset, &why));
    sending_end(s);
    stop(o);
}

TEST(behind_a_message_that_was_lost_none_is_taken)
{
    struct outbox *o = begin();
    struct sending *s = sending_begin(o), *other;
    struct reason why = {""};
    uint64_t offset;
    EXPECT_OK(send(s, 1));
    let(true, CE_TIMEOUT, 0);
    EXPECT_ERR(sending_settle(s, &offset, &why), CE_TIMEOUT);
    EXPECT_STR(why.text, "lost");
    let(true, 0, 0);
    EXPECT_ERR(send(s, 1), CE_TIMEOUT);
    EXPECT_ERR(sending_settle(s, &offset, &why), CE_TIMEOUT);
    sending_end(s);
    other = sending_begin(o);
    EXPECT_OK(send(other, 1));
    EXPECT_OK(sending_settle(other, &offset, &why));
    sending_end(other);
    stop(o);
}

/* As of a broker that recognised a repetition and knows no more where the first one lies. */
TEST(an_acknowledgement_without_an_offset_is_none)
{
    struct outbox *o = begin();
    struct sending *s = sending_begin(o);
    struct reason why;
    uint64_t offset;
    let(true, 0, -1001);
    EXPECT_OK(send(s, 1));
    EXPECT_ERR(sending_settle(s, &offset, &why), CE_TIMEOUT);
    sending_end(s);
    stop(o);
}

TEST(what_is_under_way_of_an_upload_that_has_ended_is_let_go)
{
    for (int is_answered = 0; is_answered < 2; is_answered++) {
        struct outbox *o = begin();
        struct sending *s = sending_begin(o), *next = sending_begin(o);
        struct reason why;
        uint64_t offset;
        for (int i = 0; i < 3; i++)
            EXPECT_OK(send(s, 1));
        sending_end(s);
        if (is_answered) {
            let(true, 0, 0);
            EXPECT_OK(send(next, 1));
            EXPECT_OK(sending_settle(next, &offset, &why));
        }
        sending_end(next);
        stop(o);
    }
}

TEST(a_producer_that_was_given_up_is_replaced_and_its_uploads_are_told)
{
    struct outbox *o = begin();
    struct sending *s = sending_begin(o), *next;
    struct reason why;
    uint64_t offset;
    int32_t partitions;
    struct producer *first = brokers.newest;
    EXPECT_OK(send(s, 1));
    pthread_mutex_lock(&brokers.lock);
    first->is_given_up = true;
    pthread_mutex_unlock(&brokers.lock);
    EXPECT_ERR(sending_settle(s, &offset, &why), CE_CLOSED);
    sending_end(s);
    let(true, 0, 4);
    int r;
    do {
        next = sending_begin(o);
        r = send(next, 1);
        if (r == 0)
            r = sending_settle(next, &offset, &why);
        sending_end(next);
    } while (r == CE_CLOSED); /* until the new one is there */
    EXPECT_OK(r);
    EXPECT_EQ(offset, 4);
    EXPECT(brokers.newest != first);
    EXPECT_OK(outbox_partitions(o, "t", &partitions, &why));
    EXPECT_EQ(partitions, 3);
    stop(o);
}
